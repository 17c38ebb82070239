/* Account: what takes somebody's access away, or gives it back. The store is changed first, then
 * everybody who may remember is told; when these return, no process on any machine lets the user in
 * (or keeps them out) any more. Nobody else calls the store's two functions. */
#ifndef CHATUR_AUTH_ACCOUNT_H
#define CHATUR_AUTH_ACCOUNT_H

#include "base/outcome.h"
#include "cache/cache.h"
#include "store/store.h"

/* As chatur_store_user_erase. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_account_erase(struct chatur_store *store,
                                                           struct chatur_cache *cache,
                                                           const char *uid,
                                                           struct chatur_error *error);

/* As chatur_store_user_suspend. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_account_suspend(struct chatur_store *store,
                                                             struct chatur_cache *cache,
                                                             const char *uid, bool suspended,
                                                             struct chatur_error *error);

#endif
