/* Users, found by uid, which a unique index keeps unique. */
#include "store/mongo_store.h"

#include <string.h>

/* How often a sign-in looks again when others change the user under its hands. */
#define ATTEMPTS 5

bson_t *mongo_live_user(const char *uid)
{
    return BCON_NEW("uid", BCON_UTF8(uid), "erasing", BCON_NULL);
}

enum chatur_outcome mongo_user_copy(const bson_t *document, struct chatur_arena *arena,
                                    struct chatur_user *user, struct chatur_error *error)
{
    char id[CHATUR_ID_LENGTH + 1];
    (void)mongo_id(document, "_id", id);
    *user = (struct chatur_user){
        .id = chatur_arena_strdup(arena, id),
        .uid = chatur_arena_strdup(arena, mongo_text(document, "uid")),
        .email = chatur_arena_strdup(arena, mongo_text(document, "email")),
        .name = chatur_arena_strdup(arena, mongo_text(document, "name")),
        .picture = chatur_arena_strdup(arena, mongo_text(document, "picture")),
        .available_coins = mongo_number(document, "availableTokens"),
        .used_coins = mongo_number(document, "usedTokens"),
        .generated_count = mongo_number(document, "generatedEmailCount"),
        .created_s = mongo_time_ms(document, "createdOn") / 1000,
        .suspended = mongo_flag(document, "suspended"),
    };
    bool complete = user->id != NULL && user->uid != NULL && user->email != NULL &&
                    user->name != NULL && user->picture != NULL;
    return complete ? CHATUR_OK : chatur_no_memory(error);
}

/* A user that is being erased is gone. Is nobody at it any more, this does the rest. */
static enum chatur_outcome find(struct mongo_session *session, const char *uid,
                                struct chatur_arena *arena, struct chatur_user *user,
                                struct chatur_error *error)
{
    bson_t *document = NULL;
    bson_t *fields = BCON_NEW("reservations", BCON_INT64(0), "fcmToken", BCON_INT64(0));
    enum chatur_outcome outcome =
        mongo_find(session, MONGO_USERS, BCON_NEW("uid", BCON_UTF8(uid)), fields, &document, error);
    if (outcome == CHATUR_EMPTY) {
        return CHATUR_NOT_FOUND;
    }
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    if (mongo_has(document, "erasing")) {
        outcome = mongo_go_on_erasing(session, uid, error);
        outcome = outcome == CHATUR_OK ? CHATUR_NOT_FOUND : outcome;
    } else {
        outcome = mongo_user_copy(document, arena, user, error);
    }
    bson_destroy(document);
    return outcome;
}

/* What a new user is answered with is made first: nothing is stored when there is no room for it.
 */
static enum chatur_outcome make_user(const struct chatur_profile *profile, int64_t coins,
                                     int64_t now_ms, struct chatur_arena *arena,
                                     struct chatur_user *user, struct chatur_error *error)
{
    char id[CHATUR_ID_LENGTH + 1];
    chatur_id_new(id);
    *user = (struct chatur_user){
        .id = chatur_arena_strdup(arena, id),
        .uid = chatur_arena_strdup(arena, profile->uid),
        .email = chatur_arena_strdup(arena, profile->email),
        .name = chatur_arena_strdup(arena, profile->name),
        .picture = chatur_arena_strdup(arena, profile->picture),
        .available_coins = coins,
        .created_s = now_ms / 1000,
    };
    bool complete = user->id != NULL && user->uid != NULL && user->email != NULL &&
                    user->name != NULL && user->picture != NULL;
    return complete ? CHATUR_OK : chatur_no_memory(error);
}

