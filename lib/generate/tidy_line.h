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
    CHATUR_VERDICT_END,     /* nor is anything after it */
    CHATUR_VERDICT_REFUSAL, /* the model declines to write */
};

struct chatur_line {
    const char *text; /* valid UTF-8, no line break, no white space at its start */
    size_t length;
    bool whole;      /* that is all of it, or all that will be looked at */
    bool head;       /* nothing of the email has come yet */
    bool signed_off; /* a sign-off has come, and this line begins a paragraph */
};

struct chatur_reading {
    size_t cut;   /* of CHATUR_VERDICT_CUT */
    bool quote;   /* what is cut is a quotation mark that is not closed on this line */
    bool fence;   /* what is dropped or cut is a code fence */
    bool thought; /* what is cut opens the thoughts of a model that thinks aloud */
};

enum chatur_verdict chatur_line_read(const struct chatur_line *line,
                                     struct chatur_reading *reading);

/* Is it a sign-off ("Kind regards,")? `text` is a line of the email. */
bool chatur_line_is_sign_off(const char *text, size_t length);

#endif
