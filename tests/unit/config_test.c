/* Configuration: in a home folder of its own, with an environment of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/config.h"

/* The environment is this test's alone, and it has one thread.
 * NOLINTBEGIN(concurrency-mt-unsafe) */

static char home[64];
static char program[PATH_MAX]; /* this one */

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(home, sizeof(home), "/tmp/chatur-config-XXXXXX");
    if (mkdtemp(home) == NULL || clearenv() != 0) {
        return -1;
    }
    return setenv("HOME_DIR", home, 1);
}

static int tear_down(void **state)
{
    (void)state;
    return nftw(home, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *in_home(const char *name)
{
    static char path[PATH_MAX];
    (void)snprintf(path, sizeof(path), "%s/%s", home, name);
    return path;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static struct chatur_config *load(void)
{
    struct chatur_config *config;
    struct chatur_error error = {0};
    enum chatur_outcome outcome = chatur_config_load(&config, &error);
    if (outcome != CHATUR_OK) {
        fail_msg("outcome %d: %s", outcome, error.detail);
    }
    assert_non_null(config);
    assert_string_equal(error.detail, "");
    return config;
}

/* `detail` may start with ~ for the home folder. */
static void assert_refused(enum chatur_outcome wanted, const char *detail)
{
    char expanded[512];
    (void)snprintf(expanded, sizeof(expanded), "%s%s", detail[0] == '~' ? home : "",
                   detail + (detail[0] == '~'));
    struct chatur_config *config = (struct chatur_config *)&expanded;
    struct chatur_error error = {0};
    enum chatur_outcome outcome = chatur_config_load(&config, &error);
    assert_null(config);
    assert_string_equal(error.detail, expanded);
    assert_string_equal(error.message, "");
    assert_int_equal(outcome, wanted);
    assert_int_equal(chatur_config_load(&config, NULL), wanted);
}

#define INTEGER_RULE(bounds) "must be a whole number from " bounds
#define LISTEN_RULE          "must be an IPv4 or IPv6 address, such as 127.0.0.1 or ::1"
#define URL_RULE                                                                                   \
    "must be a URL such as https://mail.example.com: http:// or https://, a host, and at most a "  \
    "port and a plain path"
#define CORS_RULE                                                                                  \
    "must be *, or one or more origins separated by commas, each scheme://host[:port] without a "  \
    "path"

#define ROUTES_NAMES                                                                               \
    "must name only openai, opt and offline, in groups such as openai=80,opt=20;offline"
#define ROUTES_SYNTAX                                                                              \
    "must be groups separated by ; of names separated by commas, each with at most a weight, "     \
    "such "                                                                                        \
    "as openai=80,opt=20;offline"
#define BASE_URL_RULE                                                                              \
    "must be a URL such as https://models.example.com/v1: http:// or https://, a host, and at "    \
    "most a port and a plain path"

static const struct {
    const char *name;
    const char *value;
    const char *rule;
} bad_values[] = {
    {"PORT", "0", INTEGER_RULE("1 to 65535")},
    {"PORT", "65536", INTEGER_RULE("1 to 65535")},
    {"PORT", "-1", INTEGER_RULE("1 to 65535")},
    {"PORT", "+1", INTEGER_RULE("1 to 65535")},
    {"PORT", "80 80", INTEGER_RULE("1 to 65535")},
    {"PORT", "80x", INTEGER_RULE("1 to 65535")},
    {"PORT", "0x50", INTEGER_RULE("1 to 65535")},
    {"PORT", "1e3", INTEGER_RULE("1 to 65535")},
    {"PORT", "80.0", INTEGER_RULE("1 to 65535")},
    {"PORT", "18446744073709551696", INTEGER_RULE("1 to 65535")},
    {"MAX_BODY_BYTES", "1023", INTEGER_RULE("1024 to 1048576")},
    {"MAX_BODY_BYTES", "1048577", INTEGER_RULE("1024 to 1048576")},
    {"NEW_USER_COINS", "1000000001", INTEGER_RULE("0 to 1000000000")},
    {"WORKERS", "0", INTEGER_RULE("1 to 64")},
    {"WORKERS", "65", INTEGER_RULE("1 to 64")},
    {"THREADS", "1025", INTEGER_RULE("0 to 1024")},
    {"IO_TIMEOUT_S", "0", INTEGER_RULE("1 to 3600")},
    {"STOP_TIMEOUT_S", "3601", INTEGER_RULE("1 to 3600")},
    {"LISTEN", "localhost", LISTEN_RULE},
    {"LISTEN", "127.0.0.1:80", LISTEN_RULE},
    {"LISTEN", "127.0.0", LISTEN_RULE},
    {"LISTEN", "[::1]", LISTEN_RULE},
    {"LISTEN", "*", LISTEN_RULE},
    {"PUBLIC_URL", "mail.example.com", URL_RULE},
    {"PUBLIC_URL", "ftp://mail.example.com", URL_RULE},
    {"PUBLIC_URL", "HTTP://mail.example.com", URL_RULE},
    {"PUBLIC_URL", "http://", URL_RULE},
    {"PUBLIC_URL", "http:///a", URL_RULE},
    {"PUBLIC_URL", "http://user@host", URL_RULE},
    {"PUBLIC_URL", "http://host:", URL_RULE},
    {"PUBLIC_URL", "http://host:0", URL_RULE},
    {"PUBLIC_URL", "http://host:65536", URL_RULE},
    {"PUBLIC_URL", "http://host:000080", URL_RULE},
    {"PUBLIC_URL", "http://[::g]", URL_RULE},
    {"PUBLIC_URL", "http://[::1", URL_RULE},
    {"PUBLIC_URL", "http://host/\"", URL_RULE},
    {"PUBLIC_URL", "http://host/a'", URL_RULE},
    {"PUBLIC_URL", "http://host/a b", URL_RULE},
    {"PUBLIC_URL", "http://host/?a", URL_RULE},
    {"PUBLIC_URL", "http://host/;a", URL_RULE},
    {"PUBLIC_URL", "http://host/$a", URL_RULE},
    {"PUBLIC_URL", "http://host\\a", URL_RULE},
    {"PUBLIC_URL", "http://h\xc3\xb6st", URL_RULE},
    {"CORS_ORIGIN", "example.com", CORS_RULE},
    {"CORS_ORIGIN", "https://a.example/", CORS_RULE},
    {"CORS_ORIGIN", "https://a.example,", CORS_RULE},
    {"CORS_ORIGIN", ",https://a.example", CORS_RULE},
    {"CORS_ORIGIN", "https://a.example https://b.example", CORS_RULE},
    {"CORS_ORIGIN", "*,https://a.example", CORS_RULE},
    {"CORS_ORIGIN", "https://*.example", CORS_RULE},
    {"CORS_ORIGIN", "null", CORS_RULE},
    {"DB_URI", "chatur.db", "must start with a scheme, such as sqlite:"},
    {"DB_URI", "/var/chatur.db", "must start with a scheme, such as sqlite:"},
    {"DB_URI", ":memory:", "must start with a scheme, such as sqlite:"},
    {"DB_URI",
     "sqlite::memory:", "cannot be in memory: every process would have a database of its own"},
    {"GENERATORS", ";", ROUTES_NAMES},
    {"GENERATORS", "openai;", ROUTES_NAMES},
    {"GENERATORS", ",offline", ROUTES_NAMES},
    {"GENERATORS", "gpt", ROUTES_NAMES},
    {"GENERATORS", "OpenAI", ROUTES_NAMES},
    {"GENERATORS", "openaix", ROUTES_NAMES},
    {"GENERATORS", "opt offline", ROUTES_SYNTAX},
    {"GENERATORS", "opt:5", ROUTES_SYNTAX},
    {"GENERATORS", "offline,offline", "must name each generator once"},
    {"GENERATORS", "opt=1;openai;opt=2", "must name each generator once"},
    {"GENERATORS", "opt=", "must have weights from 0 to 1000"},
    {"GENERATORS", "opt=-1", "must have weights from 0 to 1000"},
    {"GENERATORS", "opt=1001", "must have weights from 0 to 1000"},
    {"GENERATORS", "opt=00001", "must have weights from 0 to 1000"},
    {"GENERATORS", "opt=x", "must have weights from 0 to 1000"},
    {"GENERATORS", "opt=0,offline=0", "must have a weight above 0"},
    {"OPENAI_API_KEY", "sk-a b", "must be ASCII characters without spaces"},
    {"OPENAI_API_KEY", "sk-\xc3\xa4", "must be ASCII characters without spaces"},
    {"OPT_API_KEY", "a\tb", "must be ASCII characters without spaces"},
    {"OPENAI_BASE_URL", "api.openai.com", BASE_URL_RULE},
    {"OPENAI_BASE_URL", "https://key@api.openai.com/v1", BASE_URL_RULE},
    {"OPT_BASE_URL", "http://host/v1?a=b", BASE_URL_RULE},
    {"OPT_BASE_URL", "file:///etc/passwd", BASE_URL_RULE},
    {"OPENAI_API", "responses", "must be one of chat|completions"},
    {"OPENAI_MAX_TOKENS", "15", INTEGER_RULE("16 to 32768")},
    {"GENERATE_ATTEMPTS", "0", INTEGER_RULE("1 to 10")},
    {"GENERATE_TIMEOUT_S", "0", INTEGER_RULE("1 to 3600")},
    {"DB_DURABILITY", "FULL", "must be one of full|normal"},
    {"DB_DURABILITY", "full|normal", "must be one of full|normal"},
    {"DB_DURABILITY", "ful", "must be one of full|normal"},
    {"DB_TIMEOUT_MS", "0", INTEGER_RULE("500 to 600000")},
    {"DB_TIMEOUT_MS", "499", INTEGER_RULE("500 to 600000")},
    {"DB_TIMEOUT_MS", "600001", INTEGER_RULE("500 to 600000")},
    {"DB_TIMEOUT_MS", "5s", INTEGER_RULE("500 to 600000")},
    {"LOG_LEVEL", "verbose", "must be one of debug|info|warning|error"},
    {"DEV_LOGIN", "yes", "must be 0 or 1"},
    {"DEV_LOGIN", "2", "must be 0 or 1"},
    {"DEV_LOGIN", "01", "must be 0 or 1"},
};

static void refuses_bad_values_of_the_environment(void **state)
{
    (void)state;
    for (size_t row = 0; row < sizeof(bad_values) / sizeof(bad_values[0]); row++) {
        char detail[400];
        (void)snprintf(detail, sizeof(detail), "environment: %s %s", bad_values[row].name,
                       bad_values[row].rule);
        assert_int_equal(setenv(bad_values[row].name, bad_values[row].value, 1), 0);
        assert_refused(CHATUR_BAD_REQUEST, detail);
        assert_int_equal(unsetenv(bad_values[row].name), 0);
    }
    assert_int_equal(setenv("SOCKET_GROUP", "www\ndata", 1), 0);
    assert_refused(CHATUR_BAD_REQUEST,
                   "environment: SOCKET_GROUP must not have control characters");
}

static void refuses_bad_values_of_the_file(void **state)
{
    (void)state;
    char path[PATH_MAX];
    (void)snprintf(path, sizeof(path), "%s", in_home(".env"));
    for (size_t row = 0; row < sizeof(bad_values) / sizeof(bad_values[0]); row++) {
        char text[200];
        char detail[400];
        (void)snprintf(text, sizeof(text), "# one\n\n%s='%s'\n", bad_values[row].name,
                       bad_values[row].value);
        if (strchr(bad_values[row].value, '\'') != NULL) {
            continue; /* not to be written so */
        }
        write_file(path, text);
        (void)snprintf(detail, sizeof(detail), "~/.env:3: %s %s", bad_values[row].name,
                       bad_values[row].rule);
        assert_refused(CHATUR_BAD_REQUEST, detail);
    }
}

static void refuses_bad_files(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *detail;
    } rows[] = {
        {"PORT=80\nPROT=80\n", "~/.env:2: unknown setting PROT"},
        {"port=80\n", "~/.env:1: unknown setting port"},
        {"PORT=80\n\nWORKERS=3\nPORT=80\n", "~/.env:4: PORT is already set on line 1"},
        {"PORT=\nPORT=80\n", "~/.env:2: PORT is already set on line 1"},
        {"TYPE=a\nTYPE=a\n", "~/.env:2: TYPE is already set on line 1"},
        {"ENV_FILE=/dev/null\n", "~/.env:1: ENV_FILE works only in the environment"},
        {"HOME_DIR=.\n", "~/.env:1: HOME_DIR must be an absolute path"},
        {"PORT\n", "~/.env:1: expected NAME=value"},
    };
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        write_file(in_home(".env"), rows[row].text);
        assert_refused(CHATUR_BAD_REQUEST, rows[row].detail);
    }
    /* Wrong also when the environment has a right one. */
    assert_int_equal(setenv("PORT", "80", 1), 0);
    write_file(in_home(".env"), "PORT=a\n");
    assert_refused(CHATUR_BAD_REQUEST, "~/.env:1: PORT must be a whole number from 1 to 65535");
}

static void refuses_files_it_cannot_take(void **state)
{
    (void)state;
    assert_int_equal(setenv("ENV_FILE", "other.env", 1), 0);
    struct chatur_error error = {0};
    struct chatur_config *config;
    assert_int_equal(chatur_config_load(&config, &error), CHATUR_BAD_REQUEST);
    assert_non_null(strstr(error.detail, "ENV_FILE"));
    assert_non_null(strstr(error.detail, in_home("other.env")));

    assert_int_equal(unsetenv("ENV_FILE"), 0);
    assert_int_equal(mkdir(in_home(".env"), 0700), 0);
    assert_int_equal(chatur_config_load(&config, &error), CHATUR_INTERNAL);
    assert_non_null(strstr(error.detail, in_home(".env")));
    assert_int_equal(rmdir(in_home(".env")), 0);

    FILE *file = fopen(in_home(".env"), "we");
    assert_non_null(file);
    for (int line = 0; line < 10000; line++) {
        assert_true(fputs("# Comment\n", file) >= 0);
    }
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chatur_config_load(&config, &error), CHATUR_BAD_REQUEST);
    assert_non_null(strstr(error.detail, in_home(".env")));
}

