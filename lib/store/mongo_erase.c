/* Erasure, and feedback, which like an email must not outlive its user.
 *
 * Four steps, each of which may be the last one before a crash:
 *     1. the user is marked `erasing`: gone for everybody; nothing can be reserved or settled
 *     2. a fence in the place of each email that is under way (mongo_coins.c)
 *     3. emails and feedback are deleted, in batches
 *     4. the user is
 * The mark is what the rest is found again by: the next request or sign-in of the same user, a
 * health check, `chatur database check`, or `chatur user erase` carries on. The user's document
 * goes last, so nothing of theirs is ever without it. A transaction would need a replica set, and
 * one minute at most.
 *
 * A batch is read, then the mark is renewed, then what was read is deleted: three short commands,
 * however long the history. The mark is a lease as well, so that usually one is at it; but a lease
 * ends while its holder sleeps, and by then the user may be back, with new data under the same uid.
 * What keeps that safe is the order. The mark can be renewed only while the old account's document
 * is there, and while it is there, the unique uid keeps the user from coming back; so whatever was
 * read before is of the old account, and nothing else is deleted after, however late. An email's id
 * can come again (the same idempotency key makes the same one), so it is deleted with the stamp
 * that it had, which cannot. */
#include "store/mongo_store.h"

#include <limits.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/deadline.h"

/* Longer than two renewals can be apart. */
#define LEASE_MS 10000

/* How many documents are deleted by one command: a few milliseconds. */
#define BATCH 500

/* How many batches a request does that wanted something else. */
#define IN_PASSING 4

/* How long the request to erase goes on, as long as there is progress. NGINX and the apps would
 * wait for a minute. */
#define PATIENCE_US INT64_C(20000000)

/* How many of those that a crash left are finished by one health check. */
#define AT_ONCE 16

/* An account that this process is erasing. */
struct erasure {
    struct mongo_session *session;
    const char *uid;
    bson_oid_t user;
    int64_t mark_ms;
    struct mongo_effort *effort;
};

static bson_t *unless_leased(int64_t now_ms)
{
    return BCON_NEW("$or", "[", "{", "erasing", BCON_NULL, "}", "{", "erasing", "{", "$lt",
                    BCON_DATE_TIME(now_ms - LEASE_MS), "}", "}", "]");
}

/* CHATUR_EMPTY: there is no such user, or somebody else is at it. */
static enum chatur_outcome mark(struct erasure *erasure, bson_t **user, struct chatur_error *error)
{
    erasure->mark_ms = chatur_now_ms();
    bson_t *filter = unless_leased(erasure->mark_ms);
    BSON_APPEND_UTF8(filter, "uid", erasure->uid);
    bson_t *update = BCON_NEW("$set", "{", "erasing", BCON_DATE_TIME(erasure->mark_ms), "}");
    enum chatur_outcome outcome = mongo_modify(
        erasure->session, filter, update, BCON_NEW("reservations", BCON_INT64(1)), user, error);
    if (outcome == CHATUR_OK && !mongo_oid(*user, "_id", &erasure->user)) {
        return chatur_fail(error, CHATUR_INTERNAL, "mongo: a user's _id is no ObjectId");
    }
    return outcome;
}

static bson_t *marked_user(const struct erasure *erasure)
{
    return BCON_NEW("_id", BCON_OID(&erasure->user), "erasing", BCON_DATE_TIME(erasure->mark_ms));
}

