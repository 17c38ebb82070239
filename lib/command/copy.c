/* User by user, each with their emails and feedback: what belongs to nobody is nobody's to copy. */
#include "command/copy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_admin.h"

/* How many users are read at once, and what they may take. */
#define BATCH       ((size_t)64)
#define BATCH_BYTES ((size_t)16 << 20)

/* One email, or two users. */
#define SCRATCH_BYTES ((size_t)64 << 20)

/* What is counted of one user, and then compared; and of all, and then printed. */
struct sums {
    int64_t users;
    int64_t available_coins;
    int64_t used_coins;
    int64_t generated;
    int64_t emails;
    int64_t email_coins;
    int64_t feedback;
};

struct copy {
    struct chatur_store *source;
    struct chatur_store *target;
    struct chatur_arena *scratch; /* emptied after each row */
    struct chatur_error *error;
    struct sums all;
    struct sums counted; /* the user in hand, in the store in hand */
    int64_t added;
    int64_t skip; /* feedback of this user that the target has already */
};

static enum chatur_outcome differs(struct copy *copy, const char *kind, const char *id)
{
    return chatur_fail(copy->error, CHATUR_CONFLICT,
                       "%s %s: the target has another one in its place; stopped there", kind, id);
}

static enum chatur_outcome name(struct copy *copy, enum chatur_outcome outcome, const char *kind,
                                const char *id)
{
    char detail[sizeof(copy->error->detail)];
    memcpy(detail, copy->error->detail, sizeof(detail));
    return chatur_fail(copy->error, outcome, "%s %s: %.200s", kind, id,
                       detail[0] != '\0' ? detail : chatur_outcome_message(outcome));
}

static bool same(const char *left, const char *right)
{
    return strcmp(left, right) == 0;
}

static bool same_user(const struct chatur_stored_user *left, const struct chatur_stored_user *right)
{
    const struct chatur_user *a = &left->user;
    const struct chatur_user *b = &right->user;
    return same(a->id, b->id) && same(a->uid, b->uid) && same(a->email, b->email) &&
           same(a->name, b->name) && same(a->picture, b->picture) &&
           a->available_coins == b->available_coins && a->used_coins == b->used_coins &&
           a->generated_count == b->generated_count && a->suspended == b->suspended &&
           same(left->login_method, right->login_method) &&
           same(left->fcm_token, right->fcm_token) && left->created_ms == right->created_ms &&
           left->updated_ms == right->updated_ms;
}

static bool same_email(const struct chatur_email *left, const struct chatur_email *right)
{
    const struct chatur_attribution *a = &left->by;
    const struct chatur_attribution *b = &right->by;
    return same(left->uid, right->uid) && same(left->prompt_id, right->prompt_id) &&
           same(left->subject, right->subject) && same(left->keywords, right->keywords) &&
           same(left->to, right->to) && same(left->text, right->text) &&
           same(left->fingerprint, right->fingerprint) && left->coins == right->coins &&
           left->created_s == right->created_s && same(a->provider, b->provider) &&
           same(a->model, b->model) && same(a->finish_reason, b->finish_reason) &&
           same(a->template_version, b->template_version) && a->attempts == b->attempts &&
           a->latency_ms == b->latency_ms && a->prompt_tokens == b->prompt_tokens &&
           a->completion_tokens == b->completion_tokens;
}

/* --- the rows --- */

static enum chatur_outcome copy_user(struct copy *copy, const struct chatur_stored_user *user)
{
    enum chatur_outcome outcome = chatur_store_user_put(copy->target, user, copy->error);
    if (outcome == CHATUR_OK) {
        copy->added++;
    } else if (outcome == CHATUR_CONFLICT) {
        struct chatur_stored_user other;
        outcome = chatur_store_user_load(copy->target, user->user.uid, copy->scratch, &other,
                                         copy->error);
        bool is_same = outcome == CHATUR_OK && same_user(user, &other);
        if ((outcome == CHATUR_OK && !is_same) || outcome == CHATUR_NOT_FOUND) {
            outcome = differs(copy, "user", user->user.id);
        }
    } else {
        outcome = name(copy, outcome, "user", user->user.id);
    }
    chatur_arena_reset(copy->scratch);
    return outcome;
}

