#include "generate/model_provider.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "generate/http.h"
#include "generate/model_answer.h"
#include "generate/openai_wire.h"
#include "generate/prompt.h"
#include "generate/tidy.h"

/* No email is longer. */
#define MAX_EMAIL_BYTES (64UL << 10)

/* A token in a stream takes some three hundred bytes; a model that thinks aloud sends many. */
#define MAX_ANSWER_BYTES (16UL << 20)

/* A prompt. */
#define MAX_PROMPT_BYTES (4UL << 20)
#define MAX_BODY_BYTES   (1UL << 20)

/* Servers name one field a time at worst; more than this and they are making fun of us. */
#define MAX_ADAPTATIONS 4

#define COMMON_FIELDS (CHATUR_WIRE_STOP | CHATUR_WIRE_STREAM_OPTIONS)
#define BASE_FIELDS   (COMMON_FIELDS | CHATUR_WIRE_SEED | CHATUR_WIRE_TEMPERATURE)

struct chatur_model {
    const char *name;
    const char *model;
    bool chat;
    int64_t max_tokens;
    int64_t context_tokens; /* 0: more than any prompt of ours */
    int64_t connect_us;
    int64_t quiet_us;
    const char *ca_file;
    char *url;
    char *headers[CHATUR_HTTP_MAX_HEADERS]; /* one of them has the key */
    size_t header_count;
    atomic_uint fields; /* of the wire's: those that the server takes, as far as we know */
};

/* One call under way: what must not be on a small stack, and dies with the call. */
struct call {
    struct chatur_model *model;
    struct chatur_attempt *attempt;
    struct chatur_arena *scratch; /* of the prompt; NULL once it is written into the body */
    struct chatur_prompt prompt;  /* then only the stops are left of it */
    struct chatur_buffer body;
    struct chatur_http_request request;
    struct chatur_http_answer http;
    struct chatur_model_answer answer;
    unsigned fields;
};

/* --- making ----------------------------------------------------------------------------------- */

static bool add_header(struct chatur_model *model, const char *name, const char *value)
{
    if (value[0] == '\0') {
        return true;
    }
    char *line = NULL;
    if (asprintf(&line, "%s%s", name, value) < 0) {
        return false;
    }
    model->headers[model->header_count++] = line;
    return true;
}

static bool set_address(struct chatur_model *model, const char *base_url)
{
    return asprintf(&model->url, "%s%s", base_url,
                    model->chat ? "/chat/completions" : "/completions") > 0;
}

static bool set_openai(struct chatur_model *model, const struct chatur_config *config)
{
    model->model = config->openai_model;
    model->max_tokens = config->openai_max_tokens;
    model->chat = strcmp(config->openai_api, "chat") == 0;
    /* The newer name is the only one that OpenAI's newer models take; other servers know the older
     * one at least. A chat model's own temperature is left alone: some allow no other. */
    unsigned fields = model->chat ? COMMON_FIELDS : BASE_FIELDS;
    if (model->chat && chatur_config_asks_openai(config)) {
        fields |= CHATUR_WIRE_MAX_COMPLETION_TOKENS;
    }
    atomic_init(&model->fields, fields);
    return set_address(model, config->openai_base_url) &&
           add_header(model, "Authorization: Bearer ", config->openai_api_key) &&
           add_header(model, "OpenAI-Organization: ", config->openai_organization) &&
           add_header(model, "OpenAI-Project: ", config->openai_project);
}

static bool set_opt(struct chatur_model *model, const struct chatur_config *config)
{
    model->model = config->opt_model;
    model->max_tokens = config->opt_max_tokens;
    model->context_tokens = config->opt_context_tokens;
    atomic_init(&model->fields, BASE_FIELDS | CHATUR_WIRE_REPETITION_PENALTY);
    return set_address(model, config->opt_base_url) &&
           add_header(model, "Authorization: Bearer ", config->opt_api_key);
}

enum chatur_outcome chatur_model_new(const struct chatur_config *config, enum chatur_writer writer,
                                     struct chatur_model **model, struct chatur_error *error)
{
    *model = NULL;
    enum chatur_outcome outcome = chatur_http_start(error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    struct chatur_model *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        return chatur_no_memory(error);
    }
    made->name = chatur_writer_name(writer);
    made->ca_file = config->tls_ca_file;
    made->connect_us = config->generate_connect_timeout_s * 1000000;
    made->quiet_us = config->generate_quiet_timeout_s * 1000000;
    bool set = add_header(made, "Accept: ", "text/event-stream, application/json") &&
               add_header(made, "User-Agent: ", "ChaturMail") &&
               (writer == CHATUR_WRITER_OPT ? set_opt(made, config) : set_openai(made, config));
    if (!set) {
        chatur_model_free(made);
        return chatur_no_memory(error);
    }
    *model = made;
    return CHATUR_OK;
}

