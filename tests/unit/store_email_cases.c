/* The contract: a user's history. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_cases.h"

#define FIRST  "000000000000000000000001"
#define SECOND "000000000000000000000002"

/* A walk's emails, copied. */
struct shelf {
    struct chatur_arena *arena;
    struct chatur_email emails[64];
    size_t count;
};

static enum chatur_outcome put_on_shelf(void *context, const struct chatur_email *email)
{
    struct shelf *shelf = context;
    if (shelf->count == sizeof(shelf->emails) / sizeof(shelf->emails[0])) {
        return CHATUR_TOO_LARGE;
    }
    struct chatur_email *copy = &shelf->emails[shelf->count++];
    return chatur_email_copy(email, shelf->arena, copy, NULL);
}

static enum chatur_outcome page(struct store_fixture *fixture, const char *uid, int64_t limit,
                                const char *before, struct shelf *shelf)
{
    *shelf = (struct shelf){.arena = fixture->arena};
    const struct chatur_page wanted = {.limit = limit, .before = before};
    return chatur_store_email_each(fixture->store, uid, &wanted, put_on_shelf, shelf, NULL);
}

static void assert_same_email(const struct chatur_email *left, const struct chatur_email *right)
{
    assert_string_equal(left->id, right->id);
    assert_string_equal(left->uid, right->uid);
    assert_string_equal(left->prompt_id, right->prompt_id);
    assert_string_equal(left->subject, right->subject);
    assert_string_equal(left->keywords, right->keywords);
    assert_string_equal(left->to, right->to);
    assert_string_equal(left->text, right->text);
    assert_string_equal(left->by.provider, right->by.provider);
    assert_string_equal(left->by.model, right->by.model);
    assert_string_equal(left->by.finish_reason, right->by.finish_reason);
    assert_string_equal(left->by.template_version, right->by.template_version);
    assert_int_equal(left->by.attempts, right->by.attempts);
    assert_int_equal(left->by.latency_ms, right->by.latency_ms);
    assert_int_equal(left->by.prompt_tokens, right->by.prompt_tokens);
    assert_int_equal(left->by.completion_tokens, right->by.completion_tokens);
    assert_string_equal(left->fingerprint, right->fingerprint);
    assert_int_equal(left->coins, right->coins);
    assert_int_equal(left->created_s, right->created_s);
}

static void an_empty_history_is_no_error(void **state)
{
    struct store_fixture *fixture = *state;
    struct shelf shelf;
    assert_outcome(page(fixture, "nobody", 0, NULL, &shelf), CHATUR_OK);
    assert_int_equal(shelf.count, 0);
    store_case_sign_in(fixture, "ada");
    assert_outcome(page(fixture, "ada", 0, NULL, &shelf), CHATUR_OK);
    assert_outcome(page(fixture, "ada", 5, NULL, &shelf), CHATUR_OK);
    assert_int_equal(shelf.count, 0);
}

static void an_email_comes_back_as_it_was(void **state)
{
    struct store_fixture *fixture = *state;
    struct shelf shelf;
    store_case_sign_in(fixture, "ada");
    const struct chatur_email email = store_case_email("ada", FIRST);
    assert_outcome(chatur_store_email_deliver(fixture->store, &email, NULL), CHATUR_OK);
    assert_outcome(page(fixture, "ada", 0, NULL, &shelf), CHATUR_OK);
    assert_int_equal(shelf.count, 1);
    assert_same_email(&shelf.emails[0], &email);
}

static void one_email_is_found_by_its_owner_alone(void **state)
{
    struct store_fixture *fixture = *state;
    struct chatur_email found;
    store_case_sign_in(fixture, "ada");
    store_case_sign_in(fixture, "bob");
    const struct chatur_email email = store_case_email("ada", FIRST);
    assert_outcome(
        chatur_store_email_find(fixture->store, "ada", FIRST, fixture->arena, &found, NULL),
        CHATUR_NOT_FOUND);
    assert_outcome(chatur_store_email_deliver(fixture->store, &email, NULL), CHATUR_OK);
    assert_outcome(
        chatur_store_email_find(fixture->store, "ada", FIRST, fixture->arena, &found, NULL),
        CHATUR_OK);
    assert_same_email(&found, &email);
    assert_outcome(
        chatur_store_email_find(fixture->store, "bob", FIRST, fixture->arena, &found, NULL),
        CHATUR_NOT_FOUND);
    assert_outcome(chatur_store_email_delete(fixture->store, "ada", FIRST, NULL), CHATUR_OK);
    assert_outcome(
        chatur_store_email_find(fixture->store, "ada", FIRST, fixture->arena, &found, NULL),
        CHATUR_NOT_FOUND);
}

