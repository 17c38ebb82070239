/* The templates on offer: all, or those changed since the client last looked. */
#include "chatur.h"

struct body {
    int64_t updated_after;
};

static const struct chatur_field fields[] = {
    {"updatedAfter", CHATUR_NUMBER, .optional = true, .no_null = true, .min = INT64_MIN,
     .offset = offsetof(struct body, updated_after)},
};

static void write_prompt(struct chatur_buffer *json, const struct chatur_template *template,
                         const char *icon_url)
{
    chatur_json_open(json);
    chatur_json_put_string(json, "id", template->id);
    chatur_json_put_string(json, "title", template->title);
    chatur_json_put_string(json, "slug", template->slug);
    chatur_json_put_integer(json, "maxTokens", template->price);
    chatur_json_put_string(json, "shortDescription", template->short_description);
    chatur_json_put_string(json, "iconUrl", icon_url);
    chatur_json_put_string(json, "description", template->description);
    chatur_json_put_integer(json, "updatedOn", template->updated_s);
    chatur_json_close(json);
}

static enum chatur_outcome handle(struct chatur_request *request, struct chatur_response *response)
{
    struct body body = {.updated_after = INT64_MIN};
    struct chatur_folder *templates = NULL;
    const struct chatur_folder_view *view = NULL;

    enum chatur_outcome outcome = CHATUR_FIELDS(request, fields, &body);
    if (outcome == CHATUR_OK) {
        outcome = chatur_app_templates(request->app, &templates, &request->error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_folder_borrow(templates, request->arena, &view, &request->error);
    }
    if (outcome != CHATUR_OK) {
        return outcome;
    }

    outcome = CHATUR_EMPTY;
    for (size_t i = 0; i < view->count; i++) {
        const struct chatur_template *template = view->items[i];
        if (template->updated_s > body.updated_after) {
            const char *icon_url =
                chatur_arena_printf(request->arena, "%s/icons/%s",
                                    chatur_app_config(request->app)->public_url, template->icon);
            write_prompt(chatur_response_element(response), template, icon_url);
            outcome = CHATUR_OK;
        }
    }
    return outcome;
}

static enum chatur_outcome prepare(struct chatur_app *app, struct chatur_error *error)
{
    struct chatur_folder *templates = NULL;
    return chatur_app_templates(app, &templates, error);
}

int main(void)
{
    return chatur_serve(&(struct chatur_endpoint){.handle = handle, .prepare = prepare});
}
