/* MongoDB behind a network that loses commands, or holds them up for longer than anybody planned.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "base/deadline.h"
#include "mongo_place.h"
#include "proxy.h"
#include "store_cases.h"

#define ID         "0000000000000000000000aa"
#define OTHER_ID   "0000000000000000000000ab"
#define TIMEOUT_MS 2000
#define CLOSED_US  1000000 /* the gate: lib/store/mongo.c */

/* What the network does with commands on the test's database; shared with the proxy's process. */
enum trouble { NONE, LOSES_EMAILS, LOSES_SETTLING, HOLDS_ONE };
struct network {
    atomic_int trouble;
    atomic_int hold_at; /* the number of the command, from 1 */
    atomic_int seen;
    atomic_int is_held;
};
static struct network *network;

static bool has(const char *bytes, size_t length, const char *word)
{
    return memmem(bytes, length, word, strlen(word)) != NULL;
}

static bool lets_pass(const char *bytes, size_t length)
{
    if (!has(bytes, length, "chatur_test_")) {
        return true; /* the driver's own talk with the server */
    }
    if (atomic_load(&network->trouble) == LOSES_EMAILS) {
        return !has(bytes, length, "generatedemails");
    }
    if (atomic_load(&network->trouble) == LOSES_SETTLING) {
        return !has(bytes, length, "usedTokens") || !has(bytes, length, "$unset");
    }
    if (atomic_load(&network->trouble) == HOLDS_ONE &&
        atomic_fetch_add(&network->seen, 1) + 1 == atomic_load(&network->hold_at)) {
        atomic_store(&network->is_held, 1);
        while (atomic_load(&network->trouble) == HOLDS_ONE) {
            chatur_pause_us(2000);
        }
    }
    return true;
}

/* A store that reaches the fixture's database over the network. */
struct far {
    struct proxy proxy;
    struct chatur_config config;
    char uri[200];
    struct chatur_store *store;
};

