/* YAML, as strictly as a configuration file deserves: one document, string keys, nothing unknown,
 * nothing twice, no aliases, anchors or tags, and every complaint with its line. */
#ifndef CHATUR_GENERATE_TEMPLATE_YAML_H
#define CHATUR_GENERATE_TEMPLATE_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/folder.h"
#include "base/outcome.h"

struct chatur_yaml {
    const char *path;
    yaml_document_t document;
    struct chatur_arena *arena; /* where strings go; borrowed */
    struct chatur_error *error; /* borrowed; may be NULL */
};

/* A key of a mapping, and where its value goes: NULL there when it is optional and absent. */
struct chatur_yaml_key {
    const char *name;
    bool optional;
    const yaml_node_t **value;
};

/* Reads the file. On CHATUR_OK the document must be closed; otherwise there is nothing to close.
 * All functions: CHATUR_OK, CHATUR_BAD_REQUEST with `path:line: reason` in error->detail, or
 * CHATUR_INTERNAL (out of memory). */
CHATUR_MUST_CHECK enum chatur_outcome chatur_yaml_open(struct chatur_yaml *yaml,
                                                       const struct chatur_folder_file *file,
                                                       struct chatur_arena *arena,
                                                       struct chatur_error *error);
void chatur_yaml_close(struct chatur_yaml *yaml);

/* The document's top; never NULL after CHATUR_OK above. */
const yaml_node_t *chatur_yaml_root(struct chatur_yaml *yaml);

/* Finds the values of exactly these keys. `what` names the mapping in complaints. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_yaml_mapping(struct chatur_yaml *yaml,
                                                          const yaml_node_t *node, const char *what,
                                                          const struct chatur_yaml_key *keys,
                                                          size_t count);

/* A non-blank string of at most `max_bytes`, without spaces at its ends. Unless `lines`, on one
 * line. A plain scalar that YAML takes for a number, a boolean or null is no string. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_yaml_string(struct chatur_yaml *yaml,
                                                         const yaml_node_t *node, const char *what,
                                                         size_t max_bytes, bool lines,
                                                         const char **string);

/* A whole number between `min` and `max`. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_yaml_integer(struct chatur_yaml *yaml,
                                                          const yaml_node_t *node, const char *what,
                                                          int64_t min, int64_t max, int64_t *value);

/* The number of items of a list of 1 to `max` items. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_yaml_list(struct chatur_yaml *yaml,
                                                       const yaml_node_t *node, const char *what,
                                                       size_t max, size_t *count);
const yaml_node_t *chatur_yaml_item(struct chatur_yaml *yaml, const yaml_node_t *list,
                                    size_t index);

/* Complains about the node's line. Returns CHATUR_BAD_REQUEST. */
enum chatur_outcome chatur_yaml_refuse(const struct chatur_yaml *yaml, const yaml_node_t *node,
                                       const char *format, ...) CHATUR_PRINTF(3, 4);

#endif
