/* Tidy: what a model writes, made into the body of an email while it arrives. Takes away what is
 * not the email (a model's thoughts, chatter around it in a dozen languages, a subject line, our
 * delimiters, code fences, quotation marks around it all, bold marks and headings, the stop text
 * and all after it, the same email once more), fills in the names that were left open ([Your
 * Name]), drops lines of nothing but other placeholders, normalises line ends, blank lines and
 * spaces, holds back what may still turn out to be part of any of these, and passes the rest on. An
 * email that begins with a greeting is passed on as it comes; without one its first paragraph is
 * held back (a few hundred bytes at most), for what follows may show that it was chatter. Pieces
 * may be cut anywhere, also inside a UTF-8 character: how they were cut never shows in the result.
 *
 * What was passed on is never taken back. A model that repeats itself without end, declines, or
 * writes what is no text is found out; before its text had a few words, and of what reads like a
 * refusal or like thoughts, nothing was passed on. A placeholder in the middle of a sentence stays,
 * for the user to see. */
#ifndef CHATUR_GENERATE_TIDY_H
#define CHATUR_GENERATE_TIDY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/outcome.h"
#include "generate/generator.h"
#include "generate/prompt.h"

struct chatur_tidy;

/* `prompt` (for its stops) and `sink` (may be NULL) are borrowed until the finish. `max_bytes` caps
 * the email. The tidy lives in the arena. NULL: out of memory. */
struct chatur_tidy *chatur_tidy_new(const struct chatur_prompt *prompt, size_t max_bytes,
                                    struct chatur_sink *sink, struct chatur_arena *arena);

/* Takes the next piece. False: nothing more is wanted, because the email has ended (a stop) or
 * became unusable (too long, repeating itself, no text); say no more and finish. */
bool chatur_tidy_feed(struct chatur_tidy *tidy, const char *bytes, size_t length);

/* Has anything gone into the sink? */
bool chatur_tidy_has_put(const struct chatur_tidy *tidy);

/* Ends the text, passes on what was held back. CHATUR_OK: `*text` is the whole email, in the arena.
 * CHATUR_BAD_ANSWER: empty, unusable, repeating itself, too long or not text, said in error->detail
 * without a word of the text. CHATUR_INTERNAL: out of memory. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_tidy_finish(struct chatur_tidy *tidy, const char **text, struct chatur_error *error);

/* After the finish said CHATUR_BAD_ANSWER: was it that the model declines, in words? Nothing of it
 * went into the sink. */
bool chatur_tidy_is_refusal(const struct chatur_tidy *tidy);

#endif
