/* The process's random part is made once per process: pthread_atfork drops it in a child, so that
 * two workers of one parent can never count through the same ids. */
#include "base/id.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/clock.h"

static pthread_once_t registered = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool seeded;
static unsigned char process_part[5];
static uint32_t counter;

static void forget_seed(void)
{
    seeded = false;
    lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
}

static void register_fork_handler(void)
{
    if (pthread_atfork(NULL, NULL, forget_seed) != 0) {
        abort(); /* ids that may repeat would overwrite emails: better not to start */
    }
}

void chatur_random(void *bytes, size_t length)
{
    unsigned char *next = bytes;
    while (length > 0) {
        ssize_t filled = getrandom(next, length, 0);
        if (filled < 0) {
            abort();
        }
        next += filled;
        length -= (size_t)filled;
    }
}

void chatur_hex(const void *bytes, size_t length, char *hex)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *next = bytes;
    for (size_t i = 0; i < length; i++) {
        hex[2 * i] = digits[next[i] >> 4];
        hex[2 * i + 1] = digits[next[i] & 15];
    }
    hex[2 * length] = '\0';
}

void chatur_id_new(char id[CHATUR_ID_LENGTH + 1])
{
    unsigned char bytes[CHATUR_ID_LENGTH / 2];
    (void)pthread_once(&registered, register_fork_handler);

    /* The time is read under the lock too: a later id must never carry an earlier second. */
    (void)pthread_mutex_lock(&lock);
    if (!seeded) {
        chatur_random(process_part, sizeof(process_part));
        chatur_random(&counter, sizeof(counter));
        counter &= 0x7fffff; /* starts low, so that it rarely wraps within a second */
        seeded = true;
    }
    uint32_t now = (uint32_t)chatur_now_s();
    uint32_t count = counter++;
    for (size_t i = 0; i < sizeof(process_part); i++) {
        bytes[4 + i] = process_part[i];
    }
    (void)pthread_mutex_unlock(&lock);

    for (size_t i = 0; i < 4; i++) {
        bytes[i] = (unsigned char)(now >> (24 - 8 * i));
    }
    for (size_t i = 0; i < 3; i++) {
        bytes[9 + i] = (unsigned char)(count >> (16 - 8 * i));
    }
    chatur_hex(bytes, sizeof(bytes), id);
}

bool chatur_id_valid(const char *id)
{
    for (size_t i = 0; i < CHATUR_ID_LENGTH; i++) {
        char digit = id[i];
        bool is_hex = (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f') ||
                      (digit >= 'A' && digit <= 'F');
        if (!is_hex) {
            return false;
        }
    }
    return id[CHATUR_ID_LENGTH] == '\0';
}
