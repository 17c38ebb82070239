/* Outcomes: the one enum of results that every fallible function returns, and the error slot that
 * says what happened.
 *
 * Two audiences, two texts. `message` is public: it reaches the client inside the envelope and says
 * what the caller can do about it. `detail` is ours: it goes to the log beside the request id and
 * never to the client, so it may name a driver's error, but never a token, a body or an address.
 * An outcome that nobody commented on still has a public text: the table in outcome.c. */
#ifndef CHATUR_BASE_OUTCOME_H
#define CHATUR_BASE_OUTCOME_H

#define CHATUR_MUST_CHECK __attribute__((warn_unused_result))
#define CHATUR_PRINTF(format_index, first_argument)                                                \
    __attribute__((format(printf, format_index, first_argument)))

enum chatur_outcome {
    CHATUR_OK = 0,
    CHATUR_EMPTY,           /* 200: done, and there is nothing to return (status 0, payload null) */
    CHATUR_BAD_REQUEST,     /* 400: the body is not strict JSON, or a field breaks its rule */
    CHATUR_UNAUTHENTICATED, /* 401: no valid token, or its user is gone */
    CHATUR_NO_COINS,        /* 402: the balance does not cover the price */
    CHATUR_FORBIDDEN,       /* 403: known, and not allowed: suspended, or not an admin */
    CHATUR_NOT_FOUND,       /* 404: no such object of this caller */
    CHATUR_BAD_METHOD,      /* 405: not POST */
    CHATUR_CONFLICT,        /* 409: clashes with what is stored or running */
    CHATUR_TOO_LARGE,       /* 413: the body is over the endpoint's limit */
    CHATUR_BAD_TYPE,        /* 415: the body is declared as something else than JSON */
    CHATUR_MISMATCH,        /* 422: the idempotency key was used for another request */
    CHATUR_TOO_MANY,        /* 429: over a rate limit; Retry-After is sent */
    CHATUR_INTERNAL,        /* 500: out of memory, or a bug */
    CHATUR_BAD_ANSWER,      /* 502: the model's answer was unusable */
    CHATUR_UNAVAILABLE,     /* 503: a server we need is away; Retry-After is sent */
    CHATUR_TIMEOUT,         /* 504: the model was too slow */
    CHATUR_OUTCOMES         /* how many there are */
};

/* What went wrong. Zero-initialise it (`struct chatur_error error = {0}`) and pass it down. */
struct chatur_error {
    char message[200]; /* for the client; empty: the table's text for the outcome */
    char detail[320];  /* for the log; empty: nothing to add */
    unsigned
        retry_after_s; /* when to try again; 0: one second for 429 and 503, not said for others */
};

/* Records a refusal the caller can act on. `format` is PUBLIC text.
 * Returns `outcome`, so that a function can `return chatur_refuse(error, …)`. `error` may be NULL.
 */
enum chatur_outcome chatur_refuse(struct chatur_error *error, enum chatur_outcome outcome,
                                  const char *format, ...) CHATUR_PRINTF(3, 4);

/* Records a failure of ours. `format` is for the LOG only; the client gets the table's text.
 * Returns `outcome`. `error` may be NULL. */
enum chatur_outcome chatur_fail(struct chatur_error *error, enum chatur_outcome outcome,
                                const char *format, ...) CHATUR_PRINTF(3, 4);

/* The shorthand for the commonest failure. Returns CHATUR_INTERNAL. */
enum chatur_outcome chatur_no_memory(struct chatur_error *error);

/* The one table. All three accept any value; an unknown one reads as CHATUR_INTERNAL. */
int chatur_outcome_http_status(enum chatur_outcome outcome);     /* 200, 400, … */
const char *chatur_outcome_message(enum chatur_outcome outcome); /* public text */
const char *chatur_outcome_name(enum chatur_outcome outcome);    /* for logs: "bad_request" */

#endif
