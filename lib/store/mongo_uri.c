/* DB_URI, with our defaults: how long what may wait, who acknowledges a write, who answers a read.
 */
#include "store/mongo_store.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"

/* Where the Node.js driver puts things when the URI names no database. */
#define DEFAULT_DATABASE "test"

/* What the name of an option is made of. */
#define OPTION_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* How long a write may wait for the majority, which is what an operator without a deadline has; the
 * write has happened by then. */
#define WRITE_TIMEOUT_MS 3000

/* A command that failed sooner was refused, or cut off, and nobody waited for long. */
#define SILENCE_US 900000

/* What an answer needs that was due. */
#define LATE_US 100000

/* How often a pool's watcher hears from a server that is well. One that answered an error such as
 * "not the primary" is not used until then, so this is how soon it is used again at the latest. */
#define HEARTBEAT_MS 1000

/* Making an index of a large collection, erasing a long history. */
#define ATTENDED_TIMEOUT_MS 3600000

/* What the driver has for a default is meant for batch jobs: half a minute to find a server, five
 * for an answer. A request's thread would be gone for as long. Whatever the URI says goes first, as
 * far as DB_TIMEOUT_MS lets it. */
struct default_number {
    const char *option;
    int32_t value;
};

static const struct default_number default_numbers[] = {
    {MONGOC_URI_SERVERSELECTIONTIMEOUTMS, 2000}, /* finding one that is there */
    {MONGOC_URI_CONNECTTIMEOUTMS, 1000},
    {MONGOC_URI_SOCKETTIMEOUTMS, 5000}, /* the answer to one command; a request has less time */
    {MONGOC_URI_WAITQUEUETIMEOUTMS, 1000},
    /* Commands take milliseconds, so few connections carry hundreds of threads; and there are
     * dozens of processes. */
    {MONGOC_URI_MAXPOOLSIZE, 32},
};

static enum chatur_outcome refuse(struct chatur_error *error, const char *why)
{
    return chatur_fail(error, CHATUR_BAD_REQUEST, "DB_URI: %s", why);
}

/* The majority, whatever the URI says: what fewer know is gone with them, and so are the coins that
 * somebody paid. Never none, because then no balance could be trusted.
 *
 * Waiting for the majority has an end of its own, well before the first attempt's: so the server
 * says that it has waited in vain, instead of being cut off and asked again. */
static enum chatur_outcome set_write_concern(const struct mongo_store *store, int64_t timeout_ms,
                                             struct chatur_error *error)
{
    mongoc_uri_t *uri = store->uri;
    if (mongoc_uri_has_option(uri, MONGOC_URI_W)) {
        const mongoc_write_concern_t *given = mongoc_uri_get_write_concern(uri);
        if (!mongoc_write_concern_is_acknowledged(given)) {
            return refuse(error, "w=0 is not possible: no write would be certain");
        }
        if (!mongoc_write_concern_get_wmajority(given)) {
            chatur_log(store->one_shot && !store->attended ? CHATUR_DEBUG : CHATUR_WARNING,
                       "mongo: DB_URI asks for another w than majority: writes are acknowledged by "
                       "the majority all the same");
        }
    }
    int64_t most_ms = timeout_ms != 0 ? timeout_ms / 5 : WRITE_TIMEOUT_MS;
    int64_t given_ms = mongoc_uri_get_option_as_int32(uri, MONGOC_URI_WTIMEOUTMS, 0);
    mongoc_write_concern_t *concern = mongoc_write_concern_new();
    mongoc_write_concern_set_w(concern, MONGOC_WRITE_CONCERN_W_MAJORITY);
    mongoc_write_concern_set_wtimeout_int64(concern, given_ms > 0 && given_ms < most_ms ? given_ms
                                                                                        : most_ms);
    mongoc_uri_set_write_concern(uri, concern);
    mongoc_write_concern_destroy(concern);
    return CHATUR_OK;
}

static void set_default(mongoc_uri_t *uri, const char *option, int32_t value)
{
    if (!mongoc_uri_has_option(uri, option)) {
        (void)mongoc_uri_set_option_as_int32(uri, option, value);
    }
}

static void set_defaults(const struct mongo_store *store)
{
    mongoc_uri_t *uri = store->uri;
    if (store->attended) { /* whatever the URI has for requests */
        (void)mongoc_uri_set_option_as_int32(uri, MONGOC_URI_SOCKETTIMEOUTMS, ATTENDED_TIMEOUT_MS);
    }
    if (!store->one_shot) {
        set_default(uri, MONGOC_URI_HEARTBEATFREQUENCYMS, HEARTBEAT_MS);
    }
    for (size_t i = 0; i < sizeof(default_numbers) / sizeof(default_numbers[0]); i++) {
        set_default(uri, default_numbers[i].option, default_numbers[i].value);
    }
    static const char *const switches[] = {MONGOC_URI_RETRYREADS, MONGOC_URI_RETRYWRITES};
    for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
        if (!mongoc_uri_has_option(uri, switches[i])) {
            (void)mongoc_uri_set_option_as_bool(uri, switches[i], true);
        }
    }
    if (!mongoc_uri_has_option(uri, MONGOC_URI_APPNAME)) {
        (void)mongoc_uri_set_appname(uri, "chaturmail");
    }
    /* A secondary may lag behind: an account that was just erased would still be there. */
    mongoc_read_prefs_t *primary = mongoc_read_prefs_new(MONGOC_READ_PRIMARY);
    mongoc_uri_set_read_prefs_t(uri, primary);
    mongoc_read_prefs_destroy(primary);
}

