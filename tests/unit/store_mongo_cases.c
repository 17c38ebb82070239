/* MongoDB's own cases: the states that a crash leaves between two documents, each made by hand, and
 * the way back from it. */
#include <string.h>

#include "mongo_place.h"
#include "store/store_admin.h"
#include "store_cases.h"

#define ID "0000000000000000000000aa"

static struct mongo_place *place_of(struct store_fixture *fixture)
{
    return fixture->backend->context;
}

static int64_t count(struct store_fixture *fixture, const char *collection, const char *filter)
{
    return mongo_place_count(place_of(fixture), collection, filter);
}

static void reserve(struct store_fixture *fixture, const char *id)
{
    assert_outcome(
        chatur_store_coins_reserve(fixture->store, "ada", id, PRICE, NOW_MS, DEADLINE_MS, NULL),
        CHATUR_OK);
}

static void reclaim(struct store_fixture *fixture)
{
    assert_outcome(chatur_store_coins_reclaim(fixture->store, "ada", DEADLINE_MS + 1, NULL),
                   CHATUR_OK);
}

/* What a delivery stores, by a process that died before it settled. NULL: the reservation's stamp.
 */
static bool insert_email(struct store_fixture *fixture, const char *stamp)
{
    char read[CHATUR_ID_LENGTH + 1] = "";
    char json[400];
    bson_iter_t at;
    bson_iter_t inner;
    bson_t *user = mongo_place_find(place_of(fixture), "usermodels", "{\"uid\": \"ada\"}");
    if (user != NULL && bson_iter_init(&at, user) &&
        bson_iter_find_descendant(&at, "reservations." ID ".stamp", &inner)) {
        bson_oid_to_string(bson_iter_oid(&inner), read);
    }
    bson_destroy(user);
    (void)snprintf(json, sizeof(json),
                   "{\"_id\": {\"$oid\": \"" ID "\"}, \"userId\": \"ada\", \"tokens\": 250,"
                   " \"createdOn\": 1, \"stamp\": {\"$oid\": \"%s\"}}",
                   stamp != NULL ? stamp : read);
    return mongo_place_insert(place_of(fixture), "generatedemails", json);
}

static void stored_and_not_settled_is_settled(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    reserve(fixture, ID);
    assert_true(insert_email(fixture, NULL));
    store_case_books(fixture, "ada", START_COINS - PRICE, PRICE, 0);
    reclaim(fixture);
    store_case_books(fixture, "ada", START_COINS - PRICE, 0, PRICE);
    assert_int_equal(store_case_history_length(fixture, "ada"), 1);
    reclaim(fixture);
    store_case_books(fixture, "ada", START_COINS - PRICE, 0, PRICE);
}

/* The answer to the insert was lost: the caller gives up and releases. */
static void stored_and_released_is_settled(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    reserve(fixture, ID);
    assert_true(insert_email(fixture, NULL));
    assert_outcome(chatur_store_coins_release(fixture->store, "ada", ID, NULL), CHATUR_OK);
    store_case_books(fixture, "ada", START_COINS - PRICE, 0, PRICE);
    assert_int_equal(store_case_history_length(fixture, "ada"), 1);
}

static void stored_and_deleted_is_settled(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    reserve(fixture, ID);
    assert_true(insert_email(fixture, NULL));
    assert_outcome(chatur_store_email_delete(fixture->store, "ada", ID, NULL), CHATUR_OK);
    reclaim(fixture);
    store_case_books(fixture, "ada", START_COINS - PRICE, 0, PRICE);
    assert_int_equal(store_case_history_length(fixture, "ada"), 0);
}

static void an_email_that_another_reservation_paid_is_not_paid_twice(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    reserve(fixture, ID);
    assert_true(insert_email(fixture, "0000000000000000000000bb"));
    reclaim(fixture);
    store_case_books(fixture, "ada", START_COINS, 0, 0);
}

static void an_insert_that_arrives_after_the_release_is_kept_out(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    reserve(fixture, ID);
    reclaim(fixture);
    assert_false(insert_email(fixture, "0000000000000000000000bb"));
    assert_int_equal(store_case_history_length(fixture, "ada"), 0);
    assert_int_equal(count(fixture, "generatedemails", "{\"expireOn\": {\"$exists\": true}}"), 1);
    /* And the id may be used again: the fence gives way to who holds a reservation. */
    reserve(fixture, ID);
    struct chatur_email email = store_case_email("ada", ID);
    assert_outcome(chatur_store_email_deliver(fixture->store, &email, NULL), CHATUR_OK);
    store_case_books(fixture, "ada", START_COINS - PRICE, 0, PRICE);
    assert_int_equal(count(fixture, "generatedemails", "{\"fence\": {\"$exists\": true}}"), 0);
}

/* A fence is nobody's email. */
static void a_fence_is_seen_by_nobody(void **state)
{
    struct store_fixture *fixture = *state;
    struct chatur_email email;
    store_case_sign_in(fixture, "ada");
    reserve(fixture, ID);
    assert_outcome(chatur_store_coins_release(fixture->store, "ada", ID, NULL), CHATUR_OK);
    assert_int_equal(count(fixture, "generatedemails", "{}"), 1);
    assert_outcome(chatur_store_email_find(fixture->store, "ada", ID, fixture->arena, &email, NULL),
                   CHATUR_NOT_FOUND);
    assert_outcome(chatur_store_email_delete(fixture->store, "ada", ID, NULL), CHATUR_NOT_FOUND);
    assert_outcome(chatur_store_email_delete(fixture->store, "", ID, NULL), CHATUR_NOT_FOUND);
    assert_int_equal(store_case_history_length(fixture, "ada"), 0);
}

