/* The document is built from libyaml's events, where anchors, tags and further documents can still
 * be seen, and not by its loader, which would hide them. */
#include "generate/template_yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Deeper than any template; libyaml keeps a stack entry per level. */
#define MAX_DEPTH 16

static enum chatur_outcome refuse_line(const char *path, size_t line, struct chatur_error *error,
                                       const char *reason)
{
    return chatur_fail(error, CHATUR_BAD_REQUEST, "%s:%zu: %s", path, line, reason);
}

enum chatur_outcome chatur_yaml_refuse(const struct chatur_yaml *yaml, const yaml_node_t *node,
                                       const char *format, ...)
{
    char reason[200];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(reason, sizeof(reason), format, arguments);
    va_end(arguments);
    return refuse_line(yaml->path, node->start_mark.line + 1, yaml->error, reason);
}

/* --- opening ---------------------------------------------------------------------------------- */

/* Said here rather than left to libyaml, which has no line for it. */
static enum chatur_outcome check_bytes(const struct chatur_folder_file *file,
                                       struct chatur_error *error)
{
    size_t line = 1;
    for (size_t i = 0; i < file->length;) {
        size_t sequence = chatur_utf8_sequence(file->bytes + i, file->length - i);
        unsigned char byte = (unsigned char)file->bytes[i];
        if (sequence == 0) {
            return refuse_line(file->path, line, error, "not valid UTF-8");
        }
        if ((byte < ' ' && byte != '\n' && byte != '\r') || byte == 0x7f) {
            return refuse_line(file->path, line, error,
                               byte == '\t' ? "a tab: indent with spaces" : "a control character");
        }
        line += byte == '\n';
        i += sequence;
    }
    return CHATUR_OK;
}

static enum chatur_outcome refuse_syntax(const char *path, const yaml_parser_t *parser,
                                         struct chatur_error *error)
{
    /* libyaml names no error at all for some of its failed allocations. */
    if (parser->error == YAML_MEMORY_ERROR || parser->error == YAML_NO_ERROR) {
        return chatur_no_memory(error);
    }
    return refuse_line(path, parser->problem_mark.line + 1, error,
                       parser->problem != NULL ? parser->problem : "not YAML");
}

/* A document that is being built. */
struct builder {
    yaml_document_t *document;
    int open[MAX_DEPTH]; /* the collections that what comes next is in; the innermost last */
    int key[MAX_DEPTH];  /* of a mapping among them: the key that waits for its value; 0: none */
    unsigned depth;
    unsigned documents;
};

/* What is refused whatever it holds. NULL: nothing. */
static const char *fault_of(const yaml_event_t *event, const struct builder *builder)
{
    const yaml_char_t *anchor = NULL;
    const yaml_char_t *tag = NULL;
    bool begins = false;
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return "aliases (*name) are not supported";
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
        begins = true;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
        begins = true;
        break;
    case YAML_DOCUMENT_START_EVENT:
        return builder->documents > 0 ? "a second document: one template per file" : NULL;
    default:
        break;
    }
    if (anchor != NULL) {
        return "anchors (&name) are not supported";
    }
    if (tag != NULL) {
        return "tags (!name) are not supported";
    }
    return begins && builder->depth == MAX_DEPTH ? "nested too deeply" : NULL;
}

/* Puts the node into the collection it stands in. False: out of memory. */
static bool attach(struct builder *builder, int node)
{
    if (builder->depth == 0) {
        return true; /* the root */
    }
    unsigned top = builder->depth - 1;
    int parent = builder->open[top];
    if (yaml_document_get_node(builder->document, parent)->type == YAML_SEQUENCE_NODE) {
        return yaml_document_append_sequence_item(builder->document, parent, node) != 0;
    }
    int key = builder->key[top];
    builder->key[top] = key == 0 ? node : 0;
    return key == 0 || yaml_document_append_mapping_pair(builder->document, parent, key, node) != 0;
}

static bool add_node(struct builder *builder, const yaml_event_t *event)
{
    int node = 0;
    bool is_scalar = event->type == YAML_SCALAR_EVENT;
    if (is_scalar) {
        node = yaml_document_add_scalar(builder->document, NULL, event->data.scalar.value,
                                        (int)event->data.scalar.length, event->data.scalar.style);
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        node =
            yaml_document_add_sequence(builder->document, NULL, event->data.sequence_start.style);
    } else {
        node = yaml_document_add_mapping(builder->document, NULL, event->data.mapping_start.style);
    }
    if (node == 0 || !attach(builder, node)) {
        return false;
    }
    yaml_document_get_node(builder->document, node)->start_mark = event->start_mark;
    if (!is_scalar) {
        builder->open[builder->depth] = node;
        builder->key[builder->depth++] = 0;
    }
    return true;
}

