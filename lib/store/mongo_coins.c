/* Coins. Each move is one conditional update of the user's document, which is atomic; an email is a
 * document of another collection, and nothing is atomic across the two (transactions need a replica
 * set, and have limits that a long history exceeds). So the order decides:
 *
 *     reserve   user: available -= cost, reservations.<id> = {cost, deadline, stamp}
 *     deliver   emails: insert {_id: id, …, stamp}; then settle
 *     settle    user: used += cost, reservations.<id> removed, if it has this stamp
 *     release   emails: a fence; then user: available += cost, reservations.<id> removed, if it has
 *               this stamp
 *
 * A crash leaves a reservation. Reclaim then asks whether its email is stored: settle; or not:
 * release. What makes "or not" final is the fence: a document {_id: id, fence, expireOn} in the
 * email's place, so that an insert still on its way, of a process that is dead or slow, fails on
 * the duplicate id. A delivery that meets one must first take hold of its reservation again, or the
 * coins anew, under another stamp, and then put the email into the place of exactly the fence that
 * it saw: whoever releases meanwhile makes another fence, and releases only the stamp that it read.
 *
 * The stamp also says which reservation an email is paid by: when one id is reserved twice, the
 * second is given back although its email is there. A TTL index removes fences after a day. */
#include "store/mongo_store.h"

#include <stdio.h>

#include "base/clock.h"

/* Longer than an insert can be on its way. */
#define FENCE_MS INT64_C(86400000)

/* How often a fence is tried whose place changes at the same moment. */
#define ATTEMPTS 4

#define FIELD_BYTES 64

/* "reservations.<id>" + `part` */
static const char *field(char buffer[FIELD_BYTES], const struct mongo_reservation *reservation,
                         const char *part)
{
    (void)snprintf(buffer, FIELD_BYTES, "reservations.%s%s", reservation->email_id, part);
    return buffer;
}

static bool read_reservation(bson_iter_t *at, struct mongo_reservation *reservation)
{
    const uint8_t *bytes = NULL;
    uint32_t length = 0;
    bson_t inner;
    if (!chatur_id_valid(bson_iter_key(at)) || !BSON_ITER_HOLDS_DOCUMENT(at)) {
        return false;
    }
    bson_iter_document(at, &length, &bytes);
    (void)snprintf(reservation->email_id, sizeof(reservation->email_id), "%s", bson_iter_key(at));
    reservation->email = mongo_oid_of(reservation->email_id);
    if (!bson_init_static(&inner, bytes, length) ||
        !mongo_oid(&inner, "stamp", &reservation->stamp)) {
        return false;
    }
    reservation->cost = mongo_number(&inner, "cost");
    reservation->deadline_ms = mongo_number(&inner, "deadline");
    return true;
}

bool mongo_reservation_of(const bson_t *user, const char *email_id,
                          struct mongo_reservation *reservation)
{
    char path[FIELD_BYTES];
    bson_iter_t at;
    bson_iter_t inner;
    bson_oid_t email = mongo_oid_of(email_id);
    bson_oid_to_string(&email, reservation->email_id);
    return mongo_oid(user, "_id", &reservation->user) && bson_iter_init(&at, user) &&
           bson_iter_find_descendant(&at, field(path, reservation, ""), &inner) &&
           read_reservation(&inner, reservation);
}

enum chatur_outcome mongo_email_exists(struct mongo_session *session, const bson_oid_t *email,
                                       struct chatur_error *error)
{
    bson_t *found = NULL;
    bson_t *filter =
        BCON_NEW("_id", BCON_OID(email), "fence", "{", "$exists", BCON_BOOL(false), "}");
    enum chatur_outcome outcome =
        mongo_find(session, MONGO_EMAILS, filter, BCON_NEW("_id", BCON_INT64(1)), &found, error);
    bson_destroy(found);
    return outcome;
}

/* --- the moves --- */

