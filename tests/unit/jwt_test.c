/* Tokens that must be refused, each fault alone beside the token that passes without it. Hostile
 * ones are put at the end of their own allocation, where a sanitizer sees a read past them. */
#include "auth/jwt.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "auth/jwt_guard.h"
#include "token_maker.h"

#define NOW_S   1700000000
#define INVALID "The token is not valid"
#define EXPIRED "Your session has expired, please sign in again"
/* Which check refused, as the log tells. */
#define SEGMENTS  "token refused: not three segments"
#define BASE64    "token refused: a segment is not strict base64url"
#define SIGNATURE "token refused: the signature is not ours"
#define CLAIMS(iat, exp)                                                                           \
    "{\"email\":\"jane.doe@example.com\",\"uid\":\"u1\",\"iat\":" iat ",\"exp\":" exp "}"
#define GOOD CLAIMS("1700000000", "1702592000")

/* Made with Python's hmac, byte for byte as Node's jsonwebtoken writes it. */
static const char node_token[] =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    "eyJlbWFpbCI6ImphbmUuZG9lQGV4YW1wbGUuY29tIiwidWlkIjoiWmszdlFtMVh5UGJROHNUMHVWd1l6"
    "MkFiQ2RFMyIsImlhdCI6MTcwMDAwMDAwMCwiZXhwIjoxNzAyNTkyMDAwfQ."
    "089tEzJpK4HZiJzgvcl2tiAvo3ZUh7GgHjLedGRln5k";

static enum chatur_outcome verify_at(const char *key, const char *token, int64_t now_s,
                                     struct chatur_error *error)
{
    struct chatur_claims claims = {0};
    struct chatur_arena *arena = chatur_arena_new(1 << 20);
    assert_non_null(arena);
    *error = (struct chatur_error){0};
    enum chatur_outcome outcome = chatur_jwt_verify(key, token, now_s, arena, &claims, error);
    if (outcome == CHATUR_OK) {
        assert_string_not_equal(claims.uid, "");
        assert_string_not_equal(claims.email, "");
    } else {
        assert_null(claims.uid); /* nothing of a refused token gets out */
    }
    chatur_arena_free(arena);
    return outcome;
}

static void expect(const char *what, const char *token, const char *message)
{
    struct chatur_error error;
    enum chatur_outcome outcome = verify_at(TOKEN_KEY, token, NOW_S, &error);
    enum chatur_outcome wanted = message == NULL ? CHATUR_OK : CHATUR_UNAUTHENTICATED;
    if (outcome != wanted || (message != NULL && strcmp(error.message, message) != 0)) {
        fail_msg("%s: %s \"%s\" (%s)", what, chatur_outcome_name(outcome), error.message,
                 error.detail);
    }
}

/* The same, refused by one check and no other: where the library would refuse too, the guard has to
 * be first. */
static void expect_refused_for(const char *what, const char *token, const char *reason)
{
    struct chatur_error error;
    expect(what, token, reason == NULL ? NULL : INVALID);
    (void)verify_at(TOKEN_KEY, token, NOW_S, &error);
    if (reason != NULL && strcmp(error.detail, reason) != 0) {
        fail_msg("%s: %s", what, error.detail);
    }
}

static void accepts_a_token_of_the_node_service(void **state)
{
    (void)state;
    struct chatur_claims claims = {0};
    struct chatur_error error = {0};
    struct chatur_arena *arena = chatur_arena_new(1 << 20);
    assert_int_equal(chatur_jwt_verify(TOKEN_KEY, node_token, NOW_S, arena, &claims, &error),
                     CHATUR_OK);
    assert_string_equal(claims.uid, "Zk3vQm1XyPbQ8sT0uVwYz2AbCdE3");
    assert_string_equal(claims.email, "jane.doe@example.com");
    assert_int_equal(claims.issued_s, 1700000000);
    assert_int_equal(claims.expires_s, 1702592000);
    chatur_arena_free(arena);
}

