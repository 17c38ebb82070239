/* A stand-in for a language model's server: speaks the OpenAI-compatible API and plays every fault
 * by script. One thread per connection, so hundreds may wait at once.
 *
 *     model_server PORT_FILE LOG_FILE [CERTIFICATE KEY]
 *
 * Listens on a free port of 127.0.0.1, which it writes to PORT_FILE. The first part of the path is
 * the script: /429,429,ok/v1/chat/completions answers the first two requests with 429 and all later
 * ones with an email. What stands before a `=` only tells scripts apart. Each request is a line of
 * JSON in LOG_FILE. With a certificate: https.
 *
 * Steps are a name and, after a colon, an argument: those of model_answers.c and model_faults.c, or
 * an HTTP status. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "model_server.h"

#define MAX_REQUEST_BYTES (256 << 10)
#define STACK_BYTES       (256 << 10)
#define MAX_SCRIPTS       512

static SSL_CTX *tls_context;
static int log_fd;

static struct {
    char script[200];
    bool chat;
    int asked;
} scripts[MAX_SCRIPTS];
static pthread_mutex_t scripts_lock = PTHREAD_MUTEX_INITIALIZER;

static const struct step *find_step(const struct step *steps, const char *name, size_t length)
{
    for (; steps->name != NULL; steps++) {
        if (strlen(steps->name) == length && strncmp(steps->name, name, length) == 0) {
            return steps;
        }
    }
    return NULL;
}

static void play(struct connection *connection, const char *name)
{
    size_t length = strcspn(name, ":");
    const struct step *step = find_step(model_answers, name, length);
    if (step == NULL) {
        step = find_step(model_faults, name, length);
    }
    if (step != NULL) {
        step->play(connection, name[length] == ':' ? name + length + 1 : "");
        return;
    }
    int status = (int)strtol(name, NULL, 10);
    send_error(connection, status >= 400 ? status : 404, "", "stand_in", "as the script says");
}

/* --- requests --------------------------------------------------------------------------------- */

/* The step that is this script's turn; its last one repeats. */
static void take_step(const char *script, bool chat, char *step, size_t size)
{
    int asked = 0;
    (void)pthread_mutex_lock(&scripts_lock);
    for (int i = 0; i < MAX_SCRIPTS; i++) {
        if (scripts[i].script[0] == '\0') {
            (void)snprintf(scripts[i].script, sizeof(scripts[i].script), "%s", script);
            scripts[i].chat = chat;
        }
        if (strcmp(scripts[i].script, script) == 0 && scripts[i].chat == chat) {
            asked = scripts[i].asked++;
            break;
        }
    }
    (void)pthread_mutex_unlock(&scripts_lock);
    const char *tag = strchr(script, '=');
    const char *next;
    script = tag != NULL ? tag + 1 : script;
    for (; asked > 0 && (next = strchr(script, ',')) != NULL; asked--) {
        script = next + 1;
    }
    (void)snprintf(step, size, "%.*s", (int)strcspn(script, ","), script);
}

/* Copies a header's value, without what JSON would have to escape. */
static void copy_header(const struct connection *connection, const char *name, char *value,
                        size_t size)
{
    const char *line = strcasestr(connection->request, name);
    value[0] = '\0';
    if (line != NULL && line < connection->body) {
        line += strlen(name);
        (void)snprintf(value, size, "%.*s", (int)strcspn(line, "\r\"\\"), line);
    }
}

static void log_request(const struct connection *connection, const char *script, const char *step)
{
    char values[3][128];
    copy_header(connection, "\r\nAuthorization: ", values[0], sizeof(values[0]));
    copy_header(connection, "\r\nOpenAI-Organization: ", values[1], sizeof(values[1]));
    copy_header(connection, "\r\nOpenAI-Project: ", values[2], sizeof(values[2]));
    (void)dprintf(
        log_fd,
        "{\"script\":\"%s\",\"step\":\"%s\",\"chat\":%s,\"fd\":%d,\"authorization\":\"%s\","
        "\"organization\":\"%s\",\"project\":\"%s\",\"body\":%s}\n",
        script, step, connection->chat ? "true" : "false", connection->fd, values[0], values[1],
        values[2], connection->body);
}

