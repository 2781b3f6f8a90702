/* What the files of the library share. */
#ifndef BFC_TENANCY_INTERNAL_H
#define BFC_TENANCY_INTERNAL_H

#include <bfc_tenancy/client.h>
#include <google/rpc/error_details.pb-c.h>
#include <netdb.h>
#include <openssl/ssl.h>
#include <ttrpc/request.pb-c.h>

#define FRAME_HEADER_BYTES 10
#define FRAME_DATA_BYTES_MAX (4u << 20)
#define UNSENT_BYTES_MAX (64u << 20)
#define UNREAD_BYTES_MAX (32u << 20)
#define STREAM_ID_MAX 0x7fffffffu
#define STREAM_BUCKETS 256
#define TIMEOUT_DEFAULT_MS 10000
/* Each call adds a tenth of a retry to what may be tried again, each retry takes a whole one. */
#define RETRY_TENTHS_MAX 100
#define RETRY_TENTHS_EACH 10

enum { FRAME_REQUEST = 1, FRAME_RESPONSE = 2, FRAME_DATA = 3 };
enum { FLAG_REMOTE_CLOSED = 1, FLAG_REMOTE_OPEN = 2, FLAG_NO_DATA = 4 };

/* Bytes that grow at the end and are used up at the beginning. */
typedef struct {
    uint8_t *bytes;
    size_t start, end, capacity;
} buffer;

bool buffer_reserve(buffer *buffer, size_t count);
void buffer_consume(buffer *buffer, size_t count);
void buffer_free(buffer *buffer);
static inline size_t buffer_count(const buffer *buffer) { return buffer->end - buffer->start; }

struct tenancy_status {
    Google__Rpc__Status *rpc;
    /* A status of the client's own has only these two. */
    tenancy_code code;
    char *message;
    Google__Rpc__ErrorInfo *info;
    Google__Rpc__BadRequest *bad_request;
    int64_t retry_after_ms;
};

tenancy_status *status_make(tenancy_code code, const char *message);
/* Takes the status over, also when it fails. */
tenancy_status *status_from(Google__Rpc__Status *rpc);

/* The messages of a stream that nobody has read yet. */
typedef struct message_node {
    struct message_node *next;
    size_t count;
    uint8_t bytes[];
} message_node;

struct tenancy_call {
    tenancy_client *client;
    const tenancy_method *method;
    uint32_t id;
    int64_t deadline_ms;
    bool is_open_for_sending;
    bool is_known;
    bool has_ended;
    /* Whether anything of the request may have reached the server. */
    bool may_have_begun;
    tenancy_status *status;
    message_node *first, *last;
    tenancy_call *next_in_bucket;
};

/* Ends a call; takes the status over, NULL for success. */
void call_end(tenancy_call *call, tenancy_status *status);
bool call_add_message(tenancy_call *call, const uint8_t *bytes, size_t count);

typedef enum { LINK_CLOSED, LINK_CONNECTING, LINK_HANDSHAKING, LINK_OPEN } link_state;

struct tenancy_client {
    char *unix_path, *host, *api_key;
    uint16_t port;
    int64_t connect_timeout_ms, timeout_ms;
    int attempts_max;
    int retry_tenths;
    uint64_t random;
    SSL_CTX *tls;

    link_state state;
    int fd;
    /* What the host's name resolved to, and what is tried next of it. */
    struct addrinfo *addresses, *next_address;
    SSL *ssl;
    /* Whether reading or handshaking waits for the socket to be writable, and whether writing does:
     * with TLS it may wait for something to be read instead. */
    bool read_wants_write, write_wants_write;
    int64_t connect_deadline_ms;
    buffer in, out;
    size_t unread_bytes;
    uint32_t next_id;
    /* No new call goes over this connection; it closes after the last one. */
    bool is_retired;
    size_t call_count;
    tenancy_call *buckets[STREAM_BUCKETS];
};

int64_t now_ms(void);
bool client_connect(tenancy_client *client, const char **why);
void client_lose(tenancy_client *client, const char *why);
bool client_write_frame(
    tenancy_client *client, uint32_t id, uint8_t type, uint8_t flags, const uint8_t *data,
    size_t count);
void client_forget(tenancy_client *client, tenancy_call *call);
/* Waits until something can be done, at most until a time, and does it. */
void client_wait(tenancy_client *client, int64_t until_ms);

SSL_CTX *tls_context(const tenancy_options *options, const char **why);
bool tls_begin(tenancy_client *client);
/* Bytes, 0 when it would block, -1 at the end or an error. */
ssize_t link_read(tenancy_client *client, uint8_t *bytes, size_t count);
ssize_t link_write(tenancy_client *client, const uint8_t *bytes, size_t count);
/* 1 done, 0 would block, -1 failed. */
int tls_handshake(tenancy_client *client);

#endif
