/* The SQLite backend's own header, for its own files.
 *
 * sqlite.c             the store, and who holds a connection to read with
 * sqlite_writer.c      who writes, in which transaction
 * sqlite_checkpoint.c  from the write-ahead log into the database, meanwhile
 * sqlite_connection.c  opening one connection, waiting for locks
 * sqlite_statement.c   running SQL on it, what its errors mean
 * sqlite_schema.c      the tables, and the steps from an older version to this one
 * sqlite_users.c, sqlite_coins.c, sqlite_emails.c   what the store is for
 * sqlite_admin.c       everything at once, for a copy
 *
 * A write is  sqlite_write(…, &connection); statements; sqlite_write_end(…, outcome).
 * A read is   sqlite_read(…, &connection);  statements; sqlite_read_end(…). */
#ifndef CHATUR_STORE_SQLITE_STORE_H
#define CHATUR_STORE_SQLITE_STORE_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "store/store.h"
#include "store/store_admin.h"

/* How long an operation waits for locks, all in all, where no request has a shorter time left.
 * Without it a thread would wait as long as a backup or a stopped process holds the database. */
#define SQLITE_PATIENCE_US INT64_C(5000000)

/* A read takes microseconds, so a few connections carry hundreds of threads; each one more costs
 * its page cache and statements, some 100 KiB. */
#define SQLITE_READERS 4

/* More than there are SQL texts in these files. */
#define SQLITE_STATEMENTS 32

enum sqlite_role { SQLITE_READER, SQLITE_WRITER };

/* One connection, used by one thread at a time. All zero: not open. */
struct sqlite_connection {
    sqlite3 *database;   /* NULL: not open, or closed after an error that may have harmed it */
    bool write_ahead;    /* false: a rollback journal, where WAL cannot be */
    bool full;           /* commits reach the disk before they return */
    bool harmed;         /* to be closed when its holder is done with it */
    int64_t deadline_us; /* when the operation in hand stops waiting for locks */
    size_t statement_count;
    struct {
        const char *sql; /* compared by address */
        sqlite3_stmt *statement;
    } statements[SQLITE_STATEMENTS];
};

/* A look takes microseconds, a walk through a long history seconds. The last free connection is for
 * looks: walks may not keep everybody from finding out who is asking. */
enum sqlite_reading { SQLITE_LOOK, SQLITE_WALK };

struct sqlite_reader {
    struct sqlite_connection connection;
    bool taken; /* under readers_lock, as the next */
    bool walks;
};

/* An operation whose transaction is not committed yet. */
struct sqlite_waiter {
    struct sqlite_waiter *next;
    struct chatur_error *error;
    enum chatur_outcome outcome;
    bool done; /* under committed_lock */
};

/* The thread that empties the write-ahead log; it starts when there is much in it. */
struct sqlite_checkpoints {
    struct sqlite_connection connection; /* the thread's */
    pthread_t thread;

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    bool running;
    bool due;
    bool stopping;
};

struct sqlite_store {
    struct chatur_store base;
    char *path;
    bool full;     /* DB_DURABILITY */
    bool existing; /* only what is there already is opened */
    bool one_shot; /* a process of one request starts no threads */

    /* The writer. `writer_lock` is held from sqlite_write until sqlite_write_end is done with the
     * connection; whoever holds it owns what follows, up to the empty line. */
    pthread_mutex_t writer_lock;
    struct sqlite_connection writer;
    struct sqlite_waiter *batch; /* who wrote in the open transaction and waits for its commit */
    unsigned batch_size;
    bool in_savepoint; /* the operation in hand is not the first of its transaction */

    atomic_uint queue;              /* how many wait for writer_lock */
    pthread_mutex_t committed_lock; /* of the waiters' outcomes */
    pthread_cond_t committed;

    struct sqlite_checkpoints checkpoints;

    pthread_mutex_t readers_lock;
    pthread_cond_t reader_returned;
    struct sqlite_reader readers[SQLITE_READERS];
};

/* --- one connection (sqlite_connection.c) --- */

/* Opens `connection`, which is closed, on the store's file, making (unless store->existing) and
 * migrating it as needed. On anything but OK it is closed again. Waits for locks until
 * connection->deadline_us. */
CHATUR_MUST_CHECK enum chatur_outcome sqlite_connect(struct sqlite_connection *connection,
                                                     const struct sqlite_store *store,
                                                     enum sqlite_role role,
                                                     struct chatur_error *error);

