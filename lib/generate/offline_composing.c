/* The dice, and phrases with their slots filled. The user's text only ever goes in as data: phrases
 * were parsed when the template was loaded, nothing is expanded twice. */
#include "generate/offline_composing.h"

#include <string.h>

/* --- choosing --------------------------------------------------------------------------------- */

/* SplitMix64: every seed, also 0, 1, 2, …, leads somewhere else. */
uint64_t chatur_composing_roll(struct chatur_composing *composing)
{
    uint64_t mixed = composing->state += UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

static const struct chatur_phrase *pick(struct chatur_composing *composing,
                                        const struct chatur_phrases *phrases)
{
    return &phrases->items[chatur_composing_roll(composing) % phrases->count];
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
            bool pause = count > 2 || ands || points[i]->foreign || points[i]->kind == CHATUR_TIMES;
            chatur_prose_put(prose, commas && count > 1 ? "; " : pause ? ", " : " ");
        }
        if (i > 0 && last && !points[i]->foreign &&
            !(count == 2 && points[i]->kind == CHATUR_TIMES)) {
            chatur_prose_put(prose, "and ");
        }
        if (points[i]->articles[article] != NULL) {
            chatur_prose_put(prose, points[i]->articles[article]);
        }
        chatur_prose_put(prose, points[i]->text);
    }
}

void chatur_composing_phrase(struct chatur_composing *composing, const struct chatur_phrase *phrase,
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

void chatur_composing_pick(struct chatur_composing *composing, const struct chatur_phrases *phrases)
{
    chatur_composing_phrase(composing, pick(composing, phrases), NULL, 0);
}
