/* Answers in server-sent events, through a transport made of strings: who gets them, when each is
 * on its way, how an answer ends that went well, badly, or without anybody to read it. */
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

#include "base/json_write.h"
#include "base/log.h"
#include "serve/params.h"
#include "serve/pipeline.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define EVENTS "text/event-stream"

/* The endpoints are public: nobody asks for a session. */
enum chatur_outcome chatur_app_auth(struct chatur_app *app, struct chatur_auth **auth,
                                    struct chatur_error *error)
{
    (void)app;
    *auth = NULL;
    return chatur_no_memory(error);
}

enum chatur_outcome chatur_auth_session(struct chatur_auth *auth, const char *authorization,
                                        struct chatur_arena *arena, struct chatur_user *user,
                                        struct chatur_error *error)
{
    (void)auth;
    (void)authorization;
    (void)arena;
    (void)user;
    return chatur_no_memory(error);
}

/* --- a transport made of strings -------------------------------------------------------------- */

static struct {
    struct chatur_transport base;
    const char *method;
    const char *accept; /* NULL: not sent */
    const char *key;    /* the same */
    size_t read;        /* of the body */
    size_t most;        /* the client leaves after so many bytes; 0: it stays */
    bool left;
    bool fails_to_flush; /* and this is how it is noticed */
    struct chatur_buffer written;
    size_t flushed; /* what of it is on its way */
    bool ended;
} wire;

static const char *wire_param(struct chatur_transport *transport, const char *name)
{
    (void)transport;
    const struct {
        const char *name;
        const char *value;
    } params[] = {
        {"REQUEST_METHOD", wire.method},      {"HTTP_ACCEPT", wire.accept},
        {"HTTP_IDEMPOTENCY_KEY", wire.key},   {"REQUEST_ID", "id-1"},
        {"HTTP_ORIGIN", "https://a.example"},
    };
    for (size_t i = 0; i < COUNT_OF(params); i++) {
        if (strcmp(params[i].name, name) == 0) {
            return params[i].value;
        }
    }
    return NULL;
}

static ssize_t wire_read(struct chatur_transport *transport, char *bytes, size_t size)
{
    static const char body[] = "{}";
    (void)transport;
    size_t left = sizeof(body) - 1 - wire.read;
    size_t count = left < size ? left : size;
    memcpy(bytes, body + wire.read, count);
    wire.read += count;
    return (ssize_t)count;
}

static bool wire_write(struct chatur_transport *transport, const char *bytes, size_t length)
{
    (void)transport;
    assert_false(wire.ended || wire.left); /* who is gone is not written to */
    chatur_buffer_append(&wire.written, bytes, length);
    wire.left = !wire.fails_to_flush && wire.most > 0 && wire.written.length > wire.most;
    return !wire.left;
}

static bool wire_flush(struct chatur_transport *transport, bool last)
{
    (void)transport;
    assert_false(wire.ended || wire.left);
    wire.flushed = wire.written.length;
    wire.ended = last;
    wire.left = wire.most > 0 && wire.written.length > wire.most;
    return !wire.left;
}

static const struct chatur_transport_ops wire_ops = {
    .param = wire_param, .read = wire_read, .write = wire_write, .flush = wire_flush};

/* --- an endpoint that streams ----------------------------------------------------------------- */

/* What it shall do, and what it saw. */
static struct {
    const char *deltas[4];
    bool replays;
    bool forgetful; /* begins an element, and writes nothing into it */
    enum chatur_outcome outcome;
    struct chatur_error error;
    size_t small_from; /* the events have no memory from this one on, counting from 1; 0: they do */
    bool accepts_events;
    char key[40];
    unsigned sent; /* deltas */
} does;

static struct chatur_config config;
static struct chatur_pipeline pipeline;

static void send_delta(struct chatur_response *response, const char *text)
{
    size_t before = wire.written.length;
    struct chatur_buffer *json = chatur_response_event(response, "delta");
    chatur_json_open(json);
    chatur_json_put_text(json, "text", text, strlen(text));
    chatur_json_close(json);
    assert_int_equal(wire.written.length, before); /* whole events, or nothing */
    chatur_response_event_send(response);
    does.sent++;
    if (wire.written.length > before && !wire.left) {
        assert_int_equal(wire.flushed, wire.written.length); /* and at once */
        assert_string_equal(wire.written.data + wire.written.length - 3, "}\n\n");
    }
}

