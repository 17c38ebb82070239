/* One request, in an order that tells a stranger nothing: method, size, authentication, rate,
 * then what is in the body: its type, its JSON, the handler. Every refusal takes the same way out
 * as a success: an envelope, header lines, one log line. Nothing of a request outlives
 * chatur_pipeline_run. */
#include "serve/pipeline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/deadline.h"
#include "base/id.h"
#include "base/json.h"
#include "base/log.h"
#include "serve/limit.h"
#include "serve/params.h"

/* Without these caps one request could take the process's memory, and all its neighbours, with it.
 * The answer's is far above the longest history anybody has. */
#define ARENA_MAX_BYTES    (16UL << 20)
#define RESPONSE_MAX_BYTES (64UL << 20)

/* What a buffer keeps for the next request. Without it hundreds of idle threads would each sit on
 * the longest answer they ever gave. */
#define KEEP_BYTES (32UL << 10)

/* NGINX takes no longer header lines either, in its default of 8 KiB per line. */
#define PARAM_MAX_BYTES 8192

#define READ_CHUNK_BYTES 8192

/* A method's name is logged as the client sent it when it is at most this long. */
#define METHOD_MAX_BYTES 16

/* One request on its way. */
struct exchange {
    struct chatur_pipeline *pipeline;
    struct chatur_transport *transport;
    struct chatur_request request;
    const char *method;
    const char *authorization; /* NULL: none */
    const char *content_type;
    const char *origin;
    const char *remote_addr;
    char request_id[CHATUR_REQUEST_ID_MAX + 1];
    bool malformed; /* a parameter is too long or has control characters */
    bool preflight;
    bool token_refused;
    int64_t started_us;
    int64_t handler_us;
};

bool chatur_pipeline_open(struct chatur_pipeline *pipeline, const struct chatur_endpoint *endpoint,
                          const struct chatur_config *config, struct chatur_app *app)
{
    *pipeline = (struct chatur_pipeline){
        .endpoint = endpoint,
        .config = config,
        .app = app,
        .arena = chatur_arena_new(ARENA_MAX_BYTES),
        .response = {.body.max_bytes = RESPONSE_MAX_BYTES, .stream = &pipeline->stream},
    };
    return pipeline->arena != NULL;
}

void chatur_pipeline_close(struct chatur_pipeline *pipeline)
{
    chatur_arena_free(pipeline->arena);
    chatur_buffer_free(&pipeline->head);
    chatur_buffer_free(&pipeline->body);
    chatur_buffer_free(&pipeline->response.body);
    chatur_buffer_free(&pipeline->stream.bytes);
}

enum chatur_outcome chatur_request_fields(struct chatur_request *request,
                                          const struct chatur_field *fields, size_t count,
                                          void *into)
{
    return chatur_fields_read(request->body, fields, count, into, request->arena, &request->error);
}

/* --- reading --------------------------------------------------------------------------------- */

/* A parameter, "" when it is absent. A malformed one reads as absent and is remembered. */
static const char *read_param(struct exchange *exchange, const char *name)
{
    const char *value = exchange->transport->ops->param(exchange->transport, name);
    if (value == NULL) {
        return "";
    }
    if (!chatur_params_is_clean(value, PARAM_MAX_BYTES)) {
        exchange->malformed = true;
        return "";
    }
    return value;
}

/* NGINX's own id when it sends one, so that its log and ours speak of the same request. */
static void choose_request_id(struct exchange *exchange)
{
    const char *given = exchange->transport->ops->param(exchange->transport, "REQUEST_ID");
    if (given != NULL && chatur_params_is_request_id(given)) {
        (void)snprintf(exchange->request_id, sizeof(exchange->request_id), "%s", given);
        return;
    }
    unsigned char random[16];
    chatur_random(random, sizeof(random));
    chatur_hex(random, sizeof(random), exchange->request_id);
}

/* The path it was asked by, one of the endpoint's names; by hand there is none, but a program. */
static const char *name_endpoint(struct exchange *exchange)
{
    static const char *const names[] = {"SCRIPT_NAME", "DOCUMENT_URI"};
    struct chatur_transport *transport = exchange->transport;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *path = transport->ops->param(transport, names[i]);
        if (path != NULL && chatur_params_is_path(path)) {
            return path;
        }
    }
    return program_invocation_short_name;
}