static void refuses_a_home_that_is_none(void **state)
{
    (void)state;
    static const char refusal[] = "environment: HOME_DIR must be a folder that exists";
    assert_int_equal(setenv("HOME_DIR", "/nonexistent/home", 1), 0);
    assert_refused(CHATUR_BAD_REQUEST, refusal);
    assert_int_equal(setenv("HOME_DIR", "nonexistent", 1), 0);
    assert_refused(CHATUR_BAD_REQUEST, refusal);
    assert_int_equal(setenv("HOME_DIR", "/dev/null", 1), 0);
    assert_refused(CHATUR_BAD_REQUEST, refusal);
}

static void refuses_dev_login_beyond_loopback(void **state)
{
    (void)state;
    static const char *const open_to_others[] = {"0.0.0.0", "::", "192.168.1.1", "::ffff:10.0.0.1",
                                                 "fe80::1"};
    static const char *const loopback[] = {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"};
    assert_int_equal(setenv("DEV_LOGIN", "1", 1), 0);
    for (size_t row = 0; row < sizeof(open_to_others) / sizeof(open_to_others[0]); row++) {
        assert_int_equal(setenv("LISTEN", open_to_others[row], 1), 0);
        assert_refused(CHATUR_BAD_REQUEST,
                       "environment: DEV_LOGIN=1 lets anybody sign in as anybody, so it needs "
                       "LISTEN to be a loopback address (127.0.0.1 or ::1)");
    }
    for (size_t row = 0; row < sizeof(loopback) / sizeof(loopback[0]); row++) {
        assert_int_equal(setenv("LISTEN", loopback[row], 1), 0);
        struct chatur_config *config = load();
        assert_true(config->dev_login);
        chatur_config_free(config);
    }
    assert_int_equal(setenv("DEV_LOGIN", "0", 1), 0);
    assert_int_equal(setenv("LISTEN", "0.0.0.0", 1), 0);
    struct chatur_config *config = load();
    assert_false(config->dev_login);
    chatur_config_free(config);
}

static void assert_defaults(const struct chatur_config *config)
{
    char database[PATH_MAX + 8];
    (void)snprintf(database, sizeof(database), "sqlite:%s", in_home("var/chatur.db"));
    assert_string_equal(config->home_dir, home);
    assert_string_equal(config->state_dir, in_home("var"));
    assert_int_equal(config->port, 4545);
    assert_string_equal(config->listen, "127.0.0.1");
    assert_string_equal(config->public_url, "http://127.0.0.1:4545");
    assert_string_equal(config->cors_origin, "*");
    assert_int_equal(config->max_body_bytes, 65536);
    assert_string_equal(config->db_uri, database);
    assert_string_equal(config->db_durability, "full");
    assert_int_equal(config->db_timeout_ms, 5000);
    assert_int_equal(config->new_user_coins, 10000);
    assert_string_equal(config->redis_url, "");
    assert_string_equal(config->redis_ca_file, "");
    assert_int_equal(config->rate_generate.count, 120);
    assert_int_equal(config->rate_generate.period_s, 60);
    assert_int_equal(config->rate_login.count, 60);
    assert_int_equal(config->rate_login.period_s, 60);
    assert_string_equal(config->jwt_key, "");
    assert_false(config->dev_login);
    assert_int_equal(config->workers, 2);
    assert_int_equal(config->threads, 0);
    assert_int_equal(config->io_timeout_s, 10);
    assert_int_equal(config->stop_timeout_s, 30);
    assert_string_equal(config->socket_group, "");
    assert_string_equal(config->log_level, "info");
    assert_string_equal(chatur_config_unused(config), "");
}

static void has_defaults(void **state)
{
    (void)state;
    struct chatur_config *config = load();
    assert_defaults(config);
    chatur_config_free(config);
    chatur_config_free(NULL);
}

static void takes_an_empty_value_as_unset(void **state)
{
    (void)state;
    static const char *const names[] = {"STATE_DIR", "PORT",    "LISTEN",    "PUBLIC_URL",
                                        "DB_URI",    "THREADS", "LOG_LEVEL", "ENV_FILE",
                                        "DEV_LOGIN", "REDIS_IP"};
    for (size_t index = 0; index < sizeof(names) / sizeof(names[0]); index++) {
        assert_int_equal(setenv(names[index], "", 1), 0);
    }
    write_file(in_home(".env"), "PORT=\nLISTEN=''\nJWT_KEY=\"\"\nTYPE=\nHOME_DIR=\n");
    struct chatur_config *config = load();
    assert_defaults(config);
    chatur_config_free(config);
}

static void the_environment_goes_first(void **state)
{
    (void)state;
    write_file(in_home(".env"), "PORT=81\nWORKERS=3\nTHREADS=4\n");
    assert_int_equal(setenv("PORT", "80", 1), 0);
    assert_int_equal(setenv("THREADS", "", 1), 0);
    struct chatur_config *config = load();
    assert_int_equal(config->port, 80);
    assert_int_equal(config->workers, 3);
    assert_int_equal(config->threads, 4);
    assert_string_equal(config->public_url, "http://127.0.0.1:80");
    chatur_config_free(config);
}

static void reads_every_setting_of_a_file(void **state)
{
    (void)state;
    write_file(in_home(".env"),
               "STATE_DIR=/srv/state\nPORT=8080\nLISTEN=::1\n"
               "PUBLIC_URL=https://mail.example.com:8443/a%20b//\n"
               "CORS_ORIGIN='https://A.example , capacitor://localhost:9,http://[::1]:80'\n"
               "MAX_BODY_BYTES=1024\nDB_URI=mongodb://u:p@h/chatur?a=b\n"
               "DB_DURABILITY=normal\nDB_TIMEOUT_MS=500\nNEW_USER_COINS=0\n"
               "JWT_KEY=\"a # b\\nc\"\nDEV_LOGIN=1\nWORKERS=64\nTHREADS=1024\n"
               "IO_TIMEOUT_S=1\nSTOP_TIMEOUT_S=3600\nSOCKET_GROUP=www-data\n"
               "LOG_LEVEL=warning\n");
    struct chatur_config *config = load();
    assert_string_equal(config->state_dir, "/srv/state");
    assert_int_equal(config->port, 8080);
    assert_string_equal(config->listen, "::1");
    assert_string_equal(config->public_url, "https://mail.example.com:8443/a%20b");
    assert_string_equal(config->cors_origin,
                        "https://a.example,capacitor://localhost:9,http://[::1]:80");
    assert_int_equal(config->max_body_bytes, 1024);
    assert_string_equal(config->db_uri, "mongodb://u:p@h/chatur?a=b");
    assert_string_equal(config->db_durability, "normal");
    assert_int_equal(config->db_timeout_ms, 500);
    assert_int_equal(config->new_user_coins, 0);
    assert_string_equal(config->jwt_key, "a # b\nc");
    assert_true(config->dev_login);
    assert_int_equal(config->workers, 64);
    assert_int_equal(config->threads, 1024);
    assert_int_equal(config->io_timeout_s, 1);
    assert_int_equal(config->stop_timeout_s, 3600);
    assert_string_equal(config->socket_group, "www-data");
    assert_string_equal(config->log_level, "warning");
    chatur_config_free(config);
}

static void resolves_paths_against_the_home(void **state)
{
    (void)state;
    static const struct {
        const char *state_dir;
        const char *db_uri;
        const char *resolved_state_dir; /* ~ is the home */
        const char *resolved_db_uri;    /* after sqlite: */
    } rows[] = {
        {"state", "sqlite:", "~/state", "~/state/chatur.db"},
        {"/srv/state", "sqlite:", "/srv/state", "/srv/state/chatur.db"},
        {"state", "sqlite:data/my.db", "~/state", "~/data/my.db"},
        {"state", "sqlite:/srv/my.db", "~/state", "/srv/my.db"},
        {"../state", "sqlite:///srv/my.db", "~/../state", "///srv/my.db"},
    };
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        assert_int_equal(setenv("STATE_DIR", rows[row].state_dir, 1), 0);
        assert_int_equal(setenv("DB_URI", rows[row].db_uri, 1), 0);
        struct chatur_config *config = load();
        const char *path = rows[row].resolved_state_dir;
        assert_string_equal(config->state_dir, path[0] == '~' ? in_home(path + 2) : path);
        path = rows[row].resolved_db_uri;
        assert_memory_equal(config->db_uri, "sqlite:", 7);
        assert_string_equal(config->db_uri + 7, path[0] == '~' ? in_home(path + 2) : path);
        chatur_config_free(config);
    }
}