static enum chatur_outcome copy_email(void *context, const struct chatur_email *email)
{
    struct copy *copy = context;
    enum chatur_outcome outcome = chatur_store_email_put(copy->target, email, copy->error);
    if (outcome == CHATUR_OK) {
        copy->added++;
    } else if (outcome == CHATUR_CONFLICT) {
        struct chatur_email other;
        outcome = chatur_store_email_find(copy->target, email->uid, email->id, copy->scratch,
                                          &other, copy->error);
        bool is_same = outcome == CHATUR_OK && same_email(email, &other);
        if ((outcome == CHATUR_OK && !is_same) || outcome == CHATUR_NOT_FOUND) {
            outcome = differs(copy, "email", email->id);
        }
    } else {
        outcome = name(copy, outcome, "email", email->id);
    }
    chatur_arena_reset(copy->scratch);
    return outcome;
}

static enum chatur_outcome count_feedback(void *context,
                                          const struct chatur_stored_feedback *feedback)
{
    struct copy *copy = context;
    (void)feedback;
    copy->counted.feedback++;
    return CHATUR_OK;
}

/* It has no ids that both kinds of store know, but an order: what the target has of it are the
 * first so many. */
static enum chatur_outcome copy_feedback(void *context,
                                         const struct chatur_stored_feedback *feedback)
{
    struct copy *copy = context;
    if (copy->skip > 0) {
        copy->skip--;
        return CHATUR_OK;
    }
    enum chatur_outcome outcome = chatur_store_feedback_put(copy->target, feedback, copy->error);
    if (outcome == CHATUR_OK) {
        copy->added++;
        return CHATUR_OK;
    }
    return name(copy, outcome, "feedback of user", feedback->feedback.uid);
}

/* --- comparing --- */

static enum chatur_outcome count_email(void *context, const struct chatur_email *email)
{
    struct copy *copy = context;
    copy->counted.emails++;
    copy->counted.email_coins += email->coins;
    return CHATUR_OK;
}