/* Some web servers leave SERVER_ADDR out: then the client's own address has to be one of this
 * machine's, when it is told at all. */
static bool is_local(struct exchange *exchange)
{
    struct chatur_transport *transport = exchange->transport;
    const char *address = transport->ops->param(transport, "SERVER_ADDR");
    if (address == NULL) {
        address = transport->ops->param(transport, "REMOTE_ADDR");
    }
    return transport->local && (address == NULL || chatur_params_is_loopback(address));
}

static void read_params(struct exchange *exchange)
{
    exchange->method = read_param(exchange, "REQUEST_METHOD");
    exchange->content_type = read_param(exchange, "CONTENT_TYPE");
    exchange->origin = read_param(exchange, "HTTP_ORIGIN");
    exchange->remote_addr = read_param(exchange, "REMOTE_ADDR");
    exchange->request.query = read_param(exchange, "QUERY_STRING");
    exchange->request.local = is_local(exchange);
    exchange->request.accepts_events =
        chatur_params_accepts_events(read_param(exchange, "HTTP_ACCEPT")) &&
        strcmp(exchange->method, "POST") == 0;
    if (exchange->transport->ops->param(exchange->transport, "HTTP_IDEMPOTENCY_KEY") != NULL) {
        exchange->request.idempotency_key = read_param(exchange, "HTTP_IDEMPOTENCY_KEY");
    }

    /* Apache keeps the header from CGI programs; a rewrite rule passes it under the other name. */
    exchange->authorization = read_param(exchange, "HTTP_AUTHORIZATION");
    if (exchange->authorization[0] == '\0') {
        exchange->authorization = read_param(exchange, "REDIRECT_HTTP_AUTHORIZATION");
    }
    if (exchange->authorization[0] == '\0') {
        exchange->authorization = NULL;
    }
}

static bool is_read_method(const struct exchange *exchange)
{
    return exchange->pipeline->endpoint->allow_get &&
           (strcmp(exchange->method, "GET") == 0 || strcmp(exchange->method, "HEAD") == 0);
}

static enum chatur_outcome check_method(struct exchange *exchange)
{
    if (strcmp(exchange->method, "POST") == 0 || is_read_method(exchange)) {
        return CHATUR_OK;
    }
    return exchange->pipeline->endpoint->allow_get
               ? chatur_refuse(&exchange->request.error, CHATUR_BAD_METHOD, "Use GET or POST")
               : CHATUR_BAD_METHOD;
}

/* How many bytes of body are announced. `*known` is false when nothing is said. */
static enum chatur_outcome read_length(struct exchange *exchange, size_t max_bytes, size_t *length,
                                       bool *known)
{
    struct chatur_error *error = &exchange->request.error;
    const char *text = read_param(exchange, "CONTENT_LENGTH");
    uint64_t number = 0;
    *known = text[0] != '\0';
    if (exchange->malformed) {
        return chatur_refuse(error, CHATUR_BAD_REQUEST,
                             "A header of the request is too long or has control characters");
    }
    if (*known && !chatur_params_number(text, &number)) {
        return chatur_refuse(error, CHATUR_BAD_REQUEST, "The Content-Length is not a number");
    }
    if (number > max_bytes) {
        return chatur_refuse(error, CHATUR_TOO_LARGE, "The body is larger than %zu bytes",
                             max_bytes);
    }
    *length = (size_t)number;
    return CHATUR_OK;
}

/* Appends to the body until it has `wanted` bytes or ends. False when the client went away. */
static bool read_bytes(struct exchange *exchange, size_t wanted)
{
    struct chatur_buffer *body = &exchange->pipeline->body;
    char chunk[READ_CHUNK_BYTES];
    while (body->length < wanted && !body->failed) {
        size_t left = wanted - body->length;
        ssize_t count = exchange->transport->ops->read(exchange->transport, chunk,
                                                       left < sizeof(chunk) ? left : sizeof(chunk));
        if (count <= 0) {
            return count == 0;
        }
        chatur_buffer_append(body, chunk, (size_t)count);
    }
    return true;
}