static void refuses_bad_claims(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        const char *payload;
        const char *message; /* NULL: passes */
    } rows[] = {
        {"not an object: array", "[1]", INVALID},
        {"not an object: string", "\"x\"", INVALID},
        {"not an object: null", "null", INVALID},
        {"not JSON", "{\"email\":", INVALID},
        {"only white space", "  ", INVALID},
        {"something behind the object", GOOD "x", INVALID},
        {"empty object", "{}", INVALID},
        {"no email", "{\"uid\":\"u1\",\"iat\":1700000000,\"exp\":1702592000}", INVALID},
        {"no uid", "{\"email\":\"a@b.c\",\"iat\":1700000000,\"exp\":1702592000}", INVALID},
        {"no iat", "{\"email\":\"a@b.c\",\"uid\":\"u1\",\"exp\":1702592000}", INVALID},
        {"no exp", "{\"email\":\"a@b.c\",\"uid\":\"u1\",\"iat\":1700000000}", INVALID},
        {"empty email", "{\"email\":\"\",\"uid\":\"u1\",\"iat\":1700000000,\"exp\":1702592000}",
         INVALID},
        {"empty uid", "{\"email\":\"a@b.c\",\"uid\":\"\",\"iat\":1700000000,\"exp\":1702592000}",
         INVALID},
        {"uid a number", "{\"email\":\"a@b.c\",\"uid\":1,\"iat\":1700000000,\"exp\":1702592000}",
         INVALID},
        {"uid null", "{\"email\":\"a@b.c\",\"uid\":null,\"iat\":1700000000,\"exp\":1702592000}",
         INVALID},
        {"uid an object", "{\"email\":\"a@b.c\",\"uid\":{},\"iat\":1700000000,\"exp\":1702592000}",
         INVALID},
        {"email an array",
         "{\"email\":[\"a@b.c\"],\"uid\":\"u1\",\"iat\":1700000000,\"exp\":1702592000}", INVALID},
        {"email true", "{\"email\":true,\"uid\":\"u1\",\"iat\":1700000000,\"exp\":1702592000}",
         INVALID},
        {"NUL in uid",
         "{\"email\":\"a@b.c\",\"uid\":\"u1\\u0000x\",\"iat\":1700000000,\"exp\":1702592000}",
         INVALID},
        {"NUL in a name",
         "{\"email\":\"a@b.c\",\"uid\\u0000\":\"u1\",\"iat\":1700000000,\"exp\":1702592000}",
         INVALID},
        {"newline in uid",
         "{\"email\":\"a@b.c\",\"uid\":\"u\\n1\",\"iat\":1700000000,\"exp\":1702592000}", INVALID},
        {"delete in email",
         "{\"email\":\"a@b.c\\u007f\",\"uid\":\"u1\",\"iat\":1700000000,\"exp\":1702592000}",
         INVALID},
        {"bytes that are no UTF-8",
         "{\"email\":\"a@b.c\",\"uid\":\"u\xff\",\"iat\":1700000000,\"exp\":1702592000}", INVALID},
        {"overlong UTF-8",
         "{\"email\":\"a@b.c\",\"uid\":\"u\xc0\xaf\",\"iat\":1700000000,\"exp\":1702592000}",
         INVALID},
        {"duplicate uid",
         "{\"email\":\"a@b.c\",\"uid\":\"u2\",\"uid\":\"u1\",\"iat\":1700000000,"
         "\"exp\":1702592000}",
         INVALID},
        {"duplicate exp",
         "{\"email\":\"a@b.c\",\"uid\":\"u1\",\"iat\":1700000000,\"exp\":1,\"exp\":1702592000}",
         INVALID},
        {"names in another case",
         "{\"Email\":\"a@b.c\",\"UID\":\"u1\",\"IAT\":1700000000,\"EXP\":1702592000}", INVALID},
        {"exp a string", CLAIMS("1700000000", "\"1702592000\""), INVALID},
        {"exp a float", CLAIMS("1700000000", "1702592000.5"), INVALID},
        {"exp a float without a fraction", CLAIMS("1700000000", "1702592000.0"), INVALID},
        {"exp with an exponent", CLAIMS("1700000000", "17e8"), INVALID},
        {"exp true", CLAIMS("1700000000", "true"), INVALID},
        {"exp null", CLAIMS("1700000000", "null"), INVALID},
        {"exp negative", CLAIMS("1700000000", "-1702592000"), INVALID},
        {"exp 2^63", CLAIMS("1700000000", "9223372036854775808"), INVALID},
        {"exp 2^63-1", CLAIMS("1700000000", "9223372036854775807"), INVALID},
        {"exp 2^64 + a good one", CLAIMS("1700000000", "18446744075412143616"), INVALID},
        {"exp 1e400", CLAIMS("1700000000", "1e400"), INVALID},
        {"exp in milliseconds", CLAIMS("1700000000", "1702592000000"), INVALID},
        {"exp zero", CLAIMS("1700000000", "0"), EXPIRED},
        {"expired a month ago", CLAIMS("1694816000", "1697408000"), EXPIRED},
        {"expired just past the leeway", CLAIMS("1697000000", "1699999940"), EXPIRED},
        {"expired within the leeway", CLAIMS("1697000000", "1699999941"), NULL},
        {"exp this second", CLAIMS("1697000000", "1700000000"), NULL},
        {"iat a string", CLAIMS("\"1700000000\"", "1702592000"), INVALID},
        {"iat a float", CLAIMS("1700000000.0", "1702592000"), INVALID},
        {"iat negative", CLAIMS("-1", "1702592000"), INVALID},
        {"iat 2^63", CLAIMS("9223372036854775808", "1702592000"), INVALID},
        {"iat just past the leeway", CLAIMS("1700000061", "1702592000"), INVALID},
        {"iat within the leeway", CLAIMS("1700000060", "1702592000"), NULL},
        {"nbf in the future",
         "{\"email\":\"a@b.c\",\"uid\":\"u1\",\"iat\":1700000000,\"exp\":1702592000,"
         "\"nbf\":1700000061}",
         INVALID},
        {"nbf a string",
         "{\"email\":\"a@b.c\",\"uid\":\"u1\",\"iat\":1700000000,\"exp\":1702592000,"
         "\"nbf\":\"0\"}",
         INVALID},
        {"nbf null",
         "{\"email\":\"a@b.c\",\"uid\":\"u1\",\"iat\":1700000000,\"exp\":1702592000,"
         "\"nbf\":null}",
         INVALID},
        {"nbf within the leeway",
         "{\"email\":\"a@b.c\",\"uid\":\"u1\",\"iat\":1700000000,\"exp\":1702592000,"
         "\"nbf\":1700000060}",
         NULL},
        {"claims of others' beside ours",
         "{\"email\":\"a@b.c\",\"uid\":\"u1\",\"iat\":1700000000,\"exp\":1702592000,"
         "\"aud\":[\"x\"],\"name\":\"\xc3\xa9\"}",
         NULL},
        {"another order, white space",
         " { \"exp\" : 1702592000, \"iat\": 1700000000,\n\"uid\": \"u1\", \"email\": \"a@b.c\" } ",
         NULL},
        {"plain", GOOD, NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *token =
            token_make(TOKEN_HEADER, rows[i].payload, strlen(rows[i].payload), TOKEN_KEY, "SHA256");
        expect(rows[i].what, token, rows[i].message);
        free(token);
    }
}

