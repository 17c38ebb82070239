/* Fit: could a service be started with these settings? What its workers would find out one after
 * the other, each in its own log line, is found here before anything runs. Nothing is written, and
 * no server is asked. */
#ifndef CHATUR_COMMAND_FIT_H
#define CHATUR_COMMAND_FIT_H

#include "base/config.h"
#include "base/outcome.h"
#include "command/scan.h"

/* CHATUR_OK; or the first thing that is wrong, with the place that the setting comes from:
 * CHATUR_BAD_REQUEST (a key that signs nothing, a database of no known kind or without its driver,
 * no such group, a path too long for one of the endpoints' sockets), CHATUR_INTERNAL. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_fit_to_start(const struct chatur_config *config,
                                                          const struct chatur_findings *findings,
                                                          struct chatur_error *error);

/* What works and is hardly meant, in a sentence for the operator; "" when there is nothing. */
const char *chatur_fit_warning(const struct chatur_config *config);

#endif
