/* What the contract's cases share. */
#ifndef TESTS_UNIT_STORE_CASES_H
#define TESTS_UNIT_STORE_CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store_contract.h"

#define START_COINS INT64_C(10000)
#define PRICE       INT64_C(250)
#define NOW_MS      INT64_C(1790000000000)
#define DEADLINE_MS (NOW_MS + 2000)

/* Fails with both names, which say more than two numbers. */
#define assert_outcome(actual, wanted)                                                             \
    assert_string_equal(chatur_outcome_name(actual), chatur_outcome_name(wanted))

/* A case's state: an empty database and a store on it. */
struct store_fixture {
    const struct store_backend *backend;
    struct chatur_store *store;
    struct chatur_arena *arena;
};

struct store_cases {
    const struct CMUnitTest *tests;
    size_t count;
};
extern const struct store_cases store_user_cases;
extern const struct store_cases store_coin_cases;
extern const struct store_cases store_email_cases;
extern const struct store_cases store_crowd_cases;
extern const struct store_cases store_crash_cases;

/* Not of the contract: SQLite's own, and MongoDB's. */
extern const struct store_cases store_sqlite_cases;
extern const struct store_cases store_schema_cases;
extern const struct store_cases store_batch_cases;
extern const struct store_cases store_mongo_cases;
extern const struct store_cases store_mongo_erase_cases;
extern const struct store_cases store_mongo_fault_cases;

/* Texts that a careless backend would change, cut, or run. Ends with NULL. */
extern const char *const store_hostile_texts[];

/* Signs `uid` in for the first time, with the address uid@example.com and START_COINS. */
void store_case_sign_in(struct store_fixture *fixture, const char *uid);

/* Asserts a user's three balances, and that they add up to what they started from. */
void store_case_books(struct store_fixture *fixture, const char *uid, int64_t available,
                      int64_t reserved, int64_t used);

/* An email of PRICE, all its texts filled. `id` must be 24 hex digits. */
struct chatur_email store_case_email(const char *uid, const char *id);

/* Reserves PRICE and delivers such an email; asserts that both are done. */
void store_case_generate(struct store_fixture *fixture, const char *uid, const char *id,
                         int64_t created_s);

/* How many emails the user has. */
size_t store_case_history_length(struct store_fixture *fixture, const char *uid);

/* Reserves and delivers under one id, from any thread or process: CHATUR_OK, or the first refusal.
 */
enum chatur_outcome store_case_try(struct chatur_store *store, const char *uid, const char *id,
                                   int64_t coins, int64_t deadline_ms);

/* Closes the fixture's store, as must be before a fork, and opens it again. */
void store_case_close(struct store_fixture *fixture);
void store_case_open(struct store_fixture *fixture);

#endif
