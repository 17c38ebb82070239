/* Printing: what is in force, and the example file. Both are env files that can be read back. */
#include <stdio.h>
#include <string.h>

#include "base/config.h"
#include "base/settings.h"

static const char mask[] = "********";

/* Quotes what an env file would not read back as it is. */
static void print_value(FILE *out, const char *value)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-._~:/?@!$&()*+,;=%[]";
    if (value[strspn(value, plain)] == '\0') {
        (void)fputs(value, out);
        return;
    }
    (void)fputc('"', out);
    for (const char *at = value; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\') {
            (void)fputc('\\', out);
        }
        if (*at == '\n') {
            (void)fputs("\\n", out);
        } else {
            (void)fputc(*at, out);
        }
    }
    (void)fputc('"', out);
}

/* A URI without what it may give away: everything before the last @, which is more than
 * the user and password when one of those has an @ of its own, and options that hold a secret. */
static void print_uri(FILE *out, const char *uri)
{
    const char *authority = strstr(uri, "://");
    const char *at = strrchr(uri, '@');
    if (authority != NULL && at != NULL && at > authority) {
        (void)fprintf(out, "%.*s%s", (int)(authority - uri) + 3, uri, mask);
        uri = at;
    }
    const char *options = strchr(uri, '?');
    if (options != NULL &&
        (strcasestr(options, "password") != NULL || strcasestr(options, "token") != NULL)) {
        (void)fprintf(out, "%.*s?%s", (int)(options - uri), uri, mask);
    } else {
        print_value(out, uri);
    }
}

static void print_setting(const struct chatur_loaded_config *loaded, size_t index, FILE *out)
{
    const struct chatur_setting *setting = &chatur_settings[index];
    const struct chatur_setting_value *value = &loaded->values[index];
    const char *member = (const char *)&loaded->config + setting->offset;
    const char *text = value->text != NULL ? value->text : "";
    int64_t number = 0;
    bool boolean = false;
    switch (setting->kind) {
    case CHATUR_SETTING_INTEGER:
        memcpy(&number, member, sizeof(number));
        (void)fprintf(out, "%lld", (long long)number);
        return;
    case CHATUR_SETTING_BOOLEAN:
        memcpy(&boolean, member, sizeof(boolean));
        (void)fputc(boolean ? '1' : '0', out);
        return;
    case CHATUR_SETTING_RATE:
        text = value->text != NULL ? value->text : setting->fallback;
        break;
    case CHATUR_SETTING_TEXT:
    case CHATUR_SETTING_PATH:
    case CHATUR_SETTING_CHOICE:
        memcpy(&text, member, sizeof(text));
        break;
    case CHATUR_SETTING_UNREAD:
    case CHATUR_SETTING_FINDER:
        break;
    }
    if (setting->secret && text[0] != '\0') {
        (void)fputs(mask, out);
    } else if (setting->uri) {
        print_uri(out, text);
    } else {
        print_value(out, text);
    }
}

void chatur_config_print(const struct chatur_config *config, FILE *out)
{
    const struct chatur_loaded_config *loaded = (const struct chatur_loaded_config *)config;
    (void)fprintf(out, "# Env file: %s\n", loaded->env_file[0] != '\0' ? loaded->env_file : "none");
    for (size_t index = 0; index < chatur_setting_count; index++) {
        const struct chatur_setting *setting = &chatur_settings[index];
        bool unread = setting->kind == CHATUR_SETTING_UNREAD;
        if (setting->kind == CHATUR_SETTING_FINDER ||
            (unread && loaded->values[index].text == NULL)) {
            continue;
        }
        (void)fprintf(out, "%s=", setting->name);
        print_setting(loaded, index, out);
        (void)fprintf(out, " # %s%s\n", loaded->values[index].where,
                      unread ? ", used by nothing in this build" : "");
    }
}

static void print_description(const struct chatur_setting *setting, FILE *out)
{
    (void)fputs("\n# ", out);
    for (const char *at = setting->description; *at != '\0'; at++) {
        (void)fputc(*at, out);
        if (*at == '\n') {
            (void)fputs("# ", out);
        }
    }
    if (setting->kind == CHATUR_SETTING_INTEGER) {
        (void)fprintf(out, " %lld to %lld.", (long long)setting->min, (long long)setting->max);
    } else if (setting->kind == CHATUR_SETTING_CHOICE) {
        (void)fprintf(out, " One of %s.", setting->choices);
    }
    (void)fputc('\n', out);
}

void chatur_config_print_example(FILE *out)
{
    (void)fputs(
        "# ChaturMail's settings, each with its default. They are read from the environment "
        "first, then\n# from a file like this one: .env in the home folder, or the one that "
        "ENV_FILE names. An empty\n# value counts as unset.\n",
        out);
    for (size_t index = 0; index < chatur_setting_count; index++) {
        const struct chatur_setting *setting = &chatur_settings[index];
        if (setting->kind == CHATUR_SETTING_UNREAD) {
            continue;
        }
        print_description(setting, out);
        (void)fprintf(out, "%s%s=%s\n",
                      setting->scope == CHATUR_ENVIRONMENT_ONLY
                          ? "# Only in the environment, so not here:\n# "
                          : "",
                      setting->name, setting->fallback);
    }
    (void)fputs(
        "\n# Also known, so that the file of the Node.js service works as it is, but used by "
        "nothing in this\n# build:",
        out);
    for (size_t index = 0; index < chatur_setting_count; index++) {
        if (chatur_settings[index].kind == CHATUR_SETTING_UNREAD) {
            (void)fprintf(out, "\n#   %s", chatur_settings[index].name);
        }
    }
    (void)fputc('\n', out);
}
