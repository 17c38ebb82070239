/* Elements are written straight into the envelope of a success, which the first one opens. So a
 * list of any length costs one buffer, never a tree of its elements, and a success only has to be
 * closed. A failure throws all of that away: its payload is null whatever was added. */
#include "serve/response.h"

#include <inttypes.h>
#include <string.h>

const char chatur_response_last_resort[] = "Status: 500 Internal Server Error\r\n"
                                           "Content-Type: application/json; charset=utf-8\r\n"
                                           "Cache-Control: no-store\r\n"
                                           "X-Content-Type-Options: nosniff\r\n"
                                           "\r\n" CHATUR_LAST_RESORT_ENVELOPE;

/* --- the envelope ---------------------------------------------------------------------------- */

static void open_envelope(struct chatur_buffer *body, int status, const char *message)
{
    chatur_buffer_printf(body, "{\"status\":%d,\"message\":", status);
    chatur_buffer_json_string(body, message);
    chatur_buffer_puts(body, ",\"payload\":");
}

/* An element that was begun and not written would leave `[,` behind. */
static bool is_missing_element(const struct chatur_response *response)
{
    return response->element_start > 0 && response->body.length == response->element_start;
}

struct chatur_buffer *chatur_response_element(struct chatur_response *response)
{
    struct chatur_buffer *body = &response->body;
    if (is_missing_element(response)) {
        body->failed = true;
    }
    if (response->element_start == 0) {
        open_envelope(body, 1, chatur_outcome_message(CHATUR_OK));
        chatur_buffer_puts(body, "[");
    } else {
        chatur_buffer_puts(body, ",");
    }
    response->element_start = body->length;
    return body;
}

void chatur_response_mark_replayed(struct chatur_response *response)
{
    response->replayed = true;
}

/* False when the answer could not be written in full. */
static bool seal_success(struct chatur_response *response)
{
    struct chatur_buffer *body = &response->body;
    if (body->failed || is_missing_element(response)) {
        return false;
    }
    if (response->element_start > 0) {
        chatur_buffer_puts(body, "]}");
    } else {
        open_envelope(body, 1, chatur_outcome_message(CHATUR_OK));
        chatur_buffer_puts(body, "null}");
    }
    return !body->failed;
}

void chatur_response_clear(struct chatur_response *response, size_t keep_bytes)
{
    chatur_buffer_clear(&response->body, keep_bytes);
    response->element_start = 0;
    response->replayed = false;
}

enum chatur_outcome chatur_response_seal(struct chatur_response *response,
                                         enum chatur_outcome outcome, struct chatur_error *error)
{
    struct chatur_buffer *body = &response->body;
    if (outcome == CHATUR_OK) {
        if (seal_success(response)) {
            return CHATUR_OK;
        }
        error->message[0] = '\0';
        outcome = chatur_fail(error, CHATUR_INTERNAL,
                              "an element is missing, too long, or found no memory");
    }
    /* Kept whatever its size: memory may be what is missing. */
    chatur_response_clear(response, body->capacity);
    open_envelope(body, 0,
                  error->message[0] != '\0' ? error->message : chatur_outcome_message(outcome));
    chatur_buffer_puts(body, "null}");
    if (body->failed) {
        chatur_buffer_clear(body, body->capacity);
        return CHATUR_INTERNAL;
    }
    return outcome;
}

/* --- the header lines ------------------------------------------------------------------------ */