/* CHATUR_CONFLICT: the uid is there by now, or the address is another's. */
static enum chatur_outcome insert(struct mongo_session *session,
                                  const struct chatur_profile *profile,
                                  const struct chatur_user *user, int64_t now_ms,
                                  struct chatur_error *error)
{
    /* Without them one person signing in twice at once would be two users. */
    enum chatur_outcome outcome = mongo_require_indexes(session, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    bson_oid_t id = mongo_oid_of(user->id);
    bson_t *document = BCON_NEW(
        "_id", BCON_OID(&id), "uid", BCON_UTF8(user->uid), "userId", BCON_UTF8(user->uid), "email",
        BCON_UTF8(user->email), "name", BCON_UTF8(user->name), "picture", BCON_UTF8(user->picture),
        "loginMethod", BCON_UTF8(profile->login_method), "fcmToken", BCON_UTF8(profile->fcm_token),
        "availableTokens", BCON_INT64(user->available_coins), "usedTokens", BCON_INT64(0),
        "generatedEmailCount", BCON_INT64(0), "createdOn", BCON_DATE_TIME(now_ms), "updatedOn",
        BCON_DATE_TIME(now_ms), "__v", BCON_INT32(0));
    return mongo_insert(session, MONGO_USERS, document, error);
}

/* CHATUR_EMPTY: the user is gone, or suspended, since it was found. */
static enum chatur_outcome refresh(struct mongo_session *session,
                                   const struct chatur_profile *profile, int64_t now_ms,
                                   struct chatur_arena *arena, struct chatur_user *user,
                                   struct chatur_error *error)
{
    user->name = chatur_arena_strdup(arena, profile->name);
    user->picture = chatur_arena_strdup(arena, profile->picture);
    if (user->name == NULL || user->picture == NULL) {
        return chatur_no_memory(error);
    }
    bson_t *filter = mongo_live_user(profile->uid);
    BCON_APPEND(filter, "suspended", "{", "$ne", BCON_BOOL(true), "}");
    bson_t *values = BCON_NEW(
        "name", BCON_UTF8(profile->name), "picture", BCON_UTF8(profile->picture), "loginMethod",
        BCON_UTF8(profile->login_method), "updatedOn", BCON_DATE_TIME(now_ms));
    if (profile->fcm_token[0] != '\0') {
        BSON_APPEND_UTF8(values, "fcmToken", profile->fcm_token);
    }
    bson_t *update = BCON_NEW("$set", BCON_DOCUMENT(values));
    bson_destroy(values);
    return mongo_update(session, MONGO_USERS, filter, update, error);
}

/* Why a user that is not there could not be made. CHATUR_EMPTY: it is there by now. */
static enum chatur_outcome explain(struct mongo_session *session, const char *uid,
                                   struct chatur_error *error)
{
    bson_t *document = NULL;
    enum chatur_outcome outcome = mongo_find(session, MONGO_USERS, BCON_NEW("uid", BCON_UTF8(uid)),
                                             BCON_NEW("erasing", BCON_INT64(1)), &document, error);
    if (outcome == CHATUR_OK) {
        outcome = mongo_has(document, "erasing")
                      ? chatur_fail(error, CHATUR_UNAVAILABLE,
                                    "mongo: this user's last account is still being erased")
                      : CHATUR_EMPTY;
        bson_destroy(document);
        return outcome;
    }
    return outcome == CHATUR_EMPTY ? CHATUR_CONFLICT : outcome;
}

/* CHATUR_EMPTY: somebody changed the user meanwhile: look again. */
static enum chatur_outcome try_sign_in(struct mongo_session *session,
                                       const struct chatur_profile *profile, int64_t new_user_coins,
                                       int64_t now_ms, struct chatur_arena *arena,
                                       struct chatur_user *user, struct chatur_error *error)
{
    enum chatur_outcome outcome = find(session, profile->uid, arena, user, error);
    if (outcome == CHATUR_OK) {
        return user->suspended ? CHATUR_OK : refresh(session, profile, now_ms, arena, user, error);
    }
    if (outcome != CHATUR_NOT_FOUND) {
        return outcome;
    }
    outcome = make_user(profile, new_user_coins, now_ms, arena, user, error);
    if (outcome == CHATUR_OK) {
        outcome = insert(session, profile, user, now_ms, error);
    }
    return outcome == CHATUR_CONFLICT ? explain(session, profile->uid, error) : outcome;
}

enum chatur_outcome mongo_user_sign_in(struct chatur_store *base,
                                       const struct chatur_profile *profile, int64_t new_user_coins,
                                       int64_t now_ms, struct chatur_arena *arena,
                                       struct chatur_user *user, struct chatur_error *error)
{
    struct mongo_session session;
    enum chatur_outcome outcome = mongo_begin(base, &session, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome = CHATUR_EMPTY;
    for (int i = 0; i < ATTEMPTS && outcome == CHATUR_EMPTY; i++) {
        outcome = try_sign_in(&session, profile, new_user_coins, now_ms, arena, user, error);
    }
    if (outcome == CHATUR_EMPTY) {
        outcome =
            chatur_fail(error, CHATUR_UNAVAILABLE, "mongo: the user is changing all the time");
    }
    return mongo_end(&session, outcome);
}

enum chatur_outcome mongo_user_find(struct chatur_store *base, const char *uid,
                                    struct chatur_arena *arena, struct chatur_user *user,
                                    struct chatur_error *error)
{
    struct mongo_session session;
    enum chatur_outcome outcome = mongo_begin(base, &session, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    return mongo_end(&session, find(&session, uid, arena, user, error));
}

enum chatur_outcome mongo_user_suspend(struct chatur_store *base, const char *uid, bool suspended,
                                       struct chatur_error *error)
{
    struct mongo_session session;
    enum chatur_outcome outcome = mongo_begin(base, &session, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    bson_t *update = BCON_NEW("$set", "{", "suspended", BCON_BOOL(suspended), "}");
    outcome = mongo_update(&session, MONGO_USERS, mongo_live_user(uid), update, error);
    return mongo_end(&session, outcome == CHATUR_EMPTY ? CHATUR_NOT_FOUND : outcome);
}
