/* An email is composed in the order it is read: greeting, purpose, points, closing, signature. The
 * subject and the keywords are first told apart by kind (offline_subject.c, offline_points.c); each
 * kind has its phrases in the template, of which the seed picks. The user's text only ever goes in
 * as data: phrases were parsed when the template was loaded, nothing is expanded twice. */
#include "generate/offline.h"

#include <stdlib.h>
#include <string.h>

#include "generate/offline_options.h"
#include "generate/offline_people.h"
#include "generate/offline_phrases.h"
#include "generate/offline_points.h"
#include "generate/offline_prose.h"
#include "generate/offline_subject.h"

#define MODEL "offline-1"

/* Composing takes microseconds; this much only when the machine is on its knees. */
#define MAX_MS 2000

/* Far above what a subject and keywords within their limits can make. */
#define MAX_EMAIL_BYTES (64UL << 10)

/* More in one sentence and nobody reads on; more in sentences and it is a list. */
#define MAX_PER_SENTENCE      4
#define MAX_PER_LONG_SENTENCE 2 /* of a long email, which takes its time */
#define MAX_IN_SENTENCES      8

/* A list longer than this has several short things on a line. */
#define MAX_BULLETS        16
#define THINGS_PER_BULLET  4
#define LONG_THING_BYTES   40
#define SENTENCES_TOGETHER 4

struct offline {
    struct chatur_provider base; /* first: handed out as a struct chatur_provider * */
    struct chatur_words *words;
};

/* What is written depends on how long it shall be. */
enum extent { EXTENT_ANY, EXTENT_SHORT, EXTENT_LONG };

struct composing {
    struct chatur_prose prose;
    const struct chatur_offline_phrases *phrases;
    struct chatur_offline_phrases toned;
    enum extent extent;
    struct chatur_topic topic;
    struct chatur_points points;
    struct chatur_reader reader;
    const char *signature;
    uint64_t state; /* of the dice */
};

/* --- choosing --------------------------------------------------------------------------------- */

