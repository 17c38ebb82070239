/* Limits of an endpoint: whose address counts as what, and both limits together, over a real local
 * cache. */
#include "serve/limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];
static struct chatur_config config;
static struct chatur_app *app;

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof(folder), "/tmp/chatur-limit-XXXXXX");
    assert_non_null(mkdtemp(folder));
    config = (struct chatur_config){
        .state_dir = folder,
        .redis_url = "",
        .jwt_key = "0123456789abcdef0123456789abcdef",
        .rate_generate = {2, 3600},
        .rate_login = {1, 3600},
    };
    app = chatur_app_new(&config);
    assert_non_null(app);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char path[96];
    chatur_app_free(app);
    (void)snprintf(path, sizeof(path), "%s/limits", folder);
    (void)unlink(path);
    return rmdir(folder);
}

static void knows_whose_address_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        const char *name; /* NULL: nobody's */
    } rows[] = {
        {"", NULL},
        {"unix:", NULL},
        {"nonsense", NULL},
        {"203.0.113", NULL},
        {"203.0.113.9, 10.0.0.1", NULL},
        {"127.0.0.1", NULL},
        {"127.8.8.8", NULL},
        {"::1", NULL},
        {"::ffff:127.0.0.1", NULL},
        {"fe80::1%eth0", NULL},
        {"203.0.113.9", "cb007109"},
        {"203.0.113.10", "cb00710a"},
        {"::ffff:203.0.113.9", "cb007109"},
        {"2001:db8:1:2::1", "20010db800010002"},
        {"2001:db8:1:2:ffff:ffff:ffff:ffff", "20010db800010002"},
        {"2001:DB8:1:3::1", "20010db800010003"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char name[CHATUR_LIMIT_ADDRESS_SIZE] = "";
        assert_int_equal(chatur_limit_address(rows[i].address, name), rows[i].name != NULL);
        assert_string_equal(name, rows[i].name != NULL ? rows[i].name : "");
    }
}

static struct chatur_allowance allowance;
static struct chatur_error error;

static enum chatur_outcome check(enum chatur_limit limit, const char *address, const char *uid)
{
    error = (struct chatur_error){0};
    return chatur_limit_check(app, limit, address, uid, &allowance, &error);
}

static void limits_a_user(void **state)
{
    (void)state;
    assert_int_equal(check(CHATUR_LIMIT_GENERATE, "203.0.113.9", "ann"), CHATUR_OK);
    assert_int_equal(allowance.limit, 2); /* the tighter one */
    assert_int_equal(allowance.remaining, 1);
    assert_int_equal(check(CHATUR_LIMIT_GENERATE, "203.0.113.10", "ann"), CHATUR_OK);
    assert_int_equal(check(CHATUR_LIMIT_GENERATE, "203.0.113.11", "ann"), CHATUR_TOO_MANY);
    assert_int_equal(error.retry_after_s, 1800);
    assert_int_equal(allowance.retry_after_s, 1800);
    assert_int_equal(check(CHATUR_LIMIT_GENERATE, "203.0.113.11", "bob"), CHATUR_OK);
    assert_int_equal(check(CHATUR_LIMIT_LOGIN, "203.0.113.11", "ann"), CHATUR_OK);
}

/* Ten times what a user may, by whomever. */
static void limits_an_address(void **state)
{
    (void)state;
    char uid[16];
    for (int i = 0; i < 25; i++) {
        (void)snprintf(uid, sizeof(uid), "user %d", i);
        assert_int_equal(check(CHATUR_LIMIT_GENERATE, "2001:db8::1", uid),
                         i < 20 ? CHATUR_OK : CHATUR_TOO_MANY);
    }
    assert_int_equal(allowance.limit, 20);
    assert_int_equal(check(CHATUR_LIMIT_GENERATE, "2001:db8::2", "ann"), CHATUR_TOO_MANY);
    assert_int_equal(check(CHATUR_LIMIT_GENERATE, "2001:db8:0:1::2", "ann"), CHATUR_OK);
    /* Who was refused for the address has lost nothing of their own. */
    assert_int_equal(check(CHATUR_LIMIT_GENERATE, "203.0.113.9", "user 24"), CHATUR_OK);
    assert_int_equal(allowance.remaining, 1);
}

static void limits_no_proxy_of_this_machine(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(check(CHATUR_LIMIT_LOGIN, "127.0.0.1", NULL), CHATUR_OK);
        assert_int_equal(allowance.limit, 0);
    }
    for (int i = 0; i < 11; i++) {
        assert_int_equal(check(CHATUR_LIMIT_LOGIN, "203.0.113.9", NULL),
                         i < 10 ? CHATUR_OK : CHATUR_TOO_MANY);
        assert_int_equal(allowance.limit, 10);
    }
}

static void the_one_that_decides_is_told_of(void **state)
{
    (void)state;
    static const struct chatur_allowance none = {0};
    static const struct chatur_allowance much = {true, 10, 9, 1, 0};
    static const struct chatur_allowance little = {true, 100, 3, 1, 0};
    static const struct chatur_allowance nothing = {true, 10, 0, 1, 0};
    static const struct chatur_allowance refused = {false, 2, 0, 1, 7};
    static const struct {
        const struct chatur_allowance *first;
        const struct chatur_allowance *second;
        const struct chatur_allowance *decides;
    } rows[] = {
        {&none, &much, &much},       {&none, &refused, &refused},    {&much, &little, &little},
        {&little, &much, &little},   {&much, &refused, &refused},    {&nothing, &refused, &refused},
        {&refused, &much, &refused}, {&refused, &nothing, &refused}, {&nothing, &much, &nothing},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct chatur_allowance tightest = *rows[i].first;
        chatur_allowance_tighten(&tightest, rows[i].second);
        assert_memory_equal(&tightest, rows[i].decides, sizeof(tightest));
    }
}

static void can_be_switched_off(void **state)
{
    (void)state;
    config.rate_generate = (struct chatur_rate){0};
    for (int i = 0; i < 100; i++) {
        assert_int_equal(check(CHATUR_LIMIT_GENERATE, "203.0.113.9", "ann"), CHATUR_OK);
        assert_int_equal(allowance.limit, 0);
        assert_int_equal(check(CHATUR_NO_LIMIT, "203.0.113.9", "ann"), CHATUR_OK);
    }
    config.rate_generate = (struct chatur_rate){1, 60};
    assert_int_equal(check(CHATUR_LIMIT_GENERATE, "", "ann"), CHATUR_OK);
    assert_int_equal(check(CHATUR_LIMIT_GENERATE, "", "ann"), CHATUR_TOO_MANY);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(knows_whose_address_it_is), CASE(limits_a_user),
        CASE(limits_an_address),         CASE(limits_no_proxy_of_this_machine),
        CASE(can_be_switched_off),       CASE(the_one_that_decides_is_told_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
