/* Memory that runs out on demand: the allocator's functions, replaced for the whole test program,
 * ours and the libraries'. To be included by exactly one file of it, which has one thread.
 *
 * A trial is run again and again, and the first, second, third… allocation in it fails, until it
 * gets by without that many. It runs twice: with only that allocation failing, and with all after
 * it failing too. Whatever the libraries make of it, the trial must end in an outcome that blames
 * us, and leave no more memory allocated than there was before.
 *
 * Under the address sanitizer its allocator does the work, so that what these paths touch is
 * checked as well. Under valgrind: --soname-synonyms=somalloc=nouserintercepts. */
#ifndef TESTS_UNIT_FAILING_MALLOC_H
#define TESTS_UNIT_FAILING_MALLOC_H

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/outcome.h"

/* The allocator proper. */
#ifdef __SANITIZE_ADDRESS__
#define REAL(function) __interceptor_##function
#else
#define REAL(function) __libc_##function
#endif
void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t count, size_t size);
void *REAL(realloc)(void *memory, size_t size);
void *REAL(memalign)(size_t alignment, size_t size);
void REAL(free)(void *memory);

/* These run before the sanitizer does, and the libraries must find the replacements. */
#define UNCHECKED     __attribute__((noinline, no_sanitize("address", "undefined")))
#define REPLACES_LIBC __attribute__((visibility("default"))) UNCHECKED

static struct {
    long live;    /* allocations that were not freed */
    long counted; /* since the last allocations_fail */
    long number;  /* of the one that fails; 0: none does */
    bool lasting; /* and all after it */
    bool failed;  /* one did */
} allocations;

static UNCHECKED bool is_to_fail(void)
{
    long count = ++allocations.counted;
    if (allocations.number == 0 || count < allocations.number ||
        (count > allocations.number && !allocations.lasting)) {
        return false;
    }
    allocations.failed = true;
    errno = ENOMEM;
    return true;
}

static UNCHECKED void *count_live(void *memory)
{
    allocations.live += memory != NULL;
    return memory;
}

/* The C library's own names of the parameters are reserved ones.
 * NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */

REPLACES_LIBC void *malloc(size_t size)
{
    return is_to_fail() ? NULL : count_live(REAL(malloc)(size));
}

REPLACES_LIBC void *calloc(size_t count, size_t size)
{
    return is_to_fail() ? NULL : count_live(REAL(calloc)(count, size));
}

REPLACES_LIBC void *realloc(void *memory, size_t size)
{
    if (is_to_fail()) {
        return NULL;
    }
    void *moved = REAL(realloc)(memory, size);
    allocations.live += (moved != NULL) - (memory != NULL && (moved != NULL || size == 0));
    return moved;
}

REPLACES_LIBC void *memalign(size_t alignment, size_t size)
{
    return is_to_fail() ? NULL : count_live(REAL(memalign)(alignment, size));
}

REPLACES_LIBC void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

REPLACES_LIBC int posix_memalign(void **memory, size_t alignment, size_t size)
{
    void *made = memalign(alignment, size);
    if (made == NULL) {
        return ENOMEM;
    }
    *memory = made;
    return 0;
}

REPLACES_LIBC void free(void *memory)
{
    allocations.live -= memory != NULL;
    REAL(free)(memory);
}

/* libc's own call its malloc, which is ours by now; the sanitizer's own would not. */
REPLACES_LIBC void *reallocarray(void *memory, size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(memory, bytes);
}

REPLACES_LIBC char *strndup(const char *string, size_t size)
{
    size_t length = strnlen(string, size);
    char *copy = malloc(length + 1);
    if (copy != NULL) {
        memcpy(copy, string, length);
        copy[length] = '\0';
    }
    return copy;
}

REPLACES_LIBC char *strdup(const char *string)
{
    return strndup(string, strlen(string));
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */

#ifdef __SANITIZE_ADDRESS__
/* What a library loses when it finds no memory. */
const char *__lsan_default_suppressions(void);
REPLACES_LIBC const char *__lsan_default_suppressions(void)
{
    return "leak:yaml_parser_load\n"; /* libyaml 0.2.5, its loader's stack */
}
#endif

/* --- trials ----------------------------------------------------------------------------------- */

/* What a trial expects while it runs is said afterwards, when there is memory to say it with. */
static const char *broken_expectation;
#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition) && broken_expectation == NULL) {                                          \
            broken_expectation = #condition;                                                       \
        }                                                                                          \
    } while (0)

