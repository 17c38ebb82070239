/* chatur database: what an operator does to the whole database: looks whether it is there and fit
 * for use, makes what it needs beside its data, or copies it into another one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "command/command.h"
#include "command/copy.h"
#include "command/lock.h"
#include "store/store.h"
#include "store/store_admin.h"

/* As much as a document of MongoDB can be, copied. */
#define MAX_USER_BYTES ((size_t)32 << 20)

static void print_line(void *context, const char *line)
{
    (void)context;
    (void)puts(line);
}

static enum chatur_outcome check(const struct chatur_config *config, struct chatur_store *store,
                                 struct chatur_error *error)
{
    (void)config;
    enum chatur_outcome outcome = chatur_store_ping(store, error);
    if (outcome == CHATUR_OK) {
        (void)printf("database (%s): there, and fit for use\n", store->ops->name);
    }
    return outcome;
}

static enum chatur_outcome prepare(const struct chatur_config *config, struct chatur_store *store,
                                   struct chatur_error *error)
{
    (void)config;
    enum chatur_outcome outcome = chatur_store_prepare(store, print_line, NULL, error);
    return outcome == CHATUR_OK ? check(config, store, error) : outcome;
}

/* What the copy does not see, a service that goes on would lose: it is not to run, as far as can be
 * told here. `*lock`: what keeps it from starting; to be closed, unless it is -1. */
static enum chatur_outcome keep_service_out(const struct chatur_config *config, int *lock,
                                            struct chatur_error *error)
{
    char *folder = NULL;
    *lock = -1;
    if (asprintf(&folder, "%s/run", config->state_dir) < 0) {
        return chatur_no_memory(error);
    }
    struct chatur_error held = {0};
    enum chatur_outcome outcome = chatur_lock_borrow(folder, lock, &held);
    if (outcome == CHATUR_CONFLICT) {
        outcome = chatur_fail(error, outcome, "stop the service first: in %s it is %s", folder,
                              held.detail);
    } else if (outcome != CHATUR_OK) {
        *error = held;
    }
    free(folder);
    return outcome;
}

/* Where a URI leads to: without the password, the options and the scheme's many spellings. */
static void find_place(const char *uri, const char **place, size_t *length)
{
    const char *start = strstr(uri, "://");
    start = start != NULL ? start + 3 : uri;
    const char *at = memrchr(start, '@', strcspn(start, "/?"));
    *place = at != NULL ? at + 1 : start;
    *length = strcspn(*place, "?");
}

/* As far as can be told: a server with two names is two. */
static bool is_same_database(const char *left, const char *right)
{
    static const char file[] = "sqlite:";
    const size_t skip = sizeof(file) - 1;
    struct stat one;
    struct stat other;
    const char *places[2];
    size_t lengths[2];
    if (strncmp(left, file, skip) == 0 && strncmp(right, file, skip) == 0) {
        return stat(left + skip, &one) == 0 && stat(right + skip, &other) == 0 &&
               one.st_dev == other.st_dev && one.st_ino == other.st_ino;
    }
    find_place(left, &places[0], &lengths[0]);
    find_place(right, &places[1], &lengths[1]);
    return lengths[0] == lengths[1] && strncasecmp(places[0], places[1], lengths[0]) == 0;
}

/* A mistyped name is an empty database, and the target is not to be touched for it. */
static enum chatur_outcome require_users(struct chatur_store *store, struct chatur_error *error)
{
    struct chatur_stored_user first;
    size_t count = 0;
    struct chatur_arena *arena = chatur_arena_new(MAX_USER_BYTES);
    if (arena == NULL) {
        return chatur_no_memory(error);
    }
    enum chatur_outcome outcome =
        chatur_store_users_after(store, "", 1, arena, &first, &count, error);
    chatur_arena_free(arena);
    if (outcome == CHATUR_OK && count == 0) {
        outcome = chatur_fail(error, CHATUR_CONFLICT,
                              "there is nobody to copy: does DB_URI say where from?");
    }
    return outcome;
}

static enum chatur_outcome copy_into(const struct chatur_config *target_config,
                                     struct chatur_store *store, struct chatur_error *error)
{
    struct chatur_store *target = NULL;
    enum chatur_outcome outcome = chatur_store_new(target_config, &target, error);
    if (outcome == CHATUR_OK) {
        outcome = chatur_store_ping(store, error);
    }
    if (outcome == CHATUR_OK) {
        outcome = require_users(store, error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_store_prepare(target, print_line, NULL, error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_command_copy(store, target, error);
    }
    chatur_store_free(target);
    return outcome;
}

static enum chatur_outcome copy(const struct chatur_config *config, struct chatur_store *store,
                                struct chatur_error *error)
{
    int lock = -1;
    struct chatur_config target_config = *config;
    target_config.db_uri = config->copy_db_uri;
    target_config.existing = false;
    if (target_config.db_uri[0] == '\0') {
        return chatur_fail(error, CHATUR_BAD_REQUEST, "COPY_DB_URI says where to, and is not set");
    }
    if (is_same_database(config->db_uri, config->copy_db_uri)) {
        return chatur_fail(error, CHATUR_BAD_REQUEST, "DB_URI and COPY_DB_URI are one database");
    }
    enum chatur_outcome outcome = keep_service_out(config, &lock, error);
    if (outcome == CHATUR_OK) {
        outcome = copy_into(&target_config, store, error);
    }
    if (lock >= 0) {
        (void)close(lock);
    }
    return outcome;
}

struct action {
    const char *name;
    bool makes; /* a SQLite database that is not there; for the others that is an error */
    enum chatur_outcome (*act)(const struct chatur_config *config, struct chatur_store *store,
                               struct chatur_error *error);
};

static const struct action actions[] = {
    {"check", false, check},
    {"prepare", true, prepare},
    {"copy", false, copy},
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

int chatur_command_database(int argc, char **argv)
{
    const struct action *action = argc == 2 ? find(argv[1]) : NULL;
    if (action == NULL) {
        return chatur_command_usage(argv[0]);
    }
    struct chatur_config *config = chatur_command_config_load();
    if (config == NULL) {
        return CHATUR_EXIT_FAILED;
    }
    config->existing = !action->makes;
    struct chatur_store *store = NULL;
    struct chatur_error error = {0};
    enum chatur_outcome outcome = chatur_store_new(config, &store, &error);
    if (outcome == CHATUR_OK) {
        outcome = action->act(config, store, &error);
    }
    chatur_store_free(store);
    chatur_config_free(config);
    if (outcome != CHATUR_OK) {
        (void)fprintf(stderr, "chatur: %s\n", chatur_command_reason(outcome, &error));
    }
    return outcome == CHATUR_OK ? CHATUR_EXIT_OK : CHATUR_EXIT_FAILED;
}