static enum chatur_outcome read_body(struct exchange *exchange)
{
    struct chatur_error *error = &exchange->request.error;
    const struct chatur_buffer *body = &exchange->pipeline->body;
    size_t max_bytes = (size_t)exchange->pipeline->config->max_body_bytes;
    size_t length = 0;
    bool known = false;
    enum chatur_outcome outcome = read_length(exchange, max_bytes, &length, &known);
    if (outcome != CHATUR_OK || is_read_method(exchange)) {
        return outcome;
    }
    /* One byte over the limit is enough to know that there is too much. */
    bool arrived = read_bytes(exchange, known ? length : max_bytes + 1);
    if (body->failed) {
        return chatur_no_memory(error);
    }
    if (!arrived || (known && body->length < length)) {
        (void)chatur_fail(error, CHATUR_BAD_REQUEST, "the body ended after %zu bytes",
                          body->length);
        return chatur_refuse(error, CHATUR_BAD_REQUEST, "The body ended too early");
    }
    if (body->length > max_bytes) {
        return chatur_refuse(error, CHATUR_TOO_LARGE, "The body is larger than %zu bytes",
                             max_bytes);
    }
    return CHATUR_OK;
}

/* --- handling -------------------------------------------------------------------------------- */

/* From here on: how long the body takes is the client's affair. */
static enum chatur_outcome set_deadline(struct exchange *exchange)
{
    chatur_deadline_set(exchange->pipeline->config->db_timeout_ms);
    return CHATUR_OK;
}

static enum chatur_outcome authenticate(struct exchange *exchange)
{
    struct chatur_request *request = &exchange->request;
    struct chatur_auth *auth = NULL;
    if (exchange->pipeline->endpoint->public) {
        return CHATUR_OK;
    }
    enum chatur_outcome outcome = chatur_app_auth(exchange->pipeline->app, &auth, &request->error);
    if (outcome != CHATUR_OK) {
        /* A setting that went bad is not the caller's fault. */
        return outcome == CHATUR_BAD_REQUEST ? CHATUR_INTERNAL : outcome;
    }
    outcome = chatur_auth_session(auth, exchange->authorization, request->arena, &request->user,
                                  &request->error);
    exchange->token_refused = outcome == CHATUR_UNAUTHENTICATED && exchange->authorization != NULL;
    return outcome;
}

static enum chatur_outcome limit(struct exchange *exchange)
{
    struct chatur_request *request = &exchange->request;
    if (exchange->pipeline->endpoint->limit == CHATUR_NO_LIMIT) {
        return CHATUR_OK;
    }
    return chatur_limit_check(exchange->pipeline->app, exchange->pipeline->endpoint->limit,
                              exchange->remote_addr, request->user.uid, &request->allowance,
                              &request->error);
}

static enum chatur_outcome parse(struct exchange *exchange)
{
    const struct chatur_buffer *body = &exchange->pipeline->body;
    struct chatur_request *request = &exchange->request;
    if (body->length > 0 && exchange->content_type[0] != '\0' &&
        !chatur_params_is_json(exchange->content_type)) {
        return CHATUR_BAD_TYPE;
    }
    return chatur_json_parse_object(body->length > 0 ? body->data : "", body->length,
                                    request->arena, &request->body, &request->error);
}

/* What the header lines depend on, as far as it is known by now. */
static struct chatur_head describe(const struct exchange *exchange, enum chatur_outcome outcome)
{
    const struct chatur_pipeline *pipeline = exchange->pipeline;
    return (struct chatur_head){
        .outcome = outcome,
        .preflight = exchange->preflight,
        .allow_get = pipeline->endpoint->allow_get,
        .token_refused = exchange->token_refused,
        .replayed = pipeline->response.replayed,
        .events = pipeline->stream.begun,
        .retry_after_s = exchange->request.error.retry_after_s,
        .allowance = &exchange->request.allowance,
        .request_id = exchange->request_id,
        .cors_origin = pipeline->config->cors_origin,
        .origin = exchange->origin,
        .content_length = pipeline->response.body.length,
    };
}

static enum chatur_outcome handle(struct exchange *exchange)
{
    struct chatur_pipeline *pipeline = exchange->pipeline;
    int64_t from_us = chatur_monotonic_us();
    if (exchange->request.accepts_events) {
        const struct chatur_head head = describe(exchange, CHATUR_OK);
        chatur_stream_offer(&pipeline->stream, exchange->transport, &head);
    }
    enum chatur_outcome outcome =
        pipeline->endpoint->handle(&exchange->request, &pipeline->response);
    exchange->handler_us = chatur_monotonic_us() - from_us;
    return outcome;
}

