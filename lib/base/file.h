/* Files: reading one whole, with a limit. */
#ifndef CHATUR_BASE_FILE_H
#define CHATUR_BASE_FILE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/outcome.h"

/* Reads a regular file into the arena, NUL-terminated (`*length` excludes the NUL).
 * CHATUR_OK; CHATUR_NOT_FOUND (no such file); CHATUR_TOO_LARGE (over max_bytes); CHATUR_INTERNAL
 * (unreadable, not a regular file, out of memory), the reason in `error->detail`. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_file_read(const char *path, size_t max_bytes,
                                                       struct chatur_arena *arena, char **bytes,
                                                       size_t *length, struct chatur_error *error);

#endif
