/* Emails and feedback: texts that belong to a user. */
#include "store/sqlite_store.h"

#include <stdio.h>

/* In the order that insert gives and read_row takes them. */
#define EMAIL_COLUMNS                                                                              \
    "id, uid, prompt_id, subject, keywords, to_email, coins, created_s, provider, model,"          \
    " finish_reason, template_version, attempts, latency_ms, prompt_tokens, completion_tokens,"    \
    " fingerprint, text"

/* The order in which the constraints are met is the order of the refusals: an id that is stored,
 * a user who is gone. */
enum chatur_outcome sqlite_email_insert(struct sqlite_connection *connection,
                                        const struct chatur_email *email,
                                        struct chatur_error *error)
{
    static const char sql[] =
        "INSERT INTO emails (" EMAIL_COLUMNS ")"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";
    const struct chatur_attribution *by = &email->by;
    const struct sqlite_value values[] = {
        sqlite_text(email->id),           sqlite_text(email->uid),
        sqlite_text(email->prompt_id),    sqlite_text(email->subject),
        sqlite_text(email->keywords),     sqlite_text(email->to),
        sqlite_number(email->coins),      sqlite_number(email->created_s),
        sqlite_text(by->provider),        sqlite_text(by->model),
        sqlite_text(by->finish_reason),   sqlite_text(by->template_version),
        sqlite_number(by->attempts),      sqlite_number(by->latency_ms),
        sqlite_number(by->prompt_tokens), sqlite_number(by->completion_tokens),
        sqlite_text(email->fingerprint),  sqlite_text(email->text),
    };
    return sqlite_run(connection, sql, values, sizeof(values) / sizeof(values[0]), NULL, error);
}

/* reserved -> used; without a reservation any more, available -> used. */
static enum chatur_outcome settle(struct sqlite_connection *connection,
                                  const struct chatur_email *email, struct chatur_error *error)
{
    static const char forget[] =
        "DELETE FROM reservations WHERE email_id = ?1 AND uid = ?2 RETURNING coins";
    static const char charge[] =
        "UPDATE users SET available_coins = available_coins - ?2, used_coins = used_coins + ?3,"
        " generated_count = generated_count + 1 WHERE uid = ?1 AND available_coins >= ?2";
    const struct sqlite_value forgotten[] = {sqlite_text(email->id), sqlite_text(email->uid)};
    int64_t reserved = 0;
    enum chatur_outcome outcome =
        sqlite_run_number(connection, forget, forgotten, 2, &reserved, error);
    if (outcome != CHATUR_OK && outcome != CHATUR_EMPTY) {
        return outcome;
    }
    if (outcome == CHATUR_OK && reserved != email->coins) {
        return chatur_fail(error, CHATUR_INTERNAL, "an email of %lld coins had %lld reserved",
                           (long long)email->coins, (long long)reserved);
    }
    const struct sqlite_value charged[] = {sqlite_text(email->uid),
                                           sqlite_number(email->coins - reserved),
                                           sqlite_number(email->coins)};
    int64_t changes = 0;
    outcome = sqlite_run(connection, charge, charged, 3, &changes, error);
    if (outcome == CHATUR_OK && changes == 0) {
        return CHATUR_NO_COINS;
    }
    return outcome;
}

enum chatur_outcome sqlite_email_deliver(struct chatur_store *base,
                                         const struct chatur_email *email,
                                         struct chatur_error *error)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_connection *connection = NULL;
    enum chatur_outcome outcome = sqlite_write(store, SQLITE_PROMISED, &connection, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome = sqlite_email_insert(connection, email, error);
    if (outcome == CHATUR_OK) {
        outcome = settle(connection, email, error);
    }
    return sqlite_write_end(store, outcome, error);
}

/* The place in the history where a page begins: that of `before`, or past the newest. */
struct place {
    int64_t created_s;
    char id[CHATUR_ID_LENGTH + 1];
};

static enum chatur_outcome find_place(struct sqlite_connection *connection, const char *uid,
                                      const char *before, struct place *place,
                                      struct chatur_error *error)
{
    static const char sql[] = "SELECT created_s FROM emails WHERE id = ?1 AND uid = ?2";
    if (before == NULL) {
        *place = (struct place){.created_s = INT64_MAX, .id = "g"}; /* after every hex digit */
        return CHATUR_OK;
    }
    const struct sqlite_value values[] = {sqlite_text(before), sqlite_text(uid)};
    (void)snprintf(place->id, sizeof(place->id), "%s", before);
    enum chatur_outcome outcome =
        sqlite_run_number(connection, sql, values, 2, &place->created_s, error);
    return outcome == CHATUR_EMPTY ? CHATUR_NOT_FOUND : outcome;
}

static const char *column(sqlite3_stmt *row, int number)
{
    return (const char *)sqlite3_column_text(row, number);
}

