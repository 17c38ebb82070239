/* Reserve, write, deliver. Each step is one durable move of the coins, and the reservation's
 * deadline is the way back from a crash between any two of them. */
#include "mail/mail.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/deadline.h"
#include "base/log.h"
#include "generate/prompt.h"
#include "mail/idempotency.h"

/* Added to the generator's own limit, for storing the answer. When that takes longer and somebody
 * looks at the coins meanwhile, they are given back and taken again; a longer margin would spare
 * that rare case, at the price of everybody's wait for their coins after a crash. */
#define DELIVERY_MARGIN_MS 1000

/* One order on its way. */
struct generation {
    const struct chatur_mail *mail;
    const struct chatur_user *user;
    const struct chatur_order *order;
    const struct chatur_idempotency *idempotency; /* NULL: the order has no key */
    struct chatur_sink *sink;
    struct chatur_arena *arena;
    struct chatur_email *email;
    struct chatur_error *error;
};

/* The template of the order. It stays valid as long as the arena. */
static enum chatur_outcome find_template(const struct generation *it,
                                         const struct chatur_template **template)
{
    const struct chatur_folder_view *view = NULL;
    enum chatur_outcome outcome =
        chatur_folder_borrow(it->mail->templates, it->arena, &view, it->error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    *template = chatur_template_find(view, it->order->prompt_id);
    if (*template == NULL) {
        return chatur_refuse(it->error, CHATUR_NOT_FOUND,
                             "There is no template with this promptId");
    }
    return CHATUR_OK;
}

/* A user that was there when the request was authenticated and is not any more. */
static enum chatur_outcome gone_means_signed_out(enum chatur_outcome outcome,
                                                 struct chatur_error *error)
{
    if (outcome == CHATUR_NOT_FOUND) {
        return chatur_refuse(error, CHATUR_UNAUTHENTICATED, "This account no longer exists");
    }
    return outcome;
}

static enum chatur_outcome reserve(const struct generation *it)
{
    int64_t now_ms = chatur_now_ms();
    int64_t deadline_ms =
        now_ms + chatur_generator_max_ms(it->mail->generator) + DELIVERY_MARGIN_MS;
    enum chatur_outcome outcome =
        chatur_store_coins_reserve(it->mail->store, it->user->uid, it->email->id, it->email->coins,
                                   now_ms, deadline_ms, it->error);
    return gone_means_signed_out(outcome, it->error);
}

/* Gives the coins back after a failure. When even that fails, the deadline does it later. */
static void release(const struct generation *it)
{
    struct chatur_error error = {0};
    if (chatur_store_coins_release(it->mail->store, it->user->uid, it->email->id, &error) !=
        CHATUR_OK) {
        chatur_log(CHATUR_WARNING, "a reservation is left to its deadline: %s", error.detail);
    }
}

/* An account's name is nothing its owner could change here: one that cannot go into a prompt is
 * left out rather than refused. */
static const char *name_of_sender(const struct chatur_user *user, const struct chatur_order *order)
{
    if (order->sender_name != NULL) {
        return order->sender_name;
    }
    return chatur_prompt_has_delimiter(user->name) ? "" : user->name;
}

/* What to write, checked before anything is charged. */
static enum chatur_outcome make_brief(const struct generation *it, struct chatur_brief *brief)
{
    const struct chatur_template *template = NULL;
    enum chatur_outcome outcome = find_template(it, &template);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    *brief = (struct chatur_brief){
        .template = template,
        .subject = it->order->subject,
        .keywords = it->order->keywords,
        .to = it->order->to,
        .sender_name = name_of_sender(it->user, it->order),
        .sender_email = it->user->email,
        .tone = it->order->tone,
        .length = it->order->length,
        .language = it->order->language,
        .recipient_name = it->order->recipient_name,
        .instructions = it->order->instructions,
    };
    chatur_random(&brief->seed, sizeof(brief->seed));
    return chatur_prompt_check(brief, it->error);
}

static enum chatur_outcome write_and_deliver(const struct generation *it,
                                             const struct chatur_brief *brief)
{
    struct chatur_draft draft = {0};
    enum chatur_outcome outcome =
        chatur_generator_write(it->mail->generator, brief, it->sink, it->arena, &draft, it->error);
    chatur_deadline_renew(); /* the generator's time was its own */
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    it->email->text = draft.text;
    it->email->by = draft.by;
    it->email->created_s = chatur_now_s();
    outcome = chatur_store_email_deliver(it->mail->store, it->email, it->error);
    return gone_means_signed_out(outcome, it->error);
}

/* Makes the email that has this id. */
static enum chatur_outcome generate(const struct generation *it, const char *id)
{
    struct chatur_brief brief;
    enum chatur_outcome outcome = make_brief(it, &brief);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    *it->email = (struct chatur_email){
        .uid = it->user->uid,
        .prompt_id = brief.template->id,
        .subject = it->order->subject,
        .keywords = it->order->keywords,
        .to = it->order->to,
        .coins = brief.template->price,
        .fingerprint = it->idempotency != NULL ? it->idempotency->fingerprint : "",
    };
    (void)snprintf(it->email->id, sizeof(it->email->id), "%s", id);
    outcome = reserve(it);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome = write_and_deliver(it, &brief);
    if (outcome != CHATUR_OK) {
        release(it);
    }
    return outcome;
}

/* --- the same request again ------------------------------------------------------------------- */

static enum chatur_outcome find_written(const struct generation *it, char id[CHATUR_ID_LENGTH + 1])
{
    return chatur_idempotency_find(it->idempotency, it->mail->store, it->user->uid, chatur_now_s(),
                                   it->arena, id, it->email, it->error);
}

/* Another request with the key was quicker: it is still running, or has written the email
 * meanwhile, perhaps with the last coins. */
static enum chatur_outcome ask_again(const struct generation *it, enum chatur_outcome refusal)
{
    char id[CHATUR_ID_LENGTH + 1];
    enum chatur_outcome outcome = find_written(it, id);
    if (outcome != CHATUR_EMPTY) {
        return outcome;
    }
    if (refusal == CHATUR_CONFLICT && it->error != NULL) {
        it->error->retry_after_s = 1;
    }
    return refusal != CHATUR_CONFLICT
               ? refusal
               : chatur_refuse(it->error, CHATUR_CONFLICT,
                               "A request with this Idempotency-Key is still running");
}

static enum chatur_outcome generate_once(const struct generation *it, bool *replayed)
{
    char id[CHATUR_ID_LENGTH + 1];
    enum chatur_outcome outcome = find_written(it, id);
    if (outcome == CHATUR_EMPTY) {
        outcome = generate(it, id);
        if (outcome != CHATUR_CONFLICT && outcome != CHATUR_NO_COINS) {
            return outcome;
        }
        outcome = ask_again(it, outcome);
    }
    *replayed = outcome == CHATUR_OK;
    return outcome;
}

enum chatur_outcome chatur_mail_generate(const struct chatur_mail *mail,
                                         const struct chatur_user *user,
                                         const struct chatur_order *order, struct chatur_sink *sink,
                                         struct chatur_arena *arena, struct chatur_email *email,
                                         bool *replayed, struct chatur_error *error)
{
    struct generation it = {
        .mail = mail,
        .user = user,
        .order = order,
        .sink = sink,
        .arena = arena,
        .email = email,
        .error = error,
    };
    enum chatur_outcome outcome = CHATUR_OK;
    *replayed = false;
    if (order->idempotency_key == NULL) {
        char id[CHATUR_ID_LENGTH + 1];
        chatur_id_new(id);
        outcome = generate(&it, id);
    } else {
        outcome = chatur_idempotency_read(order->idempotency_key, order->request, arena,
                                          &it.idempotency, error);
        outcome = outcome == CHATUR_OK ? generate_once(&it, replayed) : outcome;
    }
    if (outcome == CHATUR_OK) {
        email->notice = chatur_generator_notice(&email->by, order->language, order->instructions);
    }
    return outcome;
}
