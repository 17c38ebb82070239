/* The pipeline, driven through a transport made of strings: methods, lengths, content types, ids,
 * origins, authentication and its place in the order, outcomes and their envelopes, log lines. The
 * app and the auth rooms are replaced by the few functions at the top. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <json-c/json_tokener.h>

#include "base/json_write.h"
#include "base/log.h"
#include "serve/limit.h"
#include "serve/params.h"
#include "serve/pipeline.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_BODY_BYTES  1000UL

/* --- stand-ins for app and auth --------------------------------------------------------------- */

static struct {
    enum chatur_outcome app;     /* what chatur_app_auth answers */
    enum chatur_outcome session; /* what chatur_auth_session answers to anything but "good" */
    enum chatur_outcome limit;   /* what chatur_limit_check answers */
    struct chatur_allowance allowance;
    unsigned limits;
    char limited[100]; /* who was asked for: "address uid" */
    unsigned sessions;
    char authorization[100]; /* what the session was asked for; "(null)" */
} stand_in;

enum chatur_outcome chatur_app_auth(struct chatur_app *app, struct chatur_auth **auth,
                                    struct chatur_error *error)
{
    (void)app;
    *auth = NULL;
    return stand_in.app == CHATUR_OK ? CHATUR_OK
                                     : chatur_fail(error, stand_in.app, "JWT_KEY is not set");
}

enum chatur_outcome chatur_auth_session(struct chatur_auth *auth, const char *authorization,
                                        struct chatur_arena *arena, struct chatur_user *user,
                                        struct chatur_error *error)
{
    (void)auth;
    (void)error;
    stand_in.sessions++;
    (void)snprintf(stand_in.authorization, sizeof(stand_in.authorization), "%s",
                   authorization != NULL ? authorization : "(null)");
    if (authorization == NULL) {
        return CHATUR_UNAUTHENTICATED;
    }
    if (strcmp(authorization, "Bearer good") != 0) {
        return stand_in.session;
    }
    user->uid = chatur_arena_strdup(arena, "uid-of-good");
    return CHATUR_OK;
}

enum chatur_outcome chatur_limit_check(struct chatur_app *app, enum chatur_limit limit,
                                       const char *remote_addr, const char *uid,
                                       struct chatur_allowance *allowance,
                                       struct chatur_error *error)
{
    (void)app;
    assert_int_equal(limit, CHATUR_LIMIT_LOGIN);
    stand_in.limits++;
    (void)snprintf(stand_in.limited, sizeof(stand_in.limited), "%s %s", remote_addr,
                   uid != NULL ? uid : "(null)");
    *allowance = stand_in.allowance;
    error->retry_after_s = (unsigned)stand_in.allowance.retry_after_s;
    return stand_in.limit;
}

/* --- a transport made of strings -------------------------------------------------------------- */

struct param {
    const char *name;
    const char *value;
};

/* The parameters that most tests need; a NULL value means absent. */
struct sent {
    const char *method;
    const char *length; /* "auto": that of the body */
    const char *type;
    const char *body;
    size_t body_bytes; /* 0: strlen(body) */
    struct param more[4];
};

struct wire {
    struct chatur_transport base;
    const struct sent *sent;
    char length[24];
    size_t body_bytes;
    size_t position;
    bool breaks;         /* the body ends in an error */
    size_t most_written; /* the client leaves after so many bytes; 0: it stays */
    struct chatur_buffer received;
    bool ended;
};

static const char *wire_param(struct chatur_transport *transport, const char *name)
{
    struct wire *wire = (struct wire *)transport;
    const struct param usual[] = {
        {"REQUEST_METHOD", wire->sent->method},
        {"CONTENT_LENGTH", wire->length[0] != '\0' ? wire->length : wire->sent->length},
        {"CONTENT_TYPE", wire->sent->type},
    };
    for (size_t i = 0; i < COUNT_OF(wire->sent->more); i++) {
        const struct param *param = &wire->sent->more[i];
        if (param->name != NULL && strcmp(param->name, name) == 0) {
            return param->value;
        }
    }
    for (size_t i = 0; i < COUNT_OF(usual); i++) {
        if (strcmp(usual[i].name, name) == 0) {
            return usual[i].value;
        }
    }
    return NULL;
}

static ssize_t wire_read(struct chatur_transport *transport, char *bytes, size_t size)
{
    struct wire *wire = (struct wire *)transport;
    size_t left = wire->body_bytes - wire->position;
    size_t count = left < size ? left : size;
    count = count < 7 ? count : 7; /* as a slow network would */
    if (count == 0) {
        return wire->breaks ? -1 : 0;
    }
    memcpy(bytes, wire->sent->body + wire->position, count);
    wire->position += count;
    return (ssize_t)count;
}

static bool wire_write(struct chatur_transport *transport, const char *bytes, size_t length)
{
    struct wire *wire = (struct wire *)transport;
    assert_false(wire->ended);
    chatur_buffer_append(&wire->received, bytes, length);
    return wire->most_written == 0 || wire->received.length <= wire->most_written;
}

static bool wire_flush(struct chatur_transport *transport, bool last)
{
    struct wire *wire = (struct wire *)transport;
    assert_false(wire->ended);
    wire->ended = last;
    return true;
}

static const struct chatur_transport_ops wire_ops = {
    .param = wire_param,
    .read = wire_read,
    .write = wire_write,
    .flush = wire_flush,
};

/* --- one endpoint, one exchange --------------------------------------------------------------- */

