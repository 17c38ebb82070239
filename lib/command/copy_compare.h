/* Whether two stores hold the same of a user. */
#ifndef CHATUR_COMMAND_COPY_COMPARE_H
#define CHATUR_COMMAND_COPY_COMPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"
#include "store/store_admin.h"

/* What is counted and added up, of one user or of all. A sum that no number can hold stays at the
 * last one that can. */
struct chatur_copy_sums {
    int64_t users;
    int64_t available_coins;
    int64_t used_coins;
    int64_t generated;
    int64_t emails;
    int64_t email_coins;
    int64_t feedback;
    uint64_t digest; /* of every field of the emails and the feedback, in whatever order */
};

void chatur_copy_add(struct chatur_copy_sums *all, const struct chatur_copy_sums *one);

bool chatur_copy_same_user(const struct chatur_stored_user *left,
                           const struct chatur_stored_user *right);

/* Digests of one run of the command: equal for equal rows, and meaningless to another run. */
uint64_t chatur_copy_email_digest(const struct chatur_email *email);
uint64_t chatur_copy_feedback_digest(const struct chatur_stored_feedback *stored);

/* Compares the user, as `source` has it, its emails and its feedback. CHATUR_OK: they are the same,
 * and `*sums` is what both have. CHATUR_CONFLICT: they are not, and `*difference` says in what.
 * `arena` is for two users, and is reset. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_copy_compare(struct chatur_store *source, struct chatur_store *target,
                    const struct chatur_stored_user *user, struct chatur_arena *arena,
                    struct chatur_copy_sums *sums, const char **difference,
                    struct chatur_error *error);

#endif
