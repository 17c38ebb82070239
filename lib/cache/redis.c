/* Redis keeps arrival times and moments, each with its expiry, and passes on the word that a user
 * has changed; it never holds a value. Commands go through links that are lent to one thread at a
 * time. Whatever it refuses to do, or does not do in time, is done on this machine instead. */
#include "cache/redis.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/siphash.h"
#include "cache/local.h"
#include "cache/redis_gate.h"
#include "cache/redis_link.h"
#include "cache/redis_watch.h"
#include "cache/secret.h"

#define IDLE_MAX 64

struct redis {
    struct chatur_cache base;
    struct redis_place *place;
    struct redis_watch *watch;
    struct chatur_cache *local; /* for when Redis is away */
    struct redis_gate gate;
    unsigned char key[CHATUR_SIPHASH_KEY_BYTES];
    pthread_mutex_t lock;
    struct redis_link *idle[IDLE_MAX];
    size_t idle_count;
};

/* --- links ----------------------------------------------------------------------------------- */

static struct redis_link *take_idle(struct redis *redis)
{
    struct redis_link *link = NULL;
    (void)pthread_mutex_lock(&redis->lock);
    if (redis->idle_count > 0) {
        link = redis->idle[--redis->idle_count];
    }
    (void)pthread_mutex_unlock(&redis->lock);
    return link;
}

static void give_back(struct redis *redis, struct redis_link *link)
{
    (void)pthread_mutex_lock(&redis->lock);
    if (redis->idle_count < IDLE_MAX) {
        redis->idle[redis->idle_count++] = link;
        link = NULL;
    }
    (void)pthread_mutex_unlock(&redis->lock);
    redis_link_close(link);
}

static void close_idle(struct redis *redis)
{
    for (struct redis_link *link = take_idle(redis); link != NULL; link = take_idle(redis)) {
        redis_link_close(link);
    }
}

/* What a server says that was the primary once: it is not where Redis is any more. */
static bool is_replica(const redisReply *refusal)
{
    return strncmp(refusal->str, "READONLY", 8) == 0;
}

/* Sends a command and waits for its reply. A link that was lying idle may have been closed by the
 * server long ago (it was restarted, it has a timeout), or lead to one that does not take our
 * commands any more (its name was given to another one): then all of them go, and a new one is
 * made. NULL, with the reason, when there is no reply. */
static redisReply *converse(struct redis *redis, const char *command, size_t length,
                            int64_t *sent_us, struct chatur_error *error)
{
    const int64_t deadline_us = chatur_monotonic_us() + CHATUR_CACHE_TIMEOUT_MS * INT64_C(1000);
    while (true) {
        bool lost = false;
        struct redis_link *link = take_idle(redis);
        bool used = link != NULL;
        if (!used) {
            link = redis_link_open(redis->place, deadline_us, error);
        }
        if (link == NULL) {
            return NULL;
        }
        redisReply *reply = NULL;
        *sent_us = chatur_monotonic_us();
        if (redis_link_send(link, command, length, deadline_us)) {
            reply = redis_link_receive(link, deadline_us, &lost);
        } else {
            lost = true;
        }
        if (reply != NULL && reply->type != REDIS_REPLY_ERROR) {
            give_back(redis, link);
            return reply;
        }
        redis_link_close(link);
        if (reply != NULL) {
            (void)chatur_fail(error, CHATUR_UNAVAILABLE, "%.200s", reply->str);
            if (is_replica(reply)) {
                redis_watch_leave(redis->watch);
            }
            freeReplyObject(reply);
            lost = true;
        } else {
            (void)chatur_fail(error, CHATUR_UNAVAILABLE, "no answer");
        }
        if (!used || !lost || chatur_monotonic_us() >= deadline_us) {
            return NULL;
        }
        close_idle(redis);
    }
}

/* NULL: Redis is away. */
static redisReply *ask(struct redis *redis, const char *format, ...)
{
    struct chatur_error error = {0};
    char *command = NULL;
    redisReply *reply = NULL;
    int64_t sent_us = 0;
    if (!redis_gate_pass(&redis->gate)) {
        return NULL;
    }
    va_list arguments;
    va_start(arguments, format);
    int length = redisvFormatCommand(&command, format, arguments);
    va_end(arguments);
    if (length < 0) {
        redis_gate_fail(&redis->gate, "out of memory");
        return NULL;
    }
    reply = converse(redis, command, (size_t)length, &sent_us, &error);
    redisFreeCommand(command);
    if (reply == NULL) {
        redis_gate_fail(&redis->gate, error.detail);
    } else {
        redis_gate_answered(&redis->gate, sent_us);
    }
    return reply;
}

/* Whether the reply, which it frees, is this status and nothing else. */
static bool is_answered_by(redisReply *reply, const char *status)
{
    bool right =
        reply != NULL && reply->type == REDIS_REPLY_STATUS && strcmp(reply->str, status) == 0;
    freeReplyObject(reply);
    return right;
}

/* --- known values ---------------------------------------------------------------------------- */

static bool redis_get(struct chatur_cache *cache, const char *key, struct chatur_cache_value *value,
                      struct chatur_cache_fill *fill)
{
    return redis_watch_get(((struct redis *)cache)->watch, key, value, fill);
}

static void redis_put(struct chatur_cache *cache, const char *key,
                      const struct chatur_cache_value *value, const struct chatur_cache_fill *fill)
{
    redis_watch_put(((struct redis *)cache)->watch, key, value, fill);
}

/* The write is what tells; nobody reads it, and it expires as soon as it may. The ping after it is
 * for servers that write to their clients in threads (io-threads), or stand behind a proxy: when it
 * is answered, what was on its way to others before has had a whole round trip's time. */