static void takes_the_env_file_it_is_told(void **state)
{
    (void)state;
    write_file(in_home(".env"), "PORT=a\n");
    write_file(in_home("other.env"), "PORT=82\n");
    static const char *const files[] = {"other.env", NULL};
    for (size_t row = 0; row < 2; row++) {
        const char *file = files[row] != NULL ? files[row] : in_home("other.env");
        assert_int_equal(setenv("ENV_FILE", file, 1), 0);
        struct chatur_config *config = load();
        assert_int_equal(config->port, 82);
        chatur_config_free(config);
    }
    assert_int_equal(setenv("ENV_FILE", "/dev/null", 1), 0);
    struct chatur_config *config = load();
    assert_defaults(config);
    chatur_config_free(config);
}

static void takes_the_home_it_is_told(void **state)
{
    (void)state;
    char text[128];
    (void)snprintf(text, sizeof(text), "HOME_DIR=%s//\n", home);
    write_file(in_home("other.env"), text);
    assert_int_equal(setenv("ENV_FILE", in_home("other.env"), 1), 0);
    assert_int_equal(unsetenv("HOME_DIR"), 0);
    struct chatur_config *config = load();
    assert_string_equal(config->home_dir, home);
    assert_string_equal(config->state_dir, in_home("var"));
    chatur_config_free(config);

    assert_int_equal(unsetenv("ENV_FILE"), 0);
    assert_int_equal(setenv("HOME_DIR", ".", 1), 0);
    int before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(before >= 0);
    assert_int_equal(chdir(home), 0);
    config = load();
    assert_int_equal(fchdir(before), 0);
    assert_int_equal(close(before), 0);
    assert_defaults(config);
    chatur_config_free(config);

    assert_int_equal(setenv("HOME_DIR", "/", 1), 0);
    config = load();
    assert_string_equal(config->state_dir, "/var");
    chatur_config_free(config);
}

