/* Outages: what processes tell each other of a provider that is not to be asked for a while. How
 * the word gets around is up to whoever makes one (lib/app: over the cache). */
#ifndef CHATUR_GENERATE_OUTAGES_H
#define CHATUR_GENERATE_OUTAGES_H

#include <stdint.h>

/* Both are called from any thread, and neither may take long. Times are Unix time, milliseconds. */
struct chatur_outages {
    void (*announce)(struct chatur_outages *outages, const char *provider, int64_t until_ms);
    int64_t (*until)(struct chatur_outages *outages, const char *provider); /* 0: it is fine */
};

#endif
