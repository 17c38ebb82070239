/* The table. The rules of single values are in settings_rules.c; what two settings have to do with
 * each other (a default made from another, a refused pair) is in config.c. */
#include "base/settings.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define MEMBER(member) .offset = offsetof(struct chatur_config, member)
#define UNREAD(its_name, its_scope, is_secret)                                                     \
    {                                                                                              \
        .name = (its_name), .kind = CHATUR_SETTING_UNREAD, .scope = (its_scope),                   \
        .secret = (is_secret), .fallback = "", .description = ""                                   \
    }

const struct chatur_setting chatur_settings[] = {
    {.name = "HOME_DIR",
     .kind = CHATUR_SETTING_PATH,
     .fallback = "",
     .description =
         "Where templates/, tutorials/ and etc/ are. Empty: the nearest folder at or above the\n"
         "executable's own that has templates/.",
     MEMBER(home_dir)},
    {.name = "STATE_DIR",
     .kind = CHATUR_SETTING_PATH,
     .fallback = "var",
     .description =
         "Where everything that is written goes: database, sockets, logs. A relative path is\n"
         "taken from HOME_DIR.",
     MEMBER(state_dir)},
    {.name = "PORT",
     .kind = CHATUR_SETTING_INTEGER,
     .fallback = "4545",
     .min = 1,
     .max = 65535,
     .description = "Where NGINX listens.",
     MEMBER(port)},
    {.name = "LISTEN",
     .kind = CHATUR_SETTING_TEXT,
     .fallback = "127.0.0.1",
     .check = chatur_setting_check_listen,
     .description = "The IPv4 or IPv6 address that NGINX listens on.",
     MEMBER(listen)},
    {.name = "PUBLIC_URL",
     .kind = CHATUR_SETTING_TEXT,
     .fallback = "",
     .check = chatur_setting_check_public_url,
     .description = "What clients reach the service by; links in answers start with it.\n"
                    "Empty: http://127.0.0.1:PORT, which works on this machine alone.",
     MEMBER(public_url)},
    {.name = "CORS_ORIGIN",
     .kind = CHATUR_SETTING_TEXT,
     .fallback = "*",
     .check = chatur_setting_check_cors_origin,
     .description =
         "Whose pages may call the service from a browser: *, or origins (scheme://host[:port])\n"
         "separated by commas.",
     MEMBER(cors_origin)},
    {.name = "MAX_BODY_BYTES",
     .kind = CHATUR_SETTING_INTEGER,
     .fallback = "65536",
     .min = 1024,
     .max = 1048576,
     .description = "The largest request body.",
     MEMBER(max_body_bytes)},
    {.name = "DB_URI",
     .kind = CHATUR_SETTING_TEXT,
     .fallback = "sqlite:",
     .check = chatur_setting_check_db_uri,
     .description =
         "The database. sqlite:PATH, where a relative path is taken from HOME_DIR; sqlite: alone\n"
         "is chatur.db in STATE_DIR. Or MongoDB: mongodb://user:password@host/NAME?tls=true, or\n"
         "mongodb+srv://…; without a NAME it is test.",
     .uri = true,
     MEMBER(db_uri)},
    {.name = "COPY_DB_URI",
     .kind = CHATUR_SETTING_TEXT,
     .fallback = "",
     .check = chatur_setting_check_db_uri,
     .secret = true,
     .description =
         "Where `chatur database copy` copies the database to, written like DB_URI. Secret.",
     MEMBER(copy_db_uri)},
    {.name = "DB_DURABILITY",
     .kind = CHATUR_SETTING_CHOICE,
     .fallback = "full",
     .choices = "full|normal",
     .description =
         "What an acknowledged write survives: full, a power cut; normal, a crash of the service\n"
         "(faster).",
     MEMBER(db_durability)},
    {.name = "DB_TIMEOUT_MS",
     .kind = CHATUR_SETTING_INTEGER,
     .fallback = "5000",
     .min = 500,
     .max = 600000,
     .description = "Milliseconds that all database work of one request may take together, finding "
                    "the server\n"
                    "or waiting for locks included; and again after a generation.",
     MEMBER(db_timeout_ms)},
    {.name = "NEW_USER_COINS",
     .kind = CHATUR_SETTING_INTEGER,
     .fallback = "10000",
     .min = 0,
     .max = 1000000000,
     .description = "What a new user starts with.",
     MEMBER(new_user_coins)},
    {.name = "GENERATORS",
     .kind = CHATUR_SETTING_TEXT,
     .fallback = "",
     .check = chatur_setting_check_generators,
     .description =
         "Who writes the emails: openai, opt and offline, in groups separated by ; of which the\n"
         "next is asked when one fails. Inside a group the first is drawn by weight (0: never), "
         "as in\nopenai=80,opt=20;offline. Empty: openai when OPENAI_API_KEY or a server of "
         "your own is set,\nelse offline.",
     MEMBER(generators)},
    {.name = "OPENAI_API_KEY",
     .kind = CHATUR_SETTING_TEXT,
     .fallback = "",
     .secret = true,
     .check = chatur_setting_check_api_key,
     .description = "The key for OPENAI_BASE_URL. Secret. Needed for OpenAI's own server.",
     MEMBER(openai_api_key)},
    {.name = "OPENAI_BASE_URL",
     .kind = CHATUR_SETTING_TEXT,
     .fallback = "https://api.openai.com/v1",
     .check = chatur_setting_check_base_url,
     .description = "The server of openai: OpenAI's, or any that speaks the same language.",
     MEMBER(openai_base_url)},
    {.name = "OPENAI_MODEL",
     .kind = CHATUR_SETTING_TEXT,
     .fallback = "gpt-4o-mini",
     .description = "The model that openai is asked for.",
     MEMBER(openai_model)},
    {.name = "OPENAI_API",
     .kind = CHATUR_SETTING_CHOICE,
     .fallback = "chat",
     .choices = "chat|completions",
     .description = "How that model is asked: chat, with messages; completions, with a text to "
                    "continue (base\n"
                    "and instruct models).",
     MEMBER(openai_api)},
    {.name = "OPENAI_ORGANIZATION",
     .kind = CHATUR_SETTING_TEXT,
     .fallback = "",
     .description = "The organisation that OpenAI is to charge, when the key has several.",
     MEMBER(openai_organization)},
    {.name = "OPENAI_PROJECT",
     .kind = CHATUR_SETTING_TEXT,
     .fallback = "",
     .description = "The project that OpenAI is to charge, when the key has several.",
     MEMBER(openai_project)},
    {.name = "OPENAI_MAX_TOKENS",
     .kind = CHATUR_SETTING_INTEGER,
     .fallback = "1024",
     .min = 16,
     .max = 32768,
     .description = "The longest answer of openai, in the model's tokens. A reasoning model also "
                    "thinks within it.",
     MEMBER(openai_max_tokens)},
    {.name = "OPT_BASE_URL",
     .kind = CHATUR_SETTING_TEXT,
     .fallback = "",
     .check = chatur_setting_check_base_url,
     .description =
         "The server of opt, such as http://127.0.0.1:8000/v1: vLLM or transformers with Meta's "
         "OPT,\nwhose weights are licensed for research only. Empty: there is none.",
     MEMBER(opt_base_url)},
    {.name = "OPT_MODEL",
     .kind = CHATUR_SETTING_TEXT,
     .fallback = "facebook/opt-6.7b",
     .description = "The model that opt is asked for.",
     MEMBER(opt_model)},
    {.name = "OPT_API_KEY",
     .kind = CHATUR_SETTING_TEXT,
     .fallback = "",
     .secret = true,
     .check = chatur_setting_check_api_key,
     .description = "The key for OPT_BASE_URL, where that wants one. Secret.",
     MEMBER(opt_api_key)},
    {.name = "OPT_MAX_TOKENS",
     .kind = CHATUR_SETTING_INTEGER,
     .fallback = "512",
     .min = 16,
     .max = 32768,
     .description = "The longest answer of opt, in the model's tokens.",
     MEMBER(opt_max_tokens)},
    {.name = "OPT_CONTEXT_TOKENS",
     .kind = CHATUR_SETTING_INTEGER,
     .fallback = "2048",
     .min = 512,
     .max = 1048576,
     .description = "What prompt and answer of opt must fit into, in the model's tokens.",
     MEMBER(opt_context_tokens)},
    {.name = "GENERATE_TIMEOUT_S",
     .kind = CHATUR_SETTING_INTEGER,
     .fallback = "60",
     .min = 1,
     .max = 3600,
     .description =
         "Seconds that writing one email may take, all attempts together. NGINX waits at least "
         "ten\n"
         "longer, and for as long as the database may take before and after it (DB_TIMEOUT_MS).",
     MEMBER(generate_timeout_s)},
    {.name = "GENERATE_QUIET_TIMEOUT_S",
     .kind = CHATUR_SETTING_INTEGER,
     .fallback = "20",
     .min = 1,
     .max = 3600,
     .description =
         "Seconds without a word from a model, before the first or between two, after which it is\n"
         "given up.",
     MEMBER(generate_quiet_timeout_s)},
    {.name = "GENERATE_CONNECT_TIMEOUT_S",
     .kind = CHATUR_SETTING_INTEGER,
     .fallback = "5",
     .min = 1,
     .max = 3600,
     .description = "Seconds that reaching a model's server may take.",
     MEMBER(generate_connect_timeout_s)},
    {.name = "GENERATE_ATTEMPTS",
     .kind = CHATUR_SETTING_INTEGER,
     .fallback = "3",
     .min = 1,
     .max = 10,
     .description = "How often one generator is asked for one email, when trying again may help.",
     MEMBER(generate_attempts)},
    {.name = "GENERATE_ALLOW_HTTP",
     .kind = CHATUR_SETTING_BOOLEAN,
     .fallback = "0",
     .description = "1 lets emails and keys travel unencrypted to models on other machines.",
     MEMBER(generate_allow_http)},
    {.name = "TLS_CA_FILE",
     .kind = CHATUR_SETTING_TEXT,
     .fallback = "",
     .description = "Certificates (PEM) to trust instead of the system's, for servers with one of "
                    "your own.",
     MEMBER(tls_ca_file)},
    {.name = "REDIS_URL",
     .kind = CHATUR_SETTING_TEXT,
     .fallback = "",
     .check = chatur_setting_check_redis_url,
     .uri = true,
     .description =
         "The Redis that keeps several machines' processes of one mind about sessions and limits:\n"
         "redis://[[USER]:PASSWORD@]HOST[:PORT][/DB], rediss:// for TLS. What is not a letter, a\n"
         "digit or one of -._~ is written %XX in USER and PASSWORD. Empty: as REDIS_IP says.",
     MEMBER(redis_url)},
    {.name = "REDIS_IP",
     .kind = CHATUR_SETTING_TEXT,
     .fallback = "",
     .check = chatur_setting_check_host,
     .description = "The Redis server's address, where REDIS_URL is not set. Empty: no Redis.",
     MEMBER(redis_ip)},
    {.name = "REDIS_PORT",
     .kind = CHATUR_SETTING_INTEGER,
     .fallback = "6379",
     .min = 1,
     .max = 65535,
     .description = "The port that goes with REDIS_IP.",
     MEMBER(redis_port)},
    {.name = "REDIS_CA_FILE",
     .kind = CHATUR_SETTING_TEXT,
     .fallback = "",
     .description =
         "Certificates (PEM) of the authorities that may vouch for the server of a rediss:// URL;\n"
         "a relative path is taken from HOME_DIR. Empty: the system's.",
     MEMBER(redis_ca_file)},
    {.name = "RATE_GENERATE",
     .kind = CHATUR_SETTING_RATE,
     .fallback = "120/60",
     .check = chatur_setting_check_rate,
     .description =
         "How many emails a user may ask for, COUNT/SECONDS: COUNT at once, then as many again in\n"
         "SECONDS. A client address, which many may share, gets ten times that. 0: no limit.",
     MEMBER(rate_generate)},
    {.name = "RATE_LOGIN",
     .kind = CHATUR_SETTING_RATE,
     .fallback = "60/60",
     .check = chatur_setting_check_rate,
     .description =
         "How often one may sign in as the same user, COUNT/SECONDS. A client address gets ten\n"
         "times that. 0: no limit.",
     MEMBER(rate_login)},
    {.name = "JWT_KEY",
     .kind = CHATUR_SETTING_TEXT,
     .fallback = "",
     .secret = true,
     .description = "The key that session tokens are signed with, 32 bytes or more. "
                    "Secret.\nNeeded; `make run` makes one of its own.",
     MEMBER(jwt_key)},
    {.name = "DEV_LOGIN",
     .kind = CHATUR_SETTING_BOOLEAN,
     .fallback = "0",
     .description =
         "For development: 1 lets anybody sign in as any address without a password. Needs LISTEN\n"
         "to be a loopback address.",
     MEMBER(dev_login)},
    {.name = "WORKERS",
     .kind = CHATUR_SETTING_INTEGER,
     .fallback = "2",
     .min = 1,
     .max = 64,
     .description = "Processes per endpoint.",
     MEMBER(workers)},
    {.name = "THREADS",
     .kind = CHATUR_SETTING_INTEGER,
     .fallback = "0",
     .min = 0,
     .max = 1024,
     .description = "Threads per process. 0: as many as the endpoint declares.",
     MEMBER(threads)},
    {.name = "IO_TIMEOUT_S",
     .kind = CHATUR_SETTING_INTEGER,
     .fallback = "10",
     .min = 1,
     .max = 3600,
     .description = "Seconds a connection from NGINX may stand still.",
     MEMBER(io_timeout_s)},
    {.name = "STOP_TIMEOUT_S",
     .kind = CHATUR_SETTING_INTEGER,
     .fallback = "30",
     .min = 1,
     .max = 3600,
     .description =
         "Seconds that requests in flight have to finish when the service is told to stop. An\n"
         "email that takes longer is given up, and its coins given back: a little more than\n"
         "GENERATE_TIMEOUT_S lets all of them finish.",
     MEMBER(stop_timeout_s)},
    {.name = "SOCKET_GROUP",
     .kind = CHATUR_SETTING_TEXT,
     .fallback = "",
     .description =
         "The group that may connect to the endpoints' sockets: NGINX's. Empty: the service's own.",
     MEMBER(socket_group)},
    {.name = "LOG_LEVEL",
     .kind = CHATUR_SETTING_CHOICE,
     .fallback = "info",
     .choices = "debug|info|warning|error",
     .description = "The least serious log lines that are written.",
     MEMBER(log_level)},
    {.name = "ENV_FILE",
     .kind = CHATUR_SETTING_FINDER,
     .scope = CHATUR_ENVIRONMENT_ONLY,
     .fallback = "",
     .description = "The file to read settings from instead of .env in HOME_DIR; /dev/null: none."},
    UNREAD("OS_ENV", CHATUR_FILE_ONLY, false),
    UNREAD("TYPE", CHATUR_FILE_ONLY, false),
    UNREAD("PROJECT_ID", CHATUR_FILE_ONLY, false),
    UNREAD("PRIVATE_KEY_ID", CHATUR_FILE_ONLY, false),
    UNREAD("PRIVATE_KEY", CHATUR_FILE_ONLY, true),
    UNREAD("CLIENT_EMAIL", CHATUR_FILE_ONLY, false),
    UNREAD("CLIENT_ID", CHATUR_FILE_ONLY, false),
    UNREAD("AUTH_URI", CHATUR_FILE_ONLY, false),
    UNREAD("TOKEN_URI", CHATUR_FILE_ONLY, false),
    UNREAD("AUTH_PROVIDER_X509_CERT_URL", CHATUR_FILE_ONLY, false),
    UNREAD("CLIENT_X509_CERT_URL", CHATUR_FILE_ONLY, false),
};

