/* User by user, each with their emails and feedback: what belongs to nobody is nobody's to copy.
 * First everything is copied, then everything is compared; so what changes in the source meanwhile
 * is found, unless it changes after it was compared. What cannot be copied is named, and the rest
 * goes on; only a database that is away ends it. */
#include "command/copy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"
#include "command/copy_compare.h"
#include "store/store_admin.h"

/* How many users are read at once, and what they may take. */
#define BATCH       ((size_t)64)
#define BATCH_BYTES ((size_t)32 << 20)

/* One email, or two users. */
#define SCRATCH_BYTES ((size_t)64 << 20)

/* So many failures in a row are not the rows'. */
#define MAX_FAILURES 100

struct counts {
    int64_t users;
    int64_t emails;
    int64_t feedback;
};

struct copy {
    struct chatur_store *source;
    struct chatur_store *target;
    struct chatur_arena *batch;
    struct chatur_arena *fresh;   /* the user in hand */
    struct chatur_arena *scratch; /* emptied after each row */
    struct chatur_error *error;
    const char *user;  /* how the one in hand is called */
    uint64_t *present; /* digests of the feedback that the target has of this user */
    size_t present_count;
    size_t present_room;
    bool is_refused; /* the user in hand, and with them all that is theirs */
    int failures;    /* in a row */
    struct counts seen;
    struct counts refused;
    int64_t added;
    int64_t unequal;
    struct chatur_copy_sums all;
};

/* --- what cannot be copied --- */

static void say(void *context, const char *line)
{
    (void)context;
    (void)fprintf(stderr, "chatur: %s\n", line);
}

/* Names a row and counts it. CHATUR_OK: go on with the others. */
static enum chatur_outcome refuse(struct copy *copy, enum chatur_outcome outcome, int64_t *count,
                                  const char *row, const char *reason)
{
    char line[500];
    if (outcome == CHATUR_UNAVAILABLE) {
        return outcome;
    }
    copy->failures = outcome == CHATUR_INTERNAL ? copy->failures + 1 : 0;
    if (copy->failures > MAX_FAILURES) {
        return outcome;
    }
    (void)snprintf(line, sizeof(line), "%s: %s", row,
                   reason != NULL ? reason : chatur_command_reason(outcome, copy->error));
    say(NULL, line);
    *copy->error = (struct chatur_error){0};
    *count += 1;
    return CHATUR_OK;
}

static enum chatur_outcome done(struct copy *copy)
{
    copy->failures = 0;
    copy->added++;
    return CHATUR_OK;
}

/* --- the rows --- */

/* CHATUR_EMPTY: it was refused. */
static enum chatur_outcome copy_user(struct copy *copy, const struct chatur_stored_user *user)
{
    char row[200];
    const char *reason = NULL;
    enum chatur_outcome outcome = chatur_store_user_put(copy->target, user, copy->error);
    if (outcome == CHATUR_OK) {
        return done(copy);
    }
    if (outcome == CHATUR_CONFLICT) {
        struct chatur_stored_user other;
        outcome = chatur_store_user_load(copy->target, user->user.uid, copy->scratch, &other,
                                         copy->error);
        if (outcome == CHATUR_OK && chatur_copy_same_user(user, &other)) {
            chatur_arena_reset(copy->scratch);
            return CHATUR_OK;
        }
        reason = outcome == CHATUR_OK          ? "the target has another one in its place"
                 : outcome == CHATUR_NOT_FOUND ? "another user of the target has its id or address"
                                               : NULL;
        outcome = reason != NULL ? CHATUR_CONFLICT : outcome;
        chatur_arena_reset(copy->scratch);
    }
    (void)snprintf(row, sizeof(row), "user %s", copy->user);
    outcome = refuse(copy, outcome, &copy->refused.users, row, reason);
    return outcome == CHATUR_OK ? CHATUR_EMPTY : outcome;
}

