/* Failure: why a model did not write, in classes, and the one table of what follows from each.
 *
 * Where several were asked and all failed, one failure is told: the most telling (`telling`), and
 * of equals the last. What the user can do something about (shorten it, ask for something else)
 * tells more than what may pass by itself: "try again" would be wrong, and paid for again. Our own
 * is above all; and after the first words, what became of those is told, whatever was before. */
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
    CHATUR_FAILURE_BAD_ANSWER,     /* what came is no answer: malformed, or empty */
    CHATUR_FAILURE_BAD_TEXT,       /* it is one, but no email: cut off, or without end */
    CHATUR_FAILURE_INTERNAL,       /* ours: out of memory */
    CHATUR_FAILURES                /* how many there are */
};

/* Is the same provider asked again? */
enum chatur_again {
    CHATUR_NEVER_AGAIN,
    CHATUR_AGAIN,
    CHATUR_AGAIN_IF_ALONE, /* only when there is nobody else left to ask */
};

/* What does it say of the provider, to its breaker? What depends on the words of a user must not
 * be held against it: one user could open the breaker for everybody. */
enum chatur_health {
    CHATUR_HEALTH_GOOD,
    CHATUR_HEALTH_BAD,
    CHATUR_HEALTH_UNKNOWN, /* nothing: the fault is ours */
};

struct chatur_failure_rule {
    const char *name; /* for the log */
    enum chatur_again again;
    bool is_final; /* nobody else is asked either */
    enum chatur_health health;
    bool opens; /* the breaker, at once */
    int telling;
    enum chatur_outcome outcome;
    const char *message; /* public; NULL: the outcome's own */
};

/* Never NULL; an unknown value reads as INTERNAL. */
const struct chatur_failure_rule *chatur_failure_rule(enum chatur_failure failure);

#endif
