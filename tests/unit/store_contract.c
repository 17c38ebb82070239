/* The suite's frame: every case starts with an empty database and a store of its own. */
#include "store_contract.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_cases.h"

/* More than one answer of the suite needs; one case asks for less. */
#define ARENA_BYTES (16 << 20)

const char *const store_hostile_texts[] = {
    "",
    " ",
    "'",
    "\"",
    "''; DROP TABLE users; --",
    "Robert'); DELETE FROM emails WHERE ('1'='1",
    "{\"$gt\": \"\"}",
    "$where",
    "?1",
    "%s%n%d",
    "back\\slash",
    "line\r\nbreak\ttab\x01\x1f\x7f",
    "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82 \xe4\xbd\xa0\xe5\xa5\xbd",
    "\xf0\x9f\x98\x80\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
    "e\xcc\x81 is not \xc3\xa9",
    "1e3",
    "007",
    "null",
    NULL,
};

void store_case_open(struct store_fixture *fixture)
{
    fixture->store = fixture->backend->open(fixture->backend->context);
    assert_non_null(fixture->store);
}

void store_case_close(struct store_fixture *fixture)
{
    chatur_store_free(fixture->store);
    fixture->store = NULL;
}

void store_case_sign_in(struct store_fixture *fixture, const char *uid)
{
    char address[200];
    (void)snprintf(address, sizeof(address), "%s@example.com", uid);
    const struct chatur_profile profile = {
        .uid = uid,
        .email = address,
        .name = "Name",
        .picture = "https://example.com/p.png",
        .login_method = "dev",
        .fcm_token = "",
    };
    struct chatur_user user;
    struct chatur_error error = {0};
    enum chatur_outcome outcome = chatur_store_user_sign_in(fixture->store, &profile, START_COINS,
                                                            NOW_MS, fixture->arena, &user, &error);
    assert_string_equal(error.detail, "");
    assert_outcome(outcome, CHATUR_OK);
}

void store_case_books(struct store_fixture *fixture, const char *uid, int64_t available,
                      int64_t reserved, int64_t used)
{
    struct chatur_user user;
    assert_outcome(chatur_store_user_find(fixture->store, uid, fixture->arena, &user, NULL),
                   CHATUR_OK);
    int64_t held = fixture->backend->reserved_coins(fixture->backend->context, uid);
    assert_int_equal(user.available_coins, available);
    assert_int_equal(held, reserved);
    assert_int_equal(user.used_coins, used);
    assert_int_equal(user.generated_count * PRICE, used);
    assert_int_equal(user.available_coins + held + user.used_coins, START_COINS);
}

struct chatur_email store_case_email(const char *uid, const char *id)
{
    struct chatur_email email = {
        .uid = uid,
        .prompt_id = "1",
        .subject = "Leave on Friday",
        .keywords = "family, train",
        .to = "a@example.com, b@example.com",
        .text = "Dear A,\n\nmay I leave on Friday?\n\nB",
        .by = {.provider = "offline",
               .model = "offline-1",
               .finish_reason = "length",
               .template_version = "0123456789abcdef",
               .attempts = 2,
               .latency_ms = 345,
               .prompt_tokens = 678,
               .completion_tokens = INT64_C(9012345678)},
        .fingerprint = "5e6f",
        .coins = PRICE,
        .created_s = NOW_MS / 1000,
    };
    (void)snprintf(email.id, sizeof(email.id), "%s", id);
    return email;
}

void store_case_generate(struct store_fixture *fixture, const char *uid, const char *id,
                         int64_t created_s)
{
    struct chatur_email email = store_case_email(uid, id);
    email.created_s = created_s;
    assert_outcome(
        chatur_store_coins_reserve(fixture->store, uid, id, PRICE, NOW_MS, DEADLINE_MS, NULL),
        CHATUR_OK);
    assert_outcome(chatur_store_email_deliver(fixture->store, &email, NULL), CHATUR_OK);
}

enum chatur_outcome store_case_try(struct chatur_store *store, const char *uid, const char *id,
                                   int64_t coins, int64_t deadline_ms)
{
    struct chatur_email email = store_case_email(uid, id);
    email.coins = coins;
    enum chatur_outcome outcome =
        chatur_store_coins_reserve(store, uid, id, coins, NOW_MS, deadline_ms, NULL);
    return outcome == CHATUR_OK ? chatur_store_email_deliver(store, &email, NULL) : outcome;
}

static enum chatur_outcome count_email(void *context, const struct chatur_email *email)
{
    (void)email;
    *(size_t *)context += 1;
    return CHATUR_OK;
}

size_t store_case_history_length(struct store_fixture *fixture, const char *uid)
{
    size_t count = 0;
    assert_outcome(chatur_store_email_each(fixture->store, uid, &(struct chatur_page){0},
                                           count_email, &count, NULL),
                   CHATUR_OK);
    return count;
}

static int set_up(void **state)
{
    const struct store_backend *backend = *state;
    struct store_fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    fixture->backend = backend;
    fixture->arena = chatur_arena_new(ARENA_BYTES);
    assert_non_null(fixture->arena);
    backend->reset(backend->context);
    store_case_open(fixture);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct store_fixture *fixture = *state;
    bool is_sound = fixture->backend->is_sound(fixture->backend->context);
    chatur_store_free(fixture->store);
    chatur_arena_free(fixture->arena);
    free(fixture);
    return is_sound ? 0 : -1;
}

int store_contract_run_cases(const struct store_backend *backend, const struct store_cases *cases)
{
    struct store_backend own = *backend; /* cmocka hands it on as not const */
    struct CMUnitTest *tests = calloc(cases->count, sizeof(*tests));
    if (tests == NULL) {
        abort();
    }
    for (size_t i = 0; i < cases->count; i++) {
        tests[i] = cases->tests[i];
        tests[i].setup_func = set_up;
        tests[i].teardown_func = tear_down;
        tests[i].initial_state = &own;
    }
    int failed = _cmocka_run_group_tests(backend->name, tests, cases->count, NULL, NULL);
    free(tests);
    return failed;
}

int store_contract_run(const struct store_backend *backend)
{
    const struct store_cases *groups[] = {&store_user_cases, &store_coin_cases, &store_email_cases,
                                          &store_crowd_cases, &store_crash_cases};
    int failed = 0;
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        failed += store_contract_run_cases(backend, groups[i]);
    }
    return failed;
}
