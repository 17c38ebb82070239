/* Words are hashed, and for every distance up to 64 words it is counted how many in a row equal the
 * word so many before: a circle of that length shows as a long row. A second, coarser eye sees
 * circles with something new in between: one sentence said over and over. The work is per word,
 * some 64 comparisons, and the memory is fixed. */
#include "generate/tidy_repeat.h"

#include "base/ascii.h"
#include "base/text.h"

/* "Very, very, very" and tables with the same cell in each line are fine; this many words in a row
 * that say what was said before are not. */
#define LEAST_SAME 15

/* Circles of at most SHORT words must be seen this often again (phone numbers, opening hours); for
 * longer ones two repetitions are plenty. */
#define SHORT       7
#define TURNS_SHORT 3
#define TURNS_LONG  2

/* A sentence of so many words said so often. */
#define SENTENCE_WORDS 5
#define SENTENCE_TIMES 5

/* A word longer than any: its bytes count as words from there on ("hahaha…"). */
#define LONG_WORD_BYTES 64

#define HASH_START 2166136261U
#define HASH_STEP  16777619U

static uint32_t mix(uint32_t hash, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = bytes[i];
        c = chatur_to_lower(c);
        hash = (hash ^ (unsigned char)c) * HASH_STEP;
    }
    return hash;
}

static void end_word(struct chatur_repeat *repeat)
{
    if (repeat->word_bytes == 0) {
        return;
    }
    uint32_t word = repeat->word;
    for (size_t back = 1; back <= CHATUR_REPEAT_WORDS && back <= repeat->word_count; back++) {
        size_t at = (repeat->word_count - back) % CHATUR_REPEAT_WORDS;
        repeat->same[back] = repeat->words[at] == word ? repeat->same[back] + 1 : 0;
        size_t enough = back * (back <= SHORT ? TURNS_SHORT : TURNS_LONG);
        if (repeat->same[back] >= (enough > LEAST_SAME ? enough : LEAST_SAME)) {
            repeat->circling = true;
        }
    }
    repeat->words[repeat->word_count % CHATUR_REPEAT_WORDS] = word;
    repeat->word_count++;
    repeat->word_bytes = 0;
    repeat->sentence = (repeat->sentence ^ word) * HASH_STEP;
    repeat->sentence_words++;
}

static void end_sentence(struct chatur_repeat *repeat)
{
    size_t kept = repeat->sentence_count < CHATUR_REPEAT_SENTENCES ? repeat->sentence_count
                                                                   : CHATUR_REPEAT_SENTENCES;
    bool known = repeat->sentence_words < SENTENCE_WORDS;
    for (size_t i = 0; i < kept && !known; i++) {
        if (repeat->sentences[i].hash == repeat->sentence) {
            known = true;
            if (++repeat->sentences[i].times >= SENTENCE_TIMES) {
                repeat->circling = true;
            }
        }
    }
    if (!known) {
        size_t at = repeat->sentence_count++ % CHATUR_REPEAT_SENTENCES;
        repeat->sentences[at].hash = repeat->sentence;
        repeat->sentences[at].times = 1;
    }
    repeat->sentence = 0;
    repeat->sentence_words = 0;
}

bool chatur_is_word_by_itself(const char *sequence, size_t size)
{
    if (size < 3) {
        return false;
    }
    uint32_t point = chatur_utf8_code_point(sequence, size);
    return (point >= 0x0E00 && point < 0x1100) || (point >= 0x1780 && point < 0x1800) ||
           point >= 0x2E80;
}

void chatur_repeat_put(struct chatur_repeat *repeat, const char *sequence, size_t size)
{
    char c = sequence[0]; /* of a longer sequence none of these */
    bool stops = c == '.' || c == '!' || c == '?' || c == '\n';
    if (c == ' ' || c == '\t' || stops) {
        end_word(repeat);
        if (stops) {
            end_sentence(repeat);
        }
        return;
    }
    if (repeat->word_bytes == 0) {
        repeat->word = HASH_START;
    }
    repeat->word = mix(repeat->word, sequence, size);
    repeat->word_bytes += size;
    if (chatur_is_word_by_itself(sequence, size)) {
        end_word(repeat);
    } else if (repeat->word_bytes > LONG_WORD_BYTES) {
        repeat->word = mix(HASH_START, sequence, size);
        end_word(repeat);
        repeat->word_bytes = LONG_WORD_BYTES;
    }
}

bool chatur_repeat_circles(const struct chatur_repeat *repeat)
{
    return repeat->circling;
}

size_t chatur_repeat_words(const struct chatur_repeat *repeat)
{
    return repeat->word_count + (repeat->word_bytes > 0 ? 1 : 0);
}
