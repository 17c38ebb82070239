/* Serve: the way of a request. read -> authenticate -> limit -> parse -> handle -> envelope -> log
 * line.
 *
 * An endpoint declares what it is and holds only its own logic:
 *
 *     static enum chatur_outcome handle(struct chatur_request *request,
 *                                       struct chatur_response *response) { … }
 *     int main(void)
 *     {
 *         return chatur_serve(&(struct chatur_endpoint){.handle = handle});
 *     }
 *
 * The same binary runs as FastCGI (fd 0 is a listening socket, or systemd passed one as fd 3), as
 * plain CGI, and by hand from a shell; which one is detected. */
#ifndef CHATUR_SERVE_SERVE_H
#define CHATUR_SERVE_SERVE_H

#include <json-c/json_object.h>
#include <stdbool.h>
#include <stddef.h>

#include "app/app.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/fields.h"
#include "base/outcome.h"
#include "cache/cache.h"
#include "store/store.h"

struct chatur_response;

struct chatur_request {
    struct chatur_app *app;
    struct chatur_arena *arena;  /* memory that dies with the request */
    struct json_object *body;    /* an object, never NULL; the arena's */
    struct chatur_user user;     /* the caller, without picture and coins, which are the store's to
                                    say; all zero on a public endpoint */
    const char *query;           /* the URL's query string; "" when there is none */
    bool accepts_events;         /* the client asks for a stream, if this endpoint has one */
    const char *idempotency_key; /* the header Idempotency-Key as it came; NULL: none */
    bool local;                  /* over loopback or a unix socket, as far as we can tell */
    struct chatur_allowance allowance; /* of the limits that applied, the one that decides; limit 0:
                                          none did. The answer's RateLimit headers */
    struct chatur_error error;         /* where a handler's failure says why: pass it down */
};

typedef enum chatur_outcome chatur_handler(struct chatur_request *request,
                                           struct chatur_response *response);

/* The setting that says how often an endpoint may be called, by a client address and by a user.
 * Over it, the answer is 429 before the body is looked at. */
enum chatur_limit {
    CHATUR_NO_LIMIT = 0,
    CHATUR_LIMIT_GENERATE, /* RATE_GENERATE */
    CHATUR_LIMIT_LOGIN     /* RATE_LOGIN */
};

struct chatur_endpoint {
    chatur_handler *handle;
    bool public;      /* no session needed; default: `Authorization: Bearer` */
    bool allow_get;   /* GET as well as POST (health) */
    unsigned threads; /* per process in FastCGI mode; 0: the default of 16 */
    enum chatur_limit limit;

    /* Makes the parts the handler will ask for, before a FastCGI process takes its first request:
     * loaded by then, a template that is broken later has a last good version here. A failure is
     * logged, and the requests try again. May be NULL. */
    enum chatur_outcome (*prepare)(struct chatur_app *app, struct chatur_error *error);
};

/* Runs the endpoint until it is told to stop (FastCGI) or for one request (CGI, shell). The
 * process's exit code: 0; 1 when the configuration is bad, or the listening socket breaks (said on
 * stderr); 2 when it was started in no way it knows. A stop that had to cut requests off does not
 * return: it ends the process with 1. */
int chatur_serve(const struct chatur_endpoint *endpoint);

/* Begins the payload's next element: write exactly one JSON object into the buffer returned
 * (base/json_write.h). Never NULL; what fails there latches and turns the answer into a 500, so a
 * handler need not check. */
struct chatur_buffer *chatur_response_element(struct chatur_response *response);

/* An endpoint that takes a while may send parts of its answer ahead, as server-sent events, when
 * request->accepts_events; otherwise these have no effect. Begins an event: write exactly one JSON
 * object into the buffer returned (never NULL; a failure there need not be checked), then send it.
 *
 * The handler goes on as it would without: its elements and its outcome become the last event,
 * `done` or `error`, with the envelope; or an ordinary answer when no event was sent before. A
 * client that leaves is not noticed: what it asked for is finished. */
struct chatur_buffer *chatur_response_event(struct chatur_response *response, const char *name);
void chatur_response_event_send(struct chatur_response *response);

/* Marks the answer as that to an earlier request with the same key: `Idempotent-Replayed: true`.
 * Before the first event. */
void chatur_response_mark_replayed(struct chatur_response *response);

/* Reads the body's fields into the endpoint's own struct: chatur_fields_read with the request's
 * arena and error. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_request_fields(struct chatur_request *request,
                                                            const struct chatur_field *fields,
                                                            size_t count, void *into);
#define CHATUR_FIELDS(request, fields, into)                                                       \
    chatur_request_fields(request, fields, sizeof(fields) / sizeof((fields)[0]), into)

#endif
