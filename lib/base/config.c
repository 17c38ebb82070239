/* Loading: the environment is copied first, then the env file, and every value is checked where it
 * is found, so that a message can name its place. Only then are values put into the struct, and
 * last come the defaults and rules that span two settings.
 *
 * Every CGI exec goes through here: one pass over the table, one read of one file. */
#include "base/config.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/env_file.h"
#include "base/file.h"
#include "base/settings.h"

/* Ours is a few KiB; a file beyond this is not an env file but a mistake. */
#define MAX_ENV_FILE_BYTES ((size_t)64 * 1024)
/* The file, the environment's values (the kernel limits one to 128 KiB) and what is made of them.
 */
#define MAX_CONFIG_BYTES ((size_t)1024 * 1024)

static struct chatur_setting_value *value_of(struct chatur_loaded_config *loaded, const char *name)
{
    return &loaded->values[chatur_setting_find(name)];
}

static enum chatur_outcome read_environment(struct chatur_loaded_config *loaded,
                                            struct chatur_error *error)
{
    for (size_t index = 0; index < chatur_setting_count; index++) {
        const struct chatur_setting *setting = &chatur_settings[index];
        /* Nothing of ours changes the environment while it is read. */
        const char *text = getenv(setting->name); /* NOLINT(concurrency-mt-unsafe) */
        if (setting->scope == CHATUR_FILE_ONLY || text == NULL || *text == '\0') {
            continue;
        }
        struct chatur_setting_value *value = &loaded->values[index];
        value->where = "environment";
        value->text = chatur_arena_strdup(loaded->arena, text);
        if (value->text == NULL) {
            return chatur_no_memory(error);
        }
        enum chatur_outcome outcome = chatur_setting_check(setting, text, value->where, error);
        if (outcome != CHATUR_OK) {
            return outcome;
        }
    }
    return CHATUR_OK;
}

static enum chatur_outcome take_entry(struct chatur_loaded_config *loaded,
                                      const struct chatur_env_entry *entry,
                                      struct chatur_error *error)
{
    size_t index = chatur_setting_find(entry->name);
    if (index == chatur_setting_count) {
        return chatur_fail(error, CHATUR_BAD_REQUEST, "%s:%u: unknown setting %.60s",
                           loaded->env_file, entry->line, entry->name);
    }
    const struct chatur_setting *setting = &chatur_settings[index];
    struct chatur_setting_value *value = &loaded->values[index];
    if (setting->scope == CHATUR_ENVIRONMENT_ONLY) {
        return chatur_fail(error, CHATUR_BAD_REQUEST, "%s:%u: %s works only in the environment",
                           loaded->env_file, entry->line, entry->name);
    }
    if (value->line > 0) {
        return chatur_fail(error, CHATUR_BAD_REQUEST, "%s:%u: %s is already set on line %u",
                           loaded->env_file, entry->line, entry->name, value->line);
    }
    value->line = entry->line;
    if (entry->value[0] == '\0') {
        return CHATUR_OK;
    }
    const char *where = chatur_arena_printf(loaded->arena, "%s:%u", loaded->env_file, entry->line);
    if (where == NULL) {
        return chatur_no_memory(error);
    }
    /* Checked also when the environment wins: it may not be there next time. */
    enum chatur_outcome outcome = chatur_setting_check(setting, entry->value, where, error);
    if (outcome == CHATUR_OK && setting->kind == CHATUR_SETTING_PATH &&
        strcmp(setting->name, "HOME_DIR") == 0 && entry->value[0] != '/') {
        return chatur_fail(error, CHATUR_BAD_REQUEST, "%s: HOME_DIR must be an absolute path",
                           where);
    }
    if (outcome == CHATUR_OK && value->text == NULL) {
        value->text = entry->value;
        value->where = where;
    }
    return outcome;
}

