/* Making the indexes: an explicit step (`chatur database prepare`), because on a large collection
 * that takes a while, and because what is there may stand in its way: documents that share what
 * must be unique, or an index that is another one. Then it says which, and changes nothing. */
#include "store/mongo_store.h"

#include <stdio.h>

/* How many values that documents share are reported one by one, and how many documents of each. */
#define NAMED 20

struct preparation {
    struct mongo_session *session;
    chatur_store_reporter *report;
    void *context;
};

/* --- documents that break what is to be unique --- */

/* Names the documents that share a value. They are named by _id: what they share may be an address.
 */
static void report_group(const struct preparation *preparation, const struct mongo_index *index,
                         const bson_t *group)
{
    char line[200];
    bson_iter_t at;
    bson_iter_t inner;
    int64_t left = mongo_number(group, "count");
    const char *collection = mongo_collection_names[index->collection];
    if (!bson_iter_init_find(&at, group, "ids") || !bson_iter_recurse(&at, &inner)) {
        return;
    }
    for (int i = 0; i < NAMED && bson_iter_next(&inner); i++) {
        char id[CHATUR_ID_LENGTH + 1] = "?";
        if (BSON_ITER_HOLDS_OID(&inner)) {
            bson_oid_to_string(bson_iter_oid(&inner), id);
        }
        (void)snprintf(line, sizeof(line), "%s %s: shares its %s with another document", collection,
                       id, index->unique_field);
        preparation->report(preparation->context, line);
        left--;
    }
    if (left > 0) {
        (void)snprintf(line, sizeof(line), "%s: and %lld more share it", collection,
                       (long long)left);
        preparation->report(preparation->context, line);
    }
}

static void report_rest(const struct preparation *preparation, const struct mongo_index *index,
                        int64_t groups, int64_t documents)
{
    char line[200];
    (void)snprintf(line, sizeof(line),
                   "%s: and %lld more values of %s are shared, by %lld documents",
                   mongo_collection_names[index->collection], (long long)groups,
                   index->unique_field, (long long)documents);
    preparation->report(preparation->context, line);
}

/* What the index would refuse, and so compared as the index does. */
static bson_t *sharing(const struct mongo_index *index)
{
    char path[16];
    (void)snprintf(path, sizeof(path), "$%s", index->unique_field);
    bson_t *filter = mongo_index_filter(index);
    bson_t *none = bson_new();
    bson_t *pipeline =
        BCON_NEW("pipeline", "[", "{", "$match", BCON_DOCUMENT(filter != NULL ? filter : none), "}",
                 "{", "$group", "{", "_id", BCON_UTF8(path), "ids", "{", "$push", BCON_UTF8("$_id"),
                 "}", "count", "{", "$sum", BCON_INT32(1), "}", "}", "}", "{", "$match", "{",
                 "count", "{", "$gt", BCON_INT32(1), "}", "}", "}", "]");
    bson_destroy(none);
    bson_destroy(filter);
    return pipeline;
}

/* CHATUR_CONFLICT: there are documents with the same value. */
static enum chatur_outcome check_unique(const struct preparation *preparation,
                                        const struct mongo_index *index, struct chatur_error *error)
{
    bson_t *pipeline = sharing(index);
    bson_t *options = BCON_NEW("allowDiskUse", BCON_BOOL(true));
    bson_t *collation = mongo_index_collation(index);
    if (collation != NULL) {
        BSON_APPEND_DOCUMENT(options, "collation", collation);
    }
    mongoc_cursor_t *cursor =
        mongoc_collection_aggregate(mongo_collection(preparation->session, index->collection),
                                    MONGOC_QUERY_NONE, pipeline, options, NULL);
    const bson_t *found = NULL;
    bson_error_t problem;
    int64_t groups = 0;
    int64_t documents = 0;
    for (; mongoc_cursor_next(cursor, &found); groups++) {
        if (groups < NAMED) {
            report_group(preparation, index, found);
        } else {
            documents += mongo_number(found, "count");
        }
    }
    if (groups > NAMED) {
        report_rest(preparation, index, groups - NAMED, documents);
    }
    enum chatur_outcome outcome = groups > 0 ? CHATUR_CONFLICT : CHATUR_OK;
    if (mongoc_cursor_error(cursor, &problem)) {
        outcome = mongo_fail(preparation->session, &problem, error);
    }
    mongoc_cursor_destroy(cursor);
    bson_destroy(collation);
    bson_destroy(options);
    bson_destroy(pipeline);
    return outcome;
}

