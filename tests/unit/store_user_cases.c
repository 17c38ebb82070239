/* The contract: users, and feedback, which is all that is stored of them beside their emails. */
#include <string.h>

#include "store_cases.h"

static const struct chatur_profile ada = {
    .uid = "ada",
    .email = "Ada@Example.com",
    .name = "Ada",
    .picture = "https://example.com/ada.png",
    .login_method = "google",
    .fcm_token = "token",
};

static enum chatur_outcome sign_in(struct store_fixture *fixture,
                                   const struct chatur_profile *profile, struct chatur_user *user)
{
    return chatur_store_user_sign_in(fixture->store, profile, START_COINS, NOW_MS, fixture->arena,
                                     user, NULL);
}

static enum chatur_outcome find(struct store_fixture *fixture, const char *uid,
                                struct chatur_user *user)
{
    return chatur_store_user_find(fixture->store, uid, fixture->arena, user, NULL);
}

static void assert_same_user(const struct chatur_user *left, const struct chatur_user *right)
{
    assert_string_equal(left->id, right->id);
    assert_string_equal(left->uid, right->uid);
    assert_string_equal(left->email, right->email);
    assert_string_equal(left->name, right->name);
    assert_string_equal(left->picture, right->picture);
    assert_int_equal(left->available_coins, right->available_coins);
    assert_int_equal(left->used_coins, right->used_coins);
    assert_int_equal(left->generated_count, right->generated_count);
    assert_int_equal(left->created_s, right->created_s);
    assert_int_equal(left->suspended, right->suspended);
}

static void ping_answers(void **state)
{
    struct store_fixture *fixture = *state;
    assert_outcome(chatur_store_ping(fixture->store, NULL), CHATUR_OK);
    assert_outcome(chatur_store_ping(fixture->store, NULL), CHATUR_OK);
}

static void nobody_is_found_before_signing_in(void **state)
{
    struct store_fixture *fixture = *state;
    struct chatur_user user;
    assert_outcome(find(fixture, "ada", &user), CHATUR_NOT_FOUND);
    assert_outcome(find(fixture, "", &user), CHATUR_NOT_FOUND);
    assert_outcome(sign_in(fixture, &ada, &user), CHATUR_OK);
    static const char *const others[] = {"", "ad", "adaa", "Ada", "a%", "_da", "*", "' OR 1=1 --"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_outcome(find(fixture, others[i], &user), CHATUR_NOT_FOUND);
    }
}

static void profiles_that_identify_nobody_are_a_bug(void **state)
{
    struct store_fixture *fixture = *state;
    struct chatur_profile profile = ada;
    struct chatur_user user;
    profile.uid = "";
    assert_outcome(sign_in(fixture, &profile, &user), CHATUR_INTERNAL);
    profile = ada;
    profile.email = "";
    assert_outcome(sign_in(fixture, &profile, &user), CHATUR_INTERNAL);
    assert_outcome(
        chatur_store_user_sign_in(fixture->store, &ada, -1, NOW_MS, fixture->arena, &user, NULL),
        CHATUR_INTERNAL);
    assert_outcome(find(fixture, "ada", &user), CHATUR_NOT_FOUND);
}

static void first_sign_in_creates(void **state)
{
    struct store_fixture *fixture = *state;
    struct chatur_user user;
    assert_outcome(sign_in(fixture, &ada, &user), CHATUR_OK);
    assert_true(chatur_id_valid(user.id));
    assert_string_equal(user.uid, "ada");
    assert_string_equal(user.email, "Ada@Example.com");
    assert_string_equal(user.name, "Ada");
    assert_string_equal(user.picture, "https://example.com/ada.png");
    assert_int_equal(user.available_coins, START_COINS);
    assert_int_equal(user.used_coins, 0);
    assert_int_equal(user.generated_count, 0);
    assert_int_equal(user.created_s, NOW_MS / 1000);
    assert_false(user.suspended);

    struct chatur_user found;
    assert_outcome(find(fixture, "ada", &found), CHATUR_OK);
    assert_same_user(&user, &found);
}

static void no_coins_to_start_with_is_fine(void **state)
{
    struct store_fixture *fixture = *state;
    struct chatur_user user;
    assert_outcome(
        chatur_store_user_sign_in(fixture->store, &ada, 0, NOW_MS, fixture->arena, &user, NULL),
        CHATUR_OK);
    assert_int_equal(user.available_coins, 0);
}

/* A sign-in that gave coins would be a mint. */
static void later_sign_in_refreshes_the_profile_alone(void **state)
{
    struct store_fixture *fixture = *state;
    struct chatur_user first;
    assert_outcome(sign_in(fixture, &ada, &first), CHATUR_OK);
    store_case_generate(fixture, "ada", "0123456789abcdef01234567", NOW_MS / 1000);
    assert_outcome(find(fixture, "ada", &first), CHATUR_OK);

    struct chatur_profile later = ada;
    later.name = "Ada L.";
    later.picture = "";
    later.email = "other@example.com";
    struct chatur_user second;
    assert_outcome(chatur_store_user_sign_in(fixture->store, &later, 777, NOW_MS + 5000000,
                                             fixture->arena, &second, NULL),
                   CHATUR_OK);
    first.name = "Ada L.";
    first.picture = "";
    assert_same_user(&second, &first);
    assert_outcome(find(fixture, "ada", &second), CHATUR_OK);
    assert_same_user(&second, &first);
    store_case_books(fixture, "ada", START_COINS - PRICE, 0, PRICE);
}

