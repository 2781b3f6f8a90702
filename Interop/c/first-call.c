// A first call in C: asks over the Unix socket whether a tenant has API calls left.
//
// Interop/c/README.md says how to compile it.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bfc/tenancy/v1/quota.pb-c.h"
#include "ttrpc/request.pb-c.h"

enum { HEADER_BYTES = 10, FRAME_BYTES_MAX = 4 << 20, REQUEST = 1, RESPONSE = 2 };

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int connect_to(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        fprintf(stderr, "%s: a socket's path has at most 107 bytes\n", path);
        exit(1);
    }
    strcpy(address.sun_path, path);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) fail("socket");
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) fail(path);
    return descriptor;
}

static void write_all(int descriptor, const uint8_t *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = send(descriptor, bytes, count, MSG_NOSIGNAL);
        if (written < 0) fail("send");
        bytes += written;
        count -= (size_t)written;
    }
}

static void read_all(int descriptor, uint8_t *bytes, size_t count) {
    while (count > 0) {
        ssize_t taken = read(descriptor, bytes, count);
        if (taken < 0) fail("read");
        if (taken == 0) {
            fprintf(stderr, "the server closed the connection\n");
            exit(1);
        }
        bytes += taken;
        count -= (size_t)taken;
    }
}

// Sends one request frame on stream 1: ten bytes of header, then the envelope.
static void send_request(int descriptor, Ttrpc__Request *request) {
    size_t length = ttrpc__request__get_packed_size(request);
    uint8_t *frame = malloc(HEADER_BYTES + length);
    if (frame == NULL) fail("malloc");
    uint32_t words[2] = {htonl((uint32_t)length), htonl(1)};
    memcpy(frame, words, sizeof words);
    frame[8] = REQUEST;
    frame[9] = 0;
    ttrpc__request__pack(request, frame + HEADER_BYTES);
    write_all(descriptor, frame, HEADER_BYTES + length);
    free(frame);
}

static Ttrpc__Response *receive_response(int descriptor) {
    uint8_t header[HEADER_BYTES];
    read_all(descriptor, header, sizeof header);
    uint32_t length;
    memcpy(&length, header, sizeof length);
    length = ntohl(length);
    if (header[8] != RESPONSE || length > FRAME_BYTES_MAX) {
        fprintf(stderr, "not a response\n");
        exit(1);
    }
    uint8_t *data = malloc(length + 1);
    if (data == NULL) fail("malloc");
    read_all(descriptor, data, length);
    Ttrpc__Response *response = ttrpc__response__unpack(NULL, length, data);
    free(data);
    return response;
}

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "usage: %s SOCKET TENANT_CODE\n", arguments[0]);
        return 64;
    }
    int descriptor = connect_to(arguments[1]);

    Bfc__Tenancy__V1__CheckQuotaRequest question = BFC__TENANCY__V1__CHECK_QUOTA_REQUEST__INIT;
    question.tenant_code = arguments[2];
    question.resource = BFC__TENANCY__V1__RESOURCE__RESOURCE_API_CALLS;
    question.amount = 1;
    uint8_t payload[512];
    if (bfc__tenancy__v1__check_quota_request__get_packed_size(&question) > sizeof payload) {
        fprintf(stderr, "a tenant's code is not that long\n");
        return 64;
    }

    Ttrpc__Request request = TTRPC__REQUEST__INIT;
    request.service = "bfc.tenancy.v1.QuotaService";
    request.method = "CheckQuota";
    request.payload.data = payload;
    request.payload.len = bfc__tenancy__v1__check_quota_request__pack(&question, payload);
    request.timeout_nano = 2000000000;
    send_request(descriptor, &request);

    Ttrpc__Response *response = receive_response(descriptor);
    if (response == NULL) {
        fprintf(stderr, "the answer is not a message\n");
        return 1;
    }
    if (response->status != NULL && response->status->code != 0) {
        fprintf(stderr, "status %d: %s\n", response->status->code, response->status->message);
        return 1;
    }
    Bfc__Tenancy__V1__CheckQuotaResponse *answer = bfc__tenancy__v1__check_quota_response__unpack(
        NULL, response->payload.len, response->payload.data);
    if (answer == NULL) {
        fprintf(stderr, "the answer is not a CheckQuotaResponse\n");
        return 1;
    }
    printf("allowed: %s, used %llu of %llu\n", answer->allowed ? "yes" : "no",
           (unsigned long long)answer->current, (unsigned long long)answer->max);
    bfc__tenancy__v1__check_quota_response__free_unpacked(answer, NULL);
    ttrpc__response__free_unpacked(response, NULL);
    close(descriptor);
    return 0;
}
