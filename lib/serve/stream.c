/* Events are built in one buffer, the header lines before the first of them, so that each is one
 * write and one flush. JSON has no raw line breaks, so an event's data is one line.
 *
 * A client that leaves does not end what is being made for it: sending just stops. */
#include "serve/stream.h"

#include <string.h>

static const char last_resort[] = "event: error\ndata: " CHATUR_LAST_RESORT_ENVELOPE "\n\n";

void chatur_stream_offer(struct chatur_stream *stream, struct chatur_transport *transport,
                         const struct chatur_head *head)
{
    stream->transport = transport;
    stream->head = *head;
    stream->head.events = true;
}

void chatur_stream_clear(struct chatur_stream *stream, size_t keep_bytes)
{
    chatur_buffer_clear(&stream->bytes, keep_bytes);
    *stream = (struct chatur_stream){.bytes = stream->bytes};
}

struct chatur_buffer *chatur_stream_event(struct chatur_stream *stream, const char *name)
{
    struct chatur_buffer *bytes = &stream->bytes;
    chatur_buffer_clear(bytes, bytes->capacity);
    if (!stream->begun && stream->transport != NULL) {
        chatur_head_append(bytes, &stream->head);
    }
    stream->event_start = bytes->length;
    chatur_buffer_printf(bytes, "event: %s\ndata: ", name);
    return bytes;
}

static bool transmit(struct chatur_stream *stream, const char *bytes, size_t length, bool last)
{
    const struct chatur_transport_ops *ops = stream->transport->ops;
    return ops->write(stream->transport, bytes, length) && ops->flush(stream->transport, last);
}

void chatur_stream_send(struct chatur_stream *stream)
{
    struct chatur_buffer *bytes = &stream->bytes;
    chatur_buffer_puts(bytes, "\n\n");
    if (bytes->failed) {
        stream->silent = true;
    }
    if (stream->transport == NULL || stream->broken || stream->silent) {
        return;
    }
    stream->begun = true;
    stream->sent_bytes += bytes->length - stream->event_start;
    stream->broken = !transmit(stream, bytes->data, bytes->length, false);
}

bool chatur_stream_end(struct chatur_stream *stream, enum chatur_outcome outcome,
                       const struct chatur_buffer *envelope)
{
    bool good = chatur_outcome_http_status(outcome) == 200;
    struct chatur_buffer *bytes = chatur_stream_event(stream, good ? "done" : "error");
    if (stream->broken) {
        return false;
    }
    if (envelope->length > 0) {
        chatur_buffer_append(bytes, envelope->data, envelope->length);
    }
    chatur_buffer_puts(bytes, "\n\n");
    if (bytes->failed || envelope->length == 0) {
        stream->sent_bytes += sizeof(last_resort) - 1;
        return transmit(stream, last_resort, sizeof(last_resort) - 1, true);
    }
    stream->sent_bytes += bytes->length;
    return transmit(stream, bytes->data, bytes->length, true);
}

/* --- the handler's side ---------------------------------------------------------------------- */

struct chatur_buffer *chatur_response_event(struct chatur_response *response, const char *name)
{
    response->stream->head.replayed = response->replayed;
    return chatur_stream_event(response->stream, name);
}

void chatur_response_event_send(struct chatur_response *response)
{
    chatur_stream_send(response->stream);
}
