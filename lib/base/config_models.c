/* What the settings of the models have to do with each other: who writes when nobody was named,
 * that who was named can be asked where it was said to be, and that no key or email leaves the
 * machine unencrypted. */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/routes.h"
#include "base/settings.h"

static const struct chatur_setting_value *value_of(const struct chatur_loaded_config *loaded,
                                                   const char *name)
{
    return &loaded->values[chatur_setting_find(name)];
}

/* NULL: out of memory. */
static const char *without_trailing_slash(struct chatur_loaded_config *loaded, const char *url)
{
    size_t length = strlen(url);
    while (length > 0 && url[length - 1] == '/') {
        length--;
    }
    return chatur_arena_strndup(loaded->arena, url, length);
}

/* `http://127.0.0.1…`, `http://[::1]…` or `http://localhost…`. */
static bool stays_on_this_machine(const char *url)
{
    char host[64] = "";
    const char *at = url + strlen("http://");
    size_t length = *at == '[' ? strcspn(++at, "]") : strcspn(at, ":/");
    if (length >= sizeof(host)) {
        return false;
    }
    memcpy(host, at, length);
    return strcasecmp(host, "localhost") == 0 || chatur_is_loopback(host);
}

bool chatur_config_asks_openai(const struct chatur_config *config)
{
    static const char own[] = "https://api.openai.com";
    const char *url = config->openai_base_url;
    return strncasecmp(url, own, sizeof(own) - 1) == 0 &&
           strchr("/:", url[sizeof(own) - 1]) != NULL;
}

/* We append what is asked for. Whoever has copied the whole address would get 404 for ever. */
static enum chatur_outcome check_path(const struct chatur_loaded_config *loaded, const char *name,
                                      const char *url, struct chatur_error *error)
{
    static const char *const ends[] = {"/chat/completions", "/completions"};
    size_t length = strlen(url);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        size_t end = strlen(ends[i]);
        if (length >= end && strcasecmp(url + length - end, ends[i]) == 0) {
            return chatur_fail(
                error, CHATUR_BAD_REQUEST, "%s: %s is what stands before %s, which is added: %.*s",
                value_of(loaded, name)->where, name, ends[i], (int)(length - end), url);
        }
    }
    return CHATUR_OK;
}

static enum chatur_outcome check_url(const struct chatur_loaded_config *loaded, const char *name,
                                     const char *url, struct chatur_error *error)
{
    enum chatur_outcome outcome = check_path(loaded, name, url, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    if (strncmp(url, "http://", 7) != 0 || loaded->config.generate_allow_http ||
        stays_on_this_machine(url)) {
        return CHATUR_OK;
    }
    return chatur_fail(error, CHATUR_BAD_REQUEST,
                       "%s: %s must be https://, or on this machine: http:// lets everybody on the "
                       "way read the key and the emails (GENERATE_ALLOW_HTTP=1 allows it)",
                       value_of(loaded, name)->where, name);
}

static enum chatur_outcome check_generators(const struct chatur_loaded_config *loaded,
                                            struct chatur_error *error)
{
    const struct chatur_config *config = &loaded->config;
    struct chatur_routes routes;
    if (chatur_routes_parse(config->generators, &routes) != NULL) {
        return chatur_fail(error, CHATUR_INTERNAL, "GENERATORS was checked and is broken");
    }
    const char *where = value_of(loaded, "GENERATORS")->where;
    if (chatur_routes_use(&routes, CHATUR_WRITER_OPENAI) && config->openai_api_key[0] == '\0' &&
        chatur_config_asks_openai(config)) {
        return chatur_fail(error, CHATUR_BAD_REQUEST,
                           "%s: GENERATORS has openai, which needs OPENAI_API_KEY (or "
                           "OPENAI_BASE_URL of a server that wants no key)",
                           where);
    }
    if (chatur_routes_use(&routes, CHATUR_WRITER_OPT) && config->opt_base_url[0] == '\0') {
        return chatur_fail(error, CHATUR_BAD_REQUEST,
                           "%s: GENERATORS has opt, which needs OPT_BASE_URL", where);
    }
    if (config->opt_max_tokens > config->opt_context_tokens / 2) {
        return chatur_fail(error, CHATUR_BAD_REQUEST,
                           "%s: OPT_MAX_TOKENS must leave half of OPT_CONTEXT_TOKENS to the prompt",
                           value_of(loaded, "OPT_MAX_TOKENS")->where);
    }
    return CHATUR_OK;
}

enum chatur_outcome chatur_config_finish_models(struct chatur_loaded_config *loaded,
                                                struct chatur_error *error)
{
    struct chatur_config *config = &loaded->config;
    config->openai_base_url = without_trailing_slash(loaded, config->openai_base_url);
    config->opt_base_url = without_trailing_slash(loaded, config->opt_base_url);
    if (config->openai_base_url == NULL || config->opt_base_url == NULL) {
        return chatur_no_memory(error);
    }
    if (config->generators[0] == '\0') {
        bool openai = config->openai_api_key[0] != '\0' || !chatur_config_asks_openai(config);
        config->generators =
            chatur_writer_name(openai ? CHATUR_WRITER_OPENAI : CHATUR_WRITER_OFFLINE);
    }
    enum chatur_outcome outcome =
        check_url(loaded, "OPENAI_BASE_URL", config->openai_base_url, error);
    if (outcome == CHATUR_OK) {
        outcome = check_url(loaded, "OPT_BASE_URL", config->opt_base_url, error);
    }
    return outcome == CHATUR_OK ? check_generators(loaded, error) : outcome;
}
