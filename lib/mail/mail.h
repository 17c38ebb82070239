/* Mail: the use case. Reserve the price, generate, store and settle; whatever fails on the way
 * gives the coins back, and a crash leaves a reservation that puts itself right (store.h). */
#ifndef CHATUR_MAIL_MAIL_H
#define CHATUR_MAIL_MAIL_H

#include <json-c/json_object.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/folder.h"
#include "base/outcome.h"
#include "generate/generator.h"
#include "store/store.h"

/* What generating needs; all borrowed. */
struct chatur_mail {
    struct chatur_store *store;
    struct chatur_folder *templates;
    struct chatur_generator *generator;
};

/* The user's order, as the endpoint read it: trimmed, within its limits. */
struct chatur_order {
    const char *prompt_id;
    const char *subject;
    const char *keywords;
    const char *to;

    /* Optional, NULL when not given: as in a brief (generate/generator.h). */
    const char *tone;
    const char *length;
    const char *language;
    const char *sender_name; /* in place of the account's name */
    const char *recipient_name;
    const char *instructions;

    /* What makes a retry recognisable; NULL: nothing does. The key is the header's value as it
     * came, and the request is what must be the same each time. */
    const char *idempotency_key;
    struct json_object *request;
};

/* Writes an email for `user`, charges its template's price and stores it; the text also goes into
 * `sink` (NULL: nobody watches) while it is written. On CHATUR_OK `*email` is what was stored; its
 * strings live as long as the arena.
 *
 * With a key (mail/idempotency.h) that was used in the last 24 hours, `*email` is the one that was
 * written then, `*replayed` is true, and nothing is charged. The sink gets nothing of it; only when
 * another request with the key overtook this one it may have got another text before.
 * CHATUR_CONFLICT: a request with the key is running. CHATUR_MISMATCH: the key is another
 * request's. CHATUR_BAD_REQUEST: the key is malformed, or was used too often.
 *
 * CHATUR_BAD_REQUEST: a field has what could pass for a delimiter of a prompt.
 * CHATUR_NOT_FOUND: no such template. CHATUR_NO_COINS. CHATUR_UNAUTHENTICATED: the user was erased
 * meanwhile. CHATUR_BAD_ANSWER, CHATUR_TIMEOUT: the model's fault. CHATUR_UNAVAILABLE,
 * CHATUR_INTERNAL. Nothing is charged on any of these. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_mail_generate(const struct chatur_mail *mail, const struct chatur_user *user,
                     const struct chatur_order *order, struct chatur_sink *sink,
                     struct chatur_arena *arena, struct chatur_email *email, bool *replayed,
                     struct chatur_error *error);

/* Writes an email as the wire has it (`id` and `_id` both). */
void chatur_mail_write_json(struct chatur_buffer *buffer, const struct chatur_email *email);

#endif
