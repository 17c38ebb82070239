/* A user's history. Whoever wrote a document, its owner is its userId; a fence has none. */
#include "store/mongo_store.h"

#include <stdio.h>

static void read_email(const bson_t *document, struct chatur_email *email)
{
    *email = (struct chatur_email){
        .uid = mongo_text(document, "userId"),
        .prompt_id = mongo_text(document, "promptId"),
        .subject = mongo_text(document, "subject"),
        .keywords = mongo_text(document, "keywords"),
        .to = mongo_text(document, "toEmailId"),
        .text = mongo_text(document, "generatedEmail"),
        .by = {.provider = mongo_text(document, "provider"),
               .model = mongo_text(document, "model"),
               .finish_reason = mongo_text(document, "finishReason"),
               .template_version = mongo_text(document, "templateVersion"),
               .attempts = mongo_number(document, "attempts"),
               .latency_ms = mongo_number(document, "latencyMs"),
               .prompt_tokens = mongo_number(document, "promptTokens"),
               .completion_tokens = mongo_number(document, "completionTokens")},
        .fingerprint = mongo_text(document, "fingerprint"),
        .coins = mongo_number(document, "tokens"),
        .created_s = mongo_number(document, "createdOn"),
    };
    (void)mongo_id(document, "_id", email->id);
}

bson_t *mongo_email_document(const struct chatur_email *email, const bson_oid_t *stamp)
{
    const struct chatur_attribution *by = &email->by;
    bson_oid_t id = mongo_oid_of(email->id);
    bson_t *document =
        BCON_NEW("_id", BCON_OID(&id), "userId", BCON_UTF8(email->uid), "promptId",
                 BCON_UTF8(email->prompt_id), "subject", BCON_UTF8(email->subject), "keywords",
                 BCON_UTF8(email->keywords), "generatedEmail", BCON_UTF8(email->text), "toEmailId",
                 BCON_UTF8(email->to), "tokens", BCON_INT64(email->coins), "createdOn",
                 BCON_INT64(email->created_s), "__v", BCON_INT32(0), "provider",
                 BCON_UTF8(by->provider), "model", BCON_UTF8(by->model), "finishReason",
                 BCON_UTF8(by->finish_reason), "templateVersion", BCON_UTF8(by->template_version),
                 "attempts", BCON_INT64(by->attempts), "latencyMs", BCON_INT64(by->latency_ms),
                 "promptTokens", BCON_INT64(by->prompt_tokens), "completionTokens",
                 BCON_INT64(by->completion_tokens), "fingerprint", BCON_UTF8(email->fingerprint));
    if (stamp != NULL) {
        BSON_APPEND_OID(document, "stamp", stamp);
    }
    return document;
}

static bson_t *email_of(const char *uid, const char *id)
{
    bson_oid_t oid = mongo_oid_of(id);
    return BCON_NEW("_id", BCON_OID(&oid), "userId", BCON_UTF8(uid));
}

