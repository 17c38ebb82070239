/* Attribution: who wrote a text, and at what expense: stored with every email and logged. */
#ifndef CHATUR_BASE_ATTRIBUTION_H
#define CHATUR_BASE_ATTRIBUTION_H

#include <stdint.h>

/* No string is NULL; "" and 0 are what is not known. */
struct chatur_attribution {
    const char *provider;         /* "offline", "openai", "opt" */
    const char *model;            /* as the provider names it */
    const char *finish_reason;    /* "stop", "length" */
    const char *template_version; /* of the template it was written from */
    int64_t attempts;             /* calls made for it, those that failed elsewhere included */
    int64_t latency_ms;           /* from the first of them to the last byte */

    /* The models' own tokens; not coins. Sums over all attempts, as far as servers said: a failed
     * one (cut off, declined, no email) is paid for as well. */
    int64_t prompt_tokens;
    int64_t completion_tokens;
};

#endif
