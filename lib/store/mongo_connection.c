/* The connection: a pool of clients, or one.
 *
 * A pool has a thread of its own that watches the servers, and finds them within half a second of
 * their return. A process that serves one request has no use for it: one client connects in two
 * round trips instead of three. Both are made at first use, so after every fork. */
#include "store/mongo_store.h"

#include "base/clock.h"
#include "base/log.h"

/* How long nobody tries again after the servers' names were not to be had. */
#define UNMADE_US 900000

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
