/* The rules stand in the order in which they are asked: marks first (tidy_marks.c), then phrases in
 * a plain copy of the line: small letters, straight apostrophes, no emphasis. Every rule answers
 * three ways: no, yes, and "not from this much of it". */
#include "generate/tidy_line.h"

#include <string.h>

#include "generate/tidy_marks.h"
#include "generate/tidy_phrases.h"

enum answer { NO, MAYBE, YES };

/* The plain copy, and where its bytes come from. */
struct plain {
    char text[CHATUR_LINE_MAX_BYTES + 1];
    size_t from[CHATUR_LINE_MAX_BYTES + 1]; /* offset in the line of each byte, and of the end */
    size_t length;
};

static void make_plain(struct plain *plain, const char *text, size_t length)
{
    plain->length = 0;
    for (size_t i = 0; i < length && plain->length < CHATUR_LINE_MAX_BYTES; i++) {
        char c = text[i];
        if (c == '*' || c == '_') {
            continue;
        }
        plain->from[plain->length] = i;
        if (i + 2 < length && memcmp(text + i, "\xE2\x80\x99", 3) == 0) {
            c = '\'';
            i += 2;
        } else if (i + 2 < length && memcmp(text + i, "\xEF\xBC\x9A", 3) == 0) {
            c = ':'; /* the full-width one */
            i += 2;
        } else if (c >= 'A' && c <= 'Z') {
            c = (char)(c - 'A' + 'a');
        }
        plain->text[plain->length++] = c;
    }
    plain->text[plain->length] = '\0';
    plain->from[plain->length] = length;
}

/* Does `text` begin with the phrase? */
static enum answer begins(const char *text, const char *phrase, bool whole)
{
    for (; *phrase != '\0'; text++, phrase++) {
        if (*text == '\0') {
            return whole ? NO : MAYBE;
        }
        if (*text != *phrase) {
            return NO;
        }
    }
    return YES;
}

/* The longest phrase of the list that `text` begins with, in `*length`. */
static enum answer begins_any(const char *text, const char *const *phrases, bool whole,
                              size_t *length)
{
    enum answer best = NO;
    *length = 0;
    for (; *phrases != NULL; phrases++) {
        enum answer answer = begins(text, *phrases, whole);
        if (answer == MAYBE) {
            return MAYBE; /* perhaps a longer one */
        }
        if (answer == YES) {
            best = YES;
            *length = strlen(*phrases) > *length ? strlen(*phrases) : *length;
        }
    }
    return best;
}

static bool has_any(const char *text, const char *const *phrases)
{
    for (; *phrases != NULL; phrases++) {
        if (strstr(text, *phrases) != NULL) {
            return true;
        }
    }
    return false;
}

static enum chatur_verdict cut(struct chatur_reading *reading, size_t bytes)
{
    reading->cut = bytes;
    return CHATUR_VERDICT_CUT;
}

/* --- phrases ---------------------------------------------------------------------------------- */

/* "Subject: …", and labels that introduce the email. */
static enum chatur_verdict read_label(const struct plain *plain, bool whole,
                                      struct chatur_reading *reading)
{
    const struct {
        const char *const *labels;
        bool line; /* the whole line goes, not only the label */
    } kinds[] = {{chatur_header_labels, true}, {chatur_body_labels, false}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t length = 0;
        enum answer answer = begins_any(plain->text, kinds[i].labels, whole, &length);
        if (answer == MAYBE) {
            return CHATUR_VERDICT_OPEN;
        }
        if (answer == NO) {
            continue;
        }
        length += strspn(plain->text + length, " ");
        if (plain->text[length] == '\0' && !whole) {
            return CHATUR_VERDICT_OPEN;
        }
        if (plain->text[length] == ':') {
            return kinds[i].line ? CHATUR_VERDICT_DROP : cut(reading, plain->from[length + 1]);
        }
    }
    return CHATUR_VERDICT_KEEP;
}

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

/* What remains after "Sure!", or the text itself. */
static enum answer skip_interjection(const char *text, bool whole, size_t *length)
{
    enum answer answer = begins_any(text, chatur_interjections, whole, length);
    if (answer != YES) {
        *length = 0;
        return answer;
    }
    size_t stops = strspn(text + *length, "!,.:; ");
    if (text[*length + stops] == '\0' && !whole) {
        return MAYBE;
    }
    if (stops == 0 && text[*length] != '\0') {
        *length = 0; /* "surely" */
        return NO;
    }
    *length += stops;
    return YES;
}

