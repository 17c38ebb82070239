/* Writes an email from a template and the caller's words, for coins. */
#include "chatur.h"

static const struct chatur_field fields[] = {
    {"subject", CHATUR_LINE, .max = 200, .offset = offsetof(struct chatur_order, subject)},
    {"keywords", CHATUR_TEXT, .max = 1000, .offset = offsetof(struct chatur_order, keywords)},
    {"promptId", CHATUR_LINE, .max = 32, .offset = offsetof(struct chatur_order, prompt_id)},
    {"toEmail", CHATUR_ADDRESSES, .max = 254, .offset = offsetof(struct chatur_order, to)},
};

static enum chatur_outcome handle(struct chatur_request *request, struct chatur_response *response)
{
    struct chatur_order order = {0};
    struct chatur_email email = {0};
    const struct chatur_mail *mail = NULL;

    enum chatur_outcome outcome = CHATUR_FIELDS(request, fields, &order);
    if (outcome == CHATUR_OK) {
        outcome = chatur_app_mail(request->app, &mail, &request->error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_mail_generate(mail, &request->user, &order, request->arena, &email,
                                       &request->error);
    }
    if (outcome == CHATUR_OK) {
        chatur_mail_write_json(chatur_response_element(response), &email);
    }
    return outcome;
}

static enum chatur_outcome prepare(struct chatur_app *app, struct chatur_error *error)
{
    const struct chatur_mail *mail = NULL;
    return chatur_app_mail(app, &mail, error);
}

int main(void)
{
    /* A thread spends seconds waiting for a model, so many of them share a process. */
    return chatur_serve(&(struct chatur_endpoint){
        .handle = handle, .prepare = prepare, .threads = 64, .limit = CHATUR_LIMIT_GENERATE});
}