static enum chatur_outcome handle(struct chatur_request *request, struct chatur_response *response)
{
    does.accepts_events = request->accepts_events;
    (void)snprintf(does.key, sizeof(does.key), "%s",
                   request->idempotency_key != NULL ? request->idempotency_key : "(null)");
    if (does.replays) {
        chatur_response_mark_replayed(response);
    }
    for (size_t i = 0; i < COUNT_OF(does.deltas) && does.deltas[i] != NULL; i++) {
        if (does.small_from == i + 1) {
            /* What it has already stays, whatever the limit. */
            chatur_buffer_free(&pipeline.stream.bytes);
            pipeline.stream.bytes.max_bytes = 20;
        }
        send_delta(response, does.deltas[i]);
    }
    struct chatur_buffer *json = chatur_response_element(response);
    if (!does.forgetful) {
        chatur_json_open(json);
        chatur_json_put_string(json, "text", "all\nof it");
        chatur_json_close(json);
    }
    request->error = does.error;
    return does.outcome;
}

static const struct chatur_endpoint endpoint = {.handle = handle, .public = true};
static const struct chatur_endpoint get_endpoint = {
    .handle = handle, .public = true, .allow_get = true};

static int set_up(void **state)
{
    (void)state;
    memset(&wire, 0, sizeof(wire));
    memset(&does, 0, sizeof(does));
    wire.base.ops = &wire_ops;
    wire.method = "POST";
    wire.accept = EVENTS;
    config = (struct chatur_config){.cors_origin = "*", .max_body_bytes = 1000};
    chatur_log_start("test", CHATUR_ERROR);
    return chatur_pipeline_open(&pipeline, &endpoint, &config, NULL) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    chatur_pipeline_close(&pipeline);
    chatur_buffer_free(&wire.written);
    return 0;
}

/* One exchange; what the client got. */
static const char *run(void)
{
    chatur_buffer_clear(&wire.written, 0);
    wire.read = 0;
    wire.flushed = 0;
    wire.ended = false;
    wire.left = false;
    does.sent = 0;
    chatur_pipeline_run(&pipeline, &wire.base);
    assert_true(wire.ended || wire.left);
    return wire.written.data;
}

static const char *body_of(const char *answer)
{
    const char *end = strstr(answer, "\r\n\r\n");
    assert_non_null(end);
    return end + 4;
}

static bool has_header(const char *answer, const char *line)
{
    char pattern[200];
    (void)snprintf(pattern, sizeof(pattern), "\r\n%s", line);
    const char *found = strstr(answer, pattern);
    return found != NULL && found < body_of(answer);
}

#define OK_ENVELOPE "{\"status\":1,\"message\":\"OK\",\"payload\":[{\"text\":\"all\\nof it\"}]}"
#define DELTA(text) "event: delta\ndata: {\"text\":\"" text "\"}\n\n"

/* --- who gets events -------------------------------------------------------------------------- */