/* A copy of this program, put at `place` in the home folder and run with no settings, prints the
 * home it finds into found.txt. Returns its exit code. */
static int run_copy_at(const char *place)
{
    char command[2 * PATH_MAX];
    (void)snprintf(command, sizeof(command),
                   "cd / && cp '%s' %s/%s && env -i ASAN_OPTIONS=detect_leaks=0 %s/%s home "
                   "> %s/found.txt",
                   program, home, place, home, place, home);
    int status = system(command); /* NOLINT(cert-env33-c): a test of a program's start */
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void assert_found(const char *wanted_text)
{
    char wanted[PATH_MAX];
    (void)snprintf(wanted, sizeof(wanted), "%s", wanted_text); /* may be in_home's own */
    char found[PATH_MAX] = "";
    FILE *file = fopen(in_home("found.txt"), "re");
    assert_non_null(file);
    size_t length = fread(found, 1, sizeof(found) - 1, file);
    found[length] = '\0';
    (void)fclose(file);
    assert_string_equal(found, wanted);
}

static void finds_the_home_above_the_executable(void **state)
{
    (void)state;
    assert_int_equal(mkdir(in_home("a"), 0700), 0);
    assert_int_equal(mkdir(in_home("a/b"), 0700), 0);
    write_file(in_home("a/b/templates"), "not a folder");
    assert_int_equal(run_copy_at("a/b/program"), 1);
    assert_found("HOME_DIR must be set: no folder above the executable has templates/\n");
    assert_int_equal(mkdir(in_home("templates"), 0700), 0);
    assert_int_equal(run_copy_at("a/b/program"), 0);
    assert_found(home);
    assert_int_equal(mkdir(in_home("a/templates"), 0700), 0);
    assert_int_equal(run_copy_at("a/b/program"), 0);
    assert_found(in_home("a"));
    assert_int_equal(run_copy_at("program"), 0);
    assert_found(home);
}

static int print_home(void)
{
    struct chatur_config *config;
    struct chatur_error error = {0};
    if (chatur_config_load(&config, &error) != CHATUR_OK) {
        (void)printf("%s\n", error.detail);
        return 1;
    }
    (void)printf("%s", config->home_dir);
    chatur_config_free(config);
    return 0;
}

static void names_what_is_unused(void **state)
{
    (void)state;
    /* Too general to be ours in an environment, so not even looked at. */
    assert_int_equal(setenv("TYPE", "a", 1), 0);
    assert_int_equal(setenv("PRIVATE_KEY", "a", 1), 0);
    struct chatur_config *config = load();
    assert_string_equal(chatur_config_unused(config), "");
    chatur_config_free(config);

    assert_int_equal(setenv("REDIS_IP", "127.0.0.1", 1), 0);
    write_file(in_home(".env"),
               "DB_URI=mongodb://u:p@host:27017/chatur\r\nJWT_KEY=abc=\r\nPORT=4545\r\n"
               "OPENAI_API_KEY=sk-x\r\nREDIS_IP=127.0.0.1\r\nREDIS_PORT=6379\r\nOS_ENV=linux\r\n"
               "TYPE=service_account\r\nPROJECT_ID=p\r\nPRIVATE_KEY_ID=1\r\nPRIVATE_KEY=LS0=\r\n"
               "CLIENT_EMAIL=a@b.c\r\nCLIENT_ID=1\r\nAUTH_URI=https://a/o\r\n"
               "TOKEN_URI=https://a/t\r\nAUTH_PROVIDER_X509_CERT_URL=https://a/c\r\n"
               "CLIENT_X509_CERT_URL=https://a/a%40b\r\n");
    config = load();
    assert_string_equal(chatur_config_unused(config),
                        "OS_ENV, TYPE, PROJECT_ID, "
                        "PRIVATE_KEY_ID, PRIVATE_KEY, CLIENT_EMAIL, CLIENT_ID, AUTH_URI, "
                        "TOKEN_URI, AUTH_PROVIDER_X509_CERT_URL, CLIENT_X509_CERT_URL");
    assert_string_equal(config->jwt_key, "abc=");
    assert_string_equal(config->openai_api_key, "sk-x");
    assert_string_equal(config->redis_url, "redis://127.0.0.1:6379");
    assert_string_equal(config->generators, "openai");
    chatur_config_free(config);
}

/* What settings of models have to do with each other. */
static void who_writes_can_be_asked(void **state)
{
    (void)state;
#define OPENAI_UNABLE                                                                              \
    "~/.env:1: GENERATORS has openai, which needs OPENAI_API_KEY (or OPENAI_BASE_URL of a server " \
    "that wants no key)"
#define HTTPS(name)                                                                                \
    "~/.env:1: " name " must be https://, or on this machine: http:// lets everybody on the way "  \
    "read the key and the emails (GENERATE_ALLOW_HTTP=1 allows it)"
#define WHOLE(name, end, url)                                                                      \
    "~/.env:1: " name " is what stands before " end ", which is added: " url
    static const struct {
        const char *text;
        const char *generators; /* NULL: refused */
        const char *detail;
    } rows[] = {
        {"", "offline", NULL},
        {"OPENAI_API_KEY=sk-x\n", "openai", NULL},
        {"OPENAI_BASE_URL=https://api.openai.com/v1\n", "offline", NULL},
        {"OPENAI_BASE_URL=https://API.OpenAI.com/v1\n", "offline", NULL},
        {"OPENAI_BASE_URL=https://api.openai.com:443/v1\n", "offline", NULL},
        {"OPENAI_BASE_URL=https://api.openai.com\n", "offline", NULL},
        {"OPENAI_BASE_URL=https://api.openai.com.example/v1\n", "openai", NULL},
        {"OPENAI_BASE_URL=https://x.example/completions/v1\n", "openai", NULL},
        {"OPENAI_BASE_URL=https://x.example/v1/chat/completions\n", NULL,
         WHOLE("OPENAI_BASE_URL", "/chat/completions", "https://x.example/v1")},
        {"OPENAI_BASE_URL=https://x.example/v1/Completions/\n", NULL,
         WHOLE("OPENAI_BASE_URL", "/completions", "https://x.example/v1")},
        {"OPT_BASE_URL=http://127.0.0.1:8000/v1/completions\n", NULL,
         WHOLE("OPT_BASE_URL", "/completions", "http://127.0.0.1:8000/v1")},
        {"OPENAI_BASE_URL=http://127.0.0.1:8000/v1\n", "openai", NULL},
        {"OPT_BASE_URL=http://127.0.0.1:8000/v1\n", "offline", NULL},
        {"GENERATORS=openai\n", NULL, OPENAI_UNABLE},
        {"GENERATORS=offline;openai\nOPENAI_BASE_URL=https://api.openai.com/v1/\n", NULL,
         OPENAI_UNABLE},
        {"GENERATORS=openai=0,offline\n", "openai=0,offline", NULL},
        {"GENERATORS=opt\nOPENAI_API_KEY=sk-x\n", NULL,
         "~/.env:1: GENERATORS has opt, which needs OPT_BASE_URL"},
        {"GENERATORS=' openai = 80 , opt = 20 ; offline '\nOPENAI_API_KEY=sk-x\n"
         "OPT_BASE_URL=http://localhost/v1\n",
         " openai = 80 , opt = 20 ; offline ", NULL},
        {"OPENAI_BASE_URL=http://models.example/v1\n", NULL, HTTPS("OPENAI_BASE_URL")},
        {"OPENAI_BASE_URL=http://127.0.0.1.example/v1\n", NULL, HTTPS("OPENAI_BASE_URL")},
        {"OPT_BASE_URL=http://10.0.0.1:8000/v1\n", NULL, HTTPS("OPT_BASE_URL")},
        {"OPT_BASE_URL=http://[::2]:8000/v1\n", NULL, HTTPS("OPT_BASE_URL")},
        {"OPT_BASE_URL=http://[::1]:8000/v1\n", "offline", NULL},
        {"OPT_BASE_URL=http://LocalHost:1/v1\n", "offline", NULL},
        {"OPT_BASE_URL=http://localhost.example:1/v1\n", NULL, HTTPS("OPT_BASE_URL")},
        {"OPT_BASE_URL=http://10.0.0.1:8000/v1\nGENERATE_ALLOW_HTTP=1\n", "offline", NULL},
        {"OPT_MAX_TOKENS=1025\n", NULL,
         "~/.env:1: OPT_MAX_TOKENS must leave half of OPT_CONTEXT_TOKENS to the prompt"},
    };
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        write_file(in_home(".env"), rows[row].text);
        if (rows[row].generators == NULL) {
            assert_refused(CHATUR_BAD_REQUEST, rows[row].detail);
            continue;
        }
        struct chatur_config *config = load();
        assert_string_equal(config->generators, rows[row].generators);
        chatur_config_free(config);
    }
    write_file(in_home(".env"),
               "OPENAI_BASE_URL=https://models.example/v1//\nTLS_CA_FILE=ca.pem\n");
    struct chatur_config *config = load();
    assert_string_equal(config->openai_base_url, "https://models.example/v1");
    assert_string_equal(config->tls_ca_file, in_home("ca.pem"));
    chatur_config_free(config);
}