void chatur_model_free(struct chatur_model *model)
{
    if (model == NULL) {
        return;
    }
    for (size_t i = 0; i < model->header_count; i++) {
        free(model->headers[i]);
    }
    free(model->url);
    free(model);
}

/* --- calling ---------------------------------------------------------------------------------- */

static enum chatur_failure failure_of(enum chatur_outcome outcome)
{
    return outcome == CHATUR_OK           ? CHATUR_NO_FAILURE
           : outcome == CHATUR_BAD_ANSWER ? CHATUR_FAILURE_BAD_ANSWER
                                          : CHATUR_FAILURE_INTERNAL;
}

static enum chatur_failure render(struct call *call)
{
    const struct chatur_model *model = call->model;
    const struct chatur_brief *brief = call->attempt->brief;
    call->scratch = chatur_arena_new(MAX_PROMPT_BYTES);
    if (call->scratch == NULL) {
        return CHATUR_FAILURE_INTERNAL;
    }
    if (model->chat) {
        return failure_of(chatur_prompt_chat(brief, call->scratch, &call->prompt, NULL));
    }
    size_t room =
        model->context_tokens > 0 ? (size_t)(model->context_tokens - model->max_tokens) : 0;
    enum chatur_outcome outcome =
        chatur_prompt_completion(brief, room, call->scratch, &call->prompt, NULL);
    return outcome == CHATUR_BAD_ANSWER ? CHATUR_FAILURE_CONTEXT_LENGTH : failure_of(outcome);
}

/* Hundreds of calls wait at once: while they do, they hold no prompt beside the body, only what the
 * tidy needs of it. */
static bool drop_prompt(struct call *call)
{
    struct chatur_arena *arena = call->attempt->arena;
    const struct chatur_prompt *prompt = &call->prompt;
    struct chatur_prompt rest = {
        .system = "",
        .user = "",
        .stop_count = prompt->stop_count,
        .sender = chatur_arena_strdup(arena, prompt->sender),
        .recipient = chatur_arena_strdup(arena, prompt->recipient),
    };
    bool copied = rest.sender != NULL && rest.recipient != NULL;
    for (size_t i = 0; i < rest.stop_count && copied; i++) {
        rest.stops[i] = chatur_arena_strdup(arena, prompt->stops[i]);
        copied = rest.stops[i] != NULL;
    }
    call->prompt = rest;
    chatur_arena_free(call->scratch);
    call->scratch = NULL;
    return copied;
}

static void write_body(struct call *call)
{
    const struct chatur_model *model = call->model;
    chatur_buffer_clear(&call->body, MAX_BODY_BYTES);
    chatur_wire_write(&call->body, &(struct chatur_wire_request){
                                       .chat = model->chat,
                                       .model = model->model,
                                       .prompt = &call->prompt,
                                       .max_tokens = model->max_tokens,
                                       .seed = call->attempt->brief->seed,
                                       .fields = call->fields,
                                   });
}

static void set_request(struct call *call)
{
    const struct chatur_model *model = call->model;
    int64_t now_us = chatur_monotonic_us();
    call->request = (struct chatur_http_request){
        .url = model->url,
        .headers = (const char *const *)model->headers,
        .header_count = model->header_count,
        .body = call->body.data,
        .body_length = call->body.length,
        .ca_file = model->ca_file,
        .deadline_us = call->attempt->deadline_us,
        .connect_by_us = now_us + model->connect_us,
        .quiet_until_us = now_us + model->quiet_us,
        .take = chatur_model_answer_take,
        .context = &call->answer,
        .max_bytes = MAX_ANSWER_BYTES,
    };
    if (call->request.connect_by_us > call->request.deadline_us) {
        call->request.connect_by_us = call->request.deadline_us;
    }
}

/* What is wrong with a text that is no email depends on what the user asked for, unless there is
 * none. */
static enum chatur_failure failure_of_text(const struct call *call, const struct chatur_tidy *tidy,
                                           enum chatur_outcome outcome)
{
    if (outcome != CHATUR_BAD_ANSWER || !call->answer.has_text) {
        return failure_of(outcome);
    }
    return chatur_tidy_is_refusal(tidy) ? CHATUR_FAILURE_CONTENT_FILTER : CHATUR_FAILURE_BAD_TEXT;
}