/* False: out of memory. */
static bool take_event(struct builder *builder, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return add_node(builder, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        builder->depth--;
        return true;
    case YAML_DOCUMENT_START_EVENT:
        builder->documents++;
        return true;
    default:
        return true;
    }
}

static enum chatur_outcome build(yaml_parser_t *parser, const char *path, struct builder *builder,
                                 struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_OK;
    for (bool more = true; more && outcome == CHATUR_OK;) {
        yaml_event_t event;
        if (yaml_parser_parse(parser, &event) == 0) {
            return refuse_syntax(path, parser, error);
        }
        const char *fault = fault_of(&event, builder);
        if (fault != NULL) {
            outcome = refuse_line(path, event.start_mark.line + 1, error, fault);
        } else if (!take_event(builder, &event)) {
            outcome = chatur_no_memory(error);
        }
        more = event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    if (outcome == CHATUR_OK && yaml_document_get_root_node(builder->document) == NULL) {
        outcome = refuse_line(path, 1, error, "empty");
    }
    return outcome;
}

enum chatur_outcome chatur_yaml_open(struct chatur_yaml *yaml,
                                     const struct chatur_folder_file *file,
                                     struct chatur_arena *arena, struct chatur_error *error)
{
    *yaml = (struct chatur_yaml){.path = file->path, .arena = arena, .error = error};
    yaml_parser_t parser;
    enum chatur_outcome outcome = check_bytes(file, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    if (yaml_parser_initialize(&parser) == 0) {
        return chatur_no_memory(error);
    }
    if (yaml_document_initialize(&yaml->document, NULL, NULL, NULL, 1, 1) == 0) {
        yaml_parser_delete(&parser);
        return chatur_no_memory(error);
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)file->bytes, file->length);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    outcome = build(&parser, file->path, &(struct builder){.document = &yaml->document}, error);
    yaml_parser_delete(&parser);
    if (outcome != CHATUR_OK) {
        yaml_document_delete(&yaml->document);
    }
    return outcome;
}

void chatur_yaml_close(struct chatur_yaml *yaml)
{
    yaml_document_delete(&yaml->document);
}

const yaml_node_t *chatur_yaml_root(struct chatur_yaml *yaml)
{
    return yaml_document_get_root_node(&yaml->document);
}

/* --- mappings and lists ----------------------------------------------------------------------- */

static bool is_text(const yaml_node_t *node, const char *text)
{
    return node->data.scalar.length == strlen(text) &&
           memcmp(node->data.scalar.value, text, node->data.scalar.length) == 0;
}

static enum chatur_outcome place_value(struct chatur_yaml *yaml, const yaml_node_t *key,
                                       const yaml_node_t *value, const char *what,
                                       const struct chatur_yaml_key *keys, size_t count)
{
    if (key->type != YAML_SCALAR_NODE) {
        return chatur_yaml_refuse(yaml, key, "%s: a key must be a word", what);
    }
    for (size_t i = 0; i < count; i++) {
        if (is_text(key, keys[i].name)) {
            if (*keys[i].value != NULL) {
                return chatur_yaml_refuse(yaml, key, "%s: \"%s\" is there twice", what,
                                          keys[i].name);
            }
            *keys[i].value = value;
            return CHATUR_OK;
        }
    }
    return chatur_yaml_refuse(yaml, key, "%s: unknown key \"%.40s\"", what,
                              (const char *)key->data.scalar.value);
}

enum chatur_outcome chatur_yaml_mapping(struct chatur_yaml *yaml, const yaml_node_t *node,
                                        const char *what, const struct chatur_yaml_key *keys,
                                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        *keys[i].value = NULL;
    }
    if (node->type != YAML_MAPPING_NODE) {
        return chatur_yaml_refuse(yaml, node, "%s must be a mapping (key: value)", what);
    }
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        enum chatur_outcome outcome =
            place_value(yaml, yaml_document_get_node(&yaml->document, pair->key),
                        yaml_document_get_node(&yaml->document, pair->value), what, keys, count);
        if (outcome != CHATUR_OK) {
            return outcome;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (*keys[i].value == NULL && !keys[i].optional) {
            return chatur_yaml_refuse(yaml, node, "%s: \"%s\" is missing", what, keys[i].name);
        }
    }
    return CHATUR_OK;
}