/* CHATUR_NOT_FOUND: the lease was somebody else's meanwhile, who may be done with it all. */
static enum chatur_outcome renew(struct erasure *erasure, int64_t mark_ms,
                                 struct chatur_error *error)
{
    bson_t *update = BCON_NEW("$set", "{", "erasing", BCON_DATE_TIME(mark_ms), "}");
    enum chatur_outcome outcome =
        mongo_update(erasure->session, MONGO_USERS, marked_user(erasure), update, error);
    erasure->mark_ms = mark_ms;
    return outcome == CHATUR_EMPTY ? CHATUR_NOT_FOUND : outcome;
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

/* --- a batch --- */

/* Which documents, by two arrays: of the ids, and of the stamps, where null is for none. */
struct batch {
    bson_t *ids;
    bson_t *stamps;
    int count;
};

static void put(bson_t *array, int index, const bson_iter_t *value)
{
    char key[16];
    (void)snprintf(key, sizeof(key), "%d", index);
    (void)bson_append_iter(array, key, -1, value);
}

static void add_to_batch(struct batch *batch, const bson_t *document)
{
    bson_iter_t at;
    if (bson_iter_init_find(&at, document, "_id")) {
        put(batch->ids, batch->count, &at);
        batch->count += 1;
    }
    if (bson_iter_init_find(&at, document, "stamp")) {
        put(batch->stamps, batch->count, &at); /* after the null, which is the first */
    }
}

static enum chatur_outcome read_batch(const struct erasure *erasure,
                                      enum mongo_collection collection, struct batch *batch,
                                      struct chatur_error *error)
{
    enum chatur_outcome outcome = mongo_allot(erasure->session, error);
    bson_t *filter = BCON_NEW("userId", BCON_UTF8(erasure->uid));
    bson_t *options =
        BCON_NEW("projection", "{", "stamp", BCON_INT32(1), "}", "limit", BCON_INT64(BATCH));
    mongo_limit_read(options);
    mongoc_cursor_t *cursor = mongoc_collection_find_with_opts(
        mongo_collection(erasure->session, collection), filter, options, NULL);
    const bson_t *document = NULL;
    bson_error_t problem;
    while (outcome == CHATUR_OK && mongoc_cursor_next(cursor, &document)) {
        add_to_batch(batch, document);
    }
    if (outcome == CHATUR_OK && mongoc_cursor_error(cursor, &problem)) {
        outcome = mongo_fail(erasure->session, &problem, error);
    }
    mongoc_cursor_destroy(cursor);
    bson_destroy(options);
    bson_destroy(filter);
    return outcome;
}

static enum chatur_outcome delete_batch(struct erasure *erasure, enum mongo_collection collection,
                                        const struct batch *batch, struct chatur_error *error)
{
    enum chatur_outcome outcome = renew(erasure, chatur_now_ms(), error);
    if (outcome == CHATUR_OK) {
        /* Not by userId as well: the server could take that for the quicker way to find them. */
        bson_t *filter = BCON_NEW("_id", "{", "$in", BCON_ARRAY(batch->ids), "}", "stamp", "{",
                                  "$in", BCON_ARRAY(batch->stamps), "}", "fence", "{", "$exists",
                                  BCON_BOOL(false), "}");
        outcome = mongo_delete(erasure->session, collection, MONGO_ALL, filter, error);
    }
    return outcome == CHATUR_EMPTY ? CHATUR_OK : outcome; /* others deleted them */
}

static bool may_go_on(const struct mongo_effort *effort)
{
    return effort->batches > 0 &&
           (effort->until_us == 0 || chatur_monotonic_us() < effort->until_us);
}

/* The deadline of a request is for each part of a long erasure. */
static void note_progress(struct mongo_effort *effort)
{
    effort->batches -= 1;
    if (effort->until_us != 0) {
        chatur_deadline_renew();
    }
}

/* CHATUR_OK: there are none any more. CHATUR_EMPTY: that was enough for now. */
static enum chatur_outcome delete_all(struct erasure *erasure, enum mongo_collection collection,
                                      struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_OK;
    int count = BATCH;
    while (outcome == CHATUR_OK && count > 0) {
        struct batch batch = {.ids = bson_new(), .stamps = BCON_NEW("0", BCON_NULL)};
        outcome = read_batch(erasure, collection, &batch, error);
        count = batch.count;
        if (outcome == CHATUR_OK && count > 0) {
            outcome = may_go_on(erasure->effort) ? delete_batch(erasure, collection, &batch, error)
                                                 : CHATUR_EMPTY;
            note_progress(erasure->effort);
        }
        bson_destroy(batch.ids);
        bson_destroy(batch.stamps);
    }
    return outcome;
}

/* --- all of it --- */

static enum chatur_outcome erase_marked(struct erasure *erasure, const bson_t *user,
                                        struct chatur_error *error)
{
    enum chatur_outcome outcome = fence_off(erasure->session, user, error);
    if (outcome == CHATUR_OK) {
        outcome = delete_all(erasure, MONGO_EMAILS, error);
    }
    if (outcome == CHATUR_OK) {
        outcome = delete_all(erasure, MONGO_FEEDBACK, error);
    }
    if (outcome == CHATUR_EMPTY) {
        enum chatur_outcome given_back = renew(erasure, 0, error); /* to whoever comes next */
        return given_back == CHATUR_OK ? CHATUR_EMPTY : given_back;
    }
    if (outcome == CHATUR_OK) {
        outcome =
            mongo_delete(erasure->session, MONGO_USERS, MONGO_ONE, marked_user(erasure), error);
        outcome = outcome == CHATUR_EMPTY ? CHATUR_NOT_FOUND : outcome;
    }
    return outcome;
}

enum chatur_outcome mongo_erase(struct mongo_session *session, const char *uid,
                                struct mongo_effort *effort, struct chatur_error *error)
{
    bson_t *user = NULL;
    struct erasure erasure = {.session = session, .uid = uid, .effort = effort};
    enum chatur_outcome outcome = mark(&erasure, &user, error);
    if (outcome == CHATUR_OK) {
        outcome = erase_marked(&erasure, user, error);
    } else if (outcome == CHATUR_EMPTY) {
        outcome = CHATUR_NOT_FOUND;
    }
    bson_destroy(user);
    return outcome;
}

static enum chatur_outcome say_unfinished(struct chatur_error *error)
{
    return chatur_refuse(error, CHATUR_UNAVAILABLE,
                         "This account is closed, and its data is still being erased: please try "
                         "again");
}

enum chatur_outcome mongo_go_on_erasing(struct mongo_session *session, const char *uid,
                                        struct chatur_error *error)
{
    struct mongo_effort effort = {.batches = IN_PASSING};
    enum chatur_outcome outcome = mongo_erase(session, uid, &effort, error);
    return outcome == CHATUR_EMPTY ? say_unfinished(error) : outcome;
}

/* CHATUR_OK: somebody is at it, or was. CHATUR_EMPTY. */
static enum chatur_outcome is_being_erased(struct mongo_session *session, const char *uid,
                                           struct chatur_error *error)
{
    bson_t *user = NULL;
    bson_t *filter = BCON_NEW("uid", BCON_UTF8(uid), "erasing", "{", "$ne", BCON_NULL, "}");
    enum chatur_outcome outcome =
        mongo_find(session, MONGO_USERS, filter, BCON_NEW("_id", BCON_INT64(1)), &user, error);
    bson_destroy(user);
    return outcome;
}

enum chatur_outcome mongo_user_erase(struct chatur_store *base, const char *uid,
                                     struct chatur_error *error)
{
    struct mongo_session session;
    struct mongo_effort effort = {.batches = INT_MAX};
    enum chatur_outcome outcome = mongo_begin(base, &session, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    if (!session.store->attended) {
        effort.until_us = chatur_monotonic_us() + PATIENCE_US;
    }
    outcome = mongo_erase(&session, uid, &effort, error);
    if (outcome == CHATUR_NOT_FOUND && is_being_erased(&session, uid, error) == CHATUR_OK) {
        outcome = CHATUR_EMPTY;
    }
    return mongo_end(&session, outcome == CHATUR_EMPTY ? say_unfinished(error) : outcome);
}

enum chatur_outcome mongo_finish_erasures(struct mongo_session *session, int *finished,
                                          struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_OK;
    bool is_patient = session->store->attended;
    struct mongo_effort effort = {.batches = is_patient ? INT_MAX : IN_PASSING};
    int missed = 0;
    *finished = 0;
    while (outcome == CHATUR_OK && missed + (is_patient ? 0 : *finished) < AT_ONCE) {
        bson_t *user = NULL;
        bson_t *filter = BCON_NEW("erasing", "{", "$lt", BCON_DATE_TIME(chatur_now_ms() - LEASE_MS),
                                  "}", "uid", "{", "$gt", BCON_UTF8(""), "}");
        outcome =
            mongo_find(session, MONGO_USERS, filter, BCON_NEW("uid", BCON_INT64(1)), &user, error);
        if (outcome == CHATUR_OK) {
            outcome = mongo_erase(session, mongo_text(user, "uid"), &effort, error);
            *finished += outcome == CHATUR_OK ? 1 : 0;
            missed += outcome == CHATUR_NOT_FOUND ? 1 : 0; /* somebody else is at it */
            outcome = outcome == CHATUR_NOT_FOUND ? CHATUR_OK : outcome;
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
            enum chatur_outcome deleted = mongo_delete(&session, MONGO_FEEDBACK, MONGO_ONE,
                                                       BCON_NEW("_id", BCON_OID(&id)), error);
            outcome = deleted == CHATUR_OK || deleted == CHATUR_EMPTY ? CHATUR_NOT_FOUND : deleted;
        }
    }
    return mongo_end(&session, outcome);
}
