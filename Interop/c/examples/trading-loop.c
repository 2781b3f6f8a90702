/* A trading engine's loop: one thread, one poll(2), and every order takes one of the tenant's
 * transactions before it is executed. Many calls are in flight at once, so the loop never waits for
 * one; what cannot be asked in time is refused, and never executed unasked.
 *
 *     cc trading-loop.c -o trading-loop $(pkg-config --cflags --libs bfc-tenancy)
 *     ./trading-loop .data/tenancyd.sock axis-securities 500 2000
 *
 * sends so many orders, up to so many a second, and prints what became of them. */
#include <bfc_tenancy/client.h>
#include <bfc_tenancy/services.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { IN_FLIGHT_MAX = 64, DEADLINE_MS = 5000 };

typedef struct {
    uint64_t order;
    /* NULL where no order is in flight. */
    tenancy_call *call;
} slot;

static slot slots[IN_FLIGHT_MAX];
static uint64_t executed, over_quota, failed;

static int64_t now_us(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static slot *free_slot(void) {
    for (int i = 0; i < IN_FLIGHT_MAX; i++) {
        if (!slots[i].call) return &slots[i];
    }
    return NULL;
}

/* Asks for one transaction. Without an answer within the deadline the order fails. */
static void ask(tenancy_client *tenancy, const char *tenant, slot *place, uint64_t order) {
    char key[64];
    snprintf(key, sizeof key, "order-%" PRIu64 "-%" PRId64, order, now_us());
    Bfc__Tenancy__V1__ConsumeRequest request = BFC__TENANCY__V1__CONSUME_REQUEST__INIT;
    request.tenant_code = (char *)tenant;
    request.resource = BFC__TENANCY__V1__RESOURCE__RESOURCE_TRANSACTIONS;
    request.amount = 1;
    request.idempotency_key = key;
    tenancy_call_options options = {.timeout_ms = DEADLINE_MS};
    place->order = order;
    place->call =
        tenancy_call_start(tenancy, &tenancy_quota_consume_method, &request.base, &options);
    if (!place->call) failed++;
}

/* Whether the order of a slot has been decided. */
static bool settle(slot *place) {
    ProtobufCMessage *message;
    bool is_allowed = false;
    for (;;) {
        switch (tenancy_call_poll(place->call, &message)) {
        case TENANCY_PENDING:
            return false;
        case TENANCY_MESSAGE:
            is_allowed = ((Bfc__Tenancy__V1__ConsumeResponse *)message)->allowed;
            protobuf_c_message_free_unpacked(message, NULL);
            break;
        case TENANCY_END: {
            tenancy_code code = tenancy_call_code(place->call);
            if (code == TENANCY_OK && is_allowed) {
                executed++;
            } else if (code == TENANCY_RESOURCE_EXHAUSTED) {
                over_quota++;
            } else {
                const tenancy_status *status = tenancy_call_status(place->call);
                fprintf(stderr, "order %" PRIu64 ": %s\n", place->order,
                        tenancy_status_message(status));
                failed++;
            }
            tenancy_call_free(place->call);
            place->call = NULL;
            return true;
        }
        }
    }
}

int main(int count, char **arguments) {
    if (count < 5) {
        fprintf(stderr, "usage: %s SOCKET TENANT ORDERS ORDERS_A_SECOND\n", arguments[0]);
        return 64;
    }
    uint64_t orders = strtoull(arguments[3], NULL, 10), rate = strtoull(arguments[4], NULL, 10);
    const char *why = NULL;
    tenancy_options server = {.unix_path = arguments[1]};
    tenancy_client *tenancy = tenancy_client_new(&server, &why);
    if (!tenancy || rate == 0) {
        fprintf(stderr, "%s\n", tenancy ? "a rate of 0" : why);
        return 1;
    }
    int64_t begin = now_us();
    uint64_t next = 0, settled = 0;
    while (settled < orders) {
        /* Orders that have come by now. */
        uint64_t come = (uint64_t)(now_us() - begin) * rate / 1000000 + 1;
        if (come > orders) come = orders;
        slot *place;
        while (next < come && (place = free_slot())) {
            ask(tenancy, arguments[2], place, next++);
            if (!place->call) settled++;
        }
        int wait = tenancy_client_wait_ms(tenancy);
        /* Another order comes, or a slot becomes free by an answer. */
        if (next < orders && free_slot() && (wait < 0 || wait > 1)) wait = 1;
        struct pollfd ready = {
            .fd = tenancy_client_fd(tenancy), .events = tenancy_client_events(tenancy)};
        poll(&ready, 1, wait);
        tenancy_client_dispatch(tenancy);
        for (int i = 0; i < IN_FLIGHT_MAX; i++) {
            if (slots[i].call && settle(&slots[i])) settled++;
        }
    }
    printf("executed %" PRIu64 ", over quota %" PRIu64 ", failed %" PRIu64 ", %.0f orders a second\n",
           executed, over_quota, failed, (double)orders * 1e6 / (double)(now_us() - begin));
    tenancy_client_free(tenancy);
    return failed > 0;
}
