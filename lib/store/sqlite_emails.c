/* Emails and feedback: texts that belong to a user. */
#include "store/sqlite_store.h"

#include <stdio.h>

/* The order in which the constraints are met is the order of the refusals: an id that is stored,
 * a user who is gone. */
static enum chatur_outcome insert(struct sqlite_connection *connection,
                                  const struct chatur_email *email, struct chatur_error *error)
{
    static const char sql[] =
        "INSERT INTO emails (id, uid, prompt_id, subject, keywords, to_email, coins, provider,"
        " model, created_s, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    const struct sqlite_value values[] = {
        sqlite_text(email->id),        sqlite_text(email->uid),
        sqlite_text(email->prompt_id), sqlite_text(email->subject),
        sqlite_text(email->keywords),  sqlite_text(email->to),
        sqlite_number(email->coins),   sqlite_text(email->provider),
        sqlite_text(email->model),     sqlite_number(email->created_s),
        sqlite_text(email->text),
    };
    return sqlite_run(connection, sql, values, 11, NULL, error);
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
    outcome = insert(connection, email, error);
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

static enum chatur_outcome visit_row(sqlite3_stmt *row, const char *uid,
                                     chatur_email_visitor *visit, void *context,
                                     struct chatur_error *error)
{
    struct chatur_email email = {
        .uid = uid,
        .prompt_id = column(row, 1),
        .subject = column(row, 2),
        .keywords = column(row, 3),
        .to = column(row, 4),
        .coins = sqlite3_column_int64(row, 5),
        .provider = column(row, 6),
        .model = column(row, 7),
        .created_s = sqlite3_column_int64(row, 8),
        .text = column(row, 9),
    };
    const char *id = column(row, 0);
    bool complete = id != NULL && email.prompt_id != NULL && email.subject != NULL &&
                    email.keywords != NULL && email.to != NULL && email.provider != NULL &&
                    email.model != NULL && email.text != NULL;
    if (!complete) {
        return chatur_no_memory(error); /* the columns are NOT NULL */
    }
    (void)snprintf(email.id, sizeof(email.id), "%s", id);
    return visit(context, &email);
}

static enum chatur_outcome walk(struct sqlite_connection *connection, const char *uid,
                                const struct place *from, int64_t limit,
                                chatur_email_visitor *visit, void *context,
                                struct chatur_error *error)
{
    static const char sql[] =
        "SELECT id, prompt_id, subject, keywords, to_email, coins, provider, model, created_s, text"
        " FROM emails WHERE uid = ?1 AND (created_s, id) < (?2, ?3)"
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
        outcome = visit_row(statement, uid, visit, context, error);
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
    enum chatur_outcome outcome = sqlite_read(store, &connection, error);
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
