/* Store: users and their coins, emails, feedback, behind one interface.
 *
 * Every function that touches a user's data takes that user's uid and touches nobody else's. What
 * an OK acknowledges is durable. A store is shared by all threads of a process and connects at
 * first use; it must be made after fork.
 *
 * Coins. A generation reserves its price, runs, and delivers. The three balances
 *     available + reserved + used
 * only change by moves between them, so their sum is constant from sign-up to erasure:
 *     reserve   available -> reserved, under the future email's id and with a deadline
 *     deliver   the email is stored, reserved -> used
 *     release   reserved -> available (the generation failed)
 *     reclaim   every reservation past its deadline: settled when its email is stored, released
 * when it is not. This is the way back from a crash at any line in between. A generation that
 * outlives its deadline, was reclaimed, and then delivers anyway, is charged again at delivery or
 * refused; it is never free and never charged twice.
 *
 * Failures common to all: CHATUR_UNAVAILABLE (the database is away, locked too long, or full),
 * CHATUR_INTERNAL (out of memory, a bug); both with `error->detail` for the log. */
#ifndef CHATUR_STORE_STORE_H
#define CHATUR_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attribution.h"
#include "base/config.h"
#include "base/id.h"
#include "base/outcome.h"

/* Strings are never NULL when the store fills them, and live in the arena given. */
struct chatur_user {
    const char *id;  /* 24 hex, the document's own */
    const char *uid; /* the identity provider's */
    const char *email;
    const char *name;
    const char *picture;
    int64_t available_coins;
    int64_t used_coins;
    int64_t generated_count;
    int64_t created_s;
    bool suspended;
};

/* What a sign-in knows of a user. No member may be NULL; name, picture and fcm_token may be "". */
struct chatur_profile {
    const char *uid;
    const char *email;
    const char *name;
    const char *picture;
    const char *login_method;
    const char *fcm_token; /* "": the client sent none; a stored one stays */
};

struct chatur_email {
    char id[CHATUR_ID_LENGTH + 1];
    const char *uid;
    const char *prompt_id;
    const char *subject;
    const char *keywords;
    const char *to; /* one address, or several separated by commas */
    const char *text;
    struct chatur_attribution by; /* "" and 0 in emails from before this was recorded */
    const char *fingerprint;      /* of the request that an idempotency key stands for; "": none */
    int64_t coins;
    int64_t created_s;
    const char *notice; /* of chatur_generator_notice; never stored. NULL: none */
};

struct chatur_feedback {
    const char *uid;
    const char *email;
    const char *subject;
    const char *message;
};

/* A page of history, newest first (by creation time, then id). */
struct chatur_page {
    int64_t limit;      /* 0: all */
    const char *before; /* an email's id: only older ones than it; NULL: from the newest */
};

/* Called per row; the email's strings are valid during the call only. Must not call the store: the
 * walk holds one of its few connections. Anything but CHATUR_OK ends the walk and is returned by
 * it. */
typedef enum chatur_outcome chatur_email_visitor(void *context, const struct chatur_email *email);

struct chatur_store;
struct chatur_store_admin_ops;

/* The backend's side: one slot per public function below, same contract. The walk's `store` is the
 * backend's own struct, which holds `struct chatur_store` first. */
struct chatur_store_ops {
    const char *name;                           /* "sqlite" */
    const struct chatur_store_admin_ops *admin; /* store_admin.h */
    void (*free)(struct chatur_store *store);
    enum chatur_outcome (*ping)(struct chatur_store *, struct chatur_error *);
    enum chatur_outcome (*user_sign_in)(struct chatur_store *, const struct chatur_profile *,
                                        int64_t new_user_coins, int64_t now_ms,
                                        struct chatur_arena *, struct chatur_user *,
                                        struct chatur_error *);
    enum chatur_outcome (*user_find)(struct chatur_store *, const char *uid, struct chatur_arena *,
                                     struct chatur_user *, struct chatur_error *);
    enum chatur_outcome (*user_suspend)(struct chatur_store *, const char *uid, bool suspended,
                                        struct chatur_error *);
    enum chatur_outcome (*user_erase)(struct chatur_store *, const char *uid,
                                      struct chatur_error *);
    enum chatur_outcome (*coins_reserve)(struct chatur_store *, const char *uid,
                                         const char *email_id, int64_t coins, int64_t now_ms,
                                         int64_t deadline_ms, struct chatur_error *);
    enum chatur_outcome (*coins_release)(struct chatur_store *, const char *uid,
                                         const char *email_id, struct chatur_error *);
    enum chatur_outcome (*coins_reclaim)(struct chatur_store *, const char *uid, int64_t now_ms,
                                         struct chatur_error *);
    enum chatur_outcome (*email_deliver)(struct chatur_store *, const struct chatur_email *,
                                         struct chatur_error *);
    enum chatur_outcome (*email_find)(struct chatur_store *, const char *uid, const char *id,
                                      struct chatur_arena *, struct chatur_email *,
                                      struct chatur_error *);
    enum chatur_outcome (*email_each)(struct chatur_store *, const char *uid,
                                      const struct chatur_page *, chatur_email_visitor *, void *,
                                      struct chatur_error *);
    enum chatur_outcome (*email_delete)(struct chatur_store *, const char *uid, const char *id,
                                        struct chatur_error *);
    enum chatur_outcome (*feedback_add)(struct chatur_store *, const struct chatur_feedback *,
                                        int64_t now_ms, struct chatur_error *);
};

