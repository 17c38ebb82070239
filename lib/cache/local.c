/* A table of times in a file that every process of the machine maps. A slot is one 64-bit word: 22
 * bits of the key's hash and 42 bits of Unix time in milliseconds (to the year 2109). It changes
 * only by compare-and-swap, so there is no lock to die with, and no state of it is half written. A
 * time that has passed means nothing, so expiry costs nothing.
 *
 * A key may stand in any of a set's slots. One that is new takes the slot with the earliest time,
 * the first of several, and without a look at the clock: two that bring the same new key at once
 * therefore choose the same slot, and the second one finds that it has changed. (Times in a slot
 * only grow. Only where the clock was set back, and in a set that is full of times to come, where
 * one must give way to an earlier one, the same key might end up with two counts.)
 *
 * The hash of a key has a secret in it: nobody can aim at somebody else's slot, and two keys that
 * do share one are one in a million. */
#include "cache/local.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"
#include "cache/local_file.h"
#include "cache/secret.h"

#define TIME_BITS 42
#define TIME_MASK ((UINT64_C(1) << TIME_BITS) - 1)

struct local {
    struct chatur_cache base;
    const struct chatur_config *config;
    pthread_mutex_t opening;
    _Atomic(struct chatur_local_file *) file; /* NULL: not opened yet */
    unsigned char key[CHATUR_SIPHASH_KEY_BYTES];
};

static bool open_file(struct local *local)
{
    struct chatur_local_file *file = chatur_local_file_open(local->config);
    if (file != NULL) {
        chatur_cache_secret(local->config, file->salt, sizeof(file->salt), local->key);
    }
    atomic_store_explicit(&local->file, file, memory_order_release);
    return file != NULL;
}

/* The set that the key belongs to, and its tag, already in its place in the word. NULL: there is
 * no table. */
static _Atomic(uint64_t) *set_of(struct local *local, const char *name, uint64_t *tag)
{
    if (atomic_load_explicit(&local->file, memory_order_acquire) == NULL) {
        (void)pthread_mutex_lock(&local->opening);
        bool there = atomic_load(&local->file) != NULL || open_file(local);
        (void)pthread_mutex_unlock(&local->opening);
        if (!there) {
            return NULL;
        }
    }
    uint64_t hash = chatur_siphash(local->key, name, strlen(name));
    *tag = hash & ~TIME_MASK;
    struct chatur_local_file *file = atomic_load_explicit(&local->file, memory_order_acquire);
    return file->slots[hash % CHATUR_LOCAL_SETS];
}

/* The key's slot, or the one it would take; *word is what it held. */
static _Atomic(uint64_t) *slot_of(_Atomic(uint64_t) *set, uint64_t tag, uint64_t *word)
{
    _Atomic(uint64_t) *earliest = NULL;
    for (size_t way = 0; way < CHATUR_LOCAL_WAYS; way++) {
        uint64_t found = atomic_load_explicit(&set[way], memory_order_acquire);
        if (found != 0 && (found & ~TIME_MASK) == tag) {
            *word = found;
            return &set[way];
        }
        if (earliest == NULL || (found & TIME_MASK) < (*word & TIME_MASK)) {
            earliest = &set[way];
            *word = found;
        }
    }
    return earliest;
}

static int64_t time_of(uint64_t word, uint64_t tag)
{
    return word != 0 && (word & ~TIME_MASK) == tag ? (int64_t)(word & TIME_MASK) : 0;
}

