/* Where Redis is, and whom TLS believes. The setting's rule has checked the URL already; what does
 * not follow it here is refused all the same. */
#include "cache/redis_place.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "base/settings.h"
#include "cache/redis_link.h"

static int hex_digit(char digit)
{
    return digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}

/* What %XX stands for. NULL: out of memory. */
static char *unescape(const char *text, size_t length)
{
    char *copy = strndup(text, length);
    char *to = copy;
    for (const char *from = copy; copy != NULL && *from != '\0'; from++) {
        if (from[0] == '%' && from[1] != '\0' && from[2] != '\0') {
            *to++ = (char)(hex_digit(from[1]) << 4 | hex_digit(from[2]));
            from += 2;
        } else {
            *to++ = *from;
        }
    }
    if (copy != NULL) {
        *to = '\0';
    }
    return copy;
}

/* [[USER]:PASSWORD@]; a name alone is a password, as redis-cli has it. */
static bool take_user(struct redis_place *place, const char *text, size_t length)
{
    const char *colon = memchr(text, ':', length);
    const char *password = colon != NULL ? colon + 1 : text;
    place->password = unescape(password, length - (size_t)(password - text));
    if (colon != NULL && colon > text) {
        place->user = unescape(text, (size_t)(colon - text));
        return place->user != NULL && place->password != NULL;
    }
    return place->password != NULL;
}

static bool take_url(struct redis_place *place, const char *url)
{
    const char *at = strstr(url, "://") + 3;
    const char *end_of_user = strrchr(at, '@');
    if (end_of_user != NULL) {
        if (!take_user(place, at, (size_t)(end_of_user - at))) {
            return false;
        }
        at = end_of_user + 1;
    }
    bool bracketed = *at == '[';
    at += bracketed;
    size_t length = strcspn(at, bracketed ? "]" : ":/");
    place->host = strndup(at, length);
    at += length + bracketed;
    length = *at == ':' ? strcspn(at + 1, "/") : 0;
    place->port = length > 0 ? strndup(at + 1, length) : strdup("6379");
    at = strchr(at, '/');
    bool named = at != NULL && at[1] != '\0' && strcmp(at, "/0") != 0;
    place->database = named ? strdup(at + 1) : NULL;
    return place->host != NULL && place->port != NULL && (!named || place->database != NULL);
}

/* The folder and not the bundle: reading the whole bundle takes 25 ms, a folder only what it needs.
 */
static enum chatur_outcome prepare_tls(struct redis_place *place, const char *ca_file,
                                       struct chatur_error *error)
{
    enum chatur_outcome outcome = tls_driver_load(error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    place->tls = SSL_CTX_new(TLS_client_method());
    if (place->tls == NULL) {
        return chatur_no_memory(error);
    }
    SSL_CTX_set_verify(place->tls, SSL_VERIFY_PEER, NULL);
    bool trusts = SSL_CTX_set_min_proto_version(place->tls, TLS1_2_VERSION) == 1 &&
                  (ca_file[0] != '\0' ? SSL_CTX_load_verify_file(place->tls, ca_file)
                                      : SSL_CTX_load_verify_dir(place->tls, "/etc/ssl/certs")) == 1;
    ERR_clear_error();
    return trusts ? CHATUR_OK
                  : chatur_fail(error, CHATUR_BAD_REQUEST,
                                "REDIS_CA_FILE: there are no certificates to be read in %s",
                                ca_file[0] != '\0' ? ca_file : "/etc/ssl/certs");
}

enum chatur_outcome redis_place_new(const struct chatur_config *config, struct redis_place **place,
                                    struct chatur_error *error)
{
    *place = NULL;
    const char *broken = chatur_setting_check_redis_url(config->redis_url);
    if (broken != NULL) {
        return chatur_fail(error, CHATUR_BAD_REQUEST, "REDIS_URL %s", broken);
    }
    struct redis_place *made = calloc(1, sizeof(*made));
    if (made == NULL || !take_url(made, config->redis_url)) {
        redis_place_free(made);
        return chatur_no_memory(error);
    }
    made->resolver = redis_resolver_new(made->host, made->port);
    enum chatur_outcome outcome = made->resolver != NULL ? CHATUR_OK : chatur_no_memory(error);
    if (outcome == CHATUR_OK && strncmp(config->redis_url, "rediss:", 7) == 0) {
        outcome = prepare_tls(made, config->redis_ca_file, error);
    }
    if (outcome != CHATUR_OK) {
        redis_place_free(made);
        return outcome;
    }
    *place = made;
    return CHATUR_OK;
}

void redis_place_free(struct redis_place *place)
{
    if (place != NULL) {
        free(place->host);
        free(place->port);
        free(place->user);
        if (place->password != NULL) {
            OPENSSL_cleanse(place->password, strlen(place->password));
        }
        free(place->password);
        free(place->database);
        if (place->tls != NULL) {
            SSL_CTX_free(place->tls);
        }
        redis_resolver_free(place->resolver);
        free(place);
    }
}
