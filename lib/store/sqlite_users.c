/* Users: found by uid, which is the table's key, so a find is one walk down one tree. */
#include <string.h>

#include "store/sqlite_store.h"

static const char find_user[] =
    "SELECT id, uid, email, name, picture, available_coins, used_coins, generated_count,"
    " created_ms / 1000, suspended FROM users WHERE uid = ?1";

static const char *copy_column(sqlite3_stmt *statement, int column, struct chatur_arena *arena)
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    if (text == NULL) {
        return NULL; /* out of memory: the column is NOT NULL */
    }
    return chatur_arena_strndup(arena, (const char *)text,
                                (size_t)sqlite3_column_bytes(statement, column));
}

static enum chatur_outcome copy_user(sqlite3_stmt *row, struct chatur_arena *arena,
                                     struct chatur_user *user, struct chatur_error *error)
{
    *user = (struct chatur_user){
        .id = copy_column(row, 0, arena),
        .uid = copy_column(row, 1, arena),
        .email = copy_column(row, 2, arena),
        .name = copy_column(row, 3, arena),
        .picture = copy_column(row, 4, arena),
        .available_coins = sqlite3_column_int64(row, 5),
        .used_coins = sqlite3_column_int64(row, 6),
        .generated_count = sqlite3_column_int64(row, 7),
        .created_s = sqlite3_column_int64(row, 8),
        .suspended = sqlite3_column_int(row, 9) != 0,
    };
    bool complete = user->id != NULL && user->uid != NULL && user->email != NULL &&
                    user->name != NULL && user->picture != NULL;
    return complete ? CHATUR_OK : chatur_no_memory(error);
}

static enum chatur_outcome find(struct sqlite_connection *connection, const char *uid,
                                struct chatur_arena *arena, struct chatur_user *user,
                                struct chatur_error *error)
{
    const struct sqlite_value values[] = {sqlite_text(uid)};
    sqlite3_stmt *statement = NULL;
    enum chatur_outcome outcome =
        sqlite_prepare(connection, find_user, values, 1, &statement, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome = sqlite_step(connection, statement, error);
    if (outcome == CHATUR_OK) {
        outcome = copy_user(statement, arena, user, error);
    } else if (outcome == CHATUR_EMPTY) {
        outcome = CHATUR_NOT_FOUND;
    }
    sqlite_reset(statement);
    return outcome;
}

static enum chatur_outcome insert(struct sqlite_connection *connection,
                                  const struct chatur_profile *profile, int64_t coins,
                                  int64_t now_ms, struct chatur_error *error)
{
    static const char sql[] =
        "INSERT INTO users (uid, id, email, name, picture, login_method, fcm_token,"
        " available_coins, created_ms, updated_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)";
    char id[CHATUR_ID_LENGTH + 1];
    chatur_id_new(id);
    const struct sqlite_value values[] = {
        sqlite_text(profile->uid),       sqlite_text(id),
        sqlite_text(profile->email),     sqlite_text(profile->name),
        sqlite_text(profile->picture),   sqlite_text(profile->login_method),
        sqlite_text(profile->fcm_token), sqlite_number(coins),
        sqlite_number(now_ms),
    };
    return sqlite_run(connection, sql, values, 9, NULL, error);
}

static enum chatur_outcome refresh(struct sqlite_connection *connection,
                                   const struct chatur_profile *profile, int64_t now_ms,
                                   struct chatur_error *error)
{
    static const char sql[] = "UPDATE users SET name = ?2, picture = ?3, login_method = ?4,"
                              " fcm_token = iif(?5 = '', fcm_token, ?5), updated_ms = ?6"
                              " WHERE uid = ?1";
    const struct sqlite_value values[] = {
        sqlite_text(profile->uid),       sqlite_text(profile->name),
        sqlite_text(profile->picture),   sqlite_text(profile->login_method),
        sqlite_text(profile->fcm_token), sqlite_number(now_ms),
    };
    return sqlite_run(connection, sql, values, 6, NULL, error);
}

enum chatur_outcome sqlite_user_sign_in(struct chatur_store *base,
                                        const struct chatur_profile *profile,
                                        int64_t new_user_coins, int64_t now_ms,
                                        struct chatur_arena *arena, struct chatur_user *user,
                                        struct chatur_error *error)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_connection *connection = NULL;
    enum chatur_outcome outcome = sqlite_write(store, SQLITE_PROMISED, &connection, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome = find(connection, profile->uid, arena, user, error);
    bool is_known = outcome == CHATUR_OK;
    if (is_known && !user->suspended) {
        outcome = refresh(connection, profile, now_ms, error);
    } else if (outcome == CHATUR_NOT_FOUND) {
        outcome = insert(connection, profile, new_user_coins, now_ms, error);
    }
    if (outcome == CHATUR_OK && !(is_known && user->suspended)) {
        outcome = find(connection, profile->uid, arena, user, error);
    }
    return sqlite_write_end(store, outcome, error);
}

enum chatur_outcome sqlite_user_find(struct chatur_store *base, const char *uid,
                                     struct chatur_arena *arena, struct chatur_user *user,
                                     struct chatur_error *error)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_connection *connection = NULL;
    enum chatur_outcome outcome = sqlite_read(store, SQLITE_LOOK, &connection, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome = find(connection, uid, arena, user, error);
    sqlite_read_end(store, connection);
    return outcome;
}

enum chatur_outcome sqlite_user_suspend(struct chatur_store *base, const char *uid, bool suspended,
                                        struct chatur_error *error)
{
    static const char sql[] = "UPDATE users SET suspended = ?2 WHERE uid = ?1";
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_connection *connection = NULL;
    enum chatur_outcome outcome = sqlite_write(store, SQLITE_PROMISED, &connection, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    const struct sqlite_value values[] = {sqlite_text(uid), sqlite_number(suspended ? 1 : 0)};
    int64_t changes = 0;
    outcome = sqlite_run(connection, sql, values, 2, &changes, error);
    if (outcome == CHATUR_OK && changes == 0) {
        outcome = CHATUR_NOT_FOUND;
    }
    return sqlite_write_end(store, outcome, error);
}

/* One table after the other and not by ON DELETE CASCADE: SQLite can then do without a second
 * journal in memory, which for a long history would be as large as the history. */
enum chatur_outcome sqlite_user_erase(struct chatur_store *base, const char *uid,
                                      struct chatur_error *error)
{
    static const char *const deletions[] = {
        "DELETE FROM emails WHERE uid = ?1",
        "DELETE FROM reservations WHERE uid = ?1",
        "DELETE FROM feedback WHERE uid = ?1",
        "DELETE FROM users WHERE uid = ?1",
    };
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_connection *connection = NULL;
    enum chatur_outcome outcome = sqlite_write(store, SQLITE_PROMISED, &connection, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    const struct sqlite_value values[] = {sqlite_text(uid)};
    int64_t changes = 0; /* in the end: of the last, the user */
    for (size_t i = 0; outcome == CHATUR_OK && i < sizeof(deletions) / sizeof(deletions[0]); i++) {
        outcome = sqlite_run(connection, deletions[i], values, 1, &changes, error);
    }
    if (outcome == CHATUR_OK && changes == 0) {
        outcome = CHATUR_NOT_FOUND;
    }
    outcome = sqlite_write_end(store, outcome, error);
    if (outcome == CHATUR_OK) {
        sqlite_empty_log(store);
    }
    return outcome;
}
