/* The OpenAI-compatible API as bytes: what a request looks like, and what the answers say. Knows
 * two ways to ask: chat (messages) and completions (a text to continue). Text of an answer is
 * outside text: nothing of it goes into a log. */
#ifndef CHATUR_GENERATE_OPENAI_WIRE_H
#define CHATUR_GENERATE_OPENAI_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "generate/failure.h"
#include "generate/prompt.h"

/* Fields that some servers do not take. A request goes without those that its server refused. */
enum chatur_wire_field {
    CHATUR_WIRE_STOP = 1U << 0,
    CHATUR_WIRE_STREAM_OPTIONS = 1U << 1,
    CHATUR_WIRE_SEED = 1U << 2,
    CHATUR_WIRE_TEMPERATURE = 1U << 3,
    CHATUR_WIRE_REPETITION_PENALTY = 1U << 4,
    CHATUR_WIRE_MAX_COMPLETION_TOKENS = 1U << 5, /* without it: max_tokens, its older name */
};

struct chatur_wire_request {
    bool chat;
    const char *model;
    const struct chatur_prompt *prompt;
    int64_t max_tokens;
    uint64_t seed;
    unsigned fields; /* of enum chatur_wire_field: which of them to send */
};

/* Writes the request's body. A failure latches in the buffer. */
void chatur_wire_write(struct chatur_buffer *buffer, const struct chatur_wire_request *request);

/* What one chunk of a stream, or a whole answer that is none, says. Strings are in the arena. */
struct chatur_wire_chunk {
    const char *text; /* "": none */
    size_t length;
    bool is_word;              /* a piece of the answer, be it of the model's thoughts */
    bool is_refusal;           /* the model declines, in the field for that */
    const char *finish_reason; /* "": not finished */
    const char *model;         /* "": not said */
    int64_t prompt_tokens;     /* 0: not said */
    int64_t completion_tokens;
};

/* Reads the JSON of one chunk, or of a whole answer. CHATUR_NO_FAILURE; the class of the error it
 * reports; CHATUR_FAILURE_BAD_ANSWER: not JSON, or not of this API; CHATUR_FAILURE_INTERNAL. */
enum chatur_failure chatur_wire_read(const char *bytes, size_t length, struct chatur_arena *arena,
                                     struct chatur_wire_chunk *chunk);

/* Is an answer that ended for this reason ("": none was said) whole? CHATUR_NO_FAILURE, or the
 * class of what it lacks. Only reasons that are known to be an end of the text's own are one: what
 * a server says of its faults is its own invention. */
enum chatur_failure chatur_wire_finish(const char *reason);

/* The class of an answer with an HTTP status other than 2xx to a request with the fields `sent`.
 * `*wanted` are the fields to make the same request with again, where the server says that it does
 * not take one of those; otherwise it is `sent`. */
enum chatur_failure chatur_wire_classify(int status, const char *bytes, size_t length,
                                         unsigned sent, struct chatur_arena *arena,
                                         unsigned *wanted);

#endif
