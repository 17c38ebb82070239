/* Writes an email from a template and the caller's words, for coins. */
#include <string.h>

#include "chatur.h"

static const struct chatur_field fields[] = {
    {"subject", CHATUR_LINE, .max = 200, .offset = offsetof(struct chatur_order, subject)},
    {"keywords", CHATUR_TEXT, .max = 1000, .offset = offsetof(struct chatur_order, keywords)},
    {"promptId", CHATUR_LINE, .max = 32, .offset = offsetof(struct chatur_order, prompt_id)},
    {"toEmail", CHATUR_ADDRESSES, .max = 254, .offset = offsetof(struct chatur_order, to)},
    {"tone", CHATUR_ONE_OF, true, .choices = chatur_tones,
     .offset = offsetof(struct chatur_order, tone)},
    {"length", CHATUR_ONE_OF, true, .choices = chatur_lengths,
     .offset = offsetof(struct chatur_order, length)},
    {"language", CHATUR_LANGUAGE, true, .offset = offsetof(struct chatur_order, language)},
    {"senderName", CHATUR_LINE, true, .max = 100,
     .offset = offsetof(struct chatur_order, sender_name)},
    {"recipientName", CHATUR_LINE, true, .max = 100,
     .offset = offsetof(struct chatur_order, recipient_name)},
    {"instructions", CHATUR_TEXT, true, .max = 500,
     .offset = offsetof(struct chatur_order, instructions)},
};

/* Where the text goes while it is written: to a client that asked for events. */
struct deltas {
    struct chatur_sink sink;
    struct chatur_response *response;
    bool any;
};

static void put_delta(struct chatur_sink *sink, const char *text, size_t length)
{
    struct deltas *deltas = (struct deltas *)sink;
    struct chatur_buffer *json = chatur_response_event(deltas->response, "delta");
    chatur_json_open(json);
    chatur_json_put_text(json, "text", text, length);
    chatur_json_close(json);
    chatur_response_event_send(deltas->response);
    deltas->any = true;
}

static enum chatur_outcome handle(struct chatur_request *request, struct chatur_response *response)
{
    struct chatur_order order = {
        .idempotency_key = request->idempotency_key,
        .request = request->body,
    };
    struct deltas deltas = {.sink = {.put = put_delta}, .response = response};
    struct chatur_email email = {0};
    const struct chatur_mail *mail = NULL;
    bool replayed = false;

    enum chatur_outcome outcome = CHATUR_FIELDS(request, fields, &order);
    if (outcome == CHATUR_OK) {
        outcome = chatur_app_mail(request->app, &mail, &request->error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_mail_generate(mail, &request->user, &order,
                                       request->accepts_events ? &deltas.sink : NULL,
                                       request->arena, &email, &replayed, &request->error);
    }
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    if (replayed) {
        chatur_response_mark_replayed(response);
    }
    if (request->accepts_events && !deltas.any) {
        put_delta(&deltas.sink, email.text, strlen(email.text));
    }
    chatur_mail_write_json(chatur_response_element(response), &email);
    return CHATUR_OK;
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