/* "Sure! Here is the email you asked for:" */
static enum chatur_verdict read_chatter(const struct plain *plain, bool whole,
                                        struct chatur_reading *reading)
{
    size_t said = 0;
    size_t length = 0;
    enum answer interjection = skip_interjection(plain->text, whole, &said);
    if (interjection == MAYBE) {
        return CHATUR_VERDICT_OPEN;
    }
    const char *rest = plain->text + said;
    if (*rest == '\0') {
        return interjection == YES && plain->text[said - 1] != ',' ? CHATUR_VERDICT_DROP
                                                                   : CHATUR_VERDICT_KEEP;
    }
    enum answer presents = begins_any(rest, chatur_presentations, whole, &length);
    if (presents != YES) {
        return presents == MAYBE ? CHATUR_VERDICT_OPEN : CHATUR_VERDICT_KEEP;
    }
    bool open = false;
    bool names_it = has_any(rest, chatur_words_for_email);
    size_t colon = find_colon(plain->text, whole, &open);
    /* "Great, here are the figures:" begins an email, "Sure! Here are two lines for you:" does not.
     */
    bool exclaims = strcspn(plain->text, "!.") < said;
    bool presents_all =
        strncmp(rest, "here you go", 11) == 0 || strncmp(rest, "here it is", 10) == 0;
    if (colon > said && (names_it || exclaims || (interjection == YES && presents_all))) {
        return cut(reading, plain->from[colon]);
    }
    if (!whole) {
        return CHATUR_VERDICT_OPEN;
    }
    return names_it && (interjection == YES || strstr(rest, "email") != NULL) ? CHATUR_VERDICT_DROP
                                                                              : CHATUR_VERDICT_KEEP;
}

/* "I'm sorry, but I can't help with that." Judged by its first sentence, since apologies begin like
 * this too. */
static enum chatur_verdict read_refusal(const struct plain *plain, bool whole)
{
    size_t length = 0;
    enum answer answer = begins_any(plain->text, chatur_refusal_openings, whole, &length);
    if (answer != YES) {
        return answer == MAYBE ? CHATUR_VERDICT_OPEN : CHATUR_VERDICT_KEEP;
    }
    if (has_any(plain->text, chatur_refusals)) {
        return CHATUR_VERDICT_REFUSAL;
    }
    bool more = !whole && strpbrk(plain->text + length, ".!?") == NULL;
    return more ? CHATUR_VERDICT_OPEN : CHATUR_VERDICT_KEEP;
}

/* Asked in turn; the first that does not keep the line decides. */
static enum chatur_verdict read_head(const struct chatur_line *line, struct chatur_reading *reading)
{
    struct plain plain;
    make_plain(&plain, line->text, line->length);
    enum chatur_verdict verdict = read_label(&plain, line->whole, reading);
    if (verdict == CHATUR_VERDICT_KEEP) {
        verdict = read_chatter(&plain, line->whole, reading);
    }
    if (verdict == CHATUR_VERDICT_KEEP) {
        verdict = read_refusal(&plain, line->whole);
    }
    if (verdict == CHATUR_VERDICT_KEEP) {
        verdict = chatur_marks_read_quote(line, reading);
    }
    return verdict;
}

/* "Feel free to adjust this draft!" after the sign-off. */
static enum chatur_verdict read_tail(const struct chatur_line *line)
{
    struct plain plain;
    size_t length = 0;
    make_plain(&plain, line->text, line->length);
    const char *text = plain.text + strspn(plain.text, "([ ");
    enum answer answer = begins_any(text, chatur_remarks, line->whole, &length);
    return answer == YES     ? CHATUR_VERDICT_END
           : answer == MAYBE ? CHATUR_VERDICT_OPEN
                             : CHATUR_VERDICT_KEEP;
}

enum chatur_verdict chatur_line_read(const struct chatur_line *line, struct chatur_reading *reading)
{
    *reading = (struct chatur_reading){0};
    if (line->length == 0) {
        return line->whole ? CHATUR_VERDICT_KEEP : CHATUR_VERDICT_OPEN;
    }
    enum chatur_verdict verdict = chatur_marks_read(line, reading);
    if (verdict == CHATUR_VERDICT_KEEP && line->head) {
        verdict = read_head(line, reading);
    }
    if (verdict == CHATUR_VERDICT_KEEP && line->signed_off) {
        verdict = read_tail(line);
    }
    return verdict;
}

bool chatur_line_is_sign_off(const char *text, size_t length)
{
    static const size_t longest = 40;
    struct plain plain;
    if (length == 0 || length > longest) {
        return false;
    }
    make_plain(&plain, text, length);
    size_t words = 0;
    enum answer answer = begins_any(plain.text, chatur_sign_offs, true, &words);
    return answer == YES && strchr(",", plain.text[words]) != NULL;
}
