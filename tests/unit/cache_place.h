/* Where the cache tests find a cache: a configuration, with a STATE_DIR and, for Redis, a server of
 * its own. */
#ifndef TESTS_UNIT_CACHE_PLACE_H
#define TESTS_UNIT_CACHE_PLACE_H

#include "cache/cache.h"
#include "redis_server.h"

#define CACHE_TEST_KEY "0123456789abcdef0123456789abcdef"

enum cache_kind { CACHE_LOCAL, CACHE_REDIS, CACHE_REDIS_TLS };

struct cache_place {
    enum cache_kind kind;
    struct chatur_config config;
    struct redis_server server;
    char state_dir[64];
    char url[128];
    char ca_file[96];
};

void cache_place_open(struct cache_place *place, enum cache_kind kind);
void cache_place_close(struct cache_place *place);

/* Another one at the same place, as another process or machine would make it. */
struct chatur_cache *cache_open(const struct cache_place *place);

/* Asks until values may be kept; fails the test when that takes longer than two seconds. */
void cache_warm(struct chatur_cache *cache);

/* Puts a value as somebody does who has just asked the store. */
void cache_learn(struct chatur_cache *cache, const char *key, const char *text);

/* Whether exactly this is what is known; false when nothing is. Anything else fails the test. */
bool cache_knows(struct chatur_cache *cache, const char *key, const char *text);

#endif