/* The email of a row of EMAIL_COLUMNS; its strings are good until the next step. */
static enum chatur_outcome read_row(sqlite3_stmt *row, struct chatur_email *email,
                                    struct chatur_error *error)
{
    *email = (struct chatur_email){
        .uid = column(row, 1),
        .prompt_id = column(row, 2),
        .subject = column(row, 3),
        .keywords = column(row, 4),
        .to = column(row, 5),
        .coins = sqlite3_column_int64(row, 6),
        .created_s = sqlite3_column_int64(row, 7),
        .by = {.provider = column(row, 8),
               .model = column(row, 9),
               .finish_reason = column(row, 10),
               .template_version = column(row, 11),
               .attempts = sqlite3_column_int64(row, 12),
               .latency_ms = sqlite3_column_int64(row, 13),
               .prompt_tokens = sqlite3_column_int64(row, 14),
               .completion_tokens = sqlite3_column_int64(row, 15)},
        .fingerprint = column(row, 16),
        .text = column(row, 17),
    };
    const char *const strings[] = {
        column(row, 0),
        email->uid,
        email->prompt_id,
        email->subject,
        email->keywords,
        email->to,
        email->by.provider,
        email->by.model,
        email->fingerprint,
        email->by.finish_reason,
        email->by.template_version,
        email->text,
    };
    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        if (strings[i] == NULL) {
            return chatur_no_memory(error); /* the columns are NOT NULL */
        }
    }
    (void)snprintf(email->id, sizeof(email->id), "%s", strings[0]);
    return CHATUR_OK;
}

enum chatur_outcome sqlite_email_find(struct chatur_store *base, const char *uid, const char *id,
                                      struct chatur_arena *arena, struct chatur_email *email,
                                      struct chatur_error *error)
{
    static const char sql[] = "SELECT " EMAIL_COLUMNS " FROM emails WHERE id = ?1 AND uid = ?2";
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_connection *connection = NULL;
    enum chatur_outcome outcome = sqlite_read(store, SQLITE_LOOK, &connection, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    const struct sqlite_value values[] = {sqlite_text(id), sqlite_text(uid)};
    sqlite3_stmt *statement = NULL;
    outcome = sqlite_prepare(connection, sql, values, 2, &statement, error);
    if (outcome == CHATUR_OK) {
        struct chatur_email row;
        outcome = sqlite_step(connection, statement, error);
        if (outcome == CHATUR_OK) {
            outcome = read_row(statement, &row, error);
        }
        if (outcome == CHATUR_OK) {
            outcome = chatur_email_copy(&row, arena, email, error);
        }
        sqlite_reset(statement);
    }
    sqlite_read_end(store, connection);
    return outcome == CHATUR_EMPTY ? CHATUR_NOT_FOUND : outcome;
}

static enum chatur_outcome walk(struct sqlite_connection *connection, const char *uid,
                                const struct place *from, int64_t limit,
                                chatur_email_visitor *visit, void *context,
                                struct chatur_error *error)
{
    static const char sql[] =
        "SELECT " EMAIL_COLUMNS " FROM emails WHERE uid = ?1 AND (created_s, id) < (?2, ?3)"
        " ORDER BY created_s DESC, id DESC LIMIT ?4";
    const struct sqlite_value values[] = {sqlite_text(uid), sqlite_number(from->created_s),
                                          sqlite_text(from->id),
                                          sqlite_number(limit > 0 ? limit : -1)};
    sqlite3_stmt *statement = NULL;
    enum chatur_outcome outcome = sqlite_prepare(connection, sql, values, 4, &statement, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    while (outcome == CHATUR_OK) {
        enum chatur_outcome stepped = sqlite_step(connection, statement, error);
        if (stepped != CHATUR_OK) {
            outcome = stepped == CHATUR_EMPTY ? CHATUR_OK : stepped;
            break;
        }
        struct chatur_email email;
        outcome = read_row(statement, &email, error);
        if (outcome == CHATUR_OK) {
            outcome = visit(context, &email);
        }
    }
    sqlite_reset(statement);
    return outcome;
}

enum chatur_outcome sqlite_email_each(struct chatur_store *base, const char *uid,
                                      const struct chatur_page *page, chatur_email_visitor *visit,
                                      void *context, struct chatur_error *error)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_connection *connection = NULL;
    enum chatur_outcome outcome = sqlite_read(store, SQLITE_WALK, &connection, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    struct place from;
    outcome = find_place(connection, uid, page->before, &from, error);
    if (outcome == CHATUR_OK) {
        outcome = walk(connection, uid, &from, page->limit, visit, context, error);
    }
    sqlite_read_end(store, connection);
    return outcome;
}

enum chatur_outcome sqlite_email_delete(struct chatur_store *base, const char *uid, const char *id,
                                        struct chatur_error *error)
{
    static const char sql[] = "DELETE FROM emails WHERE id = ?1 AND uid = ?2";
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_connection *connection = NULL;
    enum chatur_outcome outcome = sqlite_write(store, SQLITE_PROMISED, &connection, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    const struct sqlite_value values[] = {sqlite_text(id), sqlite_text(uid)};
    int64_t changes = 0;
    outcome = sqlite_run(connection, sql, values, 2, &changes, error);
    if (outcome == CHATUR_OK && changes == 0) {
        outcome = CHATUR_NOT_FOUND;
    }
    return sqlite_write_end(store, outcome, error);
}

enum chatur_outcome sqlite_feedback_add(struct chatur_store *base,
                                        const struct chatur_feedback *feedback, int64_t now_ms,
                                        struct chatur_error *error)
{
    static const char sql[] = "INSERT INTO feedback (uid, email, subject, message, created_ms)"
                              " VALUES (?1, ?2, ?3, ?4, ?5)";
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_connection *connection = NULL;
    enum chatur_outcome outcome = sqlite_write(store, SQLITE_PROMISED, &connection, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    const struct sqlite_value values[] = {sqlite_text(feedback->uid), sqlite_text(feedback->email),
                                          sqlite_text(feedback->subject),
                                          sqlite_text(feedback->message), sqlite_number(now_ms)};
    outcome = sqlite_run(connection, sql, values, 5, NULL, error);
    return sqlite_write_end(store, outcome, error);
}
