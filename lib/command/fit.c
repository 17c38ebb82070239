/* Fit: each part is made as a worker makes it, by the part's own constructor, and thrown away; so
 * there is no second opinion here on what a good setting is. */
#include "command/fit.h"

#include <string.h>

#include "auth/auth.h"
#include "base/settings.h"
#include "command/command.h"
#include "command/sockets.h"
#include "store/store.h"

static enum chatur_outcome try_key(const struct chatur_config *config,
                                   const struct chatur_findings *findings,
                                   struct chatur_error *error)
{
    struct chatur_auth *auth = NULL;
    (void)findings;
    /* It borrows the store and the cache, and looks at neither before somebody signs in. */
    enum chatur_outcome outcome = chatur_auth_new(config, NULL, NULL, &auth, error);
    chatur_auth_free(auth);
    return outcome;
}

static enum chatur_outcome try_store(const struct chatur_config *config,
                                     const struct chatur_findings *findings,
                                     struct chatur_error *error)
{
    struct chatur_store *store = NULL;
    (void)findings;
    enum chatur_outcome outcome = chatur_store_new(config, &store, error);
    chatur_store_free(store);
    return outcome;
}

static enum chatur_outcome try_group(const struct chatur_config *config,
                                     const struct chatur_findings *findings,
                                     struct chatur_error *error)
{
    (void)findings;
    return chatur_sockets_check_group(config, error);
}

static enum chatur_outcome try_paths(const struct chatur_config *config,
                                     const struct chatur_findings *findings,
                                     struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_OK;
    for (size_t i = 0; i < findings->count && outcome == CHATUR_OK; i++) {
        outcome = chatur_sockets_check_path(config, findings->items[i].path, error);
    }
    return outcome;
}

static const struct {
    const char *setting;
    enum chatur_outcome (*try)(const struct chatur_config *config,
                               const struct chatur_findings *findings, struct chatur_error *error);
} trials[] = {
    {"JWT_KEY", try_key},
    {"DB_URI", try_store},
    {"SOCKET_GROUP", try_group},
    {"STATE_DIR", try_paths},
};

enum chatur_outcome chatur_fit_to_start(const struct chatur_config *config,
                                        const struct chatur_findings *findings,
                                        struct chatur_error *error)
{
    for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++) {
        struct chatur_error found = {0};
        enum chatur_outcome outcome = trials[i].try(config, findings, &found);
        if (outcome != CHATUR_OK) {
            const char *where = chatur_config_where(config, trials[i].setting);
            bool is_set = strcmp(where, "default") != 0;
            return chatur_fail(error, outcome, "%s%s%s", is_set ? where : "", is_set ? ": " : "",
                               chatur_command_reason(outcome, &found));
        }
    }
    return CHATUR_OK;
}

const char *chatur_fit_warning(const struct chatur_config *config)
{
    if (!chatur_is_loopback(config->listen) &&
        strcmp(chatur_config_where(config, "PUBLIC_URL"), "default") == 0) {
        return "PUBLIC_URL is not set, and LISTEN is for other machines too: they are told to get "
               "the templates' icons from 127.0.0.1, which is themselves";
    }
    return "";
}
