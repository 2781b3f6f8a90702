/* The thread behind a lease: acquires, renews ahead of need, returns. */
#include <bfc_tenancy/lease.h>
#include <bfc_tenancy/services.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* How often the thread looks at what is left. */
#define LOOK_NS 2000000
/* The coarse clock lags by up to a tick of the kernel's, 10 ms at most; and room for both reads. */
#define CLOCK_MARGIN_NS 20000000
#define CALL_TIME_MAX_MS 1000
#define RETRY_DELAY_MIN_MS 20
#define RETRY_DELAY_MAX_MS 1000
/* How long at most to wait before asking again for units that were not to be had: whoever waits for
 * a limit that is used up must not ask all the time, nor hear late that something is free. */
#define NOTHING_LEFT_DELAY_MAX_MS 160
#define RETURN_ATTEMPTS_MAX 3
#define TIME_TO_LIVE_DEFAULT_MS 10000

typedef struct tenancy_lease_inner {
    tenancy_client *client;
    tenancy_lease_options options;
    pthread_t thread;
    pthread_mutex_t lock;
    /* Signalled when the thread is to stop, and when there is news for those who wait. */
    pthread_cond_t news;
    bool is_stopping;

    /* Written under the lock, read by tenancy_lease_state. */
    tenancy_code code;
    uint64_t leases;
    /* What was consumed of earlier blocks. */
    uint64_t consumed_before;

    /* The thread's own. How many units to have in hand: less than asked for after a recall. */
    uint64_t units;
    /* The key of an acquisition that was not answered, and from when it is; empty for none. */
    char key[33];
    int64_t key_ns;
    /* An empty name is no lease. */
    char lease_id[256];
    /* Units that ever went into the block, of this lease. */
    uint64_t granted;
    uint64_t low_water;
    uint64_t sequence;
    /* A report whose answer has not come: it is sent again as it was. */
    bool is_reported;
    uint64_t reported;
    uint64_t wanted;
    /* Halfway through its time a lease is renewed, whatever is left of it. */
    int64_t renew_ns;
    int64_t expires_ns;
    bool is_recalled;
    int64_t retry_delay_ms;
    int64_t retry_ns;
} inner;

static int64_t nanoseconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static uint64_t in_hand(tenancy_lease *lease) {
    return __atomic_load_n(&lease->block.available, __ATOMIC_ACQUIRE);
}

static void set_news(tenancy_lease *lease, tenancy_code code) {
    pthread_mutex_lock(&lease->inner->lock);
    lease->inner->code = code;
    pthread_cond_broadcast(&lease->inner->news);
    pthread_mutex_unlock(&lease->inner->lock);
}

/* Nothing more is given out of this lease. What was consumed of it in all. */
static uint64_t close_block(tenancy_lease *lease) {
    inner *self = lease->inner;
    __atomic_store_n(&lease->block.expires_ns, 0, __ATOMIC_RELEASE);
    /* All under the lock, so that whoever reads the state counts nothing twice. */
    pthread_mutex_lock(&self->lock);
    uint64_t left = __atomic_exchange_n(&lease->block.available, 0, __ATOMIC_ACQ_REL);
    uint64_t consumed = self->granted - left;
    self->consumed_before += consumed;
    self->granted = 0;
    pthread_mutex_unlock(&self->lock);
    return consumed;
}

static void forget_lease(inner *self) {
    self->lease_id[0] = 0;
    self->sequence = 0;
    self->is_reported = false;
    self->is_recalled = false;
}

/* Takes in what the server says of the lease; `asked_ns` is from before it was asked. */
static void take_in(
    tenancy_lease *lease, const Bfc__Tenancy__V1__QuotaLease *told, int64_t asked_ns) {
    inner *self = lease->inner;
    int64_t time_ns = 0;
    if (told->expires_in) {
        time_ns = told->expires_in->seconds * 1000000000 + told->expires_in->nanos;
    }
    self->low_water = told->low_water;
    self->is_recalled = told->recalled;
    self->expires_ns = asked_ns + time_ns - CLOCK_MARGIN_NS;
    self->renew_ns = asked_ns + time_ns / 2;
    __atomic_store_n(&lease->block.expires_ns, self->expires_ns, __ATOMIC_RELEASE);
    if (told->granted > self->granted) {
        uint64_t more = told->granted - self->granted;
        pthread_mutex_lock(&self->lock);
        self->granted = told->granted;
        __atomic_fetch_add(&lease->block.available, more, __ATOMIC_ACQ_REL);
        pthread_mutex_unlock(&self->lock);
    }
}