/* What `store` has of one user. */
static enum chatur_outcome count(struct copy *copy, struct chatur_store *store, const char *uid,
                                 struct sums *sums)
{
    struct chatur_stored_user stored;
    const struct chatur_page all = {0};
    copy->counted = (struct sums){.users = 1};
    enum chatur_outcome outcome =
        chatur_store_user_load(store, uid, copy->scratch, &stored, copy->error);
    if (outcome == CHATUR_OK) {
        copy->counted.available_coins = stored.user.available_coins;
        copy->counted.used_coins = stored.user.used_coins;
        copy->counted.generated = stored.user.generated_count;
        outcome = chatur_store_email_each(store, uid, &all, count_email, copy, copy->error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_store_feedback_each(store, uid, count_feedback, copy, copy->error);
    }
    chatur_arena_reset(copy->scratch);
    *sums = copy->counted;
    return outcome;
}

static void add(struct sums *all, const struct sums *one)
{
    all->users += one->users;
    all->available_coins += one->available_coins;
    all->used_coins += one->used_coins;
    all->generated += one->generated;
    all->emails += one->emails;
    all->email_coins += one->email_coins;
    all->feedback += one->feedback;
}

static enum chatur_outcome verify(struct copy *copy, const struct chatur_user *user)
{
    struct sums here;
    struct sums there;
    enum chatur_outcome outcome = count(copy, copy->source, user->uid, &here);
    if (outcome == CHATUR_OK) {
        outcome = count(copy, copy->target, user->uid, &there);
    }
    if (outcome != CHATUR_OK) {
        return name(copy, outcome, "user", user->id);
    }
    if (memcmp(&here, &there, sizeof(here)) != 0) {
        return chatur_fail(copy->error, CHATUR_CONFLICT,
                           "user %s: counts or sums differ after the copy; stopped there",
                           user->id);
    }
    add(&copy->all, &there);
    return CHATUR_OK;
}

/* --- all of it --- */

static enum chatur_outcome copy_one(struct copy *copy, const struct chatur_stored_user *user)
{
    const char *uid = user->user.uid;
    const struct chatur_page all = {0};
    enum chatur_outcome outcome = copy_user(copy, user);
    if (outcome == CHATUR_OK) {
        outcome = chatur_store_email_each(copy->source, uid, &all, copy_email, copy, copy->error);
    }
    if (outcome == CHATUR_OK) {
        copy->counted = (struct sums){0};
        outcome = chatur_store_feedback_each(copy->target, uid, count_feedback, copy, copy->error);
        copy->skip = copy->counted.feedback;
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_store_feedback_each(copy->source, uid, copy_feedback, copy, copy->error);
    }
    return outcome == CHATUR_OK ? verify(copy, &user->user) : outcome;
}

/* Reservations are of generations that run, and none does. */
static enum chatur_outcome reclaim_all(struct copy *copy, const struct chatur_stored_user *users,
                                       size_t count)
{
    enum chatur_outcome outcome = CHATUR_OK;
    for (size_t i = 0; outcome == CHATUR_OK && i < count; i++) {
        outcome =
            chatur_store_coins_reclaim(copy->source, users[i].user.uid, INT64_MAX, copy->error);
    }
    return outcome;
}

static enum chatur_outcome copy_batch(struct copy *copy, struct chatur_arena *arena, char **after,
                                      size_t *got)
{
    struct chatur_stored_user users[BATCH];
    enum chatur_outcome outcome = CHATUR_OK;
    /* Twice: reclaiming changes balances. */
    for (int i = 0; i < 2 && outcome == CHATUR_OK; i++) {
        outcome =
            chatur_store_users_after(copy->source, *after, BATCH, arena, users, got, copy->error);
        if (outcome == CHATUR_OK && i == 0) {
            outcome = reclaim_all(copy, users, *got);
        }
    }
    for (size_t i = 0; i < *got && outcome == CHATUR_OK; i++) {
        outcome = copy_one(copy, &users[i]);
    }
    if (outcome == CHATUR_OK && *got > 0) {
        free(*after);
        *after = strdup(users[*got - 1].user.uid);
        outcome = *after != NULL ? CHATUR_OK : chatur_no_memory(copy->error);
    }
    chatur_arena_reset(arena);
    return outcome;
}

static void print_result(const struct copy *copy)
{
    const struct sums *all = &copy->all;
    (void)printf("copied and compared: %" PRId64 " users (%" PRId64 " coins available, %" PRId64
                 " used, %" PRId64 " emails generated), %" PRId64 " emails (%" PRId64
                 " coins), %" PRId64 " feedback; %" PRId64 " rows were new\n",
                 all->users, all->available_coins, all->used_coins, all->generated, all->emails,
                 all->email_coins, all->feedback, copy->added);
}

enum chatur_outcome chatur_command_copy(struct chatur_store *source, struct chatur_store *target,
                                        struct chatur_error *error)
{
    struct copy copy = {.source = source, .target = target, .error = error};
    struct chatur_arena *arena = chatur_arena_new(BATCH_BYTES);
    char *after = strdup("");
    size_t got = 0;
    enum chatur_outcome outcome = CHATUR_OK;
    copy.scratch = chatur_arena_new(SCRATCH_BYTES);
    if (arena == NULL || copy.scratch == NULL || after == NULL) {
        outcome = chatur_no_memory(error);
    }
    do {
        outcome = outcome == CHATUR_OK ? copy_batch(&copy, arena, &after, &got) : outcome;
    } while (outcome == CHATUR_OK && got > 0);
    if (outcome == CHATUR_OK) {
        print_result(&copy);
    }
    free(after);
    chatur_arena_free(copy.scratch);
    chatur_arena_free(arena);
    return outcome;
}
