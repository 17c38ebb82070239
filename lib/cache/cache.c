/* What is the same for every backend: choosing one, waiting where nobody could be told, and what a
 * theoretical arrival time means for the caller. */
#include "cache/cache.h"

#include <errno.h>
#include <time.h>

#include "cache/local.h"
#include "cache/redis.h"

enum chatur_outcome chatur_cache_new(const struct chatur_config *config,
                                     struct chatur_cache **cache, struct chatur_error *error)
{
    return config->redis_url[0] != '\0' ? chatur_redis_new(config, cache, error)
                                        : chatur_local_new(config, cache, error);
}

void chatur_cache_free(struct chatur_cache *cache)
{
    if (cache != NULL) {
        cache->ops->free(cache);
    }
}

bool chatur_cache_get(struct chatur_cache *cache, const char *key, struct chatur_cache_value *value,
                      struct chatur_cache_fill *fill)
{
    *fill = (struct chatur_cache_fill){0};
    return cache->ops->get(cache, key, value, fill);
}

void chatur_cache_put(struct chatur_cache *cache, const char *key,
                      const struct chatur_cache_value *value, const struct chatur_cache_fill *fill)
{
    if (fill->began_us != 0 && value->length <= sizeof(value->bytes)) {
        cache->ops->put(cache, key, value, fill);
    }
}

/* A little longer than any value may live, for clocks that do not tick alike. */
static void wait_until_expired(void)
{
    const int wait_ms = CHATUR_CACHE_MAX_AGE_MS + 50;
    struct timespec left = {.tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000L};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR) {
    }
}

void chatur_cache_forget(struct chatur_cache *cache, const char *key)
{
    if (!cache->ops->tell(cache, key)) {
        wait_until_expired();
    }
}

void chatur_cache_refresh(struct chatur_cache *cache, const char *key)
{
    (void)cache->ops->tell(cache, key);
}

static int64_t seconds_up(int64_t milliseconds)
{
    return milliseconds > 0 ? (milliseconds + 999) / 1000 : 0;
}

void chatur_cache_take(struct chatur_cache *cache, const char *key, const struct chatur_rate *rate,
                       int64_t now_ms, struct chatur_allowance *allowance)
{
    const int64_t exact_ms = rate->period_s * 1000 / rate->count;
    const int64_t interval_ms = exact_ms > 0 ? exact_ms : 1;
    const int64_t window_ms = interval_ms * rate->count;
    int64_t arrival_ms = 0;
    bool allowed = cache->ops->take(cache, key, interval_ms, window_ms, now_ms, &arrival_ms);
    int64_t ahead_ms = arrival_ms > now_ms ? arrival_ms - now_ms : 0;
    *allowance = (struct chatur_allowance){
        .allowed = allowed,
        .limit = rate->count,
        .remaining = ahead_ms < window_ms ? (window_ms - ahead_ms) / interval_ms : 0,
        .reset_s = seconds_up(ahead_ms),
    };
    if (!allowed) {
        int64_t wait_s = seconds_up(ahead_ms + interval_ms - window_ms);
        allowance->retry_after_s = wait_s > 0 ? wait_s : 1;
    }
}

void chatur_allowance_tighten(struct chatur_allowance *tightest,
                              const struct chatur_allowance *other)
{
    if (tightest->limit == 0 || !other->allowed ||
        (tightest->allowed && other->remaining < tightest->remaining)) {
        *tightest = *other;
    }
}

void chatur_cache_close_until(struct chatur_cache *cache, const char *key, int64_t until_ms,
                              int64_t now_ms)
{
    cache->ops->close(cache, key, until_ms, now_ms);
}

int64_t chatur_cache_closed_until(struct chatur_cache *cache, const char *key, int64_t now_ms)
{
    int64_t until_ms = cache->ops->closed(cache, key, now_ms);
    return until_ms > now_ms ? until_ms : 0;
}