/* Closes; closing a closed one is fine. */
void sqlite_disconnect(struct sqlite_connection *connection);

/* Sets whether the next transactions' commits are synced. Not inside a transaction. */
CHATUR_MUST_CHECK enum chatur_outcome sqlite_set_full(struct sqlite_connection *connection,
                                                      bool full, struct chatur_error *error);

/* (sqlite_schema.c) Brings the tables to this build's version. CHATUR_UNAVAILABLE when a newer
 * build made them. */
CHATUR_MUST_CHECK enum chatur_outcome sqlite_migrate(struct sqlite_connection *connection,
                                                     struct chatur_error *error);

/* --- statements (sqlite_statement.c) --- */

/* What an SQLite result code means: an outcome, a text for the log, and whether the connection is
 * harmed. A broken UNIQUE or PRIMARY KEY is CHATUR_CONFLICT; a broken FOREIGN KEY CHATUR_NOT_FOUND,
 * because all of them name a user. */
enum chatur_outcome sqlite_fail(struct sqlite_connection *connection, int code,
                                struct chatur_error *error);

/* A parameter of a statement. The text is borrowed until the statement is reset. */
struct sqlite_value {
    enum { SQLITE_VALUE_NUMBER, SQLITE_VALUE_TEXT } kind;
    int64_t number;
    const char *text;
};

static inline struct sqlite_value sqlite_number(int64_t number)
{
    return (struct sqlite_value){.kind = SQLITE_VALUE_NUMBER, .number = number};
}

static inline struct sqlite_value sqlite_text(const char *text)
{
    return (struct sqlite_value){.kind = SQLITE_VALUE_TEXT, .text = text};
}

/* Runs SQL text that has no parameters and whose rows nobody wants. */
CHATUR_MUST_CHECK enum chatur_outcome sqlite_execute(struct sqlite_connection *connection,
                                                     const char *sql, struct chatur_error *error);

/* Prepares `sql` (a constant with static storage; prepared once per connection) and binds the
 * values to ?1, ?2, … On OK the statement is ready to step and must be reset after use. */
CHATUR_MUST_CHECK enum chatur_outcome sqlite_prepare(struct sqlite_connection *connection,
                                                     const char *sql,
                                                     const struct sqlite_value *values, int count,
                                                     sqlite3_stmt **statement,
                                                     struct chatur_error *error);

/* CHATUR_OK: there is a row. CHATUR_EMPTY: there is none any more, or the statement gives none. */
CHATUR_MUST_CHECK enum chatur_outcome sqlite_step(struct sqlite_connection *connection,
                                                  sqlite3_stmt *statement,
                                                  struct chatur_error *error);

/* Lets go of the rows, the locks and the bound values. */
void sqlite_reset(sqlite3_stmt *statement);

/* Prepares, runs to the end and resets. `*changes` (may be NULL) gets how many rows changed. */
CHATUR_MUST_CHECK enum chatur_outcome sqlite_run(struct sqlite_connection *connection,
                                                 const char *sql, const struct sqlite_value *values,
                                                 int count, int64_t *changes,
                                                 struct chatur_error *error);

/* The same for a statement that gives one number or none, and that is CHATUR_EMPTY. */
CHATUR_MUST_CHECK enum chatur_outcome sqlite_run_number(struct sqlite_connection *connection,
                                                        const char *sql,
                                                        const struct sqlite_value *values,
                                                        int count, int64_t *number,
                                                        struct chatur_error *error);

/* --- the writer (sqlite_writer.c) --- */

void sqlite_writer_init(struct sqlite_store *store);
void sqlite_writer_free(struct sqlite_store *store);

/* Waits for the writer and begins an operation: all or nothing of it will be. It may share its
 * transaction, and so its sync, with others that wait at the same time. SQLITE_PROMISED: what it
 * acknowledges must survive a power cut (unless DB_DURABILITY says otherwise). SQLITE_REPEATABLE:
 * nothing is acknowledged to anybody yet, so only its order before the later ones matters, and that
 * the log keeps. */
enum sqlite_promise { SQLITE_REPEATABLE, SQLITE_PROMISED };
CHATUR_MUST_CHECK enum chatur_outcome sqlite_write(struct sqlite_store *store,
                                                   enum sqlite_promise promise,
                                                   struct sqlite_connection **connection,
                                                   struct chatur_error *error);