static bool redis_tell(struct chatur_cache *cache, const char *key)
{
    struct redis *redis = (struct redis *)cache;
    redis_watch_drop(redis->watch, key);
    return is_answered_by(ask(redis, "SET " REDIS_USER_PREFIX "%016llx 1 PX %d",
                              (unsigned long long)redis_user_hash(key), CHATUR_CACHE_MAX_AGE_MS),
                          "OK") &&
           is_answered_by(ask(redis, "PING"), "PONG");
}

/* --- times ----------------------------------------------------------------------------------- */

static unsigned long long hash_of(const struct redis *redis, const char *key)
{
    return chatur_siphash(redis->key, key, strlen(key));
}

/* As chatur_cache_ops.take has it, but by the server's clock: machines whose clocks differ would
 * take each other's times for long past or far ahead. Returns whether it was moved, and how far
 * ahead of now it is. (That a script writes after it has asked for the time is allowed since Redis
 * 5: what it did is replicated, not the script.) */
static const char take_script[] =
    "local interval, window, time = tonumber(ARGV[1]), tonumber(ARGV[2]), redis.call('TIME') "
    "local now = time[1] * 1000 + math.floor(time[2] / 1000) "
    "local found = tonumber(redis.call('GET', KEYS[1]) or '0') or 0 "
    "local from, moved = math.min(math.max(found, now), now + window), 0 "
    "if from + interval <= now + window then from, moved = from + interval, 1 "
    "elseif from == found then return {0, from - now} end "
    "redis.call('SET', KEYS[1], string.format('%.0f', from), 'PX', "
    "string.format('%.0f', from - now)) "
    "return {moved, from - now}";

static bool redis_take(struct chatur_cache *cache, const char *key, int64_t interval_ms,
                       int64_t window_ms, int64_t now_ms, int64_t *arrival_ms)
{
    struct redis *redis = (struct redis *)cache;
    redisReply *reply = ask(redis, "EVAL %s 1 chatur:1:rate:%016llx %lld %lld", take_script,
                            hash_of(redis, key), (long long)interval_ms, (long long)window_ms);
    if (reply == NULL || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 ||
        reply->element[0]->type != REDIS_REPLY_INTEGER ||
        reply->element[1]->type != REDIS_REPLY_INTEGER) {
        freeReplyObject(reply);
        return redis->local->ops->take(redis->local, key, interval_ms, window_ms, now_ms,
                                       arrival_ms);
    }
    bool moved = reply->element[0]->integer == 1;
    *arrival_ms = now_ms + reply->element[1]->integer;
    freeReplyObject(reply);
    return moved;
}

/* On this machine too: it may have to know while Redis is away. */
static void redis_close(struct chatur_cache *cache, const char *key, int64_t until_ms,
                        int64_t now_ms)
{
    struct redis *redis = (struct redis *)cache;
    redis->local->ops->close(redis->local, key, until_ms, now_ms);
    freeReplyObject(until_ms > now_ms
                        ? ask(redis, "SET chatur:1:time:%016llx %lld PX %lld", hash_of(redis, key),
                              (long long)until_ms, (long long)(until_ms - now_ms))
                        : ask(redis, "DEL chatur:1:time:%016llx", hash_of(redis, key)));
}

static int64_t redis_closed(struct chatur_cache *cache, const char *key, int64_t now_ms)
{
    struct redis *redis = (struct redis *)cache;
    redisReply *reply = ask(redis, "GET chatur:1:time:%016llx", hash_of(redis, key));
    bool found = reply != NULL && reply->type == REDIS_REPLY_STRING;
    if (!found && (reply == NULL || reply->type != REDIS_REPLY_NIL)) {
        freeReplyObject(reply);
        return redis->local->ops->closed(redis->local, key, now_ms);
    }
    int64_t until_ms = found ? strtoll(reply->str, NULL, 10) : 0;
    freeReplyObject(reply);
    return until_ms;
}

/* --- making it ------------------------------------------------------------------------------- */

static void redis_free(struct chatur_cache *cache)
{
    struct redis *redis = (struct redis *)cache;
    close_idle(redis);
    redis_watch_free(redis->watch);
    chatur_cache_free(redis->local);
    redis_place_free(redis->place);
    (void)pthread_mutex_destroy(&redis->lock);
    free(redis);
}

static const struct chatur_cache_ops redis_ops = {
    .name = "redis",
    .free = redis_free,
    .get = redis_get,
    .put = redis_put,
    .tell = redis_tell,
    .take = redis_take,
    .close = redis_close,
    .closed = redis_closed,
};

enum chatur_outcome chatur_redis_new(const struct chatur_config *config,
                                     struct chatur_cache **cache, struct chatur_error *error)
{
    static const char purpose[] = "chatur redis 1";
    struct redis *redis = calloc(1, sizeof(*redis));
    *cache = NULL;
    if (redis == NULL) {
        return chatur_no_memory(error);
    }
    redis->base.ops = &redis_ops;
    (void)pthread_mutex_init(&redis->lock, NULL);
    enum chatur_outcome outcome = redis_place_new(config, &redis->place, error);
    if (outcome == CHATUR_OK) {
        outcome = chatur_local_new(config, &redis->local, error);
    }
    if (outcome == CHATUR_OK) {
        chatur_cache_secret(config, purpose, strlen(purpose), redis->key);
        redis->watch = redis_watch_new(redis->place, &redis->gate);
        outcome = redis->watch != NULL ? CHATUR_OK : chatur_no_memory(error);
    }
    if (outcome != CHATUR_OK) {
        redis_free(&redis->base);
        return outcome;
    }
    *cache = &redis->base;
    return CHATUR_OK;
}
