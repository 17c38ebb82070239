/* The MongoDB backend, as its only caller sees it: for production, one database for many hosts. */
#ifndef CHATUR_STORE_MONGO_H
#define CHATUR_STORE_MONGO_H

#include "store/store.h"

/* For a db_uri `mongodb://…` or `mongodb+srv://…`. Loads the driver, connects to nothing yet.
 * CHATUR_OK, CHATUR_BAD_REQUEST (not a valid URI), CHATUR_INTERNAL (the driver is not installed).
 */
CHATUR_MUST_CHECK enum chatur_outcome chatur_mongo_store_new(const struct chatur_config *config,
                                                             struct chatur_store **store,
                                                             struct chatur_error *error);

#endif
