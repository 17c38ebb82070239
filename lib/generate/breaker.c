#include "generate/breaker.h"

#include "base/clock.h"

#define SECOND_US INT64_C(1000000)
#define BUCKET_US (10 * SECOND_US)

/* Fewer calls than this in a minute say nothing. */
#define MIN_CALLS 5

#define COOLDOWN_US (5 * SECOND_US)

/* A provider that asks for more is tried once a minute all the same: it costs one call, and being
 * wrong about it would cost all of them. */
#define MAX_COOLDOWN_US (60 * SECOND_US)

/* One that tries and never reports (its thread was ended) must not keep the others out for good. */
#define PROBE_US (60 * SECOND_US)

bool chatur_breaker_init(struct chatur_breaker *breaker)
{
    *breaker = (struct chatur_breaker){0};
    return pthread_mutex_init(&breaker->lock, NULL) == 0;
}

void chatur_breaker_destroy(struct chatur_breaker *breaker)
{
    (void)pthread_mutex_destroy(&breaker->lock);
}

void chatur_breaker_share(struct chatur_breaker *breaker, struct chatur_outages *outages,
                          const char *provider)
{
    breaker->outages = outages;
    breaker->provider = provider;
}

/* Has somebody else found out that it is not to be asked at that time? */
static bool is_out(const struct chatur_breaker *breaker, int64_t at_us)
{
    struct chatur_outages *outages = breaker->outages;
    if (outages == NULL) {
        return false;
    }
    int64_t until_ms = outages->until(outages, breaker->provider);
    int64_t ahead_ms = (at_us - chatur_monotonic_us()) / 1000;
    return until_ms > chatur_now_ms() + ahead_ms;
}

bool chatur_breaker_admits(struct chatur_breaker *breaker, int64_t at_us)
{
    bool admits = true;
    if (is_out(breaker, at_us)) {
        return false;
    }
    (void)pthread_mutex_lock(&breaker->lock);
    if (breaker->open_until_us > 0) {
        admits = at_us >= breaker->open_until_us && at_us >= breaker->probe_until_us;
        if (admits) {
            breaker->probe_until_us = at_us + PROBE_US;
        }
    }
    (void)pthread_mutex_unlock(&breaker->lock);
    return admits;
}

static void forget(struct chatur_breaker *breaker)
{
    for (int i = 0; i < CHATUR_BREAKER_BUCKETS; i++) {
        breaker->buckets[i].calls = 0;
        breaker->buckets[i].failures = 0;
    }
}

static void count(struct chatur_breaker *breaker, int64_t now_us, bool failed)
{
    int64_t number = now_us / BUCKET_US;
    int place = (int)(number % CHATUR_BREAKER_BUCKETS);
    if (breaker->buckets[place].number != number) {
        breaker->buckets[place].number = number;
        breaker->buckets[place].calls = 0;
        breaker->buckets[place].failures = 0;
    }
    breaker->buckets[place].calls++;
    breaker->buckets[place].failures += failed;
}

static bool mostly_fails(const struct chatur_breaker *breaker, int64_t now_us)
{
    unsigned calls = 0;
    unsigned failures = 0;
    for (int i = 0; i < CHATUR_BREAKER_BUCKETS; i++) {
        if (now_us / BUCKET_US - breaker->buckets[i].number < CHATUR_BREAKER_BUCKETS) {
            calls += breaker->buckets[i].calls;
            failures += breaker->buckets[i].failures;
        }
    }
    return calls >= MIN_CALLS && failures * 2 > calls;
}

static void open_until(struct chatur_breaker *breaker, int64_t until_us)
{
    if (until_us > breaker->open_until_us) {
        breaker->open_until_us = until_us;
    }
    breaker->probe_until_us = 0;
    forget(breaker);
}

/* True: it opened, anew or for longer. */
static bool take_failure(struct chatur_breaker *breaker, int64_t now_us, bool opens,
                         int64_t retry_after_ms)
{
    bool half_open = breaker->open_until_us > 0 && now_us >= breaker->open_until_us;
    count(breaker, now_us, true);
    if (opens && retry_after_ms >= 0) {
        int64_t wait_us =
            retry_after_ms > MAX_COOLDOWN_US / 1000 ? MAX_COOLDOWN_US : retry_after_ms * 1000;
        open_until(breaker, now_us + wait_us);
    } else if (opens || half_open || mostly_fails(breaker, now_us)) {
        open_until(breaker, now_us + COOLDOWN_US);
    } else {
        return false;
    }
    return true;
}

static void take_success(struct chatur_breaker *breaker, int64_t now_us)
{
    count(breaker, now_us, false);
    /* One that began before it opened says nothing of the time since. */
    if (breaker->open_until_us > 0 && now_us >= breaker->open_until_us) {
        breaker->open_until_us = 0;
        breaker->probe_until_us = 0;
        forget(breaker);
    }
}

void chatur_breaker_report(struct chatur_breaker *breaker, int64_t now_us,
                           enum chatur_failure failure, int64_t retry_after_ms)
{
    const struct chatur_failure_rule *rule = chatur_failure_rule(failure);
    struct chatur_outages *outages = breaker->outages;
    int64_t open_us = 0;
    (void)pthread_mutex_lock(&breaker->lock);
    switch (rule->health) {
    case CHATUR_HEALTH_GOOD:
        take_success(breaker, now_us);
        break;
    case CHATUR_HEALTH_BAD:
        if (take_failure(breaker, now_us, rule->opens, retry_after_ms)) {
            open_us = breaker->open_until_us - now_us;
        }
        break;
    case CHATUR_HEALTH_UNKNOWN:
        breaker->probe_until_us = 0; /* if it tried for all, the next one may */
        break;
    }
    (void)pthread_mutex_unlock(&breaker->lock);
    if (outages != NULL && open_us > 0) {
        outages->announce(outages, breaker->provider, chatur_now_ms() + open_us / 1000);
    }
}
