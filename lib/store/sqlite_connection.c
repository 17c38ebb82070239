/* One SQLite connection. Whatever several processes may do at once while a database is new (making
 * the file, switching it to a write-ahead log, making the tables) is idempotent and is tried again
 * while somebody else holds the lock, until the deadline of the operation that wanted it. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/sqlite_store.h"

/* SQLite's own busy_timeout backs off to 100 ms sleeps, and a process that sleeps that long among
 * others that do not is starved for seconds. Short random sleeps keep the worst wait below 0.2 s
 * with 16 writing processes. */
#define LOCK_SLEEP_MIN_US    200
#define LOCK_SLEEP_SPREAD_US 800

/* A worker is to stay below 8 MiB. Half a MiB holds the upper pages of every table for the writer;
 * readers walk three levels for a user, and what they miss is in the kernel's cache. */
#define WRITER_SETTINGS "PRAGMA cache_size=-512;"
#define READER_SETTINGS "PRAGMA cache_size=-128; PRAGMA query_only=ON;"

/* secure_delete: erased text is overwritten, not only unlinked. temp_store: SQLite's scratch files
 * would hold users' text outside our folder. journal_size_limit: one big transaction would leave
 * its log's size on the disk for good. */
#define COMMON_SETTINGS                                                                            \
    "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"                    \
    "PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=16777216;"

/* File systems that other hosts may write to: the log's index is shared memory of one host, so two
 * hosts would destroy the database. Numbers as in statfs(2). */
static const unsigned long network_file_systems[] = {
    0x6969,     /* NFS */
    0x517b,     /* SMB */
    0xfe534d42, /* SMB2 */
    0xff534d42, /* CIFS */
    0x5346414f, /* AFS */
    0x00c36400, /* Ceph */
    0x01021997, /* 9P */
};

static int wait_for_lock(void *context, int attempt)
{
    const struct sqlite_connection *connection = context;
    (void)attempt;
    if (chatur_monotonic_us() >= connection->deadline_us) {
        return 0;
    }
    uint16_t dice = 0;
    chatur_random(&dice, sizeof(dice));
    struct timespec pause = {.tv_nsec = 1000L * (LOCK_SLEEP_MIN_US + dice % LOCK_SLEEP_SPREAD_US)};
    (void)nanosleep(&pause, NULL);
    return 1;
}

static bool is_lock(int code)
{
    int primary = code & 0xff;
    return primary == SQLITE_BUSY || primary == SQLITE_LOCKED || primary == SQLITE_PROTOCOL;
}

/* The folder and the file, with modes that SQLite would leave to the umask; its log and index files
 * take the database's mode. By mknod and not by open: closing a descriptor of the file would drop
 * the locks that this process's other connections hold on it. */
static enum chatur_outcome make_file(const char *path, struct chatur_error *error)
{
    const mode_t owner_only = S_IFREG | S_IRUSR | S_IWUSR;
    int made = mknod(path, owner_only, 0);
    if (made != 0 && errno == ENOENT) {
        char folder[4096];
        size_t length = (size_t)(strrchr(path, '/') - path);
        if (length >= sizeof(folder)) {
            return chatur_fail(error, CHATUR_UNAVAILABLE, "DB_URI: the path is too long");
        }
        memcpy(folder, path, length);
        folder[length] = '\0';
        if (mkdir(folder, S_IRWXU) == 0 || errno == EEXIST) {
            made = mknod(path, owner_only, 0);
        }
    }
    if (made != 0 && errno != EEXIST) {
        return chatur_fail(error, CHATUR_UNAVAILABLE, "cannot make %s: %m", path);
    }
    return CHATUR_OK;
}

static bool is_on_network(const char *path)
{
    struct statfs file_system;
    if (statfs(path, &file_system) != 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof(network_file_systems) / sizeof(network_file_systems[0]); i++) {
        if ((unsigned long)file_system.f_type == network_file_systems[i]) {
            return true;
        }
    }
    return false;
}

/* Asks for a journal mode. `*granted`: whether the database is in it now. */
static int ask_for_journal(struct sqlite_connection *connection, const char *sql, const char *mode,
                           bool *granted)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(connection->database, sql, -1, &statement, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_step(statement);
    }
    if (code == SQLITE_ROW) {
        const char *answer = (const char *)sqlite3_column_text(statement, 0);
        *granted = answer != NULL && strcmp(answer, mode) == 0;
        code = SQLITE_OK;
    }
    (void)sqlite3_finalize(statement);
    return code;
}

