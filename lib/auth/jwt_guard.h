/* The guard: the form every token must have before its signature is looked at. It checks no
 * signature, so nothing it returns is proven yet. */
#ifndef CHATUR_AUTH_JWT_GUARD_H
#define CHATUR_AUTH_JWT_GUARD_H

#include <stddef.h>

#include "base/arena.h"
#include "base/outcome.h"

/* A segment, decoded: `length` bytes, and a NUL behind them. */
struct chatur_jwt_segment {
    const char *bytes;
    size_t length;
};

struct chatur_jwt_segments {
    struct chatur_jwt_segment header;  /* strict JSON: an object that names the algorithm asked */
    struct chatur_jwt_segment payload; /* any bytes */
    struct chatur_jwt_segment signature;
};

/* Passes a token of at most CHATUR_JWT_MAX_BYTES, made of three non-empty segments of canonical
 * base64url without padding, whose header is strict JSON with exactly `algorithm` as "alg", nothing
 * but "JWT" as "typ" (which may be absent), and no "crit". The decoded segments live in the arena.
 * CHATUR_OK; CHATUR_UNAUTHENTICATED with a public message; CHATUR_INTERNAL (out of memory). */
CHATUR_MUST_CHECK enum chatur_outcome chatur_jwt_guard(const char *token, const char *algorithm,
                                                       struct chatur_arena *arena,
                                                       struct chatur_jwt_segments *segments,
                                                       struct chatur_error *error);

/* The refusal of every invalid token: one public message for all, so that it teaches a forger
 * nothing, and `reason` for the log. Returns CHATUR_UNAUTHENTICATED. */
enum chatur_outcome chatur_jwt_refuse(struct chatur_error *error, const char *reason);

#endif
