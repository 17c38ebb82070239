/* Params (private to serve): what the values of a request's CGI parameters mean. Pure functions;
 * everything odd reads as invalid. */
#ifndef CHATUR_SERVE_PARAMS_H
#define CHATUR_SERVE_PARAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHATUR_REQUEST_ID_MAX 64
#define CHATUR_ENDPOINT_MAX   128

/* Decimal digits and nothing else. A number past uint64_t reads as UINT64_MAX. */
bool chatur_params_number(const char *text, uint64_t *number);

/* No longer than max_bytes, and without control characters but the tab that HTTP allows. */
bool chatur_params_is_clean(const char *value, size_t max_bytes);

/* 1 to CHATUR_REQUEST_ID_MAX of [0-9A-Za-z._-]: fit for a header and a log as it is. */
bool chatur_params_is_request_id(const char *value);

/* 2 to CHATUR_ENDPOINT_MAX of [0-9A-Za-z._/-], the first a slash: a path fit for a log as it is. */
bool chatur_params_is_path(const char *value);

/* A Content-Type that means JSON in UTF-8: application/json in any case, `charset` only utf-8,
 * other parameters ignored. */
bool chatur_params_is_json(const char *content_type);

/* An Accept that asks for server-sent events: text/event-stream is named with a weight above 0, and
 * one not below that of application/json if that is named too. Ranges (a star) name neither: every
 * client sends them. What is malformed in the list counts as not being there. */
bool chatur_params_accepts_events(const char *accept);

/* An address of this machine's own: 127.0.0.0/8, ::1, either as IPv4-mapped, or NGINX's `unix:`. */
bool chatur_params_is_loopback(const char *address);

#endif
