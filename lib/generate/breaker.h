/* Breaker: is a provider worth asking? Opens when it says that it is asked too often, for as long
 * as it says so, or when more than half of its calls in the last minute failed. After that time one
 * call may try (half-open), and what becomes of it closes the breaker or opens it again.
 *
 * What it counts is this process's; that it opened, and until when, it tells all others where they
 * can be told. Thread-safe. */
#ifndef CHATUR_GENERATE_BREAKER_H
#define CHATUR_GENERATE_BREAKER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "generate/failure.h"
#include "generate/outages.h"

#define CHATUR_BREAKER_BUCKETS 6 /* of ten seconds: a minute that moves on */

/* To be treated as opaque. */
struct chatur_breaker {
    pthread_mutex_t lock;
    struct chatur_outages *outages; /* NULL: nobody else is told */
    const char *provider;
    int64_t open_until_us;  /* 0: closed */
    int64_t probe_until_us; /* half-open: somebody tries until then */
    struct {
        int64_t number; /* of its ten seconds */
        unsigned calls;
        unsigned failures;
    } buckets[CHATUR_BREAKER_BUCKETS];
};

/* Starts closed. False: no mutex. */
bool chatur_breaker_init(struct chatur_breaker *breaker);
void chatur_breaker_destroy(struct chatur_breaker *breaker);

/* Tells the others, and heeds what they tell, of the provider of this name. Both are borrowed. To
 * be called before any thread uses the breaker. */
void chatur_breaker_share(struct chatur_breaker *breaker, struct chatur_outages *outages,
                          const char *provider);

/* May a call be made at this (monotonic) time, now or soon? When true, it should then be made, for
 * it may be the one that tries for all. */
bool chatur_breaker_admits(struct chatur_breaker *breaker, int64_t at_us);

/* What became of a call, admitted or not; a failure that says nothing of the provider (failure.h)
 * counts neither for it nor against it. `retry_after_ms`: what the provider asked for, or -1. */
void chatur_breaker_report(struct chatur_breaker *breaker, int64_t now_us,
                           enum chatur_failure failure, int64_t retry_after_ms);

#endif
