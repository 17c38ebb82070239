/* Balances are compared one by one, what may be long by digest: neither side's texts need be held,
 * nor come in the other's order. */
#include "command/copy_compare.h"

#include <string.h>

#include "base/id.h"
#include "base/siphash.h"

static void add(int64_t *sum, int64_t number)
{
    int64_t result = 0;
    if (__builtin_add_overflow(*sum, number, &result)) {
        result = number < 0 ? INT64_MIN : INT64_MAX;
    }
    *sum = result;
}

void chatur_copy_add(struct chatur_copy_sums *all, const struct chatur_copy_sums *one)
{
    add(&all->users, one->users);
    add(&all->available_coins, one->available_coins);
    add(&all->used_coins, one->used_coins);
    add(&all->generated, one->generated);
    add(&all->emails, one->emails);
    add(&all->email_coins, one->email_coins);
    add(&all->feedback, one->feedback);
    all->digest += one->digest;
}

static bool same(const char *left, const char *right)
{
    return strcmp(left, right) == 0;
}

bool chatur_copy_same_user(const struct chatur_stored_user *left,
                           const struct chatur_stored_user *right)
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

/* --- digests --- */

static uint64_t digest_of(const char *const *texts, size_t text_count, const int64_t *numbers,
                          size_t number_count)
{
    static unsigned char key[CHATUR_SIPHASH_KEY_BYTES];
    static bool has_key;
    if (!has_key) {
        chatur_random(key, sizeof(key));
        has_key = true;
    }
    uint64_t digest = chatur_siphash(key, numbers, number_count * sizeof(numbers[0]));
    for (size_t i = 0; i < text_count; i++) {
        const uint64_t pair[] = {digest, chatur_siphash(key, texts[i], strlen(texts[i]))};
        digest = chatur_siphash(key, pair, sizeof(pair));
    }
    return digest;
}

uint64_t chatur_copy_email_digest(const struct chatur_email *email)
{
    const struct chatur_attribution *by = &email->by;
    const char *const texts[] = {email->id,      email->uid,         email->prompt_id,
                                 email->subject, email->keywords,    email->to,
                                 email->text,    email->fingerprint, by->provider,
                                 by->model,      by->finish_reason,  by->template_version};
    const int64_t numbers[] = {email->coins,   email->created_s,  by->attempts,
                               by->latency_ms, by->prompt_tokens, by->completion_tokens};
    return digest_of(texts, sizeof(texts) / sizeof(texts[0]), numbers,
                     sizeof(numbers) / sizeof(numbers[0]));
}

uint64_t chatur_copy_feedback_digest(const struct chatur_stored_feedback *stored)
{
    const struct chatur_feedback *feedback = &stored->feedback;
    const char *const texts[] = {feedback->uid, feedback->email, feedback->subject,
                                 feedback->message};
    const int64_t numbers[] = {stored->created_ms};
    return digest_of(texts, sizeof(texts) / sizeof(texts[0]), numbers, 1);
}

/* --- comparing --- */

static enum chatur_outcome count_email(void *context, const struct chatur_email *email)
{
    struct chatur_copy_sums *sums = context;
    add(&sums->emails, 1);
    add(&sums->email_coins, email->coins);
    sums->digest += chatur_copy_email_digest(email);
    return CHATUR_OK;
}

static enum chatur_outcome count_feedback(void *context,
                                          const struct chatur_stored_feedback *feedback)
{
    struct chatur_copy_sums *sums = context;
    add(&sums->feedback, 1);
    sums->digest += chatur_copy_feedback_digest(feedback);
    return CHATUR_OK;
}

static enum chatur_outcome count(struct chatur_store *store, const struct chatur_user *user,
                                 struct chatur_copy_sums *sums, struct chatur_error *error)
{
    const struct chatur_page all = {0};
    *sums = (struct chatur_copy_sums){.users = 1,
                                      .available_coins = user->available_coins,
                                      .used_coins = user->used_coins,
                                      .generated = user->generated_count};
    enum chatur_outcome outcome =
        chatur_store_email_each(store, user->uid, &all, count_email, sums, error);
    if (outcome == CHATUR_OK) {
        outcome = chatur_store_feedback_each(store, user->uid, count_feedback, sums, error);
    }
    return outcome;
}

static const char *difference_of(const struct chatur_copy_sums *here,
                                 const struct chatur_copy_sums *there)
{
    if (here->emails != there->emails || here->email_coins != there->email_coins ||
        here->feedback != there->feedback) {
        return "counts or sums differ between the two databases";
    }
    return here->digest != there->digest
               ? "emails or feedback have other contents in the other database"
               : NULL;
}

enum chatur_outcome chatur_copy_compare(struct chatur_store *source, struct chatur_store *target,
                                        const struct chatur_stored_user *user,
                                        struct chatur_arena *arena, struct chatur_copy_sums *sums,
                                        const char **difference, struct chatur_error *error)
{
    struct chatur_stored_user other;
    struct chatur_copy_sums there;
    enum chatur_outcome outcome =
        chatur_store_user_load(target, user->user.uid, arena, &other, error);
    *difference = NULL;
    if (outcome == CHATUR_NOT_FOUND) {
        *difference = "is not in the target";
    } else if (outcome == CHATUR_OK && !chatur_copy_same_user(user, &other)) {
        *difference = "balances or profile differ between the two databases";
    }
    chatur_arena_reset(arena);
    if (outcome == CHATUR_OK && *difference == NULL) {
        outcome = count(source, &user->user, sums, error);
        if (outcome == CHATUR_OK) {
            outcome = count(target, &user->user, &there, error);
        }
        *difference = outcome == CHATUR_OK ? difference_of(sums, &there) : NULL;
    }
    return *difference != NULL ? CHATUR_CONFLICT : outcome;
}
