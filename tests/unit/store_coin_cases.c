/* The contract: coins. Every case ends with books that add up. */
#include "store_cases.h"

#define FIRST  "000000000000000000000001"
#define SECOND "000000000000000000000002"
#define THIRD  "000000000000000000000003"

static enum chatur_outcome reserve(struct store_fixture *fixture, const char *uid, const char *id,
                                   int64_t coins)
{
    return chatur_store_coins_reserve(fixture->store, uid, id, coins, NOW_MS, DEADLINE_MS, NULL);
}

static enum chatur_outcome deliver(struct store_fixture *fixture, const char *uid, const char *id,
                                   int64_t coins)
{
    struct chatur_email email = store_case_email(uid, id);
    email.coins = coins;
    return chatur_store_email_deliver(fixture->store, &email, NULL);
}

static enum chatur_outcome release(struct store_fixture *fixture, const char *uid, const char *id)
{
    return chatur_store_coins_release(fixture->store, uid, id, NULL);
}

static enum chatur_outcome reclaim(struct store_fixture *fixture, const char *uid, int64_t now_ms)
{
    return chatur_store_coins_reclaim(fixture->store, uid, now_ms, NULL);
}

/* Leaves the user `rest` coins, held by nothing. */
static void spend_down_to(struct store_fixture *fixture, const char *uid, int64_t rest)
{
    struct chatur_user user;
    assert_outcome(chatur_store_user_find(fixture->store, uid, fixture->arena, &user, NULL),
                   CHATUR_OK);
    for (int64_t available = user.available_coins; available > rest; available -= PRICE) {
        char id[CHATUR_ID_LENGTH + 1];
        chatur_id_new(id);
        store_case_generate(fixture, uid, id, NOW_MS / 1000);
    }
}

static void prices_and_ids_that_are_bugs(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    static const int64_t prices[] = {0, -1, -PRICE, INT64_MIN};
    for (size_t i = 0; i < sizeof(prices) / sizeof(prices[0]); i++) {
        assert_outcome(reserve(fixture, "ada", FIRST, prices[i]), CHATUR_INTERNAL);
        assert_outcome(deliver(fixture, "ada", FIRST, prices[i]), CHATUR_INTERNAL);
    }
    static const char *const ids[] = {"", "1", "00000000000000000000000g",
                                      "0000000000000000000000010"};
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        assert_outcome(reserve(fixture, "ada", ids[i], PRICE), CHATUR_INTERNAL);
    }
    store_case_books(fixture, "ada", START_COINS, 0, 0);
    assert_int_equal(store_case_history_length(fixture, "ada"), 0);
}

static void reserve_then_deliver_moves_twice(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    assert_outcome(reserve(fixture, "ada", FIRST, PRICE), CHATUR_OK);
    store_case_books(fixture, "ada", START_COINS - PRICE, PRICE, 0);
    assert_outcome(deliver(fixture, "ada", FIRST, PRICE), CHATUR_OK);
    store_case_books(fixture, "ada", START_COINS - PRICE, 0, PRICE);
    assert_int_equal(store_case_history_length(fixture, "ada"), 1);
}

static void reserve_then_release_gives_back(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    assert_outcome(reserve(fixture, "ada", FIRST, PRICE), CHATUR_OK);
    assert_outcome(reserve(fixture, "ada", SECOND, PRICE), CHATUR_OK);
    for (int i = 0; i < 3; i++) {
        assert_outcome(release(fixture, "ada", FIRST), CHATUR_OK);
        store_case_books(fixture, "ada", START_COINS - PRICE, PRICE, 0);
    }
    assert_outcome(reserve(fixture, "ada", FIRST, PRICE), CHATUR_OK); /* the id is free again */
    store_case_books(fixture, "ada", START_COINS - 2 * PRICE, 2 * PRICE, 0);
}

static void releasing_what_is_not_there_does_nothing(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    assert_outcome(release(fixture, "ada", FIRST), CHATUR_OK);
    assert_outcome(release(fixture, "ada", ""), CHATUR_OK);
    assert_outcome(release(fixture, "nobody", FIRST), CHATUR_OK);
    store_case_generate(fixture, "ada", FIRST, NOW_MS / 1000);
    assert_outcome(release(fixture, "ada", FIRST), CHATUR_OK); /* delivered: no refund */
    store_case_books(fixture, "ada", START_COINS - PRICE, 0, PRICE);
    assert_int_equal(store_case_history_length(fixture, "ada"), 1);
}

