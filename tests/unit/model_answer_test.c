/* A model's answer as bytes that arrive, without a server: what makes it whole, and for how long
 * what is left of it is waited for. The clock stands still. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "generate/model_answer.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND_US       INT64_C(1000000)
#define QUIET_US        (60 * SECOND_US)

#define DELTA(text)    "data: {\"choices\":[{\"delta\":{\"content\":\"" text "\"}}]}\n\n"
#define FINISH(reason) "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"" reason "\"}]}\n\n"
#define USAGE          "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":6}}\n\n"
#define DONE           "data: [DONE]\n\n"
#define EMAIL          DELTA("Dear Jane,\\n\\nI will be away on Friday.\\n\\nBest regards,\\nAnn")
#define MORE           DELTA("\\nP.S. The keys are with Sam, who comes in at nine.")
#define CUT            EMAIL DELTA("\\n###\\nSubject: the next")
#define REFUSAL        "data: {\"choices\":[{\"delta\":{\"refusal\":\"No\"}}]}\n\n"

static int64_t now_us = 1000 * SECOND_US;

int64_t chatur_monotonic_us(void)
{
    return now_us;
}

int64_t chatur_now_s(void)
{
    return now_us / SECOND_US;
}

int64_t chatur_now_ms(void)
{
    return now_us / 1000;
}

void chatur_pause_us(int64_t pause_us)
{
    now_us += pause_us;
}

static const struct chatur_prompt prompt = {.stops = {"\n###"}, .stop_count = 1};

/* One answer under way. */
static struct {
    struct chatur_arena *arena;
    struct chatur_http_request request;
    struct chatur_http_answer http;
    struct chatur_model_answer answer;
} one;

static void begin(const char *content_type)
{
    one.arena = chatur_arena_new(1 << 20);
    assert_non_null(one.arena);
    struct chatur_tidy *tidy = chatur_tidy_new(&prompt, 1 << 16, NULL, one.arena);
    assert_non_null(tidy);
    one.request.quiet_until_us = now_us + QUIET_US;
    one.http = (struct chatur_http_answer){.status = 200};
    (void)snprintf(one.http.content_type, sizeof(one.http.content_type), "%s", content_type);
    chatur_model_answer_init(&one.answer, &one.request, QUIET_US, tidy);
}

static bool take(const char *bytes)
{
    return chatur_model_answer_take(&one.answer, &one.http, bytes, strlen(bytes));
}

static enum chatur_failure end(enum chatur_http_end how)
{
    enum chatur_failure failure = chatur_model_answer_end(&one.answer, how);
    chatur_model_answer_free(&one.answer);
    chatur_arena_free(one.arena);
    return failure;
}

static void what_is_whole(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        enum chatur_failure failure; /* when it ends like an answer */
        enum chatur_failure broken;  /* when the connection breaks */
        int64_t tokens;
    } rows[] = {
        {EMAIL, CHATUR_FAILURE_NETWORK, CHATUR_FAILURE_NETWORK, 0},
        {EMAIL DONE, CHATUR_NO_FAILURE, CHATUR_NO_FAILURE, 0},
        {EMAIL FINISH("stop"), CHATUR_NO_FAILURE, CHATUR_NO_FAILURE, 0},
        {EMAIL FINISH("end_turn") USAGE DONE, CHATUR_NO_FAILURE, CHATUR_NO_FAILURE, 6},
        {EMAIL FINISH("length") USAGE DONE, CHATUR_FAILURE_BAD_TEXT, CHATUR_FAILURE_BAD_TEXT, 6},
        {EMAIL FINISH("abort") DONE, CHATUR_FAILURE_SERVER, CHATUR_FAILURE_SERVER, 0},
        {EMAIL FINISH("insufficient_system_resource") DONE, CHATUR_FAILURE_SERVER,
         CHATUR_FAILURE_SERVER, 0},
        /* what a text lacks, no later word adds; nor the other way round */
        {EMAIL FINISH("error") FINISH("stop") DONE, CHATUR_FAILURE_SERVER, CHATUR_FAILURE_SERVER,
         0},
        {EMAIL FINISH("stop") FINISH("length") DONE, CHATUR_FAILURE_BAD_TEXT,
         CHATUR_FAILURE_BAD_TEXT, 0},
        /* once it has ended, what is not understood does no harm */
        {EMAIL FINISH("stop") "data: {\"timings\":{}}\n\n" USAGE DONE, CHATUR_NO_FAILURE,
         CHATUR_NO_FAILURE, 6},
        {EMAIL FINISH("stop") "data: {\"choi", CHATUR_NO_FAILURE, CHATUR_NO_FAILURE, 0},
        {EMAIL FINISH("length") "data: ?\n\n", CHATUR_FAILURE_BAD_TEXT, CHATUR_FAILURE_BAD_TEXT, 0},
        {EMAIL "data: {\"timings\":{}}\n\n" FINISH("stop") DONE, CHATUR_FAILURE_BAD_ANSWER,
         CHATUR_FAILURE_BAD_ANSWER, 0},
        {EMAIL "data: {\"choi", CHATUR_FAILURE_NETWORK, CHATUR_FAILURE_NETWORK, 0},
        {EMAIL FINISH("stop") "data: {\"error\":{}}\n\n", CHATUR_FAILURE_SERVER,
         CHATUR_FAILURE_SERVER, 0},
        /* where we cut, it had ended */
        {CUT, CHATUR_NO_FAILURE, CHATUR_NO_FAILURE, 0},
        {CUT FINISH("length") USAGE DONE, CHATUR_NO_FAILURE, CHATUR_NO_FAILURE, 6},
        {CUT FINISH("abort") USAGE DONE, CHATUR_NO_FAILURE, CHATUR_NO_FAILURE, 6},
        {CUT "data: {\"error\":{}}\n\n", CHATUR_NO_FAILURE, CHATUR_NO_FAILURE, 0},
        {CUT "data: ?\n\n", CHATUR_NO_FAILURE, CHATUR_NO_FAILURE, 0},
        {REFUSAL FINISH("stop") USAGE DONE, CHATUR_FAILURE_CONTENT_FILTER,
         CHATUR_FAILURE_CONTENT_FILTER, 6},
        {EMAIL REFUSAL, CHATUR_FAILURE_CONTENT_FILTER, CHATUR_FAILURE_CONTENT_FILTER, 0},
    };
    for (size_t i = 0; i < 2 * COUNT_OF(rows); i++) {
        bool breaks = i % 2 == 1;
        begin("text/event-stream");
        (void)take(rows[i / 2].bytes);
        int64_t tokens = one.answer.completion_tokens;
        enum chatur_failure failure = end(breaks ? CHATUR_HTTP_NETWORK : CHATUR_HTTP_DONE);
        if (failure != (breaks ? rows[i / 2].broken : rows[i / 2].failure) ||
            tokens != rows[i / 2].tokens) {
            fail_msg("%s: %s, %lld tokens", rows[i / 2].bytes, chatur_failure_rule(failure)->name,
                     (long long)tokens);
        }
    }
}

