/* Signing in and being known afterwards, over a real SQLite store in a folder of its own. */
#include "auth/auth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "auth/jwt.h"
#include "base/clock.h"
#include "token_maker.h"

#define ADDRESS     "jane.doe@example.com"
#define ADDRESS_UID "dev-86e0b9e56c17cc4d12387e1949b85053"

struct fixture {
    char folder[64];
    char db_uri[128];
    struct chatur_config config;
    struct chatur_store *store;
    struct chatur_cache *cache;
    struct chatur_auth *auth;
    struct chatur_arena *arena;
    struct chatur_allowance allowance;
    struct chatur_error error;
};

static const struct chatur_credentials jane = {
    .login_method = "dev", .email = ADDRESS, .id_token = "x", .local = true};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    (void)snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/chatur-auth-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    (void)snprintf(fixture->db_uri, sizeof(fixture->db_uri), "sqlite:%s/test.db", fixture->folder);
    fixture->config = (struct chatur_config){
        .home_dir = fixture->folder,
        .state_dir = fixture->folder,
        .db_uri = fixture->db_uri,
        .db_durability = "normal",
        .new_user_coins = 10000,
        .redis_url = "",
        .jwt_key = TOKEN_KEY,
        .dev_login = true,
    };
    fixture->arena = chatur_arena_new(1 << 20);
    assert_non_null(fixture->arena);
    assert_int_equal(chatur_store_new(&fixture->config, &fixture->store, &fixture->error),
                     CHATUR_OK);
    assert_int_equal(chatur_cache_new(&fixture->config, &fixture->cache, &fixture->error),
                     CHATUR_OK);
    assert_int_equal(chatur_auth_new(&fixture->config, fixture->store, fixture->cache,
                                     &fixture->auth, &fixture->error),
                     CHATUR_OK);
    *state = fixture;
    return 0;
}

static void remove_folder(const char *folder)
{
    static const char *const files[] = {"test.db", "test.db-wal", "test.db-shm", "limits"};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char path[128];
        (void)snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(folder), 0);
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    chatur_auth_free(fixture->auth);
    chatur_cache_free(fixture->cache);
    chatur_store_free(fixture->store);
    chatur_arena_free(fixture->arena);
    remove_folder(fixture->folder);
    free(fixture);
    return 0;
}

static enum chatur_outcome sign_in(struct fixture *fixture,
                                   const struct chatur_credentials *credentials, const char **token)
{
    fixture->error = (struct chatur_error){0};
    *token = NULL;
    return chatur_auth_sign_in(fixture->auth, credentials, NULL, fixture->arena, token,
                               &fixture->allowance, &fixture->error);
}

static const char *signed_in(struct fixture *fixture)
{
    const char *token = NULL;
    assert_int_equal(sign_in(fixture, &jane, &token), CHATUR_OK);
    assert_non_null(token);
    return token;
}

static enum chatur_outcome session(struct fixture *fixture, const char *token,
                                   struct chatur_user *user)
{
    fixture->error = (struct chatur_error){0};
    *user = (struct chatur_user){0};
    const char *authorization =
        token == NULL ? NULL : chatur_arena_printf(fixture->arena, "Bearer %s", token);
    return chatur_auth_session(fixture->auth, authorization, fixture->arena, user, &fixture->error);
}

static void expect_refused(struct fixture *fixture, const char *token, enum chatur_outcome wanted,
                           const char *message)
{
    struct chatur_user user;
    assert_int_equal(session(fixture, token, &user), wanted);
    assert_string_equal(fixture->error.message, message);
    assert_null(user.uid);
}

static void wants_a_strong_key(void **state)
{
    struct fixture *fixture = *state;
    static const char *const bad[] = {"", "short", "thirty-one-bytes-are-not-enough"};
    struct chatur_config config = fixture->config;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct chatur_error error = {0};
        struct chatur_auth *auth = fixture->auth;
        config.jwt_key = bad[i];
        assert_int_equal(chatur_auth_new(&config, fixture->store, fixture->cache, &auth, &error),
                         CHATUR_BAD_REQUEST);
        assert_null(auth);
        assert_non_null(strstr(error.detail, "JWT_KEY"));
        assert_non_null(strstr(error.detail, "32"));
        assert_string_equal(error.message, "");
    }
    chatur_auth_free(NULL);
}

