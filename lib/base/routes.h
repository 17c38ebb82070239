/* Routes: what GENERATORS says, such as `openai=80,opt=20;offline`. Groups separated by `;` are
 * tried in order; inside a group the first to be asked is drawn by weight (1 when none is written;
 * 0: drained, never asked) and the others follow when it fails. */
#ifndef CHATUR_BASE_ROUTES_H
#define CHATUR_BASE_ROUTES_H

#include <stdbool.h>
#include <stddef.h>

enum chatur_writer { CHATUR_WRITER_OPENAI, CHATUR_WRITER_OPT, CHATUR_WRITER_OFFLINE };
#define CHATUR_WRITERS 3 /* how many there are: each is named once at most */

/* Weights beyond this say nothing that smaller ones could not. */
#define CHATUR_MAX_WEIGHT 1000

struct chatur_route {
    enum chatur_writer writer;
    unsigned group; /* 0 is asked first */
    unsigned weight;
};

struct chatur_routes {
    struct chatur_route items[CHATUR_WRITERS];
    size_t count;
};

/* "openai", "opt", "offline". */
const char *chatur_writer_name(enum chatur_writer writer);

/* NULL, or the rule that `text` breaks ("must be …"), and then `*routes` is not to be used. */
const char *chatur_routes_parse(const char *text, struct chatur_routes *routes);

/* True when a route with a weight leads to this writer: it may be asked. */
bool chatur_routes_use(const struct chatur_routes *routes, enum chatur_writer writer);

#endif