static void accept_is_read_as_a_list(void **state)
{
    (void)state;
    static const struct {
        const char *accept;
        bool events;
    } rows[] = {
        {"", false},
        {"*/*", false},
        {"text/*", false},
        {"text/event-stream; q=0", false},
        {"text/event-stream;q=0.000", false},
        {"text/event-stream;q=", false},
        {"text/event-stream;q", false},
        {"text/event-stream;q=2", false},
        {"text/event-stream;q=1.001", false},
        {"text/event-stream;q=-1", false},
        {"text/event-stream;q=0.1234", false},
        {"text/event-stream;q=0,5", false},
        {"text/event-stream;q=01", false},
        {"text/event-stream;;q=1", false},
        {"text/event-stream;a=\"unfinished", false},
        {"text/event-streams", false},
        {"text/event-strea", false},
        {"text /event-stream", false},
        {"text/event-stream text/html", false},
        {"xtext/event-stream", false},
        {"text/html;a=\",text/event-stream,\"", false},
        {"application/json, text/event-stream;q=0.9", false},
        {"text/event-stream;q=0.5, application/json;q=0.6", false},
        {"application/json", false},
        {"text/event-stream", true},
        {"TEXT/Event-Stream", true},
        {" text/event-stream ", true},
        {",, ,text/event-stream,", true},
        {"text/event-stream;q=0.001", true},
        {"text/event-stream;q=1.", true},
        {"text/event-stream ; Q=1.000", true},
        {"text/event-stream;charset=utf-8", true},
        {"text/event-stream;charset=\"utf-8, or so\";q=0.3", true},
        {"text/html, text/event-stream;q=0.5, */*;q=0.9", true},
        {"application/json, text/event-stream", true},
        {"application/json;q=0.5,text/event-stream;q=0.5", true},
        {"application/json;q=nonsense, text/event-stream", true},
        {"text/event-stream;q=nonsense, text/event-stream;q=0.2", true},
    };
    does.deltas[0] = "a";
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        wire.accept = rows[i].accept;
        if (chatur_params_accepts_events(rows[i].accept) != rows[i].events) {
            fail_msg("Accept: %s", rows[i].accept);
        }
        const char *answer = run();
        assert_int_equal(does.accepts_events, rows[i].events);
        assert_int_equal(has_header(answer, "Content-Type: text/event-stream"), rows[i].events);
    }
}

/* To the others the events are as if they were not there. */
static void who_does_not_ask_gets_an_ordinary_answer(void **state)
{
    (void)state;
    char plain[2000];
    wire.accept = NULL;
    (void)snprintf(plain, sizeof(plain), "%s", run());
    assert_string_equal(body_of(plain), OK_ENVELOPE);
    does.deltas[0] = "a";
    does.deltas[1] = "b";
    assert_string_equal(run(), plain);
    wire.accept = "*/*";
    assert_string_equal(run(), plain);
}

static void only_a_post_is_streamed(void **state)
{
    (void)state;
    does.deltas[0] = "a";
    pipeline.endpoint = &get_endpoint;
    wire.method = "GET";
    assert_string_equal(body_of(run()), OK_ENVELOPE);
    wire.method = "HEAD";
    assert_string_equal(body_of(run()), "");
    wire.method = "OPTIONS";
    assert_string_equal(body_of(run()), "");
    wire.method = "PUT";
    assert_true(strncmp(run(), "Status: 405 ", 12) == 0);
    assert_true(has_header(wire.written.data, "Content-Type: application/json"));
}

/* --- how it goes ------------------------------------------------------------------------------ */

static void events_come_one_by_one_and_then_the_envelope(void **state)
{
    (void)state;
    does.deltas[0] = "Dear \"all\",\n\n";
    does.deltas[1] = "caf\xc3\xa9\r\n";
    does.deltas[2] = "";
    const char *answer = run();
    assert_int_equal(does.sent, 3);
    assert_string_equal(answer, "Status: 200 OK\r\n"
                                "Content-Type: text/event-stream; charset=utf-8\r\n"
                                "X-Accel-Buffering: no\r\n"
                                "Cache-Control: no-store\r\n"
                                "X-Content-Type-Options: nosniff\r\n"
                                "X-Request-Id: id-1\r\n"
                                "Access-Control-Allow-Origin: *\r\n"
                                "Access-Control-Expose-Headers: "
                                "X-Request-Id, Retry-After, Idempotent-Replayed, RateLimit-Limit, "
                                "RateLimit-Remaining, RateLimit-Reset\r\n"
                                "\r\n" DELTA("Dear \\\"all\\\",\\n\\n") DELTA("caf\xc3\xa9\\r\\n")
                                    DELTA("") "event: done\ndata: " OK_ENVELOPE "\n\n");
}

static void without_an_event_the_answer_is_an_ordinary_one(void **state)
{
    (void)state;
    const char *answer = run();
    assert_true(has_header(answer, "Content-Type: application/json"));
    assert_true(has_header(answer, "Content-Length: "));
    assert_string_equal(body_of(answer), OK_ENVELOPE);
}