static void knows_who_signed_in(void **state)
{
    struct fixture *fixture = *state;
    struct chatur_user user;
    const char *token = signed_in(fixture);
    assert_int_equal(session(fixture, token, &user), CHATUR_OK);
    assert_string_equal(user.uid, ADDRESS_UID);
    assert_string_equal(user.email, ADDRESS);
    assert_string_equal(user.name, "Jane Doe");
    assert_string_equal(user.picture, "");
    assert_int_equal(user.available_coins, 0); /* those are the store's to say */
    assert_false(user.suspended);
    assert_true(user.created_s > 0);
    assert_int_equal(
        chatur_store_user_find(fixture->store, user.uid, fixture->arena, &user, &fixture->error),
        CHATUR_OK);
    assert_int_equal(user.available_coins, 10000);

    struct chatur_claims claims = {0};
    assert_int_equal(chatur_jwt_verify(TOKEN_KEY, token, chatur_now_s(), fixture->arena, &claims,
                                       &fixture->error),
                     CHATUR_OK);
    assert_string_equal(claims.uid, ADDRESS_UID);
    assert_string_equal(claims.email, ADDRESS);
    assert_int_equal(claims.expires_s - claims.issued_s, 2592000);
    assert_in_range(claims.issued_s, chatur_now_s() - 5, chatur_now_s());
}

static void finds_the_same_user_again(void **state)
{
    struct fixture *fixture = *state;
    struct chatur_user first;
    struct chatur_user second;
    struct chatur_credentials shouting = jane;
    const char *token = NULL;
    assert_int_equal(session(fixture, signed_in(fixture), &first), CHATUR_OK);
    shouting.email = "Jane.DOE@Example.COM";
    shouting.id_token = "another";
    assert_int_equal(sign_in(fixture, &shouting, &token), CHATUR_OK);
    assert_int_equal(session(fixture, token, &second), CHATUR_OK);
    assert_string_equal(first.id, second.id);

    shouting.email = "jane.doe@example.org";
    assert_int_equal(sign_in(fixture, &shouting, &token), CHATUR_OK);
    assert_int_equal(session(fixture, token, &second), CHATUR_OK);
    assert_string_not_equal(first.id, second.id);
    assert_string_not_equal(first.uid, second.uid);
}

static void refuses_bad_credentials(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        struct chatur_credentials credentials;
        const char *message;
    } rows[] = {
        {{"google", ADDRESS, "x", true}, "This loginMethod is not available here"},
        {{"", ADDRESS, "x", true}, "This loginMethod is not available here"},
        {{"DEV", ADDRESS, "x", true}, "This loginMethod is not available here"},
        {{"dev ", ADDRESS, "x", true}, "This loginMethod is not available here"},
        {{"dev", ADDRESS, "x", false},
         "The development login answers only to the machine it runs on"},
        {{"dev", ADDRESS, "", true},
         "The development login wants some idToken, any but an empty one"},
        {{"dev", "", "x", true}, "The development login wants a mail address as email"},
        {{"dev", "jane", "x", true}, "The development login wants a mail address as email"},
        {{"dev", "a@b.c\n", "x", true}, "The development login wants a mail address as email"},
    };
    struct chatur_user user;
    const char *token = NULL;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(sign_in(fixture, &rows[i].credentials, &token), CHATUR_UNAUTHENTICATED);
        assert_string_equal(fixture->error.message, rows[i].message);
        assert_null(token);
    }
    assert_int_equal(
        chatur_store_user_find(fixture->store, ADDRESS_UID, fixture->arena, &user, &fixture->error),
        CHATUR_NOT_FOUND);
    (void)signed_in(fixture);
}

