/* Erasure, and feedback, which like an email must not outlive its user.
 *
 * Four steps, each of which may be the last one before a crash:
 *     1. the user is marked `erasing`: gone for everybody; nothing can be reserved or settled
 *     2. a fence in the place of each email that is under way (mongo_coins.c)
 *     3. emails and feedback are deleted
 *     4. the user is
 * The mark is what the rest is found again by: the next request or sign-in of the same user, a
 * health check, `chatur database check`, or `chatur user erase` carries on. The user's document
 * goes last, so nothing of theirs is ever without it. A transaction would need a replica set, and
 * one minute at most.
 *
 * The mark is also a lease: one at a time. Otherwise a slow one would, after a quick one and the
 * user's return, delete what is new. */
#include "store/mongo_store.h"

#include "base/clock.h"

/* Longer than two steps can be apart. */
#define LEASE_MS 10000

/* How many of those that a crash left are finished by one health check. */
#define AT_ONCE 16

static bson_t *unless_leased(int64_t now_ms)
{
    return BCON_NEW("$or", "[", "{", "erasing", BCON_NULL, "}", "{", "erasing", "{", "$lt",
                    BCON_DATE_TIME(now_ms - LEASE_MS), "}", "}", "]");
}

/* CHATUR_EMPTY: there is no such user, or somebody else is at it. */
static enum chatur_outcome mark(struct mongo_session *session, const char *uid, bson_t **user,
                                struct chatur_error *error)
{
    int64_t now_ms = chatur_now_ms();
    bson_t *filter = unless_leased(now_ms);
    BSON_APPEND_UTF8(filter, "uid", uid);
    bson_t *update = BCON_NEW("$set", "{", "erasing", BCON_DATE_TIME(now_ms), "}");
    return mongo_modify(session, filter, update, BCON_NEW("reservations", BCON_INT64(1)), user,
                        error);
}

static enum chatur_outcome fence_off(struct mongo_session *session, const bson_t *user,
                                     struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_OK;
    bson_t reservations;
    bson_iter_t at;
    if (!mongo_inner(user, "reservations", &reservations) || !bson_iter_init(&at, &reservations)) {
        return CHATUR_OK;
    }
    while (outcome == CHATUR_OK && bson_iter_next(&at)) {
        if (chatur_id_valid(bson_iter_key(&at))) {
            bson_oid_t email = mongo_oid_of(bson_iter_key(&at));
            outcome = mongo_fence(session, &email, error);
            outcome = outcome == CHATUR_CONFLICT ? CHATUR_OK : outcome; /* stored: deleted next */
        }
    }
    return outcome;
}

static enum chatur_outcome delete_all(struct mongo_session *session,
                                      enum mongo_collection collection, bson_t *filter,
                                      struct chatur_error *error)
{
    enum chatur_outcome outcome = mongo_delete(session, collection, MONGO_ALL, filter, error);
    return outcome == CHATUR_EMPTY ? CHATUR_OK : outcome;
}

static enum chatur_outcome erase_marked(struct mongo_session *session, const char *uid,
                                        const bson_t *user, struct chatur_error *error)
{
    bson_oid_t id;
    if (!mongo_oid(user, "_id", &id)) {
        return chatur_fail(error, CHATUR_INTERNAL, "mongo: a user's _id is no ObjectId");
    }
    enum chatur_outcome outcome = fence_off(session, user, error);
    if (outcome == CHATUR_OK) {
        outcome = delete_all(session, MONGO_EMAILS, BCON_NEW("userId", BCON_UTF8(uid)), error);
    }
    if (outcome == CHATUR_OK) {
        outcome = delete_all(session, MONGO_FEEDBACK, BCON_NEW("userId", BCON_UTF8(uid)), error);
    }
    if (outcome == CHATUR_OK) {
        outcome = delete_all(session, MONGO_USERS, BCON_NEW("_id", BCON_OID(&id)), error);
    }
    return outcome;
}