static void nobody_spends_what_they_do_not_have(void **state)
{
    struct store_fixture *fixture = *state;
    assert_outcome(reserve(fixture, "nobody", FIRST, PRICE), CHATUR_NOT_FOUND);
    store_case_sign_in(fixture, "ada");
    assert_outcome(reserve(fixture, "ada", FIRST, START_COINS + 1), CHATUR_NO_COINS);
    assert_outcome(reserve(fixture, "ada", FIRST, INT64_MAX), CHATUR_NO_COINS);
    store_case_books(fixture, "ada", START_COINS, 0, 0);
    assert_outcome(reserve(fixture, "ada", FIRST, START_COINS), CHATUR_OK); /* the last coin is */
    store_case_books(fixture, "ada", 0, START_COINS, 0);
    assert_outcome(reserve(fixture, "ada", SECOND, 1), CHATUR_NO_COINS);
    assert_outcome(release(fixture, "ada", FIRST), CHATUR_OK);
    store_case_books(fixture, "ada", START_COINS, 0, 0);
}

static void an_id_is_reserved_once(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    assert_outcome(reserve(fixture, "ada", FIRST, PRICE), CHATUR_OK);
    assert_outcome(reserve(fixture, "ada", FIRST, PRICE), CHATUR_CONFLICT);
    store_case_books(fixture, "ada", START_COINS - PRICE, PRICE, 0);
    assert_outcome(deliver(fixture, "ada", FIRST, PRICE), CHATUR_OK);
    assert_outcome(reserve(fixture, "ada", FIRST, PRICE), CHATUR_CONFLICT);
    store_case_books(fixture, "ada", START_COINS - PRICE, 0, PRICE);

    store_case_sign_in(fixture, "bob");
    assert_outcome(reserve(fixture, "bob", FIRST, PRICE), CHATUR_CONFLICT);
    store_case_books(fixture, "bob", START_COINS, 0, 0);

    /* Also when there is nothing to spend: the retry of a paid email is not told to pay. */
    spend_down_to(fixture, "bob", 0);
    assert_outcome(reserve(fixture, "bob", FIRST, PRICE), CHATUR_CONFLICT);
}

static void an_email_is_delivered_once(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    store_case_sign_in(fixture, "bob");
    store_case_generate(fixture, "ada", FIRST, NOW_MS / 1000);
    assert_outcome(deliver(fixture, "ada", FIRST, PRICE), CHATUR_CONFLICT);
    assert_outcome(deliver(fixture, "bob", FIRST, PRICE), CHATUR_CONFLICT);
    store_case_books(fixture, "ada", START_COINS - PRICE, 0, PRICE);
    store_case_books(fixture, "bob", START_COINS, 0, 0);
    spend_down_to(fixture, "ada", 0);
    assert_outcome(deliver(fixture, "ada", FIRST, PRICE), CHATUR_CONFLICT);
    store_case_books(fixture, "ada", 0, 0, START_COINS);
}

static void a_delivery_of_another_price_is_a_bug(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    assert_outcome(reserve(fixture, "ada", FIRST, PRICE), CHATUR_OK);
    assert_outcome(deliver(fixture, "ada", FIRST, PRICE - 1), CHATUR_INTERNAL);
    assert_outcome(deliver(fixture, "ada", FIRST, PRICE + 1), CHATUR_INTERNAL);
    store_case_books(fixture, "ada", START_COINS - PRICE, PRICE, 0);
    assert_int_equal(store_case_history_length(fixture, "ada"), 0);
    assert_outcome(deliver(fixture, "ada", FIRST, PRICE), CHATUR_OK);
    store_case_books(fixture, "ada", START_COINS - PRICE, 0, PRICE);
}