/* SplitMix64: every seed, also 0, 1, 2, …, leads somewhere else. */
static uint64_t roll(struct composing *composing)
{
    uint64_t mixed = composing->state += UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

static uint64_t mix(uint64_t state, const char *text)
{
    for (; *text != '\0'; text++) {
        state = (state ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    }
    return state;
}

static const struct chatur_phrase *pick(struct composing *composing,
                                        const struct chatur_phrases *phrases)
{
    return &phrases->items[roll(composing) % phrases->count];
}

/* --- phrases ---------------------------------------------------------------------------------- */

static void put_list(struct chatur_prose *prose, const struct chatur_point *const *points,
                     size_t count, enum chatur_article article)
{
    bool commas = false;
    bool ands = false;
    for (size_t i = 0; i < count; i++) {
        commas = commas || strchr(points[i]->text, ',') != NULL;
        ands = ands || strstr(points[i]->text, " and ") != NULL;
    }
    for (size_t i = 0; i < count; i++) {
        bool last = i + 1 == count;
        if (i > 0) {
            chatur_prose_put(prose, commas && count > 1 ? "; " : count > 2 || ands ? ", " : " ");
        }
        if (i > 0 && last) {
            chatur_prose_put(prose, "and ");
        }
        if (points[i]->articles[article] != NULL) {
            chatur_prose_put(prose, points[i]->articles[article]);
        }
        chatur_prose_put(prose, points[i]->text);
    }
}

static void put_phrase(struct composing *composing, const struct chatur_phrase *phrase,
                       const struct chatur_point *const *points, size_t count)
{
    struct chatur_prose *prose = &composing->prose;
    chatur_prose_sentence(prose);
    for (size_t i = 0; i < phrase->count; i++) {
        const struct chatur_segment *segment = &phrase->segments[i];
        switch (segment->kind) {
        case CHATUR_LITERAL:
            chatur_prose_put(prose, segment->text);
            break;
        case CHATUR_CHOICE:
            chatur_prose_put(prose, count == 1 ? segment->text : segment->many);
            break;
        case CHATUR_SUBJECT:
            chatur_prose_put(prose, composing->topic.articles[segment->article]);
            chatur_prose_put(prose, composing->topic.text);
            break;
        case CHATUR_LIST:
            put_list(prose, points, count, segment->article);
            break;
        case CHATUR_NAME:
            chatur_prose_put(prose, composing->reader.name);
            break;
        }
    }
}

static void put_plain(struct composing *composing, const struct chatur_phrases *phrases)
{
    put_phrase(composing, pick(composing, phrases), NULL, 0);
}

/* --- greeting and purpose --------------------------------------------------------------------- */

static void greet(struct composing *composing)
{
    const struct chatur_offline_phrases *phrases = composing->phrases;
    switch (composing->reader.audience) {
    case CHATUR_NAMED:
        put_plain(composing, &phrases->greet_named);
        break;
    case CHATUR_EVERYONE:
        put_plain(composing, &phrases->greet_everyone);
        break;
    case CHATUR_NEUTRAL:
        put_plain(composing, &phrases->greet_neutral);
        break;
    }
    chatur_prose_paragraph(&composing->prose);
}

/* From the purpose to the points; a long email takes two steps. */
static void build_bridge(struct composing *composing)
{
    const struct chatur_phrases *bridges = &composing->phrases->bridges;
    if (composing->extent == EXTENT_SHORT) {
        return;
    }
    if (composing->extent == EXTENT_LONG) {
        uint64_t first = roll(composing);
        for (size_t i = 0; i < 2 && i < bridges->count; i++) {
            put_phrase(composing, &bridges->items[(first + i) % bridges->count], NULL, 0);
        }
    } else if (composing->points.count == 0 || roll(composing) % 4 > 0) {
        put_plain(composing, bridges);
    }
}

static void state_purpose(struct composing *composing)
{
    const struct chatur_phrases *purposes = &composing->phrases->purposes[composing->topic.form];
    if (purposes->count == 0) {
        purposes = &composing->phrases->purposes[CHATUR_TOPIC];
    }
    bool opens = roll(composing) % 3 > 0 || composing->extent == EXTENT_LONG;
    if (opens && composing->extent != EXTENT_SHORT && composing->phrases->openers.count > 0) {
        put_plain(composing, &composing->phrases->openers);
    }
    put_plain(composing, purposes);
    build_bridge(composing);
}

/* --- points ----------------------------------------------------------------------------------- */

/* Collects the points of one kind, in the user's order. */
static size_t gather(const struct composing *composing, enum chatur_point_kind kind,
                     const struct chatur_point **points)
{
    size_t count = 0;
    for (size_t i = 0; i < composing->points.count; i++) {
        if (composing->points.items[i].kind == kind) {
            points[count++] = &composing->points.items[i];
        }
    }
    return count;
}

/* A paragraph of many sentences is broken where it gets long. */
static void keep_paragraphs_short(struct composing *composing, size_t *sentences)
{
    if (*sentences == SENTENCES_TOGETHER) {
        chatur_prose_paragraph(&composing->prose);
        *sentences = 0;
    }
    (*sentences)++;
}

/* One kind in sentences of at most MAX_PER_SENTENCE, evenly filled. */
static void put_kind(struct composing *composing, enum chatur_point_kind kind,
                     const struct chatur_point *const *points, size_t count, size_t *sentences)
{
    size_t most = composing->extent == EXTENT_LONG ? MAX_PER_LONG_SENTENCE : MAX_PER_SENTENCE;
    size_t groups = (count + most - 1) / most;
    const struct chatur_phrases *phrases = &composing->phrases->points[kind];
    uint64_t first = roll(composing);
    for (size_t group = 0; group < groups; group++) {
        size_t from = count * group / groups;
        size_t to = count * (group + 1) / groups;
        bool more = kind == CHATUR_THINGS && group > 0;
        const struct chatur_phrases *of = more ? &composing->phrases->more_things : phrases;
        keep_paragraphs_short(composing, sentences);
        put_phrase(composing, &of->items[(first + group) % of->count], points + from, to - from);
    }
}

static void put_sentences(struct composing *composing, const struct chatur_point *const *points,
                          size_t count, size_t *sentences)
{
    for (size_t i = 0; i < count; i++) {
        keep_paragraphs_short(composing, sentences);
        chatur_prose_sentence(&composing->prose);
        chatur_prose_put(&composing->prose, points[i]->text);
        chatur_prose_stop(&composing->prose);
    }
}

static void put_bullet(struct composing *composing, const struct chatur_point *point, bool opens)
{
    if (opens) {
        chatur_prose_line(&composing->prose);
        chatur_buffer_puts(&composing->prose.buffer, "- ");
        composing->prose.capital = point->kind != CHATUR_PAIRS;
    } else {
        chatur_prose_put(&composing->prose, ", ");
    }
    chatur_prose_put(&composing->prose, point->text);
}

/* All points of the kinds that did not go into sentences, as a bulleted list. */
static void put_bullets(struct composing *composing, const struct chatur_phrases *leads,
                        const struct chatur_point *const *points, size_t count)
{
    bool crowded = count > MAX_BULLETS;
    size_t on_line = 0;
    chatur_prose_paragraph(&composing->prose);
    put_plain(composing, leads);
    chatur_prose_line(&composing->prose);
    for (size_t i = 0; i < count; i++) {
        bool joins = crowded && on_line > 0 && on_line < THINGS_PER_BULLET &&
                     strlen(points[i]->text) < LONG_THING_BYTES &&
                     strlen(points[i - 1]->text) < LONG_THING_BYTES;
        on_line = joins ? on_line + 1 : 1;
        put_bullet(composing, points[i], !joins);
    }
}

/* `key: value` pairs: one stands on a line of its own, more are a list. */
static void put_pairs(struct composing *composing, const struct chatur_point *const *points,
                      size_t count)
{
    if (count > 1) {
        put_bullets(composing, &composing->phrases->details, points, count);
    } else if (count == 1) {
        chatur_prose_paragraph(&composing->prose);
        chatur_prose_sentence(&composing->prose);
        chatur_prose_put(&composing->prose, points[0]->text);
    }
}

/* Too many of a kind for sentences? */
static bool goes_in_list(enum chatur_point_kind kind, size_t count)
{
    return kind < CHATUR_PHRASED_KINDS && count > MAX_IN_SENTENCES;
}

static void put_in_sentences(struct composing *composing, const size_t counts[],
                             const struct chatur_point **points)
{
    bool done[CHATUR_POINT_KINDS] = {false};
    size_t sentences = 0;
    for (size_t i = 0; i < composing->points.count; i++) {
        enum chatur_point_kind kind = composing->points.items[i].kind;
        if (done[kind] || kind == CHATUR_PAIRS || goes_in_list(kind, counts[kind])) {
            continue;
        }
        done[kind] = true;
        size_t count = gather(composing, kind, points);
        if (kind == CHATUR_SENTENCES) {
            put_sentences(composing, points, count, &sentences);
        } else {
            put_kind(composing, kind, points, count, &sentences);
        }
    }
}

/* Sentences first, in the order in which the user came to each kind; lists after them, so that the
 * sentences stay together. */
static bool make_points(struct composing *composing, struct chatur_arena *arena)
{
    const struct chatur_points *all = &composing->points;
    size_t counts[CHATUR_POINT_KINDS] = {0};
    size_t listed = 0;
    const struct chatur_point **points =
        chatur_arena_alloc(arena, (all->count + 1) * sizeof(const struct chatur_point *));
    if (points == NULL) {
        return false;
    }
    for (size_t i = 0; i < all->count; i++) {
        counts[all->items[i].kind]++;
    }
    chatur_prose_paragraph(&composing->prose);
    put_in_sentences(composing, counts, points);
    for (size_t i = 0; i < all->count; i++) {
        if (goes_in_list(all->items[i].kind, counts[all->items[i].kind])) {
            points[listed++] = &all->items[i];
        }
    }
    if (listed > 0) {
        put_bullets(composing, &composing->phrases->listing, points, listed);
    }
    put_pairs(composing, points, gather(composing, CHATUR_PAIRS, points));
    return true;
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

static void close_and_sign(struct composing *composing)
{
    struct chatur_buffer *buffer = &composing->prose.buffer;
    chatur_prose_paragraph(&composing->prose);
    if (composing->extent == EXTENT_SHORT) {
        put_phrase(composing, shortest(&composing->phrases->closings), NULL, 0);
    } else {
        put_plain(composing, &composing->phrases->closings);
    }
    chatur_prose_paragraph(&composing->prose);
    put_plain(composing, &composing->phrases->sign_offs);
    if (composing->signature[0] != '\0') {
        chatur_prose_line(&composing->prose);
        chatur_buffer_puts(buffer, composing->signature);
    } else if (buffer->length > 0) {
        buffer->data[--buffer->length] = '\0'; /* the comma, which nobody follows */
    }
}

static enum extent extent_of(const struct chatur_brief *brief)
{
    const char *length = brief->length != NULL ? brief->length : "";
    return strcmp(length, "short") == 0  ? EXTENT_SHORT
           : strcmp(length, "long") == 0 ? EXTENT_LONG
                                         : EXTENT_ANY;
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

static bool read_brief(struct composing *composing, const struct chatur_brief *brief,
                       const struct chatur_words *words, struct chatur_arena *arena)
{
    composing->phrases = chatur_offline_tone(brief, &composing->toned);
    composing->extent = extent_of(brief);
    composing->state = mix(mix(brief->seed, brief->subject), brief->keywords);
    composing->signature = chatur_signature(brief->sender_name, brief->sender_email, arena);
    return composing->signature != NULL &&
           chatur_topic_read(&composing->topic, brief->subject, words, arena) &&
           chatur_points_read(&composing->points, brief->keywords, brief->subject, words, arena) &&
           read_reader(&composing->reader, brief, arena);
}

static enum chatur_outcome compose(struct chatur_provider *provider,
                                   const struct chatur_brief *brief, struct chatur_sink *sink,
                                   struct chatur_arena *arena, struct chatur_draft *draft,
                                   struct chatur_error *error)
{
    const struct offline *offline = (const struct offline *)provider;
    struct composing composing = {.prose.buffer.max_bytes = MAX_EMAIL_BYTES};
    const char *text = NULL;
    if (read_brief(&composing, brief, offline->words, arena)) {
        greet(&composing);
        state_purpose(&composing);
        if (make_points(&composing, arena)) {
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
        .notice = chatur_offline_notice(brief),
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
