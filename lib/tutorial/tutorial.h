/* Tutorials: one Markdown file each (tutorials/<slug>.md), rendered to an HTML fragment at load.
 * The first line is the title (`# Title`); the rest is the content. */
#ifndef CHATUR_TUTORIAL_TUTORIAL_H
#define CHATUR_TUTORIAL_TUTORIAL_H

#include <stdint.h>

#include "base/folder.h"

struct chatur_tutorial {
    const char *title;
    const char *html; /* a fragment, legible on the app's dark background */
    int64_t updated_s;
};

/* The folder's kind; items are `struct chatur_tutorial *`, sorted by file name. */
extern const struct chatur_folder_kind chatur_tutorial_kind;

#endif
