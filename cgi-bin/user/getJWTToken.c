/* Sign in: an identity provider's token for ours. */
#include "chatur.h"

struct body {
    struct chatur_credentials credentials;
    const char *fcm_token;
};

static const struct chatur_field fields[] = {
    {"email", CHATUR_ADDRESS, .max = 254, .offset = offsetof(struct body, credentials.email)},
    {"idToken", CHATUR_LINE, .max = 8192, .offset = offsetof(struct body, credentials.id_token)},
    {"loginMethod", CHATUR_LINE, .max = 64,
     .offset = offsetof(struct body, credentials.login_method)},
    {"fcmToken", CHATUR_LINE, .optional = true, .max = 4096,
     .offset = offsetof(struct body, fcm_token)},
};

static enum chatur_outcome handle(struct chatur_request *request, struct chatur_response *response)
{
    struct body body = {.credentials.local = request->local};
    struct chatur_auth *auth = NULL;
    const char *token = NULL;

    enum chatur_outcome outcome = CHATUR_FIELDS(request, fields, &body);
    if (outcome == CHATUR_OK) {
        outcome = chatur_app_auth(request->app, &auth, &request->error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_auth_sign_in(auth, &body.credentials, body.fcm_token, request->arena,
                                      &token, &request->allowance, &request->error);
    }
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    struct chatur_buffer *session = chatur_response_element(response);
    chatur_json_open(session);
    chatur_json_put_string(session, "token", token);
    chatur_json_close(session);
    return CHATUR_OK;
}

int main(void)
{
    return chatur_serve(
        &(struct chatur_endpoint){.handle = handle, .public = true, .limit = CHATUR_LIMIT_LOGIN});
}
