/* Commands: each in one function that takes over the documents it is given, so that a caller can
 * write them where they are used. */
#include "store/mongo_store.h"

#include <string.h>

#include "base/clock.h"

#define DUPLICATE_KEY        11000
#define WRITE_CONCERN_FAILED 64

/* The server's codes for "not now": it starts, stops, or hands over to another one; its disk is
 * full; we may not. All others are a bug of ours, or data that cannot be. */
static const uint32_t passing_codes[] = {
    6,     /* HostUnreachable */
    7,     /* HostNotFound */
    13,    /* Unauthorized */
    18,    /* AuthenticationFailed */
    43,    /* CursorNotFound: restarted in the middle of a walk */
    50,    /* MaxTimeMSExpired */
    89,    /* NetworkTimeout */
    91,    /* ShutdownInProgress */
    112,   /* WriteConflict */
    133,   /* FailedToSatisfyReadPreference */
    189,   /* PrimarySteppedDown */
    262,   /* ExceededTimeLimit */
    9001,  /* SocketException */
    10107, /* NotWritablePrimary */
    11600, /* InterruptedAtShutdown */
    11601, /* Interrupted */
    11602, /* InterruptedDueToReplStateChange */
    13435, /* NotPrimaryNoSecondaryOk */
    13436, /* NotPrimaryOrSecondary */
    14031, /* OutOfDiskSpace */
};

static bool is_passing(uint32_t code)
{
    for (size_t i = 0; i < sizeof(passing_codes) / sizeof(passing_codes[0]); i++) {
        if (passing_codes[i] == code) {
            return true;
        }
    }
    return false;
}

/* Whether the driver still believes in any server. It stops to when one cannot be reached, or does
 * not even answer who it is; not when a single command takes too long. */
static bool is_anybody_there(mongoc_client_t *client)
{
    size_t count = 0;
    bool is_there = false;
    mongoc_server_description_t **servers = mongoc_client_get_server_descriptions(client, &count);
    for (size_t i = 0; i < count; i++) {
        const char *type = mongoc_server_description_type(servers[i]);
        is_there =
            is_there || (strcmp(type, "Unknown") != 0 && strcmp(type, "PossiblePrimary") != 0);
    }
    mongoc_server_descriptions_destroy_all(servers, count);
    return is_there;
}

static void note_silence(struct mongo_session *session)
{
    if (chatur_monotonic_us() - session->started_us >= session->store->silence_us) {
        session->unanswered = is_anybody_there(session->client);
        session->silent = !session->unanswered;
    }
}

static enum chatur_outcome fail_majority(const bson_error_t *problem, struct chatur_error *error)
{
    return chatur_fail(error, CHATUR_UNAVAILABLE,
                       "mongo: written, and not acknowledged by the majority in time: are too many "
                       "servers of the replica set away? %s (%u.%u)",
                       problem->message, problem->domain, problem->code);
}

/* A duplicate key's text quotes the value, which may be an address, and so goes nowhere. */
enum chatur_outcome mongo_fail(struct mongo_session *session, const bson_error_t *problem,
                               struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_INTERNAL;
    switch (problem->domain) {
    case MONGOC_ERROR_SERVER:
        if (problem->code == DUPLICATE_KEY) {
            return CHATUR_CONFLICT;
        }
        if (problem->code == WRITE_CONCERN_FAILED) {
            return fail_majority(problem, error);
        }
        outcome = is_passing(problem->code) ? CHATUR_UNAVAILABLE : CHATUR_INTERNAL;
        break;
    case MONGOC_ERROR_SERVER_SELECTION:
        session->silent = true;
        outcome = CHATUR_UNAVAILABLE;
        break;
    case MONGOC_ERROR_STREAM:
        note_silence(session);
        outcome = CHATUR_UNAVAILABLE;
        break;
    case MONGOC_ERROR_WRITE_CONCERN:
        return fail_majority(problem, error);
    case MONGOC_ERROR_CLIENT: /* signing in at the server */
    case MONGOC_ERROR_SASL:
    case MONGOC_ERROR_SCRAM:
        outcome = CHATUR_UNAVAILABLE;
        break;
    default:
        break;
    }
    return chatur_fail(error, outcome, "mongo: %s (%u.%u)", problem->message, problem->domain,
                       problem->code);
}

