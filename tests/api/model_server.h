/* What the parts of the stand-in for a model's server (model_server.c) share: a connection, what is
 * sent over it, and the steps of its scripts. */
#ifndef CHATUR_TESTS_MODEL_SERVER_H
#define CHATUR_TESTS_MODEL_SERVER_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>

#define USAGE "\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":22,\"total_tokens\":33}"

/* The email's pieces, as a model's tokens come. */
#define PIECES ((size_t)7)

struct connection {
    int fd;
    SSL *tls;   /* NULL: plain */
    bool bytes; /* every byte in a write and a chunk of its own */
    bool chat;
    bool closes;
    const char *line_end;
    char *request; /* head and body, NUL-terminated */
    const char *body;
};

/* One answer; `argument` is what stands after the colon, or "". */
typedef void player(struct connection *connection, const char *argument);

struct step {
    const char *name; /* NULL ends a table */
    player *play;
};

extern const struct step model_answers[]; /* that are an email, or none */
extern const struct step model_faults[];  /* in place of an answer, or in the middle of one */

void sleep_ms(long ms);
void send_head(struct connection *connection, int status, const char *type, const char *headers);
bool send_chunk(struct connection *connection, const char *bytes, size_t length);
void end_chunks(struct connection *connection);
bool send_event(struct connection *connection, const char *json);
bool send_delta(struct connection *connection, const char *text, const char *finish);
void send_pieces(struct connection *connection, size_t count, long pause_ms);
void finish(struct connection *connection, const char *reason, bool usage, bool done);
void send_email(struct connection *connection, const char *type, long pause_ms);
void send_error(struct connection *connection, int status, const char *headers, const char *code,
                const char *message);
void send_document(struct connection *connection, const char *type, const char *json);

#endif
