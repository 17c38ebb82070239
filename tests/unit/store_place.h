/* Where a test's SQLite database is: a folder that the store has to make, in a folder of ours. */
#ifndef TESTS_UNIT_STORE_PLACE_H
#define TESTS_UNIT_STORE_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

struct sqlite_place {
    char root[64];
    char folder[96];
    char path[128];
    char uri[160];
    struct chatur_config config;
};

void place_make(struct sqlite_place *place, const char *durability);
void place_remove(struct sqlite_place *place);

/* The fixture of a test that wants one: `*state` is a place with full durability. */
int place_set_up(void **state);
int place_tear_down(void **state);

/* The first column of the first row, as text in a static buffer; "" when there is none; NULL on an
 * error. `value` (may be NULL) is bound to ?1. By a connection of its own. */
const char *place_ask(const struct sqlite_place *place, const char *sql, const char *value);

/* What the contract wants of a backend; `context` is the place. */
void place_empty(void *context);
struct chatur_store *place_open(void *context);
int64_t place_reserved_coins(void *context, const char *uid);
bool place_is_sound(void *context);

#endif