static void has_no_dev_login_unless_switched_on(void **state)
{
    struct fixture *fixture = *state;
    struct chatur_config config = fixture->config;
    struct chatur_auth *auth = NULL;
    const char *token = NULL;
    config.dev_login = false;
    assert_int_equal(
        chatur_auth_new(&config, fixture->store, fixture->cache, &auth, &fixture->error),
        CHATUR_OK);
    assert_int_equal(chatur_auth_sign_in(auth, &jane, NULL, fixture->arena, &token,
                                         &fixture->allowance, &fixture->error),
                     CHATUR_UNAUTHENTICATED);
    assert_string_equal(fixture->error.message, "This loginMethod is not available here");
    assert_null(token);
    chatur_auth_free(auth);
}

static void names_people_by_their_address(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *email;
        const char *name;
    } rows[] = {
        {"12345@x.org", "12345"},
        {"+tag@x.org", "+tag"},
        {"'@x.org", "'"},
        {"jane@x.org", "Jane"},
        {"jane.doe@x.org", "Jane Doe"},
        {"jane_doe-smith@x.org", "Jane Doe Smith"},
        {"jane.doe42+news7@x.org", "Jane Doe"},
        {"7jane--doe_@x.org", "Jane Doe"},
        {"j.r.mcDonald@x.org", "J R McDonald"},
        {"pat.o'neill@x.org", "Pat O'neill"},
        {"zo\xc3\xab.k@x.org", "Zo\xc3\xab K"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct chatur_credentials credentials = jane;
        struct chatur_user user;
        const char *token = NULL;
        credentials.email = rows[i].email;
        assert_int_equal(sign_in(fixture, &credentials, &token), CHATUR_OK);
        assert_int_equal(session(fixture, token, &user), CHATUR_OK);
        assert_string_equal(user.name, rows[i].name);
    }
}

static void reads_the_authorization_header(void **state)
{
    struct fixture *fixture = *state;
    static const char missing[] = "Sign in first: send an Authorization: Bearer token";
    static const char invalid[] = "The token is not valid";
    static const struct {
        const char *before;
        const char *after;
        const char *message;
    } rows[] = {
        {"", "", missing},
        {" Bearer ", "", missing},
        {"Bearer", "", missing},
        {"Bearer\t", "", missing},
        {"Bearer:", "", missing},
        {"Basic ", "", missing},
        {"Bearers ", "", missing},
        {"Bearer \t", "", invalid},
        {"Bearer \"", "\"", invalid},
        {"Bearer ", " ", invalid},
        {"Bearer ", "\t", invalid},
        {"Bearer ", "\r\n", invalid},
        {"Bearer ", ", Basic eA", invalid},
        {"Bearer Bearer ", "", invalid},
        {"Bearer ", "", NULL},
        {"bearer ", "", NULL},
        {"BEARER ", "", NULL},
        {"Bearer    ", "", NULL},
    };
    const char *token = signed_in(fixture);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct chatur_user user = {0};
        struct chatur_error error = {0};
        const char *header =
            chatur_arena_printf(fixture->arena, "%s%s%s", rows[i].before, token, rows[i].after);
        enum chatur_outcome outcome =
            chatur_auth_session(fixture->auth, header, fixture->arena, &user, &error);
        if (rows[i].message == NULL) {
            assert_int_equal(outcome, CHATUR_OK);
            assert_string_equal(user.uid, ADDRESS_UID);
        } else {
            assert_int_equal(outcome, CHATUR_UNAUTHENTICATED);
            assert_string_equal(error.message, rows[i].message);
            assert_null(user.uid);
        }
    }
    static const char *const tokenless[] = {NULL, "", "Bearer", "Bearer ", "Bearer    "};
    for (size_t i = 0; i < sizeof(tokenless) / sizeof(tokenless[0]); i++) {
        struct chatur_user user = {0};
        assert_int_equal(chatur_auth_session(fixture->auth, tokenless[i], fixture->arena, &user,
                                             &fixture->error),
                         CHATUR_UNAUTHENTICATED);
        assert_string_equal(fixture->error.message, missing);
    }
}