static void an_insert_that_arrives_after_the_erasure_is_kept_out(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    reserve(fixture, ID);
    assert_outcome(chatur_store_user_erase(fixture->store, "ada", NULL), CHATUR_OK);
    assert_false(insert_email(fixture, "0000000000000000000000bb"));
    assert_int_equal(count(fixture, "usermodels", "{}"), 0);
    assert_int_equal(count(fixture, "generatedemails", "{\"userId\": {\"$exists\": true}}"), 0);
}

/* Keeps the last digit of an email's id. */
static enum chatur_outcome keep_digit(void *context, const struct chatur_email *email)
{
    char *digit = context;
    *digit = email->id[CHATUR_ID_LENGTH - 1];
    return CHATUR_OK;
}

/* Times of old documents are of any number type, have fractions, or are missing. */
static void pages_of_odd_times_are_without_gap_or_overlap(void **state)
{
    static const char *const times[] = {
        "{\"$numberDouble\": \"7.5\"}",
        "{\"$numberDouble\": \"7.5\"}",
        "{\"$numberInt\": \"7\"}",
        "{\"$numberLong\": \"8\"}",
        "{\"$numberDouble\": \"7\"}",
        "null",
        "null",
    };
    struct store_fixture *fixture = *state;
    char before[CHATUR_ID_LENGTH + 1] = "";
    char seen[16] = "";
    store_case_sign_in(fixture, "ada");
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        char json[200];
        (void)snprintf(json, sizeof(json),
                       "{\"_id\": {\"$oid\": \"%024zx\"}, \"userId\": \"ada\", \"createdOn\": %s}",
                       i + 1, times[i]);
        assert_true(mongo_place_insert(place_of(fixture), "generatedemails", json));
    }
    for (int i = 0; i < 8; i++) {
        char digit = '\0';
        const struct chatur_page page = {.limit = 1, .before = before[0] != '\0' ? before : NULL};
        assert_outcome(
            chatur_store_email_each(fixture->store, "ada", &page, keep_digit, &digit, NULL),
            CHATUR_OK);
        if (digit == '\0') {
            break;
        }
        seen[i] = digit;
        (void)snprintf(before, sizeof(before), "%023d%c", 0, digit);
    }
    assert_string_equal(seen, "4215376");
}

/* What another service, or somebody by hand, left where a number is to be; and what it counts as.
 */
static void counters_that_are_no_numbers_keep_nobody_from_paying(void **state)
{
    static const struct {
        const char *left;
        int64_t counts;
    } cases[] = {
        {"null", 0},
        {"\"250\"", 250},
        {"\"many\"", 0},
        {"\"\"", 0},
        {"true", 0},
        {"[1]", 0},
        {"{\"$date\": 1700000000000}", 0},
        {"{\"$numberDecimal\": \"250.5\"}", 250},
        {"{\"$numberDouble\": \"250\"}", 250},
        {"{\"$numberDouble\": \"NaN\"}", 0},
        {"{\"$numberLong\": \"9223372036854775807\"}", 0},
        {"\"9223372036854775807\"", 0},
    };
    struct store_fixture *fixture = *state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char update[200];
        struct chatur_user user;
        struct chatur_email email = store_case_email("ada", ID);
        (void)snprintf(update, sizeof(update),
                       "{\"$set\": {\"usedTokens\": %s, \"generatedEmailCount\": %s}}",
                       cases[i].left, cases[i].left);
        for (int late = 0; late < 2; late++) { /* before the reservation, or under its hands */
            mongo_place_empty(fixture->backend->context);
            store_case_sign_in(fixture, "ada");
            if (late == 1) {
                reserve(fixture, ID);
                assert_true(insert_email(fixture, NULL));
            }
            mongo_place_update(place_of(fixture), "usermodels", "{\"uid\": \"ada\"}", update);
            if (late == 0) {
                reserve(fixture, ID);
                assert_outcome(chatur_store_email_deliver(fixture->store, &email, NULL), CHATUR_OK);
            }
            reclaim(fixture);
            assert_outcome(
                chatur_store_user_find(fixture->store, "ada", fixture->arena, &user, NULL),
                CHATUR_OK);
            assert_int_equal(user.used_coins, cases[i].counts + PRICE);
            assert_int_equal(user.generated_count, cases[i].counts + 1);
            assert_int_equal(user.available_coins, START_COINS - PRICE);
            assert_int_equal(mongo_place_reserved_coins(place_of(fixture), "ada"), 0);
        }
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(counters_that_are_no_numbers_keep_nobody_from_paying),
    cmocka_unit_test(stored_and_not_settled_is_settled),
    cmocka_unit_test(stored_and_released_is_settled),
    cmocka_unit_test(stored_and_deleted_is_settled),
    cmocka_unit_test(an_email_that_another_reservation_paid_is_not_paid_twice),
    cmocka_unit_test(an_insert_that_arrives_after_the_release_is_kept_out),
    cmocka_unit_test(a_fence_is_seen_by_nobody),
    cmocka_unit_test(an_insert_that_arrives_after_the_erasure_is_kept_out),
    cmocka_unit_test(pages_of_odd_times_are_without_gap_or_overlap),
};

const struct store_cases store_mongo_cases = {tests, sizeof(tests) / sizeof(tests[0])};