/* Longer with each time in a row. */
static int64_t next_delay_ms(inner *self, int64_t max) {
    int64_t delay = self->retry_delay_ms * 2;
    if (delay < RETRY_DELAY_MIN_MS) delay = RETRY_DELAY_MIN_MS;
    if (delay > max) delay = max;
    self->retry_delay_ms = delay;
    return delay;
}

static void failed(inner *self, int64_t now_ns, tenancy_status *status) {
    int64_t delay = next_delay_ms(self, RETRY_DELAY_MAX_MS);
    /* A limit that is used up says when it starts anew, which may be in days: somebody may give
     * units back before. */
    int64_t asked = tenancy_status_retry_after_ms(status);
    if (asked > delay && asked < RETRY_DELAY_MAX_MS) delay = asked;
    self->retry_ns = now_ns + delay * 1000000;
}

/* Whether the server has answered, and the same question has the same answer again. */
static bool has_ended(tenancy_code code) {
    return code != TENANCY_UNAVAILABLE && code != TENANCY_DEADLINE_EXCEEDED
        && code != TENANCY_RESOURCE_EXHAUSTED && code != TENANCY_CANCELLED;
}

static tenancy_call_options call_options(void) {
    return (tenancy_call_options){.timeout_ms = CALL_TIME_MAX_MS};
}

static void acquire(tenancy_lease *lease) {
    inner *self = lease->inner;
    Bfc__Tenancy__V1__AcquireLeaseRequest request =
        BFC__TENANCY__V1__ACQUIRE_LEASE_REQUEST__INIT;
    Google__Protobuf__Duration time = GOOGLE__PROTOBUF__DURATION__INIT;
    time.seconds = self->options.time_to_live_ms / 1000;
    time.nanos = (int32_t)(self->options.time_to_live_ms % 1000 * 1000000);
    uint8_t random[(sizeof self->key - 1) / 2];
    /* A block that was granted under an old key would be about to expire, and so would, by this
     * clock, a block that is granted only now. */
    if (nanoseconds(CLOCK_MONOTONIC) - self->key_ns > self->options.time_to_live_ms * 500000) {
        self->key[0] = 0;
    }
    if (!self->key[0]) {
        if (RAND_bytes(random, sizeof random) != 1) return;
        for (size_t i = 0; i < sizeof random; i++) {
            snprintf(self->key + 2 * i, 3, "%02x", random[i]);
        }
        self->key_ns = nanoseconds(CLOCK_MONOTONIC);
    }
    request.tenant_code = (char *)(self->options.tenant_code ? self->options.tenant_code : "");
    request.tenant_id = self->options.tenant_id;
    request.resource = self->options.resource;
    request.amount = self->units;
    request.time_to_live = &time;
    /* A retry of this call must not set a second block aside, and finds the first one as old as
     * it is. */
    request.idempotency_key = self->key;
    Bfc__Tenancy__V1__AcquireLeaseResponse *answer = NULL;
    tenancy_status *status = NULL;
    tenancy_call_options options = call_options();
    tenancy_code code = tenancy_quota_acquire_lease(
        self->client, &request, &options, &answer, &status);
    if (has_ended(code) || code == TENANCY_RESOURCE_EXHAUSTED) self->key[0] = 0;
    if (code == TENANCY_OK && answer->lease
        && strlen(answer->lease->lease_id) < sizeof self->lease_id) {
        strcpy(self->lease_id, answer->lease->lease_id);
        self->sequence = 0;
        self->retry_delay_ms = 0;
        self->retry_ns = 0;
        take_in(lease, answer->lease, self->key_ns);
        pthread_mutex_lock(&self->lock);
        self->leases++;
        pthread_mutex_unlock(&self->lock);
    } else {
        failed(self, nanoseconds(CLOCK_MONOTONIC), status);
    }
    if (answer) protobuf_c_message_free_unpacked(&answer->base, NULL);
    tenancy_status_free(status);
    set_news(lease, code);
}

