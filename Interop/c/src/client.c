/* One connection: made when it is needed, read and written without waiting. */
#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

int64_t now_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static char *copy(const char *text) { return text ? strdup(text) : NULL; }

tenancy_client *tenancy_client_new(const tenancy_options *options, const char **why) {
    const char *reason = "out of memory";
    tenancy_client *client = calloc(1, sizeof *client);
    if (client) {
        client->fd = -1;
        client->write_wants_write = true;
        client->unix_path = copy(options->unix_path);
        client->host = copy(options->host);
        client->api_key = copy(options->api_key);
        client->port = options->port;
        client->connect_timeout_ms =
            options->connect_timeout_ms > 0 ? options->connect_timeout_ms : 5000;
        client->attempts_max = options->attempts_max > 0 ? options->attempts_max : 5;
        client->timeout_ms = options->timeout_ms ? options->timeout_ms : TIMEOUT_DEFAULT_MS;
        client->retry_tenths = RETRY_TENTHS_MAX;
        client->random = (uint64_t)now_ms() ^ (uint64_t)(uintptr_t)client ^ (uint64_t)getpid() << 32;
        bool is_good = true;
        if (options->unix_path) {
            reason = "the socket's path has more than 107 bytes";
            is_good = strlen(options->unix_path) < sizeof((struct sockaddr_un *)0)->sun_path;
        } else if (options->host) {
            client->tls = tls_context(options, &reason);
            is_good = client->tls != NULL;
        } else {
            reason = "neither unix_path nor host is given";
            is_good = false;
        }
        if (is_good) return client;
        tenancy_client_free(client);
    }
    if (why) *why = reason;
    return NULL;
}

static void close_link(tenancy_client *client) {
    if (client->ssl) {
        SSL_free(client->ssl);
        client->ssl = NULL;
    }
    if (client->fd >= 0) close(client->fd);
    client->fd = -1;
    if (client->addresses) freeaddrinfo(client->addresses);
    client->addresses = client->next_address = NULL;
    client->state = LINK_CLOSED;
    client->read_wants_write = false;
    client->write_wants_write = true;
    buffer_free(&client->in);
    buffer_free(&client->out);
    client->is_retired = false;
}

void tenancy_client_free(tenancy_client *client) {
    if (!client) return;
    client_lose(client, "the client was closed");
    if (client->tls) SSL_CTX_free(client->tls);
    free(client->unix_path);
    free(client->host);
    if (client->api_key) OPENSSL_cleanse(client->api_key, strlen(client->api_key));
    free(client->api_key);
    free(client);
}

/* ---- Connecting ---- */

static int connect_unix(tenancy_client *client) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, client->unix_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
    close(fd);
    return -1;
}