struct trial {
    const char *name;
    void (*prepare)(void); /* before each run, with memory enough; may be NULL */
    enum chatur_outcome (*run)(struct chatur_error *error);
    void (*check)(enum chatur_outcome outcome); /* after it, with memory enough; may be NULL */
    enum chatur_outcome also; /* may be the outcome as well; CHATUR_OK: none may */
    bool keeps;               /* may keep memory until the end of its test */
    long leaks;               /* so many allocations a run may lose: a library does */
    int exhaustive;           /* how many allocations fail one by one; after so many again, every
                                 other, and so on; 0: all do */
};

static void check_trial(const struct trial *trial, long number, enum chatur_outcome outcome,
                        const struct chatur_error *error, long leaked)
{
    const char *how = allocations.lasting ? "from allocation" : "at allocation";
    bool expected = outcome == CHATUR_OK || outcome == trial->also || outcome == CHATUR_INTERNAL ||
                    outcome == CHATUR_UNAVAILABLE;
    if (!expected || (outcome == CHATUR_OK) != (error->detail[0] == '\0')) {
        fail_msg("%s, %s %ld: %s, \"%s\"", trial->name, how, number, chatur_outcome_name(outcome),
                 error->detail);
    }
    if (outcome == CHATUR_INTERNAL && error->message[0] != '\0') {
        fail_msg("%s, %s %ld: told the client \"%s\"", trial->name, how, number, error->message);
    }
    if (broken_expectation != NULL) {
        fail_msg("%s, %s %ld: not so: %s", trial->name, how, number, broken_expectation);
    }
    bool tidy = leaked >= 0 && leaked <= trial->leaks;
    if (!tidy && !trial->keeps && number > 0) {
        fail_msg("%s, %s %ld: %ld allocations too many are left", trial->name, how, number, leaked);
    }
}

/* What is logged during a run is no news; but a sanitizer's report is. */
static struct {
    int standard_error;
    const char *name;
    long number;
} running;

static void start_run(const struct trial *trial, long number, bool lasting)
{
    broken_expectation = NULL;
    running.name = trial->name;
    running.number = number;
    running.standard_error = dup(STDERR_FILENO);
    assert_true(running.standard_error >= 0);
#ifndef __SANITIZE_ADDRESS__
    int silence = open("/dev/null", O_WRONLY | O_CLOEXEC);
    assert_true(silence >= 0);
    (void)dup2(silence, STDERR_FILENO);
    (void)close(silence);
#endif
    allocations.counted = 0;
    allocations.failed = false;
    allocations.lasting = lasting;
    allocations.number = number;
}

static void end_run(void)
{
    allocations.number = 0;
    (void)dup2(running.standard_error, STDERR_FILENO);
    (void)close(running.standard_error);
}

/* Says in which run the program crashed: only the number finds the place again. */
static void report_crash(int number)
{
    char text[200];
    allocations.number = 0;
    /* There is nothing left to be spoiled. NOLINTNEXTLINE(bugprone-signal-handler,cert-sig30-c) */
    int length = snprintf(text, sizeof(text), "%s, at or from allocation %ld: signal %d\n",
                          running.name, running.number, number);
    (void)!write(running.standard_error, text, (size_t)length);
    _exit(EXIT_FAILURE);
}

/* Returns false when nothing failed. */
static bool try_once(const struct trial *trial, long number, bool lasting)
{
    struct chatur_error error = {0};
    if (trial->prepare != NULL) {
        trial->prepare();
    }
    long live = allocations.live;
    start_run(trial, number, lasting);
    enum chatur_outcome outcome = trial->run(&error);
    end_run();
    bool failed = allocations.failed;
    check_trial(trial, number, outcome, &error, allocations.live - live);
    if (trial->check != NULL) {
        trial->check(outcome);
    }
    if (!failed && outcome != CHATUR_OK) {
        fail_msg("%s fails with memory enough: %s, \"%s\"", trial->name,
                 chatur_outcome_name(outcome), error.detail);
    }
    return failed;
}

static void sweep(const struct trial *trial)
{
    bool reached = false;
    tzset(); /* libc keeps what it read for the first time of day */
#ifdef __SANITIZE_ADDRESS__
    (void)report_crash; /* the sanitizer does */
#else
    (void)signal(SIGSEGV, report_crash);
    (void)signal(SIGABRT, report_crash);
#endif
    (void)try_once(trial, 0, false); /* what a library makes for good, it makes here */
    for (int lasting = 0; lasting < 2; lasting++) {
        long number = 1;
        while (try_once(trial, number, lasting != 0)) {
            reached = true;
            number += 1 + (trial->exhaustive > 0 ? number / trial->exhaustive : 0);
        }
    }
    if (!reached) {
        fail_msg("%s: no allocation could be made to fail", trial->name);
    }
}

#endif
