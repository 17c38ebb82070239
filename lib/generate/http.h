/* HTTP: one POST to a model's server, its answer taken while it arrives, within clocks of ours.
 *
 * Each thread keeps a connection of its own alive between its requests. Redirects are not followed,
 * certificates are verified, and nothing but the URL's own protocol is spoken: https through the
 * environment's proxy if it names one, http directly. Neither a header nor a body is ever logged.
 */
#ifndef CHATUR_GENERATE_HTTP_H
#define CHATUR_GENERATE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"

#define CHATUR_HTTP_MAX_HEADERS 8

/* What is known of an answer once its headers are there. */
struct chatur_http_answer {
    int status;             /* 0: there was none */
    char content_type[64];  /* lower case, without parameters; "" when not said, or too long */
    int64_t retry_after_ms; /* what it asks for; -1: nothing */
    int should_retry;       /* x-should-retry: 1, 0; -1: not said */
};

struct chatur_http_request {
    const char *url;
    const char *const *headers; /* "Name: value", without line breaks */
    size_t header_count;        /* at most CHATUR_HTTP_MAX_HEADERS */
    const char *body;           /* JSON */
    size_t body_length;
    const char *ca_file; /* "": the system's certificates */

    /* Monotonic, microseconds. The last may be moved on by `take`: it is the time until which the
     * next word must have come. */
    int64_t deadline_us;
    int64_t connect_by_us;
    int64_t quiet_until_us;

    /* Takes the next piece of the body. False: no more is wanted. */
    bool (*take)(void *context, const struct chatur_http_answer *answer, const char *bytes,
                 size_t length);
    void *context;
    size_t max_bytes; /* of the body */
};

enum chatur_http_end {
    CHATUR_HTTP_DONE,     /* the whole answer was taken */
    CHATUR_HTTP_ENOUGH,   /* `take` wanted no more, and the connection was closed */
    CHATUR_HTTP_TOO_LONG, /* more than max_bytes */
    CHATUR_HTTP_TIMEOUT,  /* one of the clocks ran out */
    CHATUR_HTTP_NETWORK,  /* no connection, no trust in it, or it broke */
    CHATUR_HTTP_NO_MEMORY,
};

/* Loads libcurl. Once per process before the first post, by one thread; again does no harm.
 * CHATUR_OK, CHATUR_INTERNAL with what to install in error->detail. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_http_start(struct chatur_error *error);

/* `*answer` is always filled. `*reason`: libcurl's number of what went wrong (0: nothing), for the
 * log: its texts may name addresses. Uses the thread's connection; many threads at once. */
CHATUR_MUST_CHECK enum chatur_http_end chatur_http_post(struct chatur_http_request *request,
                                                        struct chatur_http_answer *answer,
                                                        int *reason);

#endif
