/* Templates: the kinds of email on offer, one YAML file each (templates/<slug>.yaml): the catalogue
 * entry, the instructions and few-shot examples for a language model, and the phrases of the
 * offline generator. */
#ifndef CHATUR_GENERATE_TEMPLATE_H
#define CHATUR_GENERATE_TEMPLATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/folder.h"
#include "base/outcome.h"

struct chatur_strings {
    const char *const *items;
    size_t count;
};

struct chatur_example {
    const char *subject;
    const char *keywords;
    const char *email; /* the body a good answer would have */
};

/* Immutable; strings are never NULL. Lives as long as the view it came from. */
struct chatur_template {
    const char *id; /* "1": what promptId names */
    const char *slug;
    const char *title;
    const char *short_description;
    const char *description;
    const char *icon; /* a file name under etc/htdocs/icons */
    int64_t price;    /* coins of one generation (`maxTokens` on the wire) */
    int64_t updated_s;
    const char *version; /* names the file's contents: the same file, the same version */

    const char *instructions;
    const struct chatur_example *examples;
    size_t example_count;

    const struct chatur_offline_phrases *offline; /* see offline_phrases.h */
};

/* The folder's kind: chatur_folder_new(path, &chatur_template_kind). Items are `struct
 * chatur_template *`, sorted by numeric id; ids are unique. */
extern const struct chatur_folder_kind chatur_template_kind;

/* The template with this id, or NULL. */
const struct chatur_template *chatur_template_find(const struct chatur_folder_view *view,
                                                   const char *id);

#endif
