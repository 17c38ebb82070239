/* Text (private to tidy): clean characters in, the email out: lines are judged (tidy_line.h), what
 * is kept of them goes through tidy_inside.h. */
#ifndef CHATUR_GENERATE_TIDY_TEXT_H
#define CHATUR_GENERATE_TIDY_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "generate/tidy_again.h"
#include "generate/tidy_line.h"
#include "generate/tidy_placeholder.h"
#include "generate/tidy_repeat.h"

enum chatur_line_state {
    CHATUR_LINE_START,    /* nothing of the line but white space has come */
    CHATUR_LINE_DECIDING, /* its beginning is held back */
    CHATUR_LINE_PASSING,
    CHATUR_LINE_SKIPPING,
};

enum chatur_lead {
    CHATUR_LEAD_ASKING, /* nothing has come, or too little to tell */
    CHATUR_LEAD_HELD, /* no greeting: perhaps chatter before the email, kept until that is clear */
    CHATUR_LEAD_OVER, /* it is the email */
};

struct chatur_tidy_text {
    struct chatur_arena *arena;
    const char *sender; /* "": not known */
    const char *recipient;
    size_t max_bytes;

    /* Lines. */
    enum chatur_line_state state;
    char line[CHATUR_LINE_MAX_BYTES + 4];
    size_t line_length;
    bool begun;      /* something of the email has come */
    bool paragraph;  /* the line before was not kept: this one begins a paragraph */
    bool greeted;    /* nothing but a greeting has come */
    bool signed_off; /* a line of the email was a sign-off */
    bool signature;  /* and another came after it */
    bool thinking;   /* the model thinks aloud: nothing is of the email */
    bool muses;      /* and seems to, without having said so */
    bool declines;   /* it seems to decline */
    bool fenced;     /* the email stands in a code fence */
    bool quoted;     /* a quotation mark before the whole email was taken away */

    /* What comes before an email. */
    enum chatur_lead lead;
    size_t lead_lines; /* of the email */
    bool ruled;        /* a rule, a fence or a tag came after the lead */
    bool ruled_by_fence;

    /* Inside lines: a run of marks, a blank, or the quotation mark that may be the last. */
    char held[CHATUR_PLACEHOLDER_MAX_BYTES + 8];
    size_t held_length;

    /* White space not yet written. */
    size_t spaces;
    size_t breaks;

    /* The email. */
    char *out;
    size_t length;
    size_t capacity;
    size_t line_start; /* of its last line */
    struct chatur_repeat repeat;
    struct chatur_again again;
    bool repeated; /* what came last was a repetition, and was taken away */

    bool ended;           /* nothing more belongs to it */
    bool failed;          /* out of memory */
    const char *unusable; /* why; NULL: it is not */
    bool refused;         /* because the model declines */
};

/* Takes the next character: a valid UTF-8 sequence, of control characters only '\n' and '\t'. */
void chatur_tidy_text_put(struct chatur_tidy_text *text, const char *sequence, size_t size);

/* Decides about all that is held back. */
void chatur_tidy_text_end(struct chatur_tidy_text *text);

/* How much of text->out is sure to stay. */
size_t chatur_tidy_text_settled(const struct chatur_tidy_text *text);

/* Nothing that came so far is of the email. */
void chatur_tidy_text_restart(struct chatur_tidy_text *text);

/* Is more wanted? */
bool chatur_tidy_text_is_open(const struct chatur_tidy_text *text);

#endif
