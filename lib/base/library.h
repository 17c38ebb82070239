/* Library: a shared library that is loaded when it is first needed.
 *
 * libmongoc and libcurl bring dozens of others with them: linked, they would cost every start of
 * every binary 5 and 3 ms, as much as all the rest of a CGI request, also where the configuration
 * never uses them; libssl would cost half a millisecond more. Names are resolved once, all
 * together, so that a missing one is found at the start and not in the middle of a request. */
#ifndef CHATUR_BASE_LIBRARY_H
#define CHATUR_BASE_LIBRARY_H

#include <stddef.h>

#include "base/outcome.h"

struct chatur_symbol {
    const char *name;
    void *function; /* points to the function pointer that is filled */
};

/* Loads `soname` ("libcurl.so.4") for good and fills every symbol's pointer. `package` is what the
 * operator is told to install. Call it again as often as you like, but not from two threads at
 * once. CHATUR_OK; CHATUR_INTERNAL with error->detail when the library or a name is missing. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_library_load(const char *soname, const char *package,
                                                          const struct chatur_symbol *symbols,
                                                          size_t count, struct chatur_error *error);

#endif