/* What the endpoint under test shall do, and what it saw. */
static struct {
    enum chatur_outcome outcome;
    struct chatur_error error;
    int elements;   /* how many to add */
    bool forgetful; /* begins one element more, and writes nothing into it */
    unsigned calls;
    char body[200];
    char uid[40];
    char query[40];
    bool local;
} endpoint_does;

static enum chatur_outcome handle(struct chatur_request *request, struct chatur_response *response)
{
    endpoint_does.calls++;
    (void)snprintf(endpoint_does.body, sizeof(endpoint_does.body), "%s",
                   json_object_to_json_string_ext(request->body, JSON_C_TO_STRING_PLAIN));
    (void)snprintf(endpoint_does.uid, sizeof(endpoint_does.uid), "%s",
                   request->user.uid != NULL ? request->user.uid : "");
    (void)snprintf(endpoint_does.query, sizeof(endpoint_does.query), "%s", request->query);
    endpoint_does.local = request->local;
    for (int i = 0; i < endpoint_does.elements; i++) {
        struct chatur_buffer *json = chatur_response_element(response);
        chatur_json_open(json);
        chatur_json_put_integer(json, "n", i);
        chatur_json_close(json);
    }
    if (endpoint_does.forgetful) {
        (void)chatur_response_element(response);
    }
    request->error = endpoint_does.error;
    return endpoint_does.outcome;
}

static const struct chatur_endpoint open_endpoint = {.handle = handle, .public = true};
static const struct chatur_endpoint get_endpoint = {
    .handle = handle, .public = true, .allow_get = true};
static const struct chatur_endpoint closed_endpoint = {.handle = handle};
static const struct chatur_endpoint limited_endpoint = {.handle = handle,
                                                        .limit = CHATUR_LIMIT_LOGIN};
static const struct chatur_endpoint limited_open_endpoint = {
    .handle = handle, .public = true, .limit = CHATUR_LIMIT_LOGIN};

static struct chatur_config config;
static struct chatur_pipeline pipeline;
static struct wire wire;

static void post(const struct chatur_endpoint *endpoint, const struct sent *sent)
{
    pipeline.endpoint = endpoint;
    wire.base.ops = &wire_ops;
    wire.sent = sent;
    wire.position = 0;
    wire.ended = false;
    wire.body_bytes = sent->body == NULL      ? 0
                      : sent->body_bytes != 0 ? sent->body_bytes
                                              : strlen(sent->body);
    wire.length[0] = '\0';
    if (sent->length != NULL && strcmp(sent->length, "auto") == 0) {
        (void)snprintf(wire.length, sizeof(wire.length), "%zu", wire.body_bytes);
    }
    chatur_buffer_clear(&wire.received, 0);
    chatur_pipeline_run(&pipeline, &wire.base);
    assert_true(wire.ended || wire.most_written > 0);
}

static int received_status(void)
{
    static const char field[] = "Status: ";
    assert_int_equal(strncmp(wire.received.data, field, strlen(field)), 0);
    return (int)strtol(wire.received.data + strlen(field), NULL, 10);
}

static const char *received_body(void)
{
    const char *end = strstr(wire.received.data, "\r\n\r\n");
    assert_non_null(end);
    return end + 4;
}

/* The header's value in a static buffer, or NULL. */
static const char *received_header(const char *name)
{
    static char value[600];
    char pattern[80];
    (void)snprintf(pattern, sizeof(pattern), "\r\n%s: ", name);
    const char *start = strstr(wire.received.data, pattern);
    if (start == NULL || start > received_body()) {
        return NULL;
    }
    start += strlen(pattern);
    assert_null(strstr(start, pattern)); /* once */
    (void)snprintf(value, sizeof(value), "%.*s", (int)strcspn(start, "\r"), start);
    return value;
}

static void assert_header(const char *name, const char *expected)
{
    const char *value = received_header(name);
    if (expected == NULL) {
        assert_null(value);
        return;
    }
    assert_non_null(value);
    assert_string_equal(value, expected);
}

/* Every answer with a body, whatever it says, has this form. */
static void assert_envelope(int status, const char *message, const char *payload)
{
    char expected[2000];
    char length[24];
    (void)snprintf(expected, sizeof(expected), "{\"status\":%d,\"message\":\"%s\",\"payload\":%s}",
                   status, message, payload);
    assert_string_equal(received_body(), expected);
    (void)snprintf(length, sizeof(length), "%zu", strlen(expected));
    assert_header("Content-Length", length);
    assert_header("Content-Type", "application/json; charset=utf-8");
    assert_header("Cache-Control", "no-store");
    assert_header("X-Content-Type-Options", "nosniff");
    assert_non_null(received_header("X-Request-Id"));
}

static int set_up(void **state)
{
    (void)state;
    memset(&stand_in, 0, sizeof(stand_in));
    memset(&endpoint_does, 0, sizeof(endpoint_does));
    memset(&wire, 0, sizeof(wire));
    wire.base.local = true;
    stand_in.session = CHATUR_UNAUTHENTICATED;
    config = (struct chatur_config){.cors_origin = "*", .max_body_bytes = MAX_BODY_BYTES};
    chatur_log_start("test", CHATUR_ERROR);
    return chatur_pipeline_open(&pipeline, &open_endpoint, &config, NULL) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    chatur_pipeline_close(&pipeline);
    chatur_buffer_free(&wire.received);
    return 0;
}

/* --- methods ---------------------------------------------------------------------------------- */

