/* The router and its breakers, with targets that fail as they are told, and a clock that only moves
 * when somebody waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "generate/breaker.h"
#include "generate/router.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND_US       INT64_C(1000000)

/* --- stand-ins -------------------------------------------------------------------------------- */

static int64_t now_us;
static int64_t paused_us; /* of it, in pauses */

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
    paused_us += pause_us;
}

/* A letter for each call: what it does. The last one repeats. */
struct target {
    const char *script;
    char name;
    int calls;
    int64_t takes_us;
    int64_t retry_after_ms;
    int should_retry;
};

static char trace[200]; /* the names of those that were called */

static const struct {
    char letter;
    enum chatur_failure failure;
} letters[] = {
    {'.', CHATUR_NO_FAILURE},
    {'R', CHATUR_FAILURE_RATE_LIMIT},
    {'Q', CHATUR_FAILURE_QUOTA},
    {'T', CHATUR_FAILURE_TIMEOUT},
    {'N', CHATUR_FAILURE_NETWORK},
    {'P', CHATUR_FAILURE_NETWORK}, /* after something went into the sink */
    {'S', CHATUR_FAILURE_SERVER},
    {'A', CHATUR_FAILURE_AUTH},
    {'M', CHATUR_FAILURE_NOT_FOUND},
    {'C', CHATUR_FAILURE_CONTEXT_LENGTH},
    {'F', CHATUR_FAILURE_CONTENT_FILTER},
    {'B', CHATUR_FAILURE_BAD_REQUEST},
    {'W', CHATUR_FAILURE_BAD_ANSWER},
    {'L', CHATUR_FAILURE_BAD_TEXT},
    {'I', CHATUR_FAILURE_INTERNAL},
};

static enum chatur_failure attempt_as_told(void *self, struct chatur_attempt *attempt)
{
    struct target *target = self;
    size_t length = strlen(target->script);
    size_t place = (size_t)target->calls < length ? (size_t)target->calls : length - 1;
    size_t used = strlen(trace);
    assert_true(used + 2 < sizeof(trace));
    trace[used] = target->name;
    trace[used + 1] = '\0';
    target->calls++;
    now_us += target->takes_us;
    attempt->retry_after_ms = target->retry_after_ms;
    attempt->should_retry = target->should_retry;
    attempt->has_put = target->script[place] == 'P';
    attempt->draft = (struct chatur_draft){
        .text = "text",
        .by = {.provider = target->name == 'a' ? "a" : "other",
               .model = "m",
               .finish_reason = "stop"},
    };
    attempt->prompt_tokens = 100;
    attempt->completion_tokens = target->calls;
    for (size_t i = 0; i < COUNT_OF(letters); i++) {
        if (letters[i].letter == target->script[place]) {
            return letters[i].failure;
        }
    }
    fail_msg("no such letter: %c", target->script[place]);
    return CHATUR_FAILURE_INTERNAL;
}

static const struct chatur_template template = {.version = "v1"};

static enum chatur_outcome route(struct chatur_router *router, uint64_t seed,
                                 struct chatur_draft *draft, struct chatur_error *error)
{
    struct chatur_brief brief = {.template = &template, .seed = seed};
    trace[0] = '\0';
    paused_us = 0;
    return chatur_router_write(router, &brief, NULL, NULL, draft, error);
}

static int set_up(void **state)
{
    (void)state;
    now_us = 1000 * SECOND_US;
    return 0;
}

/* --- one email -------------------------------------------------------------------------------- */

struct row {
    const char *name;
    const char *scripts[3]; /* of a, b and c, each in a group of its own; NULL: not there */
    int64_t takes_ms;       /* each call of a */
    int64_t retry_after_ms; /* a's; 0: says nothing */
    const char *trace;
    const char *told; /* a class that is told of; NULL: whichever */
    int should_retry; /* a's, plus one: 0 says nothing, 1 no, 2 yes */
    enum chatur_outcome outcome;
    unsigned retry_after_s;
    bool c_is_instant;
};

