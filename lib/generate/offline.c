/* An email is composed in the order it is read: greeting, purpose, points, closing, signature. The
 * subject and the keywords are first told apart by kind (offline_subject.c, offline_points.c); each
 * kind has its phrases in the template, of which the seed picks. The user's text only ever goes in
 * as data: phrases were parsed when the template was loaded, nothing is expanded twice. */
#include "generate/offline.h"

#include <stdlib.h>
#include <string.h>

#include "generate/offline_composing.h"
#include "generate/offline_options.h"
#include "generate/offline_people.h"

#define MODEL "offline-1"

/* Composing takes microseconds; this much only when the machine is on its knees. */
#define MAX_MS 2000

/* Far above what a subject and keywords within their limits can make. */
#define MAX_EMAIL_BYTES (64UL << 10)

struct offline {
    struct chatur_provider base; /* first: handed out as a struct chatur_provider * */
    struct chatur_words *words;
};

/* --- greeting and purpose --------------------------------------------------------------------- */

static void greet(struct chatur_composing *composing)
{
    const struct chatur_offline_phrases *phrases = composing->phrases;
    switch (composing->reader.audience) {
    case CHATUR_NAMED:
        chatur_composing_pick(composing, &phrases->greet_named);
        break;
    case CHATUR_EVERYONE:
        chatur_composing_pick(composing, &phrases->greet_everyone);
        break;
    case CHATUR_NEUTRAL:
        chatur_composing_pick(composing, &phrases->greet_neutral);
        break;
    }
    chatur_prose_paragraph(&composing->prose);
}

/* From the purpose to the points; a long email takes two steps. */
static void build_bridge(struct chatur_composing *composing)
{
    const struct chatur_phrases *bridges = &composing->phrases->bridges;
    if (composing->extent == CHATUR_EXTENT_SHORT) {
        return;
    }
    if (composing->extent == CHATUR_EXTENT_LONG) {
        uint64_t first = chatur_composing_roll(composing);
        for (size_t i = 0; i < 2 && i < bridges->count; i++) {
            chatur_composing_phrase(composing, &bridges->items[(first + i) % bridges->count], NULL,
                                    0);
        }
    } else if (composing->points.count == 0 || chatur_composing_roll(composing) % 4 > 0) {
        chatur_composing_pick(composing, bridges);
    }
}

static void state_purpose(struct chatur_composing *composing)
{
    const struct chatur_phrases *purposes = &composing->phrases->purposes[composing->topic.form];

    bool opens =
        chatur_composing_roll(composing) % 3 > 0 || composing->extent == CHATUR_EXTENT_LONG;
    if (opens && composing->extent != CHATUR_EXTENT_SHORT &&
        composing->phrases->openers.count > 0) {
        chatur_composing_pick(composing, &composing->phrases->openers);
    }
    chatur_composing_pick(composing, purposes);
    build_bridge(composing);
}

/* --- the whole -------------------------------------------------------------------------------- */

/* Of phrases without slots. */
static const struct chatur_phrase *shortest(const struct chatur_phrases *phrases)
{
    const struct chatur_phrase *found = &phrases->items[0];
    for (size_t i = 1; i < phrases->count; i++) {
        if (strlen(phrases->items[i].segments[0].text) < strlen(found->segments[0].text)) {
            found = &phrases->items[i];
        }
    }
    return found;
}

static void close_and_sign(struct chatur_composing *composing)
{
    struct chatur_buffer *buffer = &composing->prose.buffer;
    chatur_prose_paragraph(&composing->prose);
    if (composing->extent == CHATUR_EXTENT_SHORT) {
        chatur_composing_phrase(composing, shortest(&composing->phrases->closings), NULL, 0);
    } else {
        chatur_composing_pick(composing, &composing->phrases->closings);
    }
    chatur_prose_paragraph(&composing->prose);
    chatur_composing_pick(composing, &composing->phrases->sign_offs);
    if (composing->signature[0] != '\0') {
        chatur_prose_line(&composing->prose);
        chatur_buffer_puts(buffer, composing->signature);
    } else if (buffer->length > 0) {
        buffer->data[--buffer->length] = '\0'; /* the comma, which nobody follows */
    }
}

