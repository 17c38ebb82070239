/* The text itself is what is compared with, so nothing but offsets is kept. White space does not
 * count: between two copies of an email there is often more of it. A repetition that overlaps what
 * it repeats is a circle, and left to tidy_repeat.c: no email came before it. */
#include "generate/tidy_again.h"

#include <string.h>

#include "base/text.h"
#include "generate/tidy_repeat.h"

/* Lists and refrains repeat a sentence or two; shorter ones ("Thank you!") say nothing. */
#define SENTENCE_WORDS 5
#define SENTENCES      3
#define ANY_WORDS      60

#define NOWHERE  ((size_t)-1)
#define WHITE(c) ((c) == ' ' || (c) == '\n' || (c) == '\t')

static size_t skip_white(const char *text, size_t at, size_t length)
{
    while (at < length && WHITE(text[at])) {
        at++;
    }
    return at;
}

static bool ends_sentence(const char *sequence, size_t size)
{
    static const char *const wide[] = {"\xE3\x80\x82", "\xEF\xBC\x81", "\xEF\xBC\x9F"}; /* 。！？ */
    for (size_t i = 0; size == 3 && i < sizeof(wide) / sizeof(wide[0]); i++) {
        if (memcmp(sequence, wide[i], 3) == 0) {
            return true;
        }
    }
    return size == 1 && strchr(".!?\n", sequence[0]) != NULL;
}

/* What is said from `at` on, in words and in whole sentences that are long enough to tell. */
static void measure(const char *text, size_t at, size_t length, size_t *words, size_t *sentences)
{
    size_t before = 0; /* words before this sentence */
    bool inside = false;
    *words = 0;
    *sentences = 0;
    while (at < length) {
        size_t size = chatur_utf8_sequence(text + at, length - at);
        if (ends_sentence(text + at, size)) {
            *sentences += *words - before >= SENTENCE_WORDS ? 1 : 0;
            before = *words;
        }
        if (WHITE(text[at])) {
            inside = false;
        } else if (!inside || chatur_is_word_by_itself(text + at, size)) {
            *words += 1;
            inside = true;
        }
        at += size;
    }
}

/* Is all from `from` on what stands at `with`? Where that goes on, or NOWHERE. */
static size_t compare(const char *text, size_t with, size_t from, size_t length)
{
    for (from = skip_white(text, from, length); from < length;
         from = skip_white(text, from + 1, length)) {
        with = skip_white(text, with, length);
        if (text[with] != text[from]) {
            return NOWHERE;
        }
        with++;
    }
    return with;
}

/* The earliest sentence since again->from with which a repetition may begin. */
static void find(struct chatur_again *again, const char *text, size_t length)
{
    again->running = false;
    for (size_t i = 1; i < again->count; i++) {
        for (size_t j = 0; again->starts[i] >= again->from && j < i; j++) {
            size_t with = compare(text, again->starts[j], again->starts[i], length);
            if (with != NOWHERE) {
                again->from = again->starts[i];
                again->with = with;
                again->running = true;
                return;
            }
        }
    }
}

static bool is_repetition(const struct chatur_again *again, const char *text, size_t length,
                          bool signed_off)
{
    size_t words = 0;
    size_t sentences = 0;
    if (!again->running || again->with > again->from) {
        return false;
    }
    measure(text, again->from, length, &words, &sentences);
    return sentences >= (signed_off ? 1 : SENTENCES) || words >= ANY_WORDS;
}

bool chatur_again_put(struct chatur_again *again, const char *text, size_t length, size_t size,
                      bool signed_off)
{
    size_t at = length - size;
    bool ends = ends_sentence(text + at, size);
    if (!WHITE(text[at])) {
        bool begins = !again->inside && again->count < CHATUR_AGAIN_SENTENCES;
        again->inside = true;
        if (begins) {
            again->starts[again->count++] = at;
        }
        if (again->running) {
            again->with = compare(text, again->with, at, length);
            if (again->with == NOWHERE) {
                find(again, text, length);
            }
        } else if (begins) {
            again->from = at;
            find(again, text, length);
        }
    }
    if (!ends) {
        return false;
    }
    again->inside = false;
    return is_repetition(again, text, length, signed_off);
}

bool chatur_again_at_end(const struct chatur_again *again, const char *text, size_t length,
                         bool signed_off)
{
    size_t words = 0;
    size_t sentences = 0;
    if (is_repetition(again, text, length, signed_off)) {
        return true;
    }
    if (!again->running || !signed_off || again->with > again->from) {
        return false;
    }
    measure(text, again->from, length, &words, &sentences);
    return words >= SENTENCE_WORDS;
}

size_t chatur_again_settled(const struct chatur_again *again, const char *text, size_t length)
{
    if (!again->running) {
        return length;
    }
    size_t settled = again->from;
    while (settled > 0 && WHITE(text[settled - 1])) {
        settled--;
    }
    return settled;
}