static void an_address_belongs_to_one_uid(void **state)
{
    struct store_fixture *fixture = *state;
    struct chatur_user user;
    assert_outcome(sign_in(fixture, &ada, &user), CHATUR_OK);
    static const char *const same[] = {"Ada@Example.com", "ada@example.com", "ADA@EXAMPLE.COM"};
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        struct chatur_profile thief = ada;
        thief.uid = "thief";
        thief.email = same[i];
        assert_outcome(sign_in(fixture, &thief, &user), CHATUR_CONFLICT);
        assert_outcome(find(fixture, "thief", &user), CHATUR_NOT_FOUND);
    }
    struct chatur_profile other = ada;
    other.uid = "other";
    other.email = "ada@example.org";
    assert_outcome(sign_in(fixture, &other, &user), CHATUR_OK);
    assert_outcome(sign_in(fixture, &ada, &user), CHATUR_OK);
    assert_string_equal(user.uid, "ada");
}

static void suspension_is_set_shown_and_lifted(void **state)
{
    struct store_fixture *fixture = *state;
    struct chatur_user before;
    struct chatur_user user;
    assert_outcome(chatur_store_user_suspend(fixture->store, "ada", true, NULL), CHATUR_NOT_FOUND);
    assert_outcome(find(fixture, "ada", &user), CHATUR_NOT_FOUND);
    assert_outcome(sign_in(fixture, &ada, &before), CHATUR_OK);
    store_case_sign_in(fixture, "bob");

    for (int i = 0; i < 2; i++) { /* what is so already is no error */
        assert_outcome(chatur_store_user_suspend(fixture->store, "ada", true, NULL), CHATUR_OK);
    }
    assert_outcome(find(fixture, "bob", &user), CHATUR_OK);
    assert_false(user.suspended);
    before.suspended = true;
    assert_outcome(find(fixture, "ada", &user), CHATUR_OK);
    assert_same_user(&user, &before);

    struct chatur_profile renamed = ada;
    renamed.name = "Somebody else";
    assert_outcome(sign_in(fixture, &renamed, &user), CHATUR_OK);
    assert_same_user(&user, &before);
    assert_outcome(find(fixture, "ada", &user), CHATUR_OK);
    assert_same_user(&user, &before);

    for (int i = 0; i < 2; i++) {
        assert_outcome(chatur_store_user_suspend(fixture->store, "ada", false, NULL), CHATUR_OK);
    }
    before.suspended = false;
    assert_outcome(find(fixture, "ada", &user), CHATUR_OK);
    assert_same_user(&user, &before);
}

static void erasing_takes_everything_of_one_user(void **state)
{
    struct store_fixture *fixture = *state;
    struct chatur_user first;
    const struct chatur_feedback feedback = {
        .uid = "ada", .email = "a@example.com", .subject = "A subject", .message = "A message"};
    assert_outcome(chatur_store_user_erase(fixture->store, "ada", NULL), CHATUR_NOT_FOUND);
    store_case_sign_in(fixture, "ada");
    store_case_sign_in(fixture, "bob");
    store_case_generate(fixture, "ada", "aaaaaaaaaaaaaaaaaaaaaaa1", NOW_MS / 1000);
    store_case_generate(fixture, "bob", "bbbbbbbbbbbbbbbbbbbbbbb1", NOW_MS / 1000);
    assert_outcome(chatur_store_coins_reserve(fixture->store, "ada", "aaaaaaaaaaaaaaaaaaaaaaa2",
                                              PRICE, NOW_MS, DEADLINE_MS, NULL),
                   CHATUR_OK);
    assert_outcome(chatur_store_coins_reserve(fixture->store, "bob", "bbbbbbbbbbbbbbbbbbbbbbb2",
                                              PRICE, NOW_MS, DEADLINE_MS, NULL),
                   CHATUR_OK);
    assert_outcome(chatur_store_feedback_add(fixture->store, &feedback, NOW_MS, NULL), CHATUR_OK);
    assert_outcome(find(fixture, "ada", &first), CHATUR_OK);

    assert_outcome(chatur_store_user_erase(fixture->store, "ada", NULL), CHATUR_OK);
    struct chatur_user user;
    assert_outcome(find(fixture, "ada", &user), CHATUR_NOT_FOUND);
    assert_int_equal(store_case_history_length(fixture, "ada"), 0);
    assert_int_equal(fixture->backend->reserved_coins(fixture->backend->context, "ada"), 0);
    assert_outcome(chatur_store_user_erase(fixture->store, "ada", NULL), CHATUR_NOT_FOUND);
    store_case_books(fixture, "bob", START_COINS - 2 * PRICE, PRICE, PRICE);
    assert_int_equal(store_case_history_length(fixture, "bob"), 1);

    store_case_sign_in(fixture, "ada"); /* and the same uid and address may come back, as new */
    assert_outcome(find(fixture, "ada", &user), CHATUR_OK);
    assert_string_not_equal(user.id, first.id);
    store_case_books(fixture, "ada", START_COINS, 0, 0);
    assert_int_equal(store_case_history_length(fixture, "ada"), 0);
}

