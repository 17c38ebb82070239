/* The rules stand in the order in which they are asked: marks first (tidy_marks.c), then phrases,
 * which depend on where the line stands: before the email (tidy_head.c), after what may be chatter,
 * after the sign-off. */
#include "generate/tidy_line.h"

#include <string.h>

#include "generate/tidy_head.h"
#include "generate/tidy_marks.h"
#include "generate/tidy_phrases.h"
#include "generate/tidy_plain.h"

/* Does the email only begin here? */
static enum chatur_verdict read_after_lead(const struct chatur_line *line)
{
    size_t length = 0;
    struct chatur_plain plain;
    chatur_plain_make(&plain, line->text, line->length);
    enum chatur_answer answer = chatur_head_is_subject(&plain, line->whole);
    if (answer == CHATUR_NO && line->ruled && line->chatter == CHATUR_CHATTER_OF_EMAIL) {
        answer = CHATUR_YES;
    }
    if (answer == CHATUR_NO &&
        (line->ruled || (line->paragraph && line->chatter != CHATUR_CHATTER_NONE))) {
        answer = chatur_begins_any(plain.text, chatur_greetings, line->whole, &length);
    }
    return answer == CHATUR_YES     ? CHATUR_VERDICT_BEGIN
           : answer == CHATUR_MAYBE ? CHATUR_VERDICT_OPEN
                                    : CHATUR_VERDICT_KEEP;
}

/* "Hello Jane,\nSubject: Leave" */
static enum chatur_verdict read_after_greeting(const struct chatur_line *line)
{
    struct chatur_plain plain;
    chatur_plain_make(&plain, line->text, line->length);
    enum chatur_answer answer = chatur_head_is_subject(&plain, line->whole);
    return answer == CHATUR_YES     ? CHATUR_VERDICT_DROP
           : answer == CHATUR_MAYBE ? CHATUR_VERDICT_OPEN
                                    : CHATUR_VERDICT_KEEP;
}

/* "Feel free to adjust this draft!" after the sign-off, or the next email. */
static enum chatur_verdict read_tail(const struct chatur_line *line)
{
    struct chatur_plain plain;
    size_t length = 0;
    chatur_plain_make(&plain, line->text, line->length);
    const char *text = plain.text + strspn(plain.text, "([ ");
    enum chatur_answer answer = chatur_begins_any(text, chatur_remarks, line->whole, &length);
    if (answer == CHATUR_NO) {
        answer = chatur_head_is_subject(&plain, line->whole);
    }
    return answer == CHATUR_YES     ? CHATUR_VERDICT_END
           : answer == CHATUR_MAYBE ? CHATUR_VERDICT_OPEN
                                    : CHATUR_VERDICT_KEEP;
}

enum chatur_verdict chatur_line_read(const struct chatur_line *line, struct chatur_reading *reading)
{
    *reading = (struct chatur_reading){0};
    if (line->length == 0) {
        return line->whole ? CHATUR_VERDICT_KEEP : CHATUR_VERDICT_OPEN;
    }
    enum chatur_verdict verdict = chatur_marks_read(line, reading);
    if (verdict == CHATUR_VERDICT_DROP && reading->rule && line->signature) {
        verdict = CHATUR_VERDICT_END;
    }
    if (verdict == CHATUR_VERDICT_KEEP && line->head) {
        verdict = chatur_head_read(line, reading);
    }
    if (verdict == CHATUR_VERDICT_KEEP && line->lead) {
        verdict = read_after_lead(line);
    }
    if (verdict == CHATUR_VERDICT_KEEP && line->greeted) {
        verdict = read_after_greeting(line);
    }
    if (verdict == CHATUR_VERDICT_KEEP && line->signed_off && line->paragraph) {
        verdict = read_tail(line);
    }
    return verdict;
}

bool chatur_line_is_sign_off(const char *text, size_t length)
{
    static const size_t longest = 80;
    struct chatur_plain plain;
    if (length == 0 || length > longest) {
        return false;
    }
    chatur_plain_make(&plain, text, length);
    size_t words = 0;
    enum chatur_answer answer = chatur_begins_any(plain.text, chatur_sign_offs, true, &words);
    const char *rest = plain.text + words;
    return answer == CHATUR_YES &&
           (strchr(",", *rest) != NULL || strncmp(rest, "\xEF\xBC\x8C", 3) == 0 || /* ， */
            strncmp(rest, "\xE3\x80\x82", 3) == 0);                                /* 。 */
}