static enum chatur_outcome read_env_file(struct chatur_loaded_config *loaded, bool must_exist,
                                         struct chatur_error *error)
{
    char *bytes;
    size_t length;
    enum chatur_outcome outcome = chatur_file_read(loaded->env_file, MAX_ENV_FILE_BYTES,
                                                   loaded->arena, &bytes, &length, error);
    if (outcome == CHATUR_NOT_FOUND && !must_exist) {
        loaded->env_file = "";
        if (error != NULL) {
            error->detail[0] = '\0';
        }
        return CHATUR_OK;
    }
    if (outcome == CHATUR_NOT_FOUND) {
        return chatur_fail(error, CHATUR_BAD_REQUEST, "environment: there is no ENV_FILE %s",
                           loaded->env_file);
    }
    if (outcome != CHATUR_OK) {
        return outcome == CHATUR_TOO_LARGE ? CHATUR_BAD_REQUEST : outcome;
    }
    struct chatur_env_reader reader;
    struct chatur_env_entry entry;
    chatur_env_reader_start(&reader, bytes, length, loaded->env_file);
    while ((outcome = chatur_env_reader_next(&reader, &entry, error)) == CHATUR_OK) {
        outcome = take_entry(loaded, &entry, error);
        if (outcome != CHATUR_OK) {
            return outcome;
        }
    }
    return outcome == CHATUR_EMPTY ? CHATUR_OK : outcome;
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The nearest folder at or above the executable's own that has templates/, or "". */
static enum chatur_outcome find_home(struct chatur_loaded_config *loaded,
                                     struct chatur_error *error)
{
    char path[PATH_MAX + sizeof("/templates")];
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX);
    path[length > 0 ? length : 0] = '\0';
    loaded->config.home_dir = "";
    for (char *slash = strrchr(path, '/'); slash != NULL; slash = strrchr(path, '/')) {
        memcpy(slash, "/templates", sizeof("/templates"));
        bool found = is_folder(path);
        *slash = '\0';
        if (found) {
            loaded->config.home_dir = chatur_arena_strdup(loaded->arena, slash > path ? path : "/");
            break;
        }
    }
    return loaded->config.home_dir != NULL ? CHATUR_OK : chatur_no_memory(error);
}

/* HOME_DIR as the environment or the file has it. */
static enum chatur_outcome take_home(struct chatur_loaded_config *loaded,
                                     const struct chatur_setting_value *value,
                                     struct chatur_error *error)
{
    char resolved[PATH_MAX];
    const char *path = value->text;
    if (path[0] != '/') {
        path = realpath(path, resolved);
    }
    if (path == NULL || !is_folder(path)) {
        return chatur_fail(error, CHATUR_BAD_REQUEST, "%s: HOME_DIR must be a folder that exists",
                           value->where);
    }
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    loaded->config.home_dir = chatur_arena_strndup(loaded->arena, path, length);
    return loaded->config.home_dir != NULL ? CHATUR_OK : chatur_no_memory(error);
}

/* NULL: out of memory. */
static const char *resolve(struct chatur_loaded_config *loaded, const char *path)
{
    const char *home = loaded->config.home_dir;
    if (path[0] == '/') {
        return path;
    }
    return chatur_arena_printf(loaded->arena, "%s%s%s", home, home[1] == '\0' ? "" : "/", path);
}

