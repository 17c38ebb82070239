/* Counters that cannot be added to: null, texts, whatever another service or somebody by hand left
 * there. Each would keep a delivery from being settled, now and at every reclaim; so they are made
 * numbers before they are needed as such. */
#include "store/mongo_store.h"

#include <stdio.h>

/* Adding to more could overflow. */
#define MOST (INT64_C(1) << 62)

/* The server adds to what is absent as well. */
static bool can_be_added_to(const bson_t *user, const char *counter)
{
    bson_iter_t at;
    if (!bson_iter_init_find(&at, user, counter)) {
        return true;
    }
    switch (bson_iter_type(&at)) {
    case BSON_TYPE_DOUBLE:
        return bson_iter_double(&at) > -(double)MOST && bson_iter_double(&at) < (double)MOST;
    case BSON_TYPE_INT32:
    case BSON_TYPE_INT64:
        return mongo_number(user, counter) > -MOST && mongo_number(user, counter) < MOST;
    default:
        return false;
    }
}

/* {$set: {<counter>: …}} of an update's pipeline: a number as it is, the whole number that a text
 * or a decimal is; otherwise, or when it is beyond all sense, 0. */
static bson_t *mending(const char *counter)
{
    char path[32];
    (void)snprintf(path, sizeof(path), "$%s", counter);
    bson_t *type = BCON_NEW("$type", BCON_UTF8(path));
    bson_t *value =
        BCON_NEW("$switch", "{", "branches", "[", "{", "case", "{", "$in", "[", BCON_DOCUMENT(type),
                 "[", BCON_UTF8("int"), BCON_UTF8("long"), BCON_UTF8("double"), "]", "]", "}",
                 "then", BCON_UTF8(path), "}", "{", "case", "{", "$in", "[", BCON_DOCUMENT(type),
                 "[", BCON_UTF8("string"), BCON_UTF8("decimal"), "]", "]", "}", "then", "{",
                 "$convert", "{", "input", BCON_UTF8(path), "to", BCON_UTF8("long"), "onError",
                 BCON_INT64(0), "}", "}", "}", "]", "default", BCON_INT64(0), "}");
    bson_t *pipeline =
        BCON_NEW("0", "{", "$set", "{", counter, "{", "$let", "{", "vars", "{", "value",
                 BCON_DOCUMENT(value), "}", "in", "{", "$cond", "[", "{", "$and", "[", "{", "$gt",
                 "[", BCON_UTF8("$$value"), BCON_INT64(-MOST), "]", "}", "{", "$lt", "[",
                 BCON_UTF8("$$value"), BCON_INT64(MOST), "]", "}", "]", "}", BCON_UTF8("$$value"),
                 BCON_INT64(0), "]", "}", "}", "}", "}", "}");
    bson_destroy(value);
    bson_destroy(type);
    return pipeline;
}

enum chatur_outcome mongo_mend_counters(struct mongo_session *session, const bson_t *user,
                                        struct chatur_error *error)
{
    static const char *const counters[] = {"usedTokens", "generatedEmailCount"};
    enum chatur_outcome outcome = CHATUR_OK;
    bson_oid_t id;
    for (size_t i = 0; outcome == CHATUR_OK && i < sizeof(counters) / sizeof(counters[0]); i++) {
        if (can_be_added_to(user, counters[i]) || !mongo_oid(user, "_id", &id)) {
            continue;
        }
        outcome = mongo_update(session, MONGO_USERS, BCON_NEW("_id", BCON_OID(&id)),
                               mending(counters[i]), error);
        outcome = outcome == CHATUR_EMPTY ? CHATUR_OK : outcome; /* the user is gone */
    }
    return outcome;
}