/* Begins to connect to the next address that is not refused at once; false when none is left. */
static bool connect_next(tenancy_client *client) {
    while (client->next_address) {
        const struct addrinfo *one = client->next_address;
        client->next_address = one->ai_next;
        client->fd = socket(one->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (client->fd < 0) continue;
        int on = 1;
        setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (connect(client->fd, one->ai_addr, one->ai_addrlen) == 0 || errno == EINPROGRESS) {
            client->state = LINK_CONNECTING;
            return true;
        }
        close(client->fd);
        client->fd = -1;
    }
    return false;
}

static bool connect_tcp(tenancy_client *client) {
    char port[8];
    snprintf(port, sizeof port, "%u", client->port);
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    if (getaddrinfo(client->host, port, &hints, &client->addresses) != 0) {
        client->addresses = NULL;
        return false;
    }
    client->next_address = client->addresses;
    return connect_next(client);
}

/* Looks what became of connecting, without waiting; false when no address is left to try. */
static bool finish_connecting(tenancy_client *client) {
    while (client->state == LINK_CONNECTING) {
        struct pollfd ready = {.fd = client->fd, .events = POLLOUT};
        if (poll(&ready, 1, 0) != 1) return true;
        int error = 0;
        socklen_t size = sizeof error;
        if (getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0) {
            client->state = LINK_HANDSHAKING;
            return tls_begin(client);
        }
        close(client->fd);
        client->fd = -1;
        if (!connect_next(client)) return false;
    }
    return true;
}

bool client_connect(tenancy_client *client, const char **why) {
    if (client->state != LINK_CLOSED) return true;
    client->connect_deadline_ms = now_ms() + client->connect_timeout_ms;
    client->next_id = 1;
    bool is_good;
    if (client->tls) {
        is_good = connect_tcp(client);
    } else {
        client->fd = connect_unix(client);
        is_good = client->fd >= 0;
        if (is_good) client->state = LINK_OPEN;
    }
    *why = "cannot connect";
    if (!is_good) close_link(client);
    return is_good;
}

void client_lose(tenancy_client *client, const char *why) {
    /* Without a connection nothing was sent. */
    bool may_have_begun = client->state == LINK_OPEN;
    for (size_t bucket = 0; bucket < STREAM_BUCKETS; bucket++) {
        while (client->buckets[bucket]) {
            if (!may_have_begun) client->buckets[bucket]->may_have_begun = false;
            call_end(client->buckets[bucket], status_make(TENANCY_UNAVAILABLE, why));
        }
    }
    close_link(client);
}

/* ---- Frames ---- */

bool client_write_frame(
    tenancy_client *client, uint32_t id, uint8_t type, uint8_t flags, const uint8_t *data,
    size_t count) {
    if (buffer_count(&client->out) + FRAME_HEADER_BYTES + count > UNSENT_BYTES_MAX
        || !buffer_reserve(&client->out, FRAME_HEADER_BYTES + count)) {
        return false;
    }
    uint8_t *place = client->out.bytes + client->out.end;
    const uint8_t header[FRAME_HEADER_BYTES] = {
        (uint8_t)(count >> 24), (uint8_t)(count >> 16), (uint8_t)(count >> 8), (uint8_t)count,
        (uint8_t)(id >> 24),    (uint8_t)(id >> 16),    (uint8_t)(id >> 8),    (uint8_t)id,
        type,                   flags};
    memcpy(place, header, sizeof header);
    if (count > 0) memcpy(place + sizeof header, data, count);
    client->out.end += sizeof header + count;
    return true;
}

static tenancy_call *find_call(tenancy_client *client, uint32_t id) {
    tenancy_call *call = client->buckets[(id / 2) % STREAM_BUCKETS];
    while (call && call->id != id) call = call->next_in_bucket;
    return call;
}

void client_forget(tenancy_client *client, tenancy_call *call) {
    if (!call->is_known) return;
    tenancy_call **place = &client->buckets[(call->id / 2) % STREAM_BUCKETS];
    while (*place != call) place = &(*place)->next_in_bucket;
    *place = call->next_in_bucket;
    call->is_known = false;
    client->call_count--;
}

static void receive_response(tenancy_call *call, const uint8_t *data, size_t count) {
    Ttrpc__Response *response = ttrpc__response__unpack(NULL, count, data);
    if (!response) {
        call_end(call, status_make(TENANCY_INTERNAL, "malformed response envelope"));
        return;
    }
    if (response->status && response->status->code != 0) {
        Google__Rpc__Status *rpc = response->status;
        response->status = NULL;
        tenancy_status *status = status_from(rpc);
        if (strcmp(tenancy_status_reason(status), "NOT_BEGUN") == 0) {
            call->client->is_retired = true;
            call->may_have_begun = false;
        }
        call_end(call, status);
    } else if (!call_add_message(call, response->payload.data, response->payload.len)) {
        call_end(call, status_make(TENANCY_RESOURCE_EXHAUSTED, "out of memory"));
    } else {
        call_end(call, NULL);
    }
    ttrpc__response__free_unpacked(response, NULL);
}

static void receive_frame(
    tenancy_client *client, uint32_t id, uint8_t type, uint8_t flags, const uint8_t *data,
    size_t count) {
    tenancy_call *call = find_call(client, id);
    if (!call) return;
    if (type == FRAME_RESPONSE) {
        receive_response(call, data, count);
    } else if (type == FRAME_DATA) {
        if (!(flags & FLAG_NO_DATA) && !call_add_message(call, data, count)) {
            call_end(
                call, status_make(TENANCY_RESOURCE_EXHAUSTED, "the stream's reader fell behind"));
        } else if (flags & FLAG_REMOTE_CLOSED) {
            call_end(call, NULL);
        }
    }
}

static uint32_t big_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8
        | (uint32_t)bytes[3];
}

/* Whether the connection is still good. */
static bool receive_frames(tenancy_client *client) {
    while (buffer_count(&client->in) >= FRAME_HEADER_BYTES) {
        const uint8_t *header = client->in.bytes + client->in.start;
        uint32_t count = big_endian(header);
        if (count > FRAME_DATA_BYTES_MAX) return false;
        if (buffer_count(&client->in) < FRAME_HEADER_BYTES + count) return true;
        receive_frame(
            client, big_endian(header + 4), header[8], header[9], header + FRAME_HEADER_BYTES,
            count);
        buffer_consume(&client->in, FRAME_HEADER_BYTES + count);
    }
    return true;
}