static void set_at_most(mongoc_uri_t *uri, const char *option, int64_t most_ms)
{
    if (mongoc_uri_get_option_as_int32(uri, option, 0) > most_ms) {
        (void)mongoc_uri_set_option_as_int32(uri, option, (int32_t)most_ms);
    }
}

/* What has no deadline of its own gets a part of a request's: see mongo_deadline.c. */
static void divide_time(struct mongo_store *store, int64_t timeout_ms)
{
    if (timeout_ms != 0) {
        set_at_most(store->uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, timeout_ms * 2 / 5);
        set_at_most(store->uri, MONGOC_URI_WAITQUEUETIMEOUTMS, timeout_ms * 2 / 5);
        set_at_most(store->uri, MONGOC_URI_CONNECTTIMEOUTMS, timeout_ms / 5);
    }
    if (timeout_ms != 0 && store->one_shot) {
        set_at_most(store->uri, MONGOC_URI_SOCKETTIMEOUTMS, timeout_ms * 3 / 10);
    }
    int64_t server_ms =
        mongoc_uri_get_option_as_int32(store->uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, 0);
    int64_t queue_ms = mongoc_uri_get_option_as_int32(store->uri, MONGOC_URI_WAITQUEUETIMEOUTMS, 0);
    store->finding_us = (server_ms > queue_ms ? server_ms : queue_ms) * 1000;
    /* Of a write that was cut off sooner nobody knows whether it waited for the majority alone. */
    int64_t majority_us = timeout_ms * 1000 / 5 + LATE_US;
    store->silence_us = majority_us > SILENCE_US ? majority_us : SILENCE_US;
}

/* --- the URI's text --- */

/* Takes out the option that begins there, from the text that it is a part of. */
static void remove_option(char *option)
{
    size_t length = strcspn(option, "&;");
    size_t more = option[length] != '\0' ? 1 : 0;
    (void)memmove(option, option + length + more, strlen(option + length + more) + 1);
}

/* Where the options of a URI begin. */
static size_t options_at(const char *text)
{
    size_t length = strcspn(text, "?");
    return length + (text[length] != '\0' ? 1 : 0);
}

/* To the Node.js driver authMechanism=DEFAULT is what the server likes best, as it is to ours
 * without the option; to ours it is a mechanism that does not exist. */
static void drop_default_mechanism(char *text)
{
    static const char wanted[] = "authMechanism=DEFAULT";
    char *option = text + options_at(text);
    while (*option != '\0') {
        size_t length = strcspn(option, "&;");
        if (length == sizeof(wanted) - 1 && strncasecmp(option, wanted, length) == 0) {
            remove_option(option);
        } else {
            option += length + (option[length] != '\0' ? 1 : 0);
        }
    }
}

static bool is_valid(const char *text)
{
    bson_error_t problem;
    mongoc_uri_t *uri = mongoc_uri_new_with_error(text, &problem);
    if (uri != NULL) {
        mongoc_uri_destroy(uri);
    }
    return uri != NULL;
}

/* The driver's own words are kept out of the error: they can quote the URI, password and all. What
 * is wrong with it is found by leaving out one option after the other; its name is no secret. */
static enum chatur_outcome explain(const char *text, struct chatur_error *error)
{
    char *copy = strdup(text);
    if (copy == NULL) {
        return chatur_no_memory(error);
    }
    bool is_found = false;
    size_t name_length = 0;
    const char *option = text + options_at(text);
    if (strchr(option, '@') != NULL) {
        option = ""; /* that was a part of a password */
    }
    while (*option != '\0' && !is_found) {
        (void)memcpy(copy, text, strlen(text) + 1);
        remove_option(copy + (option - text));
        name_length = strspn(option, OPTION_LETTERS);
        is_found = option[name_length] == '=' && is_valid(copy);
        if (!is_found) {
            option += strcspn(option, "&;");
            option += *option != '\0' ? 1 : 0;
        }
    }
    free(copy);
    return is_found
               ? chatur_fail(error, CHATUR_BAD_REQUEST,
                             "DB_URI: the option %.*s is not a valid one", (int)name_length, option)
               : refuse(error, "this is not a valid MongoDB URI (special characters in the user, "
                               "the password and option values must be percent-encoded)");
}

static enum chatur_outcome parse(const char *given, mongoc_uri_t **uri, struct chatur_error *error)
{
    bson_error_t problem;
    char *text = strdup(given);
    if (text == NULL) {
        return chatur_no_memory(error);
    }
    drop_default_mechanism(text);
    *uri = mongoc_uri_new_with_error(text, &problem);
    enum chatur_outcome outcome = *uri != NULL ? CHATUR_OK : explain(text, error);
    free(text);
    return outcome;
}

enum chatur_outcome mongo_parse_uri(struct mongo_store *store, const struct chatur_config *config,
                                    struct chatur_error *error)
{
    int64_t timeout_ms = store->attended ? 0 : config->db_timeout_ms;
    enum chatur_outcome outcome = parse(config->db_uri, &store->uri, error);
    if (outcome == CHATUR_OK) {
        outcome = set_write_concern(store, timeout_ms, error);
    }
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    set_defaults(store);
    divide_time(store, timeout_ms);
    const char *database = mongoc_uri_get_database(store->uri);
    store->database = strdup(database != NULL ? database : DEFAULT_DATABASE);
    return store->database != NULL ? CHATUR_OK : chatur_no_memory(error);
}