static void refuses_raw_nul_in_the_payload(void **state)
{
    (void)state;
    static const char payload[] = GOOD "\0" GOOD;
    char *token = token_make(TOKEN_HEADER, payload, sizeof(payload) - 1, TOKEN_KEY, "SHA256");
    expect("NUL between two objects", token, INVALID);
    free(token);
}

static void bounds_the_length_of_text_claims(void **state)
{
    (void)state;
    for (int length = 253; length <= 256; length++) {
        char payload[512];
        char *token = NULL;
        int used =
            snprintf(payload, sizeof(payload),
                     "{\"email\":\"a@b.c\",\"uid\":\"%0*d\",\"iat\":1700000000,\"exp\":1702592000}",
                     length, 7);
        token = token_make(TOKEN_HEADER, payload, (size_t)used, TOKEN_KEY, "SHA256");
        expect("long uid", token, length <= 254 ? NULL : INVALID);
        free(token);
    }
}

static void refuses_bad_headers(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        const char *header;
        const char *key;
        const char *digest;
        const char *message;
    } rows[] = {
        {"alg none", "{\"alg\":\"none\",\"typ\":\"JWT\"}", TOKEN_KEY, "SHA256", INVALID},
        {"alg None", "{\"alg\":\"None\",\"typ\":\"JWT\"}", TOKEN_KEY, "SHA256", INVALID},
        {"alg empty", "{\"alg\":\"\",\"typ\":\"JWT\"}", TOKEN_KEY, "SHA256", INVALID},
        {"alg in lower case", "{\"alg\":\"hs256\",\"typ\":\"JWT\"}", TOKEN_KEY, "SHA256", INVALID},
        {"alg with a space", "{\"alg\":\"HS256 \",\"typ\":\"JWT\"}", TOKEN_KEY, "SHA256", INVALID},
        {"alg cut at NUL", "{\"alg\":\"HS256\\u0000\",\"typ\":\"JWT\"}", TOKEN_KEY, "SHA256",
         INVALID},
        {"HS512 with our key", "{\"alg\":\"HS512\",\"typ\":\"JWT\"}", TOKEN_KEY, "SHA512", INVALID},
        {"HS384 with our key", "{\"alg\":\"HS384\",\"typ\":\"JWT\"}", TOKEN_KEY, "SHA384", INVALID},
        {"HS512 in truth", TOKEN_HEADER, TOKEN_KEY, "SHA512", INVALID},
        {"RS256 signed as HS256", "{\"alg\":\"RS256\",\"typ\":\"JWT\"}", TOKEN_KEY, "SHA256",
         INVALID},
        {"RS256 with a kid", "{\"alg\":\"RS256\",\"kid\":\"1\",\"typ\":\"JWT\"}", TOKEN_KEY,
         "SHA256", INVALID},
        {"alg a number", "{\"alg\":256,\"typ\":\"JWT\"}", TOKEN_KEY, "SHA256", INVALID},
        {"alg an array", "{\"alg\":[\"HS256\"],\"typ\":\"JWT\"}", TOKEN_KEY, "SHA256", INVALID},
        {"alg null", "{\"alg\":null}", TOKEN_KEY, "SHA256", INVALID},
        {"no alg", "{\"typ\":\"JWT\"}", TOKEN_KEY, "SHA256", INVALID},
        {"alg twice", "{\"alg\":\"none\",\"alg\":\"HS256\"}", TOKEN_KEY, "SHA256", INVALID},
        {"alg hidden by an escape", "{\"alg\":\"HS256\",\"\\u0061lg\":\"none\"}", TOKEN_KEY,
         "SHA256", INVALID},
        {"typ JWS", "{\"alg\":\"HS256\",\"typ\":\"JWS\"}", TOKEN_KEY, "SHA256", INVALID},
        {"typ a number", "{\"alg\":\"HS256\",\"typ\":1}", TOKEN_KEY, "SHA256", INVALID},
        {"typ null", "{\"alg\":\"HS256\",\"typ\":null}", TOKEN_KEY, "SHA256", INVALID},
        {"crit", "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}", TOKEN_KEY, "SHA256", INVALID},
        {"crit null", "{\"alg\":\"HS256\",\"crit\":null}", TOKEN_KEY, "SHA256", INVALID},
        {"not an object", "[\"HS256\"]", TOKEN_KEY, "SHA256", INVALID},
        {"white space", "   ", TOKEN_KEY, "SHA256", INVALID},
        {"not JSON", "alg=HS256", TOKEN_KEY, "SHA256", INVALID},
        {"single quotes", "{'alg':'HS256'}", TOKEN_KEY, "SHA256", INVALID},
        {"another key", TOKEN_HEADER, "another-key-of-thirty-two-bytes!!", "SHA256", INVALID},
        {"our key and more", TOKEN_HEADER, TOKEN_KEY "x", "SHA256", INVALID},
        {"an empty key", TOKEN_HEADER, "", "SHA256", INVALID},
        {"plain", TOKEN_HEADER, TOKEN_KEY, "SHA256", NULL},
        {"no typ", "{\"alg\":\"HS256\"}", TOKEN_KEY, "SHA256", NULL},
        {"typ in lower case", "{\"typ\":\"jwt\",\"alg\":\"HS256\"}", TOKEN_KEY, "SHA256", NULL},
        {"a kid", "{\"alg\":\"HS256\",\"kid\":\"1\"}", TOKEN_KEY, "SHA256", NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *token = token_make(rows[i].header, GOOD, strlen(GOOD), rows[i].key, rows[i].digest);
        expect(rows[i].what, token, rows[i].message);
        free(token);
    }
}

