/* The `chatur` command: what its subcommands share. Each lives in a file of its own and is one row
 * of the table in chatur.c. */
#ifndef CHATUR_COMMAND_COMMAND_H
#define CHATUR_COMMAND_COMMAND_H

#include "base/config.h"
#include "base/outcome.h"

#define CHATUR_VERSION "0.1.0"

/* Exit codes. */
#define CHATUR_EXIT_OK     0
#define CHATUR_EXIT_FAILED 1
#define CHATUR_EXIT_USAGE  2 /* the command line makes no sense */

/* Each gets the arguments from its own name on, and returns the exit code. */
int chatur_command_supervise(int argc, char **argv);
int chatur_command_config(int argc, char **argv);
int chatur_command_check(int argc, char **argv);
int chatur_command_user(int argc, char **argv);
int chatur_command_database(int argc, char **argv);

/* Says on stderr how the subcommand `name` is used. Returns CHATUR_EXIT_USAGE. */
int chatur_command_usage(const char *name);

/* What an error says to the operator: its detail, else its message, else the outcome's own text.
 * Lives as long as `error`. */
const char *chatur_command_reason(enum chatur_outcome outcome, const struct chatur_error *error);

/* The configuration in force, or NULL after saying on stderr why there is none. Free it with
 * chatur_config_free. */
struct chatur_config *chatur_command_config_load(void);

#endif
