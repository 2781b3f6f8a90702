/* Calls: begun, read, ended, and tried again where that is safe. */
#include "internal.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

bool call_add_message(tenancy_call *call, const uint8_t *bytes, size_t count) {
    if (call->client->unread_bytes + count > UNREAD_BYTES_MAX) return false;
    message_node *node = malloc(sizeof *node + count);
    if (!node) return false;
    node->next = NULL;
    node->count = count;
    if (count > 0) memcpy(node->bytes, bytes, count);
    if (call->last) {
        call->last->next = node;
    } else {
        call->first = node;
    }
    call->last = node;
    call->client->unread_bytes += count;
    return true;
}

void call_end(tenancy_call *call, tenancy_status *status) {
    client_forget(call->client, call);
    call->has_ended = true;
    call->is_open_for_sending = false;
    call->status = status;
}

static bool send_message(
    tenancy_call *call, uint8_t type, uint8_t flags, const ProtobufCMessage *message) {
    size_t count = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = count <= FRAME_DATA_BYTES_MAX ? malloc(count + 1) : NULL;
    bool is_sent = false;
    if (bytes) {
        protobuf_c_message_pack(message, bytes);
        is_sent = client_write_frame(call->client, call->id, type, flags, bytes, count);
        free(bytes);
    }
    if (!is_sent) {
        call_end(
            call,
            status_make(TENANCY_RESOURCE_EXHAUSTED, "the message is larger than can be sent"));
    }
    return is_sent;
}

/* The request's envelope, with the bearer beside the caller's own metadata. */
static bool send_request(
    tenancy_call *call, const ProtobufCMessage *message, const tenancy_call_options *options) {
    Ttrpc__Request request = TTRPC__REQUEST__INIT;
    request.service = (char *)call->method->service;
    request.method = (char *)call->method->method;
    size_t given = options ? options->metadata_count : 0;
    Ttrpc__KeyValue *pairs = calloc(given + 1, sizeof *pairs);
    Ttrpc__KeyValue **pointers = calloc(given + 1, sizeof *pointers);
    char *bearer = NULL;
    bool is_sent = false;
    size_t payload = message ? protobuf_c_message_get_packed_size(message) : 0;
    uint8_t *bytes = malloc(payload + 1);
    if (call->client->api_key) {
        bearer = malloc(strlen(call->client->api_key) + sizeof "Bearer ");
    }
    if (pairs && pointers && bytes && (bearer || !call->client->api_key)) {
        for (size_t i = 0; i < given; i++) {
            ttrpc__key_value__init(&pairs[i]);
            pairs[i].key = (char *)options->metadata[i].key;
            pairs[i].value = (char *)options->metadata[i].value;
            pointers[i] = &pairs[i];
        }
        if (bearer) {
            strcpy(bearer, "Bearer ");
            strcat(bearer, call->client->api_key);
            ttrpc__key_value__init(&pairs[given]);
            pairs[given].key = (char *)"authorization";
            pairs[given].value = bearer;
            pointers[given] = &pairs[given];
            given++;
        }
        if (message) protobuf_c_message_pack(message, bytes);
        request.payload.data = bytes;
        request.payload.len = payload;
        request.n_metadata = given;
        request.metadata = pointers;
        if (call->deadline_ms != INT64_MAX) {
            int64_t left = call->deadline_ms - now_ms();
            request.timeout_nano = left > 0 ? left * 1000000 : 1;
        }
        call->is_open_for_sending = call->method->client_streams;
        is_sent = send_message(
            call, FRAME_REQUEST,
            call->method->client_streams ? FLAG_REMOTE_OPEN : FLAG_REMOTE_CLOSED, &request.base);
    }
    if (bearer) OPENSSL_cleanse(bearer, strlen(bearer));
    free(bearer);
    free(bytes);
    free(pointers);
    free(pairs);
    return is_sent;
}

static int64_t deadline_of(
    const tenancy_client *client, const tenancy_method *method,
    const tenancy_call_options *options) {
    int64_t timeout = options ? options->timeout_ms : 0;
    if (timeout == 0 && !method->client_streams && !method->server_streams) {
        timeout = client->timeout_ms;
    }
    return timeout > 0 ? now_ms() + timeout : INT64_MAX;
}

tenancy_call *tenancy_call_start(
    tenancy_client *client, const tenancy_method *method, const ProtobufCMessage *request,
    const tenancy_call_options *options) {
    tenancy_call *call = calloc(1, sizeof *call);
    if (!call) return NULL;
    call->client = client;
    call->method = method;
    call->deadline_ms = deadline_of(client, method, options);
    const char *why = NULL;
    if ((client->is_retired || client->next_id > STREAM_ID_MAX) && client->call_count == 0) {
        client_lose(client, "a new connection is made");
    }
    if (!client_connect(client, &why)) {
        call_end(call, status_make(TENANCY_UNAVAILABLE, why));
        return call;
    }
    if (client->is_retired || client->next_id > STREAM_ID_MAX) {
        call_end(
            call,
            status_make(TENANCY_UNAVAILABLE, "the connection waits for its last calls to end"));
        return call;
    }
    call->id = client->next_id;
    client->next_id += 2;
    /* Known before it is sent: the answer may come at once. */
    tenancy_call **bucket = &client->buckets[(call->id / 2) % STREAM_BUCKETS];
    call->next_in_bucket = *bucket;
    *bucket = call;
    call->is_known = true;
    client->call_count++;
    call->may_have_begun = true;
    if (!send_request(call, request, options)) {
        if (!call->has_ended) call_end(call, status_make(TENANCY_RESOURCE_EXHAUSTED, "no memory"));
        call->may_have_begun = false;
        return call;
    }
    tenancy_client_dispatch(client);
    return call;
}

