/* Env file: reads `NAME=value` lines in the usual dotenv syntax, in place and without allocating.
 *
 * `#` at the start of a line, or after white space, begins a comment; `export ` before a name is
 * skipped; white space around name and value is dropped. Single quotes keep everything between
 * them; in double quotes \n, \" and \\ are escapes and any other backslash stays. A quoted value
 * may span lines. Nothing is expanded. Lines may end in CR LF, and a byte order mark is skipped.
 *
 * An unquoted value with a `#` right after another character is refused: some readers of such files
 * cut it there and others do not, and a key that differs silently is worse than an error. */
#ifndef CHATUR_BASE_ENV_FILE_H
#define CHATUR_BASE_ENV_FILE_H

#include <stddef.h>

#include "base/outcome.h"

struct chatur_env_reader {
    char *next;
    char *end;
    unsigned line;
    const char *path; /* for messages */
};

struct chatur_env_entry {
    const char *name; /* letters, digits and underscores, not starting with a digit */
    const char *value;
    unsigned line;
};

/* `text` is `length` bytes and a NUL. It is altered by reading, and the entries' strings point into
 * it. `path` is borrowed. */
void chatur_env_reader_start(struct chatur_env_reader *reader, char *text, size_t length,
                             const char *path);

/* CHATUR_OK: `*entry` is the next one. CHATUR_EMPTY: there are no more. CHATUR_BAD_REQUEST: a
 * line that cannot be read, as `file:line: reason` in error->detail; do not read on. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_env_reader_next(struct chatur_env_reader *reader,
                                                             struct chatur_env_entry *entry,
                                                             struct chatur_error *error);

#endif
