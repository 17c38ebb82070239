#include "generate/router.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"

/* Between two attempts: half a second, doubled each time, up to eight; cut by up to a quarter, so
 * that those who failed together do not come back together. */
#define FIRST_PAUSE_MS 500
#define MAX_PAUSE_MS   8000

/* With somebody else to ask, nobody is kept waiting for longer than this for one who is busy; with
 * nobody else, not for longer than this in all: a thread that sleeps serves nobody, and a client
 * can be told to come again just as well. */
#define MAX_PAUSE_WITH_OTHERS_MS 2000
#define MAX_PAUSES_ALONE_MS      10000

struct member {
    struct chatur_target target;
    struct chatur_breaker breaker;
};

struct chatur_router {
    struct member members[CHATUR_MAX_TARGETS];
    size_t count;
    struct chatur_router_limits limits;
};

/* One email under way. */
struct routing {
    struct chatur_attempt attempt;
    uint64_t dice;
    unsigned attempts;           /* all, everywhere */
    enum chatur_failure failure; /* the last */
    const char *name;            /* of the target that had it; NULL: nobody was asked yet */
    enum chatur_failure told;    /* the most telling */
    const char *told_by;
    int64_t retry_after_ms;    /* the shortest that anybody asked for; -1: none did */
    int64_t asked_pauses_ms;   /* what was waited because somebody asked for it */
    int64_t prompt_tokens;     /* of all attempts */
    int64_t completion_tokens; /* as well */
};

struct chatur_router *chatur_router_new(const struct chatur_target *targets, size_t count,
                                        const struct chatur_router_limits *limits)
{
    struct chatur_router *router = calloc(1, sizeof(*router));
    if (router == NULL) {
        return NULL;
    }
    router->limits = *limits;
    for (size_t i = 0; i < count && i < CHATUR_MAX_TARGETS; i++) {
        struct member *member = &router->members[i];
        member->target = targets[i];
        if (!chatur_breaker_init(&member->breaker)) {
            chatur_router_free(router);
            return NULL;
        }
        router->count++;
    }
    return router;
}

void chatur_router_share(struct chatur_router *router, struct chatur_outages *outages)
{
    for (size_t i = 0; i < router->count; i++) {
        struct member *member = &router->members[i];
        if (!member->target.instant) {
            chatur_breaker_share(&member->breaker, outages, member->target.name);
        }
    }
}

void chatur_router_free(struct chatur_router *router)
{
    if (router == NULL) {
        return;
    }
    for (size_t i = 0; i < router->count; i++) {
        chatur_breaker_destroy(&router->members[i].breaker);
    }
    free(router);
}

/* --- order ------------------------------------------------------------------------------------ */