static enum chatur_outcome put_email(struct copy *copy, const struct chatur_email *email,
                                     const char **reason)
{
    if (!chatur_id_valid(email->id)) {
        *reason = "its _id is no ObjectId";
        return CHATUR_BAD_REQUEST;
    }
    enum chatur_outcome outcome = chatur_store_email_put(copy->target, email, copy->error);
    if (outcome == CHATUR_OK) {
        return done(copy);
    }
    if (outcome != CHATUR_CONFLICT) {
        return outcome;
    }
    struct chatur_email other;
    outcome = chatur_store_email_find(copy->target, email->uid, email->id, copy->scratch, &other,
                                      copy->error);
    bool is_same =
        outcome == CHATUR_OK && chatur_copy_email_digest(email) == chatur_copy_email_digest(&other);
    chatur_arena_reset(copy->scratch);
    if ((outcome == CHATUR_OK && !is_same) || outcome == CHATUR_NOT_FOUND) {
        *reason = "the target has another one in its place";
        return CHATUR_CONFLICT;
    }
    return outcome;
}

static enum chatur_outcome copy_email(void *context, const struct chatur_email *email)
{
    struct copy *copy = context;
    char row[200];
    const char *reason = NULL;
    copy->seen.emails++;
    if (copy->is_refused) {
        copy->refused.emails++;
        return CHATUR_OK;
    }
    enum chatur_outcome outcome = put_email(copy, email, &reason);
    if (outcome == CHATUR_OK) {
        return CHATUR_OK;
    }
    (void)snprintf(row, sizeof(row), "email %s of user %s", email->id, copy->user);
    return refuse(copy, outcome, &copy->refused.emails, row, reason);
}

/* Feedback has no ids that both kinds of store know: what the target has is known by content. */
static enum chatur_outcome remember_feedback(void *context,
                                             const struct chatur_stored_feedback *feedback)
{
    struct copy *copy = context;
    if (copy->present_count == copy->present_room) {
        size_t room = copy->present_room == 0 ? 64 : copy->present_room * 2;
        uint64_t *moved = reallocarray(copy->present, room, sizeof(*moved));
        if (moved == NULL) {
            return chatur_no_memory(copy->error);
        }
        copy->present = moved;
        copy->present_room = room;
    }
    copy->present[copy->present_count++] = chatur_copy_feedback_digest(feedback);
    return CHATUR_OK;
}

/* Each that the target has stands for one of the source. */
static bool take_present(struct copy *copy, uint64_t digest)
{
    for (size_t i = 0; i < copy->present_count; i++) {
        if (copy->present[i] == digest) {
            copy->present[i] = copy->present[--copy->present_count];
            return true;
        }
    }
    return false;
}

static enum chatur_outcome copy_feedback(void *context,
                                         const struct chatur_stored_feedback *feedback)
{
    struct copy *copy = context;
    char row[200];
    copy->seen.feedback++;
    if (copy->is_refused) {
        copy->refused.feedback++;
        return CHATUR_OK;
    }
    if (take_present(copy, chatur_copy_feedback_digest(feedback))) {
        return CHATUR_OK;
    }
    enum chatur_outcome outcome = chatur_store_feedback_put(copy->target, feedback, copy->error);
    if (outcome == CHATUR_OK) {
        return done(copy);
    }
    (void)snprintf(row, sizeof(row), "feedback of user %s at %" PRId64 " ms", copy->user,
                   feedback->created_ms);
    return refuse(copy, outcome, &copy->refused.feedback, row, NULL);
}

/* --- the users --- */

/* Reservations are of generations that run, and none does. Giving back changes balances. */
static enum chatur_outcome refresh(struct copy *copy, const char *uid,
                                   struct chatur_stored_user *user)
{
    enum chatur_outcome outcome =
        chatur_store_coins_reclaim(copy->source, uid, INT64_MAX, copy->error);
    if (outcome == CHATUR_OK) {
        outcome = chatur_store_user_load(copy->source, uid, copy->fresh, user, copy->error);
    }
    return outcome;
}