static bool local_take(struct chatur_cache *cache, const char *key, int64_t interval_ms,
                       int64_t window_ms, int64_t now_ms, int64_t *arrival_ms)
{
    uint64_t tag = 0;
    uint64_t word = 0;
    uint64_t next = 0;
    _Atomic(uint64_t) *slot = NULL;
    _Atomic(uint64_t) *set = set_of((struct local *)cache, key, &tag);
    *arrival_ms = now_ms;
    if (set == NULL) {
        return true; /* nothing to count with: a limit is no reason to turn everybody away */
    }
    bool allowed = false;
    do {
        slot = slot_of(set, tag, &word);
        const int64_t found_ms = time_of(word, tag);
        int64_t from_ms = found_ms < now_ms ? now_ms : found_ms;
        /* Later than a call could have put it: the clock was set back. That is put right, or the
         * key would be refused until the clock is there again. */
        from_ms = from_ms > now_ms + window_ms ? now_ms + window_ms : from_ms;
        *arrival_ms = from_ms;
        allowed = from_ms + interval_ms <= now_ms + window_ms;
        if (!allowed && found_ms == from_ms) {
            return false;
        }
        next = tag | (uint64_t)(allowed ? from_ms + interval_ms : from_ms);
    } while (!atomic_compare_exchange_weak_explicit(slot, &word, next, memory_order_acq_rel,
                                                    memory_order_relaxed));
    *arrival_ms = (int64_t)(next & TIME_MASK);
    return allowed;
}

static void local_close(struct chatur_cache *cache, const char *key, int64_t until_ms,
                        int64_t now_ms)
{
    uint64_t tag = 0;
    uint64_t word = 0;
    _Atomic(uint64_t) *slot = NULL;
    _Atomic(uint64_t) *set = set_of((struct local *)cache, key, &tag);
    /* One that is over stays as a time that has passed. */
    const uint64_t next = tag | ((uint64_t)(until_ms > now_ms ? until_ms : now_ms) & TIME_MASK);
    if (set == NULL) {
        return;
    }
    do {
        slot = slot_of(set, tag, &word);
        if (until_ms <= now_ms && time_of(word, tag) == 0) {
            return; /* it was never closed: that needs no slot */
        }
    } while (!atomic_compare_exchange_weak_explicit(slot, &word, next, memory_order_acq_rel,
                                                    memory_order_relaxed));
}

static int64_t local_closed(struct chatur_cache *cache, const char *key, int64_t now_ms)
{
    uint64_t tag = 0;
    uint64_t word = 0;
    _Atomic(uint64_t) *set = set_of((struct local *)cache, key, &tag);
    (void)now_ms;
    if (set == NULL) {
        return 0;
    }
    (void)slot_of(set, tag, &word);
    return time_of(word, tag);
}

static bool local_get(struct chatur_cache *cache, const char *key, struct chatur_cache_value *value,
                      struct chatur_cache_fill *fill)
{
    (void)cache;
    (void)key;
    (void)value;
    (void)fill;
    return false;
}

static void local_put(struct chatur_cache *cache, const char *key,
                      const struct chatur_cache_value *value, const struct chatur_cache_fill *fill)
{
    (void)cache;
    (void)key;
    (void)value;
    (void)fill;
}

/* Nobody keeps anything, so everybody knows. */
static bool local_tell(struct chatur_cache *cache, const char *key)
{
    (void)cache;
    (void)key;
    return true;
}

static void local_free(struct chatur_cache *cache)
{
    struct local *local = (struct local *)cache;
    chatur_local_file_close(atomic_load(&local->file));
    (void)pthread_mutex_destroy(&local->opening);
    free(local);
}

static const struct chatur_cache_ops local_ops = {
    .name = "local",
    .free = local_free,
    .get = local_get,
    .put = local_put,
    .tell = local_tell,
    .take = local_take,
    .close = local_close,
    .closed = local_closed,
};

enum chatur_outcome chatur_local_new(const struct chatur_config *config,
                                     struct chatur_cache **cache, struct chatur_error *error)
{
    struct local *local = calloc(1, sizeof(*local));
    *cache = NULL;
    if (local == NULL) {
        return chatur_no_memory(error);
    }
    local->base.ops = &local_ops;
    local->config = config;
    (void)pthread_mutex_init(&local->opening, NULL);
    *cache = &local->base;
    return CHATUR_OK;
}