/* The file may name the home, and the home may name the file: hence the two looks at HOME_DIR. */
static enum chatur_outcome locate(struct chatur_loaded_config *loaded, struct chatur_error *error)
{
    const struct chatur_setting_value *home = value_of(loaded, "HOME_DIR");
    const struct chatur_setting_value *named = value_of(loaded, "ENV_FILE");
    bool home_in_environment = home->text != NULL;
    const char *file = named->text != NULL ? named->text : ".env";
    enum chatur_outcome outcome =
        home_in_environment ? take_home(loaded, home, error) : find_home(loaded, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    bool home_known = loaded->config.home_dir[0] != '\0';
    if ((home_known || file[0] == '/') && strcmp(file, "/dev/null") != 0) {
        loaded->env_file = resolve(loaded, file);
        outcome = loaded->env_file == NULL ? chatur_no_memory(error)
                                           : read_env_file(loaded, named->text != NULL, error);
    }
    if (outcome == CHATUR_OK && !home_in_environment && home->text != NULL) {
        outcome = take_home(loaded, home, error);
    }
    if (outcome == CHATUR_OK && loaded->config.home_dir[0] == '\0') {
        return chatur_fail(error, CHATUR_BAD_REQUEST,
                           "HOME_DIR must be set: no folder above the executable has templates/");
    }
    return outcome;
}

static enum chatur_outcome assign(struct chatur_loaded_config *loaded, size_t index,
                                  struct chatur_error *error)
{
    const struct chatur_setting *setting = &chatur_settings[index];
    struct chatur_setting_value *value = &loaded->values[index];
    const char *text = value->text != NULL ? value->text : setting->fallback;
    struct chatur_rate rate;
    /* The public struct is the first member. */
    char *member = (char *)loaded + setting->offset;
    if (value->text == NULL) {
        value->where = "default";
    }
    switch (setting->kind) {
    case CHATUR_SETTING_INTEGER:
        memcpy(member, &(int64_t){chatur_setting_number(text)}, sizeof(int64_t));
        break;
    case CHATUR_SETTING_BOOLEAN:
        memcpy(member, &(bool){text[0] == '1'}, sizeof(bool));
        break;
    case CHATUR_SETTING_PATH:
        text = setting->offset == offsetof(struct chatur_config, home_dir) ? loaded->config.home_dir
                                                                           : resolve(loaded, text);
        if (text == NULL) {
            return chatur_no_memory(error);
        }
        memcpy(member, &text, sizeof(text));
        break;
    case CHATUR_SETTING_RATE:
        rate = chatur_setting_rate(text);
        memcpy(member, &rate, sizeof(rate));
        break;
    case CHATUR_SETTING_TEXT:
    case CHATUR_SETTING_CHOICE:
        memcpy(member, &text, sizeof(text));
        break;
    case CHATUR_SETTING_UNREAD:
    case CHATUR_SETTING_FINDER:
        break;
    }
    return CHATUR_OK;
}

static const char *public_url(struct chatur_loaded_config *loaded)
{
    const char *url = loaded->config.public_url;
    if (url[0] == '\0') {
        return chatur_arena_printf(loaded->arena, "http://127.0.0.1:%lld",
                                   (long long)loaded->config.port);
    }
    size_t length = strlen(url);
    while (url[length - 1] == '/') {
        length--;
    }
    return chatur_arena_strndup(loaded->arena, url, length);
}

/* As a browser sends an origin: lower case; and without spaces, to be split at the commas. */
static const char *cors_origin(struct chatur_loaded_config *loaded)
{
    char *copy = chatur_arena_strdup(loaded->arena, loaded->config.cors_origin);
    char *to = copy;
    for (const char *from = copy; copy != NULL && *from != '\0'; from++) {
        if (*from != ' ' && *from != '\t') {
            *to++ = (char)tolower((unsigned char)*from);
        }
    }
    if (copy != NULL) {
        *to = '\0';
    }
    return copy;
}

static const char *db_uri(struct chatur_loaded_config *loaded, const char *uri)
{
    static const char scheme[] = "sqlite:";
    const size_t length = sizeof(scheme) - 1;
    if (strncmp(uri, scheme, length) != 0) {
        return uri;
    }
    if (uri[length] == '\0') {
        return chatur_arena_printf(loaded->arena, "%s%s/chatur.db", scheme,
                                   loaded->config.state_dir);
    }
    const char *path = resolve(loaded, uri + length);
    return path == NULL ? NULL : chatur_arena_printf(loaded->arena, "%s%s", scheme, path);
}

/* The Node.js service knew only the address and the port. */
static const char *redis_url(struct chatur_loaded_config *loaded)
{
    const struct chatur_config *config = &loaded->config;
    if (config->redis_url[0] != '\0' || config->redis_ip[0] == '\0') {
        return config->redis_url;
    }
    bool bare = strchr(config->redis_ip, ':') != NULL;
    return chatur_arena_printf(loaded->arena, "redis://%s%s%s:%lld", bare ? "[" : "",
                               config->redis_ip, bare ? "]" : "", (long long)config->redis_port);
}

static const char *redis_ca_file(struct chatur_loaded_config *loaded)
{
    const char *path = loaded->config.redis_ca_file;
    return path[0] != '\0' ? resolve(loaded, path) : path;
}

static const char *unused_names(struct chatur_loaded_config *loaded)
{
    struct chatur_buffer names = {0};
    for (size_t index = 0; index < chatur_setting_count; index++) {
        if (chatur_settings[index].kind == CHATUR_SETTING_UNREAD &&
            loaded->values[index].text != NULL) {
            chatur_buffer_puts(&names, names.length > 0 ? ", " : "");
            chatur_buffer_puts(&names, chatur_settings[index].name);
        }
    }
    const char *copy =
        names.failed ? NULL : chatur_arena_strndup(loaded->arena, names.data, names.length);
    chatur_buffer_free(&names);
    return copy;
}

static enum chatur_outcome load(struct chatur_loaded_config *loaded, struct chatur_error *error)
{
    loaded->env_file = "";
    loaded->values =
        chatur_arena_alloc(loaded->arena, chatur_setting_count * sizeof(*loaded->values));
    if (loaded->values == NULL) {
        return chatur_no_memory(error);
    }
    enum chatur_outcome outcome = read_environment(loaded, error);
    if (outcome == CHATUR_OK) {
        outcome = locate(loaded, error);
    }
    for (size_t index = 0; outcome == CHATUR_OK && index < chatur_setting_count; index++) {
        outcome = assign(loaded, index, error);
    }
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    struct chatur_config *config = &loaded->config;
    config->public_url = public_url(loaded);
    config->cors_origin = cors_origin(loaded);
    config->db_uri = db_uri(loaded, config->db_uri);
    config->copy_db_uri = db_uri(loaded, config->copy_db_uri);
    config->tls_ca_file =
        config->tls_ca_file[0] != '\0' ? resolve(loaded, config->tls_ca_file) : "";
    config->redis_url = redis_url(loaded);
    config->redis_ca_file = redis_ca_file(loaded);
    loaded->unused = unused_names(loaded);
    if (config->public_url == NULL || config->cors_origin == NULL || config->db_uri == NULL ||
        config->copy_db_uri == NULL || config->tls_ca_file == NULL || config->redis_url == NULL ||
        config->redis_ca_file == NULL || loaded->unused == NULL) {
        return chatur_no_memory(error);
    }
    if (config->dev_login && !chatur_is_loopback(config->listen)) {
        return chatur_fail(error, CHATUR_BAD_REQUEST,
                           "%s: DEV_LOGIN=1 lets anybody sign in as anybody, so it needs LISTEN to "
                           "be a loopback address (127.0.0.1 or ::1)",
                           value_of(loaded, "DEV_LOGIN")->where);
    }
    return chatur_config_finish_models(loaded, error);
}

enum chatur_outcome chatur_config_load(struct chatur_config **config, struct chatur_error *error)
{
    *config = NULL;
    struct chatur_arena *arena = chatur_arena_new(MAX_CONFIG_BYTES);
    struct chatur_loaded_config *loaded =
        arena != NULL ? chatur_arena_alloc(arena, sizeof(*loaded)) : NULL;
    if (loaded == NULL) {
        chatur_arena_free(arena);
        return chatur_no_memory(error);
    }
    loaded->arena = arena;
    enum chatur_outcome outcome = load(loaded, error);
    if (outcome != CHATUR_OK) {
        chatur_arena_free(arena);
        return outcome;
    }
    *config = &loaded->config;
    return CHATUR_OK;
}

void chatur_config_free(struct chatur_config *config)
{
    if (config != NULL) {
        /* The public struct is the first member. */
        chatur_arena_free(((struct chatur_loaded_config *)config)->arena);
    }
}

const char *chatur_config_unused(const struct chatur_config *config)
{
    return ((const struct chatur_loaded_config *)config)->unused;
}
