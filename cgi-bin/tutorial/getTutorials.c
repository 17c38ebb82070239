/* The tutorials, as HTML fragments. */
#include "chatur.h"

static enum chatur_outcome handle(struct chatur_request *request, struct chatur_response *response)
{
    struct chatur_folder *tutorials = NULL;
    const struct chatur_folder_view *view = NULL;

    enum chatur_outcome outcome = chatur_app_tutorials(request->app, &tutorials, &request->error);
    if (outcome == CHATUR_OK) {
        outcome = chatur_folder_borrow(tutorials, request->arena, &view, &request->error);
    }
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    for (size_t i = 0; i < view->count; i++) {
        const struct chatur_tutorial *tutorial = view->items[i];
        struct chatur_buffer *json = chatur_response_element(response);
        chatur_json_open(json);
        chatur_json_put_string(json, "title", tutorial->title);
        chatur_json_put_string(json, "htmlContent", tutorial->html);
        chatur_json_put_integer(json, "updatedOn", tutorial->updated_s);
        chatur_json_close(json);
    }
    return view->count > 0 ? CHATUR_OK : CHATUR_EMPTY;
}

static enum chatur_outcome prepare(struct chatur_app *app, struct chatur_error *error)
{
    struct chatur_folder *tutorials = NULL;
    return chatur_app_tutorials(app, &tutorials, error);
}

int main(void)
{
    return chatur_serve(&(struct chatur_endpoint){.handle = handle, .prepare = prepare});
}