/* {header}.{payload}.{signature} of the good token, cut and joined anew by `format`. */
static void refuses_bad_forms(void **state)
{
    (void)state;
    char *good = token_make(TOKEN_HEADER, GOOD, strlen(GOOD), TOKEN_KEY, "SHA256");
    char *header = strndup(good, strcspn(good, "."));
    char *payload = strndup(good + strlen(header) + 1, strcspn(good + strlen(header) + 1, "."));
    char *signature = strdup(strrchr(good, '.') + 1);
    const struct {
        const char *what;
        const char *parts[6];
        const char *reason; /* NULL: passes */
    } rows[] = {
        {"empty", {""}, SEGMENTS},
        {"a dot", {"."}, BASE64},
        {"two dots", {".."}, BASE64},
        {"three dots", {"..."}, BASE64},
        {"only a header", {header}, SEGMENTS},
        {"header and dot", {header, "."}, SEGMENTS},
        {"header and two dots", {header, ".."}, BASE64},
        {"empty payload", {header, "..", signature}, BASE64},
        {"empty payload, some signature", {header, "..x"}, BASE64},
        {"empty header", {".", payload, ".", signature}, BASE64},
        {"empty signature", {header, ".", payload, "."}, BASE64},
        {"no signature", {header, ".", payload}, SEGMENTS},
        {"a dot behind", {good, "."}, SEGMENTS},
        {"a dot before", {".", good}, BASE64},
        {"four segments", {good, ".", signature}, SEGMENTS},
        {"five segments, as an encrypted one", {good, ".", signature, ".", payload}, SEGMENTS},
        {"newline behind", {good, "\n"}, BASE64},
        {"space behind", {good, " "}, BASE64},
        {"space before", {" ", good}, BASE64},
        {"newline inside", {header, ".\n", payload, ".", signature}, BASE64},
        {"padded signature", {good, "="}, BASE64},
        {"padded twice", {good, "=="}, BASE64},
        {"padded header", {header, "=.", payload, ".", signature}, BASE64},
        {"padded payload", {header, ".", payload, "=.", signature}, BASE64},
        {"a digit more", {good, "A"}, SIGNATURE},
        {"two digits more", {good, "AA"}, BASE64},
        {"five digits more", {good, "AAAAA"}, SIGNATURE},
        {"base64 of the other alphabet", {header, ".", payload, ".", "+/+/"}, BASE64},
        {"bytes past ASCII", {header, ".", payload, ".", "\xc3\xa9\xc3\xa9"}, BASE64},
        {"header thrice", {header, ".", header, ".", header}, SIGNATURE},
        {"as it was made", {good}, NULL},
        {"joined as it was", {header, ".", payload, ".", signature}, NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t length = 0;
        for (size_t part = 0; part < 6 && rows[i].parts[part] != NULL; part++) {
            length += strlen(rows[i].parts[part]);
        }
        char *token = calloc(1, length + 1);
        assert_non_null(token);
        size_t used = 0;
        for (size_t part = 0; part < 6 && rows[i].parts[part] != NULL; part++) {
            used += (size_t)snprintf(token + used, length + 1 - used, "%s", rows[i].parts[part]);
        }
        expect_refused_for(rows[i].what, token, rows[i].reason);
        free(token);
    }
    free(good);
    free(header);
    free(payload);
    free(signature);
}

/* The last digit of 32 bytes in base64url carries two bits of nothing: four texts for one hash. */
static void refuses_non_canonical_base64(void **state)
{
    (void)state;
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    char *token = token_make(TOKEN_HEADER, GOOD, strlen(GOOD), TOKEN_KEY, "SHA256");
    char *last = token + strlen(token) - 1;
    const char good = *last;
    const size_t value = (size_t)(strchr(digits, good) - digits);
    assert_int_equal(value % 4, 0);
    for (size_t extra = 1; extra < 4; extra++) {
        *last = digits[value + extra];
        expect_refused_for("bits of nothing", token, BASE64);
    }
    *last = good;
    expect_refused_for("none", token, NULL);
    free(token);
}

static void refuses_every_flipped_bit(void **state)
{
    (void)state;
    char *token = token_make(TOKEN_HEADER, GOOD, strlen(GOOD), TOKEN_KEY, "SHA256");
    const size_t length = strlen(token);
    for (size_t i = 0; i < length; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            const char good = token[i];
            token[i] = (char)((unsigned char)good ^ (1U << bit));
            expect("a flipped bit", token, INVALID);
            token[i] = good;
        }
    }
    expect("none flipped", token, NULL);
    free(token);
}