static uint64_t mix(uint64_t state, const char *text)
{
    for (; *text != '\0'; text++) {
        state = (state ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    }
    return state;
}

static enum chatur_extent extent_of(const struct chatur_brief *brief)
{
    const char *length = brief->length != NULL ? brief->length : "";
    return strcmp(length, "short") == 0  ? CHATUR_EXTENT_SHORT
           : strcmp(length, "long") == 0 ? CHATUR_EXTENT_LONG
                                         : CHATUR_EXTENT_ANY;
}

/* A name the user gave is better than what the address tells. */
static bool read_reader(struct chatur_reader *reader, const struct chatur_brief *brief,
                        struct chatur_arena *arena)
{
    const char *name =
        chatur_text_clean(arena, brief->recipient_name != NULL ? brief->recipient_name : "", false);
    if (name == NULL || name[0] == '\0') {
        return name != NULL && chatur_reader_read(reader, brief->to, arena);
    }
    *reader = (struct chatur_reader){CHATUR_NAMED, name};
    return true;
}

/* Kinds and forms that the template has no phrases for are what they are a special case of. */
static void settle_for_phrases(struct chatur_composing *composing)
{
    if (composing->phrases->purposes[composing->topic.form].count == 0) {
        composing->topic.form = composing->topic.general;
    }
    for (size_t i = 0; i < composing->points.count; i++) {
        struct chatur_point *point = &composing->points.items[i];
        if (point->kind == CHATUR_FAVOURS &&
            composing->phrases->points[CHATUR_FAVOURS].count == 0) {
            point->kind = CHATUR_DEEDS;
        }
    }
}

static bool read_brief(struct chatur_composing *composing, const struct chatur_brief *brief,
                       const struct chatur_words *words, struct chatur_arena *arena)
{
    composing->phrases = chatur_offline_tone(brief, &composing->toned);
    composing->extent = extent_of(brief);
    composing->state = mix(mix(brief->seed, brief->subject), brief->keywords);
    composing->signature = chatur_signature(brief->sender_name, brief->sender_email, arena);
    if (composing->signature == NULL ||
        !chatur_topic_read(&composing->topic, brief->subject, words, arena) ||
        !chatur_points_read(&composing->points, brief->keywords, brief->subject, words, arena) ||
        !read_reader(&composing->reader, brief, arena)) {
        return false;
    }
    settle_for_phrases(composing);
    return true;
}

static enum chatur_outcome compose(struct chatur_provider *provider,
                                   const struct chatur_brief *brief, struct chatur_sink *sink,
                                   struct chatur_arena *arena, struct chatur_draft *draft,
                                   struct chatur_error *error)
{
    const struct offline *offline = (const struct offline *)provider;
    struct chatur_composing composing = {.prose.buffer.max_bytes = MAX_EMAIL_BYTES};
    const char *text = NULL;
    if (read_brief(&composing, brief, offline->words, arena)) {
        greet(&composing);
        state_purpose(&composing);
        if (chatur_composing_points(&composing, arena)) {
            close_and_sign(&composing);
            text = composing.prose.buffer.failed
                       ? NULL
                       : chatur_arena_strndup(arena, composing.prose.buffer.data,
                                              composing.prose.buffer.length);
        }
    }
    chatur_buffer_free(&composing.prose.buffer);
    if (text == NULL) {
        return chatur_no_memory(error);
    }
    *draft = (struct chatur_draft){
        .text = text,
        .by = {.provider = provider->ops->name,
               .model = MODEL,
               .finish_reason = "stop",
               .template_version = brief->template->version,
               .attempts = 1},
    };
    if (sink != NULL) {
        sink->put(sink, text, strlen(text));
    }
    return CHATUR_OK;
}

static int64_t max_ms(const struct chatur_provider *provider)
{
    (void)provider;
    return MAX_MS;
}

static void free_offline(struct chatur_provider *provider)
{
    struct offline *offline = (struct offline *)provider;
    chatur_words_free(offline->words);
    free(offline);
}

static const struct chatur_provider_ops ops = {
    .name = "offline",
    .free = free_offline,
    .max_ms = max_ms,
    .write = compose,
};

enum chatur_outcome chatur_offline_provider_new(const struct chatur_config *config,
                                                struct chatur_provider **provider,
                                                struct chatur_error *error)
{
    (void)config; /* it needs nothing, which is its point */
    struct offline *offline = calloc(1, sizeof(*offline));
    struct chatur_words *words = chatur_words_new();
    *provider = NULL;
    if (offline == NULL || words == NULL) {
        chatur_words_free(words);
        free(offline);
        return chatur_no_memory(error);
    }
    offline->base.ops = &ops;
    offline->words = words;
    *provider = &offline->base;
    return CHATUR_OK;
}
