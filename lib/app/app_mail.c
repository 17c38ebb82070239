#include <stdlib.h>

#include "app/parts.h"

static void free_mail(void *part)
{
    struct chatur_mail *mail = part;
    chatur_generator_free(mail->generator);
    free(mail);
}

static enum chatur_outcome make(struct chatur_app *app, void **part, struct chatur_error *error)
{
    struct chatur_mail *mail = calloc(1, sizeof(*mail));
    if (mail == NULL) {
        return chatur_no_memory(error);
    }
    enum chatur_outcome outcome = chatur_app_store(app, &mail->store, error);
    if (outcome == CHATUR_OK) {
        outcome = chatur_app_templates(app, &mail->templates, error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_generator_new(chatur_app_config(app), &mail->generator, error);
    }
    if (outcome != CHATUR_OK) {
        free(mail);
        return outcome;
    }
    *part = mail;
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
