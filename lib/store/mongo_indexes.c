/* The indexes: which ones, and whether they are there. Made are they by an explicit step
 * (mongo_prepare.c). Without the unique ones no new user is made, and the service does not call
 * itself ready.
 *
 * One on the right keys is not the right one yet: with another collation it takes ANN@ for somebody
 * else than ann@, with another filter it leaves documents out, with another expiry it deletes them
 * or does not. So all that changes what an index does is compared. */
#include "store/mongo_store.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

/* Unique addresses whatever their case, as in SQLite. Only texts that are not empty count: the
 * service before this one had users without an address. */
const struct mongo_index mongo_indexes[MONGO_INDEXES] = {
    {"uid", "uid", MONGO_USERS},    {"email", "email", MONGO_USERS},
    {"erasing", NULL, MONGO_USERS}, {"history", NULL, MONGO_EMAILS},
    {"fences", NULL, MONGO_EMAILS}, {"user", NULL, MONGO_FEEDBACK},
};

static bson_t *keys_of(size_t index)
{
    switch (index) {
    case 0:
        return BCON_NEW("uid", BCON_INT32(1));
    case 1:
        return BCON_NEW("email", BCON_INT32(1));
    case 2:
        return BCON_NEW("erasing", BCON_INT32(1));
    case 3:
        return BCON_NEW("userId", BCON_INT32(1), "createdOn", BCON_INT32(-1), "_id",
                        BCON_INT32(-1));
    case 4:
        return BCON_NEW("expireOn", BCON_INT32(1));
    default:
        return BCON_NEW("userId", BCON_INT32(1));
    }
}

bson_t *mongo_index_collation(const struct mongo_index *index)
{
    return index->unique_field != NULL && strcmp(index->unique_field, "email") == 0
               ? BCON_NEW("locale", BCON_UTF8("en"), "strength", BCON_INT32(2))
               : NULL;
}

bson_t *mongo_index_filter(const struct mongo_index *index)
{
    return index->unique_field != NULL && strcmp(index->unique_field, "email") == 0
               ? BCON_NEW("email", "{", "$gt", BCON_UTF8(""), "}")
               : NULL;
}

bson_t *mongo_index_specification(size_t number)
{
    const struct mongo_index *index = &mongo_indexes[number];
    bson_t *keys = keys_of(number);
    bson_t *specification = BCON_NEW("key", BCON_DOCUMENT(keys), "name", BCON_UTF8(index->name));
    bson_destroy(keys);
    if (index->unique_field != NULL) {
        BSON_APPEND_BOOL(specification, "unique", true);
    }
    bson_t *collation = mongo_index_collation(index);
    bson_t *filter = mongo_index_filter(index);
    if (collation != NULL) {
        BSON_APPEND_DOCUMENT(specification, "collation", collation);
        BSON_APPEND_DOCUMENT(specification, "partialFilterExpression", filter);
    }
    bson_destroy(filter);
    bson_destroy(collation);
    if (number == 2 || number == 4) {
        BSON_APPEND_BOOL(specification, "sparse", true);
    }
    if (number == 4) {
        BSON_APPEND_INT64(specification, "expireAfterSeconds", 0);
    }
    return specification;
}

/* --- looking at what is there --- */

/* True for the same fields in the same order and directions, whoever made the index and however he
 * called it. */
static bool has_same_keys(const bson_t *left, const bson_t *right)
{
    bson_iter_t at_left;
    bson_iter_t at_right;
    if (!bson_iter_init(&at_left, left) || !bson_iter_init(&at_right, right)) {
        return false;
    }
    for (;;) {
        bool more = bson_iter_next(&at_left);
        if (bson_iter_next(&at_right) != more) {
            return false;
        }
        if (!more) {
            return true;
        }
        if (strcmp(bson_iter_key(&at_left), bson_iter_key(&at_right)) != 0 ||
            mongo_number(left, bson_iter_key(&at_left)) !=
                mongo_number(right, bson_iter_key(&at_right))) {
            return false;
        }
    }
}

/* The server lists what was not asked for as well, with its default. */
static bool has_same_collation(const bson_t *found, const bson_t *wanted)
{
    bson_t left;
    bson_t right;
    if (!mongo_inner(wanted, "collation", &right)) {
        return !mongo_inner(found, "collation", &left) ||
               strcmp(mongo_text(&left, "locale"), "simple") == 0;
    }
    if (!mongo_inner(found, "collation", &left)) {
        return false;
    }
    const char *alternate = mongo_text(&left, "alternate");
    return strcmp(mongo_text(&left, "locale"), mongo_text(&right, "locale")) == 0 &&
           mongo_number(&left, "strength") == mongo_number(&right, "strength") &&
           !mongo_flag(&left, "caseLevel") && !mongo_flag(&left, "numericOrdering") &&
           !mongo_flag(&left, "normalization") &&
           (alternate[0] == '\0' || strcmp(alternate, "non-ignorable") == 0);
}

