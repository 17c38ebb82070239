/* Everything at once: reading and writing rows as they are. */
#include "store/sqlite_store.h"

#include <stdio.h>

#define USER_COLUMNS                                                                               \
    "id, uid, email, name, picture, available_coins, used_coins, generated_count, suspended,"      \
    " login_method, fcm_token, created_ms, updated_ms"

static const char *copy_column(sqlite3_stmt *row, int column, struct chatur_arena *arena)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return text != NULL ? chatur_arena_strdup(arena, text) : NULL;
}

static enum chatur_outcome read_user(sqlite3_stmt *row, struct chatur_arena *arena,
                                     struct chatur_stored_user *stored, struct chatur_error *error)
{
    *stored = (struct chatur_stored_user){
        .user = {.id = copy_column(row, 0, arena),
                 .uid = copy_column(row, 1, arena),
                 .email = copy_column(row, 2, arena),
                 .name = copy_column(row, 3, arena),
                 .picture = copy_column(row, 4, arena),
                 .available_coins = sqlite3_column_int64(row, 5),
                 .used_coins = sqlite3_column_int64(row, 6),
                 .generated_count = sqlite3_column_int64(row, 7),
                 .created_s = sqlite3_column_int64(row, 11) / 1000,
                 .suspended = sqlite3_column_int(row, 8) != 0},
        .login_method = copy_column(row, 9, arena),
        .fcm_token = copy_column(row, 10, arena),
        .created_ms = sqlite3_column_int64(row, 11),
        .updated_ms = sqlite3_column_int64(row, 12),
    };
    const struct chatur_user *user = &stored->user;
    bool complete = user->id != NULL && user->uid != NULL && user->email != NULL &&
                    user->name != NULL && user->picture != NULL && stored->login_method != NULL &&
                    stored->fcm_token != NULL;
    return complete ? CHATUR_OK : chatur_no_memory(error);
}

/* The rows of a statement that is prepared: at most `limit` of them. */
static enum chatur_outcome read_users(struct sqlite_connection *connection, sqlite3_stmt *statement,
                                      size_t limit, struct chatur_arena *arena,
                                      struct chatur_stored_user *users, size_t *count,
                                      struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_OK;
    while (outcome == CHATUR_OK && *count < limit) {
        outcome = sqlite_step(connection, statement, error);
        if (outcome == CHATUR_OK) {
            outcome = read_user(statement, arena, &users[*count], error);
            *count += 1;
        }
    }
    sqlite_reset(statement);
    return outcome == CHATUR_EMPTY ? CHATUR_OK : outcome;
}