static void a_failure_before_the_first_event_has_its_status(void **state)
{
    (void)state;
    for (int outcome = 1; outcome < CHATUR_OUTCOMES; outcome++) {
        char expected[300];
        does.outcome = (enum chatur_outcome)outcome;
        const char *answer = run();
        assert_int_equal(strtol(answer + strlen("Status: "), NULL, 10),
                         chatur_outcome_http_status(does.outcome));
        assert_true(has_header(answer, "Content-Type: application/json"));
        (void)snprintf(expected, sizeof(expected),
                       "{\"status\":0,\"message\":\"%s\",\"payload\":null}",
                       chatur_outcome_message(does.outcome));
        assert_string_equal(body_of(answer), expected);
    }
}

static void a_failure_after_it_is_the_last_event(void **state)
{
    (void)state;
    does.deltas[0] = "a";
    for (int outcome = 1; outcome < CHATUR_OUTCOMES; outcome++) {
        char expected[400];
        does.outcome = (enum chatur_outcome)outcome;
        const char *answer = run();
        assert_true(strncmp(answer, "Status: 200 OK\r\n", 16) == 0);
        (void)snprintf(expected, sizeof(expected),
                       DELTA("a") "event: %s\ndata: "
                                  "{\"status\":0,\"message\":\"%s\",\"payload\":null}\n\n",
                       outcome == CHATUR_EMPTY ? "done" : "error",
                       chatur_outcome_message(does.outcome));
        assert_string_equal(body_of(answer), expected);
    }
    does.outcome = CHATUR_OK;
    does.forgetful = true; /* the element is lost */
    assert_string_equal(body_of(run()),
                        DELTA("a") "event: error\ndata: " CHATUR_LAST_RESORT_ENVELOPE "\n\n");
}

static void a_replay_says_so(void **state)
{
    (void)state;
    static const char line[] = "Idempotent-Replayed: true";
    for (int streams = 0; streams < 2; streams++) {
        wire.accept = streams ? EVENTS : NULL;
        does.deltas[0] = "a";
        does.replays = true;
        assert_true(has_header(run(), line));
        assert_non_null(strstr(wire.written.data, OK_ENVELOPE));
        does.replays = false; /* and the next one does not */
        assert_false(has_header(run(), line));
    }
}

