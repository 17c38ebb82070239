/* Stream (private to serve): an answer in server-sent events, each on its way as soon as it is
 * written. The header lines go out with the first, so until then the answer can still become an
 * ordinary one with a status of its own. */
#ifndef CHATUR_SERVE_STREAM_H
#define CHATUR_SERVE_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/outcome.h"
#include "serve/response.h"
#include "serve/transport.h"

struct chatur_stream {
    struct chatur_transport *transport; /* NULL: the client wants no events */
    struct chatur_head head;            /* what the header lines will say */
    struct chatur_buffer bytes;         /* the event being written */
    size_t event_start;                 /* where in it the header lines end */
    size_t sent_bytes;                  /* of events, without the header lines */
    bool begun;                         /* the header lines are on their way */
    bool broken;                        /* the client is gone: nothing is sent any more */
    bool silent; /* an event found no memory: a text with a hole in it would be worse than one that
                  * breaks off, so from then on only the last event is sent */
};

/* Makes it ready for one answer. All is borrowed until the next call. */
void chatur_stream_offer(struct chatur_stream *stream, struct chatur_transport *transport,
                         const struct chatur_head *head);

/* Begins an event; its data, one JSON text, goes into the buffer returned. */
struct chatur_buffer *chatur_stream_event(struct chatur_stream *stream, const char *name);

/* Sends it; without effect when nothing was offered, or nothing can be sent any more. */
void chatur_stream_send(struct chatur_stream *stream);

/* Sends the last event, `done` or `error` as the outcome is, with the envelope, and ends the
 * answer. For one that has begun. False: the answer did not arrive in full. */
CHATUR_MUST_CHECK bool chatur_stream_end(struct chatur_stream *stream, enum chatur_outcome outcome,
                                         const struct chatur_buffer *envelope);

/* Makes it ready for the next request, keeping its memory unless that grew past `keep_bytes`. */
void chatur_stream_clear(struct chatur_stream *stream, size_t keep_bytes);

#endif
