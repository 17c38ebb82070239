/* The MongoDB backend's own header, for its own files.
 *
 * mongo.c             the store: sessions, and the gate before a server that is away
 * mongo_uri.c         the URI and its defaults
 * mongo_connection.c  pool and client
 * mongo_deadline.c    the deadline of a request
 * mongo_command.c     running one command, what its errors mean
 * mongo_value.c       reading values out of documents, whoever wrote them
 * mongo_indexes.c     the indexes, and asking whether they are there
 * mongo_prepare.c     making them
 * mongo_admin.c       everything at once, for a copy
 * mongo_survey.c      how much there is, and what a copy cannot find
 * mongo_mend.c        counters that are no numbers
 * mongo_users.c, mongo_erase.c, mongo_coins.c, mongo_deliver.c, mongo_emails.c   what it is for
 *
 * The documents are those of the Node.js service (collections, field names and types), which
 * mongoose can still read and write. Ours beside them:
 *     users   suspended     true, or absent
 *             erasing       Date: since when the account is being erased: gone for everybody
 *             reservations  {<email's id>: {cost, deadline (ms), stamp}}
 *     emails  provider … fingerprint (struct chatur_attribution), and stamp: the reservation that
 *             pays for it
 *             {_id, fence, expireOn}: not an email but a fence, see mongo_coins.c
 *
 * An operation is  mongo_begin(…, &session, error); commands; return mongo_end(&session, outcome).
 * Every command takes over (destroys) the documents it is given. */
#ifndef CHATUR_STORE_MONGO_STORE_H
#define CHATUR_STORE_MONGO_STORE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/mongo_driver.h"
#include "store/store.h"
#include "store/store_admin.h"

enum mongo_collection { MONGO_USERS, MONGO_EMAILS, MONGO_FEEDBACK, MONGO_COLLECTIONS };
extern const char *const mongo_collection_names[MONGO_COLLECTIONS];

struct mongo_store {
    struct chatur_store base;
    mongoc_uri_t *uri;
    char *database;
    bool one_shot;      /* a process of one request: one client is quicker than a pool */
    bool attended;      /* by an operator, who builds indexes and copies databases */
    int64_t finding_us; /* how long looking for a connection or a server may take */
    int64_t
        silence_us; /* how long a command waits, if nobody answers: longer than for the majority */

    int64_t unmade_until_us;    /* under `making` */
    pthread_mutex_t making;     /* the pool; held by the session that has the one client */
    mongoc_client_pool_t *pool; /* either is NULL until first use */
    mongoc_client_t *client;

    _Atomic int64_t closed_until_us; /* the gate; 0: open */
    atomic_int unanswered;           /* operations in a row, by a server that seems to be there */
    atomic_bool indexed;             /* the indexes were seen */
    atomic_bool complained;          /* or missed, which was logged */
};

/* One operation's use of a connection, by one thread. */
struct mongo_session {
    struct mongo_store *store;
    mongoc_client_t *client;
    mongoc_collection_t *collections[MONGO_COLLECTIONS]; /* made when first used */
    int64_t started_us;                                  /* the command that it is at */
    bool silent;                                         /* nobody is there */
    bool unanswered; /* somebody is, who let this operation wait in vain */
};

/* --- sessions (mongo.c) --- */

CHATUR_MUST_CHECK enum chatur_outcome
mongo_begin(struct chatur_store *base, struct mongo_session *session, struct chatur_error *error);
/* Returns `outcome`. */
enum chatur_outcome mongo_end(struct mongo_session *session, enum chatur_outcome outcome);

/* --- the URI (mongo_uri.c) --- */

/* Fills uri, database, finding_us and silence_us; CHATUR_BAD_REQUEST. */
CHATUR_MUST_CHECK enum chatur_outcome mongo_parse_uri(struct mongo_store *store,
                                                      const struct chatur_config *config,
                                                      struct chatur_error *error);

/* --- connections (mongo_connection.c) --- */

/* A client for one thread's use; give it back with mongo_give_back. */
CHATUR_MUST_CHECK enum chatur_outcome
mongo_take_client(struct mongo_store *store, mongoc_client_t **client, struct chatur_error *error);
void mongo_give_back(struct mongo_store *store, mongoc_client_t *client);

/* Closes what is open. Nobody uses the store any more. */
void mongo_disconnect(struct mongo_store *store);

/* --- the deadline (mongo_deadline.c) --- */

/* Asked before each command, whose time begins with it. CHATUR_UNAVAILABLE: it is too late. */
CHATUR_MUST_CHECK enum chatur_outcome mongo_allot(struct mongo_session *session,
                                                  struct chatur_error *error);

