/* Signs in whoever asks, so it exists only where the operator switched it on, and answers only to
 * callers on this machine. It has no state: the uid is a hash of the address, in lower case because
 * people do not write their address the same way every time. */
#include <stdlib.h>
#include <string.h>

#include "auth/identity.h"
#include "base/ascii.h"
#include "base/id.h"
#include "base/sha256.h"
#include "base/text.h"

#define UID_PREFIX     "dev-"
#define UID_HASH_BYTES 16 /* 32 hex digits: nobody's addresses collide by chance */

static const char *derive_uid(const char *email, struct chatur_arena *arena)
{
    unsigned char hash[CHATUR_SHA256_BYTES];
    char hex[2 * UID_HASH_BYTES + 1];
    char *lower = chatur_arena_strdup(arena, email);
    if (lower == NULL) {
        return NULL;
    }
    for (char *letter = lower; *letter != '\0'; letter++) {
        *letter = chatur_to_lower(*letter);
    }
    chatur_sha256(lower, strlen(lower), hash);
    chatur_hex(hash, UID_HASH_BYTES, hex);
    return chatur_arena_printf(arena, "%s%s", UID_PREFIX, hex);
}

/* A person's name as the local part spells it: "jane.doe+news7@…" is "Jane Doe". Bytes past ASCII
 * are letters of other scripts and stay as they are. */
static const char *derive_name(const char *email, struct chatur_arena *arena)
{
    size_t local_length = strcspn(email, "@");
    size_t words_length = strcspn(email, "+@");
    char *name = chatur_arena_alloc(arena, words_length + 1);
    if (name == NULL) {
        return NULL;
    }
    size_t used = 0;
    bool word_ended = true;
    bool has_letter = false;
    for (size_t i = 0; i < words_length; i++) {
        char next = email[i];
        if (chatur_is_digit(next)) {
            continue;
        }
        bool letter = chatur_is_letter(next) || (unsigned char)next >= 0x80;
        if (!letter && next != '\'') {
            word_ended = true;
            continue;
        }
        if (word_ended) {
            if (used > 0) {
                name[used++] = ' ';
            }
            next = chatur_to_upper(next);
        }
        name[used++] = next;
        word_ended = false;
        has_letter = has_letter || letter;
    }
    return has_letter ? name : chatur_arena_strndup(arena, email, local_length);
}

static void dev_free(struct chatur_identity_provider *provider)
{
    free(provider);
}

static bool dev_accepts(const struct chatur_identity_provider *provider, const char *login_method)
{
    (void)provider;
    return strcmp(login_method, "dev") == 0;
}

static enum chatur_outcome dev_verify(struct chatur_identity_provider *provider,
                                      const struct chatur_credentials *credentials,
                                      struct chatur_arena *arena, struct chatur_identity *identity,
                                      struct chatur_error *error)
{
    (void)provider;
    if (!credentials->local) {
        return chatur_refuse(error, CHATUR_UNAUTHENTICATED,
                             "The development login answers only to the machine it runs on");
    }
    if (credentials->id_token[0] == '\0') {
        return chatur_refuse(error, CHATUR_UNAUTHENTICATED,
                             "The development login wants some idToken, any but an empty one");
    }
    if (!chatur_is_address(credentials->email)) {
        return chatur_refuse(error, CHATUR_UNAUTHENTICATED,
                             "The development login wants a mail address as email");
    }
    *identity = (struct chatur_identity){
        .uid = derive_uid(credentials->email, arena),
        .email = chatur_arena_strdup(arena, credentials->email),
        .name = derive_name(credentials->email, arena),
        .picture = "",
    };
    if (identity->uid == NULL || identity->email == NULL || identity->name == NULL) {
        return chatur_no_memory(error);
    }
    return CHATUR_OK;
}

static const struct chatur_identity_provider_ops dev_ops = {
    .name = "dev",
    .free = dev_free,
    .accepts = dev_accepts,
    .verify = dev_verify,
};

enum chatur_outcome chatur_dev_provider_new(const struct chatur_config *config,
                                            struct chatur_identity_provider **provider,
                                            struct chatur_error *error)
{
    *provider = NULL;
    if (!config->dev_login) {
        return CHATUR_OK;
    }
    struct chatur_identity_provider *made = malloc(sizeof(*made));
    if (made == NULL) {
        return chatur_no_memory(error);
    }
    made->ops = &dev_ops;
    *provider = made;
    return CHATUR_OK;
}
