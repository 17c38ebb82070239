/* SQLite's tables: what they hold of other services' data, what they refuse, and how a database of
 * an older version comes to them. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/store_admin.h"
#include "store_cases.h"
#include "store_place.h"

/* As the builds of version 1 made it. */
static const char version_1[] =
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
    "  updated_ms INTEGER NOT NULL"
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
    "CREATE INDEX feedback_user ON feedback (uid);"
    "PRAGMA user_version=1;";

static const char data_1[] =
    "INSERT INTO users VALUES ('ada', '00000000000000000000000a', 'Ada@example.com', 'Ada', 'p',"
    " 'dev', 'token', 9250, 500, 2, 0, 1, 2), ('bob', '00000000000000000000000b',"
    " 'bob@example.com', '', '', 'google', '', 0, 10000, 40, 1, 3, 4);"
    "INSERT INTO emails VALUES ('0000000000000000000000e1', 'ada', '1', 's', 'k', 't', 250, 5, 'p',"
    " 'm', 'f', 'v', 1, 2, 3, 4, 'x', 'text'), ('0000000000000000000000e2', 'ada', '1', 's', 'k',"
    " 't', 250, 5, 'p', 'm', 'f', 'v', 1, 2, 3, 4, 'x', 'text');"
    "INSERT INTO reservations VALUES ('0000000000000000000000e3', 'ada', 250, 6);"
    "INSERT INTO feedback VALUES (9, 'ada', 'e', 's', 'm', 7);";

