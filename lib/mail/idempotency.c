#include "mail/idempotency.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/sha256.h"

/* Changes when ids are made in another way: an old email must not answer by chance. */
#define VERSION "chatur generateEmail 1"

/* How often a key can be used anew, a day apart each. Every use costs each later request a look
 * into the store, so without an end somebody with one key for everything would make it ever slower.
 */
#define MOST_USES 32

/* --- the header ------------------------------------------------------------------------------- */

static bool is_visible(char byte)
{
    return byte > 0x20 && byte < 0x7f;
}

/* Takes the quotes and their backslashes off. False: malformed, or too long. */
static bool read_key(const char *header, char key[CHATUR_IDEMPOTENCY_KEY_MAX + 1])
{
    bool quoted = *header == '"';
    const char *at = header + (quoted ? 1 : 0);
    size_t length = 0;
    for (; *at != '\0' && !(quoted && *at == '"'); at++) {
        if (quoted && *at == '\\') {
            at++;
            if (*at != '"' && *at != '\\') {
                return false;
            }
        }
        if (!is_visible(*at) || length == CHATUR_IDEMPOTENCY_KEY_MAX) {
            return false;
        }
        key[length++] = *at;
    }
    key[length] = '\0';
    return length > 0 && strcmp(at, quoted ? "\"" : "") == 0;
}

enum chatur_outcome chatur_idempotency_read(const char *header, struct json_object *request,
                                            struct chatur_arena *arena,
                                            const struct chatur_idempotency **idempotency,
                                            struct chatur_error *error)
{
    struct chatur_idempotency *read = chatur_arena_alloc(arena, sizeof(*read));
    *idempotency = read;
    if (read == NULL) {
        return chatur_no_memory(error);
    }
    if (!read_key(header, read->key)) {
        return chatur_refuse(error, CHATUR_BAD_REQUEST,
                             "The Idempotency-Key must be 1 to %d visible ASCII characters",
                             CHATUR_IDEMPOTENCY_KEY_MAX);
    }
    return chatur_json_digest(request, read->fingerprint, error);
}

/* --- the email -------------------------------------------------------------------------------- */

/* The id of the key's email when it is used for the `use`th time. NULs keep the parts apart: none
 * has any. */
static enum chatur_outcome make_id(const char *uid, const char *key, unsigned use,
                                   char id[CHATUR_ID_LENGTH + 1], struct chatur_error *error)
{
    unsigned char hash[CHATUR_SHA256_BYTES];
    char number[16];
    (void)snprintf(number, sizeof(number), "%u", use);
    const char *const parts[] = {VERSION, uid, key, number};
    struct chatur_buffer buffer = {0};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        chatur_buffer_append(&buffer, parts[i], strlen(parts[i]) + 1);
    }
    bool made = !buffer.failed;
    if (made) {
        chatur_sha256(buffer.data, buffer.length, hash);
    }
    chatur_buffer_free(&buffer);
    if (!made) {
        return chatur_no_memory(error);
    }
    chatur_hex(hash, CHATUR_ID_LENGTH / 2, id);
    return CHATUR_OK;
}

enum chatur_outcome chatur_idempotency_find(const struct chatur_idempotency *idempotency,
                                            struct chatur_store *store, const char *uid,
                                            int64_t now_s, struct chatur_arena *arena,
                                            char id[CHATUR_ID_LENGTH + 1],
                                            struct chatur_email *email, struct chatur_error *error)
{
    for (unsigned use = 0; use < MOST_USES; use++) {
        enum chatur_outcome outcome = make_id(uid, idempotency->key, use, id, error);
        if (outcome == CHATUR_OK) {
            outcome = chatur_store_email_find(store, uid, id, arena, email, error);
        }
        if (outcome == CHATUR_NOT_FOUND) {
            return CHATUR_EMPTY;
        }
        if (outcome != CHATUR_OK) {
            return outcome;
        }
        if (now_s - email->created_s < CHATUR_IDEMPOTENCY_TTL_S) {
            return strcmp(email->fingerprint, idempotency->fingerprint) == 0 ? CHATUR_OK
                                                                             : CHATUR_MISMATCH;
        }
    }
    return chatur_refuse(error, CHATUR_BAD_REQUEST,
                         "This Idempotency-Key was used too often; take a new one");
}