/* The driver will not try again what this thread is at: it has all the time that is left. */
void mongo_allot_rest(void);

/* After an operation: what the driver does of itself has no deadline. */
void mongo_allot_no_end(void);

/* Adds to the options of a read that the server shall not go on with it after that. */
void mongo_limit_read(bson_t *options);

/* Makes the connections of the session's client keep to what was allotted. */
void mongo_cut_waits(struct mongo_session *session);

/* --- commands (mongo_command.c) --- */

/* What a driver's error means: an outcome, and a text for the log. A broken unique index is
 * CHATUR_CONFLICT. */
enum chatur_outcome mongo_fail(struct mongo_session *session, const bson_error_t *problem,
                               struct chatur_error *error);

mongoc_collection_t *mongo_collection(struct mongo_session *session,
                                      enum mongo_collection collection);

/* Finds one document. `fields` is a projection; NULL: all. CHATUR_OK: `*found` must be destroyed.
 * CHATUR_EMPTY: there is none, and it is NULL, as after a failure. */
CHATUR_MUST_CHECK enum chatur_outcome mongo_find(struct mongo_session *session,
                                                 enum mongo_collection collection, bson_t *filter,
                                                 bson_t *fields, bson_t **found,
                                                 struct chatur_error *error);

/* Changes one user in one atomic step, and finds it as it is then. Like mongo_find. */
CHATUR_MUST_CHECK enum chatur_outcome mongo_modify(struct mongo_session *session, bson_t *filter,
                                                   bson_t *update, bson_t *fields, bson_t **found,
                                                   struct chatur_error *error);

/* CHATUR_CONFLICT: the id is taken, or another unique value. */
CHATUR_MUST_CHECK enum chatur_outcome mongo_insert(struct mongo_session *session,
                                                   enum mongo_collection collection,
                                                   bson_t *document, struct chatur_error *error);

/* Changes one document. CHATUR_EMPTY: none matched. */
CHATUR_MUST_CHECK enum chatur_outcome mongo_update(struct mongo_session *session,
                                                   enum mongo_collection collection, bson_t *filter,
                                                   bson_t *update, struct chatur_error *error);

/* The same, and makes one when none matched. CHATUR_CONFLICT: the one to be made exists, and did
 * not match. */
CHATUR_MUST_CHECK enum chatur_outcome mongo_upsert(struct mongo_session *session,
                                                   enum mongo_collection collection, bson_t *filter,
                                                   bson_t *update, struct chatur_error *error);

/* Puts another document in the place of one. CHATUR_EMPTY: none matched. */
CHATUR_MUST_CHECK enum chatur_outcome mongo_replace(struct mongo_session *session,
                                                    enum mongo_collection collection,
                                                    bson_t *filter, bson_t *document,
                                                    struct chatur_error *error);

/* Deletes one, or all that match: not more than fit into one short command. CHATUR_EMPTY: none did.
 */
enum mongo_extent { MONGO_ONE, MONGO_ALL };
CHATUR_MUST_CHECK enum chatur_outcome mongo_delete(struct mongo_session *session,
                                                   enum mongo_collection collection,
                                                   enum mongo_extent extent, bson_t *filter,
                                                   struct chatur_error *error);

/* --- values (mongo_value.c) --- */

/* "" when the field is absent or no text. Lives as long as the document. */
const char *mongo_text(const bson_t *document, const char *field);

/* 0 when it is absent or no number: int32, int64 or double, as mongoose wrote it. */
int64_t mongo_number(const bson_t *document, const char *field);

/* Unix milliseconds of a Date; 0 when it is none. */
int64_t mongo_time_ms(const bson_t *document, const char *field);

bool mongo_flag(const bson_t *document, const char *field);
bool mongo_has(const bson_t *document, const char *field); /* and it is not null */

/* The document in a field, or false. It is a part of `document` and not to be destroyed. */
bool mongo_inner(const bson_t *document, const char *field, bson_t *inner);

/* The hex of an ObjectId; false, and "", when it is none. */
bool mongo_id(const bson_t *document, const char *field, char id[CHATUR_ID_LENGTH + 1]);
bool mongo_oid(const bson_t *document, const char *field, bson_oid_t *oid);

/* `id` must be a valid one. */
bson_oid_t mongo_oid_of(const char *id);
bson_oid_t mongo_oid_new(void);

/* --- indexes (mongo_indexes.c) --- */

enum { MONGO_INDEXES = 6 };

struct mongo_index {
    const char *name;
    const char *unique_field; /* NULL: it is not unique */
    enum mongo_collection collection;
};
extern const struct mongo_index mongo_indexes[MONGO_INDEXES];

