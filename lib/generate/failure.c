#include "generate/failure.h"

#include <stddef.h>

/* A provider that made somebody wait until a clock ran out is only made to do so again when there
 * is nobody else: the time of one request does not suffice for many of those. A text that is no
 * email is not asked for again where it came from: that would be paid for again, too. */
static const struct chatur_failure_rule rules[CHATUR_FAILURES] = {
    [CHATUR_NO_FAILURE] = {.name = "ok", .outcome = CHATUR_OK},
    [CHATUR_FAILURE_RATE_LIMIT] = {.name = "rate_limit",
                                   .again = CHATUR_AGAIN,
                                   .health = CHATUR_HEALTH_BAD,
                                   .opens = true,
                                   .outcome = CHATUR_UNAVAILABLE},
    [CHATUR_FAILURE_QUOTA] = {.name = "quota",
                              .health = CHATUR_HEALTH_BAD,
                              .opens = true,
                              .outcome = CHATUR_UNAVAILABLE},
    [CHATUR_FAILURE_TIMEOUT] = {.name = "timeout",
                                .again = CHATUR_AGAIN_IF_ALONE,
                                .health = CHATUR_HEALTH_BAD,
                                .outcome = CHATUR_TIMEOUT},
    [CHATUR_FAILURE_NETWORK] = {.name = "network",
                                .again = CHATUR_AGAIN,
                                .health = CHATUR_HEALTH_BAD,
                                .outcome = CHATUR_UNAVAILABLE},
    [CHATUR_FAILURE_SERVER] = {.name = "server",
                               .again = CHATUR_AGAIN,
                               .health = CHATUR_HEALTH_BAD,
                               .outcome = CHATUR_UNAVAILABLE},
    [CHATUR_FAILURE_AUTH] = {.name = "auth",
                             .health = CHATUR_HEALTH_BAD,
                             .outcome = CHATUR_UNAVAILABLE},
    [CHATUR_FAILURE_NOT_FOUND] = {.name = "not_found",
                                  .health = CHATUR_HEALTH_BAD,
                                  .outcome = CHATUR_UNAVAILABLE},
    [CHATUR_FAILURE_CONTEXT_LENGTH] = {.name = "context_length",
                                       .telling = 1,
                                       .outcome = CHATUR_BAD_ANSWER,
                                       .message = "This is too long for the language model; "
                                                  "nothing was charged"},
    [CHATUR_FAILURE_CONTENT_FILTER] = {.name = "content_filter",
                                       .telling = 2,
                                       .outcome = CHATUR_BAD_ANSWER,
                                       .message = "The language model declined to write this; "
                                                  "nothing was charged"},
    [CHATUR_FAILURE_BAD_REQUEST] = {.name = "bad_request", .outcome = CHATUR_BAD_ANSWER},
    [CHATUR_FAILURE_BAD_ANSWER] = {.name = "bad_answer",
                                   .health = CHATUR_HEALTH_BAD,
                                   .outcome = CHATUR_BAD_ANSWER},
    [CHATUR_FAILURE_BAD_TEXT] = {.name = "bad_text", .outcome = CHATUR_BAD_ANSWER},
    [CHATUR_FAILURE_INTERNAL] = {.name = "internal",
                                 .is_final = true,
                                 .health = CHATUR_HEALTH_UNKNOWN,
                                 .telling = 3,
                                 .outcome = CHATUR_INTERNAL},
};

const struct chatur_failure_rule *chatur_failure_rule(enum chatur_failure failure)
{
    if ((unsigned)failure >= CHATUR_FAILURES) {
        failure = CHATUR_FAILURE_INTERNAL;
    }
    return &rules[failure];
}