enum chatur_outcome mongo_email_find(struct chatur_store *base, const char *uid, const char *id,
                                     struct chatur_arena *arena, struct chatur_email *email,
                                     struct chatur_error *error)
{
    struct mongo_session session;
    if (!chatur_id_valid(id)) {
        return CHATUR_NOT_FOUND;
    }
    enum chatur_outcome outcome = mongo_begin(base, &session, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    bson_t *document = NULL;
    outcome = mongo_find(&session, MONGO_EMAILS, email_of(uid, id), NULL, &document, error);
    if (outcome == CHATUR_OK) {
        struct chatur_email found;
        read_email(document, &found);
        outcome = chatur_email_copy(&found, arena, email, error);
        bson_destroy(document);
    }
    return mongo_end(&session, outcome == CHATUR_EMPTY ? CHATUR_NOT_FOUND : outcome);
}

/* --- walking --- */

/* Where a page begins: after an email, or at the newest. The history has two parts, one after the
 * other in the index: emails of a time, and old ones without; a comparison sees only its own part.
 */
struct place {
    bson_iter_t created; /* as it is stored: whatever kind of number */
    bson_t *email;       /* NULL: at the newest */
    bson_oid_t id;
    bool is_timed;
};

static enum chatur_outcome find_place(struct mongo_session *session, const char *uid,
                                      const char *before, struct place *place,
                                      struct chatur_error *error)
{
    *place = (struct place){.email = NULL};
    if (before == NULL) {
        return CHATUR_OK;
    }
    place->id = mongo_oid_of(before);
    enum chatur_outcome outcome =
        mongo_find(session, MONGO_EMAILS, email_of(uid, before),
                   BCON_NEW("createdOn", BCON_INT64(1)), &place->email, error);
    if (outcome != CHATUR_OK) {
        return outcome == CHATUR_EMPTY ? CHATUR_NOT_FOUND : outcome;
    }
    place->is_timed = mongo_has(place->email, "createdOn") &&
                      bson_iter_init_find(&place->created, place->email, "createdOn");
    return CHATUR_OK;
}

/* What follows a place are up to three ranges of the index, one after the other: the rest of the
 * same second, what is older, and what has no time. NULL: there is no such range. */
enum { RANGES = 3 };

static bson_t *range(const char *uid, const struct place *place, int number)
{
    if (place->email == NULL) {
        return number == 0 ? BCON_NEW("userId", BCON_UTF8(uid)) : NULL;
    }
    if (!place->is_timed) {
        return number == 0 ? BCON_NEW("userId", BCON_UTF8(uid), "createdOn", BCON_NULL, "_id", "{",
                                      "$lt", BCON_OID(&place->id), "}")
                           : NULL;
    }
    switch (number) {
    case 0:
        return BCON_NEW("userId", BCON_UTF8(uid), "createdOn", BCON_ITER(&place->created), "_id",
                        "{", "$lt", BCON_OID(&place->id), "}");
    case 1:
        return BCON_NEW("userId", BCON_UTF8(uid), "createdOn", "{", "$lt",
                        BCON_ITER(&place->created), "}");
    default:
        return BCON_NEW("userId", BCON_UTF8(uid), "createdOn", BCON_NULL);
    }
}

/* `*left` is how many may still be visited; 0: no more; negative: any number. */
static enum chatur_outcome walk(struct mongo_session *session, bson_t *filter, int64_t *left,
                                chatur_email_visitor *visit, void *context,
                                struct chatur_error *error)
{
    bson_t *options =
        BCON_NEW("sort", "{", "createdOn", BCON_INT32(-1), "_id", BCON_INT32(-1), "}");
    if (*left > 0) {
        BSON_APPEND_INT64(options, "limit", *left);
    }
    enum chatur_outcome outcome = mongo_allot(session, error);
    mongo_limit_read(options);
    mongoc_cursor_t *cursor = mongoc_collection_find_with_opts(
        mongo_collection(session, MONGO_EMAILS), filter, options, NULL);
    const bson_t *document = NULL;
    bson_error_t problem;
    while (outcome == CHATUR_OK && mongoc_cursor_next(cursor, &document)) {
        struct chatur_email email;
        mongo_allot_rest();
        read_email(document, &email);
        outcome = visit(context, &email);
        *left -= *left > 0 ? 1 : 0;
        if (*left == 0) {
            break;
        }
    }
    if (outcome == CHATUR_OK && mongoc_cursor_error(cursor, &problem)) {
        outcome = mongo_fail(session, &problem, error);
    }
    mongoc_cursor_destroy(cursor);
    bson_destroy(options);
    bson_destroy(filter);
    return outcome;
}

enum chatur_outcome mongo_email_each(struct chatur_store *base, const char *uid,
                                     const struct chatur_page *page, chatur_email_visitor *visit,
                                     void *context, struct chatur_error *error)
{
    struct mongo_session session;
    enum chatur_outcome outcome = mongo_begin(base, &session, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    struct place from;
    int64_t left = page->limit > 0 ? page->limit : -1;
    outcome = find_place(&session, uid, page->before, &from, error);
    for (int i = 0; i < RANGES && outcome == CHATUR_OK && left != 0; i++) {
        bson_t *filter = range(uid, &from, i);
        if (filter != NULL) {
            outcome = walk(&session, filter, &left, visit, context, error);
        }
    }
    bson_destroy(from.email);
    return mongo_end(&session, outcome);
}

enum chatur_outcome mongo_email_delete(struct chatur_store *base, const char *uid, const char *id,
                                       struct chatur_error *error)
{
    struct mongo_session session;
    enum chatur_outcome outcome = mongo_begin(base, &session, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    /* One that a crash left unsettled is paid for first: once it is gone nobody could tell it from
     * one that was never written, and its coins would be given back. */
    bson_t *found = NULL;
    outcome = mongo_find(&session, MONGO_EMAILS, email_of(uid, id), BCON_NEW("_id", BCON_INT64(1)),
                         &found, error);
    bson_destroy(found);
    if (outcome == CHATUR_OK) {
        outcome = mongo_put_right(&session, uid, id, error);
    }
    if (outcome == CHATUR_OK) {
        outcome = mongo_delete(&session, MONGO_EMAILS, MONGO_ONE, email_of(uid, id), error);
    }
    return mongo_end(&session, outcome == CHATUR_EMPTY ? CHATUR_NOT_FOUND : outcome);
}
