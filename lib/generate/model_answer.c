#include "generate/model_answer.h"

#include <string.h>

#include "base/clock.h"
#include "generate/openai_wire.h"

/* A token is some four characters and arrives in some three hundred; the longest email is 64 KiB.
 */
#define MAX_EVENT_BYTES    (256UL << 10)
#define MAX_DOCUMENT_BYTES (1UL << 20)
#define MAX_SCRATCH_BYTES  (2 * MAX_DOCUMENT_BYTES)

/* What an error says, it says at its beginning. */
#define MAX_ERROR_BYTES (16UL << 10)

/* What may still come after the last word (the usage) and after that and [DONE] (the end, which
 * keeps the connection alive) is not worth much waiting: the email is complete. Nor much reading,
 * where a model does not know that it has ended. */
#define AFTER_LAST_WORD_US 1000000
#define AFTER_DONE_US      100000
#define MAX_REST_BYTES     (64UL << 10)

static bool take_event(void *context, const char *data, size_t length);

void chatur_model_answer_init(struct chatur_model_answer *answer,
                              struct chatur_http_request *request, int64_t quiet_us,
                              struct chatur_tidy *tidy)
{
    *answer = (struct chatur_model_answer){
        .request = request,
        .quiet_us = quiet_us,
        .tidy = tidy,
        .document = {.max_bytes = MAX_DOCUMENT_BYTES},
    };
    chatur_sse_init(&answer->sse, MAX_EVENT_BYTES, take_event, answer);
}

void chatur_model_answer_free(struct chatur_model_answer *answer)
{
    chatur_sse_free(&answer->sse);
    chatur_buffer_free(&answer->document);
}

/* The next word must come as soon as words must. */
static void expect_word(struct chatur_model_answer *answer)
{
    answer->request->quiet_until_us = chatur_monotonic_us() + answer->quiet_us;
}

/* Nothing is waited for after these microseconds; never later than what was said before. */
static void wait_at_most(struct chatur_model_answer *answer, int64_t us)
{
    int64_t until_us = chatur_monotonic_us() + us;
    if (until_us < answer->request->quiet_until_us) {
        answer->request->quiet_until_us = until_us;
    }
}

/* Is it known what becomes of the text, so that nothing but the usage is of interest? */
static bool is_settled(const struct chatur_model_answer *answer)
{
    return answer->is_cut || answer->is_declined;
}

/* Copies a name that is fit for a log and a header; anything else is as if it was not said. */
static void keep_name(const char *name, char *kept, size_t size)
{
    size_t length = strlen(name);
    if (length == 0 || length >= size) {
        return;
    }
    for (size_t i = 0; i < length; i++) {
        if (name[i] < '!' || name[i] > '~') {
            return;
        }
    }
    memcpy(kept, name, length + 1);
}

static bool stop_with(struct chatur_model_answer *answer, enum chatur_failure failure)
{
    if (answer->failure == CHATUR_NO_FAILURE && !is_settled(answer)) {
        answer->failure = failure;
    }
    return false;
}

static void take_text(struct chatur_model_answer *answer, const char *text, size_t length)
{
    for (size_t i = 0; i < length && !answer->has_text; i++) {
        answer->has_text = (unsigned char)text[i] > ' ';
    }
    if (length > 0) {
        answer->is_cut = !chatur_tidy_feed(answer->tidy, text, length);
    }
}

/* Of several the first that is none counts: what a text lacks, no later word adds. */
static void take_finish(struct chatur_model_answer *answer, const char *reason)
{
    if (answer->finish == CHATUR_NO_FAILURE) {
        answer->finish = chatur_wire_finish(reason);
    }
    answer->is_finished = true;
    keep_name(reason, answer->finish_reason, sizeof(answer->finish_reason));
}

static void take_words(struct chatur_model_answer *answer, const struct chatur_wire_chunk *chunk)
{
    answer->is_declined = chunk->is_refusal;
    take_text(answer, chunk->text, chunk->length);
    if (chunk->finish_reason[0] != '\0') {
        take_finish(answer, chunk->finish_reason);
    }
    if (answer->is_finished || is_settled(answer)) {
        wait_at_most(answer, AFTER_LAST_WORD_US);
    } else if (chunk->is_word) {
        expect_word(answer);
    }
}