/* The caller frees. */
static char *printed(const struct chatur_config *config)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    if (config != NULL) {
        chatur_config_print(config, out);
    } else {
        chatur_config_print_example(out);
    }
    assert_int_equal(fclose(out), 0);
    return text;
}

static void takes_rates(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        struct chatur_rate rate; /* count -1: refused */
    } rows[] = {
        {"1", {-1, 0}},
        {"-1/60", {-1, 0}},
        {"1/0", {-1, 0}},
        {"0/60", {-1, 0}},
        {"1/60 ", {-1, 0}},
        {"1/", {-1, 0}},
        {"/60", {-1, 0}},
        {"1/60/1", {-1, 0}},
        {"1/86401", {-1, 0}},
        {"101/1", {-1, 0}},
        {"1.5/60", {-1, 0}},
        {"off", {-1, 0}},
        {"1000001/86400", {-1, 0}},
        {"99999999999999999999/60", {-1, 0}},
        {"00", {-1, 0}},
        {"0", {0, 0}},
        {"1/86400", {1, 86400}},
        {"100/1", {100, 1}},
        {"1000000/86400", {1000000, 86400}},
        {"30/060", {30, 60}},
    };
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        struct chatur_error error = {0};
        struct chatur_config *config = NULL;
        assert_int_equal(setenv("RATE_LOGIN", rows[row].text, 1), 0);
        bool valid = rows[row].rate.count >= 0;
        assert_int_equal(chatur_config_load(&config, &error),
                         valid ? CHATUR_OK : CHATUR_BAD_REQUEST);
        if (valid) {
            assert_int_equal(config->rate_login.count, rows[row].rate.count);
            assert_int_equal(config->rate_login.period_s, rows[row].rate.period_s);
        } else {
            assert_non_null(strstr(error.detail, "RATE_LOGIN must be 0, or COUNT/SECONDS"));
        }
        chatur_config_free(config);
    }
}

