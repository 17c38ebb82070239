/* chatur check: is this copy fit to be deployed? Settings, templates and tutorials are read more
 * strictly than a running service reads them: there a bad file leaves the last good one in force,
 * here it is an error. One line on stderr per problem, one on stdout per thing that is right. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/folder.h"
#include "command/command.h"
#include "generate/template.h"
#include "tutorial/tutorial.h"

static bool check_folder(const char *home_dir, const char *name,
                         const struct chatur_folder_kind *kind)
{
    struct chatur_error error = {0};
    size_t count = 0;
    char *path = NULL;
    enum chatur_outcome outcome = CHATUR_INTERNAL;

    if (asprintf(&path, "%s/%s", home_dir, name) < 0) {
        path = NULL;
        outcome = chatur_no_memory(&error);
    } else {
        outcome = chatur_folder_check(path, kind, &count, &error);
    }
    if (outcome != CHATUR_OK) {
        (void)fprintf(stderr, "%s: %s\n", name, chatur_command_reason(outcome, &error));
    } else if (count == 0) {
        (void)fprintf(stderr, "%s: there are none in %s\n", name, path);
    } else {
        (void)printf("%s: %zu, all valid\n", name, count);
    }
    free(path);
    return outcome == CHATUR_OK && count > 0;
}

int chatur_command_check(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct chatur_config *config = chatur_command_config_load();
    if (config == NULL) {
        return CHATUR_EXIT_FAILED;
    }
    (void)puts("configuration: valid");
    const char *unused = chatur_config_unused(config);
    if (unused[0] != '\0') {
        (void)printf("configuration: set, but read by nothing here: %s\n", unused);
    }
    bool templates_fit = check_folder(config->home_dir, "templates", &chatur_template_kind);
    bool tutorials_fit = check_folder(config->home_dir, "tutorials", &chatur_tutorial_kind);
    chatur_config_free(config);
    return templates_fit && tutorials_fit ? CHATUR_EXIT_OK : CHATUR_EXIT_FAILED;
}
