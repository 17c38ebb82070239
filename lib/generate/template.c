/* A template is one arena: its strings, examples and phrases are copied there while its file is
 * read, and it goes in one free. The file's format is in this file's two tables and, for the
 * `offline` part, in offline_phrases.c. */
#include "generate/template.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "generate/offline_phrases.h"
#include "generate/template_yaml.h"

#define MAX_FILE_BYTES  (64UL << 10)
#define MAX_ARENA_BYTES (1UL << 20)
#define MAX_ID_DIGITS   9    /* fits an int, as clients may keep it in one */
#define MAX_TITLE_BYTES 100  /* one line of a list on a phone */
#define MAX_SHORT_BYTES 200  /* two */
#define MAX_TEXT_BYTES  4000 /* a screen; for instructions, some thousand model tokens */
#define MAX_WORDS_BYTES 1000 /* an example's subject or keywords: as long as a user's */
#define MAX_PRICE       100000
#define MAX_EXAMPLES    8 /* each costs model tokens in every call */

struct loaded {
    struct chatur_template template; /* first: an item is a struct chatur_template * */
    struct chatur_arena *arena;
};

struct nodes {
    const yaml_node_t *id, *title, *short_description, *description, *icon, *price, *instructions,
        *examples, *offline;
};

/* --- fields ----------------------------------------------------------------------------------- */

static enum chatur_outcome load_id(struct chatur_yaml *yaml, const yaml_node_t *node,
                                   const char **id)
{
    enum chatur_outcome outcome = chatur_yaml_string(yaml, node, "id", 100, false, id);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    size_t length = strlen(*id);
    if (strspn(*id, "0123456789") != length || length > MAX_ID_DIGITS || (*id)[0] == '0') {
        return chatur_yaml_refuse(yaml, node, "id must be 1 to %d digits, the first not 0",
                                  MAX_ID_DIGITS);
    }
    return CHATUR_OK;
}

static enum chatur_outcome load_icon(struct chatur_yaml *yaml, const yaml_node_t *node,
                                     const char **icon)
{
    static const char extension[] = ".png";
    enum chatur_outcome outcome =
        chatur_yaml_string(yaml, node, "icon", MAX_TITLE_BYTES, false, icon);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    /* It becomes part of a URL and of a path: nothing that means anything there. */
    size_t name = strspn(*icon, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (name == 0 || strcmp(*icon + name, extension) != 0) {
        return chatur_yaml_refuse(yaml, node,
                                  "icon must be small letters, digits and hyphens, then .png");
    }
    return CHATUR_OK;
}

static enum chatur_outcome load_example(struct chatur_yaml *yaml, const yaml_node_t *node,
                                        struct chatur_example *example)
{
    const yaml_node_t *subject = NULL;
    const yaml_node_t *keywords = NULL;
    const yaml_node_t *email = NULL;
    const struct chatur_yaml_key keys[] = {
        {"subject", false, &subject}, {"keywords", false, &keywords}, {"email", false, &email}};
    enum chatur_outcome outcome =
        chatur_yaml_mapping(yaml, node, "example", keys, sizeof(keys) / sizeof(keys[0]));
    if (outcome == CHATUR_OK) {
        outcome =
            chatur_yaml_string(yaml, subject, "subject", MAX_WORDS_BYTES, false, &example->subject);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_yaml_string(yaml, keywords, "keywords", MAX_WORDS_BYTES, true,
                                     &example->keywords);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_yaml_string(yaml, email, "email", MAX_TEXT_BYTES, true, &example->email);
    }
    return outcome;
}

static enum chatur_outcome load_examples(struct chatur_yaml *yaml, const yaml_node_t *node,
                                         struct chatur_template *template)
{
    size_t count = 0;
    enum chatur_outcome outcome = chatur_yaml_list(yaml, node, "examples", MAX_EXAMPLES, &count);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    struct chatur_example *examples = chatur_arena_alloc(yaml->arena, count * sizeof(*examples));
    if (examples == NULL) {
        return chatur_no_memory(yaml->error);
    }
    for (size_t i = 0; i < count && outcome == CHATUR_OK; i++) {
        outcome = load_example(yaml, chatur_yaml_item(yaml, node, i), &examples[i]);
    }
    template->examples = examples;
    template->example_count = count;
    return outcome;
}

static enum chatur_outcome load_texts(struct chatur_yaml *yaml, const struct nodes *nodes,
                                      struct chatur_template *template)
{
    const struct {
        const char *what;
        const yaml_node_t *node;
        size_t max_bytes;
        bool lines;
        const char **into;
    } texts[] = {
        {"title", nodes->title, MAX_TITLE_BYTES, false, &template->title},
        {"shortDescription", nodes->short_description, MAX_SHORT_BYTES, false,
         &template->short_description},
        {"description", nodes->description, MAX_TEXT_BYTES, true, &template->description},
        {"instructions", nodes->instructions, MAX_TEXT_BYTES, true, &template->instructions},
    };
    enum chatur_outcome outcome = CHATUR_OK;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && outcome == CHATUR_OK; i++) {
        outcome = chatur_yaml_string(yaml, texts[i].node, texts[i].what, texts[i].max_bytes,
                                     texts[i].lines, texts[i].into);
    }
    return outcome;
}

