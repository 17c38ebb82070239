/* How much there is. What another service left may belong to nobody: users without a uid, emails
 * and feedback of users who are gone. */
#include "store/mongo_store.h"

#include <stdio.h>

/* Every document that matches is read by the server; nothing of them but their number is sent. */
static enum chatur_outcome count(struct mongo_session *session, enum mongo_collection collection,
                                 bson_t *filter, int64_t *number, struct chatur_error *error)
{
    bson_t *pipeline =
        BCON_NEW("pipeline", "[", "{", "$match", BCON_DOCUMENT(filter), "}", "{", "$group", "{",
                 "_id", BCON_NULL, "number", "{", "$sum", BCON_INT64(1), "}", "}", "}", "]");
    mongoc_cursor_t *cursor = mongoc_collection_aggregate(mongo_collection(session, collection),
                                                          MONGOC_QUERY_NONE, pipeline, NULL, NULL);
    enum chatur_outcome outcome = CHATUR_OK;
    const bson_t *found = NULL;
    bson_error_t problem;
    while (mongoc_cursor_next(cursor, &found)) {
        *number = mongo_number(found, "number");
    }
    if (mongoc_cursor_error(cursor, &problem)) {
        outcome = mongo_fail(session, &problem, error);
    }
    mongoc_cursor_destroy(cursor);
    bson_destroy(pipeline);
    bson_destroy(filter);
    return outcome;
}

static enum chatur_outcome find_nameless(struct mongo_session *session,
                                         chatur_store_reporter *report, void *context,
                                         int64_t *number, struct chatur_error *error)
{
    bson_t *filter =
        BCON_NEW("uid", "{", "$not", "{", "$gt", BCON_UTF8(""), "}", "}", "erasing", BCON_NULL);
    bson_t *options = BCON_NEW("projection", "{", "_id", BCON_INT32(1), "}");
    mongoc_cursor_t *cursor = mongoc_collection_find_with_opts(
        mongo_collection(session, MONGO_USERS), filter, options, NULL);
    enum chatur_outcome outcome = CHATUR_OK;
    const bson_t *document = NULL;
    bson_error_t problem;
    while (mongoc_cursor_next(cursor, &document)) {
        char id[CHATUR_ID_LENGTH + 1];
        char line[100];
        (void)snprintf(line, sizeof(line), "user %s: has no uid",
                       mongo_id(document, "_id", id) ? id : "whose _id is no ObjectId");
        report(context, line);
        *number += 1;
    }
    if (mongoc_cursor_error(cursor, &problem)) {
        outcome = mongo_fail(session, &problem, error);
    }
    mongoc_cursor_destroy(cursor);
    bson_destroy(options);
    bson_destroy(filter);
    return outcome;
}

enum chatur_outcome mongo_survey(struct chatur_store *base, chatur_store_reporter *report,
                                 void *context, struct chatur_survey *survey,
                                 struct chatur_error *error)
{
    struct mongo_session session;
    enum chatur_outcome outcome = mongo_begin(base, &session, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome = find_nameless(&session, report, context, &survey->users_without_uid, error);
    if (outcome == CHATUR_OK) {
        bson_t *is_email = BCON_NEW("fence", "{", "$exists", BCON_BOOL(false), "}");
        outcome = count(&session, MONGO_EMAILS, is_email, &survey->emails, error);
    }
    if (outcome == CHATUR_OK) {
        outcome = count(&session, MONGO_FEEDBACK, bson_new(), &survey->feedback, error);
    }
    return mongo_end(&session, outcome);
}