const size_t chatur_setting_count = sizeof(chatur_settings) / sizeof(chatur_settings[0]);

size_t chatur_setting_find(const char *name)
{
    size_t index = 0;
    while (index < chatur_setting_count && strcmp(chatur_settings[index].name, name) != 0) {
        index++;
    }
    return index;
}

bool chatur_is_loopback(const char *address)
{
    struct in_addr four;
    struct in6_addr six;
    if (inet_pton(AF_INET, address, &four) == 1) {
        return ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET;
    }
    if (inet_pton(AF_INET6, address, &six) != 1) {
        return false;
    }
    return IN6_IS_ADDR_LOOPBACK(&six) || (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == 127);
}

int64_t chatur_setting_number(const char *value)
{
    return strtoll(value, NULL, 10);
}

static bool is_number_within(const char *value, int64_t min, int64_t max)
{
    size_t length = strlen(value);
    /* 18 digits always fit; more than that is over any bound here. */
    if (length > 18 || strspn(value, "0123456789") != length) {
        return false;
    }
    int64_t number = chatur_setting_number(value);
    return number >= min && number <= max;
}

static bool is_choice(const char *choices, const char *value)
{
    size_t length = strlen(value);
    for (const char *at = choices; *at != '\0'; at += *at == '|') {
        size_t word = strcspn(at, "|");
        if (word == length && strncmp(at, value, length) == 0) {
            return true;
        }
        at += word;
    }
    return false;
}