static const struct row rows[] = {
    {"at once", {"."}, .outcome = CHATUR_OK, .trace = "a"},
    {"what may pass is tried three times", {"S"}, .outcome = CHATUR_UNAVAILABLE, .trace = "aaa"},
    {"and then works", {"NS."}, .outcome = CHATUR_OK, .trace = "aaa"},
    {"then the next", {"N", "."}, .outcome = CHATUR_OK, .trace = "aaab"},
    {"a rate limit without a time opens the breaker: the next",
     {"R", "."},
     .outcome = CHATUR_OK,
     .trace = "ab"},
    {"but alone it is tried again", {"R"}, .outcome = CHATUR_UNAVAILABLE, .trace = "aaa"},
    {"a rate limit with a short time is waited for",
     {"R.", "."},
     .retry_after_ms = 1000,
     .outcome = CHATUR_OK,
     .trace = "aa"},
    {"one with a long time is not, with others",
     {"R", "."},
     .retry_after_ms = 3000,
     .outcome = CHATUR_OK,
     .trace = "ab"},
    {"alone it is", {"R."}, .retry_after_ms = 3000, .outcome = CHATUR_OK, .trace = "aa"},
    {"but for ten seconds in all",
     {"R"},
     .retry_after_ms = 7000,
     .outcome = CHATUR_UNAVAILABLE,
     .trace = "aa",
     .retry_after_s = 7},
    {"and not at all for longer",
     {"R."},
     .retry_after_ms = 10001,
     .outcome = CHATUR_UNAVAILABLE,
     .trace = "a",
     .retry_after_s = 11},
    {"nor than the time left",
     {"R."},
     .retry_after_ms = 9000,
     .takes_ms = 12000,
     .outcome = CHATUR_UNAVAILABLE,
     .trace = "a",
     .retry_after_s = 9},
    {"nor for far longer",
     {"R."},
     .retry_after_ms = 20000,
     .outcome = CHATUR_UNAVAILABLE,
     .trace = "a",
     .retry_after_s = 20},
    {"a spent account is not asked again",
     {"Q"},
     .should_retry = 2,
     .outcome = CHATUR_UNAVAILABLE,
     .trace = "a"},
    {"a wrong key neither", {"A"}, .outcome = CHATUR_UNAVAILABLE, .trace = "a"},
    {"nor what is not there", {"M", "."}, .outcome = CHATUR_OK, .trace = "ab"},
    {"a prompt too long: the next", {"C", "."}, .outcome = CHATUR_OK, .trace = "ab"},
    {"a prompt too long for all", {"C", "C"}, .outcome = CHATUR_BAD_ANSWER, .trace = "ab"},
    {"declined", {"F"}, .outcome = CHATUR_BAD_ANSWER, .trace = "a"},
    {"refused", {"B"}, .outcome = CHATUR_BAD_ANSWER, .trace = "a"},
    {"refused, but told to come again",
     {"B."},
     .should_retry = 2,
     .outcome = CHATUR_OK,
     .trace = "aa"},
    {"failed, but told not to come again",
     {"S", "."},
     .should_retry = 1,
     .outcome = CHATUR_OK,
     .trace = "ab"},
    {"no email: the next, not again", {"W", "."}, .outcome = CHATUR_OK, .trace = "ab"},
    {"half an email: the next, not again", {"L", "."}, .outcome = CHATUR_OK, .trace = "ab"},
    {"a timeout alone is tried again",
     {"T"},
     .takes_ms = 3000,
     .outcome = CHATUR_TIMEOUT,
     .trace = "aaa"},
    {"until the time is up", {"T"}, .takes_ms = 19600, .outcome = CHATUR_TIMEOUT, .trace = "a"},
    {"with others it is not", {"T", "."}, .takes_ms = 3000, .outcome = CHATUR_OK, .trace = "ab"},
    {"nobody is asked when the time is up",
     {"T", "."},
     .takes_ms = 20000,
     .outcome = CHATUR_TIMEOUT,
     .trace = "a"},
    {"but who needs none",
     {"T", ".", "."},
     .takes_ms = 20000,
     .c_is_instant = true,
     .outcome = CHATUR_OK,
     .trace = "ac"},
    {"once something is out, that is that",
     {"P", "."},
     .outcome = CHATUR_UNAVAILABLE,
     .trace = "a"},
    {"out of memory is final", {"I", "."}, .outcome = CHATUR_INTERNAL, .trace = "a"},
    {"the last one's failure counts",
     {"A", "W"},
     .outcome = CHATUR_BAD_ANSWER,
     .trace = "ab",
     .told = "bad_answer"},
    {"but what the user can change tells more",
     {"F", "A"},
     .outcome = CHATUR_BAD_ANSWER,
     .trace = "ab",
     .told = "content_filter"},
    {"than what may pass",
     {"C", "N"},
     .outcome = CHATUR_BAD_ANSWER,
     .trace = "abbb",
     .told = "context_length"},
    {"that it is declined, most",
     {"F", "C"},
     .outcome = CHATUR_BAD_ANSWER,
     .trace = "ab",
     .told = "content_filter"},
    {"but not what somebody else began",
     {"F", "P"},
     .outcome = CHATUR_UNAVAILABLE,
     .trace = "ab",
     .told = "network"},
    {"nor our own fault",
     {"F", "I"},
     .outcome = CHATUR_INTERNAL,
     .trace = "ab",
     .told = "internal"},
};