static enum chatur_outcome process(struct exchange *exchange)
{
    static enum chatur_outcome (*const steps[])(struct exchange *) = {
        check_method, read_body, set_deadline, authenticate, limit, parse, handle,
    };
    enum chatur_outcome outcome = CHATUR_OK;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && outcome == CHATUR_OK; i++) {
        outcome = steps[i](exchange);
    }
    return outcome;
}

/* --- answering ------------------------------------------------------------------------------- */

/* Writes the answer. False: it did not arrive in full. */
static bool answer(struct exchange *exchange, const struct chatur_head *head, size_t body_bytes)
{
    struct chatur_pipeline *pipeline = exchange->pipeline;
    struct chatur_transport *transport = exchange->transport;
    const struct chatur_transport_ops *ops = transport->ops;

    chatur_head_append(&pipeline->head, head);
    if (pipeline->head.failed || pipeline->response.body.length == 0) {
        return ops->write(transport, chatur_response_last_resort,
                          strlen(chatur_response_last_resort)) &&
               ops->flush(transport, true);
    }
    return ops->write(transport, pipeline->head.data, pipeline->head.length) &&
           (body_bytes == 0 || ops->write(transport, pipeline->response.body.data, body_bytes)) &&
           ops->flush(transport, true);
}

static void log_exchange(const struct exchange *exchange, const struct chatur_head *head,
                         size_t body_bytes, bool arrived)
{
    const char *detail = exchange->request.error.detail;
    char longer[sizeof(exchange->request.error.detail) + 64];
    if (!arrived) {
        (void)snprintf(longer, sizeof(longer), "%s%sthe client left before the answer was complete",
                       detail, detail[0] != '\0' ? "; " : "");
        detail = longer;
    }
    bool presentable = strlen(exchange->method) <= METHOD_MAX_BYTES;
    chatur_log_request(&(struct chatur_log_request){
        .method = presentable ? exchange->method : "?",
        .status = chatur_head_status(head),
        .outcome = head->outcome,
        .duration_us = chatur_monotonic_us() - exchange->started_us,
        .handler_us = exchange->handler_us,
        .body_bytes = exchange->pipeline->body.length,
        .response_bytes = body_bytes,
        .detail = detail,
    });
}

static void finish(struct exchange *exchange, enum chatur_outcome outcome)
{
    struct chatur_pipeline *pipeline = exchange->pipeline;
    struct chatur_stream *stream = &pipeline->stream;
    outcome = chatur_response_seal(&pipeline->response, outcome, &exchange->request.error);
    const struct chatur_head head = describe(exchange, outcome);
    if (stream->begun) {
        bool arrived = chatur_stream_end(stream, outcome, &pipeline->response.body);
        log_exchange(exchange, &head, stream->sent_bytes, arrived);
        return;
    }
    bool bodiless = exchange->preflight || strcmp(exchange->method, "HEAD") == 0;
    size_t body_bytes = bodiless ? 0 : pipeline->response.body.length;
    bool arrived = answer(exchange, &head, body_bytes);
    log_exchange(exchange, &head, body_bytes, arrived);
}

void chatur_pipeline_run(struct chatur_pipeline *pipeline, struct chatur_transport *transport)
{
    struct exchange exchange = {
        .pipeline = pipeline,
        .transport = transport,
        .request = {.app = pipeline->app, .arena = pipeline->arena},
        .started_us = chatur_monotonic_us(),
    };
    choose_request_id(&exchange);
    chatur_log_set_request(exchange.request_id, name_endpoint(&exchange));
    read_params(&exchange);
    exchange.preflight = strcmp(exchange.method, "OPTIONS") == 0;
    finish(&exchange, exchange.preflight ? CHATUR_OK : process(&exchange));
    chatur_deadline_set(0);

    chatur_arena_reset(pipeline->arena); /* what is undone here may have something to log */
    chatur_log_set_request(NULL, NULL);
    chatur_buffer_clear(&pipeline->head, KEEP_BYTES);
    chatur_buffer_clear(&pipeline->body, KEEP_BYTES);
    chatur_response_clear(&pipeline->response, KEEP_BYTES);
    chatur_stream_clear(&pipeline->stream, KEEP_BYTES);
}
