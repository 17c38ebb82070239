/* Erases the caller's account and everything that belongs to it. */
#include "chatur.h"

static enum chatur_outcome handle(struct chatur_request *request, struct chatur_response *response)
{
    struct chatur_store *store = NULL;
    struct chatur_cache *cache = NULL;
    (void)response;

    enum chatur_outcome outcome = chatur_app_store(request->app, &store, &request->error);
    if (outcome == CHATUR_OK) {
        outcome = chatur_app_cache(request->app, &cache, &request->error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_account_erase(store, cache, request->user.uid, &request->error);
    }
    return outcome == CHATUR_NOT_FOUND ? CHATUR_UNAUTHENTICATED : outcome;
}

int main(void)
{
    return chatur_serve(&(struct chatur_endpoint){.handle = handle});
}