static void one_email(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct row *row = &rows[i];
        struct target selves[3];
        struct chatur_target targets[3];
        size_t count = 0;
        for (; count < 3 && row->scripts[count] != NULL; count++) {
            selves[count] = (struct target){.script = row->scripts[count],
                                            .name = (char)('a' + count),
                                            .takes_us = count == 0 ? row->takes_ms * 1000 : 0,
                                            .retry_after_ms = -1,
                                            .should_retry = -1};
            targets[count] = (struct chatur_target){.name = "name",
                                                    .self = &selves[count],
                                                    .attempt = attempt_as_told,
                                                    .group = (unsigned)count,
                                                    .weight = 1,
                                                    .instant = count == 2 && row->c_is_instant};
        }
        selves[0].retry_after_ms = row->retry_after_ms > 0 ? row->retry_after_ms : -1;
        selves[0].should_retry = row->should_retry - 1;
        struct chatur_router *router = chatur_router_new(
            targets, count, &(struct chatur_router_limits){.timeout_ms = 20000, .attempts = 3});
        assert_non_null(router);
        struct chatur_draft draft = {0};
        struct chatur_error error = {0};
        enum chatur_outcome outcome = route(router, 1, &draft, &error);
        if (outcome != row->outcome || strcmp(trace, row->trace) != 0) {
            fail_msg("%s: %s, %s", row->name, chatur_outcome_name(outcome), trace);
        }
        assert_int_equal(error.retry_after_s, row->retry_after_s);
        if (outcome == CHATUR_OK) {
            assert_int_equal(draft.by.attempts, strlen(trace));
            assert_int_equal(draft.by.prompt_tokens, 100 * strlen(trace)); /* all cost */
            assert_string_equal(draft.by.template_version, "v1");
            assert_string_equal(error.detail, "");
        } else {
            assert_non_null(strstr(error.detail, "attempts in all"));
        }
        if (row->told != NULL && strstr(error.detail, row->told) == NULL) {
            fail_msg("%s: %s", row->name, error.detail);
        }
        chatur_router_free(router);
    }
}

static void pauses_grow_and_differ(void **state)
{
    (void)state;
    int64_t first_pause_us = 0;
    bool differ = false;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct target self = {.script = "S", .name = 'a', .retry_after_ms = -1, .should_retry = -1};
        const struct chatur_target target = {
            .name = "name", .self = &self, .attempt = attempt_as_told, .weight = 1};
        struct chatur_router *router = chatur_router_new(
            &target, 1, &(struct chatur_router_limits){.timeout_ms = 100000, .attempts = 7});
        struct chatur_draft draft;
        struct chatur_error error = {0};
        assert_int_equal(route(router, seed, &draft, &error), CHATUR_UNAVAILABLE);
        assert_string_equal(trace, "aaaaaaa");
        /* 0.5 + 1 + 2 + 4 + 8 + 8 s, each less up to a quarter */
        assert_in_range(paused_us, 23500000 * 3 / 4, 23500000);
        differ = differ || (first_pause_us != 0 && paused_us != first_pause_us);
        first_pause_us = paused_us;
        chatur_router_free(router);
    }
    assert_true(differ);
}

