/* Scan: what there is to run in a cgi-bin folder. A file's path in it is the endpoint's name and
 * the URL it answers, so adding an endpoint is adding a file. */
#ifndef CHATUR_COMMAND_SCAN_H
#define CHATUR_COMMAND_SCAN_H

#include <stddef.h>

#include "base/outcome.h"

struct chatur_found {
    char *path;   /* "email/generateEmail", relative to the folder */
    char *target; /* of a second name: the path of the endpoint it stands for; else NULL */
};

struct chatur_findings {
    struct chatur_found *items; /* sorted by path */
    size_t count;
    size_t capacity;
};

/* Finds every executable file (an endpoint) and every symbolic link to one (a second name) below
 * `folder`. Hidden names are left out; so, with a warning, is a link that leads to no endpoint.
 * On CHATUR_OK free the findings, of which there is at least one endpoint; otherwise there is
 * nothing to free. CHATUR_NOT_FOUND (no folder, nothing to run in it), CHATUR_INTERNAL. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_scan(const char *folder, struct chatur_findings *findings, struct chatur_error *error);
void chatur_findings_free(struct chatur_findings *findings);

/* The folder beside this binary's own: build/bin -> build/cgi-bin. Free it; NULL: there is none. */
char *chatur_scan_default_folder(void);

/* The finding with this path, or NULL. */
const struct chatur_found *chatur_findings_get(const struct chatur_findings *findings,
                                               const char *path);

#endif
