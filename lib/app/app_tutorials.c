#include "tutorial/tutorial.h"

#include "app/parts.h"

static enum chatur_outcome make(struct chatur_app *app, void **part, struct chatur_error *error)
{
    return chatur_app_folder(app, "tutorials", &chatur_tutorial_kind, part, error);
}

enum chatur_outcome chatur_app_tutorials(struct chatur_app *app, struct chatur_folder **tutorials,
                                         struct chatur_error *error)
{
    void *part = NULL;
    enum chatur_outcome outcome =
        chatur_app_part(app, CHATUR_PART_TUTORIALS, make, chatur_app_free_folder, &part, error);
    *tutorials = part;
    return outcome;
}
