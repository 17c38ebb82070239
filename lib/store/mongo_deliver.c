/* Delivery: see mongo_coins.c for the order and the fence. A delivery whose reservation is there
 * takes three round trips: read its stamp, insert the email with it, settle. */
#include "store/mongo_store.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"

/* How often a delivery begins again when the reservation is put right under its hands. */
#define ATTEMPTS 5

/* What a delivery that had to take its coins anew has for storing the email. */
#define DEADLINE_MS 60000

struct delivery {
    const struct chatur_email *email;
    struct mongo_reservation reservation;
    bool is_anew; /* the reservation was made by this delivery */
};

/* Takes the coins anew, for a generation that outlived its deadline. CHATUR_EMPTY: meanwhile the id
 * was reserved again (by a second request with the same key), or its email stored: begin again. */
static enum chatur_outcome take_anew(struct mongo_session *session, struct delivery *delivery,
                                     struct chatur_error *error)
{
    bson_t *user = NULL;
    delivery->reservation.cost = delivery->email->coins;
    delivery->reservation.deadline_ms = chatur_now_ms() + DEADLINE_MS;
    enum chatur_outcome outcome =
        mongo_reserve(session, delivery->email->uid, &delivery->reservation, &user, error);
    bson_destroy(user);
    if (outcome == CHATUR_OK) {
        delivery->is_anew = true;
    }
    if (outcome == CHATUR_EMPTY) {
        outcome = mongo_why_not_reserved(session, delivery->email->uid, &delivery->reservation, 0,
                                         error); /* and puts nothing right: that is reclaim's */
        outcome = outcome == CHATUR_CONFLICT ? CHATUR_EMPTY : outcome;
    }
    return outcome;
}

/* Finds the reservation, or makes it. The order of the refusals: an id that is stored, a user who
 * is gone, too few coins. */
static enum chatur_outcome find_reservation(struct mongo_session *session,
                                            struct delivery *delivery, struct chatur_error *error)
{
    bson_t *user = NULL;
    const struct chatur_email *email = delivery->email;
    delivery->is_anew = false; /* an earlier attempt's may have been put right meanwhile */
    enum chatur_outcome found = mongo_find(session, MONGO_USERS, mongo_live_user(email->uid),
                                           BCON_NEW("reservations", BCON_INT64(1)), &user, error);
    if (found != CHATUR_OK && found != CHATUR_EMPTY) {
        return found;
    }
    bool is_reserved =
        found == CHATUR_OK && mongo_reservation_of(user, email->id, &delivery->reservation);
    bson_destroy(user);
    if (is_reserved) {
        return delivery->reservation.cost == email->coins
                   ? CHATUR_OK
                   : chatur_fail(error, CHATUR_INTERNAL, "an email of %lld coins had %lld reserved",
                                 (long long)email->coins, (long long)delivery->reservation.cost);
    }
    enum chatur_outcome outcome = mongo_email_exists(session, &delivery->reservation.email, error);
    if (outcome == CHATUR_OK) {
        return CHATUR_CONFLICT;
    }
    if (outcome != CHATUR_EMPTY) {
        return outcome;
    }
    return found == CHATUR_EMPTY ? CHATUR_NOT_FOUND : take_anew(session, delivery, error);
}

/* Gives the reservation another stamp, so that whoever is about to release the old one does not.
 * CHATUR_EMPTY: it is gone. */
static enum chatur_outcome take_hold(struct mongo_session *session,
                                     struct mongo_reservation *reservation,
                                     struct chatur_error *error)
{
    bson_oid_t stamp = mongo_oid_new();
    char path[sizeof("reservations..stamp") + CHATUR_ID_LENGTH];
    (void)snprintf(path, sizeof(path), "reservations.%s.stamp", reservation->email_id);
    bson_t *filter = BCON_NEW("_id", BCON_OID(&reservation->user), "erasing", BCON_NULL, path,
                              BCON_OID(&reservation->stamp));
    bson_t *update = BCON_NEW("$set", "{", path, BCON_OID(&stamp), "}");
    enum chatur_outcome outcome = mongo_update(session, MONGO_USERS, filter, update, error);
    if (outcome == CHATUR_OK) {
        reservation->stamp = stamp;
    }
    return outcome;
}

/* The id is taken: by an email, and that is the end of it; or by a fence, which gives way to one
 * who holds the reservation. CHATUR_EMPTY: begin again. */