/* A chunk of a stream, or the whole of a document. False: no more is wanted. */
static bool take_chunk(struct chatur_model_answer *answer, const char *bytes, size_t length)
{
    struct chatur_wire_chunk chunk;
    enum chatur_failure failure = chatur_wire_read(bytes, length, answer->scratch, &chunk);
    if (failure == CHATUR_FAILURE_BAD_ANSWER && answer->is_finished) {
        return true; /* some servers add something of their own */
    }
    if (failure != CHATUR_NO_FAILURE) {
        return stop_with(answer, failure);
    }
    answer->has_chunk = true;
    keep_name(chunk.model, answer->model, sizeof(answer->model));
    if (!is_settled(answer)) {
        take_words(answer, &chunk);
    }
    if (chunk.prompt_tokens > 0 || chunk.completion_tokens > 0) {
        answer->prompt_tokens = chunk.prompt_tokens;
        answer->completion_tokens = chunk.completion_tokens;
        if (is_settled(answer)) {
            wait_at_most(answer, AFTER_DONE_US);
        }
    }
    return true;
}

static bool take_event(void *context, const char *data, size_t length)
{
    static const char done[] = "[DONE]";
    struct chatur_model_answer *answer = context;
    while (length > 0 && (data[length - 1] == ' ' || data[length - 1] == '\t')) {
        length--;
    }
    if (answer->is_done || length == 0) {
        return true;
    }
    if (length == sizeof(done) - 1 && memcmp(data, done, length) == 0) {
        answer->is_done = true;
        wait_at_most(answer, AFTER_DONE_US);
        return true;
    }
    bool more = take_chunk(answer, data, length);
    chatur_arena_reset(answer->scratch);
    return more;
}

/* Memory to read with, only while there is something to be read: hundreds of calls wait at once. */
static bool take_scratch(struct chatur_model_answer *answer)
{
    answer->scratch = chatur_arena_new(MAX_SCRATCH_BYTES);
    return answer->scratch != NULL;
}

static void drop_scratch(struct chatur_model_answer *answer)
{
    chatur_arena_free(answer->scratch);
    answer->scratch = NULL;
}

static bool take_events(struct chatur_model_answer *answer, const char *bytes, size_t length)
{
    if (!take_scratch(answer)) {
        return stop_with(answer, CHATUR_FAILURE_INTERNAL);
    }
    enum chatur_sse_state state = chatur_sse_feed(&answer->sse, bytes, length);
    drop_scratch(answer);
    switch (state) {
    case CHATUR_SSE_MORE:
        return true;
    case CHATUR_SSE_ENOUGH:
        return false;
    case CHATUR_SSE_TOO_LONG:
        return stop_with(answer, CHATUR_FAILURE_BAD_ANSWER);
    case CHATUR_SSE_NO_MEMORY:
        break;
    }
    return stop_with(answer, CHATUR_FAILURE_INTERNAL);
}

static bool take_document(struct chatur_model_answer *answer, const char *bytes, size_t length)
{
    if (length > MAX_DOCUMENT_BYTES - answer->document.length) {
        return stop_with(answer, CHATUR_FAILURE_BAD_ANSWER);
    }
    chatur_buffer_append(&answer->document, bytes, length);
    expect_word(answer);
    return answer->document.failed ? stop_with(answer, CHATUR_FAILURE_INTERNAL) : true;
}

/* False: it had enough for an error. */
static bool take_error(struct chatur_model_answer *answer, const char *bytes, size_t length)
{
    size_t room = MAX_ERROR_BYTES - answer->document.length;
    chatur_buffer_append(&answer->document, bytes, length < room ? length : room);
    return length < room && !answer->document.failed;
}

/* As it is declared, and where it is not declared as either, by its first character: events begin
 * with a field's name or a colon. */