/* As createIndexes takes it; and its parts, which are NULL when it has none. */
bson_t *mongo_index_specification(size_t number);
bson_t *mongo_index_collation(const struct mongo_index *index);
bson_t *mongo_index_filter(const struct mongo_index *index);

/* What was found of one. */
struct mongo_index_state {
    bool is_present;
    const char *difference; /* of another one that is in its place; NULL: there is none */
    char different[128];    /* its name, as far as it fits */
};
CHATUR_MUST_CHECK enum chatur_outcome
mongo_look_at_indexes(struct mongo_session *session, struct mongo_index_state states[MONGO_INDEXES],
                      struct chatur_error *error);

/* CHATUR_OK: they are there (asked once per store). CHATUR_UNAVAILABLE: they are not; the detail
 * says which command makes them. */
CHATUR_MUST_CHECK enum chatur_outcome mongo_require_indexes(struct mongo_session *session,
                                                            struct chatur_error *error);

/* --- shared by the operations --- */

/* (mongo_users.c) {uid: uid, erasing: null}: a user that is there. */
bson_t *mongo_live_user(const char *uid);

/* A document's user, with strings of the arena. CHATUR_INTERNAL: there is no room. */
CHATUR_MUST_CHECK enum chatur_outcome mongo_user_copy(const bson_t *document,
                                                      struct chatur_arena *arena,
                                                      struct chatur_user *user,
                                                      struct chatur_error *error);

/* (mongo_emails.c) The document of an email. `stamp`: of the reservation that pays for it, or NULL.
 */
bson_t *mongo_email_document(const struct chatur_email *email, const bson_oid_t *stamp);

/* (mongo_erase.c) How much is erased at once: so many short batches, which are counted down. And
 * with `until_us`, until then: the request is there to erase, and its deadline is renewed by each.
 */
struct mongo_effort {
    int batches;
    int64_t until_us; /* 0: the request has other things to do as well */
};

/* Erases, or carries on where somebody stopped. CHATUR_OK: nothing of the user is left.
 * CHATUR_EMPTY: something is, and nobody is at it. CHATUR_NOT_FOUND: there is no such user, or
 * somebody else is at it. */
CHATUR_MUST_CHECK enum chatur_outcome mongo_erase(struct mongo_session *session, const char *uid,
                                                  struct mongo_effort *effort,
                                                  struct chatur_error *error);

/* The same, for a request of the user that finds a mark: a few batches. CHATUR_UNAVAILABLE: that
 * was not all; the next one carries on. */
CHATUR_MUST_CHECK enum chatur_outcome
mongo_go_on_erasing(struct mongo_session *session, const char *uid, struct chatur_error *error);

/* A document with an _id of its own. */
bson_t *mongo_feedback_document(const struct chatur_feedback *feedback, int64_t created_ms);

#define MONGO_FINISHED "erasures that had been interrupted, and are finished now: %d"

/* Carries on, for anybody, what a crash left: a few batches, or with an operator all of it. Counts
 * the accounts of which nothing is left. */
CHATUR_MUST_CHECK enum chatur_outcome
mongo_finish_erasures(struct mongo_session *session, int *finished, struct chatur_error *error);

/* (mongo_coins.c) What a user's document says of one generation that is under way. */
struct mongo_reservation {
    bson_oid_t user;
    bson_oid_t email;
    char email_id[CHATUR_ID_LENGTH + 1]; /* in lower case */
    int64_t cost;
    int64_t deadline_ms;
    bson_oid_t stamp; /* another one each time it is made or taken hold of */
};

/* The reservation of an email in a user's document, or false. */
bool mongo_reservation_of(const bson_t *user, const char *email_id,
                          struct mongo_reservation *reservation);

/* available -> reserved, unless there are too few or there is one already: CHATUR_EMPTY. Fills
 * reservation->user, and `*user` with the document (mongo_modify). */
CHATUR_MUST_CHECK enum chatur_outcome mongo_reserve(struct mongo_session *session, const char *uid,
                                                    struct mongo_reservation *reservation,
                                                    bson_t **user, struct chatur_error *error);

/* Why mongo_reserve did not: CHATUR_NOT_FOUND, CHATUR_CONFLICT, CHATUR_NO_COINS as in store.h; what
 * is past its deadline is put right first. CHATUR_EMPTY: what stood in its way is gone. */
CHATUR_MUST_CHECK enum chatur_outcome
mongo_why_not_reserved(struct mongo_session *session, const char *uid,
                       const struct mongo_reservation *reservation, int64_t now_ms,
                       struct chatur_error *error);

