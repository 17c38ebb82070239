/* A list of blocks, newest first, each handing out memory from its front. The first block is kept
 * across resets; a request that needs more gets blocks that double, which die with it. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Enough for nearly every request, small enough for hundreds of idle threads to hold one each. */
#define FIRST_BLOCK_BYTES 8192

struct block {
    struct block *older;
    size_t size; /* of `bytes` */
    size_t used;
    alignas(max_align_t) unsigned char bytes[];
};

struct deferred {
    struct deferred *older;
    void (*call)(void *object);
    void *object;
};

struct chatur_arena {
    struct block *newest;
    struct deferred *deferred;
    size_t max_bytes;
    size_t total; /* of all blocks */
};

static struct block *add_block(struct chatur_arena *arena, size_t size)
{
    if (size > arena->max_bytes - arena->total) {
        return NULL;
    }
    struct block *block = malloc(sizeof(*block) + size);
    if (block == NULL) {
        return NULL;
    }
    block->older = arena->newest;
    block->size = size;
    block->used = 0;
    arena->newest = block;
    arena->total += size;
    return block;
}

struct chatur_arena *chatur_arena_new(size_t max_bytes)
{
    struct chatur_arena *arena = calloc(1, sizeof(*arena));
    if (arena == NULL) {
        return NULL;
    }
    arena->max_bytes = max_bytes > FIRST_BLOCK_BYTES ? max_bytes : FIRST_BLOCK_BYTES;
    if (add_block(arena, FIRST_BLOCK_BYTES) == NULL) {
        free(arena);
        return NULL;
    }
    return arena;
}

void chatur_arena_reset(struct chatur_arena *arena)
{
    while (arena->deferred != NULL) {
        struct deferred *deferred = arena->deferred;
        arena->deferred = deferred->older;
        deferred->call(deferred->object);
    }
    while (arena->newest->older != NULL) {
        struct block *block = arena->newest;
        arena->newest = block->older;
        free(block);
    }
    arena->newest->used = 0;
    arena->total = arena->newest->size;
}

void chatur_arena_free(struct chatur_arena *arena)
{
    if (arena == NULL) {
        return;
    }
    chatur_arena_reset(arena);
    free(arena->newest);
    free(arena);
}

void *chatur_arena_alloc(struct chatur_arena *arena, size_t bytes)
{
    const size_t alignment = alignof(max_align_t);
    if (bytes > arena->max_bytes) {
        return NULL; /* also keeps the rounding below from overflowing */
    }
    size_t rounded = (bytes + alignment - 1) / alignment * alignment;
    struct block *block = arena->newest;
    if (rounded > block->size - block->used) {
        size_t size = block->size * 2;
        if (size > arena->max_bytes - arena->total) {
            size = arena->max_bytes - arena->total;
        }
        block = add_block(arena, size > rounded ? size : rounded);
        if (block == NULL) {
            return NULL;
        }
    }
    void *memory = block->bytes + block->used;
    block->used += rounded;
    return memset(memory, 0, bytes);
}

char *chatur_arena_strndup(struct chatur_arena *arena, const char *bytes, size_t length)
{
    if (length == SIZE_MAX) {
        return NULL;
    }
    char *copy = chatur_arena_alloc(arena, length + 1);
    if (copy != NULL && length > 0) {
        memcpy(copy, bytes, length);
    }
    return copy;
}

char *chatur_arena_strdup(struct chatur_arena *arena, const char *string)
{
    return chatur_arena_strndup(arena, string, strlen(string));
}

char *chatur_arena_printf(struct chatur_arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length < 0 ? NULL : chatur_arena_alloc(arena, (size_t)length + 1);
    if (text != NULL) {
        (void)vsnprintf(text, (size_t)length + 1, format, again);
    }
    va_end(again);
    return text;
}

bool chatur_arena_defer(struct chatur_arena *arena, void (*call)(void *object), void *object)
{
    struct deferred *deferred = chatur_arena_alloc(arena, sizeof(*deferred));
    if (deferred == NULL) {
        call(object);
        return false;
    }
    *deferred = (struct deferred){.older = arena->deferred, .call = call, .object = object};
    arena->deferred = deferred;
    return true;
}