enum chatur_outcome mongo_erase(struct mongo_session *session, const char *uid,
                                struct chatur_error *error)
{
    bson_t *user = NULL;
    enum chatur_outcome outcome = mark(session, uid, &user, error);
    if (outcome == CHATUR_OK) {
        outcome = erase_marked(session, uid, user, error);
    } else if (outcome == CHATUR_EMPTY) {
        outcome = CHATUR_NOT_FOUND;
    }
    bson_destroy(user);
    return outcome;
}

enum chatur_outcome mongo_user_erase(struct chatur_store *base, const char *uid,
                                     struct chatur_error *error)
{
    struct mongo_session session;
    enum chatur_outcome outcome = mongo_begin(base, &session, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    return mongo_end(&session, mongo_erase(&session, uid, error));
}

enum chatur_outcome mongo_finish_erasures(struct mongo_session *session, struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_OK;
    for (int i = 0; i < AT_ONCE && outcome == CHATUR_OK; i++) {
        bson_t *user = NULL;
        bson_t *filter =
            BCON_NEW("erasing", "{", "$lt", BCON_DATE_TIME(chatur_now_ms() - LEASE_MS), "}");
        outcome =
            mongo_find(session, MONGO_USERS, filter, BCON_NEW("uid", BCON_INT64(1)), &user, error);
        if (outcome == CHATUR_OK) {
            outcome = mongo_erase(session, mongo_text(user, "uid"), error);
            outcome = outcome == CHATUR_NOT_FOUND ? CHATUR_OK : outcome; /* by somebody else */
            bson_destroy(user);
        }
    }
    return outcome == CHATUR_EMPTY ? CHATUR_OK : outcome;
}

/* --- feedback --- */

static enum chatur_outcome check_user(struct mongo_session *session, const char *uid,
                                      struct chatur_error *error)
{
    bson_t *user = NULL;
    enum chatur_outcome outcome = mongo_find(session, MONGO_USERS, mongo_live_user(uid),
                                             BCON_NEW("_id", BCON_INT64(1)), &user, error);
    bson_destroy(user);
    return outcome == CHATUR_EMPTY ? CHATUR_NOT_FOUND : outcome;
}

bson_t *mongo_feedback_document(const struct chatur_feedback *feedback, int64_t created_ms)
{
    bson_oid_t id = mongo_oid_new();
    return BCON_NEW("_id", BCON_OID(&id), "userId", BCON_UTF8(feedback->uid), "email",
                    BCON_UTF8(feedback->email), "subject", BCON_UTF8(feedback->subject), "message",
                    BCON_UTF8(feedback->message), "createdOn", BCON_INT64(created_ms), "__v",
                    BCON_INT32(0));
}

/* Is the user marked before the insert, the second look sees it and takes the feedback back; is it
 * marked after, the erasure sees the feedback. */
enum chatur_outcome mongo_feedback_add(struct chatur_store *base,
                                       const struct chatur_feedback *feedback, int64_t now_ms,
                                       struct chatur_error *error)
{
    struct mongo_session session;
    enum chatur_outcome outcome = mongo_begin(base, &session, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    bson_t *document = mongo_feedback_document(feedback, now_ms);
    bson_oid_t id;
    (void)mongo_oid(document, "_id", &id);
    outcome = check_user(&session, feedback->uid, error);
    if (outcome == CHATUR_OK) {
        outcome = mongo_insert(&session, MONGO_FEEDBACK, document, error);
    } else {
        bson_destroy(document);
    }
    if (outcome == CHATUR_OK) {
        outcome = check_user(&session, feedback->uid, error);
        if (outcome == CHATUR_NOT_FOUND) {
            enum chatur_outcome deleted =
                delete_all(&session, MONGO_FEEDBACK, BCON_NEW("_id", BCON_OID(&id)), error);
            outcome = deleted == CHATUR_OK ? CHATUR_NOT_FOUND : deleted;
        }
    }
    return mongo_end(&session, outcome);
}
