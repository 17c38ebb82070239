#include "proxy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

bool (*proxy_lets_pass)(const char *bytes, size_t length);

static _Atomic(int) *the_mode;
static int the_server;

/* False: the connection is over. */
static bool ask(int server, const char *bytes, size_t length)
{
    return (proxy_lets_pass != NULL && !proxy_lets_pass(bytes, length)) ||
           send(server, bytes, length, MSG_NOSIGNAL) == (ssize_t)length;
}

/* The same. */
static bool answer(int client, const char *bytes, size_t length)
{
    static const char *const texts[] = {
        [PROXY_BABBLES] = "HTTP/1.1 400 Bad Request\r\n\r\n",
        [PROXY_LOADS] = "-LOADING Redis is loading the dataset in memory\r\n",
        [PROXY_LOCKED] = "-NOAUTH Authentication required.\r\n",
        [PROXY_LIES] = ":1\r\n",
    };
    const struct timespec pause = {.tv_nsec = 50000000};
    const struct timespec lag = {.tv_nsec = 200000000};
    enum proxy_mode mode = (enum proxy_mode)atomic_load(the_mode);
    switch (mode) {
    case PROXY_DRIPS:
        for (size_t i = 0; i < length; i++) {
            (void)nanosleep(&pause, NULL);
            if (send(client, bytes + i, 1, MSG_NOSIGNAL) != 1) {
                return false;
            }
        }
        return true;
    case PROXY_MUTE:
        return true;
    case PROXY_CUTS:
        (void)send(client, bytes, length / 2, MSG_NOSIGNAL);
        return false;
    case PROXY_BABBLES:
    case PROXY_LOADS:
    case PROXY_LOCKED:
    case PROXY_LIES:
        return send(client, texts[mode], strlen(texts[mode]), MSG_NOSIGNAL) > 0;
    case PROXY_LAGS:
        (void)nanosleep(&lag, NULL);
        break;
    case PROXY_PASSES:
        break;
    }
    return send(client, bytes, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static void *pass_on(void *argument)
{
    char bytes[4096];
    int client = *(int *)argument;
    free(argument);
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)the_server),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct pollfd ends[] = {{.fd = client, .events = POLLIN}, {.fd = server, .events = POLLIN}};
    bool open = connect(server, (const struct sockaddr *)&address, sizeof(address)) == 0;
    while (open && poll(ends, 2, -1) > 0) {
        if (ends[0].revents != 0) {
            ssize_t count = recv(client, bytes, sizeof(bytes), 0);
            open = count > 0 && ask(server, bytes, (size_t)count);
        }
        if (open && ends[1].revents != 0) {
            ssize_t count = recv(server, bytes, sizeof(bytes), 0);
            open = count > 0 && answer(client, bytes, (size_t)count);
        }
    }
    (void)close(client);
    (void)close(server);
    return NULL;
}

static _Noreturn void be_proxy(int listener)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (true) {
        pthread_t thread;
        int *client = malloc(sizeof(*client));
        if (client == NULL) {
            _exit(1);
        }
        *client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (*client < 0 || pthread_create(&thread, NULL, pass_on, client) != 0) {
            _exit(1);
        }
        (void)pthread_detach(thread);
    }
}

void proxy_start(struct proxy *proxy, int server_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(listener, 128), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    proxy->port = ntohs(address.sin_port);
    proxy->mode =
        mmap(NULL, sizeof(*proxy->mode), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(proxy->mode, MAP_FAILED);
    the_mode = proxy->mode;
    the_server = server_port;
    proxy->pid = fork();
    assert_true(proxy->pid >= 0);
    if (proxy->pid == 0) {
        be_proxy(listener);
    }
    (void)close(listener);
}

void proxy_stop(struct proxy *proxy)
{
    assert_int_equal(kill(proxy->pid, SIGKILL), 0);
    assert_int_equal(waitpid(proxy->pid, NULL, 0), proxy->pid);
    (void)munmap(proxy->mode, sizeof(*proxy->mode));
}