static void weights_split_the_traffic(void **state)
{
    (void)state;
    struct target selves[3] = {
        {.script = ".", .name = 'a', .retry_after_ms = -1, .should_retry = -1},
        {.script = ".", .name = 'b', .retry_after_ms = -1, .should_retry = -1},
        {.script = ".", .name = 'c', .retry_after_ms = -1, .should_retry = -1},
    };
    struct chatur_target targets[3];
    const unsigned weights[] = {80, 0, 20};
    for (size_t i = 0; i < 3; i++) {
        targets[i] = (struct chatur_target){
            .name = "name", .self = &selves[i], .attempt = attempt_as_told, .weight = weights[i]};
    }
    struct chatur_router *router = chatur_router_new(
        targets, 3, &(struct chatur_router_limits){.timeout_ms = 10000, .attempts = 1});
    struct chatur_draft draft;
    for (uint64_t seed = 0; seed < 10000; seed++) {
        assert_int_equal(route(router, seed, &draft, NULL), CHATUR_OK);
    }
    assert_in_range(selves[0].calls, 7800, 8200);
    assert_int_equal(selves[1].calls, 0);
    assert_int_equal(selves[0].calls + selves[2].calls, 10000);

    /* The other of the group follows when one fails, a drained one never does. */
    selves[0].script = "A";
    selves[2].script = "A";
    assert_int_equal(route(router, 1, &draft, NULL), CHATUR_UNAVAILABLE);
    assert_int_equal(strlen(trace), 2);
    assert_null(strchr(trace, 'b'));
    chatur_router_free(router);
}

/* --- many emails ------------------------------------------------------------------------------ */

static void who_fails_is_left_alone(void **state)
{
    (void)state;
    struct target selves[2] = {
        {.script = "S", .name = 'a', .retry_after_ms = -1, .should_retry = -1},
        {.script = ".", .name = 'b', .retry_after_ms = -1, .should_retry = -1},
    };
    const struct chatur_target targets[] = {
        {.name = "name", .self = &selves[0], .attempt = attempt_as_told, .weight = 1},
        {.name = "name", .self = &selves[1], .attempt = attempt_as_told, .group = 1, .weight = 1},
    };
    struct chatur_router *router = chatur_router_new(
        targets, 2, &(struct chatur_router_limits){.timeout_ms = 10000, .attempts = 1});
    struct chatur_draft draft;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(route(router, 1, &draft, NULL), CHATUR_OK);
        assert_string_equal(trace, "ab");
    }
    assert_int_equal(route(router, 1, &draft, NULL), CHATUR_OK);
    assert_string_equal(trace, "b");

    /* When there is nobody else, it is asked all the same. */
    selves[1].script = "W";
    assert_int_equal(route(router, 1, &draft, NULL), CHATUR_UNAVAILABLE);
    assert_string_equal(trace, "ba");
    chatur_router_free(router);
}

/* Nobody sleeps for a server that is known to want a pause, nor asks it over and over. */
static void who_is_alone_and_fails_is_asked_once(void **state)
{
    (void)state;
    struct target self = {.script = "R", .name = 'a', .retry_after_ms = 8000, .should_retry = -1};
    const struct chatur_target target = {
        .name = "name", .self = &self, .attempt = attempt_as_told, .weight = 1};
    struct chatur_router *router = chatur_router_new(
        &target, 1, &(struct chatur_router_limits){.timeout_ms = 60000, .attempts = 3});
    struct chatur_draft draft;
    struct chatur_error error = {0};
    assert_int_equal(route(router, 1, &draft, &error), CHATUR_UNAVAILABLE);
    assert_string_equal(trace, "aa");
    assert_int_equal(paused_us, 8 * SECOND_US);
    for (int i = 0; i < 5; i++) {
        error = (struct chatur_error){0};
        assert_int_equal(route(router, 1, &draft, &error), CHATUR_UNAVAILABLE);
        assert_string_equal(trace, "a");
        assert_int_equal(paused_us, 0);
        assert_int_equal(error.retry_after_s, 8);
    }
    self.script = "."; /* it is asked all the same: it may have been wrong */
    assert_int_equal(route(router, 1, &draft, &error), CHATUR_OK);
    now_us += 8 * SECOND_US;
    self.script = "R.";
    self.calls = 0;
    self.retry_after_ms = 1000;
    assert_int_equal(route(router, 1, &draft, &error), CHATUR_OK); /* closed, so it is waited for */
    assert_string_equal(trace, "aa");
    chatur_router_free(router);
}

/* --- the breaker ------------------------------------------------------------------------------ */

