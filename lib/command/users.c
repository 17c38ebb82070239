/* chatur user: what an operator does about one user, through the same store and cache that the
 * endpoints use. */
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "auth/account.h"
#include "base/arena.h"
#include "command/command.h"
#include "store/store.h"

/* One user's row is a few hundred bytes; its longest part is the URL of a picture. */
#define MAX_USER_BYTES ((size_t)64 * 1024)

static enum chatur_outcome show(struct chatur_store *store, struct chatur_cache *cache,
                                const char *uid, struct chatur_error *error)
{
    (void)cache;
    struct chatur_user user = {0};
    struct chatur_arena *arena = chatur_arena_new(MAX_USER_BYTES);
    if (arena == NULL) {
        return chatur_no_memory(error);
    }
    enum chatur_outcome outcome = chatur_store_user_find(store, uid, arena, &user, error);
    if (outcome == CHATUR_OK) {
        (void)printf("id: %s\nuid: %s\nemail: %s\nname: %s\n", user.id, user.uid, user.email,
                     user.name);
        (void)printf("available coins: %" PRId64 "\nused coins: %" PRId64 "\n",
                     user.available_coins, user.used_coins);
        (void)printf("generated emails: %" PRId64 "\ncreated: %" PRId64 " (Unix time)\n",
                     user.generated_count, user.created_s);
        (void)printf("suspended: %s\n", user.suspended ? "yes" : "no");
    }
    chatur_arena_free(arena);
    return outcome;
}

static enum chatur_outcome suspend(struct chatur_store *store, struct chatur_cache *cache,
                                   const char *uid, struct chatur_error *error)
{
    return chatur_account_suspend(store, cache, uid, true, error);
}

static enum chatur_outcome restore(struct chatur_store *store, struct chatur_cache *cache,
                                   const char *uid, struct chatur_error *error)
{
    return chatur_account_suspend(store, cache, uid, false, error);
}

struct action {
    const char *name;
    const char *done; /* what to say afterwards; NULL: nothing */
    bool takes;       /* something from the user, which is to hold everywhere at once */
    enum chatur_outcome (*act)(struct chatur_store *store, struct chatur_cache *cache,
                               const char *uid, struct chatur_error *error);
};

static const struct action actions[] = {
    {"show", NULL, false, show},
    {"suspend", "suspended", true, suspend},
    {"restore", "restored", false, restore},
    {"erase", "erased, with everything of theirs", true, chatur_account_erase},
};

static const struct action *find(const char *name)
{
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(name, actions[i].name) == 0) {
            return &actions[i];
        }
    }
    return NULL;
}

/* Whoever runs the service with Redis and this without cannot be told apart from here. */
static void say_what_lags(const struct chatur_config *config)
{
    if (config->redis_url[0] == '\0') {
        (void)fprintf(
            stderr,
            "chatur: no REDIS_URL is set here: if the service has one, it may know this "
            "user for %d more seconds (run this with the service's settings to be sure)\n",
            CHATUR_CACHE_MAX_AGE_MS / 1000);
    }
}

static int act(const struct action *action, const struct chatur_config *config, const char *uid)
{
    struct chatur_store *store = NULL;
    struct chatur_cache *cache = NULL;
    struct chatur_error error = {0};
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL); /* a server that left is an error code, not a death */
    enum chatur_outcome outcome = chatur_store_new(config, &store, &error);
    if (outcome == CHATUR_OK) {
        outcome = chatur_cache_new(config, &cache, &error);
    }
    if (outcome == CHATUR_OK) {
        outcome = action->act(store, cache, uid, &error);
    }
    chatur_cache_free(cache);
    chatur_store_free(store);
    if (outcome == CHATUR_NOT_FOUND) {
        (void)fputs("chatur: there is no user with this uid\n", stderr);
    } else if (outcome != CHATUR_OK) {
        (void)fprintf(stderr, "chatur: %s\n", chatur_command_reason(outcome, &error));
    } else if (action->done != NULL) {
        (void)printf("%s\n", action->done);
        if (action->takes) {
            say_what_lags(config);
        }
    }
    return outcome == CHATUR_OK ? CHATUR_EXIT_OK : CHATUR_EXIT_FAILED;
}

int chatur_command_user(int argc, char **argv)
{
    const struct action *action = argc == 3 ? find(argv[1]) : NULL;
    if (action == NULL || argv[2][0] == '\0') {
        return chatur_command_usage(argv[0]);
    }
    struct chatur_config *config = chatur_command_config_load();
    if (config == NULL) {
        return CHATUR_EXIT_FAILED;
    }
    config->existing = true;
    int code = act(action, config, argv[2]);
    chatur_config_free(config);
    return code;
}
