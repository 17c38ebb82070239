/* Router: whom to ask for an email, how often, and for how long. The only place that tries again.
 *
 * Groups are asked in order; inside one the first is drawn by weight and the others follow. A
 * target that fails in a way that may pass is asked again after a pause; then the next. What it is
 * asked within is one deadline. Once something has gone into the sink, nobody else is asked any
 * more. */
#ifndef CHATUR_GENERATE_ROUTER_H
#define CHATUR_GENERATE_ROUTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "generate/breaker.h"
#include "generate/failure.h"
#include "generate/generator.h"

#define CHATUR_MAX_TARGETS 8

/* One call of a target. */
struct chatur_attempt {
    const struct chatur_brief *brief;
    struct chatur_sink *sink;   /* NULL: nobody watches */
    struct chatur_arena *arena; /* where the draft's strings go */
    int64_t deadline_us;        /* monotonic */

    /* Out; the first after a success only. The router fills in the rest of `draft.by`. */
    struct chatur_draft draft; /* by: provider, model, finish_reason */
    bool has_put;              /* something went into the sink */
    int64_t retry_after_ms;    /* what the target asked for; -1: nothing */
    int should_retry;          /* 1, 0; -1: not said */
    int status;                /* HTTP's, for the log; 0: none */
    int reason;                /* libcurl's, for the log; 0: none */
    int64_t prompt_tokens;     /* what this call cost, whatever became of it; 0: not said */
    int64_t completion_tokens;
};

struct chatur_target {
    const char *name; /* for logs; static */
    void *self;
    enum chatur_failure (*attempt)(void *self, struct chatur_attempt *attempt);
    unsigned group;
    unsigned weight;
    bool instant; /* takes no time, so it is asked even when none is left */
};

struct chatur_router_limits {
    int64_t timeout_ms; /* of one email */
    int64_t attempts;   /* at one target; at least 1 */
};

struct chatur_router;

/* Copies the targets (at most CHATUR_MAX_TARGETS; weight 0: never asked). NULL: out of memory. */
struct chatur_router *chatur_router_new(const struct chatur_target *targets, size_t count,
                                        const struct chatur_router_limits *limits);
/* Tells other processes of targets that are not to be asked, and heeds what they tell; of instant
 * ones nothing is told. `outages` is borrowed. To be called before any thread writes. */
void chatur_router_share(struct chatur_router *router, struct chatur_outages *outages);
void chatur_router_free(struct chatur_router *router); /* not the targets' selves */

/* As chatur_generator_write. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_router_write(struct chatur_router *router, const struct chatur_brief *brief,
                    struct chatur_sink *sink, struct chatur_arena *arena,
                    struct chatur_draft *draft, struct chatur_error *error);

#endif
