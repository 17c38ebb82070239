/* The indexes: made by an explicit step (`chatur database prepare`), because on a large collection
 * that takes a while, and because old data may break what is to be unique. Without the unique ones
 * no new user is made, and the service does not call itself ready. */
#include "store/mongo_store.h"

#include <stdio.h>

#include "base/log.h"
#include "base/text.h"
#include "store/store_admin.h"

#define INDEX_COUNT 6

/* How many documents that break one index are named. */
#define NAMED 20

struct index {
    const char *name;
    const char *unique_field;
    enum mongo_collection collection;
    bool is_unique;
};

/* Unique addresses whatever their case, as in SQLite. Only texts that are not empty count: the
 * service before this one had users without an address. */
static const struct index indexes[INDEX_COUNT] = {
    {"uid", "uid", MONGO_USERS, true},     {"email", "email", MONGO_USERS, true},
    {"erasing", NULL, MONGO_USERS, false}, {"history", NULL, MONGO_EMAILS, false},
    {"fences", NULL, MONGO_EMAILS, false}, {"user", NULL, MONGO_FEEDBACK, false},
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

static bson_t *specification_of(size_t index)
{
    bson_t *keys = keys_of(index);
    bson_t *specification =
        BCON_NEW("key", BCON_DOCUMENT(keys), "name", BCON_UTF8(indexes[index].name));
    bson_destroy(keys);
    switch (index) {
    case 0:
        BCON_APPEND(specification, "unique", BCON_BOOL(true));
        break;
    case 1:
        BCON_APPEND(specification, "unique", BCON_BOOL(true), "collation", "{", "locale",
                    BCON_UTF8("en"), "strength", BCON_INT32(2), "}", "partialFilterExpression", "{",
                    "email", "{", "$gt", BCON_UTF8(""), "}", "}");
        break;
    case 2:
        BCON_APPEND(specification, "sparse", BCON_BOOL(true));
        break;
    case 4:
        BCON_APPEND(specification, "sparse", BCON_BOOL(true), "expireAfterSeconds", BCON_INT32(0));
        break;
    default:
        break;
    }
    return specification;
}

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

static void recognise(const bson_t *found, enum mongo_collection collection,
                      bool present[INDEX_COUNT])
{
    bson_t keys;
    if (!mongo_inner(found, "key", &keys)) {
        return;
    }
    for (size_t i = 0; i < INDEX_COUNT; i++) {
        bson_t *wanted = keys_of(i);
        if (indexes[i].collection == collection && has_same_keys(&keys, wanted) &&
            mongo_flag(found, "unique") == indexes[i].is_unique) {
            present[i] = true;
        }
        bson_destroy(wanted);
    }
}

static enum chatur_outcome look(struct mongo_session *session, bool present[INDEX_COUNT],
                                struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_OK;
    memset(present, 0, INDEX_COUNT * sizeof(present[0]));
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
            recognise(found, collection, present);
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
    bool present[INDEX_COUNT];
    if (atomic_load(&session->store->indexed)) {
        return CHATUR_OK;
    }
    enum chatur_outcome outcome = look(session, present, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    for (size_t i = 0; i < INDEX_COUNT; i++) {
        if (!present[i]) {
            outcome = chatur_fail(error, CHATUR_UNAVAILABLE,
                                  "mongo: database \"%s\" has no index \"%s\" on %s: run `chatur "
                                  "database prepare`",
                                  session->store->database, indexes[i].name,
                                  mongo_collection_names[indexes[i].collection]);
            if (!atomic_exchange(&session->store->complained, true) && error != NULL) {
                chatur_log(CHATUR_ERROR, "%s", error->detail);
            }
            return outcome;
        }
    }
    atomic_store(&session->store->indexed, true);
    return CHATUR_OK;
}

/* --- making them --- */

struct preparation {
    struct mongo_session *session;
    chatur_store_reporter *report;
    void *context;
};

/* Names the documents that share a value. They are named by _id: what they share may be an address.
 */
static void report_group(const struct preparation *preparation, const struct index *index,
                         const bson_t *group)
{
    char line[200];
    bson_iter_t at;
    bson_iter_t inner;
    if (!bson_iter_init_find(&at, group, "ids") || !bson_iter_recurse(&at, &inner)) {
        return;
    }
    while (bson_iter_next(&inner)) {
        char id[CHATUR_ID_LENGTH + 1] = "?";
        if (BSON_ITER_HOLDS_OID(&inner)) {
            bson_oid_to_string(bson_iter_oid(&inner), id);
        }
        (void)snprintf(line, sizeof(line), "%s %s: shares its %s with another document",
                       mongo_collection_names[index->collection], id, index->unique_field);
        preparation->report(preparation->context, line);
    }
}

/* CHATUR_CONFLICT: there are documents with the same value. */
static enum chatur_outcome check_unique(const struct preparation *preparation,
                                        const struct index *index, struct chatur_error *error)
{
    char path[16];
    (void)snprintf(path, sizeof(path), "$%s", index->unique_field);
    bool is_address = strcmp(index->unique_field, "email") == 0;
    bson_t *filter =
        is_address ? BCON_NEW(index->unique_field, "{", "$gt", BCON_UTF8(""), "}") : bson_new();
    bson_t *value = is_address ? BCON_NEW("$toLower", BCON_UTF8(path)) : NULL;
    bson_t *group = BCON_NEW("ids", "{", "$push", BCON_UTF8("$_id"), "}", "count", "{", "$sum",
                             BCON_INT32(1), "}");
    if (value != NULL) {
        BSON_APPEND_DOCUMENT(group, "_id", value);
        bson_destroy(value);
    } else {
        BSON_APPEND_UTF8(group, "_id", path);
    }
    bson_t *pipeline =
        BCON_NEW("pipeline", "[", "{", "$match", BCON_DOCUMENT(filter), "}", "{", "$group",
                 BCON_DOCUMENT(group), "}", "{", "$match", "{", "count", "{", "$gt", BCON_INT32(1),
                 "}", "}", "}", "{", "$limit", BCON_INT32(NAMED), "}", "]");
    bson_t *options = BCON_NEW("allowDiskUse", BCON_BOOL(true));
    mongoc_cursor_t *cursor =
        mongoc_collection_aggregate(mongo_collection(preparation->session, index->collection),
                                    MONGOC_QUERY_NONE, pipeline, options, NULL);
    enum chatur_outcome outcome = CHATUR_OK;
    const bson_t *found = NULL;
    bson_error_t problem;
    while (mongoc_cursor_next(cursor, &found)) {
        report_group(preparation, index, found);
        outcome = CHATUR_CONFLICT;
    }
    if (mongoc_cursor_error(cursor, &problem)) {
        outcome = mongo_fail(preparation->session, &problem, error);
    }
    mongoc_cursor_destroy(cursor);
    bson_destroy(options);
    bson_destroy(pipeline);
    bson_destroy(group);
    bson_destroy(filter);
    return outcome;
}

static enum chatur_outcome make(const struct preparation *preparation, size_t index,
                                struct chatur_error *error)
{
    struct mongo_session *session = preparation->session;
    bson_t *specification = specification_of(index);
    bson_t *command =
        BCON_NEW("createIndexes", BCON_UTF8(mongo_collection_names[indexes[index].collection]),
                 "indexes", "[", BCON_DOCUMENT(specification), "]");
    bson_t reply;
    bson_error_t problem;
    bool is_done = mongoc_client_command_simple(session->client, session->store->database, command,
                                                NULL, &reply, &problem);
    bson_destroy(&reply);
    bson_destroy(command);
    bson_destroy(specification);
    return is_done ? CHATUR_OK : mongo_fail(session, &problem, error);
}

static enum chatur_outcome prepare(const struct preparation *preparation,
                                   struct chatur_error *error)
{
    char line[200];
    bool present[INDEX_COUNT];
    enum chatur_outcome outcome = look(preparation->session, present, error);
    bool fits = true;
    for (size_t i = 0; i < INDEX_COUNT && outcome == CHATUR_OK; i++) {
        if (!present[i] && indexes[i].is_unique) {
            outcome = check_unique(preparation, &indexes[i], error);
            fits = fits && outcome != CHATUR_CONFLICT;
            outcome = outcome == CHATUR_CONFLICT ? CHATUR_OK : outcome;
        }
    }
    if (outcome == CHATUR_OK && !fits) {
        return chatur_fail(error, CHATUR_CONFLICT,
                           "documents share what must be unique; nothing was changed");
    }
    for (size_t i = 0; i < INDEX_COUNT && outcome == CHATUR_OK; i++) {
        outcome = present[i] ? CHATUR_OK : make(preparation, i, error);
        if (outcome == CHATUR_OK) {
            (void)snprintf(line, sizeof(line), "%s: index \"%s\" %s",
                           mongo_collection_names[indexes[i].collection], indexes[i].name,
                           present[i] ? "is there" : "was made");
            preparation->report(preparation->context, line);
        }
    }
    return outcome;
}

enum chatur_outcome mongo_prepare(struct chatur_store *base, chatur_store_reporter *report,
                                  void *context, struct chatur_error *error)
{
    struct mongo_session session;
    enum chatur_outcome outcome = mongo_begin(base, &session, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    const struct preparation preparation = {&session, report, context};
    outcome = prepare(&preparation, error);
    if (outcome == CHATUR_OK) {
        outcome = mongo_finish_erasures(&session, error);
    }
    return mongo_end(&session, outcome);
}
