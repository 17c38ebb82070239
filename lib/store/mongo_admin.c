/* Everything at once: reading and writing documents as they are. Users are those with a uid that is
 * a text and not empty: nobody else can sign in. */
#include "store/mongo_store.h"

static enum chatur_outcome read_user(const bson_t *document, struct chatur_arena *arena,
                                     struct chatur_stored_user *stored, struct chatur_error *error)
{
    *stored = (struct chatur_stored_user){
        .login_method = chatur_arena_strdup(arena, mongo_text(document, "loginMethod")),
        .fcm_token = chatur_arena_strdup(arena, mongo_text(document, "fcmToken")),
        .created_ms = mongo_time_ms(document, "createdOn"),
        .updated_ms = mongo_time_ms(document, "updatedOn"),
    };
    if (stored->login_method == NULL || stored->fcm_token == NULL) {
        return chatur_no_memory(error);
    }
    return mongo_user_copy(document, arena, &stored->user, error);
}

static enum chatur_outcome users_after(struct chatur_store *base, const char *uid, size_t limit,
                                       struct chatur_arena *arena, struct chatur_stored_user *users,
                                       size_t *count, struct chatur_error *error)
{
    struct mongo_session session;
    enum chatur_outcome outcome = mongo_begin(base, &session, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    bson_t *filter = BCON_NEW("uid", "{", "$gt", BCON_UTF8(uid), "}", "erasing", BCON_NULL);
    bson_t *options =
        BCON_NEW("sort", "{", "uid", BCON_INT32(1), "}", "limit", BCON_INT64((int64_t)limit));
    mongoc_cursor_t *cursor = mongoc_collection_find_with_opts(
        mongo_collection(&session, MONGO_USERS), filter, options, NULL);
    const bson_t *document = NULL;
    bson_error_t problem;
    while (outcome == CHATUR_OK && *count < limit && mongoc_cursor_next(cursor, &document)) {
        outcome = read_user(document, arena, &users[*count], error);
        *count += 1;
    }
    if (outcome == CHATUR_OK && mongoc_cursor_error(cursor, &problem)) {
        outcome = mongo_fail(&session, &problem, error);
    }
    mongoc_cursor_destroy(cursor);
    bson_destroy(options);
    bson_destroy(filter);
    return mongo_end(&session, outcome);
}

static enum chatur_outcome user_load(struct chatur_store *base, const char *uid,
                                     struct chatur_arena *arena, struct chatur_stored_user *user,
                                     struct chatur_error *error)
{
    struct mongo_session session;
    enum chatur_outcome outcome = mongo_begin(base, &session, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    bson_t *document = NULL;
    outcome = mongo_find(&session, MONGO_USERS, mongo_live_user(uid), NULL, &document, error);
    if (outcome == CHATUR_OK) {
        outcome = read_user(document, arena, user, error);
        bson_destroy(document);
    }
    return mongo_end(&session, outcome == CHATUR_EMPTY ? CHATUR_NOT_FOUND : outcome);
}

static bson_t *document_of(const struct chatur_stored_user *stored)
{
    const struct chatur_user *user = &stored->user;
    bson_oid_t id = mongo_oid_of(user->id);
    bson_t *document = BCON_NEW(
        "_id", BCON_OID(&id), "uid", BCON_UTF8(user->uid), "userId", BCON_UTF8(user->uid), "email",
        BCON_UTF8(user->email), "name", BCON_UTF8(user->name), "picture", BCON_UTF8(user->picture),
        "loginMethod", BCON_UTF8(stored->login_method), "fcmToken", BCON_UTF8(stored->fcm_token),
        "availableTokens", BCON_INT64(user->available_coins), "usedTokens",
        BCON_INT64(user->used_coins), "generatedEmailCount", BCON_INT64(user->generated_count),
        "createdOn", BCON_DATE_TIME(stored->created_ms), "__v", BCON_INT32(0));
    if (stored->updated_ms != 0) {
        BSON_APPEND_DATE_TIME(document, "updatedOn", stored->updated_ms);
    } else {
        BSON_APPEND_NULL(document, "updatedOn");
    }
    if (user->suspended) {
        BSON_APPEND_BOOL(document, "suspended", true);
    }
    return document;
}

static enum chatur_outcome put(struct chatur_store *base, enum mongo_collection collection,
                               bson_t *document, struct chatur_error *error)
{
    struct mongo_session session;
    enum chatur_outcome outcome = mongo_begin(base, &session, error);
    if (outcome != CHATUR_OK) {
        bson_destroy(document);
        return outcome;
    }
    return mongo_end(&session, mongo_insert(&session, collection, document, error));
}

static enum chatur_outcome user_put(struct chatur_store *base,
                                    const struct chatur_stored_user *user,
                                    struct chatur_error *error)
{
    if (!chatur_id_valid(user->user.id)) {
        return chatur_fail(error, CHATUR_INTERNAL, "mongo: the id is no ObjectId");
    }
    return put(base, MONGO_USERS, document_of(user), error);
}

static enum chatur_outcome email_put(struct chatur_store *base, const struct chatur_email *email,
                                     struct chatur_error *error)
{
    if (!chatur_id_valid(email->id)) {
        return chatur_fail(error, CHATUR_INTERNAL, "mongo: the id is no ObjectId");
    }
    return put(base, MONGO_EMAILS, mongo_email_document(email, NULL), error);
}

static enum chatur_outcome feedback_put(struct chatur_store *base,
                                        const struct chatur_stored_feedback *feedback,
                                        struct chatur_error *error)
{
    return put(base, MONGO_FEEDBACK,
               mongo_feedback_document(&feedback->feedback, feedback->created_ms), error);
}

static enum chatur_outcome feedback_each(struct chatur_store *base, const char *uid,
                                         chatur_feedback_visitor *visit, void *context,
                                         struct chatur_error *error)
{
    struct mongo_session session;
    enum chatur_outcome outcome = mongo_begin(base, &session, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    bson_t *filter = BCON_NEW("userId", BCON_UTF8(uid));
    bson_t *options = BCON_NEW("sort", "{", "createdOn", BCON_INT32(1), "_id", BCON_INT32(1), "}");
    mongoc_cursor_t *cursor = mongoc_collection_find_with_opts(
        mongo_collection(&session, MONGO_FEEDBACK), filter, options, NULL);
    const bson_t *document = NULL;
    bson_error_t problem;
    while (outcome == CHATUR_OK && mongoc_cursor_next(cursor, &document)) {
        const struct chatur_stored_feedback row = {
            .feedback = {.uid = uid,
                         .email = mongo_text(document, "email"),
                         .subject = mongo_text(document, "subject"),
                         .message = mongo_text(document, "message")},
            .created_ms = mongo_number(document, "createdOn")};
        outcome = visit(context, &row);
    }
    if (outcome == CHATUR_OK && mongoc_cursor_error(cursor, &problem)) {
        outcome = mongo_fail(&session, &problem, error);
    }
    mongoc_cursor_destroy(cursor);
    bson_destroy(options);
    bson_destroy(filter);
    return mongo_end(&session, outcome);
}

const struct chatur_store_admin_ops mongo_admin_ops = {
    .prepare = mongo_prepare,
    .survey = mongo_survey,
    .users_after = users_after,
    .user_load = user_load,
    .user_put = user_put,
    .email_put = email_put,
    .feedback_each = feedback_each,
    .feedback_put = feedback_put,
};
