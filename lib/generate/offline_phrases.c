/* A table says which list stands where, which slot its phrases must have and how they end; one
 * parser and one check serve them all. What the prose promises (no double spaces, every sentence
 * closed) is checked here, where a mistake still has a line number. */
#include "generate/offline_phrases.h"

#include <stdbool.h>
#include <string.h>

#include "base/ascii.h"
#include "generate/options.h"

/* A phrase is a sentence or two; a list of them is for variety, not for storage. */
#define MAX_PHRASE_BYTES 400
#define MAX_PHRASES      24

struct rule {
    const char *section; /* NULL: directly under `offline` */
    const char *key;
    size_t offset;                 /* of a struct chatur_phrases */
    enum chatur_segment_kind slot; /* exactly one of it; CHATUR_LITERAL: no slot at all */
    bool articles;                 /* may the slot have an article? */
    bool optional;
    const char *endings;
};

#define AT(member) offsetof(struct chatur_offline_phrases, member)

static const struct rule rules[] = {
    {"greetings", "named", AT(greet_named), CHATUR_NAME, false, false, ","},
    {"greetings", "everyone", AT(greet_everyone), CHATUR_LITERAL, false, false, ","},
    {"greetings", "neutral", AT(greet_neutral), CHATUR_LITERAL, false, false, ","},
    {NULL, "openers", AT(openers), CHATUR_LITERAL, false, false, ".!?"},
    {"purposes", "topic", AT(purposes[CHATUR_TOPIC]), CHATUR_SUBJECT, true, false, ".!"},
    {"purposes", "document", AT(purposes[CHATUR_DOCUMENT]), CHATUR_SUBJECT, true, false, ".!"},
    {"purposes", "action", AT(purposes[CHATUR_ACTION]), CHATUR_SUBJECT, false, false, ".!"},
    {"purposes", "doing", AT(purposes[CHATUR_DOING]), CHATUR_SUBJECT, false, false, ".!"},
    {"purposes", "statement", AT(purposes[CHATUR_STATEMENT]), CHATUR_SUBJECT, true, false, ".!"},
    {"purposes", "question", AT(purposes[CHATUR_QUESTION]), CHATUR_SUBJECT, false, false, "?.!"},
    {"purposes", "sentence", AT(purposes[CHATUR_SENTENCE]), CHATUR_SUBJECT, false, false, ".!"},
    {"purposes", "role", AT(purposes[CHATUR_ROLE]), CHATUR_SUBJECT, true, true, ".!"},
    {"purposes", "opening", AT(purposes[CHATUR_OPENING]), CHATUR_SUBJECT, true, true, ".!"},
    {"purposes", "event", AT(purposes[CHATUR_EVENT]), CHATUR_SUBJECT, true, true, ".!"},
    {"purposes", "wanted", AT(purposes[CHATUR_WANTED]), CHATUR_SUBJECT, true, true, ".!"},
    {"purposes", "favour", AT(purposes[CHATUR_FAVOUR]), CHATUR_SUBJECT, false, true, ".!"},
    {NULL, "bridges", AT(bridges), CHATUR_LITERAL, false, false, ".!"},
    {"points", "things", AT(points[CHATUR_THINGS]), CHATUR_LIST, true, false, ".!"},
    {"points", "more_things", AT(more_things), CHATUR_LIST, true, false, ".!"},
    {"points", "asks", AT(points[CHATUR_ASKS]), CHATUR_LIST, false, false, ".!"},
    {"points", "wishes", AT(points[CHATUR_WISHES]), CHATUR_LIST, false, false, ".!"},
    {"points", "deeds", AT(points[CHATUR_DEEDS]), CHATUR_LIST, false, false, ".!"},
    {"points", "favours", AT(points[CHATUR_FAVOURS]), CHATUR_LIST, false, true, ".!"},
    {"points", "traits", AT(points[CHATUR_TRAITS]), CHATUR_LIST, false, false, ".!"},
    {"points", "spans", AT(points[CHATUR_SPANS]), CHATUR_LIST, false, false, ".!"},
    {"points", "times", AT(points[CHATUR_TIMES]), CHATUR_LIST, false, false, ".!"},
    {"points", "places", AT(points[CHATUR_PLACES]), CHATUR_LIST, false, false, ".!"},
    {"points", "qualities", AT(points[CHATUR_QUALITIES]), CHATUR_LIST, false, false, ".!"},
    {"points", "notes", AT(points[CHATUR_NOTES]), CHATUR_LIST, false, false, ".!"},
    {"points", "listing", AT(listing), CHATUR_LITERAL, false, false, ":"},
    {"points", "details", AT(details), CHATUR_LITERAL, false, false, ":"},
    {NULL, "closings", AT(closings), CHATUR_LITERAL, false, false, ".!?"},
    {NULL, "sign_offs", AT(sign_offs), CHATUR_LITERAL, false, false, ","},
};
#define RULES (sizeof(rules) / sizeof(rules[0]))

