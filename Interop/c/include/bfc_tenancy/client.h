/* A client of the BFC tenancy control plane: ttrpc over a Unix socket or TLS 1.3.
 *
 * A client belongs to one thread at a time. The blocking calls wait by themselves; a program with an
 * event loop of its own watches tenancy_client_fd and calls tenancy_client_dispatch instead; of what
 * it calls then, only the look-up of a host's name may wait.
 *
 * Nothing here aborts, prints or changes signals, other than that a write to a peer that is gone is
 * an error and never SIGPIPE. */
#ifndef BFC_TENANCY_CLIENT_H
#define BFC_TENANCY_CLIENT_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The status codes of gRPC. */
typedef enum {
    TENANCY_OK = 0,
    TENANCY_CANCELLED = 1,
    TENANCY_UNKNOWN = 2,
    TENANCY_INVALID_ARGUMENT = 3,
    TENANCY_DEADLINE_EXCEEDED = 4,
    TENANCY_NOT_FOUND = 5,
    TENANCY_ALREADY_EXISTS = 6,
    TENANCY_PERMISSION_DENIED = 7,
    TENANCY_RESOURCE_EXHAUSTED = 8,
    TENANCY_FAILED_PRECONDITION = 9,
    TENANCY_ABORTED = 10,
    TENANCY_OUT_OF_RANGE = 11,
    TENANCY_UNIMPLEMENTED = 12,
    TENANCY_INTERNAL = 13,
    TENANCY_UNAVAILABLE = 14,
    TENANCY_DATA_LOSS = 15,
    TENANCY_UNAUTHENTICATED = 16
} tenancy_code;

typedef struct tenancy_client tenancy_client;
typedef struct tenancy_call tenancy_call;
typedef struct tenancy_status tenancy_status;

typedef struct {
    const char *key;
    const char *value;
} tenancy_metadata;

/* Where the server is, and who calls. Zero what is not used; texts are copied. */
typedef struct {
    /* The path of a Unix socket; or else host and port of a TLS listener. */
    const char *unix_path;
    const char *host;
    uint16_t port;
    /* PEM files: the roots to trust, and the client's own certificate and key. */
    const char *ca_file;
    const char *cert_file;
    const char *key_file;
    /* Sent as bearer with every call; NULL for none. */
    const char *api_key;
    /* How long making a connection may take, in milliseconds; 5,000 when 0. */
    int64_t connect_timeout_ms;
    /* How often a call is tried that is safe to try again, the first time included; 5 when 0. No more
     * than one in ten calls is tried again in the long run, so that a server in trouble is not sent
     * more of it. */
    int attempts_max;
    /* How long a call waits that does not stream and does not say otherwise, in milliseconds: 10,000
     * when 0, for ever when negative. */
    int64_t timeout_ms;
} tenancy_options;

typedef struct {
    /* How long the caller waits, in milliseconds; the client's timeout_ms when 0, or for ever if the
     * call streams; for ever when negative. The server hears of it. */
    int64_t timeout_ms;
    const tenancy_metadata *metadata;
    size_t metadata_count;
} tenancy_call_options;

/* One method; services.h has them all. */
typedef struct {
    const char *service;
    const char *method;
    const ProtobufCMessageDescriptor *request;
    const ProtobufCMessageDescriptor *response;
    bool client_streams;
    bool server_streams;
    /* Whether calling twice does what calling once does. */
    bool is_idempotent;
} tenancy_method;

/* Makes a client; the connection is made with the first call, and made again when it is lost.
 * NULL when memory or descriptors are out, when a path is over 107 bytes, or when a certificate
 * cannot be used; `why`, where it is not NULL, is then a static text. */
tenancy_client *tenancy_client_new(const tenancy_options *options, const char **why);

/* Ends every call in flight. Calls must be freed before. */
void tenancy_client_free(tenancy_client *client);

/* ---- Blocking ---- */

/* Makes a unary call. On TENANCY_OK `*response` is the caller's, to be freed with
 * protobuf_c_message_free_unpacked; else it is NULL and `*status`, where asked for, is the caller's,
 * to be freed with tenancy_status_free. A call that failed with UNAVAILABLE is tried again when that
 * is safe: the method is idempotent, the request has an idempotency_key, or nothing was begun. */
tenancy_code tenancy_unary(
    tenancy_client *client, const tenancy_method *method, const ProtobufCMessage *request,
    const tenancy_call_options *options, ProtobufCMessage **response, tenancy_status **status);

/* ---- Streams, and calls under an event loop ---- */

/* Begins a call. `request` is NULL for a client that streams. NULL when memory is out; every other
 * failure is told by receiving. */
tenancy_call *tenancy_call_start(
    tenancy_client *client, const tenancy_method *method, const ProtobufCMessage *request,
    const tenancy_call_options *options);

/* Sends a message of a client that streams; false when the call has ended: receive tells why. */
bool tenancy_call_send(tenancy_call *call, const ProtobufCMessage *message);

/* Says that no message follows. */
void tenancy_call_close_send(tenancy_call *call);

typedef enum {
    /* `*message` is the caller's. */
    TENANCY_MESSAGE,
    /* The call has ended; tenancy_call_code tells how. */
    TENANCY_END,
    /* Nothing yet; only from tenancy_call_poll. */
    TENANCY_PENDING
} tenancy_received;

/* Waits for the next message. */
tenancy_received tenancy_call_receive(tenancy_call *call, ProtobufCMessage **message);

/* Looks whether there is a next message, without waiting. */
tenancy_received tenancy_call_poll(tenancy_call *call, ProtobufCMessage **message);

/* How the call has ended, and with what; the status stays the call's. */
tenancy_code tenancy_call_code(const tenancy_call *call);
const tenancy_status *tenancy_call_status(const tenancy_call *call);

/* Gives the call up, and frees it. A call that has ended is only freed. */
void tenancy_call_free(tenancy_call *call);

/* The descriptor to watch, or -1 when there is no connection; what to watch it for, as bits of
 * poll(2); and how long to wait at most, in milliseconds, or -1 for ever. All three change with
 * every call into the client. */
int tenancy_client_fd(const tenancy_client *client);
short tenancy_client_events(const tenancy_client *client);
int tenancy_client_wait_ms(const tenancy_client *client);

/* Reads and writes what is possible without waiting, and ends what is past its deadline. */
void tenancy_client_dispatch(tenancy_client *client);

/* ---- Why a call failed ---- */

tenancy_code tenancy_status_code(const tenancy_status *status);
/* One sentence for a person. */
const char *tenancy_status_message(const tenancy_status *status);
/* The reason a program can decide on, such as "QUOTA_EXCEEDED"; "" without one. */
const char *tenancy_status_reason(const tenancy_status *status);
/* The wrong fields of a request and the rule each broke; false beyond the last. */
bool tenancy_status_violation(
    const tenancy_status *status, size_t index, const char **field, const char **rule);
/* After how long the server says a retry is worth while, in milliseconds; -1 when it does not. */
int64_t tenancy_status_retry_after_ms(const tenancy_status *status);
/* A detail as it came; false beyond the last. */
bool tenancy_status_detail(
    const tenancy_status *status, size_t index, const char **type_url, ProtobufCBinaryData *value);
void tenancy_status_free(tenancy_status *status);

#ifdef __cplusplus
}
#endif

#endif
