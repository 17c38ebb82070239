/* Redis watch (private to cache): the values this process keeps, and the one connection by which
 * Redis tells it what has changed (CLIENT TRACKING, broadcasting, redirected to itself: RESP2 has
 * no other way). Thread-safe. */
#ifndef CHATUR_CACHE_REDIS_WATCH_H
#define CHATUR_CACHE_REDIS_WATCH_H

#include "cache/cache.h"
#include "cache/redis_gate.h"
#include "cache/redis_link.h"

/* Writing to `REDIS_USER_PREFIX + sixteen hex digits` (redis_user_hash) tells every watch. The
 * prefix has a version: what the digits mean may change. */
#define REDIS_USER_PREFIX "chatur:1:user:"

/* Without a secret: whoever can write to the store must be able to tell, also an operator's shell
 * that has no key. Users' ids are not to be guessed, and a collision only costs a look-up. Who
 * reads Redis and has a uid can tell that this user changed in the last CHATUR_CACHE_MAX_AGE_MS. */
uint64_t redis_user_hash(const char *key);

struct redis_watch;

/* `place` and `gate` are borrowed. NULL: out of memory. */
struct redis_watch *redis_watch_new(const struct redis_place *place, struct redis_gate *gate);
void redis_watch_free(struct redis_watch *watch);

/* As chatur_cache_get and _put. */
bool redis_watch_get(struct redis_watch *watch, const char *key, struct chatur_cache_value *value,
                     struct chatur_cache_fill *fill);
void redis_watch_put(struct redis_watch *watch, const char *key,
                     const struct chatur_cache_value *value, const struct chatur_cache_fill *fill);

/* What this process is going to hear anyway, now. */
void redis_watch_drop(struct redis_watch *watch, const char *key);

/* The server is not the one that is written to any more: what it would tell comes too late. */
void redis_watch_leave(struct redis_watch *watch);

#endif