/* Keeps the operation when `outcome` is CHATUR_OK, undoes it otherwise; lets the writer go and
 * returns when the transaction is committed. Returns `outcome`, or why the commit failed. */
CHATUR_MUST_CHECK enum chatur_outcome sqlite_write_end(struct sqlite_store *store,
                                                       enum chatur_outcome outcome,
                                                       struct chatur_error *error);

/* Empties the write-ahead log into the database as far as that is possible at once: deleted text
 * is overwritten with zeroes in the database, but its old copies stay in the log until then. */
void sqlite_empty_log(struct sqlite_store *store);

/* (sqlite_checkpoint.c) From now on the writer's connection leaves the emptying of the log to a
 * thread. Freeing ends it, and must come before the other connections are closed: the last to close
 * empties the log. */
void sqlite_checkpoints_init(struct sqlite_store *store);
void sqlite_checkpoints_free(struct sqlite_store *store);
void sqlite_checkpoints_watch(struct sqlite_store *store);

/* (sqlite_emails.c) Stores an email; says nothing about coins. CHATUR_CONFLICT, CHATUR_NOT_FOUND.
 */
CHATUR_MUST_CHECK enum chatur_outcome sqlite_email_insert(struct sqlite_connection *connection,
                                                          const struct chatur_email *email,
                                                          struct chatur_error *error);

/* (sqlite_admin.c) */
extern const struct chatur_store_admin_ops sqlite_admin_ops;

/* --- the readers (sqlite.c) --- */

/* Until when an operation that begins now waits for locks; monotonic. */
int64_t sqlite_deadline_us(void);

/* A moment as the pthread functions take it. */
static inline struct timespec sqlite_timespec(int64_t us)
{
    return (struct timespec){.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
}

/* Waits for a reader. Each statement sees one state of the database, two may see two. */
CHATUR_MUST_CHECK enum chatur_outcome sqlite_read(struct sqlite_store *store,
                                                  enum sqlite_reading reading,
                                                  struct sqlite_connection **connection,
                                                  struct chatur_error *error);
void sqlite_read_end(struct sqlite_store *store, struct sqlite_connection *connection);

/* --- the operations: see store.h --- */

enum chatur_outcome sqlite_user_sign_in(struct chatur_store *base,
                                        const struct chatur_profile *profile,
                                        int64_t new_user_coins, int64_t now_ms,
                                        struct chatur_arena *arena, struct chatur_user *user,
                                        struct chatur_error *error);
enum chatur_outcome sqlite_user_find(struct chatur_store *base, const char *uid,
                                     struct chatur_arena *arena, struct chatur_user *user,
                                     struct chatur_error *error);
enum chatur_outcome sqlite_user_suspend(struct chatur_store *base, const char *uid, bool suspended,
                                        struct chatur_error *error);
enum chatur_outcome sqlite_user_erase(struct chatur_store *base, const char *uid,
                                      struct chatur_error *error);
enum chatur_outcome sqlite_coins_reserve(struct chatur_store *base, const char *uid,
                                         const char *email_id, int64_t coins, int64_t now_ms,
                                         int64_t deadline_ms, struct chatur_error *error);
enum chatur_outcome sqlite_coins_release(struct chatur_store *base, const char *uid,
                                         const char *email_id, struct chatur_error *error);
enum chatur_outcome sqlite_coins_reclaim(struct chatur_store *base, const char *uid, int64_t now_ms,
                                         struct chatur_error *error);
enum chatur_outcome sqlite_email_deliver(struct chatur_store *base,
                                         const struct chatur_email *email,
                                         struct chatur_error *error);
enum chatur_outcome sqlite_email_find(struct chatur_store *base, const char *uid, const char *id,
                                      struct chatur_arena *arena, struct chatur_email *email,
                                      struct chatur_error *error);
enum chatur_outcome sqlite_email_each(struct chatur_store *base, const char *uid,
                                      const struct chatur_page *page, chatur_email_visitor *visit,
                                      void *context, struct chatur_error *error);
enum chatur_outcome sqlite_email_delete(struct chatur_store *base, const char *uid, const char *id,
                                        struct chatur_error *error);
enum chatur_outcome sqlite_feedback_add(struct chatur_store *base,
                                        const struct chatur_feedback *feedback, int64_t now_ms,
                                        struct chatur_error *error);

#endif
