#include "base/outcome.h"

#include <stdarg.h>
#include <stdio.h>

struct outcome_row {
    int http_status;
    const char *name;
    const char *message;
};

static const struct outcome_row rows[CHATUR_OUTCOMES] = {
    [CHATUR_OK] = {200, "ok", "OK"},
    [CHATUR_EMPTY] = {200, "empty", "Nothing found"},
    [CHATUR_BAD_REQUEST] = {400, "bad_request", "The request is not valid"},
    [CHATUR_UNAUTHENTICATED] = {401, "unauthenticated", "Please sign in"},
    [CHATUR_NO_COINS] = {402, "no_coins", "You do not have enough coins"},
    [CHATUR_FORBIDDEN] = {403, "forbidden", "You are not allowed to do this"},
    [CHATUR_NOT_FOUND] = {404, "not_found", "Not found"},
    [CHATUR_BAD_METHOD] = {405, "bad_method", "Use POST"},
    [CHATUR_CONFLICT] = {409, "conflict", "This conflicts with what exists already"},
    [CHATUR_TOO_LARGE] = {413, "too_large", "The request is too large"},
    [CHATUR_BAD_TYPE] = {415, "bad_type", "Send the body as application/json in UTF-8"},
    [CHATUR_MISMATCH] = {422, "mismatch", "This Idempotency-Key was used for another request"},
    [CHATUR_TOO_MANY] = {429, "too_many", "Too many requests, please try again later"},
    [CHATUR_INTERNAL] = {500, "internal", "Something went wrong on our side"},
    [CHATUR_BAD_ANSWER] = {502, "bad_answer", "No usable email was written; nothing was charged"},
    [CHATUR_UNAVAILABLE] = {503, "unavailable", "Temporarily unavailable, please try again"},
    [CHATUR_TIMEOUT] = {504, "timeout", "Writing the email took too long; nothing was charged"},
};

static const struct outcome_row *row_of(enum chatur_outcome outcome)
{
    if ((unsigned)outcome >= CHATUR_OUTCOMES) {
        outcome = CHATUR_INTERNAL;
    }
    return &rows[outcome];
}

enum chatur_outcome chatur_refuse(struct chatur_error *error, enum chatur_outcome outcome,
                                  const char *format, ...)
{
    if (error != NULL) {
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(error->message, sizeof(error->message), format, arguments);
        va_end(arguments);
    }
    return outcome;
}

enum chatur_outcome chatur_fail(struct chatur_error *error, enum chatur_outcome outcome,
                                const char *format, ...)
{
    if (error != NULL) {
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(error->detail, sizeof(error->detail), format, arguments);
        va_end(arguments);
    }
    return outcome;
}

enum chatur_outcome chatur_no_memory(struct chatur_error *error)
{
    return chatur_fail(error, CHATUR_INTERNAL, "out of memory");
}

int chatur_outcome_http_status(enum chatur_outcome outcome)
{
    return row_of(outcome)->http_status;
}

const char *chatur_outcome_message(enum chatur_outcome outcome)
{
    return row_of(outcome)->message;
}

const char *chatur_outcome_name(enum chatur_outcome outcome)
{
    return row_of(outcome)->name;
}