static void refuses_every_prefix(void **state)
{
    (void)state;
    char *token = token_make(TOKEN_HEADER, GOOD, strlen(GOOD), TOKEN_KEY, "SHA256");
    for (size_t length = 0; length < strlen(token); length++) {
        char *prefix = strndup(token, length);
        expect("a prefix", prefix, INVALID);
        free(prefix);
    }
    free(token);
}

/* A thread smaller than any serving one: neither the library's alloca nor its parser's recursion
 * may reach the end of its stack. */
static void *verify_hostile_tokens(void *unused)
{
    (void)unused;
    const size_t huge = (size_t)256 * 1024;
    char *payload = malloc(huge);
    assert_non_null(payload);

    memset(payload, 'A', huge);
    payload[huge - 1] = '\0';
    expect("256 KiB of one segment", payload, INVALID);
    payload[10] = '.';
    payload[huge / 2] = '.';
    expect("256 KiB of three segments", payload, INVALID);
    memset(payload, '.', huge - 1);
    expect("256 KiB of dots", payload, INVALID);

    (void)snprintf(payload, huge, "%-*s", (int)huge - 1, GOOD);
    char *token = token_make(TOKEN_HEADER, payload, huge - 1, TOKEN_KEY, "SHA256");
    expect("256 KiB, well signed", token, INVALID);
    free(token);

    const size_t deep = 1500;
    memset(payload, '[', deep);
    memset(payload + deep, ']', deep);
    token = token_make(TOKEN_HEADER, payload, 2 * deep, TOKEN_KEY, "SHA256");
    expect("deep arrays", token, INVALID);
    free(token);
    token = token_make(TOKEN_HEADER, payload, deep, TOKEN_KEY, "SHA256");
    expect("arrays without an end", token, INVALID);
    free(token);
    payload[deep] = '\0';
    token = token_make(payload, GOOD, strlen(GOOD), TOKEN_KEY, "SHA256");
    expect("a deep header", token, INVALID);
    free(token);
    free(payload);
    return NULL;
}