/* ---- Turning ---- */

int tenancy_client_fd(const tenancy_client *client) { return client->fd; }

short tenancy_client_events(const tenancy_client *client) {
    if (client->fd < 0) return 0;
    if (client->state == LINK_CONNECTING) return POLLOUT;
    short events = POLLIN;
    bool wants_write = client->state == LINK_OPEN && buffer_count(&client->out) > 0
        && client->write_wants_write;
    if (wants_write || client->read_wants_write) events |= POLLOUT;
    return events;
}

static bool is_connecting(const tenancy_client *client) {
    return client->state == LINK_CONNECTING || client->state == LINK_HANDSHAKING;
}

static int64_t next_deadline(const tenancy_client *client) {
    int64_t next = is_connecting(client) ? client->connect_deadline_ms : INT64_MAX;
    for (size_t bucket = 0; client->call_count > 0 && bucket < STREAM_BUCKETS; bucket++) {
        for (tenancy_call *call = client->buckets[bucket]; call; call = call->next_in_bucket) {
            if (call->deadline_ms < next) next = call->deadline_ms;
        }
    }
    return next;
}

int tenancy_client_wait_ms(const tenancy_client *client) {
    int64_t next = next_deadline(client);
    if (next == INT64_MAX) return -1;
    int64_t left = next - now_ms();
    return left <= 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left;
}

static void end_overdue(tenancy_client *client) {
    int64_t now = now_ms();
    if (is_connecting(client) && now >= client->connect_deadline_ms) {
        client_lose(client, "cannot connect: it took too long");
    }
    if (next_deadline(client) > now) return;
    for (size_t bucket = 0; bucket < STREAM_BUCKETS; bucket++) {
        tenancy_call *call = client->buckets[bucket];
        while (call) {
            tenancy_call *next = call->next_in_bucket;
            if (call->deadline_ms <= now) {
                call_end(
                    call, status_make(TENANCY_DEADLINE_EXCEEDED, "the deadline has passed"));
            }
            call = next;
        }
    }
}

static bool write_out(tenancy_client *client) {
    while (buffer_count(&client->out) > 0) {
        ssize_t written = link_write(
            client, client->out.bytes + client->out.start, buffer_count(&client->out));
        if (written < 0) return false;
        if (written == 0) return true;
        buffer_consume(&client->out, (size_t)written);
    }
    return true;
}

static bool read_in(tenancy_client *client) {
    /* A bound for one turn, so that deadlines are looked at. */
    for (int turn = 0; turn < 64; turn++) {
        if (!buffer_reserve(&client->in, 65536)) return false;
        ssize_t count = link_read(
            client, client->in.bytes + client->in.end, client->in.capacity - client->in.end);
        if (count < 0) return false;
        if (count == 0) return true;
        client->in.end += (size_t)count;
        if (!receive_frames(client)) return false;
    }
    return true;
}

void tenancy_client_dispatch(tenancy_client *client) {
    if (client->state == LINK_CONNECTING && !finish_connecting(client)) {
        client_lose(client, "cannot connect");
    }
    if (client->state == LINK_HANDSHAKING) {
        int result = tls_handshake(client);
        if (result < 0) client_lose(client, "the TLS handshake failed");
        if (result > 0) client->state = LINK_OPEN;
    }
    if (client->state == LINK_OPEN) {
        bool could_write = write_out(client);
        /* What the server said before it left is still read. */
        if (!read_in(client) || !could_write) client_lose(client, "the connection was lost");
    }
    end_overdue(client);
    if (client->is_retired && client->call_count == 0) close_link(client);
}

void client_wait(tenancy_client *client, int64_t until_ms) {
    struct pollfd ready = {
        .fd = tenancy_client_fd(client), .events = tenancy_client_events(client)};
    int wait = tenancy_client_wait_ms(client);
    if (until_ms != INT64_MAX) {
        int64_t left = until_ms - now_ms();
        if (left < 0) left = 0;
        if (wait < 0 || left < wait) wait = left > INT32_MAX ? INT32_MAX : (int)left;
    }
    /* Nothing to wait for would be waiting for ever. */
    if (ready.fd < 0 && wait < 0) return;
    poll(&ready, 1, wait);
    tenancy_client_dispatch(client);
}
