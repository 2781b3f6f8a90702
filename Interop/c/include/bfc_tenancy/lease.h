/* A block of quota that a program holds itself, so that it decides in its own process, in
 * nanoseconds, under the same limits.
 *
 * A thread of the lease's own talks to the server: it acquires the block, reports what was consumed,
 * and asks for more ahead of need. Whoever consumes only touches memory.
 *
 * Never over-spends: units are given out only of what the server has set aside, and only until the
 * lease expires, by this machine's clock from before the server was asked. When the server is lost the
 * block runs out or expires, and everything is refused until it is back. What was not reported by then
 * counts as consumed: a lost program or server can only count too much. */
#ifndef BFC_TENANCY_LEASE_H
#define BFC_TENANCY_LEASE_H

#include <bfc/tenancy/v1/resource.pb-c.h>
#include <bfc_tenancy/client.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    /* One of the two. */
    const char *tenant_code;
    int64_t tenant_id;
    /* Not users. */
    Bfc__Tenancy__V1__Resource resource;
    /* How many units to have in hand: what is consumed in some 50 ms, or more. At least 1. */
    uint64_t units;
    /* How long a lease holds without a word from the server, in milliseconds: 1,000 to 600,000;
     * 10,000 when 0. */
    int64_t time_to_live_ms;
} tenancy_lease_options;

/* What consuming reads and writes; the rest of a lease is its thread's. */
typedef struct {
    /* Units in hand. */
    uint64_t available;
    /* Until when they may be given out, in nanoseconds of CLOCK_MONOTONIC_COARSE. */
    int64_t expires_ns;
} __attribute__((aligned(64))) tenancy_lease_block;

typedef struct tenancy_lease {
    tenancy_lease_block block;
    struct tenancy_lease_inner *inner;
} tenancy_lease;

/* Begins to hold a lease; the first block comes a moment later, see tenancy_lease_wait. The server
 * and the texts of `options` are copied. NULL as tenancy_client_new, and when there is no thread to be
 * had. */
tenancy_lease *tenancy_lease_new(
    const tenancy_options *server, const tenancy_lease_options *options, const char **why);

/* Reports what was consumed, gives the rest back, and frees the lease; takes at most some seconds,
 * when the server is lost. Nobody may consume meanwhile. */
void tenancy_lease_free(tenancy_lease *lease);

/* Takes an amount if all of it is in hand, else nothing. From any number of threads, without a lock
 * and without a system call: the coarse clock is read from memory that the kernel shares.
 *
 * A refusal says that the units are not in hand. A caller that would rather ask the server calls
 * Consume then; tenancy_lease_state tells whether that is worth while. */
static inline bool tenancy_lease_try_consume(tenancy_lease *lease, uint64_t amount) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    int64_t now_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    if (now_ns >= __atomic_load_n(&lease->block.expires_ns, __ATOMIC_ACQUIRE)) return false;
    uint64_t available = __atomic_load_n(&lease->block.available, __ATOMIC_RELAXED);
    do {
        if (available < amount) return false;
    } while (!__atomic_compare_exchange_n(
        &lease->block.available, &available, available - amount, true, __ATOMIC_ACQ_REL,
        __ATOMIC_RELAXED));
    return true;
}

typedef struct {
    /* Units in hand; 0 when the lease has expired. */
    uint64_t available;
    /* Units that were consumed of all blocks so far. */
    uint64_t consumed;
    /* What the server last said: TENANCY_OK, TENANCY_RESOURCE_EXHAUSTED when nothing is left of the
     * limit, TENANCY_UNAVAILABLE when it cannot be reached. */
    tenancy_code code;
    /* How many blocks there were. */
    uint64_t leases;
} tenancy_lease_info;

tenancy_lease_info tenancy_lease_state(tenancy_lease *lease);

/* Waits until some units are in hand, at most so long. Whether there are. */
bool tenancy_lease_wait(tenancy_lease *lease, int64_t timeout_ms);

#ifdef __cplusplus
}
#endif

#endif