/* What a tone may have of its own. */
static const struct rule tone_rules[] = {
    {NULL, "named", AT(greet_named), CHATUR_NAME, false, true, ","},
    {NULL, "everyone", AT(greet_everyone), CHATUR_LITERAL, false, true, ","},
    {NULL, "neutral", AT(greet_neutral), CHATUR_LITERAL, false, true, ","},
    {NULL, "openers", AT(openers), CHATUR_LITERAL, false, true, ".!?"},
    {NULL, "closings", AT(closings), CHATUR_LITERAL, false, true, ".!?"},
    {NULL, "sign_offs", AT(sign_offs), CHATUR_LITERAL, false, true, ","},
};
#define TONE_RULES (sizeof(tone_rules) / sizeof(tone_rules[0]))

#define MAX_TONES 8 /* more than chatur_tones has */

static const char *const sections[] = {"greetings", "purposes", "points"};
#define SECTIONS (sizeof(sections) / sizeof(sections[0]))

/* --- one phrase ------------------------------------------------------------------------------- */

struct slot {
    const char *name;
    enum chatur_segment_kind kind;
    enum chatur_article article;
};

static const struct slot slots[] = {
    {"subject", CHATUR_SUBJECT, CHATUR_BARE}, {"the subject", CHATUR_SUBJECT, CHATUR_THE},
    {"a subject", CHATUR_SUBJECT, CHATUR_A},  {"my subject", CHATUR_SUBJECT, CHATUR_MY},
    {"list", CHATUR_LIST, CHATUR_BARE},       {"the list", CHATUR_LIST, CHATUR_THE},
    {"a list", CHATUR_LIST, CHATUR_A},        {"name", CHATUR_NAME, CHATUR_BARE},
};

static bool read_slot(struct chatur_yaml *yaml, const char *text, size_t length,
                      struct chatur_segment *segment)
{
    const char *bar = memchr(text, '|', length);
    if (bar != NULL) {
        size_t one = (size_t)(bar - text);
        segment->kind = CHATUR_CHOICE;
        segment->text = chatur_arena_strndup(yaml->arena, text, one);
        segment->many = chatur_arena_strndup(yaml->arena, bar + 1, length - one - 1);
        return one > 0 && length > one + 1 && memchr(bar + 1, '|', length - one - 1) == NULL;
    }
    for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
        if (strlen(slots[i].name) == length && memcmp(slots[i].name, text, length) == 0) {
            segment->kind = slots[i].kind;
            segment->article = slots[i].article;
            return true;
        }
    }
    return false;
}

static enum chatur_outcome parse(struct chatur_yaml *yaml, const yaml_node_t *node,
                                 const char *text, struct chatur_phrase *phrase)
{
    size_t most = 1;
    for (const char *brace = text; (brace = strchr(brace, '{')) != NULL; brace++) {
        most += 2;
    }
    struct chatur_segment *segments = chatur_arena_alloc(yaml->arena, most * sizeof(*segments));
    size_t count = 0;
    if (segments == NULL) {
        return chatur_no_memory(yaml->error);
    }
    while (*text != '\0') {
        size_t length = strcspn(text, "{}");
        if (length > 0) {
            segments[count++].text = chatur_arena_strndup(yaml->arena, text, length);
            text += length;
        }
        if (*text == '\0') {
            break;
        }
        size_t inside = strcspn(text + 1, "{}");
        if (*text == '}' || text[1 + inside] != '}') {
            return chatur_yaml_refuse(yaml, node, "a brace without its partner");
        }
        if (!read_slot(yaml, text + 1, inside, &segments[count++])) {
            return chatur_yaml_refuse(yaml, node, "unknown slot {%.*s}",
                                      (int)(inside < 40 ? inside : 40), text + 1);
        }
        text += inside + 2;
    }
    for (size_t i = 0; i < count; i++) {
        bool worded = segments[i].kind == CHATUR_LITERAL || segments[i].kind == CHATUR_CHOICE;
        if ((worded && segments[i].text == NULL) ||
            (segments[i].kind == CHATUR_CHOICE && segments[i].many == NULL)) {
            return chatur_no_memory(yaml->error);
        }
    }
    *phrase = (struct chatur_phrase){.segments = segments, .count = count};
    return CHATUR_OK;
}