static void answer(struct connection *connection)
{
    char script[200] = "";
    char rest[64] = "";
    char step[100];
    if (sscanf(connection->request, "POST /%199[^/]/v1/%63s", script, rest) != 2) {
        play(connection, "404");
        return;
    }
    connection->chat = strcmp(rest, "chat/completions") == 0;
    take_step(script, connection->chat, step, sizeof(step));
    log_request(connection, script, step);
    play(connection, step);
}

static ssize_t receive(struct connection *connection, char *into, size_t room)
{
    return connection->tls != NULL ? SSL_read(connection->tls, into, (int)room)
                                   : read(connection->fd, into, room);
}

/* One request, whole. False: there is none. */
static bool read_request(struct connection *connection)
{
    size_t length = 0;
    size_t wanted = 0;
    while (wanted == 0 || length < wanted) {
        ssize_t got =
            receive(connection, connection->request + length, MAX_REQUEST_BYTES - 1 - length);
        if (got <= 0) {
            return false;
        }
        length += (size_t)got;
        connection->request[length] = '\0';
        const char *end = strstr(connection->request, "\r\n\r\n");
        const char *size = strcasestr(connection->request, "\r\nContent-Length: ");
        if (end != NULL && wanted == 0) {
            connection->body = end + 4;
            wanted = (size_t)(connection->body - connection->request) +
                     (size != NULL ? strtoul(size + 18, NULL, 10) : 0);
        }
    }
    return wanted < MAX_REQUEST_BYTES;
}

static void *serve(void *context)
{
    const int on = 1;
    struct connection connection = {.fd = *(int *)context, .line_end = "\n"};
    free(context);
    connection.request = malloc(MAX_REQUEST_BYTES);
    (void)setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    bool open = connection.request != NULL;
    if (open && tls_context != NULL) {
        connection.tls = SSL_new(tls_context);
        (void)SSL_set_fd(connection.tls, connection.fd);
        open = SSL_accept(connection.tls) == 1;
    }
    while (open && !connection.closes && read_request(&connection)) {
        answer(&connection);
    }
    if (connection.tls != NULL) {
        SSL_free(connection.tls);
    }
    (void)close(connection.fd);
    free(connection.request);
    return NULL;
}

static void accept_for_ever(int listening)
{
    pthread_attr_t attributes;
    pthread_t thread;
    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
    (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    while (true) {
        int *fd = malloc(sizeof(*fd));
        if (fd == NULL) {
            continue;
        }
        *fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
        if (*fd < 0 || pthread_create(&thread, &attributes, serve, fd) != 0) {
            (void)close(*fd);
            free(fd);
        }
    }
}

static bool set_up_tls(const char *certificate, const char *key)
{
    tls_context = SSL_CTX_new(TLS_server_method());
    return tls_context != NULL &&
           SSL_CTX_use_certificate_file(tls_context, certificate, SSL_FILETYPE_PEM) == 1 &&
           SSL_CTX_use_PrivateKey_file(tls_context, key, SSL_FILETYPE_PEM) == 1;
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    (void)signal(SIGPIPE, SIG_IGN);
    if (argc != 3 && argc != 5) {
        (void)fprintf(stderr, "usage: %s PORT_FILE LOG_FILE [CERTIFICATE KEY]\n", argv[0]);
        return 2;
    }
    FILE *log = fopen(argv[2], "ae");
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (log == NULL || listening < 0 || (argc == 5 && !set_up_tls(argv[3], argv[4])) ||
        bind(listening, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(listening, 4096) != 0 ||
        getsockname(listening, (struct sockaddr *)&address, &length) != 0) {
        perror(argv[0]);
        return 1;
    }
    log_fd = fileno(log);
    FILE *port = fopen(argv[1], "we");
    if (port == NULL || fprintf(port, "%d\n", ntohs(address.sin_port)) < 0 || fclose(port) != 0) {
        perror(argv[1]);
        return 1;
    }
    accept_for_ever(listening);
}