mongoc_collection_t *mongo_collection(struct mongo_session *session,
                                      enum mongo_collection collection)
{
    mongoc_collection_t **handle = &session->collections[collection];
    if (*handle == NULL) {
        *handle = mongoc_client_get_collection(session->client, session->store->database,
                                               mongo_collection_names[collection]);
    }
    return *handle;
}

static enum chatur_outcome read_one(struct mongo_session *session, enum mongo_collection collection,
                                    const bson_t *filter, const bson_t *options, bson_t **found,
                                    struct chatur_error *error)
{
    mongoc_cursor_t *cursor = mongoc_collection_find_with_opts(
        mongo_collection(session, collection), filter, options, NULL);
    const bson_t *document = NULL;
    bson_error_t problem;
    enum chatur_outcome outcome = CHATUR_EMPTY;
    if (mongoc_cursor_next(cursor, &document)) {
        *found = bson_copy(document);
        outcome = CHATUR_OK;
    } else if (mongoc_cursor_error(cursor, &problem)) {
        outcome = mongo_fail(session, &problem, error);
    }
    mongoc_cursor_destroy(cursor);
    return outcome;
}

enum chatur_outcome mongo_find(struct mongo_session *session, enum mongo_collection collection,
                               bson_t *filter, bson_t *fields, bson_t **found,
                               struct chatur_error *error)
{
    *found = NULL;
    enum chatur_outcome outcome = mongo_allot(session, error);
    if (outcome == CHATUR_OK) {
        bson_t *options = BCON_NEW("limit", BCON_INT64(1), "singleBatch", BCON_BOOL(true));
        mongo_limit_read(options);
        if (fields != NULL) {
            BSON_APPEND_DOCUMENT(options, "projection", fields);
        }
        outcome = read_one(session, collection, filter, options, found, error);
        bson_destroy(options);
    }
    bson_destroy(fields);
    bson_destroy(filter);
    return outcome;
}

static enum chatur_outcome modify_one(struct mongo_session *session, const bson_t *filter,
                                      const mongoc_find_and_modify_opts_t *options, bson_t **found,
                                      struct chatur_error *error)
{
    bson_t reply;
    bson_error_t problem;
    enum chatur_outcome outcome = CHATUR_EMPTY;
    if (mongoc_collection_find_and_modify_with_opts(mongo_collection(session, MONGO_USERS), filter,
                                                    options, &reply, &problem)) {
        bson_t value;
        if (mongo_inner(&reply, "value", &value)) {
            *found = bson_copy(&value);
            outcome = CHATUR_OK;
        }
    } else {
        outcome = mongo_fail(session, &problem, error);
    }
    bson_destroy(&reply);
    return outcome;
}

enum chatur_outcome mongo_modify(struct mongo_session *session, bson_t *filter, bson_t *update,
                                 bson_t *fields, bson_t **found, struct chatur_error *error)
{
    *found = NULL;
    enum chatur_outcome outcome = mongo_allot(session, error);
    if (outcome == CHATUR_OK) {
        mongoc_find_and_modify_opts_t *options = mongoc_find_and_modify_opts_new();
        (void)mongoc_find_and_modify_opts_set_update(options, update);
        (void)mongoc_find_and_modify_opts_set_fields(options, fields);
        (void)mongoc_find_and_modify_opts_set_flags(options, MONGOC_FIND_AND_MODIFY_RETURN_NEW);
        outcome = modify_one(session, filter, options, found, error);
        mongoc_find_and_modify_opts_destroy(options);
    }
    bson_destroy(fields);
    bson_destroy(update);
    bson_destroy(filter);
    return outcome;
}