static enum chatur_outcome check_slots(struct chatur_yaml *yaml, const yaml_node_t *node,
                                       const struct rule *rule, const struct chatur_phrase *phrase)
{
    size_t found = 0;
    for (size_t i = 0; i < phrase->count; i++) {
        const struct chatur_segment *segment = &phrase->segments[i];
        if (segment->kind == CHATUR_LITERAL) {
            continue;
        }
        if (segment->kind == CHATUR_CHOICE) {
            if (rule->slot != CHATUR_LIST) {
                return chatur_yaml_refuse(yaml, node, "{one|many} needs a list to count");
            }
            continue;
        }
        if (segment->kind != rule->slot) {
            return chatur_yaml_refuse(yaml, node, "a slot that \"%s\" does not have", rule->key);
        }
        if (segment->article != CHATUR_BARE && !rule->articles) {
            return chatur_yaml_refuse(yaml, node, "the slot of \"%s\" takes no article", rule->key);
        }
        found++;
    }
    if (rule->slot != CHATUR_LITERAL && found != 1) {
        return chatur_yaml_refuse(yaml, node, "needs its slot exactly once: {%s}",
                                  rule->slot == CHATUR_SUBJECT ? "subject"
                                  : rule->slot == CHATUR_LIST  ? "list"
                                                               : "name");
    }
    return CHATUR_OK;
}

static enum chatur_outcome check_prose(struct chatur_yaml *yaml, const yaml_node_t *node,
                                       const struct rule *rule, const char *text)
{
    static const char *const slips[] = {"  ", " ,", " .", ",,", "..", " ;", " :", " !", " ?"};
    for (size_t i = 0; i < sizeof(slips) / sizeof(slips[0]); i++) {
        if (strstr(text, slips[i]) != NULL) {
            return chatur_yaml_refuse(yaml, node, "has \"%s\"", slips[i]);
        }
    }
    if (strchr(rule->endings, text[strlen(text) - 1]) == NULL) {
        return chatur_yaml_refuse(yaml, node, "\"%s\" must end with one of %s", rule->key,
                                  rule->endings);
    }
    if (chatur_is_lower(text[0])) {
        return chatur_yaml_refuse(yaml, node, "must start with a capital");
    }
    return CHATUR_OK;
}

/* --- lists ------------------------------------------------------------------------------------ */

static enum chatur_outcome load_phrase(struct chatur_yaml *yaml, const yaml_node_t *node,
                                       const struct rule *rule, struct chatur_phrase *phrase)
{
    const char *text = NULL;
    enum chatur_outcome outcome =
        chatur_yaml_string(yaml, node, rule->key, MAX_PHRASE_BYTES, false, &text);
    if (outcome == CHATUR_OK) {
        outcome = parse(yaml, node, text, phrase);
    }
    if (outcome == CHATUR_OK) {
        outcome = check_slots(yaml, node, rule, phrase);
    }
    return outcome == CHATUR_OK ? check_prose(yaml, node, rule, text) : outcome;
}

static enum chatur_outcome load_list(struct chatur_yaml *yaml, const yaml_node_t *node,
                                     const struct rule *rule, struct chatur_phrases *list)
{
    size_t count = 0;
    if (node == NULL) {
        return CHATUR_OK; /* an extra form the template does without */
    }
    enum chatur_outcome outcome = chatur_yaml_list(yaml, node, rule->key, MAX_PHRASES, &count);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    struct chatur_phrase *items = chatur_arena_alloc(yaml->arena, count * sizeof(*items));
    if (items == NULL) {
        return chatur_no_memory(yaml->error);
    }
    for (size_t i = 0; i < count && outcome == CHATUR_OK; i++) {
        outcome = load_phrase(yaml, chatur_yaml_item(yaml, node, i), rule, &items[i]);
    }
    *list = (struct chatur_phrases){.items = items, .count = count};
    return outcome;
}