/* What is needed of a user's document to put reservations right. */
static bson_t *fields_of_books(void)
{
    return BCON_NEW("reservations", BCON_INT64(1), "availableTokens", BCON_INT64(1), "usedTokens",
                    BCON_INT64(1), "generatedEmailCount", BCON_INT64(1));
}

enum chatur_outcome mongo_reserve(struct mongo_session *session, const char *uid,
                                  struct mongo_reservation *reservation, bson_t **user,
                                  struct chatur_error *error)
{
    char path[FIELD_BYTES];
    (void)field(path, reservation, "");
    reservation->stamp = mongo_oid_new();
    bson_t *filter = mongo_live_user(uid);
    BCON_APPEND(filter, path, "{", "$exists", BCON_BOOL(false), "}", "availableTokens", "{", "$gte",
                BCON_INT64(reservation->cost), "}");
    bson_t *update = BCON_NEW("$inc", "{", "availableTokens", BCON_INT64(-reservation->cost), "}",
                              "$set", "{", path, "{", "cost", BCON_INT64(reservation->cost),
                              "deadline", BCON_INT64(reservation->deadline_ms), "stamp",
                              BCON_OID(&reservation->stamp), "}", "}");
    enum chatur_outcome outcome =
        mongo_modify(session, filter, update, fields_of_books(), user, error);
    if (outcome == CHATUR_OK) {
        (void)mongo_oid(*user, "_id", &reservation->user);
    }
    return outcome;
}

/* The user whose reservation still has this stamp. */
static bson_t *holder(const struct mongo_reservation *reservation)
{
    char path[FIELD_BYTES];
    return BCON_NEW("_id", BCON_OID(&reservation->user), field(path, reservation, ".stamp"),
                    BCON_OID(&reservation->stamp));
}

enum chatur_outcome mongo_settle(struct mongo_session *session,
                                 const struct mongo_reservation *reservation,
                                 struct chatur_error *error)
{
    char path[FIELD_BYTES];
    bson_t *filter = holder(reservation);
    BCON_APPEND(filter, "erasing", BCON_NULL);
    bson_t *update = BCON_NEW("$unset", "{", field(path, reservation, ""), BCON_UTF8(""), "}",
                              "$inc", "{", "usedTokens", BCON_INT64(reservation->cost),
                              "generatedEmailCount", BCON_INT64(1), "}");
    return mongo_update(session, MONGO_USERS, filter, update, error);
}

enum chatur_outcome mongo_release(struct mongo_session *session,
                                  const struct mongo_reservation *reservation,
                                  struct chatur_error *error)
{
    char path[FIELD_BYTES];
    bson_t *update = BCON_NEW("$unset", "{", field(path, reservation, ""), BCON_UTF8(""), "}",
                              "$inc", "{", "availableTokens", BCON_INT64(reservation->cost), "}");
    return mongo_update(session, MONGO_USERS, holder(reservation), update, error);
}

enum chatur_outcome mongo_fence(struct mongo_session *session, const bson_oid_t *email,
                                struct chatur_error *error)
{
    bson_oid_t fence = mongo_oid_new();
    bson_t *filter =
        BCON_NEW("_id", BCON_OID(email), "fence", "{", "$exists", BCON_BOOL(true), "}");
    bson_t *update = BCON_NEW("$set", "{", "fence", BCON_OID(&fence), "expireOn",
                              BCON_DATE_TIME(chatur_now_ms() + FENCE_MS), "}");
    return mongo_upsert(session, MONGO_EMAILS, filter, update, error);
}

/* --- reclaiming --- */

