/* Failure: why a model did not write, in classes, and the one table of what follows from each. */
#ifndef CHATUR_GENERATE_FAILURE_H
#define CHATUR_GENERATE_FAILURE_H

#include <stdbool.h>

#include "base/outcome.h"

enum chatur_failure {
    CHATUR_NO_FAILURE = 0,
    CHATUR_FAILURE_RATE_LIMIT,     /* too many requests for now */
    CHATUR_FAILURE_QUOTA,          /* too many for good: the account is spent */
    CHATUR_FAILURE_TIMEOUT,        /* one of the clocks ran out */
    CHATUR_FAILURE_NETWORK,        /* not reached, not trusted, or broken off */
    CHATUR_FAILURE_SERVER,         /* it says that it is its own fault */
    CHATUR_FAILURE_AUTH,           /* it does not take our key */
    CHATUR_FAILURE_NOT_FOUND,      /* no such model, or no such server */
    CHATUR_FAILURE_CONTEXT_LENGTH, /* the prompt is too long for the model */
    CHATUR_FAILURE_CONTENT_FILTER, /* it declines to write this */
    CHATUR_FAILURE_BAD_REQUEST,    /* it does not take our request */
    CHATUR_FAILURE_BAD_ANSWER,     /* what came is no email */
    CHATUR_FAILURE_INTERNAL,       /* ours: out of memory */
    CHATUR_FAILURES                /* how many there are */
};

/* Is the same provider asked again? */
enum chatur_again {
    CHATUR_NEVER_AGAIN,
    CHATUR_AGAIN,
    CHATUR_AGAIN_IF_ALONE, /* only when there is nobody else left to ask */
};

struct chatur_failure_rule {
    const char *name; /* for the log */
    enum chatur_again again;
    bool is_final; /* nobody else is asked either */
    bool counts;   /* against the provider, in its breaker */
    bool opens;    /* the breaker, at once */
    enum chatur_outcome outcome;
    const char *message; /* public; NULL: the outcome's own */
};

/* Never NULL; an unknown value reads as INTERNAL. */
const struct chatur_failure_rule *chatur_failure_rule(enum chatur_failure failure);

#endif
