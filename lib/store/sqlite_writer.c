/* Who writes. SQLite has one writer at a time anyway; queueing the threads of a process on a mutex
 * spares them the polling that separate connections would need, and leaves that to the few
 * processes.
 *
 * Group commit: an operation that finds others waiting leaves its transaction open for them and
 * waits until one of them commits for all. So the busier the store, the more emails share a commit
 * and its sync; alone, an operation commits at once. Each but the first of a transaction is a
 * savepoint: what one undoes is its own. Nothing is acknowledged before its commit.
 *
 * Commits that acknowledge something are synced. A reservation's is not: nobody is told of it, and
 * the log is synced as a whole and in order, so the delivery's sync makes it durable as well; a
 * power cut before that takes both. */
#include "base/clock.h"
#include "base/log.h"
#include "store/sqlite_store.h"

/* How long emptying the log may hold up everybody else's writes for a slow reader. */
#define LOG_PATIENCE_US 100000

/* Longer transactions would keep the other processes waiting. */
#define MAX_BATCH 32

/* Whoever leaves a transaction open counts on the next in the queue; who might give up waiting
 * just then. After this time it looks after it itself. */
#define NOBODY_CAME_US 20000

void sqlite_writer_init(struct sqlite_store *store)
{
    /* These do not fail on Linux with default attributes. */
    (void)pthread_mutex_init(&store->writer_lock, NULL);
    (void)pthread_mutex_init(&store->committed_lock, NULL);
    (void)pthread_cond_init(&store->committed, NULL);
}

void sqlite_writer_free(struct sqlite_store *store)
{
    sqlite_disconnect(&store->writer);
    (void)pthread_cond_destroy(&store->committed);
    (void)pthread_mutex_destroy(&store->committed_lock);
    (void)pthread_mutex_destroy(&store->writer_lock);
}

/* --- the lock --------------------------------------------------------------------------------- */

static enum chatur_outcome lock_writer(struct sqlite_store *store, struct chatur_error *error)
{
    int64_t deadline_us = sqlite_deadline_us();
    struct timespec deadline = sqlite_timespec(deadline_us);
    (void)atomic_fetch_add(&store->queue, 1);
    int code = pthread_mutex_clocklock(&store->writer_lock, CLOCK_MONOTONIC, &deadline);
    (void)atomic_fetch_sub(&store->queue, 1);
    if (code != 0) {
        return chatur_fail(error, CHATUR_UNAVAILABLE,
                           "sqlite: too many writes are waiting for the database");
    }
    store->writer.deadline_us = deadline_us;
    return CHATUR_OK;
}

static bool in_transaction(const struct sqlite_store *store)
{
    return store->writer.database != NULL && sqlite3_get_autocommit(store->writer.database) == 0;
}

/* Leaves no transaction behind: a connection that cannot even undo one is closed. */
static void undo_transaction(struct sqlite_store *store)
{
    struct sqlite_connection *writer = &store->writer;
    static const char undo[] = "ROLLBACK";
    if (in_transaction(store) && sqlite_run(writer, undo, NULL, 0, NULL, NULL) != CHATUR_OK) {
        writer->harmed = true;
    }
    if (writer->harmed) {
        sqlite_disconnect(writer);
    }
}

/* --- the batch -------------------------------------------------------------------------------- */

/* Tells everybody in the batch what became of it. */
static void dismiss_batch(struct sqlite_store *store, enum chatur_outcome outcome,
                          const struct chatur_error *error)
{
    if (store->batch_size == 0) {
        return;
    }
    (void)pthread_mutex_lock(&store->committed_lock);
    for (struct sqlite_waiter *waiter = store->batch; waiter != NULL;) {
        struct sqlite_waiter *next = waiter->next; /* the waiter may be gone once it is done */
        waiter->outcome = outcome;
        if (outcome != CHATUR_OK && waiter->error != NULL) {
            *waiter->error = *error;
        }
        waiter->done = true;
        waiter = next;
    }
    (void)pthread_cond_broadcast(&store->committed);
    (void)pthread_mutex_unlock(&store->committed_lock);
    store->batch = NULL;
    store->batch_size = 0;
}

/* Commits what there is. */
static void commit_batch(struct sqlite_store *store)
{
    struct chatur_error error = {0};
    enum chatur_outcome outcome = CHATUR_OK;
    if (store->batch_size > 0) {
        static const char commit[] = "COMMIT";
        outcome = in_transaction(store)
                      ? sqlite_run(&store->writer, commit, NULL, 0, NULL, &error)
                      : chatur_fail(&error, CHATUR_UNAVAILABLE,
                                    "sqlite: undone with the transaction it was part of");
    }
    undo_transaction(store);
    dismiss_batch(store, outcome, &error);
}