static void renew(tenancy_lease *lease) {
    inner *self = lease->inner;
    if (!self->is_reported) {
        uint64_t left = in_hand(lease);
        self->sequence++;
        self->reported = self->granted - left;
        /* Never less than is in hand: what others may take meanwhile cannot be given back. */
        self->wanted = left > self->units ? left : self->units;
        self->is_reported = true;
    }
    Bfc__Tenancy__V1__RenewLeaseRequest request = BFC__TENANCY__V1__RENEW_LEASE_REQUEST__INIT;
    request.tenant_code = (char *)(self->options.tenant_code ? self->options.tenant_code : "");
    request.tenant_id = self->options.tenant_id;
    request.lease_id = self->lease_id;
    request.sequence = self->sequence;
    request.consumed = self->reported;
    request.wanted = self->wanted;
    Bfc__Tenancy__V1__RenewLeaseResponse *answer = NULL;
    tenancy_status *status = NULL;
    tenancy_call_options options = call_options();
    int64_t asked_ns = nanoseconds(CLOCK_MONOTONIC);
    tenancy_code code =
        tenancy_quota_renew_lease(self->client, &request, &options, &answer, &status);
    if (code == TENANCY_OK && answer->lease) {
        self->is_reported = false;
        bool is_short = answer->lease->granted < self->reported + self->wanted;
        if (!is_short || answer->lease->granted > self->granted) {
            self->retry_delay_ms = 0;
            self->retry_ns = 0;
        } else {
            /* Near the limit there may be no more. */
            self->retry_ns =
                asked_ns + next_delay_ms(self, NOTHING_LEFT_DELAY_MAX_MS) * 1000000;
        }
        take_in(lease, answer->lease, asked_ns);
        /* What a recall has taken comes back bit by bit. */
        uint64_t missing = self->options.units - self->units;
        self->units += missing / 8 + (missing > 0);
    } else if (has_ended(code)) {
        close_block(lease);
        forget_lease(self);
    } else {
        failed(self, asked_ns, status);
    }
    if (answer) protobuf_c_message_free_unpacked(&answer->base, NULL);
    tenancy_status_free(status);
    /* A lease that is kept alive and has nothing left to give is a limit that is used up. */
    if (code == TENANCY_OK && in_hand(lease) == 0) code = TENANCY_RESOURCE_EXHAUSTED;
    set_news(lease, code);
}

static void return_lease(tenancy_lease *lease) {
    inner *self = lease->inner;
    Bfc__Tenancy__V1__ReturnLeaseRequest request = BFC__TENANCY__V1__RETURN_LEASE_REQUEST__INIT;
    request.tenant_code = (char *)(self->options.tenant_code ? self->options.tenant_code : "");
    request.tenant_id = self->options.tenant_id;
    request.lease_id = self->lease_id;
    request.sequence = self->sequence + 1;
    request.consumed = close_block(lease);
    tenancy_code code = TENANCY_UNAVAILABLE;
    /* Once more with the same sequence has the same effect. A return that is lost costs units that
     * nobody consumed, until the period ends. */
    for (int attempt = 0; attempt < RETURN_ATTEMPTS_MAX && !has_ended(code); attempt++) {
        Bfc__Tenancy__V1__ReturnLeaseResponse *answer = NULL;
        tenancy_call_options options = call_options();
        code = tenancy_quota_return_lease(self->client, &request, &options, &answer, NULL);
        if (answer) protobuf_c_message_free_unpacked(&answer->base, NULL);
    }
    forget_lease(self);
    set_news(lease, code);
}

/* What is to be done now, if anything. */
static void look(tenancy_lease *lease) {
    inner *self = lease->inner;
    int64_t now_ns = nanoseconds(CLOCK_MONOTONIC);
    if (self->lease_id[0] && now_ns >= self->expires_ns) {
        /* The server counts all of it as consumed. */
        close_block(lease);
        forget_lease(self);
    }
    if (now_ns < self->retry_ns) return;
    if (!self->lease_id[0]) {
        acquire(lease);
        return;
    }
    if (self->is_recalled) {
        /* Others wait: all is given back, and half as much asked for again. */
        if (self->units > 1) self->units /= 2;
        return_lease(lease);
        acquire(lease);
        return;
    }
    uint64_t low = self->units / 2;
    if (self->low_water > low) low = self->low_water;
    if (self->is_reported || in_hand(lease) <= low || now_ns >= self->renew_ns) renew(lease);
}