/* Finds the lists of one section (or those directly under `offline`) and, there, the sections. */
static enum chatur_outcome find_lists(struct chatur_yaml *yaml, const yaml_node_t *node,
                                      const char *section, const yaml_node_t *found[RULES],
                                      const yaml_node_t *found_sections[SECTIONS],
                                      const yaml_node_t **tones)
{
    struct chatur_yaml_key keys[RULES + SECTIONS + 1];
    size_t count = 0;
    for (size_t i = 0; i < RULES; i++) {
        bool here = section == NULL
                        ? rules[i].section == NULL
                        : rules[i].section != NULL && strcmp(rules[i].section, section) == 0;
        if (here) {
            keys[count++] = (struct chatur_yaml_key){rules[i].key, rules[i].optional, &found[i]};
        }
    }
    for (size_t i = 0; i < SECTIONS && section == NULL; i++) {
        keys[count++] = (struct chatur_yaml_key){sections[i], false, &found_sections[i]};
    }
    if (section == NULL) {
        keys[count++] = (struct chatur_yaml_key){"tones", true, tones};
    }
    return chatur_yaml_mapping(yaml, node, section != NULL ? section : "offline", keys, count);
}

/* --- tones ------------------------------------------------------------------------------------ */

static struct chatur_phrases *list_at(struct chatur_offline_phrases *phrases, size_t offset)
{
    return (struct chatur_phrases *)(void *)((char *)phrases + offset);
}

static enum chatur_outcome load_tone(struct chatur_yaml *yaml, const yaml_node_t *node,
                                     const char *tone, struct chatur_offline_phrases *phrases)
{
    const yaml_node_t *found[TONE_RULES] = {NULL};
    struct chatur_yaml_key keys[TONE_RULES];
    for (size_t i = 0; i < TONE_RULES; i++) {
        keys[i] = (struct chatur_yaml_key){tone_rules[i].key, true, &found[i]};
    }
    enum chatur_outcome outcome = chatur_yaml_mapping(yaml, node, tone, keys, TONE_RULES);
    for (size_t i = 0; i < TONE_RULES && outcome == CHATUR_OK; i++) {
        outcome = load_list(yaml, found[i], &tone_rules[i], list_at(phrases, tone_rules[i].offset));
    }
    return outcome;
}

static enum chatur_outcome load_tones(struct chatur_yaml *yaml, const yaml_node_t *node,
                                      struct chatur_offline_phrases *phrases)
{
    const yaml_node_t *found[MAX_TONES] = {NULL};
    struct chatur_yaml_key keys[MAX_TONES];
    size_t count = 0;
    for (; chatur_tones[count] != NULL && count < MAX_TONES; count++) {
        keys[count] = (struct chatur_yaml_key){chatur_tones[count], true, &found[count]};
    }
    struct chatur_offline_phrases *tones = chatur_arena_alloc(yaml->arena, count * sizeof(*tones));
    if (tones == NULL) {
        return chatur_no_memory(yaml->error);
    }
    phrases->tones = tones;
    enum chatur_outcome outcome =
        node != NULL ? chatur_yaml_mapping(yaml, node, "tones", keys, count) : CHATUR_OK;
    for (size_t i = 0; i < count && outcome == CHATUR_OK; i++) {
        if (found[i] != NULL) {
            outcome = load_tone(yaml, found[i], chatur_tones[i], &tones[i]);
        }
    }
    return outcome;
}

enum chatur_outcome chatur_offline_phrases_load(struct chatur_yaml *yaml, const yaml_node_t *node,
                                                const struct chatur_offline_phrases **phrases)
{
    const yaml_node_t *found[RULES] = {NULL};
    const yaml_node_t *found_sections[SECTIONS] = {NULL};
    const yaml_node_t *tones = NULL;
    struct chatur_offline_phrases *loaded = chatur_arena_alloc(yaml->arena, sizeof(*loaded));
    if (loaded == NULL) {
        return chatur_no_memory(yaml->error);
    }
    enum chatur_outcome outcome = find_lists(yaml, node, NULL, found, found_sections, &tones);
    for (size_t i = 0; i < SECTIONS && outcome == CHATUR_OK; i++) {
        outcome = find_lists(yaml, found_sections[i], sections[i], found, found_sections, &tones);
    }
    for (size_t i = 0; i < RULES && outcome == CHATUR_OK; i++) {
        outcome = load_list(yaml, found[i], &rules[i], list_at(loaded, rules[i].offset));
    }
    if (outcome == CHATUR_OK) {
        outcome = load_tones(yaml, tones, loaded);
    }
    *phrases = loaded;
    return outcome;
}