/* CHATUR_OK: this reservation's email is stored. CHATUR_EMPTY: it is not, and it will not be. */
static enum chatur_outcome is_delivered(struct mongo_session *session,
                                        const struct mongo_reservation *reservation,
                                        struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_CONFLICT;
    for (int i = 0; i < ATTEMPTS && outcome == CHATUR_CONFLICT; i++) {
        outcome = mongo_fence(session, &reservation->email, error);
        if (outcome != CHATUR_CONFLICT) {
            break;
        }
        bson_t *found = NULL;
        bson_t *filter = BCON_NEW("_id", BCON_OID(&reservation->email));
        bson_t *fields = BCON_NEW("stamp", BCON_INT64(1), "fence", BCON_INT64(1));
        outcome = mongo_find(session, MONGO_EMAILS, filter, fields, &found, error);
        if (outcome == CHATUR_OK) {
            bson_oid_t stamp;
            bool is_ours =
                mongo_oid(found, "stamp", &stamp) && bson_oid_equal(&stamp, &reservation->stamp);
            bool is_fence = mongo_has(found, "fence"); /* made by somebody else at this moment */
            bson_destroy(found);
            return is_ours ? CHATUR_OK : is_fence ? CHATUR_CONFLICT : CHATUR_EMPTY;
        }
        outcome = outcome == CHATUR_EMPTY ? CHATUR_CONFLICT : outcome; /* deleted at this moment */
    }
    return outcome == CHATUR_OK ? CHATUR_EMPTY : outcome;
}

/* Settles or gives back; OK also when somebody else did it first. */
static enum chatur_outcome put_right(struct mongo_session *session, const bson_t *user,
                                     const struct mongo_reservation *reservation,
                                     struct chatur_error *error)
{
    enum chatur_outcome outcome = is_delivered(session, reservation, error);
    if (outcome == CHATUR_OK) {
        outcome = mongo_mend_counters(session, user, error);
        outcome = outcome == CHATUR_OK ? mongo_settle(session, reservation, error) : outcome;
    } else if (outcome == CHATUR_EMPTY) {
        outcome = mongo_release(session, reservation, error);
    } else if (outcome == CHATUR_CONFLICT) {
        return CHATUR_OK; /* others are at it */
    }
    return outcome == CHATUR_EMPTY ? CHATUR_OK : outcome;
}

/* Puts right what is past its deadline in a user's document; counts what there was. */
static enum chatur_outcome reclaim(struct mongo_session *session, const bson_t *user,
                                   int64_t now_ms, int *count, struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_OK;
    struct mongo_reservation reservation;
    bson_t reservations;
    bson_iter_t at;
    *count = 0;
    if (!mongo_oid(user, "_id", &reservation.user) ||
        !mongo_inner(user, "reservations", &reservations) || !bson_iter_init(&at, &reservations)) {
        return CHATUR_OK;
    }
    while (outcome == CHATUR_OK && bson_iter_next(&at)) {
        if (read_reservation(&at, &reservation) && reservation.deadline_ms < now_ms) {
            *count += 1;
            outcome = put_right(session, user, &reservation, error);
        }
    }
    return outcome;
}

/* A user with what it has reserved. CHATUR_EMPTY: there is none. */
static enum chatur_outcome find_holder(struct mongo_session *session, const char *uid,
                                       bson_t **user, struct chatur_error *error)
{
    return mongo_find(session, MONGO_USERS, mongo_live_user(uid), fields_of_books(), user, error);
}

