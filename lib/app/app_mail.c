#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/parts.h"
#include "base/clock.h"

/* The part, and how the word of a provider that is out gets around: by the cache. */
struct mail_part {
    struct chatur_mail mail; /* first: what the part is to others */
    struct chatur_outages outages;
    struct chatur_cache *cache;
};

/* The names are our own and short. */
#define KEY_BYTES 64

static struct mail_part *part_of(struct chatur_outages *outages)
{
    return (struct mail_part *)(void *)((char *)outages - offsetof(struct mail_part, outages));
}

static void announce(struct chatur_outages *outages, const char *provider, int64_t until_ms)
{
    char key[KEY_BYTES];
    (void)snprintf(key, sizeof(key), "breaker:%s", provider);
    chatur_cache_close_until(part_of(outages)->cache, key, until_ms, chatur_now_ms());
}

static int64_t until(struct chatur_outages *outages, const char *provider)
{
    char key[KEY_BYTES];
    (void)snprintf(key, sizeof(key), "breaker:%s", provider);
    return chatur_cache_closed_until(part_of(outages)->cache, key, chatur_now_ms());
}

static void free_mail(void *part)
{
    struct mail_part *made = part;
    chatur_generator_free(made->mail.generator);
    free(made);
}

static enum chatur_outcome make(struct chatur_app *app, void **part, struct chatur_error *error)
{
    struct mail_part *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        return chatur_no_memory(error);
    }
    struct chatur_mail *mail = &made->mail;
    made->outages = (struct chatur_outages){.announce = announce, .until = until};
    enum chatur_outcome outcome = chatur_app_cache(app, &made->cache, error);
    if (outcome == CHATUR_OK) {
        outcome = chatur_app_store(app, &mail->store, error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_app_templates(app, &mail->templates, error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_generator_new(chatur_app_config(app), &mail->generator, error);
    }
    if (outcome != CHATUR_OK) {
        free(made);
        return outcome;
    }
    chatur_generator_share(mail->generator, &made->outages);
    *part = made;
    return CHATUR_OK;
}

enum chatur_outcome chatur_app_mail(struct chatur_app *app, const struct chatur_mail **mail,
                                    struct chatur_error *error)
{
    void *part = NULL;
    enum chatur_outcome outcome =
        chatur_app_part(app, CHATUR_PART_MAIL, make, free_mail, &part, error);
    *mail = part;
    return outcome;
}
