/* Idempotency (private to mail): a client that repeats a request under the same key gets the same
 * email and is charged once, whatever happened to the first answer.
 *
 * Nothing is stored for it but the email: its id is made from the user and the key, and the store
 * reserves and delivers an id once. So there is no second write that a crash could part from the
 * first, and a key is scoped to its user and to generating.
 *
 * A key answers for 24 hours; then it stands for a new email, whose id is made from the key's next
 * use. All who ask at the same time find the same uses taken, and so compete for the same id. An
 * email that its owner deleted answers no more: its key is free. So is that of a generation that
 * failed, or that a crash ended, once the reservation is past its deadline. */
#ifndef CHATUR_MAIL_IDEMPOTENCY_H
#define CHATUR_MAIL_IDEMPOTENCY_H

#include <json-c/json_object.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/id.h"
#include "base/json_digest.h"
#include "base/outcome.h"
#include "store/store.h"

#define CHATUR_IDEMPOTENCY_KEY_MAX 255
#define CHATUR_IDEMPOTENCY_TTL_S   86400 /* how long a key answers */

struct chatur_idempotency {
    char key[CHATUR_IDEMPOTENCY_KEY_MAX + 1];
    char fingerprint[CHATUR_DIGEST_LENGTH + 1]; /* of the request */
};

/* Reads the header's value, a string in quotes (RFC 8941, section 3.3.3) or as it is, and takes the
 * request's fingerprint. `*idempotency` is the arena's. CHATUR_OK; CHATUR_BAD_REQUEST: not 1 to 255
 * visible ASCII characters; CHATUR_INTERNAL (out of memory). */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_idempotency_read(const char *header, struct json_object *request, struct chatur_arena *arena,
                        const struct chatur_idempotency **idempotency, struct chatur_error *error);

/* The email that the user's key stands for.
 * CHATUR_OK: it is written; `*email` is filled, its strings live as long as the arena.
 * CHATUR_EMPTY: it is not (it may be on its way); `id` is the one that it shall have.
 * CHATUR_MISMATCH: it was written for another request. CHATUR_BAD_REQUEST: the key was used too
 * often. CHATUR_UNAVAILABLE, CHATUR_INTERNAL. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_idempotency_find(const struct chatur_idempotency *idempotency, struct chatur_store *store,
                        const char *uid, int64_t now_s, struct chatur_arena *arena,
                        char id[CHATUR_ID_LENGTH + 1], struct chatur_email *email,
                        struct chatur_error *error);

#endif