static void refuses_tokens_of_others(void **state)
{
    struct fixture *fixture = *state;
    struct chatur_user user;
    const char *token = NULL;
    (void)signed_in(fixture);
    assert_int_equal(chatur_jwt_issue("another-key-of-thirty-two-bytes!!", ADDRESS_UID, ADDRESS,
                                      chatur_now_s(), fixture->arena, &token, NULL),
                     CHATUR_OK);
    expect_refused(fixture, token, CHATUR_UNAUTHENTICATED, "The token is not valid");
    assert_int_equal(chatur_jwt_issue(TOKEN_KEY, ADDRESS_UID, ADDRESS,
                                      chatur_now_s() - CHATUR_JWT_LIFETIME_S - 100, fixture->arena,
                                      &token, NULL),
                     CHATUR_OK);
    expect_refused(fixture, token, CHATUR_UNAUTHENTICATED,
                   "Your session has expired, please sign in again");

    /* The address is not what makes a session: people change theirs. */
    assert_int_equal(chatur_jwt_issue(TOKEN_KEY, ADDRESS_UID, "old@example.com", chatur_now_s(),
                                      fixture->arena, &token, NULL),
                     CHATUR_OK);
    assert_int_equal(session(fixture, token, &user), CHATUR_OK);
    assert_string_equal(user.email, ADDRESS);
}

static void refuses_the_suspended_at_once(void **state)
{
    struct fixture *fixture = *state;
    struct chatur_user user;
    const char *token = signed_in(fixture);
    const char *another = NULL;
    assert_int_equal(chatur_store_user_suspend(fixture->store, ADDRESS_UID, true, &fixture->error),
                     CHATUR_OK);
    expect_refused(fixture, token, CHATUR_FORBIDDEN, "This account is suspended");
    assert_int_equal(sign_in(fixture, &jane, &another), CHATUR_FORBIDDEN);
    assert_string_equal(fixture->error.message, "This account is suspended");
    assert_null(another);
    assert_int_equal(chatur_store_user_suspend(fixture->store, ADDRESS_UID, false, &fixture->error),
                     CHATUR_OK);
    assert_int_equal(session(fixture, token, &user), CHATUR_OK);
    (void)signed_in(fixture);
}

static void refuses_the_erased_at_once(void **state)
{
    struct fixture *fixture = *state;
    const char *token = signed_in(fixture);
    assert_int_equal(chatur_store_user_erase(fixture->store, ADDRESS_UID, &fixture->error),
                     CHATUR_OK);
    expect_refused(fixture, token, CHATUR_UNAUTHENTICATED,
                   "This account no longer exists, please sign in again");
}

static void refuses_tokens_of_an_erased_earlier_account(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        int64_t before_s; /* how long before the account the token was issued */
        enum chatur_outcome wanted;
    } rows[] = {
        {1000000, CHATUR_UNAUTHENTICATED},
        {3600, CHATUR_UNAUTHENTICATED},
        {61, CHATUR_UNAUTHENTICATED},
        {60, CHATUR_OK},
        {0, CHATUR_OK},
        {-60, CHATUR_OK},
    };
    const struct chatur_profile profile = {ADDRESS_UID, ADDRESS, "", "", "dev", ""};
    const int64_t created_s = chatur_now_s() - 120;
    struct chatur_user user;
    const char *token = NULL;
    assert_int_equal(chatur_store_user_sign_in(fixture->store, &profile, 1, created_s * 1000,
                                               fixture->arena, &user, &fixture->error),
                     CHATUR_OK);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(chatur_jwt_issue(TOKEN_KEY, ADDRESS_UID, ADDRESS,
                                          created_s - rows[i].before_s, fixture->arena, &token,
                                          NULL),
                         CHATUR_OK);
        assert_int_equal(session(fixture, token, &user), rows[i].wanted);
    }
}

static void refuses_an_address_of_another_account(void **state)
{
    struct fixture *fixture = *state;
    const struct chatur_profile profile = {"another-uid", ADDRESS, "", "", "google", ""};
    struct chatur_user user;
    const char *token = NULL;
    assert_int_equal(chatur_store_user_sign_in(fixture->store, &profile, 1, chatur_now_ms(),
                                               fixture->arena, &user, &fixture->error),
                     CHATUR_OK);
    assert_int_equal(sign_in(fixture, &jane, &token), CHATUR_CONFLICT);
    assert_null(token);
}