static void report(struct chatur_breaker *breaker, enum chatur_failure failure, int times)
{
    for (int i = 0; i < times; i++) {
        chatur_breaker_report(breaker, now_us, failure, -1);
    }
}

static void opens_when_most_calls_fail(void **state)
{
    (void)state;
    static const struct {
        int good;
        int bad;
        bool closed;
    } cases[] = {{0, 4, true}, {0, 5, false}, {2, 3, false},
                 {3, 3, true}, {3, 4, false}, {50, 50, true}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct chatur_breaker breaker;
        assert_true(chatur_breaker_init(&breaker));
        report(&breaker, CHATUR_NO_FAILURE, cases[i].good);
        report(&breaker, CHATUR_FAILURE_SERVER, cases[i].bad);
        assert_int_equal(chatur_breaker_admits(&breaker, now_us), cases[i].closed);
        chatur_breaker_destroy(&breaker);
    }
}

static void forgets_after_a_minute(void **state)
{
    (void)state;
    struct chatur_breaker breaker;
    assert_true(chatur_breaker_init(&breaker));
    report(&breaker, CHATUR_FAILURE_SERVER, 4);
    now_us += 70 * SECOND_US;
    report(&breaker, CHATUR_FAILURE_SERVER, 4);
    assert_true(chatur_breaker_admits(&breaker, now_us));
    report(&breaker, CHATUR_FAILURE_SERVER, 1);
    assert_false(chatur_breaker_admits(&breaker, now_us));
    chatur_breaker_destroy(&breaker);
}

static void what_is_the_requests_fault_never_opens(void **state)
{
    (void)state;
    struct chatur_breaker breaker;
    assert_true(chatur_breaker_init(&breaker));
    report(&breaker, CHATUR_FAILURE_BAD_REQUEST, 50);
    report(&breaker, CHATUR_FAILURE_CONTEXT_LENGTH, 50);
    report(&breaker, CHATUR_FAILURE_CONTENT_FILTER, 50);
    report(&breaker, CHATUR_FAILURE_BAD_TEXT, 50);
    report(&breaker, CHATUR_FAILURE_INTERNAL, 50);
    assert_true(chatur_breaker_admits(&breaker, now_us));
    chatur_breaker_destroy(&breaker);
}

/* Our own lack of memory is nothing that a provider did, well or badly. */
static void what_is_our_fault_counts_as_nothing(void **state)
{
    (void)state;
    struct chatur_breaker breaker;
    assert_true(chatur_breaker_init(&breaker));
    report(&breaker, CHATUR_FAILURE_INTERNAL, 50); /* would be 50 good calls */
    report(&breaker, CHATUR_FAILURE_BAD_ANSWER, 5);
    assert_false(chatur_breaker_admits(&breaker, now_us));
    now_us += 5 * SECOND_US;
    assert_true(chatur_breaker_admits(&breaker, now_us));
    assert_false(chatur_breaker_admits(&breaker, now_us));
    report(&breaker, CHATUR_FAILURE_INTERNAL, 1); /* who tried did not get to it: another may */
    assert_true(chatur_breaker_admits(&breaker, now_us));
    assert_false(chatur_breaker_admits(&breaker, now_us)); /* but it is still open */
    chatur_breaker_destroy(&breaker);
}

static void a_rate_limit_opens_for_as_long_as_it_says(void **state)
{
    (void)state;
    static const struct {
        int64_t retry_after_ms;
        int64_t open_us;
    } cases[] = {
        {-1, 5 * SECOND_US},
        {0, 0},
        {250, SECOND_US / 4},
        {30000, 30 * SECOND_US},
        {INT64_C(86400000), 60 * SECOND_US},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct chatur_breaker breaker;
        assert_true(chatur_breaker_init(&breaker));
        chatur_breaker_report(&breaker, now_us, CHATUR_FAILURE_RATE_LIMIT, cases[i].retry_after_ms);
        if (cases[i].open_us > 0) {
            assert_false(chatur_breaker_admits(&breaker, now_us + cases[i].open_us - 1));
        }
        assert_true(chatur_breaker_admits(&breaker, now_us + cases[i].open_us));
        chatur_breaker_destroy(&breaker);
    }
}