/* After the last word the wait is short, and nothing that still comes makes it longer. */
static void what_is_left_is_not_waited_for(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        int64_t wait_us;
    } rows[] = {
        {": nothing\n\n", QUIET_US},
        {EMAIL, QUIET_US},
        {EMAIL FINISH("stop"), SECOND_US},
        {EMAIL FINISH("stop") DONE, SECOND_US / 10},
        {CUT, SECOND_US},
        {CUT USAGE, SECOND_US / 10},
        {REFUSAL, SECOND_US},
        {REFUSAL USAGE, SECOND_US / 10},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        begin("text/event-stream");
        assert_true(take(rows[i].bytes));
        int64_t until_us = one.request.quiet_until_us;
        assert_int_equal(until_us - now_us, rows[i].wait_us);
        now_us += SECOND_US / 20;
        assert_true(take(MORE));
        assert_int_equal(one.request.quiet_until_us,
                         rows[i].wait_us == QUIET_US ? now_us + QUIET_US : until_us);
        (void)end(CHATUR_HTTP_TIMEOUT);
    }
}

/* A model that does not know that it has ended is not read for ever. */
static void what_is_left_is_not_read_for_ever(void **state)
{
    (void)state;
    begin("text/event-stream");
    assert_true(take(CUT));
    size_t taken = 0;
    while (take(EMAIL)) {
        taken += strlen(EMAIL);
        assert_true(taken < 100000);
    }
    assert_true(taken > 50000);
    assert_int_equal(end(CHATUR_HTTP_ENOUGH), CHATUR_NO_FAILURE);
}

static void its_form_is_found_out(void **state)
{
    (void)state;
    static const struct {
        const char *content_type;
        const char *bytes;
        size_t length;
        enum chatur_answer_form form;
    } rows[] = {
        {"text/event-stream", "x", 1, CHATUR_ANSWER_EVENTS},
        {"application/json", "x", 1, CHATUR_ANSWER_DOCUMENT},
        {"", "data", 4, CHATUR_ANSWER_EVENTS},
        {"", ":", 1, CHATUR_ANSWER_EVENTS},
        {"", " \r\n{", 4, CHATUR_ANSWER_DOCUMENT},
        {"", " \t\r\n", 4, CHATUR_ANSWER_UNKNOWN},
        {"", "<", 1, CHATUR_ANSWER_UNKNOWN},
        {"", "\0", 1, CHATUR_ANSWER_UNKNOWN},
        {"text/plain", "\0data", 5, CHATUR_ANSWER_UNKNOWN},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        begin(rows[i].content_type);
        bool more = chatur_model_answer_take(&one.answer, &one.http, rows[i].bytes, rows[i].length);
        bool is_blank = strspn(rows[i].bytes, " \t\r\n") == rows[i].length;
        assert_int_equal(one.answer.form, rows[i].form);
        assert_int_equal(more, is_blank || rows[i].form != CHATUR_ANSWER_UNKNOWN);
        assert_int_equal(end(CHATUR_HTTP_DONE), CHATUR_FAILURE_BAD_ANSWER);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_whole),
        cmocka_unit_test(what_is_left_is_not_waited_for),
        cmocka_unit_test(what_is_left_is_not_read_for_ever),
        cmocka_unit_test(its_form_is_found_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