bool tenancy_call_send(tenancy_call *call, const ProtobufCMessage *message) {
    if (call->has_ended || !call->is_open_for_sending) return false;
    if (!send_message(call, FRAME_DATA, 0, message)) return false;
    tenancy_client_dispatch(call->client);
    return true;
}

static void close_once(tenancy_call *call) {
    client_write_frame(
        call->client, call->id, FRAME_DATA, FLAG_REMOTE_CLOSED | FLAG_NO_DATA, NULL, 0);
}

void tenancy_call_close_send(tenancy_call *call) {
    if (call->has_ended || !call->is_open_for_sending) return;
    call->is_open_for_sending = false;
    close_once(call);
    tenancy_client_dispatch(call->client);
}

static tenancy_received take(tenancy_call *call, ProtobufCMessage **message) {
    *message = NULL;
    message_node *node = call->first;
    if (!node) return call->has_ended ? TENANCY_END : TENANCY_PENDING;
    call->first = node->next;
    if (!call->first) call->last = NULL;
    call->client->unread_bytes -= node->count;
    *message = protobuf_c_message_unpack(call->method->response, NULL, node->count, node->bytes);
    free(node);
    if (*message) return TENANCY_MESSAGE;
    if (!call->has_ended) call_end(call, NULL);
    tenancy_status_free(call->status);
    call->status = status_make(TENANCY_INTERNAL, "the answer is not of its type");
    return TENANCY_END;
}

tenancy_received tenancy_call_poll(tenancy_call *call, ProtobufCMessage **message) {
    return take(call, message);
}

tenancy_received tenancy_call_receive(tenancy_call *call, ProtobufCMessage **message) {
    tenancy_received received;
    while ((received = take(call, message)) == TENANCY_PENDING) {
        client_wait(call->client, INT64_MAX);
    }
    return received;
}

tenancy_code tenancy_call_code(const tenancy_call *call) {
    return call->has_ended ? tenancy_status_code(call->status) : TENANCY_OK;
}

const tenancy_status *tenancy_call_status(const tenancy_call *call) { return call->status; }

void tenancy_call_free(tenancy_call *call) {
    if (!call) return;
    if (!call->has_ended) {
        /* The first end of the client's side is a half-close, the second one gives up. */
        if (call->is_open_for_sending) close_once(call);
        close_once(call);
        client_forget(call->client, call);
        tenancy_client_dispatch(call->client);
    }
    while (call->first) {
        message_node *next = call->first->next;
        call->client->unread_bytes -= call->first->count;
        free(call->first);
        call->first = next;
    }
    tenancy_status_free(call->status);
    free(call);
}

/* ---- Unary, and again ---- */

static bool has_idempotency_key(const ProtobufCMessage *request) {
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(request->descriptor, "idempotency_key");
    if (!field || field->type != PROTOBUF_C_TYPE_STRING) return false;
    const char *key = *(char *const *)((const char *)request + field->offset);
    return key && *key;
}

/* A generator of the client's own: that of the C library is the program's. */
static int64_t draw(tenancy_client *client, int64_t below) {
    client->random = client->random * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)(client->random >> 33) % below;
}

static int64_t retry_delay(tenancy_client *client, int attempt, const tenancy_status *status) {
    int64_t delay = 20;
    for (int i = 1; i < attempt && delay < 5000; i++) delay *= 2;
    /* Shortened at random by up to half, so that many clients do not come back at once. */
    delay = delay / 2 + draw(client, delay / 2 + 1);
    int64_t asked = tenancy_status_retry_after_ms(status);
    if (asked > delay) delay = asked;
    return delay < 5000 ? delay : 5000;
}

tenancy_code tenancy_unary(
    tenancy_client *client, const tenancy_method *method, const ProtobufCMessage *request,
    const tenancy_call_options *options, ProtobufCMessage **response, tenancy_status **status) {
    int64_t deadline = deadline_of(client, method, options);
    bool is_repeatable = method->is_idempotent || has_idempotency_key(request);
    *response = NULL;
    if (status) *status = NULL;
    if (client->retry_tenths < RETRY_TENTHS_MAX) client->retry_tenths++;
    for (int attempt = 1;; attempt++) {
        tenancy_call_options left = options ? *options : (tenancy_call_options){0};
        int64_t remaining = deadline - now_ms();
        left.timeout_ms = deadline == INT64_MAX ? -1 : remaining > 0 ? remaining : 1;
        tenancy_call *call = tenancy_call_start(client, method, request, &left);
        if (!call) return TENANCY_RESOURCE_EXHAUSTED;
        ProtobufCMessage *message = NULL;
        while (tenancy_call_receive(call, &message) == TENANCY_MESSAGE) {
            if (*response) protobuf_c_message_free_unpacked(*response, NULL);
            *response = message;
        }
        tenancy_code code = tenancy_call_code(call);
        if (code != TENANCY_OK && *response) {
            protobuf_c_message_free_unpacked(*response, NULL);
            *response = NULL;
        }
        int64_t delay = retry_delay(client, attempt, call->status);
        bool goes_on = code == TENANCY_UNAVAILABLE && (is_repeatable || !call->may_have_begun)
            && attempt < client->attempts_max && client->retry_tenths >= RETRY_TENTHS_EACH
            && (deadline == INT64_MAX || now_ms() + delay < deadline);
        if (!goes_on) {
            if (status) {
                *status = call->status;
                call->status = NULL;
            }
            tenancy_call_free(call);
            return code;
        }
        tenancy_call_free(call);
        client->retry_tenths -= RETRY_TENTHS_EACH;
        poll(NULL, 0, (int)delay);
    }
}
