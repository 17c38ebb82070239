/* Placeholders (private to tidy): what models leave in brackets for somebody to fill in. */
#ifndef CHATUR_GENERATE_TIDY_PLACEHOLDER_H
#define CHATUR_GENERATE_TIDY_PLACEHOLDER_H

#include <stddef.h>

/* More between brackets is a remark of the user's. */
#define CHATUR_PLACEHOLDER_MAX_BYTES 60

enum chatur_blank {
    CHATUR_BLANK_NONE,      /* no placeholder: [1], [sic] */
    CHATUR_BLANK_NAME,      /* [Name]: whose, the place tells */
    CHATUR_BLANK_SENDER,    /* [Your Name] */
    CHATUR_BLANK_RECIPIENT, /* [Recipient's Name] */
    CHATUR_BLANK_OTHER,     /* [Date], [Your Position] */
};

/* What the text between the brackets asks for. */
enum chatur_blank chatur_placeholder_of(const char *inside, size_t length);

#endif
