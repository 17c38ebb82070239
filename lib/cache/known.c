/* A table of sets of a few entries each. It never grows: a full set gives up the entry that would
 * expire first. Each set counts what was dropped from it, also when there was nothing to drop: that
 * count is the marker by which a value that was fetched meanwhile is known to be too old. */
#include "cache/known.h"

#include <stdlib.h>
#include <string.h>

#define SETS 512
#define WAYS 4

struct entry {
    uint64_t hash;
    int64_t until_us;
    size_t length;
    char *key; /* NULL: the entry is free; the value stands behind its NUL */
};

struct set {
    uint64_t changes;
    struct entry entries[WAYS];
};

struct chatur_known {
    struct set sets[SETS];
};

struct chatur_known *chatur_known_new(void)
{
    return calloc(1, sizeof(struct chatur_known));
}

static void clear(struct entry *entry)
{
    free(entry->key);
    *entry = (struct entry){0};
}

void chatur_known_free(struct chatur_known *known)
{
    if (known != NULL) {
        chatur_known_drop_all(known);
        free(known);
    }
}

static size_t set_of(uint64_t hash)
{
    return hash % SETS;
}

bool chatur_known_find(const struct chatur_known *known, uint64_t hash, const char *key,
                       int64_t now_us, struct chatur_cache_value *value, uint64_t *changes)
{
    const struct set *set = &known->sets[set_of(hash)];
    *changes = set->changes;
    for (size_t i = 0; i < WAYS; i++) {
        const struct entry *entry = &set->entries[i];
        if (entry->key != NULL && entry->hash == hash && entry->until_us > now_us &&
            strcmp(entry->key, key) == 0) {
            value->length = entry->length;
            memcpy(value->bytes, entry->key + strlen(key) + 1, entry->length);
            return true;
        }
    }
    return false;
}

/* The key's own entry, a free one, or the one that matters least. */
static struct entry *place_for(struct set *set, uint64_t hash, const char *key)
{
    struct entry *place = &set->entries[0];
    for (size_t i = 0; i < WAYS; i++) {
        struct entry *entry = &set->entries[i];
        if (entry->key != NULL && entry->hash == hash && strcmp(entry->key, key) == 0) {
            return entry;
        }
        if (entry->until_us < place->until_us) { /* 0 in a free one */
            place = entry;
        }
    }
    return place;
}

void chatur_known_put(struct chatur_known *known, uint64_t hash, const char *key,
                      const struct chatur_cache_value *value, uint64_t changes, int64_t until_us)
{
    struct set *set = &known->sets[set_of(hash)];
    size_t key_size = strlen(key) + 1;
    if (set->changes != changes) {
        return;
    }
    char *copy = malloc(key_size + value->length);
    if (copy == NULL) {
        return;
    }
    memcpy(copy, key, key_size);
    memcpy(copy + key_size, value->bytes, value->length);
    struct entry *entry = place_for(set, hash, key);
    clear(entry);
    *entry =
        (struct entry){.hash = hash, .until_us = until_us, .length = value->length, .key = copy};
}

void chatur_known_drop(struct chatur_known *known, uint64_t hash)
{
    struct set *set = &known->sets[set_of(hash)];
    set->changes++;
    for (size_t i = 0; i < WAYS; i++) {
        if (set->entries[i].hash == hash) {
            clear(&set->entries[i]);
        }
    }
}

void chatur_known_drop_all(struct chatur_known *known)
{
    for (size_t i = 0; i < SETS; i++) {
        known->sets[i].changes++;
        for (size_t j = 0; j < WAYS; j++) {
            clear(&known->sets[i].entries[j]);
        }
    }
}
