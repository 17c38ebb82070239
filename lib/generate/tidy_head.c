/* Asked in turn; the first rule that does not keep the line decides. */
#include "generate/tidy_head.h"

#include <string.h>

#include "generate/tidy_marks.h"
#include "generate/tidy_phrases.h"
#include "generate/tidy_refusal.h"

static enum chatur_verdict cut(struct chatur_reading *reading, size_t bytes)
{
    reading->cut = bytes;
    return CHATUR_VERDICT_CUT;
}

/* --- labels ----------------------------------------------------------------------------------- */

/* One of the labels and a colon, the end of which is at `*end`. */
static enum chatur_answer is_label(const struct chatur_plain *plain, const char *const *labels,
                                   bool whole, size_t *end)
{
    size_t length = 0;
    enum chatur_answer answer = chatur_begins_any(plain->text, labels, whole, &length);
    if (answer != CHATUR_YES) {
        return answer;
    }
    length += strspn(plain->text + length, " ");
    *end = length + 1;
    return plain->text[length] == ':'              ? CHATUR_YES
           : plain->text[length] == '\0' && !whole ? CHATUR_MAYBE
                                                   : CHATUR_NO;
}

enum chatur_answer chatur_head_is_subject(const struct chatur_plain *plain, bool whole)
{
    size_t end = 0;
    return is_label(plain, chatur_subject_labels, whole, &end);
}

/* "Subject: …", and labels that introduce the email. */
static enum chatur_verdict read_label(const struct chatur_plain *plain, bool whole,
                                      struct chatur_reading *reading)
{
    const struct {
        const char *const *labels;
        bool line; /* the whole line goes, not only the label */
    } kinds[] = {
        {chatur_subject_labels, true}, {chatur_header_labels, true}, {chatur_body_labels, false}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t end = 0;
        enum chatur_answer answer = is_label(plain, kinds[i].labels, whole, &end);
        if (answer == CHATUR_MAYBE) {
            return CHATUR_VERDICT_OPEN;
        }
        if (answer == CHATUR_YES) {
            return kinds[i].line ? CHATUR_VERDICT_DROP : cut(reading, plain->from[end]);
        }
    }
    return CHATUR_VERDICT_KEEP;
}

/* --- chatter ---------------------------------------------------------------------------------- */

/* The colon that ends an announcement: not one in 10:30. 0: there is none; `*open`: perhaps the
 * last character is one. */
static size_t find_colon(const char *text, bool whole, bool *open)
{
    for (const char *at = text; (at = strchr(at, ':')) != NULL; at++) {
        if (at[1] == ' ' || (at[1] == '\0' && whole)) {
            return (size_t)(at - text) + 1;
        }
        *open = *open || at[1] == '\0';
    }
    return 0;
}

/* Bytes of what stands between an interjection and the rest; `*stop`: it ended a sentence. */
static size_t punctuation(const char *text, bool *stop)
{
    static const struct {
        char text[4];
        bool stop;
    } wide[] = {{"\xEF\xBC\x81", true},   /* ！ */
                {"\xE3\x80\x82", true},   /* 。 */
                {"\xE0\xA5\xA4", true},   /* । */
                {"\xEF\xBC\x8C", false},  /* ， */
                {"\xE3\x80\x81", false}}; /* 、 */
    size_t length = 0;
    for (;;) {
        size_t before = length;
        for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
            if (strncmp(text + length, wide[i].text, 3) == 0) {
                length += 3;
                *stop = *stop || wide[i].stop;
            }
        }
        size_t narrow = strspn(text + length, "!,.:; ");
        *stop = *stop || memchr(text + length, '!', narrow) != NULL ||
                memchr(text + length, '.', narrow) != NULL;
        length += narrow;
        if (length == before) {
            return length;
        }
    }
}

/* What remains after "Sure!" ("¡Claro!"), or the text itself. */
static enum chatur_answer skip_interjection(const char *text, bool whole, size_t *length,
                                            bool *stop)
{
    size_t said = 0;
    size_t opens = strncmp(text, "\xC2\xA1", 2) == 0 ? 2 : 0;
    enum chatur_answer answer = chatur_begins_any(text + opens, chatur_interjections, whole, &said);
    *length = 0;
    if (answer != CHATUR_YES) {
        return answer;
    }
    said += opens;
    size_t between = punctuation(text + said, stop);
    if (text[said + between] == '\0' && !whole) {
        return CHATUR_MAYBE;
    }
    if (between == 0 && text[said] != '\0') {
        return CHATUR_NO;
    }
    *length = said + between;
    return CHATUR_YES;
}