/* Ends the turn: commits for all unless the next in the queue will. */
static void unlock_writer(struct sqlite_store *store)
{
    bool lost = store->batch_size > 0 && !in_transaction(store);
    if (lost || store->batch_size >= MAX_BATCH || atomic_load(&store->queue) == 0) {
        commit_batch(store);
    }
    (void)pthread_mutex_unlock(&store->writer_lock);
}

static bool wait_for_commit(struct sqlite_store *store, const struct sqlite_waiter *waiter)
{
    struct timespec deadline = sqlite_timespec(chatur_monotonic_us() + NOBODY_CAME_US);
    int code = 0;
    (void)pthread_mutex_lock(&store->committed_lock);
    while (!waiter->done && code == 0) {
        code = pthread_cond_clockwait(&store->committed, &store->committed_lock, CLOCK_MONOTONIC,
                                      &deadline);
    }
    bool done = waiter->done;
    (void)pthread_mutex_unlock(&store->committed_lock);
    return done;
}

/* --- operations ------------------------------------------------------------------------------- */

/* A transaction to begin in. A promise cannot join one that will not be synced. */
static enum chatur_outcome open_transaction(struct sqlite_store *store, bool full,
                                            struct chatur_error *error)
{
    struct sqlite_connection *writer = &store->writer;
    if (store->batch_size > 0 && full && !writer->full) {
        commit_batch(store);
    }
    store->in_savepoint = store->batch_size > 0;
    if (store->in_savepoint) {
        static const char savepoint[] = "SAVEPOINT operation";
        return sqlite_run(writer, savepoint, NULL, 0, NULL, error);
    }
    enum chatur_outcome outcome = CHATUR_OK;
    if (writer->database == NULL) {
        outcome = sqlite_connect(writer, store, SQLITE_WRITER, error);
        if (outcome == CHATUR_OK && !store->one_shot) {
            sqlite_checkpoints_watch(store);
        }
    }
    if (outcome == CHATUR_OK) {
        outcome = sqlite_set_full(writer, full, error);
    }
    if (outcome == CHATUR_OK) {
        /* IMMEDIATE: a transaction that reads first and then wants to write is refused at once,
         * without waiting, when somebody else wrote in between. */
        static const char begin[] = "BEGIN IMMEDIATE";
        outcome = sqlite_run(writer, begin, NULL, 0, NULL, error);
    }
    return outcome;
}

enum chatur_outcome sqlite_write(struct sqlite_store *store, enum sqlite_promise promise,
                                 struct sqlite_connection **connection, struct chatur_error *error)
{
    enum chatur_outcome outcome = lock_writer(store, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome = open_transaction(store, store->full && promise == SQLITE_PROMISED, error);
    if (outcome != CHATUR_OK) {
        if (store->batch_size == 0) {
            undo_transaction(store);
        }
        unlock_writer(store);
        return outcome;
    }
    *connection = &store->writer;
    return CHATUR_OK;
}

/* Undoes the operation alone. */
static void undo_operation(struct sqlite_store *store)
{
    static const char undo[] = "ROLLBACK TO operation";
    static const char release[] = "RELEASE operation";
    if (store->in_savepoint && in_transaction(store) &&
        sqlite_run(&store->writer, undo, NULL, 0, NULL, NULL) == CHATUR_OK &&
        sqlite_run(&store->writer, release, NULL, 0, NULL, NULL) == CHATUR_OK) {
        return;
    }
    /* It was alone; or it takes the others down with it, who are told. */
    undo_transaction(store);
}

enum chatur_outcome sqlite_write_end(struct sqlite_store *store, enum chatur_outcome outcome,
                                     struct chatur_error *error)
{
    struct sqlite_waiter waiter = {.error = error};
    if (outcome == CHATUR_OK && store->in_savepoint) {
        static const char release[] = "RELEASE operation";
        outcome = sqlite_run(&store->writer, release, NULL, 0, NULL, error);
    }
    if (outcome != CHATUR_OK) {
        undo_operation(store);
        unlock_writer(store);
        return outcome;
    }
    waiter.next = store->batch;
    store->batch = &waiter;
    store->batch_size++;
    unlock_writer(store);
    while (!wait_for_commit(store, &waiter)) {
        if (lock_writer(store, NULL) == CHATUR_OK) {
            unlock_writer(store);
        }
    }
    return waiter.outcome;
}

void sqlite_empty_log(struct sqlite_store *store)
{
    if (lock_writer(store, NULL) != CHATUR_OK) {
        return;
    }
    commit_batch(store);
    int code = SQLITE_OK;
    if (store->writer.database != NULL) {
        store->writer.deadline_us = chatur_monotonic_us() + LOG_PATIENCE_US;
        code = sqlite3_wal_checkpoint_v2(store->writer.database, NULL, SQLITE_CHECKPOINT_TRUNCATE,
                                         NULL, NULL);
    }
    if (code != SQLITE_OK) {
        chatur_log(CHATUR_INFO, "sqlite: the log could not be emptied now (%s); it will be later",
                   sqlite3_errstr(code));
    }
    unlock_writer(store);
}
