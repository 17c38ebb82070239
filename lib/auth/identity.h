/* Identity providers: who vouches that somebody is who they say. Each checks the `idToken` of the
 * login methods it knows and answers with a verified identity. */
#ifndef CHATUR_AUTH_IDENTITY_H
#define CHATUR_AUTH_IDENTITY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/outcome.h"

struct chatur_credentials {
    const char *login_method; /* as the client sent it */
    const char *email;        /* what the client says its address is */
    const char *id_token;
    bool local; /* the request reached us over loopback or a unix socket */
};

struct chatur_identity {
    const char *uid;
    const char *email; /* verified */
    const char *name;  /* "" when not known; never NULL */
    const char *picture;
};

struct chatur_identity_provider;

struct chatur_identity_provider_ops {
    const char *name;
    void (*free)(struct chatur_identity_provider *provider);

    /* Does this provider answer for this login method? */
    bool (*accepts)(const struct chatur_identity_provider *provider, const char *login_method);

    /* Verifies. Strings of `*identity` go into the arena. CHATUR_OK; CHATUR_UNAUTHENTICATED with a
     * public message; CHATUR_UNAVAILABLE when the provider cannot be reached; CHATUR_INTERNAL. */
    enum chatur_outcome (*verify)(struct chatur_identity_provider *provider,
                                  const struct chatur_credentials *credentials,
                                  struct chatur_arena *arena, struct chatur_identity *identity,
                                  struct chatur_error *error);
};

struct chatur_identity_provider {
    const struct chatur_identity_provider_ops *ops;
};

/* A provider's constructor leaves `*provider` NULL when the configuration doesn't switch it on. */
typedef enum chatur_outcome
chatur_identity_provider_constructor(const struct chatur_config *config,
                                     struct chatur_identity_provider **provider,
                                     struct chatur_error *error);

/* The development provider (DEV_LOGIN=1): login method "dev" signs anybody in as the address they
 * give, with any non-empty idToken, and only over loopback or a unix socket. The uid is derived
 * from the address, so that signing in again finds the same user. */
chatur_identity_provider_constructor chatur_dev_provider_new;

#endif