static void run_sql(const struct sqlite_place *place, const char *sql)
{
    sqlite3 *database = NULL;
    assert_int_equal(sqlite3_open(place->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

/* A number that any change of any row changes. */
static const char contents[] =
    "SELECT (SELECT group_concat(concat) FROM (SELECT uid || id || email || name || picture ||"
    " login_method || fcm_token || available_coins || used_coins || generated_count || suspended ||"
    " created_ms || updated_ms AS concat FROM users ORDER BY uid)) ||"
    " (SELECT group_concat(id || uid || coins || text) FROM emails) ||"
    " (SELECT group_concat(email_id || uid || coins || deadline_ms) FROM reservations) ||"
    " (SELECT group_concat(id || uid || message) FROM feedback)";

static void a_database_of_version_1_is_brought_here(void **state)
{
    struct sqlite_place *place = *state;
    char before[512];
    assert_int_equal(mkdir(place->folder, 0700), 0);
    run_sql(place, version_1);
    run_sql(place, data_1);
    (void)snprintf(before, sizeof(before), "%s", place_ask(place, contents, NULL));
    assert_true(strlen(before) > 200);

    struct chatur_store *store = place_open(place);
    assert_outcome(chatur_store_ping(store, NULL), CHATUR_OK);
    assert_string_equal(place_ask(place, "PRAGMA user_version", NULL), "2");
    assert_string_equal(place_ask(place, contents, NULL), before);
    assert_true(place_is_sound(place));
    assert_string_equal(place_ask(place, "PRAGMA foreign_key_check", NULL), "");
    assert_string_equal(
        place_ask(place, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'users_2%'", NULL),
        "0");

    /* The same connections go on with it: nothing is stored for nobody, and coins move. */
    struct chatur_email email = store_case_email("nobody", "0000000000000000000000e4");
    assert_outcome(chatur_store_email_put(store, &email, NULL), CHATUR_NOT_FOUND);
    email.uid = "ada";
    email.coins = -1;
    assert_outcome(chatur_store_email_put(store, &email, NULL), CHATUR_OK);
    assert_outcome(chatur_store_coins_reclaim(store, "ada", NOW_MS, NULL), CHATUR_OK);
    assert_string_equal(
        place_ask(place, "SELECT available_coins FROM users WHERE uid = 'ada'", NULL), "9500");
    assert_outcome(chatur_store_user_erase(store, "ada", NULL), CHATUR_OK);
    chatur_store_free(store);
}

/* The tables of both ways to get them are the same. */
static void a_new_database_is_like_one_that_was_brought_here(void **state)
{
    static const char schema[] =
        "SELECT group_concat(length(sql) || name) FROM (SELECT * FROM sqlite_schema ORDER BY name)";
    struct sqlite_place *place = *state;
    struct chatur_store *store = place_open(place);
    char fresh[512];
    assert_outcome(chatur_store_ping(store, NULL), CHATUR_OK);
    chatur_store_free(store);
    (void)snprintf(fresh, sizeof(fresh), "%s", place_ask(place, schema, NULL));
    place_empty(place);

    assert_int_equal(mkdir(place->folder, 0700), 0);
    run_sql(place, version_1);
    store = place_open(place);
    assert_outcome(chatur_store_ping(store, NULL), CHATUR_OK);
    chatur_store_free(store);
    assert_string_equal(place_ask(place, schema, NULL), fresh);
}

static struct chatur_stored_user stored_user(const char *uid, const char *id, const char *email)
{
    return (struct chatur_stored_user){
        .user = {.id = id, .uid = uid, .email = email, .name = "", .picture = ""},
        .login_method = "",
        .fcm_token = ""};
}

static void users_of_other_services_fit_in(void **state)
{
    static const struct {
        const char *uid, *id, *email;
        int64_t available, used, generated;
        enum chatur_outcome outcome;
    } rows[] = {
        {"ada", "00000000000000000000000a", "ada@example.com", 1, 2, 3, CHATUR_OK},
        {"ada", "00000000000000000000000b", "", 1, 2, 3, CHATUR_CONFLICT},
        {"bob", "00000000000000000000000a", "", 1, 2, 3, CHATUR_CONFLICT},
        {"bob", "00000000000000000000000b", "ADA@example.com", 1, 2, 3, CHATUR_CONFLICT},
        {"no-address", "00000000000000000000000c", "", 0, 0, 0, CHATUR_OK},
        {"nor-this-one", "00000000000000000000000d", "", 0, 0, 0, CHATUR_OK},
        {"no-id", "", "x@example.com", 0, 0, 0, CHATUR_OK},
        {"nor-id", "", "y@example.com", 0, 0, 0, CHATUR_OK},
        {"debt", "00000000000000000000000e", "", -750, -1, -2, CHATUR_OK},
        {"huge", "00000000000000000000000f", "", INT64_MAX, INT64_MIN, INT64_MAX, CHATUR_OK},
    };
    struct chatur_store *store = place_open(*state);
    struct chatur_arena *arena = chatur_arena_new(1 << 16);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct chatur_stored_user user = stored_user(rows[i].uid, rows[i].id, rows[i].email);
        struct chatur_stored_user found;
        user.user.available_coins = rows[i].available;
        user.user.used_coins = rows[i].used;
        user.user.generated_count = rows[i].generated;
        assert_outcome(chatur_store_user_put(store, &user, NULL), rows[i].outcome);
        if (rows[i].outcome == CHATUR_OK) {
            assert_outcome(chatur_store_user_load(store, rows[i].uid, arena, &found, NULL),
                           CHATUR_OK);
            assert_string_equal(found.user.id, rows[i].id);
            assert_string_equal(found.user.email, rows[i].email);
            assert_true(found.user.available_coins == rows[i].available);
            assert_true(found.user.used_coins == rows[i].used);
            assert_true(found.user.generated_count == rows[i].generated);
        }
    }
    chatur_arena_free(arena);
    chatur_store_free(store);
}

static void a_debt_may_be_paid_and_not_grow(void **state)
{
    static const struct {
        const char *update;
        bool allowed;
    } rows[] = {
        {"UPDATE users SET available_coins = -751", false},
        {"UPDATE users SET available_coins = available_coins - 1", false},
        {"UPDATE users SET used_coins = -1", false},
        {"UPDATE users SET generated_count = -1", false},
        {"UPDATE users SET name = 'n'", true},
        {"UPDATE users SET available_coins = -750", true},
        {"UPDATE users SET available_coins = -500", true},
        {"UPDATE users SET available_coins = 0", true},
        {"UPDATE users SET available_coins = -1", false},
    };
    struct sqlite_place *place = *state;
    struct chatur_store *store = place_open(place);
    struct chatur_stored_user user = stored_user("ada", "00000000000000000000000a", "");
    user.user.available_coins = -750;
    assert_outcome(chatur_store_user_put(store, &user, NULL), CHATUR_OK);
    assert_outcome(chatur_store_coins_reserve(store, "ada", "0000000000000000000000e1", 1, NOW_MS,
                                              DEADLINE_MS, NULL),
                   CHATUR_NO_COINS);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(place_ask(place, rows[i].update, NULL) != NULL, rows[i].allowed);
    }
    chatur_store_free(store);
}

/* A price is positive all the same: only what was stored elsewhere may have another. */
static void emails_of_no_price_are_not_delivered(void **state)
{
    struct chatur_store *store = place_open(*state);
    struct chatur_stored_user user = stored_user("ada", "00000000000000000000000a", "");
    user.user.available_coins = 1000;
    assert_outcome(chatur_store_user_put(store, &user, NULL), CHATUR_OK);
    struct chatur_email email = store_case_email("ada", "0000000000000000000000e1");
    for (email.coins = -1; email.coins <= 0; email.coins++) {
        assert_outcome(chatur_store_email_deliver(store, &email, NULL), CHATUR_INTERNAL);
    }
    email.coins = 0;
    assert_outcome(chatur_store_email_put(store, &email, NULL), CHATUR_OK);
    assert_outcome(chatur_store_email_put(store, &email, NULL), CHATUR_CONFLICT);
    chatur_store_free(store);
}

#define schema_test(function)                                                                      \
    cmocka_unit_test_setup_teardown(function, place_set_up, place_tear_down)

static const struct CMUnitTest tests[] = {
    schema_test(a_database_of_version_1_is_brought_here),
    schema_test(a_new_database_is_like_one_that_was_brought_here),
    schema_test(users_of_other_services_fit_in),
    schema_test(a_debt_may_be_paid_and_not_grow),
    schema_test(emails_of_no_price_are_not_delivered),
};
const struct store_cases store_schema_cases = {tests, sizeof(tests) / sizeof(tests[0])};
