/* The SQLite backend, as its only caller sees it: the embedded default, one file on this host. */
#ifndef CHATUR_STORE_SQLITE_H
#define CHATUR_STORE_SQLITE_H

#include "store/store.h"

/* For a db_uri `sqlite:` + an absolute path. Opens nothing yet: the file (mode 0600) and its
 * folder (0700) are made at first use. CHATUR_OK, CHATUR_BAD_REQUEST (not an absolute path),
 * CHATUR_INTERNAL. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_sqlite_store_new(const struct chatur_config *config,
                                                              struct chatur_store **store,
                                                              struct chatur_error *error);

#endif