static void any_text_comes_back_as_it_was(void **state)
{
    struct store_fixture *fixture = *state;
    struct shelf shelf;
    store_case_sign_in(fixture, "ada");
    for (size_t i = 0; store_hostile_texts[i] != NULL; i++) {
        const char *text = store_hostile_texts[i];
        char id[CHATUR_ID_LENGTH + 1];
        chatur_id_new(id);
        struct chatur_email email = store_case_email("ada", id);
        email.prompt_id = email.subject = email.keywords = email.to = text;
        email.text = email.by.provider = email.by.model = email.fingerprint = text;
        email.by.finish_reason = email.by.template_version = text;
        email.created_s = NOW_MS / 1000 + (int64_t)i;
        assert_outcome(chatur_store_email_deliver(fixture->store, &email, NULL), CHATUR_OK);
        assert_outcome(page(fixture, "ada", 1, NULL, &shelf), CHATUR_OK);
        assert_int_equal(shelf.count, 1);
        assert_same_email(&shelf.emails[0], &email);
    }
}

static void long_texts_come_back_whole(void **state)
{
    struct store_fixture *fixture = *state;
    struct shelf shelf;
    static char text[1000001];
    static const size_t sizes[] = {0, 1, 4095, 4096, 100000, 1000000};
    store_case_sign_in(fixture, "ada");
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        for (size_t j = 0; j < sizes[i]; j++) {
            text[j] = (char)('a' + j % 26);
        }
        text[sizes[i]] = '\0';
        char id[CHATUR_ID_LENGTH + 1];
        chatur_id_new(id);
        struct chatur_email email = store_case_email("ada", id);
        email.text = text;
        email.created_s = NOW_MS / 1000 + (int64_t)i;
        assert_outcome(chatur_store_email_deliver(fixture->store, &email, NULL), CHATUR_OK);
        assert_outcome(page(fixture, "ada", 1, NULL, &shelf), CHATUR_OK);
        assert_same_email(&shelf.emails[0], &email);
    }
}

static void extreme_times_are_kept_and_sorted(void **state)
{
    struct store_fixture *fixture = *state;
    struct shelf shelf;
    static const int64_t times[] = {0, INT64_MAX, -1, 4102444800};
    store_case_sign_in(fixture, "ada");
    for (size_t i = 0; i < 4; i++) {
        char id[CHATUR_ID_LENGTH + 1];
        (void)snprintf(id, sizeof(id), "%024zx", i);
        store_case_generate(fixture, "ada", id, times[i]);
    }
    assert_outcome(page(fixture, "ada", 0, NULL, &shelf), CHATUR_OK);
    assert_int_equal(shelf.count, 4);
    assert_int_equal(shelf.emails[0].created_s, INT64_MAX);
    assert_int_equal(shelf.emails[1].created_s, 4102444800);
    assert_int_equal(shelf.emails[2].created_s, 0);
    assert_int_equal(shelf.emails[3].created_s, -1);
}

/* Thirty emails, three of each second, stored in an order that is not the one they are shown in. */
static void fill_history(struct store_fixture *fixture, const char *uid, size_t offset)
{
    for (size_t i = 0; i < 30; i++) {
        size_t number = i * 7 % 30;
        char id[CHATUR_ID_LENGTH + 1];
        (void)snprintf(id, sizeof(id), "%024zx", offset + number);
        store_case_generate(fixture, uid, id, NOW_MS / 1000 + (int64_t)(number / 3));
    }
}

static void assert_numbers(const struct shelf *shelf, size_t newest, size_t count)
{
    assert_int_equal(shelf->count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(strtoul(shelf->emails[i].id, NULL, 16), newest - i);
    }
}

static void history_is_newest_first(void **state)
{
    struct store_fixture *fixture = *state;
    struct shelf shelf;
    store_case_sign_in(fixture, "ada");
    store_case_sign_in(fixture, "bob");
    fill_history(fixture, "ada", 0);
    fill_history(fixture, "bob", 1000);
    assert_outcome(page(fixture, "ada", 0, NULL, &shelf), CHATUR_OK);
    assert_numbers(&shelf, 29, 30);
    assert_outcome(page(fixture, "bob", 0, NULL, &shelf), CHATUR_OK);
    assert_numbers(&shelf, 1029, 30);
}

static void pages_follow_each_other_without_gap_or_overlap(void **state)
{
    struct store_fixture *fixture = *state;
    struct shelf shelf;
    store_case_sign_in(fixture, "ada");
    fill_history(fixture, "ada", 0);
    for (size_t limit = 1; limit <= 31; limit += 6) {
        char before[CHATUR_ID_LENGTH + 1] = "";
        size_t left = 30;
        while (left > 0) {
            assert_outcome(
                page(fixture, "ada", (int64_t)limit, before[0] == '\0' ? NULL : before, &shelf),
                CHATUR_OK);
            size_t wanted = left < limit ? left : limit;
            assert_numbers(&shelf, left - 1, wanted);
            left -= wanted;
            memcpy(before, shelf.emails[shelf.count - 1].id, sizeof(before));
        }
        assert_outcome(page(fixture, "ada", (int64_t)limit, before, &shelf), CHATUR_OK);
        assert_int_equal(shelf.count, 0);
    }
    assert_outcome(page(fixture, "ada", 0, "00000000000000000000000a", &shelf), CHATUR_OK);
    assert_numbers(&shelf, 9, 10);
}

