#include "redis_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define READY_MS 20000

static void pause_ms(long milliseconds)
{
    const struct timespec pause = {.tv_nsec = milliseconds * 1000000};
    (void)nanosleep(&pause, NULL);
}

int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    (void)close(fd);
    return ntohs(address.sin_port);
}

void run_shell(const char *line)
{
    int status = 0;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void make_certificates(const struct redis_server *server)
{
    char line[1024];
    (void)snprintf(
        line, sizeof(line),
        "cd %s && exec >openssl.log 2>&1 && "
        "key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes' && "
        "openssl req -x509 $key -keyout ca.key -out ca.crt -subj '/CN=a test' -days 2 && "
        "openssl req -x509 $key -keyout other.key -out other.crt -subj '/CN=other' -days 2 && "
        "openssl req -x509 $key -CA ca.crt -CAkey ca.key -keyout server.key -out server.crt "
        "-subj '/CN=localhost' -addext subjectAltName=DNS:localhost "
        "-addext basicConstraints=critical,CA:FALSE -days 2",
        server->folder);
    run_shell(line);
}

static _Noreturn void become_redis(const struct redis_server *server)
{
    char port[16];
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)snprintf(port, sizeof(port), "%d", server->port);
    if (chdir(server->folder) == 0 && !server->tls) {
        (void)execlp("redis-server", "redis-server", "--bind", "127.0.0.1", "--save", "",
                     "--logfile", "log", "--port", port, (char *)NULL);
    } else {
        (void)execlp("redis-server", "redis-server", "--bind", "127.0.0.1", "--save", "",
                     "--logfile", "log", "--port", "0", "--tls-port", port, "--tls-cert-file",
                     "server.crt", "--tls-key-file", "server.key", "--tls-ca-cert-file", "ca.crt",
                     "--tls-auth-clients", "no", (char *)NULL);
    }
    _exit(127);
}

static bool answers(const struct redis_server *server)
{
    struct redisContext *context = redisConnect("127.0.0.1", server->port);
    bool up = context != NULL && context->err == 0;
    if (up && !server->tls) {
        redisReply *reply = redisCommand(context, "PING");
        up = reply != NULL;
        freeReplyObject(reply);
    }
    redisFree(context);
    return up;
}

void redis_server_start(struct redis_server *server)
{
    if (server->port == 0) {
        server->port = free_port();
        (void)snprintf(server->folder, sizeof(server->folder), "/tmp/chatur-redis-XXXXXX");
        assert_non_null(mkdtemp(server->folder));
        if (server->tls) {
            make_certificates(server);
        }
    }
    server->pid = fork();
    assert_true(server->pid >= 0);
    if (server->pid == 0) {
        become_redis(server);
    }
    for (int waited_ms = 0; !answers(server); waited_ms += 10) {
        assert_true(waited_ms < READY_MS);
        assert_int_equal(waitpid(server->pid, NULL, WNOHANG), 0);
        pause_ms(10);
    }
}

void redis_server_stop(struct redis_server *server)
{
    if (server->pid > 0) {
        assert_int_equal(kill(server->pid, SIGKILL), 0);
        assert_int_equal(waitpid(server->pid, NULL, 0), server->pid);
        server->pid = 0;
    }
}

void redis_server_remove(struct redis_server *server)
{
    char line[128];
    redis_server_stop(server);
    (void)snprintf(line, sizeof(line), "rm -rf %s", server->folder);
    run_shell(line);
    server->port = 0;
}

void redis_server_freeze(const struct redis_server *server)
{
    int status = 0;
    assert_int_equal(kill(server->pid, SIGSTOP), 0);
    assert_int_equal(waitpid(server->pid, &status, WUNTRACED), server->pid);
    assert_true(WIFSTOPPED(status));
}

void redis_server_thaw(const struct redis_server *server)
{
    assert_int_equal(kill(server->pid, SIGCONT), 0);
}

long long redis_server_do(const struct redis_server *server, const char *format, ...)
{
    struct redisContext *context = redisConnect("127.0.0.1", server->port);
    assert_non_null(context);
    assert_int_equal(context->err, 0);
    va_list arguments;
    va_start(arguments, format);
    redisReply *reply = redisvCommand(context, format, arguments);
    va_end(arguments);
    assert_non_null(reply);
    long long integer = reply->type == REDIS_REPLY_INTEGER ? reply->integer : 0;
    assert_int_not_equal(reply->type, REDIS_REPLY_ERROR);
    freeReplyObject(reply);
    redisFree(context);
    return integer;
}
