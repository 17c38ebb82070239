/* Three stations, each handing single characters to the next: whole lines (here), marks inside a
 * line, white space (tidy_inside.c). Since no station sees more than one character at a time, none
 * can tell how the text was cut into pieces.
 *
 * What comes before an email without being recognised is found out by what comes after it: so an
 * email that does not begin with a greeting waits for the end of its first paragraph. */
#include "generate/tidy_text.h"

#include <string.h>

#include "base/text.h"
#include "generate/tidy_head.h"
#include "generate/tidy_inside.h"

#define IS_SPACE(c) ((c) == ' ' || (c) == '\t' || (c) == '\n')

/* A first paragraph of so much is no chatter, nor are so many lines. */
#define LEAD_BYTES 240
#define LEAD_LINES 4

/* A model that declines has not so much to say, and does not sign it. */
#define REFUSAL_WORDS 80

/* What comes after a sign-off is a name, an address, a job; a longer line is more of the email. */
#define SIGNATURE_BYTES 100

bool chatur_tidy_text_is_open(const struct chatur_tidy_text *text)
{
    return !text->ended && !text->failed && text->unusable == NULL;
}

static bool may_be_refusal(const struct chatur_tidy_text *text)
{
    return text->declines && !text->signed_off &&
           chatur_repeat_words(&text->repeat) < REFUSAL_WORDS;
}

size_t chatur_tidy_text_settled(const struct chatur_tidy_text *text)
{
    bool waits = text->lead == CHATUR_LEAD_ASKING || text->lead == CHATUR_LEAD_HELD ||
                 text->muses || may_be_refusal(text);
    return waits ? 0 : chatur_again_settled(&text->again, text->out, text->length);
}

void chatur_tidy_text_restart(struct chatur_tidy_text *text)
{
    text->state = CHATUR_LINE_START;
    text->line_length = 0;
    text->begun = false;
    text->lead = CHATUR_LEAD_ASKING;
    text->lead_lines = 0;
    text->ruled = false;
    text->ruled_by_fence = false;
    text->greeted = false;
    text->muses = false;
    text->declines = false;
    text->paragraph = true;
    text->signed_off = false;
    text->signature = false;
    text->thinking = false;
    text->fenced = false;
    text->quoted = false;
    text->held_length = 0;
    text->spaces = 0;
    text->breaks = 0;
    text->length = 0;
    text->line_start = 0;
    text->repeat = (struct chatur_repeat){0};
    text->again = (struct chatur_again){0};
    text->repeated = false;
    text->ended = false;
    text->unusable = NULL;
    text->refused = false;
}

/* --- the lead --------------------------------------------------------------------------------- */

/* What may be chatter, or an email that does without a greeting. Asked after every character that
 * is passed, and at the end of every line. */
static void weigh_lead(struct chatur_tidy_text *text, bool line_ends)
{
    if (text->lead == CHATUR_LEAD_OVER || text->length == 0) {
        return;
    }
    if (text->lead_lines == 0) {
        text->muses = text->muses || chatur_head_muses(text->out, text->length) == CHATUR_YES;
    }
    if (text->lead == CHATUR_LEAD_ASKING) {
        enum chatur_answer greets = chatur_head_greets(text->out, text->length, line_ends);
        text->greeted = greets == CHATUR_YES;
        text->lead = greets == CHATUR_YES  ? CHATUR_LEAD_OVER
                     : greets == CHATUR_NO ? CHATUR_LEAD_HELD
                                           : CHATUR_LEAD_ASKING;
    }
    if (text->lead == CHATUR_LEAD_HELD && text->length > LEAD_BYTES) {
        text->lead = CHATUR_LEAD_OVER;
    }
}

static enum chatur_chatter chatter(const struct chatur_tidy_text *text)
{
    if (text->lead != CHATUR_LEAD_HELD) {
        return CHATUR_CHATTER_NONE;
    }
    size_t length = text->length < CHATUR_LINE_MAX_BYTES ? text->length : CHATUR_LINE_MAX_BYTES;
    return text->declines ? CHATUR_CHATTER_OF_EMAIL : chatur_head_chatter(text->out, length);
}

/* The email begins with this line. */
static void drop_lead(struct chatur_tidy_text *text)
{
    enum chatur_line_state state = text->state;
    size_t line_length = text->line_length;
    bool fenced = text->ruled_by_fence;
    chatur_tidy_text_restart(text);
    text->state = state;
    text->line_length = line_length;
    text->fenced = fenced;
}

/* --- lines ------------------------------------------------------------------------------------ */

/* A fence closes what a fence opened. */
static void see_fence(struct chatur_tidy_text *text)
{
    if (!text->begun) {
        text->fenced = true;
    } else if (text->fenced) {
        text->ended = true;
    } else if (text->lead == CHATUR_LEAD_HELD) {
        text->ruled = true;
        text->ruled_by_fence = true;
    }
}