static void *run(void *argument) {
    tenancy_lease *lease = argument;
    inner *self = lease->inner;
    pthread_mutex_lock(&self->lock);
    while (!self->is_stopping) {
        pthread_mutex_unlock(&self->lock);
        look(lease);
        pthread_mutex_lock(&self->lock);
        if (self->is_stopping) break;
        int64_t until = nanoseconds(CLOCK_MONOTONIC) + LOOK_NS;
        struct timespec time = {until / 1000000000, until % 1000000000};
        pthread_cond_timedwait(&self->news, &self->lock, &time);
    }
    pthread_mutex_unlock(&self->lock);
    if (self->lease_id[0]) return_lease(lease);
    return NULL;
}

/* With every signal blocked: they are for the program's own threads. */
static bool start_thread(tenancy_lease *lease) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool is_started = pthread_create(&lease->inner->thread, NULL, run, lease) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return is_started;
}

static void free_lease(tenancy_lease *lease) {
    if (lease->inner) {
        tenancy_client_free(lease->inner->client);
        free((char *)lease->inner->options.tenant_code);
        free(lease->inner);
    }
    free(lease);
}

tenancy_lease *tenancy_lease_new(
    const tenancy_options *server, const tenancy_lease_options *options, const char **why) {
    const char *reason = "out of memory";
    tenancy_lease *lease = aligned_alloc(64, (sizeof *lease + 63) / 64 * 64);
    if (lease) {
        memset(lease, 0, sizeof *lease);
        lease->inner = calloc(1, sizeof *lease->inner);
    }
    inner *self = lease ? lease->inner : NULL;
    if (self) {
        self->options = *options;
        self->options.tenant_code = options->tenant_code ? strdup(options->tenant_code) : NULL;
        if (self->options.units == 0) self->options.units = 1;
        self->units = self->options.units;
        if (self->options.time_to_live_ms == 0) {
            self->options.time_to_live_ms = TIME_TO_LIVE_DEFAULT_MS;
        }
        self->code = TENANCY_UNAVAILABLE;
        self->client = tenancy_client_new(server, &reason);
    }
    pthread_condattr_t attributes;
    if (self && self->client && pthread_condattr_init(&attributes) == 0) {
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        pthread_mutex_init(&self->lock, NULL);
        pthread_cond_init(&self->news, &attributes);
        pthread_condattr_destroy(&attributes);
        if (start_thread(lease)) return lease;
        reason = "no thread is to be had";
        pthread_cond_destroy(&self->news);
        pthread_mutex_destroy(&self->lock);
    }
    if (lease) free_lease(lease);
    if (why) *why = reason;
    return NULL;
}

void tenancy_lease_free(tenancy_lease *lease) {
    if (!lease) return;
    pthread_mutex_lock(&lease->inner->lock);
    lease->inner->is_stopping = true;
    pthread_cond_broadcast(&lease->inner->news);
    pthread_mutex_unlock(&lease->inner->lock);
    pthread_join(lease->inner->thread, NULL);
    pthread_cond_destroy(&lease->inner->news);
    pthread_mutex_destroy(&lease->inner->lock);
    free_lease(lease);
}

static bool is_expired(tenancy_lease *lease) {
    return nanoseconds(CLOCK_MONOTONIC_COARSE)
        >= __atomic_load_n(&lease->block.expires_ns, __ATOMIC_ACQUIRE);
}

tenancy_lease_info tenancy_lease_state(tenancy_lease *lease) {
    inner *self = lease->inner;
    pthread_mutex_lock(&self->lock);
    uint64_t available = in_hand(lease);
    tenancy_lease_info info = {
        .available = is_expired(lease) ? 0 : available,
        .consumed = self->consumed_before + self->granted - available,
        .code = self->code, .leases = self->leases};
    pthread_mutex_unlock(&self->lock);
    return info;
}

bool tenancy_lease_wait(tenancy_lease *lease, int64_t timeout_ms) {
    inner *self = lease->inner;
    int64_t until = nanoseconds(CLOCK_MONOTONIC) + timeout_ms * 1000000;
    struct timespec time = {until / 1000000000, until % 1000000000};
    bool is_late = false, has_some = false;
    pthread_mutex_lock(&self->lock);
    while (!(has_some = in_hand(lease) > 0 && !is_expired(lease)) && !is_late) {
        is_late = pthread_cond_timedwait(&self->news, &self->lock, &time) != 0;
    }
    pthread_mutex_unlock(&self->lock);
    return has_some;
}
