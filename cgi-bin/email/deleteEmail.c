/* Deletes one of the caller's emails. */
#include "chatur.h"

struct body {
    const char *id;
};

static const struct chatur_field fields[] = {
    {"id", CHATUR_ID, .offset = offsetof(struct body, id)},
};

static enum chatur_outcome handle(struct chatur_request *request, struct chatur_response *response)
{
    struct body body = {0};
    struct chatur_store *store = NULL;
    (void)response;

    enum chatur_outcome outcome = CHATUR_FIELDS(request, fields, &body);
    if (outcome == CHATUR_OK) {
        outcome = chatur_app_store(request->app, &store, &request->error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_store_email_delete(store, request->user.uid, body.id, &request->error);
    }
    return outcome;
}

int main(void)
{
    return chatur_serve(&(struct chatur_endpoint){.handle = handle});
}
