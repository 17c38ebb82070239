/* Snapshot (private to auth): of a user what a session needs, as the cache keeps it. Coins are not
 * in it: they change by the second, and belong to the store. */
#ifndef CHATUR_AUTH_SNAPSHOT_H
#define CHATUR_AUTH_SNAPSHOT_H

#include <stdbool.h>

#include "base/arena.h"
#include "cache/cache.h"
#include "store/store.h"

/* False: it is too long to be kept. */
bool chatur_snapshot_write(const struct chatur_user *user, struct chatur_cache_value *value);

/* Fills `*user`, with picture "" and no coins; strings go into the arena. False: out of memory. */
bool chatur_snapshot_read(const struct chatur_cache_value *value, struct chatur_arena *arena,
                          struct chatur_user *user);

#endif
