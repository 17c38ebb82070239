/* Is it alive, and is it ready to serve? `/health` asks both and is 503 until what a request needs
 * is there; `/health?live` only asks whether the process answers, so that an orchestrator does not
 * restart us because a database is away. */
#include <string.h>

#include "chatur.h"

/* A template that is broken does not make us less ready: what is in force serves. `*warning` gets
 * what is wrong with the files, or NULL. */
static enum chatur_outcome check_ready(struct chatur_request *request, const char **warning)
{
    struct chatur_store *store = NULL;
    struct chatur_folder *templates = NULL;
    const struct chatur_folder_view *view = NULL;

    enum chatur_outcome outcome = chatur_app_store(request->app, &store, &request->error);
    if (outcome == CHATUR_OK) {
        outcome = chatur_store_ping(store, &request->error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_app_templates(request->app, &templates, &request->error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_folder_borrow(templates, request->arena, &view, &request->error);
    }
    if (outcome == CHATUR_OK) {
        *warning = chatur_folder_warning(templates, request->arena);
    }
    return outcome == CHATUR_OK ? CHATUR_OK : CHATUR_UNAVAILABLE;
}

static enum chatur_outcome handle(struct chatur_request *request, struct chatur_response *response)
{
    const char *warning = NULL;
    bool only_live = strcmp(request->query, "live") == 0;
    enum chatur_outcome outcome = only_live ? CHATUR_OK : check_ready(request, &warning);
    if (outcome == CHATUR_OK) {
        struct chatur_buffer *json = chatur_response_element(response);
        chatur_json_open(json);
        chatur_json_put_boolean(json, "live", true);
        if (!only_live) {
            chatur_json_put_boolean(json, "ready", true);
        }
        if (warning != NULL) {
            chatur_json_put_string(json, "warning", warning);
        }
        chatur_json_close(json);
    }
    return outcome;
}

int main(void)
{
    return chatur_serve(
        &(struct chatur_endpoint){.handle = handle, .public = true, .allow_get = true});
}
