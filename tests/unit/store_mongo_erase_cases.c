/* MongoDB's own cases of erasing: what a crash leaves at each step of it, and histories that are
 * too long for one request. */
#include <string.h>

#include "mongo_place.h"
#include "store_cases.h"

#define ID "0000000000000000000000aa"

/* More than a request erases in passing, by a few hundred: lib/store/mongo_erase.c. */
#define MANY       2300
#define IN_PASSING 2000

static struct mongo_place *place_of(struct store_fixture *fixture)
{
    return fixture->backend->context;
}

static int64_t count(struct store_fixture *fixture, const char *collection, const char *filter)
{
    return mongo_place_count(place_of(fixture), collection, filter);
}

/* Leaves an erasure as a crash does after its first step. */
static void begin_to_erase(struct store_fixture *fixture, const char *when)
{
    char update[100];
    const struct chatur_feedback feedback = {
        .uid = "ada", .email = "a@example.com", .subject = "A subject", .message = "A message"};
    store_case_sign_in(fixture, "ada");
    store_case_sign_in(fixture, "bob");
    store_case_generate(fixture, "ada", ID, NOW_MS / 1000);
    store_case_generate(fixture, "bob", "0000000000000000000000cc", NOW_MS / 1000);
    assert_outcome(chatur_store_feedback_add(fixture->store, &feedback, NOW_MS, NULL), CHATUR_OK);
    (void)snprintf(update, sizeof(update), "{\"$set\": {\"erasing\": {\"$date\": %s}}}", when);
    mongo_place_update(place_of(fixture), "usermodels", "{\"uid\": \"ada\"}", update);
}

static void assert_only_bob_is_left(struct store_fixture *fixture)
{
    assert_int_equal(count(fixture, "usermodels", "{}"), 1);
    assert_int_equal(count(fixture, "generatedemails", "{}"), 1);
    assert_int_equal(count(fixture, "feedbackmodels", "{}"), 0);
    store_case_books(fixture, "bob", START_COINS - PRICE, 0, PRICE);
}

static void the_next_request_finishes_an_erasure(void **state)
{
    struct store_fixture *fixture = *state;
    struct chatur_user user;
    begin_to_erase(fixture, "0");
    assert_outcome(chatur_store_user_find(fixture->store, "ada", fixture->arena, &user, NULL),
                   CHATUR_NOT_FOUND);
    assert_only_bob_is_left(fixture);
}

static void the_next_sign_in_finishes_an_erasure(void **state)
{
    struct store_fixture *fixture = *state;
    begin_to_erase(fixture, "0");
    store_case_sign_in(fixture, "ada");
    store_case_books(fixture, "ada", START_COINS, 0, 0);
    assert_int_equal(store_case_history_length(fixture, "ada"), 0);
    assert_int_equal(count(fixture, "feedbackmodels", "{}"), 0);
}

static void a_health_check_finishes_an_erasure(void **state)
{
    struct store_fixture *fixture = *state;
    begin_to_erase(fixture, "0");
    assert_outcome(chatur_store_ping(fixture->store, NULL), CHATUR_OK);
    assert_only_bob_is_left(fixture);
}

/* Somebody else is at it: far in the future, so for sure. */
static void a_user_who_is_being_erased_is_gone(void **state)
{
    struct store_fixture *fixture = *state;
    struct chatur_user user;
    const struct chatur_profile ada = {.uid = "ada",
                                       .email = "ada@example.com",
                                       .name = "",
                                       .picture = "",
                                       .login_method = "dev",
                                       .fcm_token = ""};
    const struct chatur_feedback feedback = {
        .uid = "ada", .email = "a@example.com", .subject = "A subject", .message = "A message"};
    struct chatur_email email = store_case_email("ada", "0000000000000000000000dd");
    begin_to_erase(fixture, "4102444800000");
    assert_outcome(chatur_store_user_find(fixture->store, "ada", fixture->arena, &user, NULL),
                   CHATUR_NOT_FOUND);
    assert_outcome(chatur_store_user_sign_in(fixture->store, &ada, START_COINS, NOW_MS,
                                             fixture->arena, &user, NULL),
                   CHATUR_UNAVAILABLE);
    assert_outcome(chatur_store_user_suspend(fixture->store, "ada", true, NULL), CHATUR_NOT_FOUND);
    assert_outcome(chatur_store_coins_reserve(fixture->store, "ada", email.id, PRICE, NOW_MS,
                                              DEADLINE_MS, NULL),
                   CHATUR_NOT_FOUND);
    assert_outcome(chatur_store_email_deliver(fixture->store, &email, NULL), CHATUR_NOT_FOUND);
    assert_outcome(chatur_store_feedback_add(fixture->store, &feedback, NOW_MS, NULL),
                   CHATUR_NOT_FOUND);
    assert_outcome(chatur_store_user_erase(fixture->store, "ada", NULL), CHATUR_UNAVAILABLE);
    assert_outcome(chatur_store_user_erase(fixture->store, "eve", NULL), CHATUR_NOT_FOUND);
    assert_int_equal(count(fixture, "generatedemails", "{\"userId\": \"ada\"}"), 1);
    assert_int_equal(count(fixture, "feedbackmodels", "{}"), 1);
    mongo_place_update(place_of(fixture), "usermodels", "{\"uid\": \"ada\"}",
                       "{\"$set\": {\"erasing\": {\"$date\": 0}}}");
    assert_outcome(chatur_store_user_erase(fixture->store, "ada", NULL), CHATUR_OK);
    assert_only_bob_is_left(fixture);
}

