/* Folder: a set of items, one per file of a folder, reloaded when a file changes: how templates and
 * tutorials are edited without a restart.
 *
 * Readers take a view: an immutable, reference-counted snapshot. At most once a second taking one
 * looks at the folder (names, mtimes to the nanosecond, sizes, inodes) and, when something changed,
 * loads what did; meanwhile other threads go on with the view there is. A file that does not load
 * is logged with its name and line, and its last good item stays in force; a file that never loaded
 * is left out; a file that went away takes its item with it. A whole new set can be refused: by the
 * folder's own check (duplicate ids), or for being empty. Then the last good set stays.
 *
 * A process that starts knows no last good version. When copies are kept, the files of the set in
 * force are in a folder of the service's own, and both rules hold from one process to the next. */
#ifndef CHATUR_BASE_FOLDER_H
#define CHATUR_BASE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/outcome.h"

struct chatur_folder_file {
    const char *path;  /* for messages */
    const char *slug;  /* the file's name without its extension */
    const char *bytes; /* NUL-terminated */
    size_t length;
    int64_t updated_s; /* Unix time: when its content, or the file itself, last came here */
};

struct chatur_folder_kind {
    const char *extension; /* ".yaml"; files with another one, or whose name starts with '.', are
                              not ours */
    size_t max_file_bytes;

    /* Makes an item of a file. CHATUR_OK, or CHATUR_BAD_REQUEST with `file:line: reason` in
     * error->detail. The file's fields are borrowed during the call: copy what is kept. */
    enum chatur_outcome (*load)(const struct chatur_folder_file *file, void **item,
                                struct chatur_error *error);
    void (*free_item)(void *item);

    /* Looks at a whole set, never empty, before it comes into force; may sort `items`, but not
     * change them: the set in force shares them. May build one thing for the whole set into
     * `*extra` (freed by free_extra, before the items; left NULL unless CHATUR_OK). May be NULL.
     * CHATUR_OK or CHATUR_BAD_REQUEST with detail. */
    enum chatur_outcome (*adopt)(void **items, size_t count, void **extra,
                                 struct chatur_error *error);
    void (*free_extra)(void *extra);
};

struct chatur_folder_view {
    void *const *items; /* sorted by file name unless `adopt` sorted them otherwise */
    size_t count;
    void *extra;
};

struct chatur_folder;

/* Touches no file yet. `kind` is borrowed for good, `path` copied. NULL: out of memory. */
struct chatur_folder *chatur_folder_new(const char *path, const struct chatur_folder_kind *kind);

/* Views that were taken stay good until they are released. NULL is fine. */
void chatur_folder_free(struct chatur_folder *folder);

/* How long a look at the folder is good for, instead of a second: for tests, before the first
 * acquire. */
void chatur_folder_set_interval_ms(struct chatur_folder *folder, int64_t interval_ms);

/* Keeps copies in `path`, which is made when its parent's parent is there; nobody else may write to
 * it. Where that fails there are none, which is logged once. Before the first acquire. False: out
 * of memory. */
CHATUR_MUST_CHECK bool chatur_folder_keep_copies(struct chatur_folder *folder, const char *path);

/* What is in the folder but not in force as it is, as a sentence of names and reasons, by the last
 * look; it lives in the arena. NULL: nothing, or no memory. Thread-safe. */
const char *chatur_folder_warning(struct chatur_folder *folder, struct chatur_arena *arena);

/* Takes a view, current to about a second. Thread-safe. Release every view taken.
 * CHATUR_OK, or CHATUR_INTERNAL when there is no good set at all (no folder, no valid file). */
CHATUR_MUST_CHECK enum chatur_outcome chatur_folder_acquire(struct chatur_folder *folder,
                                                            const struct chatur_folder_view **view,
                                                            struct chatur_error *error);
void chatur_folder_release(const struct chatur_folder_view *view);

/* The form a request uses: takes a view and gives it back when the arena is reset. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_folder_borrow(struct chatur_folder *folder,
                                                           struct chatur_arena *arena,
                                                           const struct chatur_folder_view **view,
                                                           struct chatur_error *error);

/* Loads every file afresh, strictly: the first invalid file, in the order of names, is the error
 * (CHATUR_BAD_REQUEST); so is a refused set, or no file at all. For checking a folder before it is
 * deployed. `*count` gets the number of items. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_folder_check(const char *path,
                                                          const struct chatur_folder_kind *kind,
                                                          size_t *count,
                                                          struct chatur_error *error);

#endif
