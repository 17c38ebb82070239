/* Folder copies: the files of the set in force, kept where a process that starts while a file is
 * broken finds the last good one. A copy has its source's size and, as its mtime, the time the
 * source came to be what it is: whether there is anything to write shows without reading.
 *
 * Many processes keep the same copies. Each is written beside its place and renamed into it, so a
 * reader has a whole one, and of two writers at once the later has the same to say or looks again.
 * Private to base/. */
#ifndef CHATUR_BASE_FOLDER_COPIES_H
#define CHATUR_BASE_FOLDER_COPIES_H

#include "base/folder_files.h"

/* Makes the copies those of `entries`: a file that is not current leaves its copy as it is, and a
 * copy of a file that is no more goes. Goes on after a failure, which is the first one's.
 * CHATUR_OK or CHATUR_INTERNAL with detail. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_folder_copies_keep(const char *copies, const char *folder,
                          const struct chatur_folder_kind *kind,
                          const struct chatur_folder_entries *entries, struct chatur_error *error);

/* As chatur_folder_entry_load, of the entry's copy. CHATUR_NOT_FOUND: there is none. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_folder_copy_load(const char *copies,
                                                              const struct chatur_folder_kind *kind,
                                                              struct chatur_folder_entry *entry,
                                                              struct chatur_error *error);

#endif