static void a_refusal_may_say_when_to_come_back(void **state)
{
    (void)state;
    static const struct {
        enum chatur_outcome outcome;
        unsigned given_s;
        const char *line; /* NULL: none */
    } rows[] = {
        {CHATUR_CONFLICT, 0, NULL},
        {CHATUR_OK, 5, NULL}, /* what was tried on the way is nobody's business */
        {CHATUR_CONFLICT, 1, "Retry-After: 1"},
        {CHATUR_UNAVAILABLE, 0, "Retry-After: 1"},
        {CHATUR_UNAVAILABLE, 7, "Retry-After: 7"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        does.outcome = rows[i].outcome;
        does.error.retry_after_s = rows[i].given_s;
        const char *answer = run();
        assert_int_equal(has_header(answer, "Retry-After: "), rows[i].line != NULL);
        assert_true(rows[i].line == NULL || has_header(answer, rows[i].line));
    }
}

static void a_key_is_handed_on_as_it_came(void **state)
{
    (void)state;
    static const struct {
        const char *sent;
        const char *seen;
    } rows[] = {{NULL, "(null)"}, {"", ""}, {"abc", "abc"}, {"\"a b\"", "\"a b\""}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        wire.key = rows[i].sent;
        (void)run();
        assert_string_equal(does.key, rows[i].seen);
    }
    wire.key = "a\nb"; /* no header has this */
    assert_true(strncmp(run(), "Status: 400 ", 12) == 0);
}

/* --- when it goes badly ----------------------------------------------------------------------- */

/* Runs the request with stderr in a file, and gives back what was logged, in a static buffer. */
static const char *logged(void)
{
    static char text[4096];
    int file = memfd_create("log", 0);
    int saved = dup(STDERR_FILENO);
    assert_true(file >= 0 && saved >= 0);
    assert_int_equal(dup2(file, STDERR_FILENO), STDERR_FILENO);
    chatur_log_start("test", CHATUR_INFO);
    (void)run();
    chatur_log_start("test", CHATUR_ERROR);
    assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
    ssize_t length = pread(file, text, sizeof(text) - 1, 0);
    assert_true(length > 0);
    text[length] = '\0';
    (void)close(saved);
    (void)close(file);
    return text;
}

static void the_log_has_what_was_sent_and_what_came_of_it(void **state)
{
    (void)state;
    char bytes[60];
    does.deltas[0] = "a";
    does.outcome = CHATUR_BAD_ANSWER;
    const char *log = logged();
    (void)snprintf(bytes, sizeof(bytes), "\"response_bytes\":%zu}",
                   strlen(body_of(wire.written.data)));
    assert_non_null(strstr(log, bytes));
    assert_non_null(strstr(log, "\"status\":200,\"outcome\":\"bad_answer\""));
    assert_ptr_equal(strchr(log, '\n'), log + strlen(log) - 1); /* one line */
}

/* The work is done all the same, and nothing is written to nobody (the transport would notice). */
static void a_client_may_leave_at_any_byte(void **state)
{
    (void)state;
    does.deltas[0] = "a";
    does.deltas[1] = "b";
    does.deltas[2] = "c";
    (void)run();
    size_t whole = wire.written.length;
    for (size_t most = 1; most < whole; most++) {
        wire.most = most;
        wire.fails_to_flush = most % 2 == 0;
        const char *log = logged();
        assert_int_equal(does.sent, 3);
        assert_non_null(strstr(log, "the client left before the answer was complete"));
        assert_non_null(strstr(log, "\"status\":200,\"outcome\":\"ok\""));
    }
    wire.most = 0;
    (void)run();
    assert_int_equal(wire.written.length, whole);
}

/* A text with a hole in it would look whole: so it breaks off, and the envelope still comes. */
static void events_without_memory_are_left_out(void **state)
{
    (void)state;
    does.deltas[0] = "a";
    does.deltas[1] = "b";
    does.deltas[2] = "c";
    does.small_from = 1;
    assert_string_equal(body_of(run()), OK_ENVELOPE);
    pipeline.stream.bytes.max_bytes = 0;

    does.small_from = 2;
    assert_string_equal(body_of(run()),
                        DELTA("a") "event: error\ndata: " CHATUR_LAST_RESORT_ENVELOPE "\n\n");
    pipeline.stream.bytes.max_bytes = 0;

    does.small_from = 0;
    pipeline.stream.bytes.max_bytes = 700; /* room for the envelope, and not for the long one */
    char longer[800];
    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    does.deltas[1] = longer;
    assert_string_equal(body_of(run()), DELTA("a") "event: done\ndata: " OK_ENVELOPE "\n\n");

    pipeline.response.body.max_bytes = 10; /* not even the envelope of a failure */
    does.deltas[1] = "b";
    assert_string_equal(body_of(run()),
                        DELTA("a") DELTA("b")
                            DELTA("c") "event: error\ndata: " CHATUR_LAST_RESORT_ENVELOPE "\n\n");
}

static void nothing_stays_for_the_next_request(void **state)
{
    (void)state;
    char first[2000];
    does.deltas[0] = "a";
    (void)snprintf(first, sizeof(first), "%s", run());
    wire.most = 30;
    (void)run();
    wire.most = 0;
    wire.accept = NULL;
    assert_string_equal(body_of(run()), OK_ENVELOPE);
    wire.accept = EVENTS;
    assert_string_equal(run(), first);

    char *huge = malloc(100000);
    assert_non_null(huge);
    memset(huge, 'x', 99999);
    huge[99999] = '\0';
    does.deltas[0] = huge;
    (void)run();
    assert_true(wire.written.length > 100000);
    assert_true(pipeline.stream.bytes.capacity <= 32768); /* not kept */
    free(huge);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(accept_is_read_as_a_list),
        TEST(who_does_not_ask_gets_an_ordinary_answer),
        TEST(only_a_post_is_streamed),
        TEST(without_an_event_the_answer_is_an_ordinary_one),
        TEST(a_failure_before_the_first_event_has_its_status),
        TEST(a_failure_after_it_is_the_last_event),
        TEST(a_client_may_leave_at_any_byte),
        TEST(events_without_memory_are_left_out),
        TEST(events_come_one_by_one_and_then_the_envelope),
        TEST(a_replay_says_so),
        TEST(a_refusal_may_say_when_to_come_back),
        TEST(a_key_is_handed_on_as_it_came),
        TEST(the_log_has_what_was_sent_and_what_came_of_it),
        TEST(nothing_stays_for_the_next_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