static void any_text_comes_back_as_it_was(void **state)
{
    struct store_fixture *fixture = *state;
    for (size_t i = 0; store_hostile_texts[i] != NULL; i++) {
        const char *text = store_hostile_texts[i];
        struct chatur_profile profile = {.uid = text[0] == '\0' ? "uid" : text,
                                         .email = text[0] == '\0' ? "address" : text,
                                         .name = text,
                                         .picture = text,
                                         .login_method = text,
                                         .fcm_token = text};
        struct chatur_user user;
        for (int again = 0; again < 2; again++) {
            assert_outcome(sign_in(fixture, &profile, &user), CHATUR_OK);
            assert_outcome(find(fixture, profile.uid, &user), CHATUR_OK);
            assert_string_equal(user.uid, profile.uid);
            assert_string_equal(user.email, profile.email);
            assert_string_equal(user.name, text);
            assert_string_equal(user.picture, text);
        }
        const struct chatur_feedback feedback = {
            .uid = profile.uid, .email = text, .subject = text, .message = text};
        assert_outcome(chatur_store_feedback_add(fixture->store, &feedback, NOW_MS, NULL),
                       CHATUR_OK);
    }
    for (size_t i = 1; store_hostile_texts[i] != NULL; i++) {
        assert_outcome(chatur_store_user_erase(fixture->store, store_hostile_texts[i], NULL),
                       CHATUR_OK);
    }
    struct chatur_user user;
    assert_outcome(find(fixture, "uid", &user), CHATUR_OK);
}

static void an_answer_too_large_for_the_arena_changes_nothing(void **state)
{
    struct store_fixture *fixture = *state;
    static char huge[100001];
    memset(huge, 'n', sizeof(huge) - 1);
    struct chatur_profile profile = ada;
    profile.name = huge;
    struct chatur_arena *small = chatur_arena_new(1);
    assert_non_null(small);
    struct chatur_user user;
    assert_outcome(chatur_store_user_sign_in(fixture->store, &profile, START_COINS, NOW_MS, small,
                                             &user, NULL),
                   CHATUR_INTERNAL);
    assert_outcome(find(fixture, "ada", &user), CHATUR_NOT_FOUND);

    assert_outcome(sign_in(fixture, &profile, &user), CHATUR_OK);
    assert_string_equal(user.name, huge);
    assert_outcome(chatur_store_user_find(fixture->store, "ada", small, &user, NULL),
                   CHATUR_INTERNAL);
    chatur_arena_free(small);
    assert_outcome(find(fixture, "ada", &user), CHATUR_OK);
}

static void feedback_needs_its_user(void **state)
{
    struct store_fixture *fixture = *state;
    const struct chatur_feedback feedback = {
        .uid = "ada", .email = "a@example.com", .subject = "A subject", .message = "A message"};
    assert_outcome(chatur_store_feedback_add(fixture->store, &feedback, NOW_MS, NULL),
                   CHATUR_NOT_FOUND);
    store_case_sign_in(fixture, "ada");
    for (int i = 0; i < 3; i++) {
        assert_outcome(chatur_store_feedback_add(fixture->store, &feedback, NOW_MS, NULL),
                       CHATUR_OK);
    }
    assert_outcome(chatur_store_user_erase(fixture->store, "ada", NULL), CHATUR_OK);
    assert_outcome(chatur_store_feedback_add(fixture->store, &feedback, NOW_MS, NULL),
                   CHATUR_NOT_FOUND);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(ping_answers),
    cmocka_unit_test(nobody_is_found_before_signing_in),
    cmocka_unit_test(profiles_that_identify_nobody_are_a_bug),
    cmocka_unit_test(first_sign_in_creates),
    cmocka_unit_test(no_coins_to_start_with_is_fine),
    cmocka_unit_test(later_sign_in_refreshes_the_profile_alone),
    cmocka_unit_test(an_address_belongs_to_one_uid),
    cmocka_unit_test(suspension_is_set_shown_and_lifted),
    cmocka_unit_test(erasing_takes_everything_of_one_user),
    cmocka_unit_test(any_text_comes_back_as_it_was),
    cmocka_unit_test(an_answer_too_large_for_the_arena_changes_nothing),
    cmocka_unit_test(feedback_needs_its_user),
};

const struct store_cases store_user_cases = {tests, sizeof(tests) / sizeof(tests[0])};
