/* Again (private to tidy): notices when a model that has written its email begins to write it once
 * more. A sentence that begins like an earlier one is not passed on until it goes on differently.
 */
#ifndef CHATUR_GENERATE_TIDY_AGAIN_H
#define CHATUR_GENERATE_TIDY_AGAIN_H

#include <stdbool.h>
#include <stddef.h>

/* Sentences that are known again: the first ones, with which a repetition begins. */
#define CHATUR_AGAIN_SENTENCES 256

/* Zero-initialised. */
struct chatur_again {
    size_t starts[CHATUR_AGAIN_SENTENCES]; /* offsets in the text */
    size_t count;
    bool inside; /* a sentence, or a line, has begun */

    bool running; /* all since `from` was said before */
    size_t from;
    size_t with; /* where what comes next is, if it goes on so */
};

/* `text` has got a character of `size` bytes at its end. True: since again->from it is a repetition
 * and no more of the email; after the sign-off less is enough. */
bool chatur_again_put(struct chatur_again *again, const char *text, size_t length, size_t size,
                      bool signed_off);

/* The same of a text that ends here, perhaps inside a sentence. */
bool chatur_again_at_end(const struct chatur_again *again, const char *text, size_t length,
                         bool signed_off);

/* How much of the text is no repetition, whatever comes. */
size_t chatur_again_settled(const struct chatur_again *again, const char *text, size_t length);

#endif
