/* Where a test's MongoDB database is: on a server that was started for it (tests/mongodb). */
#ifndef TESTS_UNIT_MONGO_PLACE_H
#define TESTS_UNIT_MONGO_PLACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "store/mongo_driver.h"
#include "store/store.h"

struct mongo_place {
    char uri[512];
    pid_t starter; /* of the server */
    pid_t server;  /* 0: not ours */
    struct chatur_config config;
    mongoc_client_t *client; /* the test's own look at the database */
    char database[64];
};

/* Starts a server and makes the indexes. `options` are tests/mongodb's; ends with NULL. */
void mongo_place_make(struct mongo_place *place, const char *const *options);
void mongo_place_remove(struct mongo_place *place);

/* What the contract wants of a backend; `context` is the place. */
void mongo_place_empty(void *context);
struct chatur_store *mongo_place_open(void *context);
int64_t mongo_place_reserved_coins(void *context, const char *uid);
bool mongo_place_is_sound(void *context);

/* The first document that `filter` (JSON) finds; NULL: none. Free it with bson_destroy. */
bson_t *mongo_place_find(struct mongo_place *place, const char *name, const char *filter);
int64_t mongo_place_count(struct mongo_place *place, const char *name, const char *filter);

/* Stores a document given as extended JSON; false: its id or another unique value is taken. */
bool mongo_place_insert(struct mongo_place *place, const char *name, const char *json);

/* Stores so many emails of a user, with nothing else in them. */
void mongo_place_fill(struct mongo_place *place, const char *uid, int count);

/* Changes one document, which must be there; `update` is {"$set": …} and the like. */
void mongo_place_update(struct mongo_place *place, const char *name, const char *filter,
                        const char *update);

#endif
