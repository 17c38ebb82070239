/* Briefs as people type them on a phone, for every template: what the offline generator is read and
 * measured by. */
#ifndef CHATUR_TESTS_OFFLINE_CORPUS_H
#define CHATUR_TESTS_OFFLINE_CORPUS_H

#include <stddef.h>

struct offline_brief {
    const char *slug; /* of the template */
    const char *subject;
    const char *keywords;
};

extern const struct offline_brief offline_corpus[];
extern const size_t offline_corpus_count;

#endif
