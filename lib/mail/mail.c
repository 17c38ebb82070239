/* Reserve, write, deliver. Each step is one durable move of the coins, and the reservation's
 * deadline is the way back from a crash between any two of them. */
#include "mail/mail.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "generate/prompt.h"

/* Added to the generator's own limit, for storing the answer: a reservation that expired while its
 * email was on the way into the store would be given back and taken again. */
#define DELIVERY_MARGIN_MS 1000

/* The template of the order. It stays valid as long as the arena. */
static enum chatur_outcome find_template(const struct chatur_mail *mail, const char *prompt_id,
                                         struct chatur_arena *arena,
                                         const struct chatur_template **template,
                                         struct chatur_error *error)
{
    const struct chatur_folder_view *view = NULL;
    enum chatur_outcome outcome = chatur_folder_borrow(mail->templates, arena, &view, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    *template = chatur_template_find(view, prompt_id);
    if (*template == NULL) {
        return chatur_refuse(error, CHATUR_NOT_FOUND, "There is no template with this promptId");
    }
    return CHATUR_OK;
}

/* Gives the coins back after a failure. When even that fails, the deadline does it later. */
static void release(const struct chatur_mail *mail, const struct chatur_email *email)
{
    struct chatur_error error = {0};
    if (chatur_store_coins_release(mail->store, email->uid, email->id, &error) != CHATUR_OK) {
        chatur_log(CHATUR_WARNING, "a reservation is left to its deadline: %s", error.detail);
    }
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

static enum chatur_outcome write_and_deliver(const struct chatur_mail *mail,
                                             const struct chatur_brief *brief,
                                             struct chatur_arena *arena, struct chatur_email *email,
                                             struct chatur_error *error)
{
    struct chatur_draft draft = {0};
    enum chatur_outcome outcome =
        chatur_generator_write(mail->generator, brief, NULL, arena, &draft, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    email->text = draft.text;
    email->by = draft.by;
    email->notice = draft.notice;
    email->created_s = chatur_now_s();
    return gone_means_signed_out(chatur_store_email_deliver(mail->store, email, error), error);
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

enum chatur_outcome chatur_mail_generate(const struct chatur_mail *mail,
                                         const struct chatur_user *user,
                                         const struct chatur_order *order,
                                         struct chatur_arena *arena, struct chatur_email *email,
                                         struct chatur_error *error)
{
    const struct chatur_template *template = NULL;
    enum chatur_outcome outcome = find_template(mail, order->prompt_id, arena, &template, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    struct chatur_brief brief = {
        .template = template,
        .subject = order->subject,
        .keywords = order->keywords,
        .to = order->to,
        .sender_name = name_of_sender(user, order),
        .sender_email = user->email,
        .tone = order->tone,
        .length = order->length,
        .language = order->language,
        .recipient_name = order->recipient_name,
        .instructions = order->instructions,
    };
    chatur_random(&brief.seed, sizeof(brief.seed));
    outcome = chatur_prompt_check(&brief, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    *email = (struct chatur_email){
        .uid = user->uid,
        .prompt_id = template->id,
        .subject = order->subject,
        .keywords = order->keywords,
        .to = order->to,
        .coins = template->price,
        .fingerprint = "",
    };
    chatur_id_new(email->id);

    int64_t now_ms = chatur_now_ms();
    int64_t deadline_ms = now_ms + chatur_generator_max_ms(mail->generator) + DELIVERY_MARGIN_MS;
    outcome = chatur_store_coins_reserve(mail->store, user->uid, email->id, email->coins, now_ms,
                                         deadline_ms, error);
    if (outcome != CHATUR_OK) {
        return gone_means_signed_out(outcome, error);
    }
    outcome = write_and_deliver(mail, &brief, arena, email, error);
    if (outcome != CHATUR_OK) {
        release(mail, email);
    }
    return outcome;
}