/* --- long histories --- */

static void a_long_history_is_erased_by_one_call(void **state)
{
    enum {
        SEVERAL_BATCHES = 1200
    }; /* and no more: a call has so much time, on a busy machine too */
    struct store_fixture *fixture = *state;
    begin_to_erase(fixture, "0");
    mongo_place_fill(place_of(fixture), "ada", SEVERAL_BATCHES);
    assert_outcome(chatur_store_user_erase(fixture->store, "ada", NULL), CHATUR_OK);
    assert_only_bob_is_left(fixture);
}

/* Each does a part, says the truth, and leaves the rest to the next. */
static void requests_in_passing_erase_a_long_history(void **state)
{
    struct store_fixture *fixture = *state;
    struct chatur_user user;
    struct chatur_error error = {0};
    begin_to_erase(fixture, "0");
    mongo_place_fill(place_of(fixture), "ada", MANY);
    assert_outcome(chatur_store_user_find(fixture->store, "ada", fixture->arena, &user, &error),
                   CHATUR_UNAVAILABLE);
    assert_non_null(strstr(error.message, "still being erased"));
    assert_int_equal(count(fixture, "generatedemails", "{\"userId\": \"ada\"}"),
                     MANY + 1 - IN_PASSING);
    assert_int_equal(count(fixture, "usermodels", "{\"uid\": \"ada\"}"), 1);
    assert_outcome(chatur_store_user_find(fixture->store, "ada", fixture->arena, &user, NULL),
                   CHATUR_NOT_FOUND);
    assert_only_bob_is_left(fixture);
}

/* A service is no less healthy for what others left to do. */
static void health_checks_erase_a_long_history(void **state)
{
    struct store_fixture *fixture = *state;
    begin_to_erase(fixture, "0");
    mongo_place_fill(place_of(fixture), "ada", MANY);
    assert_outcome(chatur_store_ping(fixture->store, NULL), CHATUR_OK);
    assert_int_equal(count(fixture, "generatedemails", "{\"userId\": \"ada\"}"),
                     MANY + 1 - IN_PASSING);
    assert_outcome(chatur_store_ping(fixture->store, NULL), CHATUR_OK);
    assert_only_bob_is_left(fixture);
}

static void an_operator_finishes_all_erasures(void **state)
{
    enum { CRASHED = 40 }; /* more than a health check finishes */
    struct store_fixture *fixture = *state;
    struct chatur_config config = place_of(fixture)->config;
    struct chatur_store *store = NULL;
    config.one_shot = true;
    config.attended = true;
    for (int i = 0; i < CRASHED; i++) {
        char json[200];
        (void)snprintf(json, sizeof(json),
                       "{\"uid\": \"u%d\", \"erasing\": {\"$date\": 1}, \"email\": \"\"}", i);
        assert_true(mongo_place_insert(place_of(fixture), "usermodels", json));
    }
    /* And one that nobody can finish holds up no other, nor goes on for ever. */
    assert_true(mongo_place_insert(place_of(fixture), "usermodels",
                                   "{\"uid\": 7, \"erasing\": {\"$date\": 0}}"));
    assert_outcome(chatur_store_new(&config, &store, NULL), CHATUR_OK);
    assert_outcome(chatur_store_ping(store, NULL), CHATUR_OK);
    assert_int_equal(count(fixture, "usermodels", "{}"), 1);
    chatur_store_free(store);
    mongo_place_empty(place_of(fixture));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_operator_finishes_all_erasures),
    cmocka_unit_test(the_next_request_finishes_an_erasure),
    cmocka_unit_test(the_next_sign_in_finishes_an_erasure),
    cmocka_unit_test(a_health_check_finishes_an_erasure),
    cmocka_unit_test(a_user_who_is_being_erased_is_gone),
    cmocka_unit_test(a_long_history_is_erased_by_one_call),
    cmocka_unit_test(requests_in_passing_erase_a_long_history),
    cmocka_unit_test(health_checks_erase_a_long_history),
};

const struct store_cases store_mongo_erase_cases = {tests, sizeof(tests) / sizeof(tests[0])};
