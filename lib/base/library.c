#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

enum chatur_outcome chatur_library_load(const char *soname, const char *package,
                                        const struct chatur_symbol *symbols, size_t count,
                                        struct chatur_error *error)
{
    /* Never closed: its threads and exit handlers may run until the process ends. */
    void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): the text is the thread's own in glibc */
        return chatur_fail(error, CHATUR_INTERNAL, "%s (install %s)", dlerror(), package);
    }
    for (size_t i = 0; i < count; i++) {
        void *found = dlsym(library, symbols[i].name);
        if (found == NULL) {
            return chatur_fail(error, CHATUR_INTERNAL, "%s has no %s (install %s)", soname,
                               symbols[i].name, package);
        }
        /* POSIX, dlsym: a function's address comes as a void *, which ISO C cannot cast. */
        memcpy(symbols[i].function, &found, sizeof(found));
    }
    return CHATUR_OK;
}
