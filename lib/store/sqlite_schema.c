/* The tables. PRAGMA user_version counts the steps a database has been through; a step that was
 * released is never edited, a change is a new step at the end. All missing steps run in one
 * transaction, under the write lock, so that of several processes starting at once one does it. */
#include "store/sqlite_store.h"

#include <stdio.h>

/* STRICT: a column holds its declared type or the statement fails. What belongs to a user refers to
 * the user, so that nothing can be stored for one who is gone. */
static const char *const steps[] = {
    "CREATE TABLE users ("
    "  uid TEXT NOT NULL PRIMARY KEY,"
    "  id TEXT NOT NULL UNIQUE,"
    "  email TEXT NOT NULL UNIQUE COLLATE NOCASE,"
    "  name TEXT NOT NULL,"
    "  picture TEXT NOT NULL,"
    "  login_method TEXT NOT NULL,"
    "  fcm_token TEXT NOT NULL,"
    "  available_coins INTEGER NOT NULL CHECK (available_coins >= 0),"
    "  used_coins INTEGER NOT NULL DEFAULT 0 CHECK (used_coins >= 0),"
    "  generated_count INTEGER NOT NULL DEFAULT 0 CHECK (generated_count >= 0),"
    "  suspended INTEGER NOT NULL DEFAULT 0 CHECK (suspended IN (0, 1)),"
    "  created_ms INTEGER NOT NULL,"
    "  updated_ms INTEGER NOT NULL" /* the last sign-in */
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE emails ("
    "  id TEXT NOT NULL PRIMARY KEY,"
    "  uid TEXT NOT NULL REFERENCES users (uid),"
    "  prompt_id TEXT NOT NULL,"
    "  subject TEXT NOT NULL,"
    "  keywords TEXT NOT NULL,"
    "  to_email TEXT NOT NULL,"
    "  coins INTEGER NOT NULL CHECK (coins > 0),"
    "  created_s INTEGER NOT NULL,"
    "  provider TEXT NOT NULL,"
    "  model TEXT NOT NULL,"
    "  finish_reason TEXT NOT NULL,"
    "  template_version TEXT NOT NULL,"
    "  attempts INTEGER NOT NULL,"
    "  latency_ms INTEGER NOT NULL,"
    "  prompt_tokens INTEGER NOT NULL,"
    "  completion_tokens INTEGER NOT NULL,"
    "  fingerprint TEXT NOT NULL,"
    "  text TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX emails_history ON emails (uid, created_s DESC, id DESC);"

    "CREATE TABLE reservations ("
    "  email_id TEXT NOT NULL PRIMARY KEY,"
    "  uid TEXT NOT NULL REFERENCES users (uid),"
    "  coins INTEGER NOT NULL CHECK (coins > 0),"
    "  deadline_ms INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX reservations_due ON reservations (uid, deadline_ms, coins);"

    "CREATE TABLE feedback ("
    "  id INTEGER PRIMARY KEY,"
    "  uid TEXT NOT NULL REFERENCES users (uid),"
    "  email TEXT NOT NULL,"
    "  subject TEXT NOT NULL,"
    "  message TEXT NOT NULL,"
    "  created_ms INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX feedback_user ON feedback (uid);",

    /* What an older service left in MongoDB fits in as well: users without an address or an
     * ObjectId, balances below zero, emails of no price. Debts are refused by a trigger instead,
     * which lets an old one stand. For that the users move into another table; emails, of which
     * there may be gigabytes, lose their CHECK by an edit of the schema (SQLite's "Making Other
     * Kinds Of Table Schema Changes"). */
    "CREATE TABLE users_2 ("
    "  uid TEXT NOT NULL PRIMARY KEY,"
    "  id TEXT NOT NULL," /* '': none */
    "  email TEXT NOT NULL COLLATE NOCASE,"
    "  name TEXT NOT NULL,"
    "  picture TEXT NOT NULL,"
    "  login_method TEXT NOT NULL,"
    "  fcm_token TEXT NOT NULL,"
    "  available_coins INTEGER NOT NULL,"
    "  used_coins INTEGER NOT NULL DEFAULT 0,"
    "  generated_count INTEGER NOT NULL DEFAULT 0,"
    "  suspended INTEGER NOT NULL DEFAULT 0 CHECK (suspended IN (0, 1)),"
    "  created_ms INTEGER NOT NULL,"
    "  updated_ms INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "INSERT INTO users_2 SELECT uid, id, email, name, picture, login_method, fcm_token,"
    " available_coins, used_coins, generated_count, suspended, created_ms, updated_ms FROM users;"
    "DROP TABLE users;"
    "ALTER TABLE users_2 RENAME TO users;"
    "CREATE UNIQUE INDEX users_id ON users (id) WHERE id <> '';"
    "CREATE UNIQUE INDEX users_email ON users (email) WHERE email <> '';"
    "CREATE TRIGGER users_debt"
    " BEFORE UPDATE OF available_coins, used_coins, generated_count ON users"
    " WHEN NEW.available_coins < min(OLD.available_coins, 0)"
    " OR NEW.used_coins < min(OLD.used_coins, 0)"
    " OR NEW.generated_count < min(OLD.generated_count, 0)"
    " BEGIN SELECT RAISE(ABORT, 'a balance would be below zero'); END;"
    "PRAGMA writable_schema=ON;"
    "UPDATE sqlite_schema SET sql = replace(sql, ' CHECK (coins > 0)', '')"
    " WHERE type = 'table' AND name = 'emails';"
    "PRAGMA writable_schema=RESET;",
};

#define VERSION ((int64_t)(sizeof(steps) / sizeof(steps[0])))

static enum chatur_outcome read_version(struct sqlite_connection *connection, int64_t *version,
                                        struct chatur_error *error)
{
    static const char sql[] = "PRAGMA user_version";
    enum chatur_outcome outcome = sqlite_run_number(connection, sql, NULL, 0, version, error);
    if (outcome == CHATUR_OK && (*version < 0 || *version > VERSION)) {
        return chatur_fail(error, CHATUR_UNAVAILABLE,
                           "the database has version %lld, made by a newer build; this one knows "
                           "versions up to %lld",
                           (long long)*version, (long long)VERSION);
    }
    return outcome;
}

static enum chatur_outcome run_steps(struct sqlite_connection *connection,
                                     struct chatur_error *error)
{
    /* Read again: another process may have run them while this one waited for the lock. */
    int64_t version = 0;
    enum chatur_outcome outcome = read_version(connection, &version, error);
    for (; outcome == CHATUR_OK && version < VERSION; version++) {
        outcome = sqlite_execute(connection, steps[version], error);
    }
    if (outcome == CHATUR_OK) {
        char sql[64];
        (void)snprintf(sql, sizeof(sql), "PRAGMA user_version=%lld", (long long)VERSION);
        outcome = sqlite_execute(connection, sql, error);
    }
    return outcome;
}

enum chatur_outcome sqlite_migrate(struct sqlite_connection *connection, struct chatur_error *error)
{
    int64_t version = 0;
    enum chatur_outcome outcome = read_version(connection, &version, error);
    if (outcome != CHATUR_OK || version == VERSION) {
        return outcome;
    }
    /* A step that replaces a table would break what refers to it for a moment. */
    outcome = sqlite_execute(connection, "PRAGMA foreign_keys=OFF; BEGIN IMMEDIATE", error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome = run_steps(connection, error);
    if (outcome == CHATUR_OK) {
        return sqlite_execute(connection, "COMMIT; PRAGMA foreign_keys=ON", error);
    }
    /* Its own failure adds nothing: the connection is closed next, which undoes as well. */
    enum chatur_outcome undone = sqlite_execute(connection, "ROLLBACK", NULL);
    (void)undone;
    return outcome;
}