static enum chatur_outcome load_template(struct chatur_yaml *yaml, struct chatur_template *template)
{
    struct nodes nodes = {NULL};
    const struct chatur_yaml_key keys[] = {
        {"id", false, &nodes.id},
        {"title", false, &nodes.title},
        {"shortDescription", false, &nodes.short_description},
        {"description", false, &nodes.description},
        {"icon", false, &nodes.icon},
        {"price", false, &nodes.price},
        {"instructions", false, &nodes.instructions},
        {"examples", false, &nodes.examples},
        {"offline", false, &nodes.offline},
    };
    enum chatur_outcome outcome = chatur_yaml_mapping(yaml, chatur_yaml_root(yaml), "template",
                                                      keys, sizeof(keys) / sizeof(keys[0]));
    if (outcome == CHATUR_OK) {
        outcome = load_id(yaml, nodes.id, &template->id);
    }
    if (outcome == CHATUR_OK) {
        outcome = load_texts(yaml, &nodes, template);
    }
    if (outcome == CHATUR_OK) {
        outcome = load_icon(yaml, nodes.icon, &template->icon);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_yaml_integer(yaml, nodes.price, "price", 1, MAX_PRICE, &template->price);
    }
    if (outcome == CHATUR_OK) {
        outcome = load_examples(yaml, nodes.examples, template);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_offline_phrases_load(yaml, nodes.offline, &template->offline);
    }
    return outcome;
}

/* --- the folder's kind ------------------------------------------------------------------------ */

static void free_item(void *item)
{
    struct loaded *loaded = item;
    if (loaded != NULL) {
        chatur_arena_free(loaded->arena);
    }
}

/* FNV-1a (64 bits): versions are told apart, nobody has to be kept from forging one. */
static const char *version_of(const struct chatur_folder_file *file, struct chatur_arena *arena)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < file->length; i++) {
        hash = (hash ^ (unsigned char)file->bytes[i]) * UINT64_C(1099511628211);
    }
    return chatur_arena_printf(arena, "%016" PRIx64, hash);
}

static enum chatur_outcome load(const struct chatur_folder_file *file, void **item,
                                struct chatur_error *error)
{
    struct chatur_yaml yaml;
    struct chatur_arena *arena = chatur_arena_new(MAX_ARENA_BYTES);
    struct loaded *loaded = arena != NULL ? chatur_arena_alloc(arena, sizeof(*loaded)) : NULL;
    *item = NULL;
    if (loaded == NULL) {
        chatur_arena_free(arena);
        return chatur_no_memory(error);
    }
    loaded->arena = arena;
    loaded->template.slug = chatur_arena_strdup(arena, file->slug);
    loaded->template.updated_s = file->updated_s;
    loaded->template.version = version_of(file, arena);
    enum chatur_outcome outcome = loaded->template.slug != NULL && loaded->template.version != NULL
                                      ? CHATUR_OK
                                      : chatur_no_memory(error);
    if (outcome == CHATUR_OK) {
        outcome = chatur_yaml_open(&yaml, file, arena, error);
        if (outcome == CHATUR_OK) {
            outcome = load_template(&yaml, &loaded->template);
            chatur_yaml_close(&yaml);
        }
    }
    if (outcome != CHATUR_OK) {
        chatur_arena_free(arena);
        return outcome;
    }
    *item = loaded;
    return CHATUR_OK;
}

static int by_id(const void *left, const void *right)
{
    const struct chatur_template *const *a = left;
    const struct chatur_template *const *b = right;
    long difference = strtol((*a)->id, NULL, 10) - strtol((*b)->id, NULL, 10);
    return (difference > 0) - (difference < 0);
}

static enum chatur_outcome adopt(void **items, size_t count, void **extra,
                                 struct chatur_error *error)
{
    *extra = NULL;
    if (count > 1) {
        qsort(items, count, sizeof(items[0]), by_id);
    }
    for (size_t i = 1; i < count; i++) {
        const struct chatur_template *first = items[i - 1];
        const struct chatur_template *second = items[i];
        if (strcmp(first->id, second->id) == 0) {
            return chatur_fail(error, CHATUR_BAD_REQUEST,
                               "templates \"%.80s\" and \"%.80s\" have the same id %s", first->slug,
                               second->slug, first->id);
        }
    }
    return CHATUR_OK;
}

const struct chatur_folder_kind chatur_template_kind = {
    .extension = ".yaml",
    .max_file_bytes = MAX_FILE_BYTES,
    .load = load,
    .free_item = free_item,
    .adopt = adopt,
};

const struct chatur_template *chatur_template_find(const struct chatur_folder_view *view,
                                                   const char *id)
{
    for (size_t i = 0; i < view->count; i++) {
        const struct chatur_template *template = view->items[i];
        if (strcmp(template->id, id) == 0) {
            return template;
        }
    }
    return NULL;
}
