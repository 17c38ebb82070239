/* One setting: its value as it is, for scripts, and where that came from. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/config.h"
#include "base/settings.h"

/* A URI with an authority or options may hold a password; a file's name does not. */
static bool may_hold_secret(const struct chatur_setting *setting, const char *text)
{
    return setting->secret || (setting->uri && text[0] != '\0' && strncmp(text, "sqlite:", 7) != 0);
}

static const char *text_of(const char *member)
{
    const char *text = NULL;
    memcpy(&text, member, sizeof(const char *));
    return text;
}

static enum chatur_outcome print_text(const struct chatur_setting *setting, const char *text,
                                      FILE *out, struct chatur_error *error)
{
    if (may_hold_secret(setting, text)) {
        return chatur_fail(error, CHATUR_FORBIDDEN, "%s is a secret, and is not printed",
                           setting->name);
    }
    (void)fprintf(out, "%s\n", text);
    return CHATUR_OK;
}

enum chatur_outcome chatur_config_print_value(const struct chatur_config *config, const char *name,
                                              FILE *out, struct chatur_error *error)
{
    const struct chatur_loaded_config *loaded = (const struct chatur_loaded_config *)config;
    size_t index = chatur_setting_find(name);
    if (index == chatur_setting_count) {
        return chatur_fail(error, CHATUR_NOT_FOUND, "there is no setting %s", name);
    }
    const struct chatur_setting *setting = &chatur_settings[index];
    const char *member = (const char *)config + setting->offset;
    const char *text = "";
    int64_t number = 0;
    bool boolean = false;
    switch (setting->kind) {
    case CHATUR_SETTING_INTEGER:
        memcpy(&number, member, sizeof(number));
        (void)fprintf(out, "%" PRId64 "\n", number);
        return CHATUR_OK;
    case CHATUR_SETTING_BOOLEAN:
        memcpy(&boolean, member, sizeof(boolean));
        (void)fprintf(out, "%d\n", boolean ? 1 : 0);
        return CHATUR_OK;
    case CHATUR_SETTING_RATE:
        text = loaded->values[index].text != NULL ? loaded->values[index].text : setting->fallback;
        break;
    case CHATUR_SETTING_TEXT:
    case CHATUR_SETTING_PATH:
    case CHATUR_SETTING_CHOICE:
        text = text_of(member);
        break;
    case CHATUR_SETTING_UNREAD:
        text = loaded->values[index].text != NULL ? loaded->values[index].text : "";
        break;
    case CHATUR_SETTING_FINDER:
        text = loaded->env_file;
        break;
    }
    return print_text(setting, text, out, error);
}

const char *chatur_config_where(const struct chatur_config *config, const char *name)
{
    const struct chatur_loaded_config *loaded = (const struct chatur_loaded_config *)config;
    size_t index = chatur_setting_find(name);
    const char *where = index < chatur_setting_count ? loaded->values[index].where : NULL;
    return where != NULL ? where : "default";
}