/* SplitMix64. */
static uint64_t roll(struct routing *routing)
{
    uint64_t mixed = routing->dice += UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

/* Draws one by weight of those that are left in the lowest group that has any. NULL: none. */
static struct member *draw(struct chatur_router *router, struct routing *routing, bool taken[])
{
    size_t first = router->count;
    unsigned sum = 0;
    for (size_t i = 0; i < router->count; i++) {
        const struct chatur_target *target = &router->members[i].target;
        if (taken[i] || target->weight == 0) {
            continue;
        }
        if (first == router->count || target->group < router->members[first].target.group) {
            first = i;
            sum = 0;
        }
        sum += target->group == router->members[first].target.group ? target->weight : 0;
    }
    if (first == router->count) {
        return NULL;
    }
    uint64_t drawn = roll(routing) % sum;
    size_t place = first;
    for (size_t i = first; i < router->count; i++) {
        const struct chatur_target *target = &router->members[i].target;
        if (taken[i] || target->group != router->members[first].target.group) {
            continue;
        }
        place = i;
        if (drawn < target->weight) {
            break;
        }
        drawn -= target->weight;
    }
    taken[place] = true;
    return &router->members[place];
}

static size_t put_in_order(struct chatur_router *router, struct routing *routing,
                           struct member *order[])
{
    bool taken[CHATUR_MAX_TARGETS] = {false};
    size_t count = 0;
    struct member *next;
    while ((next = draw(router, routing, taken)) != NULL) {
        order[count++] = next;
    }
    return count;
}

/* --- asking ----------------------------------------------------------------------------------- */

static bool has_time(const struct routing *routing, const struct chatur_target *target)
{
    return target->instant || chatur_monotonic_us() < routing->attempt.deadline_us;
}

/* What to tell of, by the rule of failure.h. */
static void take_failure(struct routing *routing)
{
    if (routing->told_by == NULL || routing->attempt.has_put ||
        chatur_failure_rule(routing->failure)->telling >=
            chatur_failure_rule(routing->told)->telling) {
        routing->told = routing->failure;
        routing->told_by = routing->name;
    }
}

/* One call; its failure, reported and logged. */
static enum chatur_failure ask_once(struct routing *routing, struct member *member)
{
    struct chatur_attempt *attempt = &routing->attempt;
    attempt->has_put = false;
    attempt->retry_after_ms = -1;
    attempt->should_retry = -1;
    attempt->status = 0;
    attempt->reason = 0;
    attempt->prompt_tokens = 0;
    attempt->completion_tokens = 0;
    routing->attempts++;
    int64_t from_us = chatur_monotonic_us();
    enum chatur_failure failure = member->target.attempt(member->target.self, attempt);
    int64_t now_us = chatur_monotonic_us();
    chatur_breaker_report(&member->breaker, now_us, failure, attempt->retry_after_ms);
    routing->failure = failure;
    routing->name = member->target.name;
    routing->prompt_tokens += attempt->prompt_tokens;
    routing->completion_tokens += attempt->completion_tokens;
    if (failure != CHATUR_NO_FAILURE) {
        take_failure(routing);
        chatur_log(CHATUR_WARNING,
                   "%s: %s, attempt %u, HTTP %d, curl %d, %lld ms, tokens %lld + %lld",
                   member->target.name, chatur_failure_rule(failure)->name, routing->attempts,
                   attempt->status, attempt->reason, (long long)(now_us - from_us) / 1000,
                   (long long)attempt->prompt_tokens, (long long)attempt->completion_tokens);
    }
    if (attempt->retry_after_ms >= 0 &&
        (routing->retry_after_ms < 0 || attempt->retry_after_ms < routing->retry_after_ms)) {
        routing->retry_after_ms = attempt->retry_after_ms;
    }
    return failure;
}

static int64_t pause_before(struct routing *routing, int64_t attempts_here)
{
    if (routing->attempt.retry_after_ms >= 0) {
        return routing->attempt.retry_after_ms;
    }
    int64_t pause_ms = FIRST_PAUSE_MS;
    for (int64_t i = 1; i < attempts_here && pause_ms < MAX_PAUSE_MS; i++) {
        pause_ms *= 2;
    }
    return pause_ms - (int64_t)(roll(routing) % ((uint64_t)pause_ms / 4 + 1));
}

static bool may_ask_again(const struct routing *routing, bool alone)
{
    enum chatur_again again = chatur_failure_rule(routing->failure)->again;
    if (routing->attempt.should_retry >= 0 && routing->failure != CHATUR_FAILURE_QUOTA) {
        return routing->attempt.should_retry == 1;
    }
    return again == CHATUR_AGAIN || (again == CHATUR_AGAIN_IF_ALONE && alone);
}

/* Is it worth being waited for until then? */
static bool may_wait(struct routing *routing, struct member *member, int64_t pause_ms, bool alone)
{
    int64_t again_us = chatur_monotonic_us() + pause_ms * 1000;
    if (again_us >= routing->attempt.deadline_us) {
        return false;
    }
    if (!alone) {
        return pause_ms <= MAX_PAUSE_WITH_OTHERS_MS &&
               chatur_breaker_admits(&member->breaker, again_us);
    }
    routing->asked_pauses_ms += routing->attempt.retry_after_ms >= 0 ? pause_ms : 0;
    return routing->asked_pauses_ms <= MAX_PAUSES_ALONE_MS;
}

/* Asks one target, at most so often where that may help, until it has written or is given up.
 * `alone`: there is nobody else left to ask. */
static void ask(struct routing *routing, struct member *member, int64_t attempts, bool alone)
{
    for (int64_t attempts_here = 1;; attempts_here++) {
        enum chatur_failure failure = ask_once(routing, member);
        if (failure == CHATUR_NO_FAILURE || routing->attempt.has_put || attempts_here >= attempts ||
            !may_ask_again(routing, alone)) {
            return;
        }
        int64_t pause_ms = pause_before(routing, attempts_here);
        if (!may_wait(routing, member, pause_ms, alone)) {
            return;
        }
        chatur_pause_us(pause_ms * 1000);
    }
}

static bool is_over(const struct routing *routing)
{
    return routing->name != NULL &&
           (routing->failure == CHATUR_NO_FAILURE || routing->attempt.has_put ||
            chatur_failure_rule(routing->failure)->is_final);
}

/* Those whose breaker is open are left for last: when nobody else has written, they are asked after
 * all, but once. Were each request to make all its attempts and pauses meanwhile, all threads would
 * soon wait for a server that is known to fail. */
static void ask_all(struct chatur_router *router, struct routing *routing)
{
    struct member *order[CHATUR_MAX_TARGETS];
    struct member *spared[CHATUR_MAX_TARGETS];
    size_t count = put_in_order(router, routing, order);
    size_t spared_count = 0;
    for (size_t i = 0; i < count && !is_over(routing); i++) {
        if (!has_time(routing, &order[i]->target)) {
            continue;
        }
        if (!chatur_breaker_admits(&order[i]->breaker, chatur_monotonic_us())) {
            spared[spared_count++] = order[i];
        } else {
            ask(routing, order[i], router->limits.attempts, i + 1 == count && spared_count == 0);
        }
    }
    for (size_t i = 0; i < spared_count && !is_over(routing); i++) {
        if (has_time(routing, &spared[i]->target)) {
            ask(routing, spared[i], 1, i + 1 == spared_count);
        }
    }
}

/* --- the whole -------------------------------------------------------------------------------- */

static enum chatur_outcome fail(const struct routing *routing, struct chatur_error *error)
{
    const struct chatur_failure_rule *rule = chatur_failure_rule(routing->told);
    if (routing->name == NULL) {
        return chatur_fail(error, CHATUR_UNAVAILABLE, "nobody could be asked to write");
    }
    if (error != NULL && rule->outcome == CHATUR_UNAVAILABLE && routing->retry_after_ms > 0) {
        error->retry_after_s = (unsigned)((routing->retry_after_ms + 999) / 1000);
    }
    if (rule->message != NULL) {
        (void)chatur_refuse(error, rule->outcome, "%s", rule->message);
    }
    return chatur_fail(error, rule->outcome, "%s: %s, after %u attempts in all", routing->told_by,
                       rule->name, routing->attempts);
}

enum chatur_outcome chatur_router_write(struct chatur_router *router,
                                        const struct chatur_brief *brief, struct chatur_sink *sink,
                                        struct chatur_arena *arena, struct chatur_draft *draft,
                                        struct chatur_error *error)
{
    int64_t start_us = chatur_monotonic_us();
    struct routing routing = {
        .attempt = {.brief = brief,
                    .sink = sink,
                    .arena = arena,
                    .deadline_us = start_us + router->limits.timeout_ms * 1000},
        .dice = brief->seed,
        .retry_after_ms = -1,
    };
    ask_all(router, &routing);
    if (routing.name == NULL || routing.failure != CHATUR_NO_FAILURE) {
        return fail(&routing, error);
    }
    *draft = routing.attempt.draft;
    struct chatur_attribution *by = &draft->by;
    by->attempts = routing.attempts;
    by->latency_ms = (chatur_monotonic_us() - start_us) / 1000;
    by->prompt_tokens = routing.prompt_tokens;
    by->completion_tokens = routing.completion_tokens;
    by->template_version = brief->template->version;
    chatur_log(
        CHATUR_INFO,
        "%s wrote an email: model %s, finish %s, attempts %lld, %lld ms, tokens %lld + %lld, "
        "template %s",
        by->provider, by->model, by->finish_reason, (long long)by->attempts,
        (long long)by->latency_ms, (long long)by->prompt_tokens, (long long)by->completion_tokens,
        by->template_version);
    return CHATUR_OK;
}