static void reclaim_gives_back_what_is_past_its_deadline(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    store_case_sign_in(fixture, "bob");
    assert_outcome(reclaim(fixture, "nobody", NOW_MS), CHATUR_OK);
    assert_outcome(reclaim(fixture, "ada", NOW_MS), CHATUR_OK);
    store_case_generate(fixture, "ada", THIRD, NOW_MS / 1000);
    assert_outcome(reserve(fixture, "ada", FIRST, PRICE), CHATUR_OK);
    assert_outcome(reserve(fixture, "ada", SECOND, 2 * PRICE), CHATUR_OK);
    assert_outcome(reserve(fixture, "bob", "00000000000000000000000b", PRICE), CHATUR_OK);

    assert_outcome(reclaim(fixture, "ada", DEADLINE_MS), CHATUR_OK); /* due, not past */
    store_case_books(fixture, "ada", START_COINS - 4 * PRICE, 3 * PRICE, PRICE);
    for (int i = 0; i < 2; i++) {
        assert_outcome(reclaim(fixture, "ada", DEADLINE_MS + 1), CHATUR_OK);
        store_case_books(fixture, "ada", START_COINS - PRICE, 0, PRICE);
    }
    store_case_books(fixture, "bob", START_COINS - PRICE, PRICE, 0);
    assert_int_equal(store_case_history_length(fixture, "ada"), 1);
}

static void reclaim_leaves_what_is_still_running(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    assert_outcome(reserve(fixture, "ada", FIRST, PRICE), CHATUR_OK);
    assert_outcome(chatur_store_coins_reserve(fixture->store, "ada", SECOND, 3 * PRICE, NOW_MS,
                                              DEADLINE_MS + 1000, NULL),
                   CHATUR_OK);
    assert_outcome(reclaim(fixture, "ada", DEADLINE_MS + 1), CHATUR_OK);
    store_case_books(fixture, "ada", START_COINS - 3 * PRICE, 3 * PRICE, 0);
}

static void reserve_reclaims_first(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    assert_outcome(reserve(fixture, "ada", FIRST, START_COINS), CHATUR_OK);
    assert_outcome(chatur_store_coins_reserve(fixture->store, "ada", SECOND, PRICE, DEADLINE_MS,
                                              DEADLINE_MS, NULL),
                   CHATUR_NO_COINS);
    assert_outcome(chatur_store_coins_reserve(fixture->store, "ada", SECOND, PRICE, DEADLINE_MS + 1,
                                              DEADLINE_MS + 1, NULL),
                   CHATUR_OK);
    store_case_books(fixture, "ada", START_COINS - PRICE, PRICE, 0);

    /* And so a retry may use the id that a crash left behind. */
    assert_outcome(chatur_store_coins_reserve(fixture->store, "ada", SECOND, 2 * PRICE,
                                              DEADLINE_MS + 2, DEADLINE_MS + 2, NULL),
                   CHATUR_OK);
    store_case_books(fixture, "ada", START_COINS - 2 * PRICE, 2 * PRICE, 0);
}

static void a_late_delivery_that_nobody_reclaimed_is_settled(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    assert_outcome(reserve(fixture, "ada", FIRST, START_COINS), CHATUR_OK);
    struct chatur_email email = store_case_email("ada", FIRST);
    email.coins = START_COINS;
    email.created_s = DEADLINE_MS / 1000 + 60;
    assert_outcome(chatur_store_email_deliver(fixture->store, &email, NULL), CHATUR_OK);
    struct chatur_user user;
    assert_outcome(chatur_store_user_find(fixture->store, "ada", fixture->arena, &user, NULL),
                   CHATUR_OK);
    assert_int_equal(user.used_coins, START_COINS);
    assert_int_equal(user.available_coins, 0);
    assert_int_equal(user.generated_count, 1);
}

static void a_delivery_after_reclaim_is_charged_again(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    assert_outcome(reserve(fixture, "ada", FIRST, PRICE), CHATUR_OK);
    assert_outcome(reclaim(fixture, "ada", DEADLINE_MS + 1), CHATUR_OK);
    store_case_books(fixture, "ada", START_COINS, 0, 0);
    assert_outcome(deliver(fixture, "ada", FIRST, PRICE), CHATUR_OK);
    store_case_books(fixture, "ada", START_COINS - PRICE, 0, PRICE);
    assert_int_equal(store_case_history_length(fixture, "ada"), 1);
}

