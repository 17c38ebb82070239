/* The SQLite store: one connection that writes, a few that read, shared by all threads.
 *
 * SQLite has one writer at a time anyway; queueing the threads of a process on a mutex spares them
 * the polling that separate connections would need, and leaves that to the few processes. Every
 * wait (for the mutex, for a reader, for another process's lock) ends at one deadline per
 * operation, so that a stuck database makes 503s and not a pile of stuck threads.
 *
 * Commits that acknowledge something are synced. A reservation's is not: nobody is told of it, and
 * the log is synced as a whole and in order, so the delivery's sync makes it durable as well; a
 * power cut before that takes both. This halves the syncs of a generated email. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/sqlite.h"
#include "store/sqlite_store.h"

/* How long an operation waits for locks, all in all. Without it a thread would wait as long as a
 * backup or a stopped process holds the database. */
#define PATIENCE_US 5000000

/* How long emptying the log may hold up everybody else's writes for a slow reader. */
#define LOG_PATIENCE_US 100000

static struct timespec as_timespec(int64_t us)
{
    return (struct timespec){.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
}

/* --- the writer --- */

static enum chatur_outcome lock_writer(struct sqlite_store *store, struct chatur_error *error)
{
    int64_t deadline_us = chatur_monotonic_us() + PATIENCE_US;
    struct timespec deadline = as_timespec(deadline_us);
    if (pthread_mutex_clocklock(&store->writer_lock, CLOCK_MONOTONIC, &deadline) != 0) {
        return chatur_fail(error, CHATUR_UNAVAILABLE,
                           "sqlite: too many writes are waiting for the database");
    }
    store->writer.deadline_us = deadline_us;
    if (store->writer.database == NULL) {
        enum chatur_outcome outcome =
            sqlite_connect(&store->writer, store->path, SQLITE_WRITER, error);
        if (outcome != CHATUR_OK) {
            (void)pthread_mutex_unlock(&store->writer_lock);
            return outcome;
        }
    }
    return CHATUR_OK;
}

/* Leaves no transaction behind: a connection that cannot even undo one is closed. */
static void unlock_writer(struct sqlite_store *store)
{
    struct sqlite_connection *writer = &store->writer;
    static const char undo[] = "ROLLBACK";
    if (sqlite3_get_autocommit(writer->database) == 0 &&
        sqlite_run(writer, undo, NULL, 0, NULL, NULL) != CHATUR_OK) {
        writer->harmed = true;
    }
    if (writer->harmed) {
        sqlite_disconnect(writer);
    }
    (void)pthread_mutex_unlock(&store->writer_lock);
}

enum chatur_outcome sqlite_write(struct sqlite_store *store, enum sqlite_promise promise,
                                 struct sqlite_connection **connection, struct chatur_error *error)
{
    enum chatur_outcome outcome = lock_writer(store, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome = sqlite_set_full(&store->writer, store->full && promise == SQLITE_PROMISED, error);
    if (outcome == CHATUR_OK) {
        /* IMMEDIATE: a transaction that reads first and then wants to write is refused at once,
         * without waiting, when somebody else wrote in between. */
        static const char begin[] = "BEGIN IMMEDIATE";
        outcome = sqlite_run(&store->writer, begin, NULL, 0, NULL, error);
    }
    if (outcome != CHATUR_OK) {
        unlock_writer(store);
        return outcome;
    }
    *connection = &store->writer;
    return CHATUR_OK;
}

enum chatur_outcome sqlite_write_end(struct sqlite_store *store, enum chatur_outcome outcome,
                                     struct chatur_error *error)
{
    if (outcome == CHATUR_OK) {
        static const char commit[] = "COMMIT";
        outcome = sqlite_run(&store->writer, commit, NULL, 0, NULL, error);
    }
    unlock_writer(store);
    return outcome;
}

void sqlite_empty_log(struct sqlite_store *store)
{
    if (lock_writer(store, NULL) != CHATUR_OK) {
        return;
    }
    store->writer.deadline_us = chatur_monotonic_us() + LOG_PATIENCE_US;
    int code = sqlite3_wal_checkpoint_v2(store->writer.database, NULL, SQLITE_CHECKPOINT_TRUNCATE,
                                         NULL, NULL);
    if (code != SQLITE_OK) {
        chatur_log(CHATUR_INFO, "sqlite: the log could not be emptied now (%s); it will be later",
                   sqlite3_errstr(code));
    }
    unlock_writer(store);
}

/* --- the readers --- */

/* An open connection before one to be opened: a process that never reads two at once keeps one. */
static struct sqlite_reader *idle_reader(struct sqlite_store *store)
{
    struct sqlite_reader *closed = NULL;
    for (size_t i = 0; i < SQLITE_READERS; i++) {
        struct sqlite_reader *reader = &store->readers[i];
        if (reader->taken) {
            continue;
        }
        if (reader->connection.database != NULL) {
            return reader;
        }
        if (closed == NULL) {
            closed = reader;
        }
    }
    return closed;
}

enum chatur_outcome sqlite_read(struct sqlite_store *store, struct sqlite_connection **connection,
                                struct chatur_error *error)
{
    int64_t deadline_us = chatur_monotonic_us() + PATIENCE_US;
    struct timespec deadline = as_timespec(deadline_us);
    (void)pthread_mutex_lock(&store->readers_lock);
    struct sqlite_reader *reader = idle_reader(store);
    int waited = 0;
    while (reader == NULL && waited == 0) {
        waited = pthread_cond_clockwait(&store->reader_returned, &store->readers_lock,
                                        CLOCK_MONOTONIC, &deadline);
        reader = idle_reader(store);
    }
    if (reader != NULL) {
        reader->taken = true;
    }
    (void)pthread_mutex_unlock(&store->readers_lock);
    if (reader == NULL) {
        return chatur_fail(error, CHATUR_UNAVAILABLE,
                           "sqlite: too many reads are waiting for the database");
    }

