/* Makes the calls that the conformance runner asks for; see Interop/conformance/README.md. */
#include <bfc_tenancy/client.h>
#include <bfc_tenancy/services.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "echo_services.h"

#define ITEMS_MAX 4096

static int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

/* The bytes of some hexadecimal digits, with a NUL behind them. */
static uint8_t *bytes_of(const char *text, size_t *count) {
    size_t length = strcmp(text, ".") == 0 || strcmp(text, "-") == 0 ? 0 : strlen(text) / 2;
    uint8_t *bytes = calloc(1, length + 1);
    for (size_t i = 0; i < length; i++) {
        bytes[i] = (uint8_t)(digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
    }
    *count = length;
    return bytes;
}

static void print_hex(const uint8_t *bytes, size_t count, const char *empty) {
    static const char digits[] = "0123456789abcdef";
    if (count == 0) fputs(empty, stdout);
    for (size_t i = 0; i < count; i++) {
        putchar(digits[bytes[i] >> 4]);
        putchar(digits[bytes[i] & 15]);
    }
}

static const tenancy_method *find(const char *service, const char *method, const char *kind) {
    static tenancy_method unknown;
    for (size_t i = 0; i < sizeof tenancy_methods / sizeof *tenancy_methods; i++) {
        const tenancy_method *one = tenancy_methods[i];
        if (!strcmp(one->service, service) && !strcmp(one->method, method)) return one;
    }
    for (size_t i = 0; i < sizeof echo_methods / sizeof *echo_methods; i++) {
        const tenancy_method *one = echo_methods[i];
        if (!strcmp(one->service, service) && !strcmp(one->method, method)) return one;
    }
    unknown = *echo_methods[0];
    unknown.service = service;
    unknown.method = method;
    unknown.client_streams = !strcmp(kind, "client") || !strcmp(kind, "bidi");
    unknown.server_streams = !strcmp(kind, "server") || !strcmp(kind, "bidi");
    return &unknown;
}

/* The answers, encoded again. */
static struct {
    uint8_t *bytes[ITEMS_MAX];
    size_t counts[ITEMS_MAX];
    size_t count;
} answers;

static void keep(ProtobufCMessage *message) {
    size_t size = protobuf_c_message_get_packed_size(message);
    answers.bytes[answers.count] = malloc(size + 1);
    protobuf_c_message_pack(message, answers.bytes[answers.count]);
    answers.counts[answers.count++] = size;
    protobuf_c_message_free_unpacked(message, NULL);
}

static void report(tenancy_code code, const tenancy_status *status) {
    printf("%d ", (int)code);
    const char *message = tenancy_status_message(status);
    print_hex((const uint8_t *)message, strlen(message), "-");
    putchar(' ');
    const char *url;
    ProtobufCBinaryData value;
    size_t details = 0;
    for (; tenancy_status_detail(status, details, &url, &value); details++) {
        if (details) putchar(',');
        print_hex((const uint8_t *)url, strlen(url), "");
        putchar('=');
        print_hex(value.data, value.len, "");
    }
    if (details == 0) putchar('-');
    putchar(' ');
    if (answers.count == 0) putchar('-');
    for (size_t i = 0; i < answers.count; i++) {
        if (i) putchar(',');
        print_hex(answers.bytes[i], answers.counts[i], ".");
        free(answers.bytes[i]);
    }
    answers.count = 0;
    putchar('\n');
    fflush(stdout);
}

static void stream(
    tenancy_client *client, const tenancy_method *method, ProtobufCMessage **requests,
    size_t count, const tenancy_call_options *options, size_t cancel_after) {
    tenancy_call *call = tenancy_call_start(
        client, method, method->client_streams ? NULL : requests[0], options);
    ProtobufCMessage *message;
    bool is_ended = false;
    for (size_t i = 0; method->client_streams && i < count && !is_ended; i++) {
        if (!tenancy_call_send(call, requests[i]) || !method->server_streams) continue;
        is_ended = tenancy_call_receive(call, &message) != TENANCY_MESSAGE;
        if (!is_ended) keep(message);
        if (cancel_after > 0 && answers.count == cancel_after) {
            tenancy_call_free(call);
            report(TENANCY_CANCELLED, NULL);
            return;
        }
    }
    if (cancel_after == 0) tenancy_call_close_send(call);
    while (tenancy_call_receive(call, &message) == TENANCY_MESSAGE) {
        keep(message);
        if (cancel_after > 0 && answers.count == cancel_after) {
            tenancy_call_free(call);
            report(TENANCY_CANCELLED, NULL);
            return;
        }
    }
    report(tenancy_call_code(call), tenancy_call_status(call));
    tenancy_call_free(call);
}

static void call(tenancy_client *client, char *line) {
    char *save = NULL, *inner = NULL;
    const char *kind = strtok_r(line, " ", &save), *service = strtok_r(NULL, " ", &save);
    const char *name = strtok_r(NULL, " ", &save);
    tenancy_call_options options = {.timeout_ms = atoll(strtok_r(NULL, " ", &save))};
    /* None is none, and not what the library would choose. */
    if (options.timeout_ms == 0) options.timeout_ms = -1;
    size_t cancel_after = (size_t)atoll(strtok_r(NULL, " ", &save));
    char *pairs = strtok_r(NULL, " ", &save), *bodies = strtok_r(NULL, " ", &save);
    const tenancy_method *method = find(service, name, kind);

    tenancy_metadata metadata[64];
    char *kept[128];
    size_t kept_count = 0, ignored;
    if (strcmp(pairs, "-") != 0) {
        for (char *pair = strtok_r(pairs, ",", &inner); pair; pair = strtok_r(NULL, ",", &inner)) {
            char *value = strchr(pair, '=');
            *value++ = 0;
            char *key = kept[kept_count++] = (char *)bytes_of(pair, &ignored);
            char *text = kept[kept_count++] = (char *)bytes_of(value, &ignored);
            metadata[options.metadata_count++] = (tenancy_metadata){key, text};
        }
        options.metadata = metadata;
    }

    static ProtobufCMessage *requests[ITEMS_MAX];
    size_t count = 0;
    if (strcmp(bodies, "-") != 0) {
        for (char *body = strtok_r(bodies, ",", &inner); body; body = strtok_r(NULL, ",", &inner)) {
            size_t size;
            uint8_t *bytes = bytes_of(body, &size);
            requests[count++] = protobuf_c_message_unpack(method->request, NULL, size, bytes);
            free(bytes);
        }
    }

    if (method->client_streams || method->server_streams) {
        stream(client, method, requests, count, &options, cancel_after);
    } else {
        ProtobufCMessage *response;
        tenancy_status *status;
        tenancy_code code =
            tenancy_unary(client, method, requests[0], &options, &response, &status);
        if (response) keep(response);
        report(code, status);
        tenancy_status_free(status);
    }
    for (size_t i = 0; i < count; i++) protobuf_c_message_free_unpacked(requests[i], NULL);
    while (kept_count > 0) free(kept[--kept_count]);
}

int main(int argc, char **argv) {
    tenancy_options options = {0};
    for (int i = 1; i + 1 < argc; i += 2) {
        char *value = argv[i + 1];
        if (!strcmp(argv[i], "--unix")) options.unix_path = value;
        if (!strcmp(argv[i], "--ca")) options.ca_file = value;
        if (!strcmp(argv[i], "--cert")) options.cert_file = value;
        if (!strcmp(argv[i], "--key")) options.key_file = value;
        if (!strcmp(argv[i], "--tls")) {
            char *colon = strrchr(value, ':');
            *colon = 0;
            options.host = value;
            options.port = (uint16_t)atoi(colon + 1);
        }
    }
    const char *why = NULL;
    tenancy_client *client = tenancy_client_new(&options, &why);
    if (!client) {
        fprintf(stderr, "%s\n", why);
        return 1;
    }
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    while ((length = getline(&line, &size, stdin)) > 1) {
        line[length - 1] = 0;
        call(client, line);
    }
    free(line);
    tenancy_client_free(client);
    return 0;
}
