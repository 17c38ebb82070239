/* The MongoDB store: sessions, and the gate.
 *
 * The gate. The driver waits for a server that is away until its timeout, in every thread and at
 * every call. So one operation that found nobody there closes the gate for a second, in which all
 * others are refused at once; then one goes through and asks the shortest question there is, while
 * the rest are refused until it has an answer. A dead server thus holds up one thread, and one that
 * returns is noticed in less than two seconds.
 *
 * Nobody there is what the driver says when it finds no server to ask, or has lost its belief in
 * all: none could be reached, or none said who it is in time. A command that waited in vain, while
 * new connections are made and greeted, is not that: a query may be slow, or a lock be held, and
 * all the other requests of this process have nothing to do with it. Three such in a row, and no
 * answer to anybody in between, close the gate too: the server takes commands and does none. When
 * it was only three slow ones, the question a second later is answered and the gate open.
 *
 * How long an operation may wait is in mongo_deadline.c. The first that fails ends the request. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/mongo.h"
#include "store/mongo_store.h"

#define CLOSED_US 1000000

#define UNANSWERED_IN_A_ROW 3

/* How long the one that looks may be away. Without an end to it the gate would stay closed after
 * a bug in here. */
#define PROBE_US 20000000

const char *const mongo_collection_names[MONGO_COLLECTIONS] = {
    [MONGO_USERS] = "usermodels",
    [MONGO_EMAILS] = "generatedemails",
    [MONGO_FEEDBACK] = "feedbackmodels",
};

enum passage { OPEN, PROBE, CLOSED };

/* Open for everybody, or closed but for one when its time is up. */
static enum passage pass_gate(struct mongo_store *store, int64_t now_us)
{
    int64_t closed_until_us = atomic_load(&store->closed_until_us);
    if (closed_until_us == 0) {
        return OPEN;
    }
    bool is_first = now_us >= closed_until_us &&
                    atomic_compare_exchange_strong(&store->closed_until_us, &closed_until_us,
                                                   now_us + PROBE_US);
    return is_first ? PROBE : CLOSED;
}

static void set_gate(struct mongo_store *store, bool is_away)
{
    int64_t wanted = is_away ? chatur_monotonic_us() + CLOSED_US : 0;
    atomic_store(&store->unanswered, 0);
    if (atomic_load(&store->closed_until_us) == 0 && wanted == 0) {
        return; /* nearly always */
    }
    if (atomic_exchange(&store->closed_until_us, wanted) == 0) {
        chatur_log(CHATUR_WARNING, "mongo: the database does not answer");
    } else if (wanted == 0) {
        chatur_log(CHATUR_INFO, "mongo: the database answers again");
    }
}

/* A client's connection may have died with the server that was away: hence a second try. */
enum { PROBES = 2 };

static enum chatur_outcome probe(struct mongo_session *session, struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_OK;
    bool is_away = true;
    for (int i = 0; i < PROBES && is_away; i++) {
        bson_error_t problem;
        outcome = mongo_allot(session, error);
        if (outcome != CHATUR_OK) {
            break;
        }
        bson_t *command = BCON_NEW("ping", BCON_INT32(1));
        bool is_answered = mongoc_client_command_simple(session->client, session->store->database,
                                                        command, NULL, NULL, &problem);
        bson_destroy(command);
        outcome = is_answered ? CHATUR_OK : mongo_fail(session, &problem, error);
        is_away = !is_answered && (problem.domain == MONGOC_ERROR_SERVER_SELECTION ||
                                   problem.domain == MONGOC_ERROR_STREAM);
        if (!is_answered && problem.domain == MONGOC_ERROR_SERVER_SELECTION) {
            break;
        }
    }
    set_gate(session->store, is_away);
    return outcome;
}

static void end_use(struct mongo_session *session)
{
    for (size_t i = 0; i < MONGO_COLLECTIONS; i++) {
        if (session->collections[i] != NULL) {
            mongoc_collection_destroy(session->collections[i]);
        }
    }
    mongo_give_back(session->store, session->client);
    mongo_allot_no_end();
}

static enum chatur_outcome take(struct mongo_session *session, struct chatur_error *error)
{
    enum chatur_outcome outcome = mongo_allot(session, error);
    if (outcome == CHATUR_OK) {
        outcome = mongo_take_client(session->store, &session->client, error);
    }
    if (outcome == CHATUR_OK) {
        mongo_cut_waits(session);
    }
    return outcome;
}

enum chatur_outcome mongo_begin(struct chatur_store *base, struct mongo_session *session,
                                struct chatur_error *error)
{
    struct mongo_store *store = (struct mongo_store *)base;
    int64_t now_us = chatur_monotonic_us();
    *session = (struct mongo_session){.store = store};
    enum passage passage = pass_gate(store, now_us);
    if (passage == CLOSED) {
        return chatur_fail(error, CHATUR_UNAVAILABLE, "mongo: the database did not answer lately");
    }
    enum chatur_outcome outcome = take(session, error);
    if (outcome != CHATUR_OK) {
        if (passage == PROBE) {
            set_gate(store, true); /* the one that looks saw nothing */
        }
        return outcome;
    }
    if (passage == PROBE) {
        outcome = probe(session, error);
        if (outcome != CHATUR_OK) {
            end_use(session);
        }
    }
    return outcome;
}

enum chatur_outcome mongo_end(struct mongo_session *session, enum chatur_outcome outcome)
{
    struct mongo_store *store = session->store;
    end_use(session);
    if (session->silent) {
        set_gate(store, true);
    } else if (session->unanswered) {
        if (atomic_fetch_add(&store->unanswered, 1) + 1 >= UNANSWERED_IN_A_ROW) {
            set_gate(store, true);
        }
    } else if (outcome != CHATUR_UNAVAILABLE) {
        set_gate(store, false); /* that was an answer */
    }
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
        int finished = 0;
        outcome = mongo_finish_erasures(&session, &finished, error);
        if (finished > 0) {
            chatur_log(CHATUR_INFO, "mongo: " MONGO_FINISHED, finished);
        }
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
    outcome = mongo_parse_uri(made, config, error);
    if (outcome != CHATUR_OK) {
        free_store(&made->base);
        return outcome;
    }
    *store = &made->base;
    return CHATUR_OK;
}