/* The draft from an answer that is whole. */
static enum chatur_failure finish(struct call *call, struct chatur_tidy *tidy)
{
    struct chatur_attempt *attempt = call->attempt;
    const struct chatur_model_answer *answer = &call->answer;
    struct chatur_error error = {0};
    const char *text = NULL;
    enum chatur_outcome outcome = chatur_tidy_finish(tidy, &text, &error);
    enum chatur_failure failure = failure_of_text(call, tidy, outcome);
    if (failure != CHATUR_NO_FAILURE) {
        chatur_log(CHATUR_WARNING, "%s: %s", call->model->name, error.detail);
        return failure;
    }
    attempt->draft = (struct chatur_draft){
        .text = chatur_arena_strdup(attempt->arena, text),
        .by = {.provider = call->model->name,
               .model = answer->model[0] != '\0'
                            ? chatur_arena_strdup(attempt->arena, answer->model)
                            : call->model->model,
               .finish_reason = answer->is_cut
                                    ? "stop"
                                    : chatur_arena_strdup(attempt->arena, answer->finish_reason),
               .template_version = ""},
    };
    const struct chatur_draft *draft = &attempt->draft;
    return draft->text != NULL && draft->by.model != NULL && draft->by.finish_reason != NULL
               ? CHATUR_NO_FAILURE
               : CHATUR_FAILURE_INTERNAL;
}

/* One request. `*wanted`: the fields to try it with instead, when that is all that is wrong. */
static enum chatur_failure exchange(struct call *call, unsigned *wanted)
{
    struct chatur_attempt *attempt = call->attempt;
    *wanted = call->fields;
    enum chatur_failure failure = render(call);
    if (failure != CHATUR_NO_FAILURE) {
        return failure;
    }
    write_body(call);
    struct chatur_tidy *tidy = NULL;
    if (!call->body.failed && drop_prompt(call)) {
        tidy = chatur_tidy_new(&call->prompt, MAX_EMAIL_BYTES, attempt->sink, attempt->arena);
    }
    if (tidy == NULL) {
        return CHATUR_FAILURE_INTERNAL;
    }
    set_request(call);
    chatur_model_answer_init(&call->answer, &call->request, call->model->quiet_us, tidy);
    enum chatur_http_end end = chatur_http_post(&call->request, &call->http, &attempt->reason);
    attempt->status = call->http.status;
    attempt->retry_after_ms = call->http.retry_after_ms;
    attempt->should_retry = call->http.should_retry;
    if (call->http.status != 0 && (call->http.status < 200 || call->http.status > 299)) {
        const struct chatur_buffer *body = &call->answer.document;
        failure = chatur_wire_classify(call->http.status, body->length > 0 ? body->data : "",
                                       body->length, call->fields, attempt->arena, wanted);
    } else {
        failure = chatur_model_answer_end(&call->answer, end);
        if (failure == CHATUR_NO_FAILURE) {
            failure = finish(call, tidy);
        }
    }
    attempt->prompt_tokens += call->answer.prompt_tokens;
    attempt->completion_tokens += call->answer.completion_tokens;
    attempt->has_put = attempt->sink != NULL && chatur_tidy_has_put(tidy);
    chatur_model_answer_free(&call->answer);
    return failure;
}

/* A server that does not know one of our fields says so before it writes: the request is made again
 * without, and when that is right, all later ones are too. */
static enum chatur_failure converse(struct call *call)
{
    struct chatur_model *model = call->model;
    unsigned known = atomic_load(&model->fields);
    unsigned wanted = known;
    enum chatur_failure failure = CHATUR_FAILURE_BAD_REQUEST;
    for (int i = 0; i <= MAX_ADAPTATIONS && failure == CHATUR_FAILURE_BAD_REQUEST; i++) {
        if (i > 0 && wanted == call->fields) {
            break;
        }
        call->fields = wanted;
        failure = exchange(call, &wanted);
    }
    if (failure == CHATUR_NO_FAILURE && call->fields != known) {
        atomic_store(&model->fields, call->fields);
        chatur_log(CHATUR_INFO, "%s: its server does not take all fields; from now on %#x, not %#x",
                   model->name, call->fields, known);
    }
    return failure;
}

enum chatur_failure chatur_model_attempt(void *model, struct chatur_attempt *attempt)
{
    struct call *call = calloc(1, sizeof(*call));
    if (call == NULL) {
        return CHATUR_FAILURE_INTERNAL;
    }
    call->model = model;
    call->attempt = attempt;
    call->body.max_bytes = MAX_BODY_BYTES;
    enum chatur_failure failure = converse(call);
    chatur_buffer_free(&call->body);
    chatur_arena_free(call->scratch);
    free(call);
    return failure;
}
