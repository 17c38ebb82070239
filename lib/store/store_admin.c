#include "store/store_admin.h"

enum chatur_outcome chatur_store_prepare(struct chatur_store *store, chatur_store_reporter *report,
                                         void *context, struct chatur_error *error)
{
    return store->ops->admin->prepare(store, report, context, error);
}

enum chatur_outcome chatur_store_survey(struct chatur_store *store, chatur_store_reporter *report,
                                        void *context, struct chatur_survey *survey,
                                        struct chatur_error *error)
{
    *survey = (struct chatur_survey){0};
    return store->ops->admin->survey(store, report, context, survey, error);
}

enum chatur_outcome chatur_store_users_after(struct chatur_store *store, const char *uid,
                                             size_t limit, struct chatur_arena *arena,
                                             struct chatur_stored_user *users, size_t *count,
                                             struct chatur_error *error)
{
    *count = 0;
    return store->ops->admin->users_after(store, uid, limit, arena, users, count, error);
}

enum chatur_outcome chatur_store_user_load(struct chatur_store *store, const char *uid,
                                           struct chatur_arena *arena,
                                           struct chatur_stored_user *user,
                                           struct chatur_error *error)
{
    return store->ops->admin->user_load(store, uid, arena, user, error);
}

enum chatur_outcome chatur_store_user_put(struct chatur_store *store,
                                          const struct chatur_stored_user *user,
                                          struct chatur_error *error)
{
    return store->ops->admin->user_put(store, user, error);
}

enum chatur_outcome chatur_store_email_put(struct chatur_store *store,
                                           const struct chatur_email *email,
                                           struct chatur_error *error)
{
    return store->ops->admin->email_put(store, email, error);
}

enum chatur_outcome chatur_store_feedback_put(struct chatur_store *store,
                                              const struct chatur_stored_feedback *feedback,
                                              struct chatur_error *error)
{
    return store->ops->admin->feedback_put(store, feedback, error);
}

enum chatur_outcome chatur_store_feedback_each(struct chatur_store *store, const char *uid,
                                               chatur_feedback_visitor *visit, void *context,
                                               struct chatur_error *error)
{
    return store->ops->admin->feedback_each(store, uid, visit, context, error);
}