    reader->connection.deadline_us = deadline_us;
    if (reader->connection.database == NULL) {
        enum chatur_outcome outcome =
            sqlite_connect(&reader->connection, store->path, SQLITE_READER, error);
        if (outcome != CHATUR_OK) {
            sqlite_read_end(store, &reader->connection);
            return outcome;
        }
    }
    *connection = &reader->connection;
    return CHATUR_OK;
}

void sqlite_read_end(struct sqlite_store *store, struct sqlite_connection *connection)
{
    if (connection->harmed) {
        sqlite_disconnect(connection);
    }
    (void)pthread_mutex_lock(&store->readers_lock);
    for (size_t i = 0; i < SQLITE_READERS; i++) {
        if (&store->readers[i].connection == connection) {
            store->readers[i].taken = false;
        }
    }
    (void)pthread_cond_signal(&store->reader_returned);
    (void)pthread_mutex_unlock(&store->readers_lock);
}

/* --- the store --- */

static enum chatur_outcome ping(struct chatur_store *base, struct chatur_error *error)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_connection *connection = NULL;
    enum chatur_outcome outcome = sqlite_read(store, &connection, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    static const char sql[] = "SELECT EXISTS (SELECT 1 FROM users)";
    int64_t number = 0;
    outcome = sqlite_run_number(connection, sql, NULL, 0, &number, error);
    sqlite_read_end(store, connection);
    return outcome;
}

static void free_store(struct chatur_store *base)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    for (size_t i = 0; i < SQLITE_READERS; i++) {
        sqlite_disconnect(&store->readers[i].connection);
    }
    sqlite_disconnect(&store->writer);
    (void)pthread_cond_destroy(&store->reader_returned);
    (void)pthread_mutex_destroy(&store->readers_lock);
    (void)pthread_mutex_destroy(&store->writer_lock);
    free(store->path);
    free(store);
}

static const struct chatur_store_ops ops = {
    .name = "sqlite",
    .admin = &sqlite_admin_ops,
    .free = free_store,
    .ping = ping,
    .user_sign_in = sqlite_user_sign_in,
    .user_find = sqlite_user_find,
    .user_suspend = sqlite_user_suspend,
    .user_erase = sqlite_user_erase,
    .coins_reserve = sqlite_coins_reserve,
    .coins_release = sqlite_coins_release,
    .coins_reclaim = sqlite_coins_reclaim,
    .email_deliver = sqlite_email_deliver,
    .email_find = sqlite_email_find,
    .email_each = sqlite_email_each,
    .email_delete = sqlite_email_delete,
    .feedback_add = sqlite_feedback_add,
};

enum chatur_outcome chatur_sqlite_store_new(const struct chatur_config *config,
                                            struct chatur_store **store, struct chatur_error *error)
{
    *store = NULL;
    const char *path = config->db_uri + strlen("sqlite:");
    if (path[0] != '/') {
        return chatur_fail(error, CHATUR_BAD_REQUEST,
                           "DB_URI: sqlite: must be followed by an absolute path");
    }
    struct sqlite_store *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        return chatur_no_memory(error);
    }
    made->path = strdup(path);
    if (made->path == NULL) {
        free(made);
        return chatur_no_memory(error);
    }
    made->base.ops = &ops;
    made->full = strcmp(config->db_durability, "normal") != 0;
    /* These do not fail on Linux with default attributes. */
    (void)pthread_mutex_init(&made->writer_lock, NULL);
    (void)pthread_mutex_init(&made->readers_lock, NULL);
    (void)pthread_cond_init(&made->reader_returned, NULL);
    *store = &made->base;
    return CHATUR_OK;
}