static const char *reason_phrase(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } phrases[] = {
        {200, "OK"},
        {204, "No Content"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {402, "Payment Required"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {409, "Conflict"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
    };
    for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
        if (phrases[i].status == status) {
            return phrases[i].phrase;
        }
    }
    return "Unknown";
}

/* What the list allows this origin: "*", the origin itself, or NULL. */
static const char *allowed_origin(const char *list, const char *origin)
{
    size_t origin_length = strlen(origin);
    while (*list != '\0') {
        list += strspn(list, ", \t");
        size_t length = strcspn(list, ", \t");
        if (length == 1 && *list == '*') {
            return "*";
        }
        if (length > 0 && length == origin_length && memcmp(list, origin, length) == 0) {
            return origin;
        }
        list += length;
    }
    return NULL;
}

static void append_cors(struct chatur_buffer *buffer, const struct chatur_head *head,
                        const char *methods)
{
    const char *allowed = allowed_origin(head->cors_origin, head->origin);
    if (head->cors_origin[0] != '\0' && (allowed == NULL || allowed == head->origin)) {
        /* The answer differs by origin, also the one that has no permission in it. */
        chatur_buffer_puts(buffer, "Vary: Origin\r\n");
    }
    if (allowed == NULL) {
        return;
    }
    chatur_buffer_printf(buffer, "Access-Control-Allow-Origin: %s\r\n", allowed);
    if (!head->preflight) {
        chatur_buffer_puts(buffer, "Access-Control-Expose-Headers: "
                                   "X-Request-Id, Retry-After, Idempotent-Replayed, "
                                   "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset\r\n");
        return;
    }
    chatur_buffer_printf(buffer,
                         "Access-Control-Allow-Methods: %s\r\n"
                         "Access-Control-Allow-Headers: Authorization, Content-Type, Accept, "
                         "Idempotency-Key\r\n"
                         "Access-Control-Max-Age: 86400\r\n",
                         methods);
}

/* draft-ietf-httpapi-ratelimit-headers-06, the last one with a field for each number. */
static void append_limit(struct chatur_buffer *buffer, const struct chatur_allowance *allowance)
{
    if (allowance != NULL && allowance->limit > 0) {
        chatur_buffer_printf(buffer,
                             "RateLimit-Limit: %" PRId64 "\r\n"
                             "RateLimit-Remaining: %" PRId64 "\r\n"
                             "RateLimit-Reset: %" PRId64 "\r\n",
                             allowance->limit, allowance->remaining, allowance->reset_s);
    }
}

int chatur_head_status(const struct chatur_head *head)
{
    if (head->events) {
        return 200; /* it was said before the outcome was known */
    }
    return head->preflight ? 204 : chatur_outcome_http_status(head->outcome);
}

void chatur_head_append(struct chatur_buffer *buffer, const struct chatur_head *head)
{
    int status = chatur_head_status(head);
    const char *methods = head->allow_get ? "GET, HEAD, POST, OPTIONS" : "POST, OPTIONS";
    chatur_buffer_printf(buffer, "Status: %d %s\r\n", status, reason_phrase(status));
    if (head->events) {
        /* Told not to, NGINX passes each event on as it comes. */
        chatur_buffer_puts(buffer, "Content-Type: text/event-stream; charset=utf-8\r\n"
                                   "X-Accel-Buffering: no\r\n");
    } else if (!head->preflight) { /* a 204 has no content to describe (RFC 9110, section 8.6) */
        chatur_buffer_printf(buffer,
                             "Content-Type: application/json; charset=utf-8\r\n"
                             "Content-Length: %zu\r\n",
                             head->content_length);
    }
    chatur_buffer_printf(buffer,
                         "Cache-Control: no-store\r\n"
                         "X-Content-Type-Options: nosniff\r\n"
                         "X-Request-Id: %s\r\n",
                         head->request_id);
    if (status == 401) {
        /* RFC 6750, section 3.1: no error code for who brought no token. */
        chatur_buffer_printf(buffer, "WWW-Authenticate: Bearer%s\r\n",
                             head->token_refused ? " error=\"invalid_token\"" : "");
    }
    if (status == 204 || status == 405) {
        chatur_buffer_printf(buffer, "Allow: %s\r\n", methods);
    }
    if (head->replayed) {
        chatur_buffer_puts(buffer, "Idempotent-Replayed: true\r\n");
    }
    if (status == 429 || status == 503 || (status >= 400 && head->retry_after_s > 0)) {
        chatur_buffer_printf(buffer, "Retry-After: %u\r\n",
                             head->retry_after_s > 0 ? head->retry_after_s : 1);
    }
    append_limit(buffer, head->allowance);
    append_cors(buffer, head, methods);
    chatur_buffer_puts(buffer, "\r\n");
}
