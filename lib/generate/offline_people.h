/* People: how to call the one who reads and the one who signs, from what addresses tell. */
#ifndef CHATUR_GENERATE_OFFLINE_PEOPLE_H
#define CHATUR_GENERATE_OFFLINE_PEOPLE_H

#include <stdbool.h>

#include "base/arena.h"

enum chatur_audience { CHATUR_NAMED, CHATUR_EVERYONE, CHATUR_NEUTRAL };

struct chatur_reader {
    enum chatur_audience audience;
    const char *name; /* of a named one: "Jane Doe", "Hiring Team" */
};

/* `to` is one address or several with commas between. A name is only read where the address plainly
 * has one: a wrong guess in a greeting is worse than none. False: out of memory. */
bool chatur_reader_read(struct chatur_reader *reader, const char *to, struct chatur_arena *arena);

/* The name to sign with: the sender's, else one from the address, else the address, else "".
 * NULL: out of memory. */
const char *chatur_signature(const char *name, const char *address, struct chatur_arena *arena);

#endif