static void signs_nobody_in_too_often(void **state)
{
    struct fixture *fixture = *state;
    struct chatur_credentials john = jane;
    const char *token = NULL;
    john.email = "john@example.com";
    fixture->config.rate_login = (struct chatur_rate){3, 3600};
    for (int i = 0; i < 5; i++) {
        assert_int_equal(sign_in(fixture, &jane, &token), i < 3 ? CHATUR_OK : CHATUR_TOO_MANY);
        assert_int_equal(fixture->error.retry_after_s, i < 3 ? 0 : 1200);
        assert_int_equal(token != NULL, i < 3);
    }
    /* Who cannot prove to be Jane uses up nothing of hers, or of anybody's. */
    struct chatur_credentials stranger = john;
    stranger.id_token = "";
    for (int i = 0; i < 5; i++) {
        assert_int_equal(sign_in(fixture, &stranger, &token), CHATUR_UNAUTHENTICATED);
    }
    assert_int_equal(sign_in(fixture, &john, &token), CHATUR_OK);
    assert_int_equal(chatur_auth_sign_in(fixture->auth, &jane, NULL, fixture->arena, &token,
                                         &fixture->allowance, NULL),
                     CHATUR_TOO_MANY);
}

static void assert_allowance(const struct fixture *fixture, bool allowed, int64_t limit,
                             int64_t remaining, int64_t retry_after_s)
{
    assert_int_equal(fixture->allowance.allowed, allowed);
    assert_int_equal(fixture->allowance.limit, limit);
    assert_int_equal(fixture->allowance.remaining, remaining);
    assert_int_equal(fixture->allowance.retry_after_s, retry_after_s);
    assert_int_equal(fixture->error.retry_after_s, retry_after_s);
}

/* What the caller is told of is the limit that decided: the address's, which was asked before, or
 * the user's. */
static void says_which_limit_decided(void **state)
{
    struct fixture *fixture = *state;
    const struct chatur_allowance wide = {true, 20, 15, 900, 0};
    const struct chatur_allowance narrow = {true, 20, 0, 3600, 0};
    struct chatur_credentials stranger = jane;
    const char *token = NULL;

    fixture->allowance = wide; /* no limit of the user's own */
    assert_int_equal(sign_in(fixture, &jane, &token), CHATUR_OK);
    assert_allowance(fixture, true, 20, 15, 0);

    fixture->config.rate_login = (struct chatur_rate){2, 3600};
    fixture->allowance = (struct chatur_allowance){0}; /* none of the address's */
    assert_int_equal(sign_in(fixture, &jane, &token), CHATUR_OK);
    assert_allowance(fixture, true, 2, 1, 0);
    fixture->allowance = wide;
    assert_int_equal(sign_in(fixture, &jane, &token), CHATUR_OK);
    assert_allowance(fixture, true, 2, 0, 0);
    fixture->allowance = wide;
    assert_int_equal(sign_in(fixture, &jane, &token), CHATUR_TOO_MANY);
    assert_allowance(fixture, false, 2, 0, 1800);
    fixture->allowance = narrow; /* as little is left of it, and it is not what refused */
    assert_int_equal(sign_in(fixture, &jane, &token), CHATUR_TOO_MANY);
    assert_allowance(fixture, false, 2, 0, 1800);

    struct chatur_credentials john = jane;
    john.email = "john@example.com";
    fixture->allowance = narrow;
    assert_int_equal(sign_in(fixture, &john, &token), CHATUR_OK);
    assert_allowance(fixture, true, 20, 0, 0);
    stranger.id_token = ""; /* nobody, and so without a limit of their own */
    fixture->allowance = wide;
    assert_int_equal(sign_in(fixture, &stranger, &token), CHATUR_UNAUTHENTICATED);
    assert_allowance(fixture, true, 20, 15, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(signs_nobody_in_too_often, set_up, tear_down),
        cmocka_unit_test_setup_teardown(says_which_limit_decided, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wants_a_strong_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_who_signed_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(finds_the_same_user_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_bad_credentials, set_up, tear_down),
        cmocka_unit_test_setup_teardown(has_no_dev_login_unless_switched_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_people_by_their_address, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_the_authorization_header, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_tokens_of_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_the_suspended_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_the_erased_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_tokens_of_an_erased_earlier_account, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(refuses_an_address_of_another_account, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
