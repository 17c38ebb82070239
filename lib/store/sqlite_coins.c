/* Coins. Each move is one transaction. A trigger on the users table lets no balance fall below
 * zero, so a mistake here would be a failed statement and not a debt.
 *
 * An email and its reservation never exist at once: delivering stores the one and removes the other
 * in the same transaction, and reserving for a stored email is refused. So of the two cases of
 * reclaiming, to settle and to release, only the second can be here. */
#include "store/sqlite_store.h"

static enum chatur_outcome reclaim(struct sqlite_connection *connection, const char *uid,
                                   int64_t now_ms, struct chatur_error *error)
{
    static const char give_back[] =
        "UPDATE users SET available_coins = available_coins +"
        " (SELECT sum(coins) FROM reservations WHERE uid = ?1 AND deadline_ms < ?2)"
        " WHERE uid = ?1"
        " AND EXISTS (SELECT 1 FROM reservations WHERE uid = ?1 AND deadline_ms < ?2)";
    static const char forget[] = "DELETE FROM reservations WHERE uid = ?1 AND deadline_ms < ?2";
    const struct sqlite_value values[] = {sqlite_text(uid), sqlite_number(now_ms)};
    int64_t changes = 0;
    enum chatur_outcome outcome = sqlite_run(connection, give_back, values, 2, &changes, error);
    if (outcome == CHATUR_OK && changes > 0) {
        outcome = sqlite_run(connection, forget, values, 2, NULL, error);
    }
    return outcome;
}

/* Records first: that finds out, in this order, whether the user and whether the id exists. */
static enum chatur_outcome reserve(struct sqlite_connection *connection, const char *uid,
                                   const char *email_id, int64_t coins, int64_t deadline_ms,
                                   struct chatur_error *error)
{
    static const char record[] =
        "INSERT INTO reservations (email_id, uid, coins, deadline_ms)"
        " SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM emails WHERE id = ?1)";
    static const char take[] = "UPDATE users SET available_coins = available_coins - ?2"
                               " WHERE uid = ?1 AND available_coins >= ?2";
    const struct sqlite_value recorded[] = {sqlite_text(email_id), sqlite_text(uid),
                                            sqlite_number(coins), sqlite_number(deadline_ms)};
    int64_t changes = 0;
    enum chatur_outcome outcome = sqlite_run(connection, record, recorded, 4, &changes, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    if (changes == 0) {
        return CHATUR_CONFLICT;
    }
    const struct sqlite_value taken[] = {sqlite_text(uid), sqlite_number(coins)};
    outcome = sqlite_run(connection, take, taken, 2, &changes, error);
    if (outcome == CHATUR_OK && changes == 0) {
        return CHATUR_NO_COINS;
    }
    return outcome;
}

enum chatur_outcome sqlite_coins_reserve(struct chatur_store *base, const char *uid,
                                         const char *email_id, int64_t coins, int64_t now_ms,
                                         int64_t deadline_ms, struct chatur_error *error)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_connection *connection = NULL;
    enum chatur_outcome outcome = sqlite_write(store, SQLITE_REPEATABLE, &connection, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome = reclaim(connection, uid, now_ms, error);
    if (outcome == CHATUR_OK) {
        outcome = reserve(connection, uid, email_id, coins, deadline_ms, error);
    }
    return sqlite_write_end(store, outcome, error);
}

enum chatur_outcome sqlite_coins_release(struct chatur_store *base, const char *uid,
                                         const char *email_id, struct chatur_error *error)
{
    static const char forget[] =
        "DELETE FROM reservations WHERE email_id = ?1 AND uid = ?2 RETURNING coins";
    static const char give_back[] =
        "UPDATE users SET available_coins = available_coins + ?2 WHERE uid = ?1";
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_connection *connection = NULL;
    enum chatur_outcome outcome = sqlite_write(store, SQLITE_PROMISED, &connection, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    const struct sqlite_value forgotten[] = {sqlite_text(email_id), sqlite_text(uid)};
    int64_t coins = 0;
    outcome = sqlite_run_number(connection, forget, forgotten, 2, &coins, error);
    if (outcome == CHATUR_OK) {
        const struct sqlite_value given[] = {sqlite_text(uid), sqlite_number(coins)};
        outcome = sqlite_run(connection, give_back, given, 2, NULL, error);
    } else if (outcome == CHATUR_EMPTY) {
        outcome = CHATUR_OK;
    }
    return sqlite_write_end(store, outcome, error);
}

/* Looks before it takes the write lock: this is called whenever a balance is shown, and there is
 * nearly never anything to do. */
enum chatur_outcome sqlite_coins_reclaim(struct chatur_store *base, const char *uid, int64_t now_ms,
                                         struct chatur_error *error)
{
    static const char is_due[] =
        "SELECT EXISTS (SELECT 1 FROM reservations WHERE uid = ?1 AND deadline_ms < ?2)";
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_connection *connection = NULL;
    enum chatur_outcome outcome = sqlite_read(store, SQLITE_LOOK, &connection, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    const struct sqlite_value values[] = {sqlite_text(uid), sqlite_number(now_ms)};
    int64_t due = 0;
    outcome = sqlite_run_number(connection, is_due, values, 2, &due, error);
    sqlite_read_end(store, connection);
    if (outcome != CHATUR_OK || due == 0) {
        return outcome;
    }

    outcome = sqlite_write(store, SQLITE_PROMISED, &connection, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome = reclaim(connection, uid, now_ms, error);
    return sqlite_write_end(store, outcome, error);
}
