/* What an operator does to a whole database, beside what store.h does for one user: making it
 * ready, and reading and writing everything for a copy. Nothing here is for an endpoint. */
#ifndef CHATUR_STORE_STORE_ADMIN_H
#define CHATUR_STORE_STORE_ADMIN_H

#include "store/store.h"

/* A user with all that is stored of them. */
struct chatur_stored_user {
    struct chatur_user user;
    const char *login_method;
    const char *fcm_token;
    int64_t created_ms;
    int64_t updated_ms; /* the last sign-in; 0: unknown */
};

struct chatur_stored_feedback {
    struct chatur_feedback feedback;
    int64_t created_ms;
};

/* How much is stored, whoever it belongs to. */
struct chatur_survey {
    int64_t users_without_uid; /* nobody can sign in as one of them */
    int64_t being_erased;      /* gone for everybody, and not all that was theirs is erased yet */
    int64_t emails;
    int64_t feedback;
};

/* Called with one line of text for the operator; it may name documents by id, never by content. */
typedef void chatur_store_reporter(void *context, const char *line);

/* Like chatur_email_visitor, and with the same rule: do not call the store. */
typedef enum chatur_outcome chatur_feedback_visitor(void *context,
                                                    const struct chatur_stored_feedback *feedback);

/* The backend's side: one slot per function below, same contract. */
struct chatur_store_admin_ops {
    enum chatur_outcome (*prepare)(struct chatur_store *, chatur_store_reporter *, void *,
                                   struct chatur_error *);
    enum chatur_outcome (*survey)(struct chatur_store *, chatur_store_reporter *, void *,
                                  struct chatur_survey *, struct chatur_error *);
    enum chatur_outcome (*users_after)(struct chatur_store *, const char *uid, size_t limit,
                                       struct chatur_arena *, struct chatur_stored_user *,
                                       size_t *count, struct chatur_error *);
    enum chatur_outcome (*user_load)(struct chatur_store *, const char *uid, struct chatur_arena *,
                                     struct chatur_stored_user *, struct chatur_error *);
    enum chatur_outcome (*user_put)(struct chatur_store *, const struct chatur_stored_user *,
                                    struct chatur_error *);
    enum chatur_outcome (*email_put)(struct chatur_store *, const struct chatur_email *,
                                     struct chatur_error *);
    enum chatur_outcome (*feedback_each)(struct chatur_store *, const char *uid,
                                         chatur_feedback_visitor *, void *, struct chatur_error *);
    enum chatur_outcome (*feedback_put)(struct chatur_store *,
                                        const struct chatur_stored_feedback *,
                                        struct chatur_error *);
};

/* Makes what the database needs beside its data (indexes); what is there stays. May be repeated.
 * CHATUR_CONFLICT: the data does not fit, the documents were reported, and nothing was changed. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_store_prepare(struct chatur_store *store,
                                                           chatur_store_reporter *report,
                                                           void *context,
                                                           struct chatur_error *error);

/* Counts, and reports what no other function here would show: users without a uid, and amounts that
 * are no whole numbers in the database. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_store_survey(struct chatur_store *store, chatur_store_reporter *report, void *context,
                    struct chatur_survey *survey, struct chatur_error *error);

/* The next users in the order of their uids, up to `limit`, copied into the arena; "" begins.
 * `*count` 0: there are no more. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_store_users_after(struct chatur_store *store, const char *uid, size_t limit,
                         struct chatur_arena *arena, struct chatur_stored_user *users,
                         size_t *count, struct chatur_error *error);

/* CHATUR_NOT_FOUND. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_store_user_load(struct chatur_store *store, const char *uid, struct chatur_arena *arena,
                       struct chatur_stored_user *user, struct chatur_error *error);

/* Each stores what is given as it is, balances and all, under the ids given, and overwrites
 * nothing. CHATUR_CONFLICT: the id, the uid or the address is taken. CHATUR_NOT_FOUND (emails,
 * feedback): there is no such user, where the backend can tell. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_store_user_put(struct chatur_store *store,
                                                            const struct chatur_stored_user *user,
                                                            struct chatur_error *error);
CHATUR_MUST_CHECK enum chatur_outcome chatur_store_email_put(struct chatur_store *store,
                                                             const struct chatur_email *email,
                                                             struct chatur_error *error);
CHATUR_MUST_CHECK enum chatur_outcome
chatur_store_feedback_put(struct chatur_store *store, const struct chatur_stored_feedback *feedback,
                          struct chatur_error *error);

/* A user's feedback, oldest first, and of one millisecond in the order it was stored. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_store_feedback_each(struct chatur_store *store,
                                                                 const char *uid,
                                                                 chatur_feedback_visitor *visit,
                                                                 void *context,
                                                                 struct chatur_error *error);

#endif
