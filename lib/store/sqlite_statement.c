/* Running SQL. A statement is prepared once per connection and found again by the address of its
 * text, so that the SQL can stand in the function that uses it. Values are only ever bound. */
#include "store/sqlite_store.h"

static enum chatur_outcome outcome_of_constraint(int code)
{
    switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
        return CHATUR_CONFLICT;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return CHATUR_NOT_FOUND;
    default:
        return CHATUR_INTERNAL;
    }
}

/* SQLite's texts name tables, columns and our own SQL, never a value. */
enum chatur_outcome sqlite_fail(struct sqlite_connection *connection, int code,
                                struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_INTERNAL;
    switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
        outcome = outcome_of_constraint(code);
        if (outcome != CHATUR_INTERNAL) {
            return outcome;
        }
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_FULL:
        outcome = CHATUR_UNAVAILABLE;
        break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        connection->harmed = true;
        outcome = CHATUR_UNAVAILABLE;
        break;
    default:
        connection->harmed = true;
        break;
    }
    return chatur_fail(error, outcome, "sqlite: %s (%d, %s)", sqlite3_errstr(code), code,
                       sqlite3_errmsg(connection->database));
}

enum chatur_outcome sqlite_execute(struct sqlite_connection *connection, const char *sql,
                                   struct chatur_error *error)
{
    int code = sqlite3_exec(connection->database, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? CHATUR_OK : sqlite_fail(connection, code, error);
}

static enum chatur_outcome find_statement(struct sqlite_connection *connection, const char *sql,
                                          sqlite3_stmt **statement, struct chatur_error *error)
{
    for (size_t i = 0; i < connection->statement_count; i++) {
        if (connection->statements[i].sql == sql) {
            *statement = connection->statements[i].statement;
            return CHATUR_OK;
        }
    }
    if (connection->statement_count == SQLITE_STATEMENTS) {
        return chatur_fail(error, CHATUR_INTERNAL, "sqlite: no room for another statement");
    }
    int code = sqlite3_prepare_v3(connection->database, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                  statement, NULL);
    if (code != SQLITE_OK) {
        return sqlite_fail(connection, code, error);
    }
    size_t place = connection->statement_count++;
    connection->statements[place].sql = sql;
    connection->statements[place].statement = *statement;
    return CHATUR_OK;
}

enum chatur_outcome sqlite_prepare(struct sqlite_connection *connection, const char *sql,
                                   const struct sqlite_value *values, int count,
                                   sqlite3_stmt **statement, struct chatur_error *error)
{
    enum chatur_outcome outcome = find_statement(connection, sql, statement, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    int code = SQLITE_OK;
    for (int i = 0; i < count && code == SQLITE_OK; i++) {
        code = values[i].kind == SQLITE_VALUE_TEXT
                   ? sqlite3_bind_text(*statement, i + 1, values[i].text, -1, SQLITE_STATIC)
                   : sqlite3_bind_int64(*statement, i + 1, values[i].number);
    }
    if (code != SQLITE_OK) {
        outcome = sqlite_fail(connection, code, error);
        sqlite_reset(*statement);
    }
    return outcome;
}

enum chatur_outcome sqlite_step(struct sqlite_connection *connection, sqlite3_stmt *statement,
                                struct chatur_error *error)
{
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        return CHATUR_OK;
    }
    return code == SQLITE_DONE ? CHATUR_EMPTY : sqlite_fail(connection, code, error);
}

void sqlite_reset(sqlite3_stmt *statement)
{
    (void)sqlite3_reset(statement); /* repeats the step's error, which was reported */
    (void)sqlite3_clear_bindings(statement);
}

enum chatur_outcome sqlite_run(struct sqlite_connection *connection, const char *sql,
                               const struct sqlite_value *values, int count, int64_t *changes,
                               struct chatur_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum chatur_outcome outcome = sqlite_prepare(connection, sql, values, count, &statement, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    do {
        outcome = sqlite_step(connection, statement, error);
    } while (outcome == CHATUR_OK);
    if (outcome == CHATUR_EMPTY) {
        outcome = CHATUR_OK;
        if (changes != NULL) {
            *changes = sqlite3_changes64(connection->database);
        }
    }
    sqlite_reset(statement);
    return outcome;
}

enum chatur_outcome sqlite_run_number(struct sqlite_connection *connection, const char *sql,
                                      const struct sqlite_value *values, int count, int64_t *number,
                                      struct chatur_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum chatur_outcome outcome = sqlite_prepare(connection, sql, values, count, &statement, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome = sqlite_step(connection, statement, error);
    if (outcome == CHATUR_OK) {
        *number = sqlite3_column_int64(statement, 0);
    }
    sqlite_reset(statement);
    return outcome;
}
