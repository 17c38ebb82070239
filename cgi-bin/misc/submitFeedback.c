/* Keeps what the caller tells us. */
#include "chatur.h"

static const struct chatur_field fields[] = {
    {"subject", CHATUR_LINE, .min = 10, .max = 200,
     .offset = offsetof(struct chatur_feedback, subject)},
    {"message", CHATUR_TEXT, .min = 10, .max = 5000,
     .offset = offsetof(struct chatur_feedback, message)},
};

static enum chatur_outcome handle(struct chatur_request *request, struct chatur_response *response)
{
    struct chatur_feedback feedback = {.uid = request->user.uid, .email = request->user.email};
    struct chatur_store *store = NULL;
    (void)response;

    enum chatur_outcome outcome = CHATUR_FIELDS(request, fields, &feedback);
    if (outcome == CHATUR_OK) {
        outcome = chatur_app_store(request->app, &store, &request->error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_store_feedback_add(store, &feedback, chatur_now_ms(), &request->error);
    }
    return outcome;
}

int main(void)
{
    return chatur_serve(&(struct chatur_endpoint){.handle = handle});
}
