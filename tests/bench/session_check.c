/* What it takes to know who asks: `session_check PORT STATE_DIR` prints how many nanoseconds an
 * answer from memory takes, kept right by the Redis on that port of loopback, and how many a GET of
 * the same from it. Medians of rounds that take turns. */
#include <hiredis/hiredis.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cache/cache.h"

#define ROUNDS     7
#define FROM_CACHE 300000
#define FROM_REDIS 3000

static const char snapshot[] = "8 bytes 65f0c0ffee65f0c0ffee65f0 dev-86e0b9e56c17cc4d12387e1949b850"
                               " jane.doe@example.com Jane Doe";

static int compare(const void *left, const void *right)
{
    double l = *(const double *)left;
    double r = *(const double *)right;
    return (l > r) - (l < r);
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof(*values), compare);
    return values[ROUNDS / 2];
}

/* As auth does it: what is not known, or no more, is put back. Returns the hits. */
static long check(struct chatur_cache *cache, long count)
{
    struct chatur_cache_value value;
    struct chatur_cache_fill fill;
    long hits = 0;
    for (long i = 0; i < count; i++) {
        if (chatur_cache_get(cache, "dev-86e0b9e56c17cc4d12387e1949b850", &value, &fill)) {
            hits++;
        } else {
            value.length = sizeof(snapshot);
            memcpy(value.bytes, snapshot, sizeof(snapshot));
            chatur_cache_put(cache, "dev-86e0b9e56c17cc4d12387e1949b850", &value, &fill);
        }
    }
    return hits;
}

static int run(struct chatur_cache *cache, redisContext *redis)
{
    double cached[ROUNDS];
    double fetched[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        int64_t from_us = chatur_monotonic_us();
        long hits = check(cache, FROM_CACHE);
        cached[round] = (double)(chatur_monotonic_us() - from_us) * 1e3 / FROM_CACHE;
        if (round > 0 && hits < FROM_CACHE * 99 / 100) {
            (void)fprintf(stderr, "only %ld of %d were hits\n", hits, FROM_CACHE);
            return 1;
        }
        from_us = chatur_monotonic_us();
        for (int i = 0; i < FROM_REDIS; i++) {
            redisReply *reply = redisCommand(redis, "GET bench");
            if (reply == NULL || reply->type != REDIS_REPLY_STRING) {
                return 1;
            }
            freeReplyObject(reply);
        }
        fetched[round] = (double)(chatur_monotonic_us() - from_us) * 1e3 / FROM_REDIS;
    }
    (void)printf("%.0f %.0f\n", median(cached), median(fetched));
    return 0;
}

int main(int argc, char **argv)
{
    char url[64];
    struct chatur_cache *cache = NULL;
    if (argc != 3) {
        (void)fprintf(stderr, "usage: %s PORT STATE_DIR\n", argv[0]);
        return 2;
    }
    (void)snprintf(url, sizeof(url), "redis://127.0.0.1:%s", argv[1]);
    const struct chatur_config config = {
        .state_dir = argv[2], .jwt_key = "a benchmark", .redis_url = url, .redis_ca_file = ""};
    redisContext *redis = redisConnect("127.0.0.1", (int)strtol(argv[1], NULL, 10));
    if (redis == NULL || redis->err != 0 || chatur_cache_new(&config, &cache, NULL) != CHATUR_OK) {
        (void)fprintf(stderr, "there is no Redis at %s\n", url);
        return 1;
    }
    redisReply *reply = redisCommand(redis, "SET bench %s", snapshot);
    freeReplyObject(reply);
    int code = run(cache, redis);
    chatur_cache_free(cache);
    redisFree(redis);
    return code;
}