static void survives_hostile_tokens_on_a_small_stack(void **state)
{
    (void)state;
    pthread_t thread;
    pthread_attr_t attributes;
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstacksize(&attributes, (size_t)80 * 1024), 0);
    assert_int_equal(pthread_create(&thread, &attributes, verify_hostile_tokens, NULL), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    (void)pthread_attr_destroy(&attributes);
}

/* The longest token that passes is exactly as long as the limit says. */
static void bounds_the_length_of_a_token(void **state)
{
    (void)state;
    bool passed = false;
    bool refused = false;
    char payload[4096];
    for (size_t length = 2900; length < 3100; length++) {
        (void)snprintf(payload, sizeof(payload), "%-*s", (int)length, GOOD);
        char *token = token_make(TOKEN_HEADER, payload, length, TOKEN_KEY, "SHA256");
        bool fits = strlen(token) <= CHATUR_JWT_MAX_BYTES;
        expect("padded with spaces", token, fits ? NULL : INVALID);
        passed = passed || strlen(token) == CHATUR_JWT_MAX_BYTES;
        refused = refused || !fits;
        free(token);
    }
    assert_true(passed);
    assert_true(refused);
}

static void wants_a_key_of_enough_bytes(void **state)
{
    (void)state;
    static const char short_key[] = "a-key-of-one-byte-less-than-32!";
    struct chatur_error error;
    const char *token = NULL;
    struct chatur_arena *arena = chatur_arena_new(1 << 20);
    char *signed_short = token_make(TOKEN_HEADER, GOOD, strlen(GOOD), short_key, "SHA256");
    char *signed_empty = token_make(TOKEN_HEADER, GOOD, strlen(GOOD), "", "SHA256");
    assert_int_equal(strlen(short_key), CHATUR_JWT_MIN_KEY_BYTES - 1);
    assert_int_equal(verify_at(short_key, signed_short, NOW_S, &error), CHATUR_INTERNAL);
    assert_int_equal(verify_at("", signed_empty, NOW_S, &error), CHATUR_INTERNAL);
    assert_string_equal(error.message, "");
    assert_int_equal(chatur_jwt_issue(short_key, "u", "a@b.c", NOW_S, arena, &token, &error),
                     CHATUR_INTERNAL);
    assert_int_equal(chatur_jwt_issue("", "u", "a@b.c", NOW_S, arena, &token, NULL),
                     CHATUR_INTERNAL);
    assert_null(token);
    free(signed_short);
    free(signed_empty);
    chatur_arena_free(arena);
}