/* "Sure! Here is the email you asked for:" */
static enum chatur_verdict read_chatter(const struct chatur_plain *plain, bool whole,
                                        struct chatur_reading *reading)
{
    size_t said = 0;
    size_t length = 0;
    bool exclaims = false;
    enum chatur_answer interjection = skip_interjection(plain->text, whole, &said, &exclaims);
    if (interjection == CHATUR_MAYBE) {
        return CHATUR_VERDICT_OPEN;
    }
    const char *rest = plain->text + said;
    if (*rest == '\0') {
        return interjection == CHATUR_YES && (exclaims || plain->text[said - 1] != ',')
                   ? CHATUR_VERDICT_DROP
                   : CHATUR_VERDICT_KEEP;
    }
    enum chatur_answer presents = chatur_begins_any(rest, chatur_presentations, whole, &length);
    if (presents != CHATUR_YES) {
        return presents == CHATUR_MAYBE ? CHATUR_VERDICT_OPEN : CHATUR_VERDICT_KEEP;
    }
    bool open = false;
    bool names_it = chatur_has_any(rest, chatur_words_for_email);
    size_t colon = find_colon(plain->text, whole, &open);
    /* "Great, here are the figures:" begins an email, "Sure! Here are two lines for you:" does not.
     */
    bool presents_all =
        strncmp(rest, "here you go", 11) == 0 || strncmp(rest, "here it is", 10) == 0;
    if (colon > said && (names_it || exclaims || (interjection == CHATUR_YES && presents_all))) {
        return cut(reading, plain->from[colon]);
    }
    if (!whole) {
        return CHATUR_VERDICT_OPEN;
    }
    return names_it && (interjection == CHATUR_YES || strstr(rest, "email") != NULL)
               ? CHATUR_VERDICT_DROP
               : CHATUR_VERDICT_KEEP;
}

/* --- the whole line --------------------------------------------------------------------------- */

enum chatur_verdict chatur_head_read(const struct chatur_line *line, struct chatur_reading *reading)
{
    struct chatur_plain plain;
    chatur_plain_make(&plain, line->text, line->length);
    enum chatur_verdict verdict = read_label(&plain, line->whole, reading);
    if (verdict == CHATUR_VERDICT_KEEP) {
        verdict = read_chatter(&plain, line->whole, reading);
    }
    if (verdict == CHATUR_VERDICT_KEEP) {
        verdict = chatur_refusal_read(&plain, line->whole, reading);
    }
    if (verdict == CHATUR_VERDICT_KEEP) {
        verdict = chatur_marks_read_quote(line, reading);
    }
    return verdict;
}

/* --- texts ------------------------------------------------------------------------------------ */

static enum chatur_answer begins(const char *text, size_t length, const char *const *phrases,
                                 bool whole)
{
    struct chatur_plain plain;
    size_t phrase = 0;
    chatur_plain_make(&plain, text, length);
    return chatur_begins_any(plain.text, phrases, whole, &phrase);
}

enum chatur_answer chatur_head_greets(const char *text, size_t length, bool whole)
{
    return begins(text, length, chatur_greetings, whole);
}

enum chatur_answer chatur_head_muses(const char *text, size_t length)
{
    return begins(text, length, chatur_musings, false);
}

enum chatur_chatter chatur_head_chatter(const char *text, size_t length)
{
    struct chatur_plain plain;
    size_t said = 0;
    size_t phrase = 0;
    bool exclaims = false;
    chatur_plain_make(&plain, text, length);
    bool agrees = skip_interjection(plain.text, true, &said, &exclaims) == CHATUR_YES;
    bool presents =
        chatur_begins_any(plain.text + said, chatur_presentations, true, &phrase) == CHATUR_YES;
    if ((agrees || presents) && chatur_has_any(plain.text, chatur_words_for_email)) {
        return CHATUR_CHATTER_OF_EMAIL;
    }
    return agrees && exclaims ? CHATUR_CHATTER_PERHAPS : CHATUR_CHATTER_NONE;
}