static enum chatur_outcome copy_rows(struct copy *copy, const char *uid)
{
    const struct chatur_page all = {0};
    enum chatur_outcome outcome =
        chatur_store_email_each(copy->source, uid, &all, copy_email, copy, copy->error);
    copy->present_count = 0;
    if (outcome == CHATUR_OK && !copy->is_refused) {
        outcome =
            chatur_store_feedback_each(copy->target, uid, remember_feedback, copy, copy->error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_store_feedback_each(copy->source, uid, copy_feedback, copy, copy->error);
    }
    return outcome;
}

/* CHATUR_EMPTY: it was refused. CHATUR_NOT_FOUND: erased meanwhile. */
static enum chatur_outcome bring_user(struct copy *copy, const char *uid)
{
    char row[200];
    struct chatur_stored_user user;
    enum chatur_outcome outcome = refresh(copy, uid, &user);
    if (outcome == CHATUR_OK) {
        return copy_user(copy, &user);
    }
    if (outcome == CHATUR_NOT_FOUND) {
        return outcome;
    }
    (void)snprintf(row, sizeof(row), "user %s", copy->user);
    outcome = refuse(copy, outcome, &copy->refused.users, row, NULL);
    return outcome == CHATUR_OK ? CHATUR_EMPTY : outcome;
}

static enum chatur_outcome copy_one(struct copy *copy, const struct chatur_stored_user *listed)
{
    enum chatur_outcome outcome = bring_user(copy, listed->user.uid);
    copy->is_refused = outcome == CHATUR_EMPTY;
    if (outcome == CHATUR_OK || outcome == CHATUR_EMPTY) {
        outcome = copy_rows(copy, listed->user.uid);
    }
    chatur_arena_reset(copy->fresh);
    return outcome == CHATUR_NOT_FOUND ? CHATUR_OK : outcome;
}

static enum chatur_outcome compare_one(struct copy *copy, const struct chatur_stored_user *user)
{
    char row[200];
    struct chatur_copy_sums sums;
    const char *difference = NULL;
    enum chatur_outcome outcome = chatur_copy_compare(
        copy->source, copy->target, user, copy->scratch, &sums, &difference, copy->error);
    if (outcome == CHATUR_OK) {
        chatur_copy_add(&copy->all, &sums);
        return CHATUR_OK;
    }
    (void)snprintf(row, sizeof(row), "user %s", copy->user);
    return refuse(copy, outcome, &copy->unequal, row, difference);
}

/* --- all of it --- */

typedef enum chatur_outcome user_visitor(struct copy *copy, const struct chatur_stored_user *user);

/* One by one when a batch is too large. */
static enum chatur_outcome read_users(struct copy *copy, const char *after,
                                      struct chatur_stored_user users[BATCH], size_t *got)
{
    enum chatur_outcome outcome =
        chatur_store_users_after(copy->source, after, BATCH, copy->batch, users, got, copy->error);
    if (outcome == CHATUR_INTERNAL) {
        chatur_arena_reset(copy->batch);
        outcome =
            chatur_store_users_after(copy->source, after, 1, copy->batch, users, got, copy->error);
    }
    return outcome;
}

static enum chatur_outcome visit_batch(struct copy *copy, user_visitor *visit, char **after,
                                       size_t *got)
{
    struct chatur_stored_user users[BATCH];
    enum chatur_outcome outcome = read_users(copy, *after, users, got);
    for (size_t i = 0; i < *got && outcome == CHATUR_OK; i++) {
        copy->user = users[i].user.id[0] != '\0' ? users[i].user.id : users[i].user.uid;
        outcome = visit(copy, &users[i]);
    }
    if (outcome == CHATUR_OK && *got > 0) {
        const char *last = users[*got - 1].user.uid;
        if (strcmp(last, *after) <= 0) { /* or this would never end */
            return chatur_fail(copy->error, CHATUR_INTERNAL, "user %s: the uid has a zero byte",
                               copy->user);
        }
        char *moved = strdup(last);
        if (moved == NULL) {
            return chatur_no_memory(copy->error);
        }
        free(*after);
        *after = moved;
    }
    chatur_arena_reset(copy->batch);
    return outcome;
}

static enum chatur_outcome visit_users(struct copy *copy, user_visitor *visit)
{
    char *after = strdup("");
    size_t got = 0;
    if (after == NULL) {
        return chatur_no_memory(copy->error);
    }
    enum chatur_outcome outcome = CHATUR_OK;
    do {
        outcome = visit_batch(copy, visit, &after, &got);
    } while (outcome == CHATUR_OK && got > 0);
    free(after);
    return outcome;
}

static int64_t beyond(int64_t all, int64_t seen)
{
    return all > seen ? all - seen : 0;
}

static void print_counts(const char *what, const struct counts *counts, const char *remark)
{
    if (counts->users != 0 || counts->emails != 0 || counts->feedback != 0) {
        (void)printf("%s: %" PRId64 " users, %" PRId64 " emails, %" PRId64 " feedback%s\n", what,
                     counts->users, counts->emails, counts->feedback, remark);
    }
}

/* CHATUR_CONFLICT: not all of it is on the other side. */
static enum chatur_outcome sum_up(const struct copy *copy, const struct chatur_survey *survey)
{
    const struct chatur_copy_sums *all = &copy->all;
    const struct counts left = {.users = survey->users_without_uid,
                                .emails = beyond(survey->emails, copy->seen.emails),
                                .feedback = beyond(survey->feedback, copy->seen.feedback)};
    (void)printf("copied and compared: %" PRId64 " users (%" PRId64 " coins available, %" PRId64
                 " used, %" PRId64 " emails generated), %" PRId64 " emails (%" PRId64
                 " coins), %" PRId64 " feedback; %" PRId64 " rows were new\n",
                 all->users, all->available_coins, all->used_coins, all->generated, all->emails,
                 all->email_coins, all->feedback, copy->added);
    print_counts("left behind", &left, ", of nobody who can sign in");
    if (survey->being_erased > 0) {
        (void)printf("still being erased: %" PRId64 " users, whose emails and feedback are left "
                     "behind; `chatur database check` finishes what was interrupted more than ten "
                     "seconds ago: run it, and copy again\n",
                     survey->being_erased);
    }
    print_counts("not copied", &copy->refused, ", named or of users named above");
    if (copy->unequal > 0) {
        (void)printf("not the same in both: %" PRId64 " users, named above\n", copy->unequal);
    }
    const struct counts *refused = &copy->refused;
    bool complete = refused->users + refused->emails + refused->feedback == 0 &&
                    copy->unequal == 0 && left.users == 0 && survey->being_erased == 0;
    return complete ? CHATUR_OK
                    : chatur_fail(copy->error, CHATUR_CONFLICT,
                                  "the copy is not complete: what is missing or differs was named");
}

static enum chatur_outcome run(struct copy *copy)
{
    struct chatur_survey survey;
    enum chatur_outcome outcome =
        chatur_store_survey(copy->source, say, NULL, &survey, copy->error);
    outcome = outcome == CHATUR_OK ? visit_users(copy, copy_one) : outcome;
    outcome = outcome == CHATUR_OK ? visit_users(copy, compare_one) : outcome;
    if (outcome == CHATUR_OK) {
        return sum_up(copy, &survey);
    }
    say(NULL, "the copy was interrupted; what was copied stays, and the same command carries on");
    return outcome;
}

enum chatur_outcome chatur_command_copy(struct chatur_store *source, struct chatur_store *target,
                                        struct chatur_error *error)
{
    struct copy copy = {.source = source,
                        .target = target,
                        .batch = chatur_arena_new(BATCH_BYTES),
                        .fresh = chatur_arena_new(BATCH_BYTES),
                        .scratch = chatur_arena_new(SCRATCH_BYTES),
                        .error = error};
    bool complete = copy.batch != NULL && copy.fresh != NULL && copy.scratch != NULL;
    enum chatur_outcome outcome = complete ? run(&copy) : chatur_no_memory(error);
    free(copy.present);
    chatur_arena_free(copy.scratch);
    chatur_arena_free(copy.fresh);
    chatur_arena_free(copy.batch);
    return outcome;
}