static enum chatur_answer_form form_of(const char *content_type, char first)
{
    if (strcmp(content_type, "text/event-stream") == 0) {
        return CHATUR_ANSWER_EVENTS;
    }
    if (strcmp(content_type, "application/json") == 0 || first == '{') {
        return CHATUR_ANSWER_DOCUMENT;
    }
    return first != '\0' && strchr("dei:r", first) != NULL ? CHATUR_ANSWER_EVENTS
                                                           : CHATUR_ANSWER_UNKNOWN;
}

bool chatur_model_answer_take(void *context, const struct chatur_http_answer *http,
                              const char *bytes, size_t length)
{
    struct chatur_model_answer *answer = context;
    if (http->status < 200 || http->status > 299) {
        return take_error(answer, bytes, length);
    }
    if (is_settled(answer) && (answer->rest += length) > MAX_REST_BYTES) {
        return false;
    }
    while (answer->form == CHATUR_ANSWER_UNKNOWN && length > 0) {
        if (strchr(" \t\r\n", *bytes) != NULL && *bytes != '\0') {
            bytes++;
            length--;
            continue;
        }
        answer->form = form_of(http->content_type, *bytes);
        if (answer->form == CHATUR_ANSWER_UNKNOWN) {
            return stop_with(answer, CHATUR_FAILURE_BAD_ANSWER);
        }
    }
    return answer->form == CHATUR_ANSWER_EVENTS ? take_events(answer, bytes, length)
                                                : take_document(answer, bytes, length);
}

static enum chatur_failure failure_of(enum chatur_http_end end)
{
    switch (end) {
    case CHATUR_HTTP_DONE:
    case CHATUR_HTTP_ENOUGH:
        return CHATUR_NO_FAILURE;
    case CHATUR_HTTP_TOO_LONG:
        return CHATUR_FAILURE_BAD_ANSWER;
    case CHATUR_HTTP_TIMEOUT:
        return CHATUR_FAILURE_TIMEOUT;
    case CHATUR_HTTP_NETWORK:
        return CHATUR_FAILURE_NETWORK;
    case CHATUR_HTTP_NO_MEMORY:
        break;
    }
    return CHATUR_FAILURE_INTERNAL;
}

/* What only the end makes whole. */
static void take_rest(struct chatur_model_answer *answer)
{
    if (answer->form == CHATUR_ANSWER_UNKNOWN) {
        return;
    }
    if (!take_scratch(answer)) {
        (void)stop_with(answer, CHATUR_FAILURE_INTERNAL);
    } else if (answer->form == CHATUR_ANSWER_EVENTS) {
        (void)chatur_sse_end(&answer->sse);
    } else {
        (void)take_chunk(answer, answer->document.data, answer->document.length);
        answer->is_done = true;
    }
    drop_scratch(answer);
}

enum chatur_failure chatur_model_answer_end(struct chatur_model_answer *answer,
                                            enum chatur_http_end end)
{
    enum chatur_failure broken = failure_of(end);
    if (answer->failure != CHATUR_NO_FAILURE) {
        return answer->failure;
    }
    if (broken == CHATUR_NO_FAILURE && !is_settled(answer)) {
        take_rest(answer);
    }
    if (answer->failure != CHATUR_NO_FAILURE) {
        /* Half an event at the end of a stream is one that was cut off. */
        return answer->form == CHATUR_ANSWER_EVENTS && answer->has_chunk &&
                       answer->failure == CHATUR_FAILURE_BAD_ANSWER
                   ? CHATUR_FAILURE_NETWORK
                   : answer->failure;
    }
    if (answer->is_declined) {
        return CHATUR_FAILURE_CONTENT_FILTER;
    }
    if (answer->is_cut) {
        return CHATUR_NO_FAILURE; /* it had ended, whatever the model went on for */
    }
    if (answer->is_done || answer->is_finished) {
        return answer->finish;
    }
    if (broken != CHATUR_NO_FAILURE) {
        return broken;
    }
    /* A stream that said something and nothing of an end was cut; others are none of ours. */
    return answer->has_chunk ? CHATUR_FAILURE_NETWORK : CHATUR_FAILURE_BAD_ANSWER;
}
