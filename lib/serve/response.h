/* Response (private to serve): the envelope that a handler's elements go into, and the header lines
 * before it. */
#ifndef CHATUR_SERVE_RESPONSE_H
#define CHATUR_SERVE_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/outcome.h"
#include "cache/cache.h"
#include "serve/serve.h"

struct chatur_stream;

struct chatur_response {
    struct chatur_buffer
        body;             /* from the first element on: the envelope of a success, still open */
    size_t element_start; /* where in it the latest element begins; 0: there is none */
    bool replayed;        /* it is the answer to an earlier request */
    struct chatur_stream *stream; /* where its events go */
};

/* Makes it ready for the next answer, keeping its memory unless that grew past `keep_bytes`. */
void chatur_response_clear(struct chatur_response *response, size_t keep_bytes);

/* Turns what was added into the whole envelope that `outcome` and `error` call for, in
 * response->body. Returns the outcome that the answer now carries: CHATUR_INTERNAL in place of
 * CHATUR_OK when an element was lost. The body is empty when even this found no memory. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_response_seal(struct chatur_response *response,
                                                           enum chatur_outcome outcome,
                                                           struct chatur_error *error);

/* What the header lines depend on. */
struct chatur_head {
    enum chatur_outcome outcome;
    bool preflight; /* the answer to OPTIONS: 204 and no body */
    bool allow_get;
    bool token_refused;     /* a 401 although a token was sent */
    bool replayed;          /* the answer to an earlier request with the same Idempotency-Key */
    bool events;            /* the body is a stream of server-sent events; the status is 200 */
    unsigned retry_after_s; /* 0: one second for 429 and 503, not said for others */
    const struct chatur_allowance *allowance; /* NULL, or limit 0: no limit applied */
    const char *request_id;
    const char *cors_origin; /* the setting: "*", a list separated by commas, or "" for no CORS */
    const char *origin;      /* the client's Origin header; "" when it sent none */
    size_t content_length;
};

/* The status code that goes with it. */
int chatur_head_status(const struct chatur_head *head);

/* Appends the header lines and the empty one after them. */
void chatur_head_append(struct chatur_buffer *buffer, const struct chatur_head *head);

/* The envelope that needs no memory. */
#define CHATUR_LAST_RESORT_ENVELOPE                                                                \
    "{\"status\":0,\"message\":\"Something went wrong on our side\",\"payload\":null}"

/* A whole answer that needs no memory: for when there is none, or no configuration. */
extern const char chatur_response_last_resort[];

#endif