enum chatur_outcome mongo_coins_reclaim(struct chatur_store *base, const char *uid, int64_t now_ms,
                                        struct chatur_error *error)
{
    struct mongo_session session;
    enum chatur_outcome outcome = mongo_begin(base, &session, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    bson_t *user = NULL;
    outcome = find_holder(&session, uid, &user, error);
    if (outcome == CHATUR_OK) {
        int count = 0;
        outcome = reclaim(&session, user, now_ms, &count, error);
        bson_destroy(user);
    }
    return mongo_end(&session, outcome == CHATUR_EMPTY ? CHATUR_OK : outcome);
}

enum chatur_outcome mongo_put_right(struct mongo_session *session, const char *uid,
                                    const char *email_id, struct chatur_error *error)
{
    bson_t *user = NULL;
    enum chatur_outcome outcome = find_holder(session, uid, &user, error);
    if (outcome == CHATUR_OK) {
        struct mongo_reservation reservation;
        if (mongo_reservation_of(user, email_id, &reservation)) {
            outcome = put_right(session, user, &reservation, error);
        }
        bson_destroy(user);
    }
    return outcome == CHATUR_EMPTY ? CHATUR_OK : outcome;
}

enum chatur_outcome mongo_coins_release(struct chatur_store *base, const char *uid,
                                        const char *email_id, struct chatur_error *error)
{
    if (!chatur_id_valid(email_id)) {
        return CHATUR_OK;
    }
    struct mongo_session session;
    enum chatur_outcome outcome = mongo_begin(base, &session, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    return mongo_end(&session, mongo_put_right(&session, uid, email_id, error));
}

/* --- reserving --- */

enum chatur_outcome mongo_why_not_reserved(struct mongo_session *session, const char *uid,
                                           const struct mongo_reservation *reservation,
                                           int64_t now_ms, struct chatur_error *error)
{
    bson_t *user = NULL;
    int count = 0;
    enum chatur_outcome outcome = find_holder(session, uid, &user, error);
    if (outcome != CHATUR_OK) {
        return outcome == CHATUR_EMPTY ? CHATUR_NOT_FOUND : outcome;
    }
    outcome = reclaim(session, user, now_ms, &count, error);
    if (outcome == CHATUR_OK && count > 0) {
        outcome = CHATUR_EMPTY;
    } else if (outcome == CHATUR_OK) {
        struct mongo_reservation other;
        outcome = mongo_reservation_of(user, reservation->email_id, &other)
                      ? CHATUR_OK
                      : mongo_email_exists(session, &reservation->email, error);
        bool is_covered = mongo_number(user, "availableTokens") >= reservation->cost;
        outcome = outcome == CHATUR_OK                     ? CHATUR_CONFLICT
                  : outcome == CHATUR_EMPTY && !is_covered ? CHATUR_NO_COINS
                                                           : outcome;
    }
    bson_destroy(user);
    return outcome;
}

/* The email is asked for last: before, it could be delivered between the question and the
 * reservation. */
static enum chatur_outcome finish(struct mongo_session *session, const bson_t *user,
                                  const struct mongo_reservation *reservation, int64_t now_ms,
                                  struct chatur_error *error)
{
    int count = 0;
    enum chatur_outcome outcome = mongo_email_exists(session, &reservation->email, error);
    if (outcome == CHATUR_OK) {
        outcome = mongo_release(session, reservation, error);
        return outcome == CHATUR_OK || outcome == CHATUR_EMPTY ? CHATUR_CONFLICT : outcome;
    }
    outcome = outcome == CHATUR_EMPTY ? mongo_mend_counters(session, user, error) : outcome;
    return outcome == CHATUR_OK ? reclaim(session, user, now_ms, &count, error) : outcome;
}

enum chatur_outcome mongo_coins_reserve(struct chatur_store *base, const char *uid,
                                        const char *email_id, int64_t coins, int64_t now_ms,
                                        int64_t deadline_ms, struct chatur_error *error)
{
    struct mongo_session session;
    enum chatur_outcome outcome = mongo_begin(base, &session, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    struct mongo_reservation reservation = {
        .email = mongo_oid_of(email_id), .cost = coins, .deadline_ms = deadline_ms};
    bson_oid_to_string(&reservation.email, reservation.email_id);
    bson_t *user = NULL;
    outcome = CHATUR_EMPTY;
    for (int i = 0; i < ATTEMPTS && outcome == CHATUR_EMPTY; i++) {
        outcome = mongo_reserve(&session, uid, &reservation, &user, error);
        if (outcome == CHATUR_EMPTY) {
            outcome = mongo_why_not_reserved(&session, uid, &reservation, now_ms, error);
        } else if (outcome == CHATUR_OK) {
            outcome = finish(&session, user, &reservation, now_ms, error);
            break;
        }
    }
    bson_destroy(user);
    if (outcome == CHATUR_EMPTY) {
        outcome =
            chatur_fail(error, CHATUR_UNAVAILABLE, "mongo: the user is changing all the time");
    }
    return mongo_end(&session, outcome);
}
