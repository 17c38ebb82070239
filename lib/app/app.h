/* App: the process's one context. Each part is made when it is first asked for and each accessor
 * lives in an object file of its own, so that a binary links, connects to and pays for only the
 * parts its endpoint names. Parts are thread-safe; accessors too. */
#ifndef CHATUR_APP_APP_H
#define CHATUR_APP_APP_H

#include "auth/auth.h"
#include "base/config.h"
#include "base/folder.h"
#include "base/outcome.h"
#include "cache/cache.h"
#include "mail/mail.h"
#include "store/store.h"

struct chatur_app;

/* `config` is borrowed for the app's life. NULL: out of memory. */
struct chatur_app *chatur_app_new(const struct chatur_config *config);
void chatur_app_free(struct chatur_app *app);

const struct chatur_config *chatur_app_config(const struct chatur_app *app);

/* Looks at a database on a server, and says in the log what is wrong with it: away, or not
 * prepared. For the start of a process that serves, so that the first user is not who finds out.
 * May take the time that a request's database work may. */
void chatur_app_look(struct chatur_app *app);

/* Each: CHATUR_OK and the part (owned by the app), or why it could not be made. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_app_store(struct chatur_app *app, struct chatur_store **store, struct chatur_error *error);
CHATUR_MUST_CHECK enum chatur_outcome
chatur_app_cache(struct chatur_app *app, struct chatur_cache **cache, struct chatur_error *error);
CHATUR_MUST_CHECK enum chatur_outcome
chatur_app_auth(struct chatur_app *app, struct chatur_auth **auth, struct chatur_error *error);
CHATUR_MUST_CHECK enum chatur_outcome chatur_app_templates(struct chatur_app *app,
                                                           struct chatur_folder **templates,
                                                           struct chatur_error *error);
CHATUR_MUST_CHECK enum chatur_outcome chatur_app_tutorials(struct chatur_app *app,
                                                           struct chatur_folder **tutorials,
                                                           struct chatur_error *error);
CHATUR_MUST_CHECK enum chatur_outcome chatur_app_mail(struct chatur_app *app,
                                                      const struct chatur_mail **mail,
                                                      struct chatur_error *error);

#endif
