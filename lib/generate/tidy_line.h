/* Lines (private to tidy.c): what the beginning of a line says of it. A line is asked about again
 * with every character until the answer is clear, so that the text before an answer is all that is
 * ever held back. */
#ifndef CHATUR_GENERATE_TIDY_LINE_H
#define CHATUR_GENERATE_TIDY_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* A line is kept as it is when so much of it has not made clear what it is. */
#define CHATUR_LINE_MAX_BYTES 256

enum chatur_verdict {
    CHATUR_VERDICT_OPEN,    /* not clear yet; never when `whole` */
    CHATUR_VERDICT_KEEP,    /* of the email */
    CHATUR_VERDICT_CUT,     /* its first `cut` bytes are not; ask again about the rest */
    CHATUR_VERDICT_DROP,    /* all of it is not, however it goes on */
    CHATUR_VERDICT_BEGIN,   /* all before it is not; ask again about it, now as the first line */
    CHATUR_VERDICT_END,     /* nor is anything after it */
    CHATUR_VERDICT_REFUSAL, /* the model declines to write */
};

enum chatur_chatter {
    CHATUR_CHATTER_NONE,
    CHATUR_CHATTER_PERHAPS,  /* "Sure! Friday works": a greeting must follow */
    CHATUR_CHATTER_OF_EMAIL, /* it speaks of an email, or declines to write one */
};

struct chatur_line {
    const char *text; /* valid UTF-8, no line break, no white space at its start */
    size_t length;
    bool whole;                  /* that is all of it, or all that will be looked at */
    bool head;                   /* nothing of the email has come yet */
    bool greeted;                /* nothing but a greeting has */
    bool lead;                   /* nothing but what may be no email at all has */
    enum chatur_chatter chatter; /* of which this is the kind */
    bool ruled;                  /* and a rule, a fence or a tag came after it */
    bool paragraph;              /* this line begins one */
    bool signed_off;             /* a sign-off has come */
    bool signature;              /* and a line after it */
};

struct chatur_reading {
    size_t cut;    /* of CHATUR_VERDICT_CUT */
    bool quote;    /* what is cut is a quotation mark that is not closed on this line */
    bool fence;    /* what is dropped or cut is a code fence */
    bool rule;     /* what is dropped is a rule, or a tag around the email */
    bool thought;  /* what is cut opens the thoughts of a model that thinks aloud */
    bool declines; /* what is kept reads like a refusal; a long text, or a signed one, is none */
};

enum chatur_verdict chatur_line_read(const struct chatur_line *line,
                                     struct chatur_reading *reading);

/* Is it a sign-off ("Kind regards,")? `text` is a line of the email. */
bool chatur_line_is_sign_off(const char *text, size_t length);

#endif