static void takes_redis_urls(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool valid;
    } rows[] = {
        {"redis", false},
        {"redis:", false},
        {"redis://", false},
        {"http://host", false},
        {"redis://host name", false},
        {"redis://host:0", false},
        {"redis://host:65536", false},
        {"redis://host:6379/x", false},
        {"redis://host/0/1", false},
        {"redis://host?db=1", false},
        {"redis://host:", false},
        {"redis://[::1", false},
        {"redis://[nonsense]", false},
        {"redis://u:p w@host", false},
        {"redis://u:p%2@host", false},
        {"redis://u:p%00@host", false},
        {"redis://u:p/w@host", false},
        {"redis://u:p@", false},
        {"redis://host", true},
        {"redis://host/", true},
        {"redis://127.0.0.1:6379/15", true},
        {"rediss://[::1]:6380/0", true},
        {"rediss://:p%40ss@redis.example.com", true},
        {"redis://user:p%2Fw!@redis_1:6379/2", true},
    };
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        struct chatur_error error = {0};
        struct chatur_config *config = NULL;
        assert_int_equal(setenv("REDIS_URL", rows[row].url, 1), 0);
        assert_int_equal(chatur_config_load(&config, &error),
                         rows[row].valid ? CHATUR_OK : CHATUR_BAD_REQUEST);
        if (rows[row].valid) {
            assert_string_equal(config->redis_url, rows[row].url);
        } else {
            assert_non_null(strstr(error.detail, "REDIS_URL must be redis://"));
            assert_null(strstr(error.detail, "p w"));
        }
        chatur_config_free(config);
    }
}

