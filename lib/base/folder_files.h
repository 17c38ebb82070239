/* Folder files: what is in a folder, and the items made of it. The half of folder.h that touches
 * the disk; nothing here is shared between threads but an item's count. Private to base/. */
#ifndef CHATUR_BASE_FOLDER_FILES_H
#define CHATUR_BASE_FOLDER_FILES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "base/folder.h"

/* Counted, because all sets that a file's item is in share it. */
struct chatur_folder_item {
    atomic_uint references;
    const struct chatur_folder_kind *kind;
    void *payload;
};

/* Both accept NULL. */
struct chatur_folder_item *chatur_folder_item_share(struct chatur_folder_item *item);
void chatur_folder_item_release(struct chatur_folder_item *item);

/* What tells that a file is not what it was. All zero: it could not be looked at. */
struct chatur_folder_identity {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified;
    struct timespec changed; /* shows a copy that brought an old mtime along */
};

bool chatur_folder_identity_same(const struct chatur_folder_identity *left,
                                 const struct chatur_folder_identity *right);

struct chatur_folder_entry {
    char *name;
    struct chatur_folder_identity identity;
    struct timespec updated;         /* what the item will say: the later of its two times */
    bool current;                    /* the item is of the file as it is */
    bool unsettled;                  /* to be loaded again, whatever the identity says */
    char *complaint;                 /* what was logged about it; NULL: nothing */
    struct chatur_folder_item *item; /* its last good one; NULL: there never was one */
};

struct chatur_folder_entries {
    struct chatur_folder_entry *list; /* in the order of names */
    size_t count;
};

/* What is in the folder, without items. CHATUR_OK; CHATUR_BAD_REQUEST: the folder cannot be read;
 * CHATUR_INTERNAL. `*entries` is to be freed in any case. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_folder_entries_list(const char *path, const struct chatur_folder_kind *kind,
                           struct chatur_folder_entries *entries, struct chatur_error *error);
void chatur_folder_entries_free(struct chatur_folder_entries *entries);

/* Reads a file and makes its item. Unless CHATUR_OK entry->item is as it was; entry->current is the
 * caller's.
 * CHATUR_BAD_REQUEST: its content is invalid; anything else: it could not be had. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_folder_entry_load(const char *folder, const struct chatur_folder_kind *kind,
                         struct chatur_folder_entry *entry, struct chatur_error *error);

#endif
