/* The connection: DB_URI with our defaults, and a pool of clients, or one.
 *
 * A pool has a thread of its own that watches the servers, and finds them within half a second of
 * their return. A process that serves one request has no use for it: one client connects in two
 * round trips instead of three. Both are made at first use, so after every fork. */
#include "store/mongo_store.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"

/* Where the Node.js driver puts things when the URI names no database. */
#define DEFAULT_DATABASE "test"

/* How long an answer to the majority may take; the write has happened by then. */
#define WRITE_TIMEOUT_MS 3000

/* How long nobody tries again after the servers' names were not to be had. */
#define UNMADE_US 900000

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

/* Majority, unless the URI asks for another acknowledgement; and never none, because then no
 * balance could be trusted. */
static enum chatur_outcome set_write_concern(mongoc_uri_t *uri, struct chatur_error *error)
{
    if (mongoc_uri_has_option(uri, MONGOC_URI_W)) {
        if (!mongoc_write_concern_is_acknowledged(mongoc_uri_get_write_concern(uri))) {
            return refuse(error, "w=0 is not possible: no write would be certain");
        }
        /* Without an end of its own, waiting for the others would end with the connection. */
        if (!mongoc_uri_has_option(uri, MONGOC_URI_WTIMEOUTMS)) {
            mongoc_write_concern_t *given =
                mongoc_write_concern_copy(mongoc_uri_get_write_concern(uri));
            mongoc_write_concern_set_wtimeout_int64(given, WRITE_TIMEOUT_MS);
            mongoc_uri_set_write_concern(uri, given);
            mongoc_write_concern_destroy(given);
        }
        return CHATUR_OK;
    }
    mongoc_write_concern_t *concern = mongoc_write_concern_new();
    mongoc_write_concern_set_w(concern, MONGOC_WRITE_CONCERN_W_MAJORITY);
    mongoc_write_concern_set_wtimeout_int64(
        concern, mongoc_uri_get_option_as_int32(uri, MONGOC_URI_WTIMEOUTMS, WRITE_TIMEOUT_MS));
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
    if (store->attended) {
        set_default(uri, MONGOC_URI_SOCKETTIMEOUTMS, ATTENDED_TIMEOUT_MS);
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
}

/* The driver's own words are kept out of the error: they can quote the URI, password and all. */
enum chatur_outcome mongo_parse_uri(struct mongo_store *store, const struct chatur_config *config,
                                    struct chatur_error *error)
{
    bson_error_t problem;
    store->uri = mongoc_uri_new_with_error(config->db_uri, &problem);
    if (store->uri == NULL) {
        return refuse(error, "this is not a valid MongoDB URI (special characters in the user, the "
                             "password and option values must be percent-encoded)");
    }
    enum chatur_outcome outcome = set_write_concern(store->uri, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    set_defaults(store);
    divide_time(store, store->attended ? 0 : config->db_timeout_ms);
    const char *database = mongoc_uri_get_database(store->uri);
    store->database = strdup(database != NULL ? database : DEFAULT_DATABASE);
    return store->database != NULL ? CHATUR_OK : chatur_no_memory(error);
}

static enum chatur_outcome make(struct mongo_store *store, struct chatur_error *error)
{
    bson_error_t problem;
    if (store->one_shot) {
        store->client = mongoc_client_new_from_uri_with_error(store->uri, &problem);
        if (store->client != NULL) {
            (void)mongoc_client_set_error_api(store->client, MONGOC_ERROR_API_VERSION_2);
        }
    } else {
        store->pool = mongoc_client_pool_new_with_error(store->uri, &problem);
        if (store->pool != NULL) {
            (void)mongoc_client_pool_set_error_api(store->pool, MONGOC_ERROR_API_VERSION_2);
        }
    }
    if (store->client == NULL && store->pool == NULL) {
        /* A mongodb+srv URI whose name did not resolve. Those who wait for `making` must not ask
         * the name server one after the other. */
        store->unmade_until_us = chatur_monotonic_us() + UNMADE_US;
        return chatur_fail(error, CHATUR_UNAVAILABLE,
                           "mongo: the servers' names are not to be had");
    }
    bool is_named = mongoc_uri_get_database(store->uri) != NULL;
    chatur_log(store->one_shot ? CHATUR_DEBUG : CHATUR_INFO, "mongo: the database is \"%s\"%s",
               store->database,
               is_named ? "" : ", because DB_URI names none (mongodb://host/NAME)");
    return CHATUR_OK;
}

enum chatur_outcome mongo_take_client(struct mongo_store *store, mongoc_client_t **client,
                                      struct chatur_error *error)
{
    *client = NULL;
    (void)pthread_mutex_lock(&store->making);
    enum chatur_outcome outcome = CHATUR_OK;
    if (store->pool == NULL && store->client == NULL) {
        outcome = chatur_monotonic_us() < store->unmade_until_us
                      ? chatur_fail(error, CHATUR_UNAVAILABLE, "mongo: nobody was found just now")
                      : make(store, error);
    }
    if (outcome == CHATUR_OK && store->one_shot) {
        *client = store->client;
        return CHATUR_OK; /* with the lock: the client is for one thread */
    }
    (void)pthread_mutex_unlock(&store->making);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    *client = mongoc_client_pool_pop(store->pool);
    return *client != NULL ? CHATUR_OK
                           : chatur_fail(error, CHATUR_UNAVAILABLE,
                                         "mongo: too many operations are waiting for a connection");
}

void mongo_give_back(struct mongo_store *store, mongoc_client_t *client)
{
    if (store->one_shot) {
        (void)pthread_mutex_unlock(&store->making);
    } else {
        mongoc_client_set_stream_initiator(client, NULL, NULL); /* ours is of a session */
        mongoc_client_pool_push(store->pool, client);
    }
}

void mongo_disconnect(struct mongo_store *store)
{
    if (store->client != NULL) {
        mongoc_client_destroy(store->client);
    }
    if (store->pool != NULL) {
        mongoc_client_pool_destroy(store->pool);
    }
}