/* Switching needs the file alone, and SQLite does not wait for that in every case by itself. */
static int switch_journal(struct sqlite_connection *connection, const char *sql, const char *mode,
                          bool *granted)
{
    int code = ask_for_journal(connection, sql, mode, granted);
    for (int attempt = 0; is_lock(code) && wait_for_lock(connection, attempt) != 0; attempt++) {
        code = ask_for_journal(connection, sql, mode, granted);
    }
    return code;
}

static bool is_shared_memory_trouble(int code)
{
    return code == SQLITE_IOERR_SHMOPEN || code == SQLITE_IOERR_SHMSIZE ||
           code == SQLITE_IOERR_SHMLOCK || code == SQLITE_IOERR_SHMMAP;
}

static enum chatur_outcome choose_journal(struct sqlite_connection *connection, const char *path,
                                          enum sqlite_role role, struct chatur_error *error)
{
    int code = SQLITE_OK;
    bool granted = false;
    if (!is_on_network(path)) {
        code = switch_journal(connection, "PRAGMA journal_mode=WAL", "wal", &granted);
    }
    connection->write_ahead = granted;
    if (!granted && (code == SQLITE_OK || is_shared_memory_trouble(code))) {
        code = switch_journal(connection, "PRAGMA journal_mode=TRUNCATE", "truncate", &granted);
        if (role == SQLITE_WRITER && granted) {
            chatur_log(CHATUR_WARNING,
                       "sqlite: no write-ahead log is possible for %s (a network file system?); "
                       "using a rollback journal, which is slower",
                       path);
        }
    }
    if (code != SQLITE_OK) {
        return sqlite_fail(connection, code, error);
    }
    if (!granted) {
        return chatur_fail(error, CHATUR_UNAVAILABLE, "sqlite: %s refuses both journal modes",
                           path);
    }
    return CHATUR_OK;
}

static enum chatur_outcome set_up(struct sqlite_connection *connection, const char *path,
                                  enum sqlite_role role, struct chatur_error *error)
{
    enum chatur_outcome outcome = sqlite_execute(connection, COMMON_SETTINGS, error);
    connection->full = true;
    if (outcome == CHATUR_OK) {
        outcome = choose_journal(connection, path, role, error);
    }
    if (outcome == CHATUR_OK) {
        outcome = sqlite_migrate(connection, error);
    }
    if (outcome == CHATUR_OK) {
        outcome = sqlite_execute(connection,
                                 role == SQLITE_WRITER ? WRITER_SETTINGS : READER_SETTINGS, error);
    }
    return outcome;
}

static enum chatur_outcome find_file(const char *path, struct chatur_error *error)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return chatur_fail(error, CHATUR_UNAVAILABLE,
                           errno == ENOENT ? "there is no database %s" : "cannot open %s: %m",
                           path);
    }
    return CHATUR_OK;
}

enum chatur_outcome sqlite_connect(struct sqlite_connection *connection,
                                   const struct sqlite_store *store, enum sqlite_role role,
                                   struct chatur_error *error)
{
    const char *path = store->path;
    const int may_make = store->existing ? 0 : SQLITE_OPEN_CREATE;
    enum chatur_outcome outcome = store->existing ? find_file(path, error) : make_file(path, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    /* NOMUTEX: a connection has one holder at a time; SQLite's own locking would be for nothing. */
    int code = sqlite3_open_v2(
        path, &connection->database,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | may_make, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_busy_handler(connection->database, wait_for_lock, connection);
    }
    outcome = code == SQLITE_OK ? set_up(connection, path, role, error)
                                : sqlite_fail(connection, code, error);
    if (outcome != CHATUR_OK) {
        sqlite_disconnect(connection);
    }
    return outcome;
}

void sqlite_disconnect(struct sqlite_connection *connection)
{
    for (size_t i = 0; i < connection->statement_count; i++) {
        (void)sqlite3_finalize(connection->statements[i].statement);
    }
    (void)sqlite3_close(connection->database);
    *connection = (struct sqlite_connection){.deadline_us = connection->deadline_us};
}

enum chatur_outcome sqlite_set_full(struct sqlite_connection *connection, bool full,
                                    struct chatur_error *error)
{
    /* A rollback journal that is not synced can lose the database, not just the last commits. */
    bool wanted = full || !connection->write_ahead;
    if (wanted == connection->full) {
        return CHATUR_OK;
    }
    /* Takes effect while it is compiled, so a prepared statement would change nothing. */
    enum chatur_outcome outcome = sqlite_execute(
        connection, wanted ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL", error);
    if (outcome == CHATUR_OK) {
        connection->full = wanted;
    }
    return outcome;
}
