/* Phrases (private to tidy): what models say around an email, in plain small letters. The lists are
 * NULL-terminated. */
#ifndef CHATUR_GENERATE_TIDY_PHRASES_H
#define CHATUR_GENERATE_TIDY_PHRASES_H

extern const char *const chatur_subject_labels[];  /* "subject" before a colon */
extern const char *const chatur_header_labels[];   /* "from" before a colon */
extern const char *const chatur_body_labels[];     /* "email body" before a colon */
extern const char *const chatur_interjections[];   /* "sure" */
extern const char *const chatur_presentations[];   /* "here is" */
extern const char *const chatur_words_for_email[]; /* what a presentation presents */
extern const char *const chatur_remarks[];         /* what is said after an email, about it */
extern const char *const chatur_greetings[];       /* "dear" */
extern const char *const chatur_sign_offs[];       /* "kind regards" */
extern const char *const chatur_musings[];         /* how thoughts begin without a tag */

#endif
