/* Folder set: the counted snapshot that a view is. Shares its items with the sets before and after
 * it. Private to base/. */
#ifndef CHATUR_BASE_FOLDER_SET_H
#define CHATUR_BASE_FOLDER_SET_H

#include "base/folder_files.h"

struct chatur_folder_set;

/* The set of all items there are, if it is a good one: CHATUR_OK, or CHATUR_BAD_REQUEST (it is
 * refused) or CHATUR_INTERNAL with detail and `*made` NULL. `path` is for messages. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_folder_set_make(const char *path, const struct chatur_folder_kind *kind,
                       const struct chatur_folder_entries *entries, struct chatur_folder_set **made,
                       struct chatur_error *error);

size_t chatur_folder_set_count(const struct chatur_folder_set *set);

/* Another reference, and what it shows. */
const struct chatur_folder_view *chatur_folder_set_share(struct chatur_folder_set *set);

/* The set that shows `view`. */
struct chatur_folder_set *chatur_folder_set_of(const struct chatur_folder_view *view);

/* Gives a reference back. NULL is fine. */
void chatur_folder_set_release(struct chatur_folder_set *set);

#endif
