/* chatur check: is this copy fit to be deployed? The settings must be such that a service starts
 * with them. Templates and tutorials are read more strictly than a running service reads them:
 * there a bad file leaves the last good one in force, here it is an error. One line on stderr per
 * problem, one on stdout per thing that is right. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/folder.h"
#include "command/command.h"
#include "command/fit.h"
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

/* Whether a start would succeed with them, as far as that can be told without one. */
static bool check_settings(const struct chatur_config *config)
{
    struct chatur_error error = {0};
    struct chatur_findings findings = {0};
    enum chatur_outcome outcome = CHATUR_INTERNAL;

    char *folder = chatur_scan_default_folder();
    if (folder == NULL) {
        outcome = chatur_fail(&error, CHATUR_INTERNAL, "there is no folder of endpoints");
    } else {
        outcome = chatur_scan(folder, &findings, &error);
    }
    free(folder);
    if (outcome == CHATUR_OK) {
        outcome = chatur_fit_to_start(config, &findings, &error);
    }
    chatur_findings_free(&findings);
    if (outcome != CHATUR_OK) {
        (void)fprintf(stderr, "chatur: %s\n", chatur_command_reason(outcome, &error));
        return false;
    }
    (void)puts("configuration: valid");
    const char *unused = chatur_config_unused(config);
    if (unused[0] != '\0') {
        (void)printf("configuration: set, but read by nothing here: %s\n", unused);
    }
    const char *warning = chatur_fit_warning(config);
    if (warning[0] != '\0') {
        (void)fprintf(stderr, "warning: %s\n", warning);
    }
    return true;
}

int chatur_command_check(int argc, char **argv)
{
    bool settings_alone = argc == 2 && strcmp(argv[1], "--settings") == 0;
    if (argc != 1 && !settings_alone) {
        return chatur_command_usage(argv[0]);
    }
    struct chatur_config *config = chatur_command_config_load();
    if (config == NULL) {
        return CHATUR_EXIT_FAILED;
    }
    bool fit = check_settings(config);
    if (!settings_alone) {
        bool templates_fit = check_folder(config->home_dir, "templates", &chatur_template_kind);
        bool tutorials_fit = check_folder(config->home_dir, "tutorials", &chatur_tutorial_kind);
        fit = fit && templates_fit && tutorials_fit;
    }
    chatur_config_free(config);
    return fit ? CHATUR_EXIT_OK : CHATUR_EXIT_FAILED;
}
