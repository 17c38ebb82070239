/* What auth does with what a provider and a store tell it. This program defines the development
 * provider's constructor itself, so that the library's is not linked in and a provider can lie; and
 * its store is an ops table that says what the test wants to hear. */
#include "auth/auth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "auth/jwt.h"
#include "base/clock.h"
#include "token_maker.h"

struct fake_provider {
    struct chatur_identity_provider base;
    const char *email;
    enum chatur_outcome outcome;
};

struct fake_store {
    struct chatur_store base;
    enum chatur_outcome outcome;
    unsigned calls;
    struct chatur_profile profile;
    int64_t coins;
};

static enum chatur_outcome construction;
static struct fake_provider provider;

static void provider_free(struct chatur_identity_provider *unused)
{
    (void)unused;
}

static bool provider_accepts(const struct chatur_identity_provider *unused, const char *method)
{
    (void)unused;
    return strcmp(method, "fake") == 0;
}

static enum chatur_outcome provider_verify(struct chatur_identity_provider *base,
                                           const struct chatur_credentials *credentials,
                                           struct chatur_arena *arena,
                                           struct chatur_identity *identity,
                                           struct chatur_error *error)
{
    const struct fake_provider *fake = (const struct fake_provider *)base;
    (void)credentials;
    (void)arena;
    (void)error;
    *identity = (struct chatur_identity){"u1", fake->email, "Jane", "https://x.org/p"};
    return fake->outcome;
}

static const struct chatur_identity_provider_ops provider_ops = {
    .name = "fake", .free = provider_free, .accepts = provider_accepts, .verify = provider_verify};

enum chatur_outcome chatur_dev_provider_new(const struct chatur_config *config,
                                            struct chatur_identity_provider **made,
                                            struct chatur_error *error)
{
    (void)config;
    (void)error;
    *made = construction == CHATUR_OK ? &provider.base : NULL;
    return construction;
}

static enum chatur_outcome store_sign_in(struct chatur_store *base,
                                         const struct chatur_profile *profile,
                                         int64_t new_user_coins, int64_t now_ms,
                                         struct chatur_arena *arena, struct chatur_user *user,
                                         struct chatur_error *error)
{
    struct fake_store *fake = (struct fake_store *)base;
    (void)now_ms;
    (void)arena;
    (void)error;
    fake->calls++;
    fake->profile = *profile;
    fake->coins = new_user_coins;
    *user = (struct chatur_user){.uid = profile->uid, .email = profile->email};
    return fake->outcome;
}

static enum chatur_outcome store_find(struct chatur_store *base, const char *uid,
                                      struct chatur_arena *arena, struct chatur_user *user,
                                      struct chatur_error *error)
{
    struct fake_store *fake = (struct fake_store *)base;
    (void)arena;
    (void)error;
    fake->calls++;
    *user = (struct chatur_user){
        .id = "", .uid = uid, .email = "jane@x.org", .name = "", .picture = ""};
    return fake->outcome;
}

static const struct chatur_store_ops store_ops = {
    .name = "fake", .user_sign_in = store_sign_in, .user_find = store_find};

static const struct chatur_config config = {
    .jwt_key = TOKEN_KEY, .new_user_coins = 77, .redis_url = ""};
static const struct chatur_credentials credentials = {"fake", "jane@x.org", "x", true};

struct fixture {
    struct fake_store store;
    struct chatur_cache *cache;
    struct chatur_auth *auth;
    struct chatur_arena *arena;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    construction = CHATUR_OK;
    provider = (struct fake_provider){{&provider_ops}, "jane@x.org", CHATUR_OK};
    fixture->store.base.ops = &store_ops;
    fixture->arena = chatur_arena_new(1 << 20);
    assert_non_null(fixture->arena);
    assert_int_equal(chatur_cache_new(&config, &fixture->cache, NULL), CHATUR_OK);
    assert_int_equal(
        chatur_auth_new(&config, &fixture->store.base, fixture->cache, &fixture->auth, NULL),
        CHATUR_OK);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    chatur_auth_free(fixture->auth);
    chatur_cache_free(fixture->cache);
    chatur_arena_free(fixture->arena);
    free(fixture);
    return 0;
}