struct chatur_store {
    const struct chatur_store_ops *ops;
};

/* Picks the backend by the scheme of config->db_uri. Connects to nothing. `config` is borrowed for
 * the store's life. CHATUR_OK; CHATUR_BAD_REQUEST when no backend has the scheme. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_store_new(const struct chatur_config *config,
                                                       struct chatur_store **store,
                                                       struct chatur_error *error);
void chatur_store_free(struct chatur_store *store);

/* Is the database there and usable? */
CHATUR_MUST_CHECK enum chatur_outcome chatur_store_ping(struct chatur_store *store,
                                                        struct chatur_error *error);

/* Finds the user by profile->uid and refreshes name, picture, login method and FCM token, or
 * creates it with `new_user_coins`. Fills `*user`. An existing suspended user is returned as such,
 * unchanged. CHATUR_CONFLICT: another uid has this address already. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_store_user_sign_in(struct chatur_store *store, const struct chatur_profile *profile,
                          int64_t new_user_coins, int64_t now_ms, struct chatur_arena *arena,
                          struct chatur_user *user, struct chatur_error *error);

/* CHATUR_NOT_FOUND: nobody has this uid. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_store_user_find(struct chatur_store *store, const char *uid, struct chatur_arena *arena,
                       struct chatur_user *user, struct chatur_error *error);

/* Sets or lifts the suspension. CHATUR_NOT_FOUND. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_store_user_suspend(struct chatur_store *store,
                                                                const char *uid, bool suspended,
                                                                struct chatur_error *error);

/* Removes the user and everything of theirs: emails, reservations, feedback. A generation that is
 * running finds its user gone at delivery. CHATUR_NOT_FOUND: there was no such user. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_store_user_erase(struct chatur_store *store, const char *uid, struct chatur_error *error);

/* Reclaims what is past its deadline, then moves `coins` (> 0) from available to reserved under
 * `email_id`. One atomic step. CHATUR_NO_COINS: available < coins. CHATUR_NOT_FOUND: no such user.
 * CHATUR_CONFLICT: a reservation or an email with this id exists. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_store_coins_reserve(struct chatur_store *store, const char *uid, const char *email_id,
                           int64_t coins, int64_t now_ms, int64_t deadline_ms,
                           struct chatur_error *error);

/* Gives a reservation back; when its email is stored after all (a delivery whose answer was lost),
 * settles it instead. OK also when there is none any more: releasing twice is harmless. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_store_coins_release(struct chatur_store *store,
                                                                 const char *uid,
                                                                 const char *email_id,
                                                                 struct chatur_error *error);

/* Puts the user's reservations with deadline < now_ms right. Cheap when there are none. OK also for
 * an unknown uid. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_store_coins_reclaim(struct chatur_store *store,
                                                                 const char *uid, int64_t now_ms,
                                                                 struct chatur_error *error);

/* Stores the email and settles its reservation (email->coins must be what was reserved); adds one
 * to generated_count. When the reservation was reclaimed meanwhile the coins are taken anew.
 * CHATUR_NO_COINS: taken anew, and they are spent. CHATUR_NOT_FOUND: the user is gone.
 * CHATUR_CONFLICT: an email with this id is stored already. Nothing is stored on any of these. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_store_email_deliver(struct chatur_store *store,
                                                                 const struct chatur_email *email,
                                                                 struct chatur_error *error);

/* Copies an email with all its strings into the arena: what a visitor does that keeps one.
 * CHATUR_OK, CHATUR_INTERNAL (out of memory). */
CHATUR_MUST_CHECK enum chatur_outcome chatur_email_copy(const struct chatur_email *email,
                                                        struct chatur_arena *arena,
                                                        struct chatur_email *copy,
                                                        struct chatur_error *error);

/* CHATUR_NOT_FOUND: this user has no such email. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_store_email_find(struct chatur_store *store,
                                                              const char *uid, const char *id,
                                                              struct chatur_arena *arena,
                                                              struct chatur_email *email,
                                                              struct chatur_error *error);

/* Walks the user's emails, newest first. A `before` that is not one of this user's emails is
 * CHATUR_NOT_FOUND. OK also when there are none. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_store_email_each(struct chatur_store *store, const char *uid, const struct chatur_page *page,
                        chatur_email_visitor *visit, void *context, struct chatur_error *error);

/* CHATUR_NOT_FOUND: this user has no such email. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_store_email_delete(struct chatur_store *store,
                                                                const char *uid, const char *id,
                                                                struct chatur_error *error);

/* CHATUR_NOT_FOUND: the user is gone, and erased means erased. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_store_feedback_add(struct chatur_store *store, const struct chatur_feedback *feedback,
                          int64_t now_ms, struct chatur_error *error);

#endif
