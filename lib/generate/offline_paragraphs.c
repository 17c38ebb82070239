/* The points in paragraphs: sentences first, in the order in which the user came to each kind;
 * lists after them, so that the sentences stay together. */
#include <string.h>

#include "generate/offline_composing.h"

/* More in one sentence and nobody reads on; more in sentences and it is a list. */
#define MAX_PER_SENTENCE      4
#define MAX_PER_LONG_SENTENCE 2 /* of a long email, which takes its time */
#define MAX_IN_SENTENCES      8

/* A list longer than this has several short things on a line. */
#define MAX_BULLETS        16
#define THINGS_PER_BULLET  4
#define LONG_THING_BYTES   40
#define SENTENCES_TOGETHER 4

/* Collects the points of one kind, in the user's order. */
static size_t gather(const struct chatur_composing *composing, enum chatur_point_kind kind,
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
static void keep_paragraphs_short(struct chatur_composing *composing, size_t *sentences)
{
    if (*sentences == SENTENCES_TOGETHER) {
        chatur_prose_paragraph(&composing->prose);
        *sentences = 0;
    }
    (*sentences)++;
}

/* One kind in sentences of at most MAX_PER_SENTENCE, evenly filled. */
static void put_kind(struct chatur_composing *composing, enum chatur_point_kind kind,
                     const struct chatur_point *const *points, size_t count, size_t *sentences)
{
    size_t most =
        composing->extent == CHATUR_EXTENT_LONG ? MAX_PER_LONG_SENTENCE : MAX_PER_SENTENCE;
    size_t groups = (count + most - 1) / most;
    const struct chatur_phrases *phrases = &composing->phrases->points[kind];
    uint64_t first = chatur_composing_roll(composing);
    for (size_t group = 0; group < groups; group++) {
        size_t from = count * group / groups;
        size_t to = count * (group + 1) / groups;
        bool more = kind == CHATUR_THINGS && group > 0;
        const struct chatur_phrases *of = more ? &composing->phrases->more_things : phrases;
        keep_paragraphs_short(composing, sentences);
        chatur_composing_phrase(composing, chatur_composing_fresh(composing, of, first + group),
                                points + from, to - from);
    }
}

static void put_sentences(struct chatur_composing *composing,
                          const struct chatur_point *const *points, size_t count, size_t *sentences)
{
    for (size_t i = 0; i < count; i++) {
        keep_paragraphs_short(composing, sentences);
        chatur_prose_sentence(&composing->prose);
        chatur_prose_put(&composing->prose, points[i]->text);
        chatur_prose_stop(&composing->prose);
    }
}

static void put_bullet(struct chatur_composing *composing, const struct chatur_point *point,
                       bool opens)
{
    if (opens) {
        chatur_prose_line(&composing->prose);
        chatur_buffer_puts(&composing->prose.buffer, "- ");
        composing->prose.capital = true;
    } else {
        chatur_prose_put(&composing->prose, ", ");
    }
    chatur_prose_put(&composing->prose, point->text);
}

/* All points of the kinds that did not go into sentences, as a bulleted list. */
static void put_bullets(struct chatur_composing *composing, const struct chatur_phrases *leads,
                        const struct chatur_point *const *points, size_t count)
{
    bool crowded = count > MAX_BULLETS;
    size_t on_line = 0;
    chatur_prose_paragraph(&composing->prose);
    chatur_composing_pick(composing, leads);
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
static void put_pairs(struct chatur_composing *composing, const struct chatur_point *const *points,
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

static void put_in_sentences(struct chatur_composing *composing, const size_t counts[],
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

bool chatur_composing_points(struct chatur_composing *composing, struct chatur_arena *arena)
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
