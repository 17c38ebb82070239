/* Arena: the memory of one request. Everything a request allocates comes from here and dies with it
 * in one place; nothing inside needs a free of its own. Not thread-safe: a request has one thread.
 * Allocations are capped, so that no request can take the process's memory with it. */
#ifndef CHATUR_BASE_ARENA_H
#define CHATUR_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"

struct chatur_arena;

/* An arena that hands out at most `max_bytes` between two resets. NULL: out of memory. */
struct chatur_arena *chatur_arena_new(size_t max_bytes);

/* Runs the deferred calls, frees everything. NULL is fine. */
void chatur_arena_free(struct chatur_arena *arena);

/* Runs the deferred calls (last first) and forgets all allocations, keeping the first block, so
 * that a worker's next request costs no malloc. */
void chatur_arena_reset(struct chatur_arena *arena);

/* Zeroed memory, aligned for any type. NULL: out of memory or over the cap. `bytes` 0 is legal. */
void *chatur_arena_alloc(struct chatur_arena *arena, size_t bytes);

/* Copies; NUL-terminated. NULL: out of memory or over the cap. `length` bytes are copied as they
 * are. */
char *chatur_arena_strdup(struct chatur_arena *arena, const char *string);
char *chatur_arena_strndup(struct chatur_arena *arena, const char *bytes, size_t length);
char *chatur_arena_printf(struct chatur_arena *arena, const char *format, ...) CHATUR_PRINTF(2, 3);

/* Has `call(object)` run when the arena is reset or freed: how a request gives back what it
 * borrowed (a catalogue view, a JSON tree). On false (out of memory) the call was run at once. */
bool chatur_arena_defer(struct chatur_arena *arena, void (*call)(void *object), void *object);

#endif
