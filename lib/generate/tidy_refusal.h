/* Refusals (private to tidy_head.c): a model that declines to write, in words. */
#ifndef CHATUR_GENERATE_TIDY_REFUSAL_H
#define CHATUR_GENERATE_TIDY_REFUSAL_H

#include "generate/tidy_line.h"
#include "generate/tidy_plain.h"

/* Of a line with which the email would begin: OPEN, KEEP (perhaps with reading->declines) or
 * REFUSAL, where only a model speaks so. */
enum chatur_verdict chatur_refusal_read(const struct chatur_plain *plain, bool whole,
                                        struct chatur_reading *reading);

#endif