static void makes_a_redis_url_of_address_and_port(void **state)
{
    (void)state;
    static const struct {
        const char *ip;
        const char *port;
        const char *url;
        const char *made;
    } rows[] = {
        {"", "6380", "", ""},
        {"10.0.0.1", "", "", "redis://10.0.0.1:6379"},
        {"cache.internal", "6380", "", "redis://cache.internal:6380"},
        {"2001:db8::1", "6380", "", "redis://[2001:db8::1]:6380"},
        {"10.0.0.1", "6380", "rediss://other", "rediss://other"},
    };
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        assert_int_equal(setenv("REDIS_IP", rows[row].ip, 1), 0);
        assert_int_equal(setenv("REDIS_PORT", rows[row].port, 1), 0);
        assert_int_equal(setenv("REDIS_URL", rows[row].url, 1), 0);
        struct chatur_config *config = load();
        assert_string_equal(config->redis_url, rows[row].made);
        chatur_config_free(config);
    }
    assert_int_equal(setenv("REDIS_IP", "a b", 1), 0);
    assert_refused(CHATUR_BAD_REQUEST, "environment: REDIS_IP must be an address or a host's name");
    assert_int_equal(setenv("REDIS_IP", "", 1), 0);
    assert_int_equal(setenv("REDIS_CA_FILE", "etc/ca.pem", 1), 0);
    struct chatur_config *config = load();
    assert_string_equal(config->redis_ca_file, in_home("etc/ca.pem"));
    chatur_config_free(config);
}

static void keeps_the_password_of_redis(void **state)
{
    (void)state;
    struct chatur_error error = {0};
    assert_int_equal(setenv("REDIS_URL", "rediss://ann:hunter2@cache:6380/1", 1), 0);
    struct chatur_config *config = load();
    char *text = printed(config);
    assert_null(strstr(text, "hunter2"));
    assert_non_null(strstr(text, "REDIS_URL=rediss://********@cache:6380/1 # environment"));
    free(text);
    FILE *nowhere = fopen("/dev/null", "we");
    assert_non_null(nowhere);
    assert_int_equal(chatur_config_print_value(config, "REDIS_URL", nowhere, &error),
                     CHATUR_FORBIDDEN);
    assert_int_equal(chatur_config_print_value(config, "RATE_LOGIN", nowhere, &error), CHATUR_OK);
    (void)fclose(nowhere);
    chatur_config_free(config);
}

static void prints_no_secret(void **state)
{
    (void)state;
    static const struct {
        const char *uri;
        const char *line;
    } rows[] = {
        {"mongodb://user:hunter2@host/db?a=b",
         "DB_URI=mongodb://********@host/db?a=b # environment"},
        {"mongodb://hunter2@host", "DB_URI=mongodb://********@host # environment"},
        {"mongodb://user:hunter2/@hunter2@host", "DB_URI=mongodb://********@host # environment"},
        {"mongodb://host/db?tlsCertificateKeyFilePassword=hunter2",
         "DB_URI=mongodb://host/db?******** # environment"},
        {"mongodb://host/db?w=1", "DB_URI=mongodb://host/db?w=1 # environment"},
        {"sqlite:/srv/a b@c", "DB_URI=\"sqlite:/srv/a b@c\" # environment"},
    };
    write_file(in_home(".env"), "JWT_KEY=hunter2\nOPENAI_API_KEY=hunter2\nPRIVATE_KEY=hunter2\n"
                                "TYPE=service\n");
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        assert_int_equal(setenv("DB_URI", rows[row].uri, 1), 0);
        struct chatur_config *config = load();
        char *text = printed(config);
        assert_null(strstr(text, "hunter2"));
        assert_non_null(strstr(text, rows[row].line));
        free(text);
        chatur_config_free(config);
    }
}

