/* Known (private to cache): the values that a process keeps, and what makes it forget them. No
 * locks: its owner has one. */
#ifndef CHATUR_CACHE_KNOWN_H
#define CHATUR_CACHE_KNOWN_H

#include "cache/cache.h"

struct chatur_known;

struct chatur_known *chatur_known_new(void);
void chatur_known_free(struct chatur_known *known);

/* False: not known, or no more; then *changes is for the put. */
bool chatur_known_find(const struct chatur_known *known, uint64_t hash, const char *key,
                       int64_t now_us, struct chatur_cache_value *value, uint64_t *changes);

/* Keeps a copy until `until_us`, unless something with this hash was dropped since the find. */
void chatur_known_put(struct chatur_known *known, uint64_t hash, const char *key,
                      const struct chatur_cache_value *value, uint64_t changes, int64_t until_us);

void chatur_known_drop(struct chatur_known *known, uint64_t hash);
void chatur_known_drop_all(struct chatur_known *known);

#endif
