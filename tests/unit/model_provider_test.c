/* A model's provider over a real socket: what goes into a sink, and when; what a call is told about
 * its failure. The server says exactly the bytes that a test wants, and waits where the test does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "generate/model_provider.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
#define DELTA(text)                                                                                \
    "data: {\"model\":\"m-2\",\"choices\":[{\"delta\":{\"content\":\"" text                        \
    "\"},\"finish_reason\":null}]}\n\n"
#define FINISH "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
#define USAGE  "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":6}}\n\n"
#define DONE   "data: [DONE]\n\n"

/* Long enough that none of it is held back as what may yet be something else. */
#define FIRST  "Dear Jane,\\n\\nI will be away on Friday because of a dentist's appointment. "
#define SECOND "Sam covers the desk meanwhile.\\n\\nBest regards,\\nAnn"

/* --- the server ------------------------------------------------------------------------------- */

static struct {
    int listening;
    pthread_t thread;
    const char *first; /* what it says at once */
    const char *then;  /* and after the test has let it; NULL: nothing */
    sem_t let;
    char request[16384];
} server;

static void say(int fd, const char *text)
{
    for (size_t length = strlen(text); length > 0;) {
        ssize_t sent = write(fd, text, length);
        if (sent <= 0) {
            return;
        }
        text += sent;
        length -= (size_t)sent;
    }
}

static void *serve(void *context)
{
    (void)context;
    int fd = accept(server.listening, NULL, NULL);
    size_t length = 0;
    while (fd >= 0 && strstr(server.request, "\"include_usage\":true}}") == NULL) {
        ssize_t got = read(fd, server.request + length, sizeof(server.request) - 1 - length);
        if (got <= 0) {
            break;
        }
        length += (size_t)got;
        server.request[length] = '\0';
    }
    say(fd, server.first);
    if (server.then != NULL) {
        (void)sem_wait(&server.let);
        say(fd, server.then);
    }
    (void)close(fd);
    return NULL;
}

/* --- a call ----------------------------------------------------------------------------------- */

struct watcher {
    struct chatur_sink sink; /* first: the sink's address is the watcher's */
    char text[4096];
    bool begun;
    bool lets; /* the server go on, with the first piece */
};

static void watch(struct chatur_sink *sink, const char *text, size_t length)
{
    struct watcher *watcher = (struct watcher *)sink;
    size_t used = strlen(watcher->text);
    assert_true(used + length < sizeof(watcher->text));
    memcpy(watcher->text + used, text, length);
    watcher->text[used + length] = '\0';
    if (!watcher->begun && watcher->lets) {
        (void)sem_post(&server.let);
    }
    watcher->begun = true;
}

static char base_url[64];
static struct chatur_config config;
static struct chatur_arena *arena;
static struct watcher watcher;

static const struct chatur_template template = {.id = "1",
                                                .slug = "request",
                                                .title = "Request",
                                                .short_description = "A request",
                                                .description = "A request",
                                                .icon = "request.png",
                                                .version = "v1",
                                                .instructions = "Write a polite request."};
static const struct chatur_brief brief = {.template = &template,
                                          .subject = "Leave on Friday",
                                          .keywords = "dentist",
                                          .to = "jane.doe@example.com",
                                          .sender_name = "Ann",
                                          .sender_email = "ann@example.com",
                                          .seed = 7};