enum chatur_outcome mongo_insert(struct mongo_session *session, enum mongo_collection collection,
                                 bson_t *document, struct chatur_error *error)
{
    bson_error_t problem;
    enum chatur_outcome outcome = mongo_allot(session, error);
    if (outcome == CHATUR_OK && !mongoc_collection_insert_one(mongo_collection(session, collection),
                                                              document, NULL, NULL, &problem)) {
        outcome = mongo_fail(session, &problem, error);
    }
    bson_destroy(document);
    return outcome;
}

/* What is common to the commands that change something: their reply counts it. */
static enum chatur_outcome conclude(struct mongo_session *session, bool is_done, bson_t *reply,
                                    const char *count, const bson_error_t *problem,
                                    struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_EMPTY;
    if (!is_done) {
        outcome = mongo_fail(session, problem, error);
    } else if (mongo_number(reply, count) > 0 || mongo_number(reply, "upsertedCount") > 0) {
        outcome = CHATUR_OK;
    }
    bson_destroy(reply);
    return outcome;
}

static enum chatur_outcome update_one(struct mongo_session *session,
                                      enum mongo_collection collection, bson_t *filter,
                                      bson_t *update, const bson_t *options,
                                      struct chatur_error *error)
{
    enum chatur_outcome outcome = mongo_allot(session, error);
    if (outcome == CHATUR_OK) {
        bson_t reply;
        bson_error_t problem;
        bool is_done = mongoc_collection_update_one(mongo_collection(session, collection), filter,
                                                    update, options, &reply, &problem);
        outcome = conclude(session, is_done, &reply, "matchedCount", &problem, error);
    }
    bson_destroy(update);
    bson_destroy(filter);
    return outcome;
}

enum chatur_outcome mongo_update(struct mongo_session *session, enum mongo_collection collection,
                                 bson_t *filter, bson_t *update, struct chatur_error *error)
{
    return update_one(session, collection, filter, update, NULL, error);
}

enum chatur_outcome mongo_upsert(struct mongo_session *session, enum mongo_collection collection,
                                 bson_t *filter, bson_t *update, struct chatur_error *error)
{
    bson_t *options = BCON_NEW("upsert", BCON_BOOL(true));
    enum chatur_outcome outcome = update_one(session, collection, filter, update, options, error);
    bson_destroy(options);
    return outcome;
}

enum chatur_outcome mongo_replace(struct mongo_session *session, enum mongo_collection collection,
                                  bson_t *filter, bson_t *document, struct chatur_error *error)
{
    enum chatur_outcome outcome = mongo_allot(session, error);
    if (outcome == CHATUR_OK) {
        bson_t reply;
        bson_error_t problem;
        bool is_done = mongoc_collection_replace_one(mongo_collection(session, collection), filter,
                                                     document, NULL, &reply, &problem);
        outcome = conclude(session, is_done, &reply, "matchedCount", &problem, error);
    }
    bson_destroy(document);
    bson_destroy(filter);
    return outcome;
}

enum chatur_outcome mongo_delete(struct mongo_session *session, enum mongo_collection collection,
                                 enum mongo_extent extent, bson_t *filter,
                                 struct chatur_error *error)
{
    enum chatur_outcome outcome = mongo_allot(session, error);
    if (outcome == CHATUR_OK) {
        bson_t reply;
        bson_error_t problem;
        mongoc_collection_t *handle = mongo_collection(session, collection);
        bool is_done = extent == MONGO_ONE
                           ? mongoc_collection_delete_one(handle, filter, NULL, &reply, &problem)
                           : mongoc_collection_delete_many(handle, filter, NULL, &reply, &problem);
        outcome = conclude(session, is_done, &reply, "deletedCount", &problem, error);
    }
    bson_destroy(filter);
    return outcome;
}