static void issues_what_it_verifies(void **state)
{
    (void)state;
    static const char uid[] = "quote\" slash\\ \xc3\xa9\xf0\x9f\x99\x82";
    struct chatur_error error = {0};
    struct chatur_claims claims = {0};
    struct chatur_jwt_segments segments;
    const char *token = NULL;
    struct chatur_arena *arena = chatur_arena_new(1 << 20);
    assert_int_equal(chatur_jwt_issue(TOKEN_KEY, uid, "j@x.org", NOW_S, arena, &token, &error),
                     CHATUR_OK);
    assert_int_equal(chatur_jwt_verify(TOKEN_KEY, token, NOW_S, arena, &claims, &error), CHATUR_OK);
    assert_string_equal(claims.uid, uid);
    assert_string_equal(claims.email, "j@x.org");
    assert_int_equal(claims.issued_s, NOW_S);
    assert_int_equal(claims.expires_s, NOW_S + 2592000);

    /* For 30 days, and no longer. */
    assert_int_equal(verify_at(TOKEN_KEY, token, NOW_S + 2592000, &error), CHATUR_OK);
    assert_int_equal(verify_at(TOKEN_KEY, token, NOW_S + 2592060, &error), CHATUR_UNAUTHENTICATED);
    assert_string_equal(error.message, EXPIRED);
    assert_int_equal(verify_at(TOKEN_KEY, token, NOW_S - 61, &error), CHATUR_UNAUTHENTICATED);
    assert_string_equal(error.message, INVALID);

    /* Exactly these claims, in whatever order. */
    assert_int_equal(chatur_jwt_issue(TOKEN_KEY, "u1", "j@x.org", NOW_S, arena, &token, &error),
                     CHATUR_OK);
    assert_int_equal(chatur_jwt_guard(token, "HS256", arena, &segments, &error), CHATUR_OK);
    static const char *const members[] = {"\"email\":\"j@x.org\"", "\"uid\":\"u1\"",
                                          "\"iat\":1700000000", "\"exp\":1702592000"};
    size_t length = strlen("{,,,}");
    for (size_t i = 0; i < 4; i++) {
        assert_non_null(strstr(segments.payload.bytes, members[i]));
        length += strlen(members[i]);
    }
    assert_int_equal(segments.payload.length, length);
    chatur_arena_free(arena);
}