enum chatur_outcome chatur_setting_check(const struct chatur_setting *setting, const char *value,
                                         const char *where, struct chatur_error *error)
{
    char rule[160] = "";
    if (setting->kind == CHATUR_SETTING_INTEGER &&
        !is_number_within(value, setting->min, setting->max)) {
        (void)snprintf(rule, sizeof(rule), "must be a whole number from %lld to %lld",
                       (long long)setting->min, (long long)setting->max);
    } else if (setting->kind == CHATUR_SETTING_BOOLEAN && !is_choice("0|1", value)) {
        (void)snprintf(rule, sizeof(rule), "must be 0 or 1");
    } else if (setting->kind == CHATUR_SETTING_CHOICE && !is_choice(setting->choices, value)) {
        (void)snprintf(rule, sizeof(rule), "must be one of %s", setting->choices);
    } else if (setting->kind != CHATUR_SETTING_UNREAD && !setting->secret &&
               chatur_has_control(value)) {
        (void)snprintf(rule, sizeof(rule), "must not have control characters");
    } else {
        const char *broken = setting->check != NULL ? setting->check(value) : NULL;
        (void)snprintf(rule, sizeof(rule), "%s", broken != NULL ? broken : "");
    }
    if (rule[0] != '\0') {
        return chatur_fail(error, CHATUR_BAD_REQUEST, "%s: %s %s", where, setting->name, rule);
    }
    return CHATUR_OK;
}