static bool has_same_filter(const bson_t *found, const bson_t *wanted)
{
    bson_t left;
    bson_t right;
    bool is_found = mongo_inner(found, "partialFilterExpression", &left);
    bool is_wanted = mongo_inner(wanted, "partialFilterExpression", &right);
    return is_found == is_wanted && (!is_found || bson_equal(&left, &right));
}

static bool has_same_expiry(const bson_t *found, const bson_t *wanted)
{
    return mongo_has(found, "expireAfterSeconds") == mongo_has(wanted, "expireAfterSeconds") &&
           mongo_number(found, "expireAfterSeconds") == mongo_number(wanted, "expireAfterSeconds");
}

/* In what an index on the right keys is another one; NULL: in nothing. */
static const char *difference(const bson_t *found, const bson_t *wanted)
{
    if (mongo_flag(found, "unique") != mongo_flag(wanted, "unique")) {
        return mongo_flag(wanted, "unique") ? "is not unique" : "is unique";
    }
    if (!has_same_collation(found, wanted)) {
        return "has another collation";
    }
    if (!has_same_filter(found, wanted)) {
        return "has another partialFilterExpression";
    }
    if (!has_same_expiry(found, wanted)) {
        return "has another expireAfterSeconds";
    }
    if (mongo_flag(found, "sparse") != mongo_flag(wanted, "sparse")) {
        return mongo_flag(wanted, "sparse") ? "is not sparse" : "is sparse";
    }
    return NULL;
}

static void recognise(const bson_t *found, enum mongo_collection collection,
                      struct mongo_index_state states[MONGO_INDEXES])
{
    bson_t keys;
    if (!mongo_inner(found, "key", &keys)) {
        return;
    }
    for (size_t i = 0; i < MONGO_INDEXES; i++) {
        struct mongo_index_state *state = &states[i];
        const char *name = mongo_text(found, "name");
        bson_t *wanted = mongo_index_specification(i);
        bson_t *wanted_keys = keys_of(i);
        const char *why = NULL;
        if (mongo_indexes[i].collection == collection && has_same_keys(&keys, wanted_keys)) {
            why = difference(found, wanted);
            state->is_present = state->is_present || why == NULL;
        } else if (mongo_indexes[i].collection == collection &&
                   strcmp(name, mongo_indexes[i].name) == 0) {
            why = "has other keys";
        }
        if (why != NULL) {
            state->difference = why;
            (void)snprintf(state->different, sizeof(state->different), "%s", name);
        }
        bson_destroy(wanted_keys);
        bson_destroy(wanted);
    }
}

enum chatur_outcome mongo_look_at_indexes(struct mongo_session *session,
                                          struct mongo_index_state states[MONGO_INDEXES],
                                          struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_OK;
    memset(states, 0, MONGO_INDEXES * sizeof(states[0]));
    for (size_t i = 0; outcome == CHATUR_OK && i < MONGO_COLLECTIONS; i++) {
        outcome = mongo_allot(session, error);
        if (outcome != CHATUR_OK) {
            break;
        }
        enum mongo_collection collection = (enum mongo_collection)i;
        const bson_t *found = NULL;
        bson_error_t problem;
        mongoc_cursor_t *cursor =
            mongoc_collection_find_indexes_with_opts(mongo_collection(session, collection), NULL);
        while (mongoc_cursor_next(cursor, &found)) {
            recognise(found, collection, states);
        }
        if (mongoc_cursor_error(cursor, &problem)) {
            outcome = mongo_fail(session, &problem, error);
        }
        mongoc_cursor_destroy(cursor);
    }
    return outcome;
}

enum chatur_outcome mongo_require_indexes(struct mongo_session *session, struct chatur_error *error)
{
    struct mongo_index_state states[MONGO_INDEXES];
    if (atomic_load(&session->store->indexed)) {
        return CHATUR_OK;
    }
    enum chatur_outcome outcome = mongo_look_at_indexes(session, states, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    for (size_t i = 0; i < MONGO_INDEXES; i++) {
        if (!states[i].is_present) {
            outcome = chatur_fail(error, CHATUR_UNAVAILABLE,
                                  "mongo: database \"%s\" has no index \"%s\" on %s: run `chatur "
                                  "database prepare`",
                                  session->store->database, mongo_indexes[i].name,
                                  mongo_collection_names[mongo_indexes[i].collection]);
            if (!atomic_exchange(&session->store->complained, true) && error != NULL) {
                chatur_log(CHATUR_ERROR, "%s", error->detail);
            }
            return outcome;
        }
    }
    atomic_store(&session->store->indexed, true);
    return CHATUR_OK;
}