static void issues_nothing_it_would_refuse(void **state)
{
    (void)state;
    char long_text[300];
    memset(long_text, 'a', sizeof(long_text));
    long_text[255] = '\0';
    const struct {
        const char *uid;
        const char *email;
        int64_t now_s;
    } rows[] = {
        {"", "a@b.c", NOW_S},         {"u", "", NOW_S},          {long_text, "a@b.c", NOW_S},
        {"u", long_text, NOW_S},      {"u\n", "a@b.c", NOW_S},   {"u", "a@b.c\x7f", NOW_S},
        {"\xff", "a@b.c", NOW_S},     {"u", "\xc0\xaf", NOW_S},  {"u", "a@b.c", -1},
        {"u", "a@b.c", 253402300799}, {"u", "a@b.c", INT64_MIN},
    };
    struct chatur_arena *arena = chatur_arena_new(1 << 20);
    const char *token = NULL;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(chatur_jwt_issue(TOKEN_KEY, rows[i].uid, rows[i].email, rows[i].now_s,
                                          arena, &token, NULL),
                         CHATUR_INTERNAL);
        assert_null(token);
    }
    long_text[254] = '\0';
    assert_int_equal(chatur_jwt_issue(TOKEN_KEY, long_text, long_text, NOW_S, arena, &token, NULL),
                     CHATUR_OK);
    struct chatur_error error;
    assert_int_equal(verify_at(TOKEN_KEY, token, NOW_S, &error), CHATUR_OK);
    chatur_arena_free(arena);
}

/* An arena with ever less room left. */
static void runs_out_of_memory_cleanly(void **state)
{
    (void)state;
    size_t passed = 0;
    size_t failed = 0;
    for (size_t spent = 0; spent <= 8192; spent += 16) {
        struct chatur_claims claims = {0};
        struct chatur_arena *arena = chatur_arena_new(8192);
        assert_non_null(arena);
        (void)chatur_arena_alloc(arena, spent);
        enum chatur_outcome outcome =
            chatur_jwt_verify(TOKEN_KEY, node_token, NOW_S, arena, &claims, NULL);
        assert_true(outcome == CHATUR_OK || outcome == CHATUR_INTERNAL);
        passed += outcome == CHATUR_OK;
        failed += outcome == CHATUR_INTERNAL;
        chatur_arena_free(arena);
    }
    assert_true(passed > 0);
    assert_true(failed > 0);
}

static void guards_for_the_algorithm_asked(void **state)
{
    (void)state;
    struct chatur_error error = {0};
    struct chatur_jwt_segments segments;
    struct chatur_arena *arena = chatur_arena_new(1 << 20);
    char *token =
        token_make("{\"alg\":\"RS256\",\"kid\":\"k\"}", "{\"a\":1}", 7, TOKEN_KEY, "SHA256");
    assert_int_equal(chatur_jwt_guard(token, "HS256", arena, &segments, &error),
                     CHATUR_UNAUTHENTICATED);
    assert_string_equal(error.message, INVALID);
    assert_string_equal(error.detail, "token refused: another algorithm than ours");
    assert_int_equal(chatur_jwt_guard(token, "RS256", arena, &segments, &error), CHATUR_OK);
    assert_string_equal(segments.header.bytes, "{\"alg\":\"RS256\",\"kid\":\"k\"}");
    assert_string_equal(segments.payload.bytes, "{\"a\":1}");
    assert_int_equal(segments.signature.length, 32);
    free(token);
    chatur_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_a_token_of_the_node_service),
        cmocka_unit_test(refuses_bad_claims),
        cmocka_unit_test(refuses_raw_nul_in_the_payload),
        cmocka_unit_test(bounds_the_length_of_text_claims),
        cmocka_unit_test(refuses_bad_headers),
        cmocka_unit_test(refuses_bad_forms),
        cmocka_unit_test(refuses_non_canonical_base64),
        cmocka_unit_test(refuses_every_flipped_bit),
        cmocka_unit_test(refuses_every_prefix),
        cmocka_unit_test(survives_hostile_tokens_on_a_small_stack),
        cmocka_unit_test(bounds_the_length_of_a_token),
        cmocka_unit_test(wants_a_key_of_enough_bytes),
        cmocka_unit_test(issues_what_it_verifies),
        cmocka_unit_test(issues_nothing_it_would_refuse),
        cmocka_unit_test(runs_out_of_memory_cleanly),
        cmocka_unit_test(guards_for_the_algorithm_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
