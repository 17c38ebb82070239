#include "auth/account.h"

/* Also after a failure: of a write whose answer was lost nobody knows whether it was done. Also
 * when there was no such user: another one who erased them may not have come to telling. */
enum chatur_outcome chatur_account_erase(struct chatur_store *store, struct chatur_cache *cache,
                                         const char *uid, struct chatur_error *error)
{
    enum chatur_outcome outcome = chatur_store_user_erase(store, uid, error);
    chatur_cache_forget(cache, uid);
    return outcome;
}

enum chatur_outcome chatur_account_suspend(struct chatur_store *store, struct chatur_cache *cache,
                                           const char *uid, bool suspended,
                                           struct chatur_error *error)
{
    enum chatur_outcome outcome = chatur_store_user_suspend(store, uid, suspended, error);
    chatur_cache_forget(cache, uid);
    return outcome;
}