/* --- an index in the place of another --- */

/* CHATUR_CONFLICT: there is one. */
static enum chatur_outcome check_place(const struct preparation *preparation,
                                       const struct mongo_index *index,
                                       const struct mongo_index_state *state)
{
    char line[400];
    const char *collection = mongo_collection_names[index->collection];
    if (state->difference == NULL) {
        return CHATUR_OK;
    }
    (void)snprintf(
        line, sizeof(line),
        "%s: index \"%s\" is in the place of \"%s\", but %s: when nothing else needs it, "
        "drop it (db.%s.dropIndex(\"%s\")) and prepare again",
        collection, state->different, index->name, state->difference, collection, state->different);
    preparation->report(preparation->context, line);
    return CHATUR_CONFLICT;
}

/* --- all of it --- */

static enum chatur_outcome make(const struct preparation *preparation, size_t number,
                                struct chatur_error *error)
{
    struct mongo_session *session = preparation->session;
    bson_t *specification = mongo_index_specification(number);
    bson_t *command = BCON_NEW("createIndexes",
                               BCON_UTF8(mongo_collection_names[mongo_indexes[number].collection]),
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

/* CHATUR_CONFLICT: something stands in the way, which was reported. */
static enum chatur_outcome check(const struct preparation *preparation,
                                 const struct mongo_index_state *states, struct chatur_error *error)
{
    bool fits = true;
    for (size_t i = 0; i < MONGO_INDEXES; i++) {
        const struct mongo_index *index = &mongo_indexes[i];
        if (states[i].is_present) {
            continue;
        }
        fits = check_place(preparation, index, &states[i]) == CHATUR_OK && fits;
        enum chatur_outcome outcome =
            index->unique_field != NULL ? check_unique(preparation, index, error) : CHATUR_OK;
        if (outcome != CHATUR_OK && outcome != CHATUR_CONFLICT) {
            return outcome;
        }
        fits = fits && outcome == CHATUR_OK;
    }
    return fits ? CHATUR_OK
                : chatur_fail(error, CHATUR_CONFLICT,
                              "what is there stands in the way; nothing was changed");
}

static enum chatur_outcome prepare(const struct preparation *preparation,
                                   struct chatur_error *error)
{
    char line[200];
    struct mongo_index_state states[MONGO_INDEXES];
    enum chatur_outcome outcome = mongo_look_at_indexes(preparation->session, states, error);
    if (outcome == CHATUR_OK) {
        outcome = check(preparation, states, error);
    }
    for (size_t i = 0; i < MONGO_INDEXES && outcome == CHATUR_OK; i++) {
        outcome = states[i].is_present ? CHATUR_OK : make(preparation, i, error);
        if (outcome == CHATUR_OK) {
            (void)snprintf(line, sizeof(line), "%s: index \"%s\" %s",
                           mongo_collection_names[mongo_indexes[i].collection],
                           mongo_indexes[i].name, states[i].is_present ? "is there" : "was made");
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
        int finished = 0;
        outcome = mongo_finish_erasures(&session, &finished, error);
        if (finished > 0) {
            char line[100];
            (void)snprintf(line, sizeof(line), MONGO_FINISHED, finished);
            report(context, line);
        }
    }
    if (outcome == CHATUR_OK) {
        outcome = mongo_name_odd_users(&session, report, context, error);
    }
    return mongo_end(&session, outcome);
}