static void only_post_is_a_method(void **state)
{
    (void)state;
    static const struct {
        const char *method;
        const struct chatur_endpoint *endpoint;
        int status;
        bool bodiless;
    } rows[] = {
        {"GET", &open_endpoint, 405, false},   {"HEAD", &open_endpoint, 405, true},
        {"PUT", &open_endpoint, 405, false},   {"DELETE", &open_endpoint, 405, false},
        {"TRACE", &open_endpoint, 405, false}, {"post", &open_endpoint, 405, false},
        {"POST ", &open_endpoint, 405, false}, {"POST\n", &open_endpoint, 405, false},
        {"", &open_endpoint, 405, false},      {NULL, &open_endpoint, 405, false},
        {"GET", &closed_endpoint, 405, false}, {"PUT", &get_endpoint, 405, false},
        {"POST", &open_endpoint, 200, false},  {"POST", &get_endpoint, 200, false},
        {"GET", &get_endpoint, 200, false},    {"HEAD", &get_endpoint, 200, true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        endpoint_does.calls = 0;
        post(rows[i].endpoint, &(struct sent){.method = rows[i].method});
        assert_int_equal(received_status(), rows[i].status);
        assert_int_equal(endpoint_does.calls, rows[i].status == 200);
        if (rows[i].bodiless) {
            assert_string_equal(received_body(), "");
            assert_non_null(received_header("Content-Length"));
        } else {
            assert_string_not_equal(received_body(), "");
        }
        assert_header("Allow", rows[i].status == 200               ? NULL
                               : rows[i].endpoint == &get_endpoint ? "GET, HEAD, POST, OPTIONS"
                                                                   : "POST, OPTIONS");
    }
}

static void a_get_has_no_body(void **state)
{
    (void)state;
    post(&get_endpoint, &(struct sent){.method = "GET",
                                       .length = "auto",
                                       .body = "not json",
                                       .more = {{"QUERY_STRING", "live"}}});
    assert_int_equal(received_status(), 200);
    assert_string_equal(endpoint_does.body, "{}");
    assert_string_equal(endpoint_does.query, "live");
}

static void preflight_needs_nothing(void **state)
{
    (void)state;
    post(&closed_endpoint,
         &(struct sent){.method = "OPTIONS", .more = {{"HTTP_ORIGIN", "https://app.example"}}});
    assert_int_equal(received_status(), 204);
    assert_string_equal(received_body(), "");
    assert_header("Content-Length", NULL);
    assert_header("Content-Type", NULL);
    assert_header("Access-Control-Allow-Origin", "*");
    assert_header("Access-Control-Allow-Methods", "POST, OPTIONS");
    assert_header("Access-Control-Allow-Headers",
                  "Authorization, Content-Type, Accept, Idempotency-Key");
    assert_header("Access-Control-Max-Age", "86400");
    assert_int_equal(stand_in.sessions, 0);
    assert_int_equal(endpoint_does.calls, 0);

    post(&get_endpoint, &(struct sent){.method = "OPTIONS"});
    assert_header("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS");
}

/* --- lengths ---------------------------------------------------------------------------------- */

static void length_is_exact(void **state)
{
    (void)state;
    static const struct {
        const char *length;
        const char *body;
        int status;
        const char *seen; /* by the handler */
    } rows[] = {
        {"-1", "{}", 400, NULL},
        {"+2", "{}", 400, NULL},
        {" 2", "{}", 400, NULL},
        {"2 ", "{}", 400, NULL},
        {"2,2", "{}", 400, NULL},
        {"0x2", "{}", 400, NULL},
        {"2.0", "{}", 400, NULL},
        {"two", "{}", 400, NULL},
        {"3", "{}", 400, NULL},
        {"1000", "{}", 400, NULL},
        {"5", NULL, 400, NULL},
        {"1001", "{}", 413, NULL},
        {"2147483647", "{}", 413, NULL},
        {"4294967298", "{}", 413, NULL},
        {"18446744073709551615", "{}", 413, NULL},
        {"18446744073709551618", "{}", 413, NULL},
        {"99999999999999999999999999999999999999", "{}", 413, NULL},
        {"1", "{}", 400, NULL}, /* cut to `{` */
        {"auto", "{\"a\":1}", 200, "{\"a\":1}"},
        {"2", "{} and what follows is not ours", 200, "{}"},
        {"002", "{}", 200, "{}"},
        {"0", "[", 200, "{}"},
        {"", "{\"a\":1}", 200, "{\"a\":1}"},
        {NULL, "{\"a\":1}", 200, "{\"a\":1}"},
        {NULL, NULL, 200, "{}"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        endpoint_does.calls = 0;
        post(&open_endpoint,
             &(struct sent){.method = "POST", .length = rows[i].length, .body = rows[i].body});
        assert_int_equal(received_status(), rows[i].status);
        assert_int_equal(endpoint_does.calls, rows[i].seen != NULL);
        if (rows[i].seen != NULL) {
            assert_string_equal(endpoint_does.body, rows[i].seen);
        }
    }
}

/* A JSON text of exactly `size` bytes. */
static char *body_of(size_t size)
{
    char *body = malloc(size + 1);
    assert_non_null(body);
    (void)snprintf(body, size + 1, "{}%*s", (int)size - 2, "");
    return body;
}

static void body_has_a_limit(void **state)
{
    (void)state;
    static const struct {
        size_t size;
        const char *length;
        int status;
    } rows[] = {
        {MAX_BODY_BYTES + 1, "auto", 413}, {MAX_BODY_BYTES + 1, NULL, 413},
        {MAX_BODY_BYTES * 100, NULL, 413}, {MAX_BODY_BYTES * 100, "auto", 413},
        {MAX_BODY_BYTES, "auto", 200},     {MAX_BODY_BYTES, NULL, 200},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *body = body_of(rows[i].size);
        post(&open_endpoint,
             &(struct sent){.method = "POST", .length = rows[i].length, .body = body});
        assert_int_equal(received_status(), rows[i].status);
        assert_true(wire.position <= MAX_BODY_BYTES + 1);
        if (rows[i].status == 413 && rows[i].length != NULL) {
            assert_int_equal(wire.position, 0); /* refused unread */
        }
        free(body);
    }
}

static void a_client_that_breaks_off_is_refused(void **state)
{
    (void)state;
    wire.breaks = true;
    post(&open_endpoint, &(struct sent){.method = "POST", .length = "20", .body = "{\"a\":1}"});
    assert_int_equal(received_status(), 400);
    post(&open_endpoint, &(struct sent){.method = "POST", .body = "{\"a\":1}"});
    assert_int_equal(received_status(), 400);
    assert_int_equal(endpoint_does.calls, 0);
}

/* --- what is in the body ---------------------------------------------------------------------- */

static void content_type_is_json(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        bool accepted;
    } rows[] = {
        {"text/plain", false},
        {"text/json", false},
        {"application/x-www-form-urlencoded", false},
        {"multipart/form-data; boundary=x", false},
        {"application/jsonp", false},
        {"application/json-patch+json", false},
        {"application/json/x", false},
        {"application/json charset=utf-8", false},
        {"application/json, text/plain", false},
        {"application/json; charset=iso-8859-1", false},
        {"application/json; charset=\"latin1\"", false},
        {"application/json; charset=", false},
        {"application/json; charset", false},
        {"application/json; charset=\"utf-8", false},
        {"application/json; charset=\"utf-8\\", false},
        {"application/json; charset=utf-8 x", false},
        {"application/json; charset=utf-8; charset=utf-16", false},
        {"application/json; =x", false},
        {"application/json; charset = utf-8", false},
        {" application/json", false},
        {"application/json", true},
        {"Application/JSON", true},
        {"application/json;charset=utf-8", true},
        {"application/json; charset=UTF-8", true},
        {"application/json ;\tCharset=\"utf-8\" ", true},
        {"application/json;", true},
        {"application/json; ; charset=utf-8", true},
        {"application/json; profile=\"a;\\\"b\"; v=1", true},
        {"", true},
        {NULL, true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        post(
            &open_endpoint,
            &(struct sent){.method = "POST", .length = "auto", .type = rows[i].type, .body = "{}"});
        assert_int_equal(received_status(), rows[i].accepted ? 200 : 415);
        /* Without a body there is nothing that a type could be wrong about. */
        post(&open_endpoint, &(struct sent){.method = "POST", .length = "0", .type = rows[i].type});
        assert_int_equal(received_status(), 200);
    }
}

static void body_is_strict_json(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        size_t bytes;
        int status;
    } rows[] = {
        {"[]", 0, 400},      {"null", 0, 400},        {"{", 0, 400},
        {"{'a':1}", 0, 400}, {"{\"a\":NaN}", 0, 400}, {"{\"a\":1,\"a\":2}", 0, 400},
        {"{}{}", 0, 400},    {"{}\0{}", 5, 400},      {"{\"a\":\"\xff\"}", 0, 400},
        {" \r\n\t", 0, 200}, {" {} ", 0, 200},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        post(&open_endpoint, &(struct sent){.method = "POST",
                                            .length = "auto",
                                            .body = rows[i].body,
                                            .body_bytes = rows[i].bytes});
        assert_int_equal(received_status(), rows[i].status);
    }
}

static void malformed_headers_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"HTTP_AUTHORIZATION", "QUERY_STRING", "CONTENT_TYPE",
                                        "HTTP_ORIGIN", "REDIRECT_HTTP_AUTHORIZATION"};
    char *huge = malloc(20000);
    assert_non_null(huge);
    (void)memset(huge, 'a', 19999);
    huge[19999] = '\0';
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *const values[] = {huge, "a\rb", "a\nb", "a\x01", "\x7f"};
        for (size_t j = 0; j < COUNT_OF(values); j++) {
            endpoint_does.calls = 0;
            post(&open_endpoint, &(struct sent){.method = "POST", .more = {{names[i], values[j]}}});
            assert_int_equal(received_status(), 400);
            assert_int_equal(endpoint_does.calls, 0);
        }
        post(&open_endpoint, &(struct sent){.method = "POST", .more = {{names[i], "a\tb"}}});
        assert_int_equal(received_status(), 200);
    }
    free(huge);
}