static void a_delivery_after_reclaim_is_refused_when_the_coins_are_spent(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    spend_down_to(fixture, "ada", PRICE);
    assert_outcome(reserve(fixture, "ada", FIRST, PRICE), CHATUR_OK);
    assert_outcome(reclaim(fixture, "ada", DEADLINE_MS + 1), CHATUR_OK);
    assert_outcome(reserve(fixture, "ada", SECOND, PRICE), CHATUR_OK);
    size_t stored = store_case_history_length(fixture, "ada");
    assert_outcome(deliver(fixture, "ada", FIRST, PRICE), CHATUR_NO_COINS);
    store_case_books(fixture, "ada", 0, PRICE, START_COINS - PRICE);
    assert_int_equal(store_case_history_length(fixture, "ada"), stored);
    assert_outcome(deliver(fixture, "ada", SECOND, PRICE), CHATUR_OK);
    store_case_books(fixture, "ada", 0, 0, START_COINS);
}

static void a_delivery_finds_its_user_gone(void **state)
{
    struct store_fixture *fixture = *state;
    assert_outcome(deliver(fixture, "nobody", FIRST, PRICE), CHATUR_NOT_FOUND);
    store_case_sign_in(fixture, "ada");
    store_case_sign_in(fixture, "bob");
    assert_outcome(reserve(fixture, "ada", FIRST, PRICE), CHATUR_OK);
    assert_outcome(chatur_store_user_erase(fixture->store, "ada", NULL), CHATUR_OK);
    assert_outcome(deliver(fixture, "ada", FIRST, PRICE), CHATUR_NOT_FOUND);
    assert_outcome(release(fixture, "ada", FIRST), CHATUR_OK);
    assert_outcome(reclaim(fixture, "ada", DEADLINE_MS + 1), CHATUR_OK);
    assert_outcome(reserve(fixture, "ada", FIRST, PRICE), CHATUR_NOT_FOUND);
    store_case_sign_in(fixture, "ada");
    store_case_books(fixture, "ada", START_COINS, 0, 0);
    assert_int_equal(store_case_history_length(fixture, "ada"), 0);
    store_case_books(fixture, "bob", START_COINS, 0, 0);
}

static void nobody_touches_another_users_reservation(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    store_case_sign_in(fixture, "bob");
    assert_outcome(reserve(fixture, "ada", FIRST, PRICE), CHATUR_OK);
    assert_outcome(release(fixture, "bob", FIRST), CHATUR_OK);
    assert_outcome(reclaim(fixture, "bob", DEADLINE_MS + 1), CHATUR_OK);
    assert_outcome(chatur_store_coins_reserve(fixture->store, "bob", SECOND, PRICE, DEADLINE_MS + 1,
                                              DEADLINE_MS + 2, NULL),
                   CHATUR_OK);
    store_case_books(fixture, "ada", START_COINS - PRICE, PRICE, 0);
    store_case_books(fixture, "bob", START_COINS - PRICE, PRICE, 0);

    /* Delivering under it is paid by who delivers. */
    assert_outcome(deliver(fixture, "bob", FIRST, PRICE), CHATUR_OK);
    store_case_books(fixture, "ada", START_COINS - PRICE, PRICE, 0);
    store_case_books(fixture, "bob", START_COINS - 2 * PRICE, PRICE, PRICE);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(prices_and_ids_that_are_bugs),
    cmocka_unit_test(reserve_then_deliver_moves_twice),
    cmocka_unit_test(reserve_then_release_gives_back),
    cmocka_unit_test(releasing_what_is_not_there_does_nothing),
    cmocka_unit_test(nobody_spends_what_they_do_not_have),
    cmocka_unit_test(an_id_is_reserved_once),
    cmocka_unit_test(an_email_is_delivered_once),
    cmocka_unit_test(a_delivery_of_another_price_is_a_bug),
    cmocka_unit_test(reclaim_gives_back_what_is_past_its_deadline),
    cmocka_unit_test(reclaim_leaves_what_is_still_running),
    cmocka_unit_test(reserve_reclaims_first),
    cmocka_unit_test(a_late_delivery_that_nobody_reclaimed_is_settled),
    cmocka_unit_test(a_delivery_after_reclaim_is_charged_again),
    cmocka_unit_test(a_delivery_after_reclaim_is_refused_when_the_coins_are_spent),
    cmocka_unit_test(a_delivery_finds_its_user_gone),
    cmocka_unit_test(nobody_touches_another_users_reservation),
};

const struct store_cases store_coin_cases = {tests, sizeof(tests) / sizeof(tests[0])};