static enum chatur_outcome users_after(struct chatur_store *base, const char *uid, size_t limit,
                                       struct chatur_arena *arena, struct chatur_stored_user *users,
                                       size_t *count, struct chatur_error *error)
{
    static const char sql[] =
        "SELECT " USER_COLUMNS " FROM users WHERE uid > ?1 ORDER BY uid LIMIT ?2";
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_connection *connection = NULL;
    enum chatur_outcome outcome = sqlite_read(store, SQLITE_WALK, &connection, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    const struct sqlite_value values[] = {sqlite_text(uid), sqlite_number((int64_t)limit)};
    sqlite3_stmt *statement = NULL;
    outcome = sqlite_prepare(connection, sql, values, 2, &statement, error);
    if (outcome == CHATUR_OK) {
        outcome = read_users(connection, statement, limit, arena, users, count, error);
    }
    sqlite_read_end(store, connection);
    return outcome;
}

static enum chatur_outcome user_load(struct chatur_store *base, const char *uid,
                                     struct chatur_arena *arena, struct chatur_stored_user *user,
                                     struct chatur_error *error)
{
    static const char sql[] = "SELECT " USER_COLUMNS " FROM users WHERE uid = ?1";
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_connection *connection = NULL;
    enum chatur_outcome outcome = sqlite_read(store, SQLITE_WALK, &connection, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    const struct sqlite_value values[] = {sqlite_text(uid)};
    sqlite3_stmt *statement = NULL;
    size_t count = 0;
    outcome = sqlite_prepare(connection, sql, values, 1, &statement, error);
    if (outcome == CHATUR_OK) {
        outcome = read_users(connection, statement, 1, arena, user, &count, error);
    }
    sqlite_read_end(store, connection);
    return outcome == CHATUR_OK && count == 0 ? CHATUR_NOT_FOUND : outcome;
}

/* One row into one table. REPEATABLE: a copy that a power cut ends is repeated. */
static enum chatur_outcome put(struct chatur_store *base, const char *sql,
                               const struct sqlite_value *values, int count,
                               struct chatur_error *error)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_connection *connection = NULL;
    enum chatur_outcome outcome = sqlite_write(store, SQLITE_REPEATABLE, &connection, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome = sqlite_run(connection, sql, values, count, NULL, error);
    return sqlite_write_end(store, outcome, error);
}

static enum chatur_outcome user_put(struct chatur_store *base,
                                    const struct chatur_stored_user *stored,
                                    struct chatur_error *error)
{
    static const char sql[] = "INSERT INTO users (" USER_COLUMNS ")"
                              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    const struct chatur_user *user = &stored->user;
    const struct sqlite_value values[] = {
        sqlite_text(user->id),
        sqlite_text(user->uid),
        sqlite_text(user->email),
        sqlite_text(user->name),
        sqlite_text(user->picture),
        sqlite_number(user->available_coins),
        sqlite_number(user->used_coins),
        sqlite_number(user->generated_count),
        sqlite_number(user->suspended ? 1 : 0),
        sqlite_text(stored->login_method),
        sqlite_text(stored->fcm_token),
        sqlite_number(stored->created_ms),
        sqlite_number(stored->updated_ms),
    };
    return put(base, sql, values, sizeof(values) / sizeof(values[0]), error);
}

static enum chatur_outcome email_put(struct chatur_store *base, const struct chatur_email *email,
                                     struct chatur_error *error)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_connection *connection = NULL;
    enum chatur_outcome outcome = sqlite_write(store, SQLITE_REPEATABLE, &connection, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    return sqlite_write_end(store, sqlite_email_insert(connection, email, error), error);
}

static enum chatur_outcome feedback_put(struct chatur_store *base,
                                        const struct chatur_stored_feedback *stored,
                                        struct chatur_error *error)
{
    static const char sql[] = "INSERT INTO feedback (uid, email, subject, message, created_ms)"
                              " VALUES (?1, ?2, ?3, ?4, ?5)";
    const struct chatur_feedback *feedback = &stored->feedback;
    const struct sqlite_value values[] = {
        sqlite_text(feedback->uid), sqlite_text(feedback->email), sqlite_text(feedback->subject),
        sqlite_text(feedback->message), sqlite_number(stored->created_ms)};
    return put(base, sql, values, sizeof(values) / sizeof(values[0]), error);
}

static enum chatur_outcome visit_feedback(struct sqlite_connection *connection,
                                          sqlite3_stmt *statement, const char *uid,
                                          chatur_feedback_visitor *visit, void *context,
                                          struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_OK;
    while (outcome == CHATUR_OK) {
        enum chatur_outcome stepped = sqlite_step(connection, statement, error);
        if (stepped != CHATUR_OK) {
            outcome = stepped == CHATUR_EMPTY ? CHATUR_OK : stepped;
            break;
        }
        const struct chatur_stored_feedback row = {
            .feedback = {.uid = uid,
                         .email = (const char *)sqlite3_column_text(statement, 0),
                         .subject = (const char *)sqlite3_column_text(statement, 1),
                         .message = (const char *)sqlite3_column_text(statement, 2)},
            .created_ms = sqlite3_column_int64(statement, 3)};
        bool complete = row.feedback.email != NULL && row.feedback.subject != NULL &&
                        row.feedback.message != NULL;
        outcome = complete ? visit(context, &row) : chatur_no_memory(error);
    }
    sqlite_reset(statement);
    return outcome;
}

static enum chatur_outcome feedback_each(struct chatur_store *base, const char *uid,
                                         chatur_feedback_visitor *visit, void *context,
                                         struct chatur_error *error)
{
    static const char sql[] = "SELECT email, subject, message, created_ms FROM feedback"
                              " WHERE uid = ?1 ORDER BY created_ms, id";
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_connection *connection = NULL;
    enum chatur_outcome outcome = sqlite_read(store, SQLITE_WALK, &connection, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    const struct sqlite_value values[] = {sqlite_text(uid)};
    sqlite3_stmt *statement = NULL;
    outcome = sqlite_prepare(connection, sql, values, 1, &statement, error);
    if (outcome == CHATUR_OK) {
        outcome = visit_feedback(connection, statement, uid, visit, context, error);
    }
    sqlite_read_end(store, connection);
    return outcome;
}

/* The tables make themselves when the database is opened. */
static enum chatur_outcome prepare(struct chatur_store *base, chatur_store_reporter *report,
                                   void *context, struct chatur_error *error)
{
    (void)report;
    (void)context;
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_connection *connection = NULL;
    enum chatur_outcome outcome = sqlite_write(store, SQLITE_REPEATABLE, &connection, error);
    return outcome == CHATUR_OK ? sqlite_write_end(store, outcome, error) : outcome;
}

/* A uid is the users' key, and nothing is stored for nobody. */
static enum chatur_outcome survey(struct chatur_store *base, chatur_store_reporter *report,
                                  void *context, struct chatur_survey *survey,
                                  struct chatur_error *error)
{
    static const char count_emails[] = "SELECT count(*) FROM emails";
    static const char count_feedback[] = "SELECT count(*) FROM feedback";
    (void)report;
    (void)context;
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_connection *connection = NULL;
    enum chatur_outcome outcome = sqlite_read(store, SQLITE_WALK, &connection, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome = sqlite_run_number(connection, count_emails, NULL, 0, &survey->emails, error);
    if (outcome == CHATUR_OK) {
        outcome = sqlite_run_number(connection, count_feedback, NULL, 0, &survey->feedback, error);
    }
    sqlite_read_end(store, connection);
    return outcome;
}

const struct chatur_store_admin_ops sqlite_admin_ops = {
    .prepare = prepare,
    .survey = survey,
    .users_after = users_after,
    .user_load = user_load,
    .user_put = user_put,
    .email_put = email_put,
    .feedback_each = feedback_each,
    .feedback_put = feedback_put,
};