static void open_far(struct far *far, const struct store_fixture *fixture)
{
    const struct mongo_place *place = fixture->backend->context;
    static const char before_port[] = "mongodb://127.0.0.1:";
    network =
        mmap(NULL, sizeof(*network), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(network, MAP_FAILED);
    assert_memory_equal(place->uri, before_port, sizeof(before_port) - 1);
    proxy_lets_pass = lets_pass;
    proxy_start(&far->proxy, (int)strtol(place->uri + sizeof(before_port) - 1, NULL, 10));
    (void)snprintf(far->uri, sizeof(far->uri), "mongodb://127.0.0.1:%d/%s?directConnection=true",
                   far->proxy.port, place->database);
    far->config = (struct chatur_config){
        .db_uri = far->uri, .db_durability = "full", .db_timeout_ms = TIMEOUT_MS};
    assert_outcome(chatur_store_new(&far->config, &far->store, NULL), CHATUR_OK);
}

static void close_far(struct far *far)
{
    atomic_store(&network->trouble, NONE);
    chatur_store_free(far->store);
    proxy_stop(&far->proxy);
    (void)munmap(network, sizeof(*network));
    chatur_deadline_set(0);
}

/* --- the gate and the deadline --- */

/* As a request of its own; sets how long it took. */
static enum chatur_outcome find_user(const struct far *far, struct store_fixture *fixture,
                                     int64_t *took_ms)
{
    struct chatur_user user;
    int64_t from_us = chatur_monotonic_us();
    chatur_deadline_set(TIMEOUT_MS);
    enum chatur_outcome outcome =
        chatur_store_user_find(far->store, "ada", fixture->arena, &user, NULL);
    *took_ms = (chatur_monotonic_us() - from_us) / 1000;
    return outcome;
}

static enum chatur_outcome find_email(const struct far *far, struct store_fixture *fixture,
                                      int64_t *took_ms)
{
    struct chatur_email email;
    int64_t from_us = chatur_monotonic_us();
    chatur_deadline_set(TIMEOUT_MS);
    enum chatur_outcome outcome =
        chatur_store_email_find(far->store, "ada", ID, fixture->arena, &email, NULL);
    *took_ms = (chatur_monotonic_us() - from_us) / 1000;
    return outcome;
}

static void a_slow_command_closes_the_gate_for_nobody(void **state)
{
    struct store_fixture *fixture = *state;
    struct far far;
    int64_t took_ms = 0;
    store_case_sign_in(fixture, "ada");
    open_far(&far, fixture);
    assert_outcome(find_user(&far, fixture, &took_ms), CHATUR_OK);
    atomic_store(&network->trouble, LOSES_EMAILS);
    for (int i = 0; i < 4; i++) {
        assert_outcome(find_email(&far, fixture, &took_ms), CHATUR_UNAVAILABLE);
        assert_in_range(took_ms, 900, TIMEOUT_MS);
        assert_outcome(find_user(&far, fixture, &took_ms), CHATUR_OK);
        assert_in_range(took_ms, 0, 800);
    }
    close_far(&far);
}

static void several_in_a_row_close_it_until_the_server_says_a_word(void **state)
{
    struct store_fixture *fixture = *state;
    struct far far;
    int64_t took_ms = 0;
    store_case_sign_in(fixture, "ada");
    open_far(&far, fixture);
    assert_outcome(find_user(&far, fixture, &took_ms), CHATUR_OK);
    atomic_store(&network->trouble, LOSES_EMAILS);
    for (int i = 0; i < 3; i++) {
        assert_outcome(find_email(&far, fixture, &took_ms), CHATUR_UNAVAILABLE);
        assert_in_range(took_ms, 900, TIMEOUT_MS);
    }
    assert_outcome(find_user(&far, fixture, &took_ms), CHATUR_UNAVAILABLE);
    assert_in_range(took_ms, 0, 100);
    chatur_pause_us(CLOSED_US);
    assert_outcome(find_user(&far, fixture, &took_ms), CHATUR_OK);
    close_far(&far);
}

/* All of a request's calls have one deadline; and what comes too late is not begun. */
static void the_calls_of_a_request_share_its_deadline(void **state)
{
    struct store_fixture *fixture = *state;
    struct far far;
    struct chatur_user user;
    int64_t took_ms = 0;
    store_case_sign_in(fixture, "ada");
    open_far(&far, fixture);
    atomic_store(&network->trouble, LOSES_EMAILS);
    assert_outcome(find_email(&far, fixture, &took_ms), CHATUR_UNAVAILABLE);
    atomic_store(&network->trouble, NONE);
    int64_t from_us = chatur_monotonic_us();
    assert_outcome(chatur_store_user_find(far.store, "ada", fixture->arena, &user, NULL),
                   CHATUR_UNAVAILABLE);
    assert_in_range(took_ms + (chatur_monotonic_us() - from_us) / 1000, 0, TIMEOUT_MS);
    chatur_deadline_renew();
    assert_outcome(chatur_store_user_find(far.store, "ada", fixture->arena, &user, NULL),
                   CHATUR_OK);
    close_far(&far);
}

/* --- delivery --- */

/* Whoever is told that it failed tries again, and pays twice. */
static void what_is_stored_is_delivered_although_settling_is_lost(void **state)
{
    struct store_fixture *fixture = *state;
    struct far far;
    store_case_sign_in(fixture, "ada");
    assert_outcome(
        chatur_store_coins_reserve(fixture->store, "ada", ID, PRICE, NOW_MS, DEADLINE_MS, NULL),
        CHATUR_OK);
    open_far(&far, fixture);
    atomic_store(&network->trouble, LOSES_SETTLING);
    chatur_deadline_set(TIMEOUT_MS);
    struct chatur_email email = store_case_email("ada", ID);
    assert_outcome(chatur_store_email_deliver(far.store, &email, NULL), CHATUR_OK);
    close_far(&far);
    store_case_books(fixture, "ada", START_COINS - PRICE, PRICE, 0);
    assert_int_equal(store_case_history_length(fixture, "ada"), 1);
    assert_outcome(chatur_store_coins_reclaim(fixture->store, "ada", DEADLINE_MS + 1, NULL),
                   CHATUR_OK);
    store_case_books(fixture, "ada", START_COINS - PRICE, 0, PRICE);
}

static void *deliver(void *argument)
{
    static enum chatur_outcome outcome;
    const struct far *far = argument;
    struct chatur_email email = store_case_email("ada", ID);
    outcome = chatur_store_email_deliver(far->store, &email, NULL);
    return &outcome;
}

/* Begins a delivery without a reservation, and stops before it takes the coins anew. */
static void begin_late_delivery(struct far *far, pthread_t *thread)
{
    atomic_store(&network->hold_at, 3); /* after the user and the email were looked for */
    atomic_store(&network->trouble, HOLDS_ONE);
    assert_int_equal(pthread_create(thread, NULL, deliver, far), 0);
    while (atomic_load(&network->is_held) == 0) {
        chatur_pause_us(2000);
    }
}

static enum chatur_outcome end_late_delivery(pthread_t thread)
{
    void *outcome = NULL;
    atomic_store(&network->trouble, NONE);
    assert_int_equal(pthread_join(thread, &outcome), 0);
    return *(enum chatur_outcome *)outcome;
}

/* By a second request with the same key; the coins would do for both. */
static void a_late_delivery_uses_what_was_reserved_meanwhile(void **state)
{
    struct store_fixture *fixture = *state;
    struct far far;
    pthread_t thread;
    store_case_sign_in(fixture, "ada");
    open_far(&far, fixture);
    begin_late_delivery(&far, &thread);
    assert_outcome(
        chatur_store_coins_reserve(fixture->store, "ada", ID, PRICE, NOW_MS, INT64_MAX, NULL),
        CHATUR_OK);
    assert_outcome(end_late_delivery(thread), CHATUR_OK);
    struct chatur_email second = store_case_email("ada", ID);
    assert_outcome(chatur_store_email_deliver(fixture->store, &second, NULL), CHATUR_CONFLICT);
    store_case_books(fixture, "ada", START_COINS - PRICE, 0, PRICE);
    assert_int_equal(store_case_history_length(fixture, "ada"), 1);
    close_far(&far);
}

static void a_late_delivery_to_a_user_who_left_meanwhile_finds_nobody(void **state)
{
    struct store_fixture *fixture = *state;
    struct far far;
    pthread_t thread;
    store_case_sign_in(fixture, "ada");
    open_far(&far, fixture);
    begin_late_delivery(&far, &thread);
    assert_outcome(chatur_store_user_erase(fixture->store, "ada", NULL), CHATUR_OK);
    assert_outcome(end_late_delivery(thread), CHATUR_NOT_FOUND);
    close_far(&far);
}

/* --- the lease --- */

/* Whatever it finds when it wakes is an answer, and no failure. */
static void *erase(void *argument)
{
    struct far *far = argument;
    enum chatur_outcome outcome = chatur_store_user_erase(far->store, "ada", NULL);
    atomic_store(&network->is_held, 1);
    return outcome == CHATUR_OK || outcome == CHATUR_NOT_FOUND ? far : NULL;
}

/* A user with emails, one of them under way, and feedback; the same ones in each life. */
static void live(struct store_fixture *fixture)
{
    const struct chatur_feedback feedback = {
        .uid = "ada", .email = "a@example.com", .subject = "A subject", .message = "A message"};
    store_case_sign_in(fixture, "ada");
    store_case_generate(fixture, "ada", ID, NOW_MS / 1000);
    assert_outcome(chatur_store_coins_reserve(fixture->store, "ada", OTHER_ID, PRICE, NOW_MS,
                                              DEADLINE_MS, NULL),
                   CHATUR_OK);
    assert_outcome(chatur_store_feedback_add(fixture->store, &feedback, NOW_MS, NULL), CHATUR_OK);
}

/* True: the erasure had so many commands, and slept before that one. */
static bool sleep_before(int command, struct store_fixture *fixture)
{
    struct far far;
    pthread_t thread;
    mongo_place_empty(fixture->backend->context);
    live(fixture);
    open_far(&far, fixture);
    atomic_store(&network->hold_at, command);
    atomic_store(&network->trouble, HOLDS_ONE);
    assert_int_equal(pthread_create(&thread, NULL, erase, &far), 0);
    while (atomic_load(&network->is_held) == 0) {
        chatur_pause_us(2000);
    }
    bool has_slept = atomic_load(&network->seen) == command;
    if (has_slept) {
        mongo_place_update(fixture->backend->context, "usermodels", "{\"uid\": \"ada\"}",
                           "{\"$set\": {\"erasing\": {\"$date\": 0}}}");
        assert_outcome(chatur_store_user_erase(fixture->store, "ada", NULL), CHATUR_OK);
        live(fixture);
    }
    atomic_store(&network->trouble, NONE);
    void *answered = NULL;
    assert_int_equal(pthread_join(thread, &answered), 0);
    assert_non_null(answered);
    if (has_slept) {
        store_case_books(fixture, "ada", START_COINS - 2 * PRICE, PRICE, PRICE);
        assert_int_equal(store_case_history_length(fixture, "ada"), 1);
        assert_int_equal(mongo_place_count(fixture->backend->context, "feedbackmodels", "{}"), 1);
        struct chatur_email email = store_case_email("ada", OTHER_ID);
        assert_outcome(chatur_store_email_deliver(fixture->store, &email, NULL), CHATUR_OK);
        store_case_books(fixture, "ada", START_COINS - 2 * PRICE, 0, 2 * PRICE);
    }
    close_far(&far);
    return has_slept;
}

/* Wherever it sleeps after its mark, with its lease over, the account erased by another one and the
 * user back with emails of the same ids: what it does when it wakes is nothing to them. */
static void who_sleeps_while_erasing_erases_nothing_of_a_user_who_is_back(void **state)
{
    struct store_fixture *fixture = *state;
    int command = 2;
    while (sleep_before(command, fixture)) {
        command++;
    }
    assert_in_range(command, 10, 20); /* else it did not sleep everywhere */
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_slow_command_closes_the_gate_for_nobody),
    cmocka_unit_test(several_in_a_row_close_it_until_the_server_says_a_word),
    cmocka_unit_test(the_calls_of_a_request_share_its_deadline),
    cmocka_unit_test(what_is_stored_is_delivered_although_settling_is_lost),
    cmocka_unit_test(a_late_delivery_uses_what_was_reserved_meanwhile),
    cmocka_unit_test(a_late_delivery_to_a_user_who_left_meanwhile_finds_nobody),
    cmocka_unit_test(who_sleeps_while_erasing_erases_nothing_of_a_user_who_is_back),
};

const struct store_cases store_mongo_fault_cases = {tests, sizeof(tests) / sizeof(tests[0])};
