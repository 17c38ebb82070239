/* Log: one JSON object per line on stderr, written by a single write(2), so that lines of many
 * processes on one descriptor do not mix. Never pass a token, a body, or an address. */
#ifndef CHATUR_BASE_LOG_H
#define CHATUR_BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"

enum chatur_log_level { CHATUR_DEBUG, CHATUR_INFO, CHATUR_WARNING, CHATUR_ERROR };

/* Lines below `minimum` are dropped. `program` (borrowed, for the life of the process) names the
 * binary in every line. Call once, before the first thread; without it: INFO and "chatur". */
void chatur_log_start(const char *program, enum chatur_log_level minimum);

/* The request that this thread handles from here on: its id and its endpoint are in every line the
 * thread writes. Both are borrowed until the next call; NULL and NULL: none. */
void chatur_log_set_request(const char *request_id, const char *endpoint);

/* {"time":"2026-01-31T12:00:00.123Z","level":"warning","program":"…","pid":1,"message":"…"}
 * with "request_id" and "endpoint" before the message while a request is handled. */
void chatur_log(enum chatur_log_level level, const char *format, ...) CHATUR_PRINTF(2, 3);

/* The one line of the request that was set. Strings are escaped here; `detail` may be NULL or
 * empty. */
struct chatur_log_request {
    const char *method;
    int status;
    enum chatur_outcome outcome;
    int64_t
        duration_us;    /* from the request's parameters being read to the response being written */
    int64_t handler_us; /* of which inside the endpoint's handler */
    size_t body_bytes;
    size_t response_bytes;
    const char *detail;
};
void chatur_log_request(const struct chatur_log_request *request);

#endif
