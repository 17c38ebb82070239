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

static const struct {
    enum mongo_collection collection;
    const char *field;
    const char *kind;
} amounts[] = {
    {MONGO_USERS, "availableTokens", "user"},
    {MONGO_USERS, "usedTokens", "user"},
    {MONGO_USERS, "generatedEmailCount", "user"},
    {MONGO_EMAILS, "tokens", "email"},
};

/* Whether mongo_number reads it as what it is; absent and null are 0. */
static bool is_exact(const bson_t *document, const char *field)
{
    bson_iter_t at;
    if (!bson_iter_init_find(&at, document, field)) {
        return true;
    }
    switch (bson_iter_type(&at)) {
    case BSON_TYPE_NULL:
    case BSON_TYPE_INT32:
    case BSON_TYPE_INT64:
        return true;
    case BSON_TYPE_DOUBLE:
        return bson_iter_double(&at) == (double)mongo_number(document, field);
    default:
        return false;
    }
}

static enum chatur_outcome find_inexact(struct mongo_session *session, size_t amount,
                                        chatur_store_reporter *report, void *context,
                                        struct chatur_error *error)
{
    const char *field = amounts[amount].field;
    bson_t *filter =
        BCON_NEW(field, "{", "$exists", BCON_BOOL(true), "$not", "{", "$type", "[",
                 BCON_UTF8("int"), BCON_UTF8("long"), BCON_UTF8("null"), "]", "}", "}");
    bson_t *options = BCON_NEW("projection", "{", field, BCON_INT32(1), "}");
    mongoc_cursor_t *cursor = mongoc_collection_find_with_opts(
        mongo_collection(session, amounts[amount].collection), filter, options, NULL);
    enum chatur_outcome outcome = CHATUR_OK;
    const bson_t *document = NULL;
    bson_error_t problem;
    while (mongoc_cursor_next(cursor, &document)) {
        char id[CHATUR_ID_LENGTH + 1];
        char line[160];
        if (!is_exact(document, field)) {
            (void)snprintf(line, sizeof(line),
                           "%s %s: %s is no whole number, and is taken as the service shows it",
                           amounts[amount].kind,
                           mongo_id(document, "_id", id) ? id : "whose _id is no ObjectId", field);
            report(context, line);
        }
    }
    if (mongoc_cursor_error(cursor, &problem)) {
        outcome = mongo_fail(session, &problem, error);
    }
    mongoc_cursor_destroy(cursor);
    bson_destroy(options);
    bson_destroy(filter);
    return outcome;
}

enum chatur_outcome mongo_name_odd_users(struct mongo_session *session,
                                         chatur_store_reporter *report, void *context,
                                         struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_OK;
    for (size_t i = 0; outcome == CHATUR_OK && i < sizeof(amounts) / sizeof(amounts[0]); i++) {
        if (amounts[i].collection == MONGO_USERS) {
            outcome = find_inexact(session, i, report, context, error);
        }
    }
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
    for (size_t i = 0; outcome == CHATUR_OK && i < sizeof(amounts) / sizeof(amounts[0]); i++) {
        outcome = find_inexact(&session, i, report, context, error);
    }
    if (outcome == CHATUR_OK) {
        bson_t *erasing = BCON_NEW("erasing", "{", "$ne", BCON_NULL, "}");
        outcome = count(&session, MONGO_USERS, erasing, &survey->being_erased, error);
    }
    if (outcome == CHATUR_OK) {
        bson_t *is_email = BCON_NEW("fence", "{", "$exists", BCON_BOOL(false), "}");
        outcome = count(&session, MONGO_EMAILS, is_email, &survey->emails, error);
    }
    if (outcome == CHATUR_OK) {
        outcome = count(&session, MONGO_FEEDBACK, bson_new(), &survey->feedback, error);
    }
    return mongo_end(&session, outcome);
}
