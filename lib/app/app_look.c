#include <string.h>

#include "app/app.h"
#include "base/deadline.h"
#include "base/log.h"

void chatur_app_look(struct chatur_app *app)
{
    const struct chatur_config *config = chatur_app_config(app);
    struct chatur_store *store = NULL;
    struct chatur_error error = {0};
    if (strncmp(config->db_uri, "sqlite:", strlen("sqlite:")) == 0) {
        return; /* a file of ours: made at first use, as it should be */
    }
    chatur_deadline_set(config->db_timeout_ms);
    enum chatur_outcome outcome = chatur_app_store(app, &store, &error);
    if (outcome == CHATUR_OK) {
        outcome = chatur_store_ping(store, &error);
    }
    if (outcome != CHATUR_OK) {
        chatur_log(CHATUR_WARNING, "the database is not fit for use: %s", error.detail);
    }
    chatur_deadline_set(0);
}