/* (mongo_mend.c) Makes numbers of the counters that settling adds to, if they are none. */
CHATUR_MUST_CHECK enum chatur_outcome
mongo_mend_counters(struct mongo_session *session, const bson_t *user, struct chatur_error *error);

/* reserved -> used, and reserved -> available, unless it is not there any more: CHATUR_EMPTY. */
CHATUR_MUST_CHECK enum chatur_outcome mongo_settle(struct mongo_session *session,
                                                   const struct mongo_reservation *reservation,
                                                   struct chatur_error *error);
CHATUR_MUST_CHECK enum chatur_outcome mongo_release(struct mongo_session *session,
                                                    const struct mongo_reservation *reservation,
                                                    struct chatur_error *error);

/* Settles what is reserved for an email that is stored, gives back what is for one that is not. OK
 * also when nothing is reserved for it. */
CHATUR_MUST_CHECK enum chatur_outcome mongo_put_right(struct mongo_session *session,
                                                      const char *uid, const char *email_id,
                                                      struct chatur_error *error);

/* Makes sure that no delivery that has begun can still store an email under this id. CHATUR_OK, or
 * CHATUR_CONFLICT: one is stored. */
CHATUR_MUST_CHECK enum chatur_outcome
mongo_fence(struct mongo_session *session, const bson_oid_t *email, struct chatur_error *error);

/* CHATUR_OK: an email, and no fence, has this id. CHATUR_EMPTY. */
CHATUR_MUST_CHECK enum chatur_outcome mongo_email_exists(struct mongo_session *session,
                                                         const bson_oid_t *email,
                                                         struct chatur_error *error);

/* --- the operations: see store.h and store_admin.h --- */

enum chatur_outcome mongo_user_sign_in(struct chatur_store *base,
                                       const struct chatur_profile *profile, int64_t new_user_coins,
                                       int64_t now_ms, struct chatur_arena *arena,
                                       struct chatur_user *user, struct chatur_error *error);
enum chatur_outcome mongo_user_find(struct chatur_store *base, const char *uid,
                                    struct chatur_arena *arena, struct chatur_user *user,
                                    struct chatur_error *error);
enum chatur_outcome mongo_user_suspend(struct chatur_store *base, const char *uid, bool suspended,
                                       struct chatur_error *error);
enum chatur_outcome mongo_user_erase(struct chatur_store *base, const char *uid,
                                     struct chatur_error *error);
enum chatur_outcome mongo_coins_reserve(struct chatur_store *base, const char *uid,
                                        const char *email_id, int64_t coins, int64_t now_ms,
                                        int64_t deadline_ms, struct chatur_error *error);
enum chatur_outcome mongo_coins_release(struct chatur_store *base, const char *uid,
                                        const char *email_id, struct chatur_error *error);
enum chatur_outcome mongo_coins_reclaim(struct chatur_store *base, const char *uid, int64_t now_ms,
                                        struct chatur_error *error);
enum chatur_outcome mongo_email_deliver(struct chatur_store *base, const struct chatur_email *email,
                                        struct chatur_error *error);
enum chatur_outcome mongo_email_find(struct chatur_store *base, const char *uid, const char *id,
                                     struct chatur_arena *arena, struct chatur_email *email,
                                     struct chatur_error *error);
enum chatur_outcome mongo_email_each(struct chatur_store *base, const char *uid,
                                     const struct chatur_page *page, chatur_email_visitor *visit,
                                     void *context, struct chatur_error *error);
enum chatur_outcome mongo_email_delete(struct chatur_store *base, const char *uid, const char *id,
                                       struct chatur_error *error);
enum chatur_outcome mongo_feedback_add(struct chatur_store *base,
                                       const struct chatur_feedback *feedback, int64_t now_ms,
                                       struct chatur_error *error);
enum chatur_outcome mongo_prepare(struct chatur_store *base, chatur_store_reporter *report,
                                  void *context, struct chatur_error *error);

/* (mongo_survey.c) Names the users whose coins, or whose number of emails, are no whole numbers. */
CHATUR_MUST_CHECK enum chatur_outcome mongo_name_odd_users(struct mongo_session *session,
                                                           chatur_store_reporter *report,
                                                           void *context,
                                                           struct chatur_error *error);
enum chatur_outcome mongo_survey(struct chatur_store *base, chatur_store_reporter *report,
                                 void *context, struct chatur_survey *survey,
                                 struct chatur_error *error);

/* (mongo_admin.c) */
extern const struct chatur_store_admin_ops mongo_admin_ops;

#endif
