/* Checkpoints: now and then what stands in the write-ahead log goes into the database, which takes
 * two syncs and the writing of every page that changed: tens of milliseconds. SQLite lets the
 * commit that fills the log pay for that. Here a thread of its own does it, on a connection of its
 * own, while everybody else goes on.
 *
 * The log starts from its beginning again only when nobody has written since its last page was
 * copied. So what the first pass leaves, which is little, a second one copies while it keeps the
 * writers out. */
#include "base/clock.h"
#include "base/log.h"
#include "store/sqlite_store.h"

/* When it is time: 8 MiB. Each start from the beginning costs the writers a moment, so not often;
 * who opens the database after a crash reads the whole log, so not seldom either. */
#define LOG_PAGES 2000

/* How long the second pass keeps writers out for a slow reader; the next may have more luck. */
#define PATIENCE_US 20000

/* SQLite's own frames are small. */
#define STACK_BYTES (256UL << 10)

static int copy_log(struct sqlite_connection *connection, int mode, int *left)
{
    int pages = 0;
    int copied = 0;
    connection->deadline_us = chatur_monotonic_us() + PATIENCE_US;
    int code = sqlite3_wal_checkpoint_v2(connection->database, NULL, mode, &pages, &copied);
    *left = pages - copied;
    return code;
}

static void checkpoint(struct sqlite_store *store)
{
    struct sqlite_checkpoints *checkpoints = &store->checkpoints;
    struct sqlite_connection *connection = &checkpoints->connection;
    int left = 0;
    int code = SQLITE_OK;
    connection->deadline_us = sqlite_deadline_us();
    if (connection->database == NULL &&
        sqlite_connect(connection, store, SQLITE_WRITER, NULL) != CHATUR_OK) {
        return; /* whoever wants to read or write finds out as well, and says it */
    }
    code = copy_log(connection, SQLITE_CHECKPOINT_PASSIVE, &left);
    if (code == SQLITE_OK && left > 0) {
        code = copy_log(connection, SQLITE_CHECKPOINT_RESTART, &left);
    }
    if (code != SQLITE_OK && code != SQLITE_BUSY) { /* busy: another process does it, or reads */
        chatur_log(CHATUR_WARNING, "sqlite: the log could not be emptied (%s)",
                   sqlite3_errstr(code));
        sqlite_disconnect(connection);
    }
}

static void *work(void *argument)
{
    struct sqlite_store *store = argument;
    struct sqlite_checkpoints *checkpoints = &store->checkpoints;
    (void)pthread_mutex_lock(&checkpoints->lock);
    while (!checkpoints->stopping) {
        if (checkpoints->due) {
            checkpoints->due = false;
            (void)pthread_mutex_unlock(&checkpoints->lock);
            checkpoint(store);
            (void)pthread_mutex_lock(&checkpoints->lock);
        } else {
            (void)pthread_cond_wait(&checkpoints->changed, &checkpoints->lock);
        }
    }
    (void)pthread_mutex_unlock(&checkpoints->lock);
    return NULL;
}

static bool start(struct sqlite_store *store)
{
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) {
        return false;
    }
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
    bool started = pthread_create(&store->checkpoints.thread, &attributes, work, store) == 0;
    (void)pthread_attr_destroy(&attributes);
    return started;
}

/* SQLite calls it after each commit. */
static int on_commit(void *context, sqlite3 *database, const char *schema, int pages)
{
    struct sqlite_store *store = context;
    struct sqlite_checkpoints *checkpoints = &store->checkpoints;
    if (pages < LOG_PAGES) {
        return SQLITE_OK;
    }
    (void)pthread_mutex_lock(&checkpoints->lock);
    checkpoints->running = checkpoints->running || start(store);
    checkpoints->due = true;
    (void)pthread_cond_signal(&checkpoints->changed);
    bool somebody_does = checkpoints->running;
    (void)pthread_mutex_unlock(&checkpoints->lock);
    if (!somebody_does) {
        (void)sqlite3_wal_checkpoint_v2(database, schema, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    }
    return SQLITE_OK;
}

void sqlite_checkpoints_init(struct sqlite_store *store)
{
    /* These do not fail on Linux with default attributes. */
    (void)pthread_mutex_init(&store->checkpoints.lock, NULL);
    (void)pthread_cond_init(&store->checkpoints.changed, NULL);
}

void sqlite_checkpoints_free(struct sqlite_store *store)
{
    struct sqlite_checkpoints *checkpoints = &store->checkpoints;
    (void)pthread_mutex_lock(&checkpoints->lock);
    checkpoints->stopping = true;
    (void)pthread_cond_signal(&checkpoints->changed);
    (void)pthread_mutex_unlock(&checkpoints->lock);
    if (checkpoints->running) {
        (void)pthread_join(checkpoints->thread, NULL);
    }
    sqlite_disconnect(&checkpoints->connection);
    (void)pthread_cond_destroy(&checkpoints->changed);
    (void)pthread_mutex_destroy(&checkpoints->lock);
}

void sqlite_checkpoints_watch(struct sqlite_store *store)
{
    (void)sqlite3_wal_hook(store->writer.database, on_commit, store);
}
