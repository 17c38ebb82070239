/* The SQLite store: one connection that writes (sqlite_writer.c), a few that read, shared by all
 * threads. Every wait (for the writer, for a reader, for another process's lock) ends at one
 * deadline per operation, so that a stuck database makes 503s and not a pile of stuck threads. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/deadline.h"
#include "base/log.h"
#include "store/sqlite.h"
#include "store/sqlite_store.h"

int64_t sqlite_deadline_us(void)
{
    int64_t left_us = chatur_deadline_left_us();
    return chatur_monotonic_us() + (left_us < SQLITE_PATIENCE_US ? left_us : SQLITE_PATIENCE_US);
}

/* --- the readers --- */

/* An open connection before one to be opened: a process that never reads two at once keeps one. */
static struct sqlite_reader *idle_reader(struct sqlite_store *store, enum sqlite_reading reading)
{
    struct sqlite_reader *idle = NULL;
    size_t walks = 0;
    for (size_t i = 0; i < SQLITE_READERS; i++) {
        struct sqlite_reader *reader = &store->readers[i];
        walks += reader->taken && reader->walks;
        if (!reader->taken && (idle == NULL || reader->connection.database != NULL)) {
            idle = reader;
        }
    }
    return reading == SQLITE_LOOK || walks < SQLITE_READERS - 1 ? idle : NULL;
}

enum chatur_outcome sqlite_read(struct sqlite_store *store, enum sqlite_reading reading,
                                struct sqlite_connection **connection, struct chatur_error *error)
{
    int64_t deadline_us = sqlite_deadline_us();
    struct timespec deadline = sqlite_timespec(deadline_us);
    (void)pthread_mutex_lock(&store->readers_lock);
    struct sqlite_reader *reader = idle_reader(store, reading);
    int waited = 0;
    while (reader == NULL && waited == 0) {
        waited = pthread_cond_clockwait(&store->reader_returned, &store->readers_lock,
                                        CLOCK_MONOTONIC, &deadline);
        reader = idle_reader(store, reading);
    }
    if (reader != NULL) {
        reader->taken = true;
        reader->walks = reading == SQLITE_WALK;
    }
    (void)pthread_mutex_unlock(&store->readers_lock);
    if (reader == NULL) {
        (void)chatur_fail(error, CHATUR_UNAVAILABLE,
                          "sqlite: too many reads are waiting for the database");
        return CHATUR_UNAVAILABLE;
    }

    reader->connection.deadline_us = deadline_us;
    if (reader->connection.database == NULL) {
        enum chatur_outcome outcome =
            sqlite_connect(&reader->connection, store, SQLITE_READER, error);
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
    (void)pthread_cond_broadcast(&store->reader_returned); /* not every waiter may have it */
    (void)pthread_mutex_unlock(&store->readers_lock);
}

/* --- the store --- */

static enum chatur_outcome ping(struct chatur_store *base, struct chatur_error *error)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_connection *connection = NULL;
    enum chatur_outcome outcome = sqlite_read(store, SQLITE_LOOK, &connection, error);
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
    sqlite_checkpoints_free(store);
    for (size_t i = 0; i < SQLITE_READERS; i++) {
        sqlite_disconnect(&store->readers[i].connection);
    }
    (void)pthread_cond_destroy(&store->reader_returned);
    (void)pthread_mutex_destroy(&store->readers_lock);
    sqlite_writer_free(store);
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
    made->existing = config->existing;
    made->one_shot = config->one_shot;
    /* These do not fail on Linux with default attributes. */
    sqlite_writer_init(made);
    sqlite_checkpoints_init(made);
    (void)pthread_mutex_init(&made->readers_lock, NULL);
    (void)pthread_cond_init(&made->reader_returned, NULL);
    *store = &made->base;
    return CHATUR_OK;
}
