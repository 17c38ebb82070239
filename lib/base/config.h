/* Configuration: one table of settings {name, kind, default, bounds, secret, what it is for}, read
 * from the environment first and then from an env file (`NAME=value` lines). An unknown name in the
 * file, a bad value or a number out of bounds is an error that names the file and line, or the
 * variable. Unknown variables of the environment are not ours to judge.
 *
 * The env file is ENV_FILE, else `.env` in the home folder; only a named one must exist, and
 * /dev/null means none. Its syntax is in env_file.h. An empty value, there or in the environment,
 * counts as unset. A bad value in the file is an error also when the environment has a good one.
 *
 * The home folder is where templates/, tutorials/ and etc/ are: HOME_DIR (a relative one is taken
 * from the working folder), else the nearest folder at or above the executable's own that has
 * templates/. Every other relative path is taken from the home folder, so that every way to run a
 * binary means the same files. */
#ifndef CHATUR_BASE_CONFIG_H
#define CHATUR_BASE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/outcome.h"

/* How often: `count` at once, and then as many again in every `period_s`. count 0: no limit. */
struct chatur_rate {
    int64_t count;
    int64_t period_s;
};

/* Every string is non-NULL ("" when unset) and lives as long as the config. Paths are absolute. */
struct chatur_config {
    const char *home_dir;
    const char *state_dir;

    int64_t port;            /* where NGINX listens */
    const char *listen;      /* on which address */
    const char *public_url;  /* without a trailing slash; default http://127.0.0.1:PORT */
    const char *cors_origin; /* "*", or origins in lower case separated by commas alone */
    int64_t max_body_bytes;

    const char *db_uri;        /* `sqlite:` + an absolute path, or another scheme as given */
    const char *copy_db_uri;   /* "": none */
    const char *db_durability; /* "full" or "normal" */
    int64_t db_timeout_ms;     /* of all that one request does in the database; 0: no limit */
    int64_t new_user_coins;

    const char *redis_ip;
    int64_t redis_port;
    const char *redis_url; /* made of REDIS_IP and REDIS_PORT when only they are set; "": none */
    /* "": the system's certificate authorities. Not tls_ca_file: who has an authority of their own
     * for Redis may have models at a public address, or the other way round. */
    const char *redis_ca_file;

    struct chatur_rate rate_generate;
    struct chatur_rate rate_login;

    const char *jwt_key;
    bool dev_login;

    const char *generators; /* as routes.h reads it; worked out when it is not set */
    const char *openai_api_key;
    const char *openai_base_url; /* without a trailing slash */
    const char *openai_model;
    const char *openai_api; /* "chat" or "completions" */
    const char *openai_organization;
    const char *openai_project;
    int64_t openai_max_tokens; /* the model's own, of one answer */
    const char *opt_base_url;  /* "": there is no OPT; without a trailing slash */
    const char *opt_model;
    const char *opt_api_key;
    int64_t opt_max_tokens;
    int64_t opt_context_tokens; /* prompt and answer together */
    int64_t generate_timeout_s; /* of one email, all attempts together */
    int64_t generate_quiet_timeout_s;
    int64_t generate_connect_timeout_s;
    int64_t generate_attempts; /* at one provider */
    bool generate_allow_http;
    const char *tls_ca_file; /* "": the system's certificates */

    int64_t workers; /* processes per endpoint */
    int64_t threads; /* threads per process; 0: as the endpoint declares */
    int64_t io_timeout_s;
    int64_t stop_timeout_s;
    const char *socket_group;
    const char *log_level;

    /* No setting: set by who runs, when the process serves one request (or does one task) and ends,
     * so that nothing is worth being kept ready. */
    bool one_shot;
    bool existing; /* the database must be there already: a mistyped path makes no new one */
    bool attended; /* an operator waits for it, not a client: what takes minutes may */
};

/* Reads and validates. On CHATUR_OK `*config` must be freed with chatur_config_free. Otherwise it
 * is NULL and `error->detail` is one sentence for the operator: CHATUR_BAD_REQUEST for a bad
 * setting, CHATUR_INTERNAL for out of memory or an unreadable file. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_config_load(struct chatur_config **config,
                                                         struct chatur_error *error);
void chatur_config_free(struct chatur_config *config);

/* Is OPENAI_BASE_URL OpenAI's own server? That one wants a key, and the newer names of fields. */
bool chatur_config_asks_openai(const struct chatur_config *config);

/* What is in force, one `NAME=value` a line with where it came from as a trailing comment; secrets,
 * and what a URI holds of them, as `********`. */
void chatur_config_print(const struct chatur_config *config, FILE *out);

/* One value raw and a line feed, for scripts: numbers in digits, booleans 0 or 1, paths absolute.
 * CHATUR_OK; CHATUR_NOT_FOUND: no setting has this name; CHATUR_FORBIDDEN: it is a secret, or a
 * URI that may hold one. Nothing is printed unless OK. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_config_print_value(const struct chatur_config *config,
                                                                const char *name, FILE *out,
                                                                struct chatur_error *error);

/* Where a setting's value came from: "environment", "FILE:LINE", or "default" (also for a name that
 * is no setting). Lives as long as the config. */
const char *chatur_config_where(const struct chatur_config *config, const char *name);

/* etc/env.example: every setting with its description and default, as a valid env file. */
void chatur_config_print_example(FILE *out);

/* Names that are set but that nothing in this build reads (those a present .env file may have),
 * joined by ", "; "" when there are none. Worth a warning at start. Lives as long as the config. */
const char *chatur_config_unused(const struct chatur_config *config);

#endif