static int set_up(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    (void)signal(SIGPIPE, SIG_IGN);
    memset(&server, 0, sizeof(server));
    memset(&watcher, 0, sizeof(watcher));
    watcher.sink.put = watch;
    server.listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    arena = chatur_arena_new(1 << 20);
    if (arena == NULL || server.listening < 0 || sem_init(&server.let, 0, 0) != 0 ||
        bind(server.listening, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(server.listening, 4) != 0 ||
        getsockname(server.listening, (struct sockaddr *)&address, &length) != 0) {
        return -1;
    }
    (void)snprintf(base_url, sizeof(base_url), "http://127.0.0.1:%d/v1", ntohs(address.sin_port));
    config = (struct chatur_config){
        .openai_api_key = "sk-test",
        .openai_base_url = base_url,
        .openai_model = "m-1",
        .openai_api = "chat",
        .openai_organization = "",
        .openai_project = "",
        .openai_max_tokens = 100,
        .tls_ca_file = "",
        .generate_connect_timeout_s = 5,
        .generate_quiet_timeout_s = 5,
    };
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    chatur_arena_free(arena);
    (void)sem_destroy(&server.let);
    return close(server.listening);
}

/* One call of a server that says `first`, and after the first piece in the sink `then`. */
static enum chatur_failure call(const char *first, const char *then, bool watched,
                                struct chatur_attempt *attempt)
{
    struct chatur_model *model = NULL;
    struct chatur_error error = {0};
    server.first = first;
    server.then = then;
    watcher.lets = then != NULL;
    assert_int_equal(pthread_create(&server.thread, NULL, serve, NULL), 0);
    assert_int_equal(chatur_model_new(&config, CHATUR_WRITER_OPENAI, &model, &error), CHATUR_OK);
    *attempt = (struct chatur_attempt){.brief = &brief,
                                       .sink = watched ? &watcher.sink : NULL,
                                       .arena = arena,
                                       .deadline_us = chatur_monotonic_us() + 10000000,
                                       .retry_after_ms = -1,
                                       .should_retry = -1};
    enum chatur_failure failure = chatur_model_attempt(model, attempt);
    assert_int_equal(pthread_join(server.thread, NULL), 0);
    chatur_model_free(model);
    return failure;
}

/* --- tests ------------------------------------------------------------------------------------ */

/* The server does not go on before the first piece is in the sink: it is not kept until the end. */
static void a_sink_gets_the_text_as_it_comes(void **state)
{
    (void)state;
    struct chatur_attempt attempt;
    assert_int_equal(call(HEAD DELTA(FIRST), DELTA(SECOND) FINISH USAGE DONE, true, &attempt),
                     CHATUR_NO_FAILURE);
    assert_string_equal(watcher.text, attempt.draft.text);
    assert_non_null(strstr(watcher.text, "dentist"));
    assert_non_null(strstr(watcher.text, "Ann"));
    assert_string_equal(attempt.draft.by.provider, "openai");
    assert_string_equal(attempt.draft.by.model, "m-2");
    assert_string_equal(attempt.draft.by.finish_reason, "stop");
    assert_int_equal(attempt.prompt_tokens, 5);
    assert_int_equal(attempt.completion_tokens, 6);
    assert_true(attempt.has_put);
    assert_non_null(strstr(server.request, "POST /v1/chat/completions HTTP/1.1\r\n"));
    assert_non_null(strstr(server.request, "\r\nAuthorization: Bearer sk-test\r\n"));
    assert_non_null(strstr(server.request, "\r\nContent-Type: application/json\r\n"));
    assert_null(strstr(server.request, "Expect"));
}

/* After a first piece every failure is told, so that nobody else is asked. */
static void what_was_put_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *then;
        enum chatur_failure failure;
    } rows[] = {
        {"", CHATUR_FAILURE_NETWORK},
        {"data: {\"cho", CHATUR_FAILURE_NETWORK},
        {"data: {\"error\":{\"message\":\"x\"}}\n\n", CHATUR_FAILURE_SERVER},
        {"data: {\"choices\":7}\n\n", CHATUR_FAILURE_BAD_ANSWER},
        {"data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\n\n" DONE,
         CHATUR_FAILURE_BAD_TEXT},
        {"data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"abort\"}]}\n\n" DONE,
         CHATUR_FAILURE_SERVER},
        {"data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"insufficient_system_resource\"}]}"
         "\n\n" DONE,
         CHATUR_FAILURE_SERVER},
        {"data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"a\\u00e4\"}]}\n\n" DONE,
         CHATUR_FAILURE_SERVER},
        {"data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"content_filter\"}]}\n\n" DONE,
         CHATUR_FAILURE_CONTENT_FILTER},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct chatur_attempt attempt;
        watcher = (struct watcher){.sink.put = watch};
        assert_int_equal(call(HEAD DELTA(FIRST), rows[i].then, true, &attempt), rows[i].failure);
        assert_true(attempt.has_put);
        assert_int_equal(attempt.status, 200);
        memset(server.request, 0, sizeof(server.request));
    }
}

/* Nothing was put where nobody watches, or where nothing came: somebody else may be asked. */
static void what_was_not_put_is_told_as_well(void **state)
{
    (void)state;
    struct chatur_attempt attempt;
    assert_int_equal(call(HEAD DELTA(FIRST), NULL, false, &attempt), CHATUR_FAILURE_NETWORK);
    assert_false(attempt.has_put);
    memset(server.request, 0, sizeof(server.request));
    assert_int_equal(call(HEAD "data: {\"error\":\"x\"}\n\n", NULL, true, &attempt),
                     CHATUR_FAILURE_SERVER);
    assert_false(attempt.has_put);
    assert_string_equal(watcher.text, "");
}