/* --- who asks --------------------------------------------------------------------------------- */

static void sessions_are_asked_for(void **state)
{
    (void)state;
    static const struct {
        struct param header;
        struct param second;
        enum chatur_outcome session;
        int status;
        const char *asked;
        const char *challenge;
    } rows[] = {
        {{0}, {0}, CHATUR_UNAUTHENTICATED, 401, "(null)", "Bearer"},
        {{"HTTP_AUTHORIZATION", ""}, {0}, CHATUR_UNAUTHENTICATED, 401, "(null)", "Bearer"},
        {{"HTTP_AUTHORIZATION", "Bearer bad"},
         {0},
         CHATUR_UNAUTHENTICATED,
         401,
         "Bearer bad",
         "Bearer error=\"invalid_token\""},
        {{"HTTP_AUTHORIZATION", "Bearer bad"},
         {"REDIRECT_HTTP_AUTHORIZATION", "Bearer good"},
         CHATUR_UNAUTHENTICATED,
         401,
         "Bearer bad",
         "Bearer error=\"invalid_token\""},
        {{"HTTP_AUTHORIZATION", "Bearer x"}, {0}, CHATUR_FORBIDDEN, 403, "Bearer x", NULL},
        {{"HTTP_AUTHORIZATION", "Bearer x"}, {0}, CHATUR_UNAVAILABLE, 503, "Bearer x", NULL},
        {{"HTTP_AUTHORIZATION", "Bearer x"}, {0}, CHATUR_INTERNAL, 500, "Bearer x", NULL},
        {{"HTTP_AUTHORIZATION", "Bearer good"}, {0}, CHATUR_OK, 200, "Bearer good", NULL},
        {{"REDIRECT_HTTP_AUTHORIZATION", "Bearer good"}, {0}, CHATUR_OK, 200, "Bearer good", NULL},
        {{"HTTP_AUTHORIZATION", ""},
         {"REDIRECT_HTTP_AUTHORIZATION", "Bearer good"},
         CHATUR_OK,
         200,
         "Bearer good",
         NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        endpoint_does.calls = 0;
        stand_in.session = rows[i].session;
        post(&closed_endpoint,
             &(struct sent){.method = "POST", .more = {rows[i].header, rows[i].second}});
        assert_int_equal(received_status(), rows[i].status);
        assert_string_equal(stand_in.authorization, rows[i].asked);
        assert_header("WWW-Authenticate", rows[i].challenge);
        assert_int_equal(endpoint_does.calls, rows[i].status == 200);
        if (rows[i].status == 200) {
            assert_string_equal(endpoint_does.uid, "uid-of-good");
        }
    }
}

static void a_public_endpoint_asks_nobody(void **state)
{
    (void)state;
    stand_in.app = CHATUR_BAD_REQUEST;
    post(&open_endpoint,
         &(struct sent){.method = "POST", .more = {{"HTTP_AUTHORIZATION", "Bearer good"}}});
    assert_int_equal(received_status(), 200);
    assert_int_equal(stand_in.sessions, 0);
    assert_string_equal(endpoint_does.uid, "");
}

static void a_user_does_not_stay_for_the_next_request(void **state)
{
    (void)state;
    post(&closed_endpoint,
         &(struct sent){.method = "POST", .more = {{"HTTP_AUTHORIZATION", "Bearer good"}}});
    assert_string_equal(endpoint_does.uid, "uid-of-good");
    post(&open_endpoint, &(struct sent){.method = "POST"});
    assert_string_equal(endpoint_does.uid, "");
}

static void strangers_learn_nothing_of_their_body(void **state)
{
    (void)state;
    static const struct sent rows[] = {
        {.method = "POST", .length = "auto", .type = "text/plain", .body = "{}"},
        {.method = "POST", .length = "auto", .body = "no json"},
        {.method = "POST", .length = "auto", .body = "{}"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        post(&closed_endpoint, &rows[i]);
        assert_int_equal(received_status(), 401);
    }
    /* Method and size come before. */
    post(&closed_endpoint, &(struct sent){.method = "GET"});
    assert_int_equal(received_status(), 405);
    post(&closed_endpoint, &(struct sent){.method = "POST", .length = "1001"});
    assert_int_equal(received_status(), 413);
    assert_int_equal(endpoint_does.calls, 0);
}

static void a_bad_setting_is_our_fault(void **state)
{
    (void)state;
    stand_in.app = CHATUR_BAD_REQUEST;
    post(&closed_endpoint,
         &(struct sent){.method = "POST", .more = {{"HTTP_AUTHORIZATION", "Bearer good"}}});
    assert_int_equal(received_status(), 500);
    assert_null(strstr(wire.received.data, "JWT_KEY"));
}

static void local_is_what_surely_is(void **state)
{
    (void)state;
    static const struct {
        const char *server;
        const char *client;
        bool transport; /* what the transport says of itself */
        bool local;
    } rows[] = {
        {NULL, NULL, false, false},
        {"127.0.0.1", "127.0.0.1", false, false},
        {"", NULL, true, false},
        {"10.0.0.1", NULL, true, false},
        {"10.0.0.1", "127.0.0.1", true, false},
        {"128.0.0.1", NULL, true, false},
        {"127.0.0.1.example.org", NULL, true, false},
        {"127.1", NULL, true, false},
        {" 127.0.0.1", NULL, true, false},
        {"localhost", NULL, true, false},
        {"::", NULL, true, false},
        {"::2", NULL, true, false},
        {"::ffff:10.0.0.1", NULL, true, false},
        {"::127.0.0.1", NULL, true, false},
        {"unix", NULL, true, false},
        {NULL, "10.0.0.1", true, false},
        {NULL, "", true, false},
        {"127.0.0.1", NULL, true, true},
        {"127.255.0.7", "192.0.2.1", true, true},
        {"::1", NULL, true, true},
        {"::ffff:127.0.0.1", NULL, true, true},
        {"unix:/run/nginx.sock", "unix:", true, true},
        {NULL, "127.0.0.1", true, true},
        {NULL, NULL, true, true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        wire.base.local = rows[i].transport;
        post(&open_endpoint, &(struct sent){.method = "POST",
                                            .more = {{"SERVER_ADDR", rows[i].server},
                                                     {"REMOTE_ADDR", rows[i].client}}});
        assert_int_equal(endpoint_does.local, rows[i].local);
    }
}

/* --- ids and origins -------------------------------------------------------------------------- */

static void request_ids_are_taken_or_made(void **state)
{
    (void)state;
    static const char long_id[] =
        "0123456789012345678901234567890123456789012345678901234567890123";
    static const struct {
        const char *given;
        bool taken;
    } rows[] = {
        {NULL, false},
        {"", false},
        {"a b", false},
        {"a\r\nX-Evil: 1", false},
        {"a\"b", false},
        {"caf\xc3\xa9", false},
        {"0123456789012345678901234567890123456789012345678901234567890123x", false},
        {long_id, true},
        {"a", true},
        {"Aa0._-z", true},
    };
    char previous[80] = "";
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        post(&open_endpoint,
             &(struct sent){.method = "POST", .more = {{"REQUEST_ID", rows[i].given}}});
        const char *id = received_header("X-Request-Id");
        assert_non_null(id);
        if (rows[i].taken) {
            assert_string_equal(id, rows[i].given);
            continue;
        }
        assert_int_equal(strlen(id), 32);
        assert_int_equal(strspn(id, "0123456789abcdef"), 32);
        assert_string_not_equal(id, previous);
        (void)snprintf(previous, sizeof(previous), "%s", id);
    }
}

static void origins_are_matched(void **state)
{
    (void)state;
    static const char list[] = "https://app.example, https://b.example:8443";
    static const struct {
        const char *setting;
        const char *origin;
        const char *allowed;
        bool varies;
    } rows[] = {
        {"", "https://app.example", NULL, false},
        {list, NULL, NULL, true},
        {list, "", NULL, true},
        {list, "https://evil.example", NULL, true},
        {list, "https://app.example.evil", NULL, true},
        {list, "https://app.exampl", NULL, true},
        {list, "https://app.example,", NULL, true},
        {list, ",", NULL, true},
        {list, "*", NULL, true},
        {list, "null", NULL, true},
        {list, "http://app.example", NULL, true},
        {list, "https://app.example", "https://app.example", true},
        {list, "https://b.example:8443", "https://b.example:8443", true},
        {"*", NULL, "*", false},
        {"*", "https://app.example", "*", false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        config.cors_origin = rows[i].setting;
        const struct param origin = {"HTTP_ORIGIN", rows[i].origin};
        post(&open_endpoint, &(struct sent){.method = "POST", .more = {origin}});
        assert_header("Access-Control-Allow-Origin", rows[i].allowed);
        assert_header("Vary", rows[i].varies ? "Origin" : NULL);
        assert_header("Access-Control-Expose-Headers",
                      rows[i].allowed != NULL
                          ? "X-Request-Id, Retry-After, Idempotent-Replayed, RateLimit-Limit, "
                            "RateLimit-Remaining, RateLimit-Reset"
                          : NULL);
        post(&open_endpoint, &(struct sent){.method = "OPTIONS", .more = {origin}});
        assert_header("Access-Control-Allow-Origin", rows[i].allowed);
        assert_int_equal(received_header("Access-Control-Max-Age") != NULL,
                         rows[i].allowed != NULL);
    }
    /* A refusal has them too: else a browser hides it from the page. */
    config.cors_origin = "*";
    post(&closed_endpoint, &(struct sent){.method = "POST"});
    assert_int_equal(received_status(), 401);
    assert_header("Access-Control-Allow-Origin", "*");
}

/* --- limits ----------------------------------------------------------------------------------- */

static void assert_limit(const char *limit, const char *remaining, const char *reset,
                         const char *retry_after)
{
    assert_header("RateLimit-Limit", limit);
    assert_header("RateLimit-Remaining", remaining);
    assert_header("RateLimit-Reset", reset);
    assert_header("Retry-After", retry_after);
}

static void limits_come_before_the_body(void **state)
{
    (void)state;
    const struct param address = {"REMOTE_ADDR", "203.0.113.9"};
    const struct param token = {"HTTP_AUTHORIZATION", "Bearer good"};
    const struct sent good = {
        .method = "POST", .body = "{}", .length = "auto", .more = {address, token}};
    const struct sent broken = {
        .method = "POST", .body = "{", .length = "auto", .more = {address, token}};
    const struct sent stranger = {.method = "POST", .more = {address}};
    const struct sent wrong = {.method = "GET", .more = {address}};

    stand_in.allowance = (struct chatur_allowance){true, 120, 7, 57, 0};
    post(&limited_endpoint, &good);
    assert_int_equal(received_status(), 200);
    assert_limit("120", "7", "57", NULL);
    assert_string_equal(stand_in.limited, "203.0.113.9 uid-of-good");
    post(&limited_open_endpoint, &stranger);
    assert_int_equal(received_status(), 200);
    assert_string_equal(stand_in.limited, "203.0.113.9 (null)");
    post(&limited_endpoint, &broken);
    assert_int_equal(received_status(), 400);
    assert_limit("120", "7", "57", NULL);

    stand_in.allowance = (struct chatur_allowance){false, 120, 0, 61, 42};
    stand_in.limit = CHATUR_TOO_MANY;
    unsigned calls = endpoint_does.calls;
    post(&limited_endpoint, &good);
    assert_int_equal(received_status(), 429);
    assert_limit("120", "0", "61", "42");
    assert_envelope(0, "Too many requests, please try again later", "null");
    post(&limited_endpoint, &broken);
    assert_int_equal(received_status(), 429);
    assert_int_equal(endpoint_does.calls, calls);

    /* Nobody's calls are counted that could not be answered anyway, and no endpoint's without a
     * limit. */
    unsigned limits = stand_in.limits;
    post(&limited_endpoint, &stranger);
    assert_int_equal(received_status(), 401);
    post(&limited_endpoint, &wrong);
    assert_int_equal(received_status(), 405);
    post(&closed_endpoint, &good);
    assert_int_equal(received_status(), 200);
    assert_limit(NULL, NULL, NULL, NULL);
    post(&limited_endpoint, &(struct sent){.method = "OPTIONS"});
    assert_int_equal(received_status(), 204);
    assert_int_equal(stand_in.limits, limits);

    /* Switched off. */
    stand_in.allowance = (struct chatur_allowance){0};
    stand_in.limit = CHATUR_OK;
    post(&limited_endpoint, &good);
    assert_limit(NULL, NULL, NULL, NULL);
}

/* --- outcomes and envelopes ------------------------------------------------------------------- */

static void every_outcome_has_its_envelope(void **state)
{
    (void)state;
    static const int statuses[CHATUR_OUTCOMES] = {
        [CHATUR_OK] = 200,          [CHATUR_EMPTY] = 200,
        [CHATUR_BAD_REQUEST] = 400, [CHATUR_UNAUTHENTICATED] = 401,
        [CHATUR_NO_COINS] = 402,    [CHATUR_FORBIDDEN] = 403,
        [CHATUR_NOT_FOUND] = 404,   [CHATUR_BAD_METHOD] = 405,
        [CHATUR_CONFLICT] = 409,    [CHATUR_TOO_LARGE] = 413,
        [CHATUR_BAD_TYPE] = 415,    [CHATUR_MISMATCH] = 422,
        [CHATUR_TOO_MANY] = 429,    [CHATUR_INTERNAL] = 500,
        [CHATUR_BAD_ANSWER] = 502,  [CHATUR_UNAVAILABLE] = 503,
        [CHATUR_TIMEOUT] = 504,
    };
    for (int outcome = 0; outcome <= CHATUR_OUTCOMES; outcome++) {
        for (int elements = 0; elements <= 2; elements++) {
            endpoint_does.outcome = (enum chatur_outcome)outcome;
            endpoint_does.elements = elements;
            post(&open_endpoint, &(struct sent){.method = "POST"});
            int expected = outcome < CHATUR_OUTCOMES ? statuses[outcome] : 500;
            assert_int_equal(received_status(), expected);
            const char *payload = outcome != CHATUR_OK || elements == 0 ? "null"
                                  : elements == 1                       ? "[{\"n\":0}]"
                                                                        : "[{\"n\":0},{\"n\":1}]";
            assert_envelope(outcome == CHATUR_OK,
                            chatur_outcome_message((enum chatur_outcome)outcome), payload);
            assert_header("Retry-After", expected == 503 || expected == 429 ? "1" : NULL);
        }
    }
}

static void a_public_message_is_sent_and_a_detail_is_not(void **state)
{
    (void)state;
    endpoint_does.outcome = CHATUR_UNAVAILABLE;
    endpoint_does.error = (struct chatur_error){
        .message = "Say \"please\"\n", .detail = "driver text", .retry_after_s = 30};
    post(&open_endpoint, &(struct sent){.method = "POST"});
    assert_envelope(0, "Say \\\"please\\\"\\n", "null");
    assert_header("Retry-After", "30");
    assert_null(strstr(wire.received.data, "driver text"));
    /* A success has the table's word, whatever was tried on the way. */
    endpoint_does.outcome = CHATUR_OK;
    post(&open_endpoint, &(struct sent){.method = "POST"});
    assert_envelope(1, "OK", "null");
}

static void a_lost_element_is_a_failure(void **state)
{
    (void)state;
    endpoint_does.forgetful = true;
    for (int elements = 0; elements <= 2; elements++) {
        endpoint_does.elements = elements;
        post(&open_endpoint, &(struct sent){.method = "POST"});
        assert_int_equal(received_status(), 500);
        assert_envelope(0, "Something went wrong on our side", "null");
    }
    endpoint_does.forgetful = false;
    endpoint_does.elements = 1000;
    pipeline.response.body.max_bytes = 5000;
    post(&open_endpoint, &(struct sent){.method = "POST"});
    assert_int_equal(received_status(), 500);
    assert_envelope(0, "Something went wrong on our side", "null");
    /* And the next one is whole again. */
    endpoint_does.elements = 1;
    post(&open_endpoint, &(struct sent){.method = "POST"});
    assert_envelope(1, "OK", "[{\"n\":0}]");
}

static void there_is_an_answer_without_memory(void **state)
{
    (void)state;
    pipeline.response.body.max_bytes = 10;
    post(&open_endpoint, &(struct sent){.method = "POST"});
    assert_int_equal(received_status(), 500);
    assert_string_equal(
        received_body(),
        "{\"status\":0,\"message\":\"Something went wrong on our side\",\"payload\":null}");
    pipeline.response.body.max_bytes = 0;
    pipeline.head.max_bytes = 10;
    post(&open_endpoint, &(struct sent){.method = "POST"});
    assert_int_equal(received_status(), 500);
}

static void a_long_answer_is_whole(void **state)
{
    (void)state;
    endpoint_does.elements = 20000;
    post(&open_endpoint, &(struct sent){.method = "POST"});
    struct json_object *envelope = json_tokener_parse(received_body());
    struct json_object *payload = NULL;
    assert_true(json_object_object_get_ex(envelope, "payload", &payload));
    assert_int_equal(json_object_array_length(payload), 20000);
    json_object_put(envelope);
    assert_true(pipeline.response.body.capacity <= 32768); /* not kept */
}

/* --- the log ---------------------------------------------------------------------------------- */

/* Runs the request with stderr in a file, and gives back what was logged, in a static buffer. */
static const char *logged(const struct chatur_endpoint *endpoint, const struct sent *sent)
{
    static char text[4096];
    int file = memfd_create("log", 0);
    int saved = dup(STDERR_FILENO);
    assert_true(file >= 0 && saved >= 0);
    assert_int_equal(dup2(file, STDERR_FILENO), STDERR_FILENO);
    chatur_log_start("test", CHATUR_INFO);
    post(endpoint, sent);
    chatur_log_start("test", CHATUR_ERROR);
    assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
    ssize_t length = pread(file, text, sizeof(text) - 1, 0);
    assert_true(length > 0);
    text[length] = '\0';
    (void)close(saved);
    (void)close(file);
    return text;
}

static void assert_logged(const char *log, const char *part)
{
    if (strstr(log, part) == NULL) {
        fail_msg("%s is not in %s", part, log);
    }
}

static void each_request_has_one_log_line(void **state)
{
    (void)state;
    static char long_path[CHATUR_ENDPOINT_MAX + 2];
    (void)memset(long_path, '/', sizeof(long_path) - 1);
    static const struct {
        struct sent sent;
        const char *parts[4];
    } rows[] = {
        {{.method = "GET", .more = {{"REQUEST_ID", "id-1"}}},
         {"\"request_id\":\"id-1\"", "\"method\":\"GET\"", "\"status\":405",
          "\"outcome\":\"bad_method\""}},
        {{.method = "POST", .length = "9999"}, {"\"status\":413", "\"outcome\":\"too_large\""}},
        {{.method = "POST", .length = "9", .body = "{}"},
         {"\"status\":400", "the body ended after 2 bytes"}},
        {{.method = "OPTIONS"}, {"\"status\":204", "\"outcome\":\"ok\""}},
        {{.method = "POST", .more = {{"SCRIPT_NAME", "/a-b/c_D9.x"}}},
         {"\"endpoint\":\"/a-b/c_D9.x\""}},
        {{.method = "POST", .more = {{"DOCUMENT_URI", "/a/b"}}}, {"\"endpoint\":\"/a/b\""}},
        {{.method = "POST", .more = {{"SCRIPT_NAME", "/a\"b"}, {"DOCUMENT_URI", "/c"}}},
         {"\"endpoint\":\"/c\""}},
        {{.method = "POST"}, {"\"endpoint\":\"pipeline_test\""}},
        {{.method = "POST", .more = {{"SCRIPT_NAME", ""}}}, {"\"endpoint\":\"pipeline_test\""}},
        {{.method = "POST", .more = {{"SCRIPT_NAME", "/"}}}, {"\"endpoint\":\"pipeline_test\""}},
        {{.method = "POST", .more = {{"SCRIPT_NAME", "/a\nb"}}},
         {"\"endpoint\":\"pipeline_test\""}},
        {{.method = "POST", .more = {{"SCRIPT_NAME", "/hunter2@x.org"}}},
         {"\"endpoint\":\"pipeline_test\""}},
        {{.method = "POST", .more = {{"SCRIPT_NAME", long_path}}},
         {"\"endpoint\":\"pipeline_test\""}},
        {{.method = "A_METHOD_THAT_IS_MUCH_TOO_LONG"}, {"\"method\":\"?\""}},
        {{.method = "POST", .length = "auto", .body = "{\"secret\":\"hunter2\"}"},
         {"\"status\":200", "\"body_bytes\":20", "\"response_bytes\":42"}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *log = logged(&open_endpoint, &rows[i].sent);
        assert_ptr_equal(strchr(log, '\n'), log + strlen(log) - 1);
        for (size_t j = 0; j < COUNT_OF(rows[i].parts) && rows[i].parts[j] != NULL; j++) {
            assert_logged(log, rows[i].parts[j]);
        }
        assert_null(strstr(log, "hunter2"));
    }
    const char *log = logged(
        &closed_endpoint,
        &(struct sent){.method = "POST", .more = {{"HTTP_AUTHORIZATION", "Bearer hunter2"}}});
    assert_logged(log, "\"outcome\":\"unauthenticated\"");
    assert_null(strstr(log, "hunter2"));
}

static void the_log_has_the_detail(void **state)
{
    (void)state;
    endpoint_does.outcome = CHATUR_INTERNAL;
    endpoint_does.error = (struct chatur_error){.detail = "driver text"};
    assert_logged(logged(&open_endpoint, &(struct sent){.method = "POST"}),
                  "\"detail\":\"driver text\"");
}

static void a_client_that_left_is_logged(void **state)
{
    (void)state;
    static const char left[] = "the client left before the answer was complete";
    for (size_t bytes = 1; bytes < 500; bytes += 250) {
        wire.most_written = bytes;
        const char *log = logged(&open_endpoint, &(struct sent){.method = "POST"});
        assert_logged(log, left);
        assert_logged(log, "\"status\":200");
    }
    wire.most_written = 0;
    assert_null(strstr(logged(&open_endpoint, &(struct sent){.method = "POST"}), left));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(only_post_is_a_method),
        TEST(a_get_has_no_body),
        TEST(preflight_needs_nothing),
        TEST(length_is_exact),
        TEST(body_has_a_limit),
        TEST(a_client_that_breaks_off_is_refused),
        TEST(content_type_is_json),
        TEST(body_is_strict_json),
        TEST(malformed_headers_are_refused),
        TEST(sessions_are_asked_for),
        TEST(a_public_endpoint_asks_nobody),
        TEST(a_user_does_not_stay_for_the_next_request),
        TEST(strangers_learn_nothing_of_their_body),
        TEST(a_bad_setting_is_our_fault),
        TEST(local_is_what_surely_is),
        TEST(request_ids_are_taken_or_made),
        TEST(origins_are_matched),
        TEST(limits_come_before_the_body),
        TEST(every_outcome_has_its_envelope),
        TEST(a_public_message_is_sent_and_a_detail_is_not),
        TEST(a_lost_element_is_a_failure),
        TEST(there_is_an_answer_without_memory),
        TEST(a_long_answer_is_whole),
        TEST(each_request_has_one_log_line),
        TEST(the_log_has_the_detail),
        TEST(a_client_that_left_is_logged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
