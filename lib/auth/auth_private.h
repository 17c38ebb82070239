/* Auth's own header, for its own files: auth.c has what every request needs, sign_in.c what one
 * endpoint does, with the library that makes tokens. */
#ifndef CHATUR_AUTH_AUTH_PRIVATE_H
#define CHATUR_AUTH_AUTH_PRIVATE_H

#include "auth/auth.h"

#define CHATUR_IDENTITY_PROVIDERS 1

struct chatur_auth {
    const struct chatur_config *config;
    struct chatur_store *store;
    struct chatur_cache *cache;

    /* In the order they are asked whether a login method is theirs. NULL: not switched on. */
    struct chatur_identity_provider *providers[CHATUR_IDENTITY_PROVIDERS];
};

/* Returns CHATUR_FORBIDDEN. */
enum chatur_outcome chatur_auth_refuse_suspended(struct chatur_error *error);

#endif