static enum chatur_outcome replace_fence(struct mongo_session *session, struct delivery *delivery,
                                         struct chatur_error *error)
{
    struct mongo_reservation *reservation = &delivery->reservation;
    bson_t *found = NULL;
    bson_oid_t fence;
    enum chatur_outcome outcome =
        mongo_find(session, MONGO_EMAILS, BCON_NEW("_id", BCON_OID(&reservation->email)),
                   BCON_NEW("fence", BCON_INT64(1)), &found, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    bool is_fence = mongo_oid(found, "fence", &fence);
    bson_destroy(found);
    if (!is_fence) {
        /* What was taken for this delivery alone is given back; what was reserved for the id is put
         * right by whoever reserved it. */
        if (delivery->is_anew) {
            outcome = mongo_release(session, reservation, error);
        }
        return outcome == CHATUR_OK || outcome == CHATUR_EMPTY ? CHATUR_CONFLICT : outcome;
    }
    outcome = take_hold(session, reservation, error);
    if (outcome == CHATUR_OK) {
        outcome =
            mongo_replace(session, MONGO_EMAILS,
                          BCON_NEW("_id", BCON_OID(&reservation->email), "fence", BCON_OID(&fence)),
                          mongo_email_document(delivery->email, &reservation->stamp), error);
    }
    return outcome;
}

/* Settles. When the reservation is not there any more, a reclaim settled it, because the email was
 * there; or the user is being erased, and then the email must go as well. */
static enum chatur_outcome settle(struct mongo_session *session, const struct delivery *delivery,
                                  struct chatur_error *error)
{
    const struct mongo_reservation *reservation = &delivery->reservation;
    enum chatur_outcome outcome = mongo_settle(session, reservation, error);
    if (outcome != CHATUR_EMPTY) {
        return outcome;
    }
    bson_t *user = NULL;
    outcome = mongo_find(session, MONGO_USERS,
                         BCON_NEW("_id", BCON_OID(&reservation->user), "erasing", BCON_NULL),
                         BCON_NEW("_id", BCON_INT64(1)), &user, error);
    bson_destroy(user);
    if (outcome == CHATUR_EMPTY) {
        outcome = mongo_delete(
            session, MONGO_EMAILS, MONGO_ONE,
            BCON_NEW("_id", BCON_OID(&reservation->email), "stamp", BCON_OID(&reservation->stamp)),
            error);
        return outcome == CHATUR_OK || outcome == CHATUR_EMPTY ? CHATUR_NOT_FOUND : outcome;
    }
    return outcome;
}

/* The email is stored, and the majority knows: it is delivered, whether or not settling comes
 * about. Who was told otherwise would try again and pay twice. What is still reserved, the next
 * reclaim settles; and an erasure that begins meanwhile finds the email, which was there before its
 * fence.
 */
static enum chatur_outcome settle_if_possible(struct mongo_session *session,
                                              const struct delivery *delivery)
{
    struct chatur_error problem = {0};
    enum chatur_outcome outcome = settle(session, delivery, &problem);
    if (outcome == CHATUR_UNAVAILABLE || outcome == CHATUR_INTERNAL) {
        chatur_log(CHATUR_WARNING,
                   "mongo: email %s is stored, and its coins are still reserved: they are settled "
                   "when the user's balance is looked at next: %s",
                   delivery->reservation.email_id, problem.detail);
        return CHATUR_OK;
    }
    return outcome;
}

/* CHATUR_EMPTY: begin again. */
static enum chatur_outcome try_to_deliver(struct mongo_session *session, struct delivery *delivery,
                                          struct chatur_error *error)
{
    enum chatur_outcome outcome = find_reservation(session, delivery, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome =
        mongo_insert(session, MONGO_EMAILS,
                     mongo_email_document(delivery->email, &delivery->reservation.stamp), error);
    if (outcome == CHATUR_CONFLICT) {
        outcome = replace_fence(session, delivery, error);
    }
    return outcome == CHATUR_OK ? settle_if_possible(session, delivery) : outcome;
}

enum chatur_outcome mongo_email_deliver(struct chatur_store *base, const struct chatur_email *email,
                                        struct chatur_error *error)
{
    struct mongo_session session;
    enum chatur_outcome outcome = mongo_begin(base, &session, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    struct delivery delivery = {.email = email, .reservation = {.email = mongo_oid_of(email->id)}};
    bson_oid_to_string(&delivery.reservation.email, delivery.reservation.email_id);
    outcome = CHATUR_EMPTY;
    for (int i = 0; i < ATTEMPTS && outcome == CHATUR_EMPTY; i++) {
        outcome = try_to_deliver(&session, &delivery, error);
    }
    if (outcome == CHATUR_EMPTY) {
        outcome = chatur_fail(error, CHATUR_UNAVAILABLE, "mongo: the id is changing all the time");
    }
    return mongo_end(&session, outcome);
}