static void pass_line(struct chatur_tidy_text *text)
{
    if (text->lead == CHATUR_LEAD_HELD &&
        (text->lead_lines >= LEAD_LINES ||
         (text->paragraph && chatter(text) == CHATUR_CHATTER_NONE))) {
        text->lead = CHATUR_LEAD_OVER;
    }
    text->state = CHATUR_LINE_PASSING;
    text->begun = true;
    for (size_t at = 0; at < text->line_length;) {
        size_t size = chatur_utf8_sequence(text->line + at, text->line_length - at);
        chatur_tidy_inside_put(text, text->line + at, size);
        weigh_lead(text, false);
        at += size;
    }
}

static void skip_line(struct chatur_tidy_text *text)
{
    text->state = CHATUR_LINE_SKIPPING;
    text->spaces = 0;
}

/* Takes the beginning away, and the white space after it. */
static void cut_line(struct chatur_tidy_text *text, size_t bytes)
{
    while (bytes < text->line_length && IS_SPACE(text->line[bytes])) {
        bytes++;
    }
    text->line_length -= bytes;
    memmove(text->line, text->line + bytes, text->line_length);
}

static enum chatur_verdict read_line(const struct chatur_tidy_text *text, bool whole,
                                     struct chatur_reading *reading)
{
    const struct chatur_line line = {.text = text->line,
                                     .length = text->line_length,
                                     .whole = whole,
                                     .head = !text->begun,
                                     .greeted = text->greeted,
                                     .lead = text->lead == CHATUR_LEAD_HELD,
                                     .chatter = chatter(text),
                                     .ruled = text->ruled,
                                     .paragraph = text->paragraph,
                                     .signed_off = text->signed_off,
                                     .signature = text->signature};
    return chatur_line_read(&line, reading);
}

static void judge_line(struct chatur_tidy_text *text, bool whole)
{
    while (text->state == CHATUR_LINE_DECIDING) {
        struct chatur_reading reading;
        switch (read_line(text, whole, &reading)) {
        case CHATUR_VERDICT_OPEN:
            return;
        case CHATUR_VERDICT_KEEP:
            text->declines = text->declines || reading.declines;
            pass_line(text);
            break;
        case CHATUR_VERDICT_CUT:
            cut_line(text, reading.cut);
            text->quoted = text->quoted || reading.quote;
            text->thinking = reading.thought;
            if (text->line_length == 0) {
                text->state = whole ? CHATUR_LINE_SKIPPING : CHATUR_LINE_START;
            }
            break;
        case CHATUR_VERDICT_DROP:
            text->ruled = text->ruled || (reading.rule && text->lead == CHATUR_LEAD_HELD);
            skip_line(text);
            break;
        case CHATUR_VERDICT_BEGIN:
            drop_lead(text);
            break;
        case CHATUR_VERDICT_END:
            text->ended = true;
            skip_line(text);
            break;
        case CHATUR_VERDICT_REFUSAL:
            text->refused = true;
            text->unusable = "the model declines";
            skip_line(text);
            break;
        }
        if (reading.fence) {
            see_fence(text);
        }
    }
}

/* A line of the email has come to its end. */
static void look_back(struct chatur_tidy_text *text)
{
    weigh_lead(text, true);
    text->greeted = text->greeted && text->lead_lines == 0;
    text->lead_lines++;
    size_t length = text->length - text->line_start;
    bool goes_on = text->signed_off && length > SIGNATURE_BYTES; /* "Thank you," was none */
    text->signature = text->signed_off && !goes_on;
    text->signed_off =
        text->signature || chatur_line_is_sign_off(text->out + text->line_start, length);
}

static void end_line(struct chatur_tidy_text *text)
{
    judge_line(text, true);
    bool blank = text->state == CHATUR_LINE_START;
    bool passed = text->state == CHATUR_LINE_PASSING;
    if (passed || (blank && text->begun)) {
        chatur_tidy_inside_put(text, "\n", 1);
    }
    if (passed && text->length > 0) {
        look_back(text);
    }
    text->paragraph = !passed;
    text->state = CHATUR_LINE_START;
    text->line_length = 0;
}

void chatur_tidy_text_put(struct chatur_tidy_text *text, const char *sequence, size_t size)
{
    if (!chatur_tidy_text_is_open(text) || text->thinking) {
        return; /* thoughts are nobody's business */
    }
    if (sequence[0] == '\n') {
        end_line(text);
        return;
    }
    if (text->state == CHATUR_LINE_START && !IS_SPACE(sequence[0])) {
        text->state = CHATUR_LINE_DECIDING;
    }
    switch (text->state) {
    case CHATUR_LINE_START:
    case CHATUR_LINE_PASSING:
        chatur_tidy_inside_put(text, sequence, size);
        weigh_lead(text, false);
        break;
    case CHATUR_LINE_DECIDING:
        memcpy(text->line + text->line_length, sequence, size);
        text->line_length += size;
        judge_line(text, text->line_length >= CHATUR_LINE_MAX_BYTES);
        break;
    case CHATUR_LINE_SKIPPING:
        break;
    }
}

void chatur_tidy_text_end(struct chatur_tidy_text *text)
{
    if (text->failed || text->unusable != NULL) {
        return;
    }
    judge_line(text, true);
    chatur_tidy_inside_end(text);
    if (text->length > text->line_start && text->unusable == NULL) {
        look_back(text);
    }
    if (may_be_refusal(text) && text->unusable == NULL) {
        text->refused = true;
        text->unusable = "the model declines";
    }
}