/* What failed is paid for as well. And what depends on the words of one user is told from what does
 * not. */
static void texts_that_are_no_email_have_a_price(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        enum chatur_failure failure;
        bool in_the_end; /* the usage comes after the end of the text */
    } rows[] = {
        {HEAD DELTA(
             FIRST) "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\n\n" USAGE
             DONE,
         CHATUR_FAILURE_BAD_TEXT, true},
        {HEAD DELTA("I'm sorry, but I can't help with that request.") FINISH USAGE DONE,
         CHATUR_FAILURE_CONTENT_FILTER, true},
        {HEAD "data: {\"choices\":[{\"delta\":{\"refusal\":\"I cannot\"}}]}\n\n" FINISH USAGE DONE,
         CHATUR_FAILURE_CONTENT_FILTER, true},
        {HEAD DELTA("No.") FINISH USAGE DONE, CHATUR_FAILURE_BAD_TEXT, true},
        {HEAD DELTA(" \\n") FINISH USAGE DONE, CHATUR_FAILURE_BAD_ANSWER, true},
        {HEAD FINISH USAGE DONE, CHATUR_FAILURE_BAD_ANSWER, true},
        {HEAD "data: {\"choices\":7}\n\n" USAGE DONE, CHATUR_FAILURE_BAD_ANSWER, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct chatur_attempt attempt;
        enum chatur_failure failure = call(rows[i].answer, NULL, false, &attempt);
        if (failure != rows[i].failure ||
            attempt.completion_tokens != (rows[i].in_the_end ? 6 : 0)) {
            fail_msg("%s: %s, %lld", rows[i].answer, chatur_failure_rule(failure)->name,
                     (long long)attempt.completion_tokens);
        }
        memset(server.request, 0, sizeof(server.request));
    }
}

static void a_refusal_says_when_to_come_again(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        int64_t retry_after_ms;
        enum chatur_failure failure;
        int should_retry;
    } rows[] = {
        {"HTTP/1.1 429 X\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", 7000,
         CHATUR_FAILURE_RATE_LIMIT, -1},
        {"HTTP/1.1 429 X\r\nRetry-After: 0.25\r\nContent-Length: 0\r\n\r\n", 250,
         CHATUR_FAILURE_RATE_LIMIT, -1},
        {"HTTP/1.1 429 X\r\nRetry-After: 7\r\nRetry-After-Ms: 12.5\r\nContent-Length: 0\r\n\r\n",
         12, CHATUR_FAILURE_RATE_LIMIT, -1},
        {"HTTP/1.1 503 X\r\nRetry-After: soon\r\nx-should-retry: true\r\nContent-Length: 0\r\n\r\n",
         -1, CHATUR_FAILURE_SERVER, 1},
        {"HTTP/1.1 503 X\r\nRetry-After: -5\r\nx-should-retry: false\r\nContent-Length: 0\r\n\r\n",
         -1, CHATUR_FAILURE_SERVER, 0},
        {"HTTP/1.1 503 X\r\nRetry-After: 1e300\r\nContent-Length: 0\r\n\r\n", INT64_C(86400000),
         CHATUR_FAILURE_SERVER, -1},
        {"HTTP/1.1 503 X\r\nRetry-After: nan\r\nContent-Length: 0\r\n\r\n", -1,
         CHATUR_FAILURE_SERVER, -1},
        {"HTTP/1.1 503 X\r\nRetry-After: Thu, 01 Jan 1970 00:00:10 GMT\r\nContent-Length: "
         "0\r\n\r\n",
         0, CHATUR_FAILURE_SERVER, -1},
        {"HTTP/1.1 503 X\r\nRetry-After: Fri, 01 Jan 2038 00:00:10 GMT\r\nContent-Length: "
         "0\r\n\r\n",
         INT64_C(86400000), CHATUR_FAILURE_SERVER, -1},
        {"HTTP/1.1 204 X\r\n\r\n", -1, CHATUR_FAILURE_BAD_ANSWER, -1},
        {"no HTTP at all\r\n\r\n", -1, CHATUR_FAILURE_NETWORK, -1},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct chatur_attempt attempt;
        enum chatur_failure failure = call(rows[i].answer, NULL, false, &attempt);
        if (failure != rows[i].failure || attempt.retry_after_ms != rows[i].retry_after_ms ||
            attempt.should_retry != rows[i].should_retry) {
            fail_msg("%s: %s, %lld ms, %d", rows[i].answer, chatur_failure_rule(failure)->name,
                     (long long)attempt.retry_after_ms, attempt.should_retry);
        }
        memset(server.request, 0, sizeof(server.request));
    }
}