enum chatur_outcome chatur_yaml_list(struct chatur_yaml *yaml, const yaml_node_t *node,
                                     const char *what, size_t max, size_t *count)
{
    if (node->type != YAML_SEQUENCE_NODE) {
        return chatur_yaml_refuse(yaml, node, "%s must be a list", what);
    }
    *count = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    if (*count == 0) {
        return chatur_yaml_refuse(yaml, node, "%s must not be empty", what);
    }
    if (*count > max) {
        return chatur_yaml_refuse(yaml, node, "%s: more than %zu items", what, max);
    }
    return CHATUR_OK;
}

const yaml_node_t *chatur_yaml_item(struct chatur_yaml *yaml, const yaml_node_t *list, size_t index)
{
    return yaml_document_get_node(&yaml->document, list->data.sequence.items.start[index]);
}

/* --- scalars ---------------------------------------------------------------------------------- */

/* What a YAML reader makes of a plain scalar (core schema, and the older booleans). */
static bool reads_as_other_type(const yaml_node_t *node)
{
    static const char *const words[] = {"null",  "Null",  "NULL",  "~",   "true", "True", "TRUE",
                                        "false", "False", "FALSE", "yes", "Yes",  "no",   "No",
                                        "on",    "On",    "off",   "Off", ".inf", ".nan"};
    const char *text = (const char *)node->data.scalar.value;
    if (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE) {
        return false;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (is_text(node, words[i])) {
            return true;
        }
    }
    return text[0] != '\0' && strspn(text, "+-.0123456789eExXoO_:") == node->data.scalar.length &&
           strpbrk(text, "0123456789") != NULL;
}

static bool has_bad_character(const char *text, size_t length, bool lines)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte == 0x7f || (byte < ' ' && !(lines && byte == '\n'))) {
            return true;
        }
    }
    return false;
}

enum chatur_outcome chatur_yaml_string(struct chatur_yaml *yaml, const yaml_node_t *node,
                                       const char *what, size_t max_bytes, bool lines,
                                       const char **string)
{
    if (node->type != YAML_SCALAR_NODE) {
        return chatur_yaml_refuse(yaml, node, "%s must be a string", what);
    }
    if (reads_as_other_type(node)) {
        return chatur_yaml_refuse(yaml, node, "%s must be a string: put it in quotes", what);
    }
    const char *text = (const char *)node->data.scalar.value;
    size_t length = node->data.scalar.length;
    if (has_bad_character(text, length, lines)) {
        return chatur_yaml_refuse(yaml, node, "%s has a %scontrol character", what,
                                  lines ? "" : "line break or ");
    }
    while (lines && length > 0 && text[length - 1] == '\n') {
        length--; /* a block scalar ends with one */
    }
    if (length == 0) {
        return chatur_yaml_refuse(yaml, node, "%s must not be empty", what);
    }
    if (length > max_bytes) {
        return chatur_yaml_refuse(yaml, node, "%s is longer than %zu bytes", what, max_bytes);
    }
    if (text[0] == ' ' || text[0] == '\n' || text[length - 1] == ' ') {
        return chatur_yaml_refuse(yaml, node, "%s has a space at an end", what);
    }
    *string = chatur_arena_strndup(yaml->arena, text, length);
    return *string != NULL ? CHATUR_OK : chatur_no_memory(yaml->error);
}

enum chatur_outcome chatur_yaml_integer(struct chatur_yaml *yaml, const yaml_node_t *node,
                                        const char *what, int64_t min, int64_t max, int64_t *value)
{
    if (node->type != YAML_SCALAR_NODE || node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE) {
        return chatur_yaml_refuse(yaml, node, "%s must be a whole number", what);
    }
    const char *text = (const char *)node->data.scalar.value;
    size_t length = node->data.scalar.length;
    bool digits = length > 0 && strspn(text, "0123456789") == length &&
                  (text[0] != '0' || length == 1); /* 010 is eight to some readers */
    if (!digits) {
        return chatur_yaml_refuse(yaml, node, "%s must be a whole number", what);
    }
    int64_t number = 0;
    for (size_t i = 0; i < length && number <= max; i++) {
        number = number * 10 + (text[i] - '0');
    }
    if (number < min || number > max) {
        return chatur_yaml_refuse(yaml, node, "%s must be %lld to %lld", what, (long long)min,
                                  (long long)max);
    }
    *value = number;
    return CHATUR_OK;
}
