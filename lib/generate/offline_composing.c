/* The dice, and phrases with their slots filled. The user's text only ever goes in as data: phrases
 * were parsed when the template was loaded, nothing is expanded twice. */
#include "generate/offline_composing.h"

#include <string.h>

/* Two sentences that open with the same so many words read as if a machine had written them. */
#define OPENING_WORDS 4

/* --- choosing --------------------------------------------------------------------------------- */

/* SplitMix64: every seed, also 0, 1, 2, …, leads somewhere else. */
uint64_t chatur_composing_roll(struct chatur_composing *composing)
{
    uint64_t mixed = composing->state += UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

/* The bytes of a phrase's first words, which make it sound the same as another; 0: too few to. */
static size_t opening_of(const struct chatur_phrase *phrase)
{
    const struct chatur_segment *first = &phrase->segments[0];
    size_t length = 0;
    size_t words = 0;
    if (first->kind != CHATUR_LITERAL) {
        return 0;
    }
    while (first->text[length] != '\0' && words < OPENING_WORDS) {
        words += first->text[length] == ' ';
        length++;
    }
    return words >= OPENING_WORDS - 1 ? length : 0;
}

const struct chatur_phrase *chatur_composing_fresh(const struct chatur_composing *composing,
                                                   const struct chatur_phrases *phrases,
                                                   uint64_t first)
{
    const struct chatur_buffer *buffer = &composing->prose.buffer;
    const struct chatur_phrase *drawn = &phrases->items[first % phrases->count];
    for (size_t i = 0; i < phrases->count; i++) {
        const struct chatur_phrase *phrase = &phrases->items[(first + i) % phrases->count];
        size_t length = opening_of(phrase);
        if (length == 0 || buffer->length == 0 ||
            memmem(buffer->data, buffer->length, phrase->segments[0].text, length) == NULL) {
            return phrase;
        }
    }
    return drawn;
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
    chatur_composing_phrase(
        composing, chatur_composing_fresh(composing, phrases, chatur_composing_roll(composing)),
        NULL, 0);
}
