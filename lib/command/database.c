/* chatur database: what an operator does to the whole database: looks whether it is there and fit
 * for use, makes what it needs beside its data, or copies it into another one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/command.h"
#include "command/copy.h"
#include "command/lock.h"
#include "store/store.h"
#include "store/store_admin.h"

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

static enum chatur_outcome copy_into(const struct chatur_config *target_config,
                                     struct chatur_store *store, struct chatur_error *error)
{
    struct chatur_store *target = NULL;
    enum chatur_outcome outcome = chatur_store_new(target_config, &target, error);
    if (outcome == CHATUR_OK) {
        outcome = chatur_store_ping(store, error);
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
    if (target_config.db_uri[0] == '\0') {
        return chatur_fail(error, CHATUR_BAD_REQUEST, "COPY_DB_URI says where to, and is not set");
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
    enum chatur_outcome (*act)(const struct chatur_config *config, struct chatur_store *store,
                               struct chatur_error *error);
};

static const struct action actions[] = {
    {"check", check},
    {"prepare", prepare},
    {"copy", copy},
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