static void prints_what_is_in_force(void **state)
{
    (void)state;
    write_file(in_home(".env"), "PORT=81\nSTATE_DIR=\"a \\\\ \\\"b\"\nJWT_KEY=x\nTYPE=service\n");
    assert_int_equal(setenv("WORKERS", "3", 1), 0);
    struct chatur_config *config = load();
    char *text = printed(config);
    char *wanted;
    assert_true(asprintf(&wanted,
                         "# Env file: %s/.env\n"
                         "HOME_DIR=%s # environment\n"
                         "STATE_DIR=\"%s/a \\\\ \\\"b\" # %s/.env:2\n"
                         "PORT=81 # %s/.env:1\n"
                         "LISTEN=127.0.0.1 # default\n"
                         "PUBLIC_URL=http://127.0.0.1:81 # default\n"
                         "CORS_ORIGIN=* # default\n"
                         "MAX_BODY_BYTES=65536 # default\n"
                         "DB_URI=\"sqlite:%s/a \\\\ \\\"b/chatur.db\" # default\n"
                         "COPY_DB_URI= # default\n"
                         "DB_DURABILITY=full # default\n"
                         "DB_TIMEOUT_MS=5000 # default\n"
                         "NEW_USER_COINS=10000 # default\n"
                         "GENERATORS=offline # default\n"
                         "OPENAI_API_KEY= # default\n"
                         "OPENAI_BASE_URL=https://api.openai.com/v1 # default\n"
                         "OPENAI_MODEL=gpt-4o-mini # default\n"
                         "OPENAI_API=chat # default\n"
                         "OPENAI_ORGANIZATION= # default\n"
                         "OPENAI_PROJECT= # default\n"
                         "OPENAI_MAX_TOKENS=1024 # default\n"
                         "OPT_BASE_URL= # default\n"
                         "OPT_MODEL=facebook/opt-6.7b # default\n"
                         "OPT_API_KEY= # default\n"
                         "OPT_MAX_TOKENS=512 # default\n"
                         "OPT_CONTEXT_TOKENS=2048 # default\n"
                         "GENERATE_TIMEOUT_S=60 # default\n"
                         "GENERATE_QUIET_TIMEOUT_S=20 # default\n"
                         "GENERATE_CONNECT_TIMEOUT_S=5 # default\n"
                         "GENERATE_ATTEMPTS=3 # default\n"
                         "GENERATE_ALLOW_HTTP=0 # default\n"
                         "TLS_CA_FILE= # default\n"
                         "REDIS_URL= # default\n"
                         "REDIS_IP= # default\n"
                         "REDIS_PORT=6379 # default\n"
                         "REDIS_CA_FILE= # default\n"
                         "RATE_GENERATE=120/60 # default\n"
                         "RATE_LOGIN=60/60 # default\n"
                         "JWT_KEY=******** # %s/.env:3\n"
                         "DEV_LOGIN=0 # default\n"
                         "WORKERS=3 # environment\n"
                         "THREADS=0 # default\n"
                         "IO_TIMEOUT_S=10 # default\n"
                         "STOP_TIMEOUT_S=30 # default\n"
                         "SOCKET_GROUP= # default\n"
                         "LOG_LEVEL=info # default\n"
                         "TYPE=service # %s/.env:4, used by nothing in this build\n",
                         home, home, home, home, home, home, home, home) > 0);
    assert_string_equal(text, wanted);
    free(wanted);

    /* It reads back as what it was. */
    write_file(in_home(".env"), text);
    free(text);
    struct chatur_config *again = load();
    assert_string_equal(again->state_dir, config->state_dir);
    assert_string_equal(again->db_uri, config->db_uri);
    assert_int_equal(again->port, 81);
    chatur_config_free(again);
    chatur_config_free(config);
}

/* Run from the project's top folder, as the Makefile does. */
static void the_example_is_the_defaults(void **state)
{
    (void)state;
    static char committed[65536];
    FILE *file = fopen("etc/env.example", "re");
    assert_non_null(file);
    size_t length = fread(committed, 1, sizeof(committed) - 1, file);
    (void)fclose(file);
    committed[length] = '\0';
    char *text = printed(NULL);
    assert_string_equal(committed, text);

    write_file(in_home(".env"), text);
    free(text);
    struct chatur_config *config = load();
    assert_defaults(config);
    chatur_config_free(config);
}

/* NOLINTEND(concurrency-mt-unsafe) */

#define IN_A_HOME(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "home") == 0) {
        return print_home();
    }
    if (argc == 2 && strcmp(argv[1], "example") == 0) {
        chatur_config_print_example(stdout);
        return 0;
    }
    if (realpath(argv[0], program) == NULL) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        IN_A_HOME(refuses_bad_values_of_the_environment),
        IN_A_HOME(refuses_bad_values_of_the_file),
        IN_A_HOME(refuses_bad_files),
        IN_A_HOME(refuses_files_it_cannot_take),
        IN_A_HOME(refuses_a_home_that_is_none),
        IN_A_HOME(refuses_dev_login_beyond_loopback),
        IN_A_HOME(has_defaults),
        IN_A_HOME(takes_an_empty_value_as_unset),
        IN_A_HOME(the_environment_goes_first),
        IN_A_HOME(reads_every_setting_of_a_file),
        IN_A_HOME(resolves_paths_against_the_home),
        IN_A_HOME(takes_the_env_file_it_is_told),
        IN_A_HOME(takes_the_home_it_is_told),
        IN_A_HOME(finds_the_home_above_the_executable),
        IN_A_HOME(names_what_is_unused),
        IN_A_HOME(who_writes_can_be_asked),
        IN_A_HOME(takes_rates),
        IN_A_HOME(takes_redis_urls),
        IN_A_HOME(makes_a_redis_url_of_address_and_port),
        IN_A_HOME(keeps_the_password_of_redis),
        IN_A_HOME(prints_no_secret),
        IN_A_HOME(prints_what_is_in_force),
        IN_A_HOME(the_example_is_the_defaults),
    };
    /* The tests clear the environment, and with it the runner's wish for TAP. */
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