static void half_open_lets_one_try(void **state)
{
    (void)state;
    struct chatur_breaker breaker;
    assert_true(chatur_breaker_init(&breaker));
    report(&breaker, CHATUR_FAILURE_SERVER, 5);
    assert_false(chatur_breaker_admits(&breaker, now_us));

    /* A success from before it opened does not close it. */
    report(&breaker, CHATUR_NO_FAILURE, 1);
    assert_false(chatur_breaker_admits(&breaker, now_us));

    now_us += 5 * SECOND_US;
    assert_true(chatur_breaker_admits(&breaker, now_us));
    assert_false(chatur_breaker_admits(&breaker, now_us));
    report(&breaker, CHATUR_FAILURE_SERVER, 1); /* it still fails */
    assert_false(chatur_breaker_admits(&breaker, now_us));

    now_us += 5 * SECOND_US;
    assert_true(chatur_breaker_admits(&breaker, now_us));
    assert_false(chatur_breaker_admits(&breaker, now_us));
    now_us += 60 * SECOND_US; /* that one was never heard of again */
    assert_true(chatur_breaker_admits(&breaker, now_us));
    report(&breaker, CHATUR_NO_FAILURE, 1); /* it works again */
    assert_true(chatur_breaker_admits(&breaker, now_us));
    assert_true(chatur_breaker_admits(&breaker, now_us));
    report(&breaker, CHATUR_FAILURE_SERVER, 3); /* and starts from nothing */
    assert_true(chatur_breaker_admits(&breaker, now_us));
    chatur_breaker_destroy(&breaker);
}

/* What the others have heard. */
struct board {
    struct chatur_outages outages;
    int64_t until_ms;
    int announced;
};

static void announce(struct chatur_outages *outages, const char *provider, int64_t until_ms)
{
    struct board *board = (struct board *)outages;
    assert_string_equal(provider, "a");
    board->until_ms = until_ms;
    board->announced++;
}

static int64_t read_board(struct chatur_outages *outages, const char *provider)
{
    assert_string_equal(provider, "a");
    return ((struct board *)outages)->until_ms;
}

static void what_one_finds_out_all_know(void **state)
{
    (void)state;
    struct board board = {.outages = {.announce = announce, .until = read_board}};
    struct chatur_breaker here;
    struct chatur_breaker there;
    assert_true(chatur_breaker_init(&here));
    assert_true(chatur_breaker_init(&there));
    chatur_breaker_share(&here, &board.outages, "a");
    chatur_breaker_share(&there, &board.outages, "a");

    report(&here, CHATUR_FAILURE_SERVER, 4); /* too few to say anything */
    report(&here, CHATUR_FAILURE_BAD_REQUEST, 50);
    assert_int_equal(board.announced, 0);
    assert_true(chatur_breaker_admits(&there, now_us));

    chatur_breaker_report(&here, now_us, CHATUR_FAILURE_RATE_LIMIT, 7000);
    assert_int_equal(board.announced, 1);
    assert_int_equal(board.until_ms, now_us / 1000 + 7000);
    assert_false(chatur_breaker_admits(&there, now_us));
    assert_false(chatur_breaker_admits(&there, now_us + 7 * SECOND_US - 1000));
    assert_true(chatur_breaker_admits(&there, now_us + 7 * SECOND_US));
    now_us += 7 * SECOND_US;
    assert_true(chatur_breaker_admits(&there, now_us));
    report(&there, CHATUR_NO_FAILURE, 1);
    assert_int_equal(board.announced, 1);
    chatur_breaker_destroy(&here);
    chatur_breaker_destroy(&there);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_email, set_up),
        cmocka_unit_test_setup(pauses_grow_and_differ, set_up),
        cmocka_unit_test_setup(weights_split_the_traffic, set_up),
        cmocka_unit_test_setup(who_fails_is_left_alone, set_up),
        cmocka_unit_test_setup(who_is_alone_and_fails_is_asked_once, set_up),
        cmocka_unit_test_setup(opens_when_most_calls_fail, set_up),
        cmocka_unit_test_setup(forgets_after_a_minute, set_up),
        cmocka_unit_test_setup(what_is_the_requests_fault_never_opens, set_up),
        cmocka_unit_test_setup(what_is_our_fault_counts_as_nothing, set_up),
        cmocka_unit_test_setup(a_rate_limit_opens_for_as_long_as_it_says, set_up),
        cmocka_unit_test_setup(half_open_lets_one_try, set_up),
        cmocka_unit_test_setup(what_one_finds_out_all_know, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
