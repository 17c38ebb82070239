/* The MongoDB store: sessions, and the gate.
 *
 * The gate. The driver waits for a server that is away until its timeout, in every thread and at
 * every call. So one operation that got no answer closes the gate for a second, in which all others
 * are refused at once; then one goes through to look, and the rest are refused until it is back
 * with an answer. A dead server thus holds up one thread, and one that returns is noticed in less
 * than two seconds.
 *
 * No command waits for long: 1 s for a free connection, 2 s until a server is found, 5 s for the
 * answer; and what can be repeated safely the driver repeats once, on a new connection. So 10 s
 * when the server is frozen, and 15 s at the very worst. The first that fails ends the request. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/mongo.h"
#include "store/mongo_store.h"

#define CLOSED_US 1000000

/* How long the one that looks may be away. Without an end to it the gate would stay closed after
 * a bug in here. */
#define PROBE_US 20000000

const char *const mongo_collection_names[MONGO_COLLECTIONS] = {
    [MONGO_USERS] = "usermodels",
    [MONGO_EMAILS] = "generatedemails",
    [MONGO_FEEDBACK] = "feedbackmodels",
};

/* True for everybody while the gate is open, and for one when its time is up. */
static bool pass_gate(struct mongo_store *store, int64_t now_us)
{
    int64_t closed_until_us = atomic_load(&store->closed_until_us);
    if (closed_until_us == 0) {
        return true;
    }
    return now_us >= closed_until_us &&
           atomic_compare_exchange_strong(&store->closed_until_us, &closed_until_us,
                                          now_us + PROBE_US);
}

static void set_gate(struct mongo_store *store, bool is_silent, int64_t now_us)
{
    int64_t wanted = is_silent ? now_us + CLOSED_US : 0;
    if (atomic_load(&store->closed_until_us) == 0 && wanted == 0) {
        return; /* nearly always */
    }
    if (atomic_exchange(&store->closed_until_us, wanted) == 0) {
        chatur_log(CHATUR_WARNING, "mongo: the database does not answer");
    } else if (wanted == 0) {
        chatur_log(CHATUR_INFO, "mongo: the database answers again");
    }
}

enum chatur_outcome mongo_begin(struct chatur_store *base, struct mongo_session *session,
                                struct chatur_error *error)
{
    struct mongo_store *store = (struct mongo_store *)base;
    int64_t now_us = chatur_monotonic_us();
    *session = (struct mongo_session){.store = store, .started_us = now_us};
    if (!pass_gate(store, now_us)) {
        return chatur_fail(error, CHATUR_UNAVAILABLE, "mongo: the database did not answer lately");
    }
    enum chatur_outcome outcome = mongo_take_client(store, &session->client, error);
    if (outcome != CHATUR_OK && atomic_load(&store->closed_until_us) != 0) {
        set_gate(store, true, chatur_monotonic_us()); /* the one that looks saw nothing */
    }
    return outcome;
}

enum chatur_outcome mongo_end(struct mongo_session *session, enum chatur_outcome outcome)
{
    for (size_t i = 0; i < MONGO_COLLECTIONS; i++) {
        if (session->collections[i] != NULL) {
            mongoc_collection_destroy(session->collections[i]);
        }
    }
    mongo_give_back(session->store, session->client);
    set_gate(session->store, session->silent, chatur_monotonic_us());
    return outcome;
}

static enum chatur_outcome ping(struct chatur_store *base, struct chatur_error *error)
{
    struct mongo_session session;
    enum chatur_outcome outcome = mongo_begin(base, &session, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome = mongo_require_indexes(&session, error);
    if (outcome == CHATUR_OK) {
        outcome = mongo_finish_erasures(&session, error);
    }
    return mongo_end(&session, outcome);
}

/* Takes leave of the server, unless it is away: the driver would wait for it. What is left then is
 * left to the end of the process, of which this is a part. */
static void free_store(struct chatur_store *base)
{
    static mongoc_client_pool_t *volatile abandoned; /* still ours, to a leak detector */
    struct mongo_store *store = (struct mongo_store *)base;
    if (atomic_load(&store->closed_until_us) == 0) {
        mongo_disconnect(store);
    } else {
        abandoned = store->pool;
        (void)abandoned;
    }
    if (store->uri != NULL) {
        mongoc_uri_destroy(store->uri);
    }
    (void)pthread_mutex_destroy(&store->making);
    free(store->database);
    free(store);
}

static const struct chatur_store_ops ops = {
    .name = "mongo",
    .admin = &mongo_admin_ops,
    .free = free_store,
    .ping = ping,
    .user_sign_in = mongo_user_sign_in,
    .user_find = mongo_user_find,
    .user_suspend = mongo_user_suspend,
    .user_erase = mongo_user_erase,
    .coins_reserve = mongo_coins_reserve,
    .coins_release = mongo_coins_release,
    .coins_reclaim = mongo_coins_reclaim,
    .email_deliver = mongo_email_deliver,
    .email_find = mongo_email_find,
    .email_each = mongo_email_each,
    .email_delete = mongo_email_delete,
    .feedback_add = mongo_feedback_add,
};

enum chatur_outcome chatur_mongo_store_new(const struct chatur_config *config,
                                           struct chatur_store **store, struct chatur_error *error)
{
    *store = NULL;
    enum chatur_outcome outcome = mongo_driver_load(error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    struct mongo_store *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        return chatur_no_memory(error);
    }
    made->base.ops = &ops;
    made->one_shot = config->one_shot;
    made->attended = config->attended;
    (void)pthread_mutex_init(&made->making, NULL);
    outcome = mongo_parse_uri(made, config->db_uri, error);
    if (outcome != CHATUR_OK) {
        free_store(&made->base);
        return outcome;
    }
    *store = &made->base;
    return CHATUR_OK;
}
