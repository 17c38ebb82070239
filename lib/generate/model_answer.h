/* A model's answer while it arrives: a stream of events, or a document where a server does not
 * stream. Text goes through the tidy as it comes; the rest is kept until the end, which says what
 * became of it. */
#ifndef CHATUR_GENERATE_MODEL_ANSWER_H
#define CHATUR_GENERATE_MODEL_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "generate/failure.h"
#include "generate/http.h"
#include "generate/sse.h"
#include "generate/tidy.h"

#define CHATUR_MAX_MODEL_NAME    100
#define CHATUR_MAX_FINISH_REASON 24

enum chatur_answer_form {
    CHATUR_ANSWER_UNKNOWN, /* nothing but white space has come */
    CHATUR_ANSWER_EVENTS,
    CHATUR_ANSWER_DOCUMENT,
};

/* To be treated as opaque, but for what an answer says of itself. */
struct chatur_model_answer {
    char model[CHATUR_MAX_MODEL_NAME + 1];            /* "": not said, or not printable */
    char finish_reason[CHATUR_MAX_FINISH_REASON + 1]; /* "": not said */
    int64_t prompt_tokens;                            /* also of an answer that failed */
    int64_t completion_tokens;
    bool has_text; /* other than white space, be it fit for an email or not */

    struct chatur_http_request *request; /* whose clock each word moves on */
    int64_t quiet_us;
    struct chatur_tidy *tidy;
    struct chatur_arena *scratch; /* of one event; NULL between the pieces */
    struct chatur_sse sse;
    struct chatur_buffer document; /* also of an error */
    enum chatur_answer_form form;
    enum chatur_failure failure; /* the first */
    bool has_chunk;              /* at least one was read */
    enum chatur_failure finish;  /* what the reason it ended for means */
    bool is_finished;            /* it said that it ended */
    bool is_done;                /* [DONE] */
    bool is_cut;                 /* the tidy wanted no more */
    bool is_declined;            /* by the model */
    size_t rest;                 /* bytes that came after one of these two */
};

/* All borrowed. The answer must be freed. */
void chatur_model_answer_init(struct chatur_model_answer *answer,
                              struct chatur_http_request *request, int64_t quiet_us,
                              struct chatur_tidy *tidy);
void chatur_model_answer_free(struct chatur_model_answer *answer);

/* `take` of struct chatur_http_request, with the answer as context. */
bool chatur_model_answer_take(void *context, const struct chatur_http_answer *http,
                              const char *bytes, size_t length);

/* After the transfer: is the text whole? CHATUR_NO_FAILURE, and then the tidy may be finished; or
 * what went wrong. Not for an HTTP status other than 2xx: the document is its error's body. */
enum chatur_failure chatur_model_answer_end(struct chatur_model_answer *answer,
                                            enum chatur_http_end end);

#endif