static void a_page_begins_at_an_email_of_ones_own(void **state)
{
    struct store_fixture *fixture = *state;
    struct shelf shelf;
    store_case_sign_in(fixture, "ada");
    store_case_sign_in(fixture, "bob");
    store_case_generate(fixture, "ada", FIRST, NOW_MS / 1000);
    store_case_generate(fixture, "bob", SECOND, NOW_MS / 1000);
    static const char *const foreign[] = {
        SECOND,
        "000000000000000000000003",
        "",
        "1",
        "' OR '1'='1",
        "00000000000000000000000z",
        "0000000000000000000000010",
    };
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        assert_outcome(page(fixture, "ada", 0, foreign[i], &shelf), CHATUR_NOT_FOUND);
        assert_int_equal(shelf.count, 0);
    }
    assert_outcome(page(fixture, "ada", 0, FIRST, &shelf), CHATUR_OK);
}

static enum chatur_outcome stop_at_the_third(void *context, const struct chatur_email *email)
{
    (void)email;
    size_t *seen = context;
    *seen += 1;
    return *seen == 3 ? CHATUR_EMPTY : CHATUR_OK;
}

static enum chatur_outcome fail_at_once(void *context, const struct chatur_email *email)
{
    (void)context;
    (void)email;
    return CHATUR_INTERNAL;
}

static void a_visitor_ends_the_walk(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    fill_history(fixture, "ada", 0);
    const struct chatur_page all = {0};
    for (int i = 0; i < 10; i++) {
        size_t seen = 0;
        assert_outcome(
            chatur_store_email_each(fixture->store, "ada", &all, stop_at_the_third, &seen, NULL),
            CHATUR_EMPTY);
        assert_int_equal(seen, 3);
        assert_outcome(
            chatur_store_email_each(fixture->store, "ada", &all, fail_at_once, NULL, NULL),
            CHATUR_INTERNAL);
    }
    assert_int_equal(store_case_history_length(fixture, "ada"), 30);
    store_case_generate(fixture, "ada", "0000000000000000000000ff", NOW_MS / 1000);
}

static enum chatur_outcome remove_email(struct store_fixture *fixture, const char *uid,
                                        const char *id)
{
    return chatur_store_email_delete(fixture->store, uid, id, NULL);
}

static void only_its_owner_deletes_an_email(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    store_case_sign_in(fixture, "bob");
    store_case_generate(fixture, "ada", FIRST, NOW_MS / 1000);
    store_case_generate(fixture, "ada", SECOND, NOW_MS / 1000);
    assert_outcome(remove_email(fixture, "bob", FIRST), CHATUR_NOT_FOUND);
    assert_outcome(remove_email(fixture, "nobody", FIRST), CHATUR_NOT_FOUND);
    assert_outcome(remove_email(fixture, "", FIRST), CHATUR_NOT_FOUND);
    static const char *const others[] = {"000000000000000000000003", "", "1", "%", "' OR 1=1 --",
                                         "0000000000000000000000010"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_outcome(remove_email(fixture, "ada", others[i]), CHATUR_NOT_FOUND);
    }
    assert_int_equal(store_case_history_length(fixture, "ada"), 2);

    assert_outcome(remove_email(fixture, "ada", FIRST), CHATUR_OK);
    assert_outcome(remove_email(fixture, "ada", FIRST), CHATUR_NOT_FOUND);
    struct shelf shelf;
    assert_outcome(page(fixture, "ada", 0, NULL, &shelf), CHATUR_OK);
    assert_int_equal(shelf.count, 1);
    assert_string_equal(shelf.emails[0].id, SECOND);
    assert_outcome(page(fixture, "ada", 0, FIRST, &shelf), CHATUR_NOT_FOUND);
    store_case_books(fixture, "ada", START_COINS - 2 * PRICE, 0, 2 * PRICE); /* no refund */
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_empty_history_is_no_error),
    cmocka_unit_test(an_email_comes_back_as_it_was),
    cmocka_unit_test(one_email_is_found_by_its_owner_alone),
    cmocka_unit_test(any_text_comes_back_as_it_was),
    cmocka_unit_test(long_texts_come_back_whole),
    cmocka_unit_test(extreme_times_are_kept_and_sorted),
    cmocka_unit_test(history_is_newest_first),
    cmocka_unit_test(pages_follow_each_other_without_gap_or_overlap),
    cmocka_unit_test(a_page_begins_at_an_email_of_ones_own),
    cmocka_unit_test(a_visitor_ends_the_walk),
    cmocka_unit_test(only_its_owner_deletes_an_email),
};

const struct store_cases store_email_cases = {tests, sizeof(tests) / sizeof(tests[0])};
