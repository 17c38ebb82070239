/* The caller's emails, newest first: all of them, or with `limit` and `before` a page. */
#include "chatur.h"

struct visit {
    struct chatur_response *response;
    bool any;
};

static const struct chatur_field fields[] = {
    {"limit", CHATUR_NUMBER, .optional = true, .min = 1, .max = 1000,
     .offset = offsetof(struct chatur_page, limit)},
    {"before", CHATUR_ID, .optional = true, .offset = offsetof(struct chatur_page, before)},
};

static enum chatur_outcome add(void *context, const struct chatur_email *email)
{
    struct visit *visit = context;
    chatur_mail_write_json(chatur_response_element(visit->response), email);
    visit->any = true;
    return CHATUR_OK;
}

static enum chatur_outcome handle(struct chatur_request *request, struct chatur_response *response)
{
    struct chatur_store *store = NULL;
    struct chatur_page page = {0};
    struct visit visit = {.response = response};

    enum chatur_outcome outcome = CHATUR_FIELDS(request, fields, &page);
    if (outcome == CHATUR_OK) {
        outcome = chatur_app_store(request->app, &store, &request->error);
    }
    if (outcome == CHATUR_OK) {
        outcome =
            chatur_store_email_each(store, request->user.uid, &page, add, &visit, &request->error);
    }
    if (outcome == CHATUR_OK && !visit.any) {
        return CHATUR_EMPTY; /* the app walks the payload whenever status is 1 */
    }
    return outcome;
}

int main(void)
{
    return chatur_serve(&(struct chatur_endpoint){.handle = handle});
}