/* What a server calls itself goes into logs and the database. */
static void names_are_kept_only_when_they_are_plain(void **state)
{
    (void)state;
    struct chatur_attempt attempt;
    assert_int_equal(call(HEAD
                          "data: {\"model\":\"a\\nb\",\"choices\":[{\"delta\":{\"content\":\"" FIRST
                          "\"},\"finish_reason\":7}]}\n\n" DONE,
                          NULL, false, &attempt),
                     CHATUR_NO_FAILURE);
    assert_string_equal(attempt.draft.by.model, "m-1");
    assert_string_equal(attempt.draft.by.finish_reason, "");
}

/* A server that says nothing but comments, and keeps the connection. */
static void silence_is_waited_for_only_so_long(void **state)
{
    (void)state;
    struct chatur_attempt attempt = {.brief = &brief, .arena = arena};
    struct chatur_model *model = NULL;
    config.generate_quiet_timeout_s = 1;
    server.first = HEAD ": nothing yet\n\n";
    server.then = "";
    assert_int_equal(chatur_model_new(&config, CHATUR_WRITER_OPENAI, &model, NULL), CHATUR_OK);
    assert_int_equal(pthread_create(&server.thread, NULL, serve, NULL), 0);
    int64_t from_us = chatur_monotonic_us();
    attempt.deadline_us = from_us + 10000000;
    assert_int_equal(chatur_model_attempt(model, &attempt), CHATUR_FAILURE_TIMEOUT);
    int64_t took_us = chatur_monotonic_us() - from_us;
    assert_true(took_us >= 1000000 && took_us < 5000000);
    (void)sem_post(&server.let);
    assert_int_equal(pthread_join(server.thread, NULL), 0);
    chatur_model_free(model);
}

/* An error is one from its head on; the rest of it is waited for for a second. */
static void an_error_that_stalls_is_known_all_the_same(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        enum chatur_failure failure;
        int64_t retry_after_ms;
    } rows[] = {
        {"HTTP/1.1 500 X\r\nContent-Length: 100\r\n\r\n{\"error", CHATUR_FAILURE_SERVER, -1},
        {"HTTP/1.1 429 X\r\nRetry-After: 7\r\nContent-Length: 100\r\n\r\n",
         CHATUR_FAILURE_RATE_LIMIT, 7000},
        {"HTTP/1.1 100 X\r\n\r\nHTTP/1.1 400 X\r\nContent-Length: 100\r\n\r\n{\"error\":"
         "{\"code\":\"context_length_exceeded\"",
         CHATUR_FAILURE_CONTEXT_LENGTH, -1},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct chatur_attempt attempt = {.brief = &brief, .arena = arena};
        struct chatur_model *model = NULL;
        config.generate_quiet_timeout_s = 9;
        server.first = rows[i].head;
        server.then = "";
        assert_int_equal(chatur_model_new(&config, CHATUR_WRITER_OPENAI, &model, NULL), CHATUR_OK);
        assert_int_equal(pthread_create(&server.thread, NULL, serve, NULL), 0);
        int64_t from_us = chatur_monotonic_us();
        attempt.deadline_us = from_us + 10000000;
        assert_int_equal(chatur_model_attempt(model, &attempt), rows[i].failure);
        int64_t took_us = chatur_monotonic_us() - from_us;
        assert_true(took_us >= 1000000 && took_us < 7000000);
        assert_int_equal(attempt.retry_after_ms, rows[i].retry_after_ms);
        (void)sem_post(&server.let);
        assert_int_equal(pthread_join(server.thread, NULL), 0);
        chatur_model_free(model);
        memset(server.request, 0, sizeof(server.request));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_sink_gets_the_text_as_it_comes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_put_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_not_put_is_told_as_well, set_up, tear_down),
        cmocka_unit_test_setup_teardown(texts_that_are_no_email_have_a_price, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_refusal_says_when_to_come_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_are_kept_only_when_they_are_plain, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_error_that_stalls_is_known_all_the_same, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(silence_is_waited_for_only_so_long, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
