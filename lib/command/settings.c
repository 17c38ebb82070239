/* chatur config: which settings are in force, for people and for scripts. */
#include <stdio.h>
#include <string.h>

#include "command/command.h"

static int print_one(const struct chatur_config *config, const char *name)
{
    struct chatur_error error = {0};
    enum chatur_outcome outcome = chatur_config_print_value(config, name, stdout, &error);
    if (outcome != CHATUR_OK) {
        (void)fprintf(stderr, "chatur: %s\n", chatur_command_reason(outcome, &error));
    }
    return outcome == CHATUR_OK ? CHATUR_EXIT_OK : CHATUR_EXIT_FAILED;
}

int chatur_command_config(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--example") == 0) {
        chatur_config_print_example(stdout);
        return CHATUR_EXIT_OK;
    }
    const char *name = argc == 3 && strcmp(argv[1], "--get") == 0 ? argv[2] : NULL;
    if (argc != 1 && name == NULL) {
        return chatur_command_usage(argv[0]);
    }
    struct chatur_config *config = chatur_command_config_load();
    if (config == NULL) {
        return CHATUR_EXIT_FAILED;
    }
    int code = CHATUR_EXIT_OK;
    if (name != NULL) {
        code = print_one(config, name);
    } else {
        chatur_config_print(config, stdout);
    }
    chatur_config_free(config);
    return code;
}
