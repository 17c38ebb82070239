/* Settings: the table behind config.h. One row says everything about a setting; adding one is
 * adding a row here and a member there. Private to base/. */
#ifndef CHATUR_BASE_SETTINGS_H
#define CHATUR_BASE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/config.h"
#include "base/outcome.h"

enum chatur_setting_kind {
    CHATUR_SETTING_TEXT,    /* const char * */
    CHATUR_SETTING_PATH,    /* const char *, made absolute */
    CHATUR_SETTING_INTEGER, /* int64_t, within min and max */
    CHATUR_SETTING_BOOLEAN, /* bool, written 0 or 1 */
    CHATUR_SETTING_RATE,    /* struct chatur_rate, written COUNT/SECONDS, or 0 */
    CHATUR_SETTING_CHOICE,  /* const char *, one of choices */
    CHATUR_SETTING_UNREAD,  /* known, but this build has no member for it */
    CHATUR_SETTING_FINDER   /* ENV_FILE: says where settings are, is none itself */
};

enum chatur_setting_scope {
    CHATUR_ANYWHERE,
    CHATUR_ENVIRONMENT_ONLY,
    CHATUR_FILE_ONLY /* too general a name to be taken for ours in a process's environment */
};

struct chatur_setting {
    const char *name;
    const char *description; /* lines separated by \n */
    const char *fallback;    /* the default, as it would be written; "": none, or worked out */
    const char *choices;     /* "full|normal" */
    const char *(*check)(const char *value); /* the rule that is broken ("must be …"), or NULL */
    int64_t min;
    int64_t max;
    size_t offset; /* in struct chatur_config */
    enum chatur_setting_kind kind;
    enum chatur_setting_scope scope;
    bool secret;
    bool uri; /* may hold a secret before an @ or in its options */
};

extern const struct chatur_setting chatur_settings[];
extern const size_t chatur_setting_count;

/* The index of the row, or chatur_setting_count. */
size_t chatur_setting_find(const char *name);

/* Checks a value that is not empty. CHATUR_BAD_REQUEST: error->detail is `where: NAME rule`. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_setting_check(const struct chatur_setting *setting,
                                                           const char *value, const char *where,
                                                           struct chatur_error *error);

/* The number of an INTEGER's value, which has been checked. */
int64_t chatur_setting_number(const char *value);

/* The rate of a RATE's value, which has been checked. */
struct chatur_rate chatur_setting_rate(const char *value);

/* Rules for `check`: settings_rules.c. */
const char *chatur_setting_check_listen(const char *value);
const char *chatur_setting_check_public_url(const char *value);
const char *chatur_setting_check_base_url(const char *value);
const char *chatur_setting_check_api_key(const char *value);
const char *chatur_setting_check_generators(const char *value);
const char *chatur_setting_check_cors_origin(const char *value);
const char *chatur_setting_check_db_uri(const char *value);
const char *chatur_setting_check_rate(const char *value);
const char *chatur_setting_check_redis_url(const char *value);
const char *chatur_setting_check_host(const char *value);

/* True for a literal of an IPv4 or IPv6 address that only this machine can reach. */
bool chatur_is_loopback(const char *address);

/* What was loaded: the public struct first, and what printing it needs. */
struct chatur_setting_value {
    const char *text;  /* as written; NULL: unset */
    const char *where; /* "environment", "file:line", or "default" */
    unsigned line;     /* of the env file that names it, also when the environment wins; 0: none */
};

struct chatur_loaded_config {
    struct chatur_config config;
    struct chatur_arena *arena;
    struct chatur_setting_value *values; /* one per row */
    const char *env_file;                /* the one that was read; "": none */
    const char *unused;
};

/* The last step of loading, for the models' settings (config_models.c). CHATUR_OK;
 * CHATUR_BAD_REQUEST with error->detail; CHATUR_INTERNAL. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_config_finish_models(struct chatur_loaded_config *loaded, struct chatur_error *error);

#endif
