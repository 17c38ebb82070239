/* Server-sent events, read while they arrive and cut anywhere: lines end with LF, CRLF or CR; `:`
 * opens a comment; several `data:` lines of an event are joined by a line feed; a blank line ends
 * it. Fields other than `data` say nothing that is needed here. */
#ifndef CHATUR_GENERATE_SSE_H
#define CHATUR_GENERATE_SSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/* Takes an event's data. False: no more is wanted. */
typedef bool chatur_sse_taker(void *context, const char *data, size_t length);

enum chatur_sse_state {
    CHATUR_SSE_MORE,     /* all that was complete has been handed on */
    CHATUR_SSE_ENOUGH,   /* the taker wanted no more */
    CHATUR_SSE_TOO_LONG, /* a line or an event over the limit */
    CHATUR_SSE_NO_MEMORY,
};

/* To be treated as opaque. */
struct chatur_sse {
    struct chatur_buffer line;
    struct chatur_buffer data;
    bool has_data; /* of this event, and be it empty */
    bool after_cr; /* a line feed that comes now belongs to it */
    bool begun;    /* past the byte order mark that a stream may open with */
    size_t max_event_bytes;
    chatur_sse_taker *take;
    void *context;
    enum chatur_sse_state state; /* once not MORE, for good */
};

/* To be freed. */
void chatur_sse_init(struct chatur_sse *sse, size_t max_event_bytes, chatur_sse_taker *take,
                     void *context);
void chatur_sse_free(struct chatur_sse *sse);

/* Takes the next piece of the stream. */
enum chatur_sse_state chatur_sse_feed(struct chatur_sse *sse, const char *bytes, size_t length);

/* The stream is over. An event that no blank line ended is handed on, for servers that leave out
 * the last one: whether it is whole, its reader must know. */
enum chatur_sse_state chatur_sse_end(struct chatur_sse *sse);

#endif
