/* Who the caller is, and their coins. */
#include "base/log.h"
#include "chatur.h"

static enum chatur_outcome handle(struct chatur_request *request, struct chatur_response *response)
{
    const char *uid = request->user.uid;
    struct chatur_store *store = NULL;
    struct chatur_user user = {0};

    enum chatur_outcome outcome = chatur_app_store(request->app, &store, &request->error);
    if (outcome == CHATUR_OK) {
        /* The coins are looked at: what a crash left reserved is put right first, if it can be. */
        struct chatur_error problem = {0};
        bool is_right =
            chatur_store_coins_reclaim(store, uid, chatur_now_ms(), &problem) == CHATUR_OK;
        outcome = chatur_store_user_find(store, uid, request->arena, &user, &request->error);
        if (outcome == CHATUR_OK && !is_right) {
            chatur_log(CHATUR_ERROR, "what is reserved was not put right: %s", problem.detail);
        }
    }
    if (outcome != CHATUR_OK) {
        return outcome == CHATUR_NOT_FOUND ? CHATUR_UNAUTHENTICATED : outcome;
    }

    struct chatur_buffer *json = chatur_response_element(response);
    chatur_json_open(json);
    chatur_json_put_string(json, "_id", user.id);
    chatur_json_put_string(json, "userId", user.uid);
    chatur_json_put_string(json, "uid", user.uid);
    chatur_json_put_string(json, "email", user.email);
    chatur_json_put_string(json, "name", user.name);
    chatur_json_put_string(json, "picture", user.picture);
    chatur_json_put_integer(json, "usedTokens", user.used_coins);
    chatur_json_put_integer(json, "availableTokens", user.available_coins);
    chatur_json_put_integer(json, "generatedEmailCount", user.generated_count);
    chatur_json_close(json);
    return CHATUR_OK;
}

int main(void)
{
    return chatur_serve(&(struct chatur_endpoint){.handle = handle});
}