static enum chatur_outcome sign_in(struct fixture *fixture, const char *fcm_token,
                                   const char **token)
{
    *token = NULL;
    struct chatur_allowance allowance = {0};
    return chatur_auth_sign_in(fixture->auth, &credentials, fcm_token, fixture->arena, token,
                               &allowance, NULL);
}

static void refuses_another_address_than_the_verified_one(void **state)
{
    struct fixture *fixture = *state;
    static const char *const others[] = {"",           "jane@x.or",   "jane@x.orgg",
                                         "joan@x.org", "jane@x.org ", "jane@x.org,joan@x.org"};
    const char *token = NULL;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        provider.email = others[i];
        assert_int_equal(sign_in(fixture, NULL, &token), CHATUR_UNAUTHENTICATED);
        assert_null(token);
    }
    assert_int_equal(fixture->store.calls, 0);
    provider.email = "Jane@X.org";
    assert_int_equal(sign_in(fixture, NULL, &token), CHATUR_OK);
    assert_non_null(token);
}

static void tells_the_store_what_was_verified(void **state)
{
    struct fixture *fixture = *state;
    const char *token = NULL;
    assert_int_equal(sign_in(fixture, "device", &token), CHATUR_OK);
    const struct chatur_profile *profile = &fixture->store.profile;
    assert_string_equal(profile->uid, "u1");
    assert_string_equal(profile->email, "jane@x.org");
    assert_string_equal(profile->name, "Jane");
    assert_string_equal(profile->picture, "https://x.org/p");
    assert_string_equal(profile->login_method, "fake");
    assert_string_equal(profile->fcm_token, "device");
    assert_int_equal(fixture->store.coins, 77);
    assert_int_equal(sign_in(fixture, NULL, &token), CHATUR_OK);
    assert_string_equal(profile->fcm_token, "");
}

static void passes_failures_on(void **state)
{
    struct fixture *fixture = *state;
    static const enum chatur_outcome failures[] = {CHATUR_UNAVAILABLE, CHATUR_INTERNAL,
                                                   CHATUR_CONFLICT};
    struct chatur_user user = {0};
    const char *token = NULL;
    const char *good = NULL;
    assert_int_equal(sign_in(fixture, NULL, &good), CHATUR_OK);
    const char *header = chatur_arena_printf(fixture->arena, "Bearer %s", good);
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        provider.outcome = failures[i];
        assert_int_equal(sign_in(fixture, NULL, &token), failures[i]);
        assert_null(token);
        provider.outcome = CHATUR_OK;

        fixture->store.outcome = failures[i];
        assert_int_equal(sign_in(fixture, NULL, &token), failures[i]);
        assert_null(token);
        assert_int_equal(chatur_auth_session(fixture->auth, header, fixture->arena, &user, NULL),
                         failures[i]);
        assert_null(user.uid);
        fixture->store.outcome = CHATUR_OK;
    }
    assert_int_equal(chatur_auth_session(fixture->auth, header, fixture->arena, &user, NULL),
                     CHATUR_OK);
    assert_string_equal(user.uid, "u1");
}

static void asks_the_store_only_for_good_tokens(void **state)
{
    struct fixture *fixture = *state;
    struct chatur_user user = {0};
    assert_int_equal(
        chatur_auth_session(fixture->auth, "Bearer x.y.z", fixture->arena, &user, NULL),
        CHATUR_UNAUTHENTICATED);
    assert_int_equal(fixture->store.calls, 0);
}

static void is_not_made_when_a_provider_is_not(void **state)
{
    struct fixture *fixture = *state;
    struct chatur_auth *auth = fixture->auth;
    construction = CHATUR_BAD_REQUEST;
    assert_int_equal(chatur_auth_new(&config, &fixture->store.base, fixture->cache, &auth, NULL),
                     CHATUR_BAD_REQUEST);
    assert_null(auth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(refuses_another_address_than_the_verified_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(tells_the_store_what_was_verified, set_up, tear_down),
        cmocka_unit_test_setup_teardown(passes_failures_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(asks_the_store_only_for_good_tokens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(is_not_made_when_a_provider_is_not, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
