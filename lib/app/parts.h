/* How an accessor keeps its part: private to lib/app.
 *
 * Each part has a slot; the accessor makes it under the app's lock the first time and finds it
 * there ever after. The slot remembers how to free it, so that freeing the app links nothing the
 * binary does not use. */
#ifndef CHATUR_APP_PARTS_H
#define CHATUR_APP_PARTS_H

#include "app/app.h"

enum chatur_part {
    CHATUR_PART_STORE,
    CHATUR_PART_CACHE,
    CHATUR_PART_AUTH,
    CHATUR_PART_TEMPLATES,
    CHATUR_PART_TUTORIALS,
    CHATUR_PART_MAIL,
    CHATUR_PARTS /* how many; a part uses only parts before it */
};

typedef enum chatur_outcome chatur_part_maker(struct chatur_app *app, void **part,
                                              struct chatur_error *error);

/* The part in `slot`, made by `make` when it is not there yet; `free_part` will free it. A failure
 * is not remembered: the next call tries again. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_app_part(struct chatur_app *app, enum chatur_part slot,
                                                      chatur_part_maker *make,
                                                      void (*free_part)(void *part), void **part,
                                                      struct chatur_error *error);

/* A folder of the home directory as a part, loaded: what templates and tutorials share. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_app_folder(struct chatur_app *app, const char *name,
                                                        const struct chatur_folder_kind *kind,
                                                        void **part, struct chatur_error *error);
void chatur_app_free_folder(void *part);

#endif
