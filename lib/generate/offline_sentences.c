/* Where sentences end: at a full stop that is not that of “Dr.”, or, in a text without any, where
 * somebody new is spoken of. */
#include "generate/offline_sentences.h"

#include <string.h>
#include <strings.h>

#include "base/ascii.h"

/* A sentence told apart from a long stretch has at least so many words. */
#define MIN_SENTENCE_WORDS 12

bool chatur_span_starts(struct chatur_span span, const char *mark)
{
    if (span.length == 0 || span.text[0] != mark[0]) {
        return false; /* nearly always: this is asked at every byte */
    }
    size_t length = strlen(mark);
    return span.length >= length && memcmp(span.text, mark, length) == 0;
}

struct chatur_span chatur_span_skip(struct chatur_span span, size_t bytes)
{
    return (struct chatur_span){span.text + bytes, span.length - bytes};
}

bool chatur_reads_as_sentence(struct chatur_span span, const struct chatur_words *words)
{
    size_t count = 0;
    bool verb = false;
    for (size_t start = 0; start < span.length;) {
        const char *space = memchr(span.text + start, ' ', span.length - start);
        size_t end = space != NULL ? (size_t)(space - span.text) : span.length;
        uint64_t kinds = chatur_words_kinds(words, span.text + start, end - start);
        verb = verb || (kinds & (CHATUR_WORD_PRONOUN | CHATUR_WORD_AUXILIARY)) != 0 ||
               (start == 0 && (kinds & (CHATUR_WORD_OPENER | CHATUR_WORD_ASK)) != 0);
        count++;
        start = end + 1;
    }
    return verb && count >= 3;
}

size_t chatur_next_sentence(struct chatur_span span, const struct chatur_words *words,
                            size_t *joint)
{
    size_t count = 0;
    for (size_t i = 0; i + 6 < span.length; i++) {
        if (span.text[i] != ' ') {
            continue;
        }
        count++;
        *joint = chatur_span_starts(chatur_span_skip(span, i), " and ") ? strlen(" and") : 0;
        bool then = chatur_span_starts(chatur_span_skip(span, i + *joint), " then ");
        if (count < MIN_SENTENCE_WORDS || (*joint == 0 && !then)) {
            continue;
        }
        struct chatur_span next =
            chatur_span_skip(span, i + *joint + (then ? strlen(" then ") : 1));
        const char *space = memchr(next.text, ' ', next.length);
        size_t length = space != NULL ? (size_t)(space - next.text) : next.length;
        if ((chatur_words_kinds(words, next.text, length) & CHATUR_WORD_PRONOUN) != 0 ||
            chatur_span_starts(next, "please ") || chatur_span_starts(next, "if ")) {
            return i;
        }
    }
    return 0;
}

/* Is the full stop at `at` that of “Dr.”, “e.g.” or an initial? */
static bool abbreviates(struct chatur_span span, size_t at)
{
    static const char *const titles[] = {"Dr", "Mr", "Mrs", "Ms", "Prof", "St", "No", "vs"};
    size_t start = at;
    while (start > 0 && strchr(" .(", span.text[start - 1]) == NULL) {
        start--;
    }
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
        if (strlen(titles[i]) == at - start &&
            memcmp(span.text + start, titles[i], at - start) == 0) {
            return true;
        }
    }
    bool number = at > start && at - start <= 2 && at + 2 < span.length;
    for (size_t i = start; i < at; i++) {
        number = number && chatur_is_digit(span.text[i]);
    }
    bool numbered = at + 2 < span.length && chatur_is_digit(span.text[at + 2]) && at - start == 2 &&
                    strncasecmp(span.text + start, "no", 2) == 0; /* “ticket no. 4” */
    return number || numbered || (at - start == 1 && chatur_is_letter(span.text[start]));
}

size_t chatur_sentence_end(struct chatur_span span, bool *stopped)
{
    for (size_t i = 0; i < span.length; i++) {
        char c = span.text[i];
        if (c != '.' && c != '!' && c != '?') {
            continue;
        }
        while (i + 1 < span.length && strchr(".!?)\"", span.text[i + 1]) != NULL) {
            i++;
        }
        bool last = i + 1 == span.length;
        bool capital =
            i + 2 < span.length && span.text[i + 1] == ' ' && !chatur_is_lower(span.text[i + 2]);
        if (last || (capital && !(c == '.' && abbreviates(span, i)))) {
            *stopped = true;
            return i + 1;
        }
    }
    *stopped = false;
    return span.length;
}
