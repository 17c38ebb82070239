/* The least a FastCGI program can do: the yardstick that the endpoints are measured against. Plain
 * libfcgi, 16 threads in FCGX_Accept_r, a fixed answer of HELLO_BYTES. Standard input is the
 * listening socket, so the supervisor runs it as it runs the endpoints. */
#include <fcgiapp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS   16
#define MAX_BYTES (64L << 20)

static char *answer; /* made before the first thread */
static int answer_length;

static void *work(void *unused)
{
    FCGX_Request request;
    (void)unused;
    if (FCGX_InitRequest(&request, 0, 0) != 0) {
        return NULL;
    }
    while (FCGX_Accept_r(&request) >= 0) {
        (void)FCGX_PutStr(answer, answer_length, request.out);
        FCGX_Finish_r(&request);
    }
    return NULL;
}

int main(void)
{
    const char *size = getenv("HELLO_BYTES"); /* NOLINT(concurrency-mt-unsafe): no threads yet */
    char *end = NULL;
    long bytes = size != NULL ? strtol(size, &end, 10) : -1;
    if (bytes < 0 || bytes > MAX_BYTES || end == size || *end != '\0') {
        (void)fprintf(stderr, "HELLO_BYTES=N hello, with a listening socket as standard input\n");
        return 2;
    }
    char head[128];
    int head_length = snprintf(head, sizeof(head),
                               "Status: 200 OK\r\nContent-Type: application/json\r\n"
                               "Content-Length: %ld\r\n\r\n",
                               bytes);
    answer_length = head_length + (int)bytes;
    answer = malloc((size_t)answer_length);
    if (answer == NULL || FCGX_Init() != 0) {
        (void)fprintf(stderr, "hello: cannot start\n");
        return 1;
    }
    /* libfcgi takes TERM for the end of the next request, which may never come. */
    (void)signal(SIGTERM, SIG_DFL);
    memcpy(answer, head, (size_t)head_length);
    (void)memset(answer + head_length, 'x', (size_t)bytes);

    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, work, NULL) != 0) {
            (void)fprintf(stderr, "hello: cannot start a thread\n");
            return 1;
        }
    }
    for (int i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    free(answer);
    return 0;
}
