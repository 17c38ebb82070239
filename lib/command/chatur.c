/* chatur: the operator's command. One table names every subcommand; `chatur help` prints it. */
#include <stdio.h>
#include <string.h>

#include "command/command.h"

struct command {
    const char *name;
    const char *arguments;
    const char *help;
    int (*run)(int argc, char **argv);
};

static int help(int argc, char **argv);
static int version(int argc, char **argv);

static const struct command commands[] = {
    {"supervise", "[--cgi-bin DIR]", "run all endpoints, in the foreground",
     chatur_command_supervise},
    {"config", "[--get NAME | --example]", "print the settings in force", chatur_command_config},
    {"check", "[--settings]", "check settings, templates and tutorials", chatur_command_check},
    {"user", "show|suspend|restore|erase UID", "look at a user, or act on one",
     chatur_command_user},
    {"database", "check|prepare|copy", "look at the database, make its indexes, copy it",
     chatur_command_database},
    {"help", "", "print this", help},
    {"version", "", "print the version", version},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_commands(FILE *out)
{
    (void)fputs("usage: chatur COMMAND\n\n", out);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        (void)fprintf(out, "  %-9s %-31s %s\n", commands[i].name, commands[i].arguments,
                      commands[i].help);
    }
}

static int help(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    print_commands(stdout);
    return CHATUR_EXIT_OK;
}

static int version(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    (void)puts("chatur " CHATUR_VERSION);
    return CHATUR_EXIT_OK;
}

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(name, commands[i].name) == 0) {
            return &commands[i];
        }
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        return find("help");
    }
    return strcmp(name, "--version") == 0 ? find("version") : NULL;
}

int chatur_command_usage(const char *name)
{
    const struct command *command = find(name);
    (void)fprintf(stderr, "usage: chatur %s %s\n", name, command != NULL ? command->arguments : "");
    return CHATUR_EXIT_USAGE;
}

const char *chatur_command_reason(enum chatur_outcome outcome, const struct chatur_error *error)
{
    if (error->detail[0] != '\0') {
        return error->detail;
    }
    return error->message[0] != '\0' ? error->message : chatur_outcome_message(outcome);
}

struct chatur_config *chatur_command_config_load(void)
{
    struct chatur_config *config = NULL;
    struct chatur_error error = {0};
    enum chatur_outcome outcome = chatur_config_load(&config, &error);
    if (outcome != CHATUR_OK) {
        (void)fprintf(stderr, "chatur: %s\n", chatur_command_reason(outcome, &error));
    } else {
        config->one_shot = true;
        config->attended = true;
    }
    return config;
}

int main(int argc, char **argv)
{
    const struct command *command = argc > 1 ? find(argv[1]) : NULL;
    if (command == NULL) {
        if (argc > 1) {
            (void)fprintf(stderr, "chatur: there is no command \"%s\"\n", argv[1]);
        }
        print_commands(stderr);
        return CHATUR_EXIT_USAGE;
    }
    if (command->arguments[0] == '\0' && argc > 2) {
        return chatur_command_usage(command->name);
    }
    int code = command->run(argc - 1, argv + 1);
    /* A full disk or a closed pipe must not look like success to a script. */
    if (fflush(stdout) != 0 && code == CHATUR_EXIT_OK) {
        (void)fputs("chatur: the output could not be written\n", stderr);
        code = CHATUR_EXIT_FAILED;
    }
    return code;
}
