/* A thread of our own and not getaddrinfo_a, which is the same with a fixed crowd of threads and a
 * request that must not be freed before it is answered. The thread lives for one lookup: nothing
 * runs between connections, nothing has to be stopped, and a process may end in the middle of it
 * (plain CGI does). Every connection asks anew, so that a name that was given to another server is
 * followed; how long an answer is good for is the system's resolver's to know. */
#include "cache/redis_resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

struct redis_resolver {
    char *host;
    char *port;
    bool is_address; /* `known` is what the host says itself, and all there ever is */

    pthread_mutex_t lock; /* for all below */
    pthread_cond_t answered;
    bool looking;     /* there is a thread */
    bool abandoned;   /* and it is the last to know of this */
    int64_t began_us; /* when it began */
    uint64_t lookups; /* how many have ended */
    int failure;      /* of the last one: EAI_…, 0: none */
    struct redis_addresses known;
};

/* --- making it -------------------------------------------------------------------------------- */

static void dispose(struct redis_resolver *resolver)
{
    (void)pthread_cond_destroy(&resolver->answered);
    (void)pthread_mutex_destroy(&resolver->lock);
    free(resolver->host);
    free(resolver->port);
    free(resolver);
}

static bool read_address(const char *host, const char *port, struct redis_addresses *addresses)
{
    const in_port_t number = htons((in_port_t)strtoul(port, NULL, 10));
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = number};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = number};
    if (inet_pton(AF_INET, host, &four.sin_addr) == 1) {
        addresses->lengths[0] = sizeof(four);
        memcpy(&addresses->at[0], &four, sizeof(four));
    } else if (inet_pton(AF_INET6, host, &six.sin6_addr) == 1) {
        addresses->lengths[0] = sizeof(six);
        memcpy(&addresses->at[0], &six, sizeof(six));
    } else {
        return false;
    }
    addresses->count = 1;
    return true;
}

struct redis_resolver *redis_resolver_new(const char *host, const char *port)
{
    pthread_condattr_t monotonic;
    struct redis_resolver *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        return NULL;
    }
    (void)pthread_mutex_init(&made->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&made->answered, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    made->host = strdup(host);
    made->port = strdup(port);
    if (made->host == NULL || made->port == NULL) {
        dispose(made);
        return NULL;
    }
    made->is_address = read_address(host, port, &made->known);
    return made;
}

void redis_resolver_free(struct redis_resolver *resolver)
{
    if (resolver == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&resolver->lock);
    bool looking = resolver->looking;
    resolver->abandoned = true;
    (void)pthread_mutex_unlock(&resolver->lock);
    if (!looking) {
        dispose(resolver);
    }
}

/* --- looking up ------------------------------------------------------------------------------- */

static void learn(struct redis_addresses *known, const struct addrinfo *found)
{
    known->count = 0;
    for (; found != NULL && known->count < REDIS_ADDRESSES_MAX; found = found->ai_next) {
        if (found->ai_addrlen <= sizeof(known->at[0])) {
            memcpy(&known->at[known->count], found->ai_addr, found->ai_addrlen);
            known->lengths[known->count++] = found->ai_addrlen;
        }
    }
}

/* The name's owner has taken it back: whoever is at its address now need not be theirs. */
static bool is_gone(int failure)
{
    return failure == EAI_NONAME || failure == EAI_NODATA;
}

static void *look_up(void *argument)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct redis_resolver *resolver = argument;
    struct addrinfo *found = NULL;
    int failure = getaddrinfo(resolver->host, resolver->port, &hints, &found);

    (void)pthread_mutex_lock(&resolver->lock);
    if (failure == 0) {
        learn(&resolver->known, found);
    } else if (is_gone(failure)) {
        resolver->known.count = 0;
    }
    resolver->failure = failure;
    resolver->lookups++;
    resolver->looking = false;
    bool abandoned = resolver->abandoned;
    (void)pthread_cond_broadcast(&resolver->answered);
    (void)pthread_mutex_unlock(&resolver->lock);
    if (failure == 0) {
        freeaddrinfo(found);
    }
    if (abandoned) {
        dispose(resolver);
    }
    return NULL;
}

/* With the lock. The thread has its maker's signal mask: where signals are waited for by one
 * thread, all others have them blocked. */
static bool begin(struct redis_resolver *resolver, int64_t now_us)
{
    pthread_t thread;
    pthread_attr_t detached;
    if (pthread_attr_init(&detached) != 0) {
        return false;
    }
    (void)pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    resolver->looking = pthread_create(&thread, &detached, look_up, resolver) == 0;
    resolver->began_us = now_us;
    (void)pthread_attr_destroy(&detached);
    return resolver->looking;
}

/* With the lock, which is let go meanwhile: until the lookup that is running has ended. False: it
 * has not. */
static bool await(struct redis_resolver *resolver, int64_t until_us)
{
    const struct timespec until = {.tv_sec = until_us / 1000000,
                                   .tv_nsec = until_us % 1000000 * 1000};
    const uint64_t before = resolver->lookups;
    int late = 0;
    while (resolver->lookups == before && late == 0) {
        late = pthread_cond_timedwait(&resolver->answered, &resolver->lock, &until);
    }
    return resolver->lookups != before;
}

/* With the lock. Why nothing is known; NULL: it is. */
static const char *ask(struct redis_resolver *resolver, int64_t deadline_us)
{
    const int64_t now_us = chatur_monotonic_us();
    if (resolver->is_address) {
        return NULL;
    }
    if (!resolver->looking && !begin(resolver, now_us)) {
        return resolver->known.count > 0 ? NULL : "there is no thread to look its name up";
    }
    /* From the lookup's beginning: who comes to one that has taken too long already need not find
     * that out again. */
    const int64_t patient_until_us = resolver->began_us + REDIS_RESOLVER_PATIENCE_US;
    bool hurried = resolver->known.count > 0 && patient_until_us < deadline_us;
    bool answered = await(resolver, hurried ? patient_until_us : deadline_us);
    if (resolver->known.count > 0) {
        return NULL;
    }
    return answered ? gai_strerror(resolver->failure) : "its name is not looked up in time";
}

bool redis_resolver_find(struct redis_resolver *resolver, int64_t deadline_us,
                         struct redis_addresses *addresses, struct chatur_error *error)
{
    (void)pthread_mutex_lock(&resolver->lock);
    const char *reason = ask(resolver, deadline_us);
    *addresses = resolver->known;
    (void)pthread_mutex_unlock(&resolver->lock);
    if (reason != NULL) {
        (void)chatur_fail(error, CHATUR_UNAVAILABLE, "%s", reason);
    }
    return reason == NULL;
}
