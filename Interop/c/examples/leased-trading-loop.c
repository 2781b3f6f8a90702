/* A trading engine's loop: every order takes one of the tenant's transactions, from a lease that the
 * engine holds itself, so that the decision costs nanoseconds and no call.
 *
 *     cc leased-trading-loop.c -o leased-trading-loop $(pkg-config --cflags --libs bfc-tenancy)
 *     ./leased-trading-loop .data/tenancyd.sock axis-securities 200000 10
 *
 * sends so many orders a second for so many seconds, and prints what became of them. */
#include <bfc_tenancy/lease.h>
#include <bfc_tenancy/services.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Orders come in bursts of a millisecond. */
#define BURST_NS 1000000
#define REPORT_NS 100000000

static int64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void rest_until(int64_t ns) {
    struct timespec time = {ns / 1000000000, ns % 1000000000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

/* What an engine does with an order that it may execute. */
static uint64_t execute(uint64_t order) { return order * 2654435761u; }

int main(int count, char **arguments) {
    if (count < 5) {
        fprintf(stderr, "usage: %s SOCKET TENANT ORDERS_A_SECOND SECONDS\n", arguments[0]);
        return 64;
    }
    uint64_t rate = strtoull(arguments[3], NULL, 10);
    int64_t seconds = atoll(arguments[4]);
    tenancy_options server = {.unix_path = arguments[1]};
    tenancy_lease_options options = {
        .tenant_code = arguments[2],
        .resource = BFC__TENANCY__V1__RESOURCE__RESOURCE_TRANSACTIONS,
        /* What a tenth of a second needs. */
        .units = rate / 10 + 1,
        .time_to_live_ms = 2000,
    };
    const char *why = NULL;
    tenancy_lease *lease = tenancy_lease_new(&server, &options, &why);
    if (!lease) {
        fprintf(stderr, "no lease: %s\n", why);
        return 1;
    }
    if (!tenancy_lease_wait(lease, 5000)) {
        fprintf(stderr, "no units: status %d\n", (int)tenancy_lease_state(lease).code);
        tenancy_lease_free(lease);
        return 1;
    }

    uint64_t order = 0, executed = 0, refused = 0, work = 0;
    int64_t begin = now_ns(), end = begin + seconds * 1000000000, report = begin;
    for (int64_t burst = begin; burst < end; burst += BURST_NS) {
        rest_until(burst);
        uint64_t due = rate * (uint64_t)(burst - begin + BURST_NS) / 1000000000;
        for (; order < due; order++) {
            if (tenancy_lease_try_consume(lease, 1)) {
                work += execute(order);
                executed++;
            } else {
                /* Nothing in hand: the order is refused, and the engine goes on. */
                refused++;
            }
        }
        if (burst >= report) {
            report += REPORT_NS;
            tenancy_lease_info info = tenancy_lease_state(lease);
            printf("executed %" PRIu64 ", refused %" PRIu64 ", in hand %" PRIu64 ", status %d\n",
                   executed, refused, info.available, (int)info.code);
            fflush(stdout);
        }
    }
    tenancy_lease_info info = tenancy_lease_state(lease);
    printf("executed %" PRIu64 ", refused %" PRIu64 ", consumed %" PRIu64 ", leases %" PRIu64
           ", check %x\n", executed, refused, info.consumed, info.leases, (unsigned)(work & 15));
    tenancy_lease_free(lease);
    return executed == info.consumed ? 0 : 1;
}
