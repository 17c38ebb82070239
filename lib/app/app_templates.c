#include "generate/template.h"

#include "app/parts.h"

static enum chatur_outcome make(struct chatur_app *app, void **part, struct chatur_error *error)
{
    return chatur_app_folder(app, "templates", &chatur_template_kind, part, error);
}

enum chatur_outcome chatur_app_templates(struct chatur_app *app, struct chatur_folder **templates,
                                         struct chatur_error *error)
{
    void *part = NULL;
    enum chatur_outcome outcome =
        chatur_app_part(app, CHATUR_PART_TEMPLATES, make, chatur_app_free_folder, &part, error);
    *templates = part;
    return outcome;
}
