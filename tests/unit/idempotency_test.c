/* Idempotency-Key, on a real store in a folder of its own. The generator and the clock are
 * stand-ins that the tests hold in their hands. What every test comes down to: one key, one email,
 * one price. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/json_digest.h"
#include "mail/idempotency.h"
#include "mail/mail.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define assert_outcome(actual, wanted)                                                             \
    assert_string_equal(chatur_outcome_name(actual), chatur_outcome_name(wanted))

#define START_COINS 100000
#define MAX_MS      5000
#define DAY_MS      (INT64_C(24) * 3600 * 1000)

/* --- stand-ins -------------------------------------------------------------------------------- */

static _Atomic int64_t now_ms;

int64_t chatur_now_s(void)
{
    return now_ms / 1000;
}

int64_t chatur_now_ms(void)
{
    return now_ms;
}

int64_t chatur_monotonic_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct chatur_generator {
    enum chatur_outcome outcome;
    void (*meanwhile)(void); /* happens while it writes, once; NULL: nothing */
    atomic_uint calls;       /* its texts are numbered */
};

static struct chatur_generator writer;

const char *chatur_generator_notice(const struct chatur_attribution *by, const char *language,
                                    const char *instructions)
{
    (void)by;
    (void)instructions;
    return language;
}

int64_t chatur_generator_max_ms(const struct chatur_generator *generator)
{
    (void)generator;
    return MAX_MS;
}

enum chatur_outcome chatur_generator_write(struct chatur_generator *generator,
                                           const struct chatur_brief *brief,
                                           struct chatur_sink *sink, struct chatur_arena *arena,
                                           struct chatur_draft *draft, struct chatur_error *error)
{
    (void)brief;
    char text[20];
    (void)snprintf(text, sizeof(text), "text %u", atomic_fetch_add(&generator->calls, 1) + 1);
    void (*meanwhile)(void) = generator->meanwhile;
    enum chatur_outcome outcome = generator->outcome;
    generator->meanwhile = NULL;
    if (sink != NULL) {
        sink->put(sink, text, strlen(text));
    }
    if (meanwhile != NULL) {
        meanwhile();
    }
    if (outcome != CHATUR_OK) {
        return chatur_fail(error, outcome, "as the test wants it");
    }
    *draft = (struct chatur_draft){
        .text = chatur_arena_strdup(arena, text),
        .by = {.provider = "test", .model = "m", .finish_reason = "stop", .template_version = "v"}};
    return CHATUR_OK;
}

/* --- one person, and another ------------------------------------------------------------------ */

static char folder[64];
static char database[96];
static struct chatur_config config;
static struct chatur_folder *templates;
static struct chatur_mail mail;
static struct chatur_arena *arena;
static struct chatur_user user;
static struct chatur_order order;
static int64_t price;

static struct chatur_user sign_in(const char *uid, int64_t coins)
{
    char address[64];
    struct chatur_user signed_in = {0};
    (void)snprintf(address, sizeof(address), "%s@example.com", uid);
    const struct chatur_profile profile = {.uid = uid,
                                           .email = address,
                                           .name = "",
                                           .picture = "",
                                           .login_method = "dev",
                                           .fcm_token = ""};
    assert_outcome(
        chatur_store_user_sign_in(mail.store, &profile, coins, now_ms, arena, &signed_in, NULL),
        CHATUR_OK);
    return signed_in;
}

static struct json_object *parse(const char *json)
{
    struct json_object *object = NULL;
    assert_outcome(chatur_json_parse_object(json, strlen(json), arena, &object, NULL), CHATUR_OK);
    return object;
}

static int set_up(void **state)
{
    (void)state;
    char uri[128];
    now_ms = INT64_C(1790000000321);
    (void)snprintf(folder, sizeof(folder), "/tmp/chatur-idempotency-XXXXXX");
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    (void)snprintf(database, sizeof(database), "%s/chatur.db", folder);
    (void)snprintf(uri, sizeof(uri), "sqlite:%s", database);
    arena = chatur_arena_new((size_t)1 << 20);
    templates = chatur_folder_new("templates", &chatur_template_kind);
    if (arena == NULL || templates == NULL) {
        return -1;
    }
    config = (struct chatur_config){.db_uri = chatur_arena_strdup(arena, uri),
                                    .db_durability = "normal"};
    mail = (struct chatur_mail){.templates = templates, .generator = &writer};
    writer.outcome = CHATUR_OK;
    writer.meanwhile = NULL;
    writer.calls = 0;
    const struct chatur_folder_view *view = NULL;
    if (chatur_store_new(&config, &mail.store, NULL) != CHATUR_OK ||
        chatur_folder_borrow(templates, arena, &view, NULL) != CHATUR_OK) {
        return -1;
    }
    const struct chatur_template *template = view->items[0];
    price = template->price;
    order = (struct chatur_order){.prompt_id = template->id,
                                  .subject = "Lunch",
                                  .keywords = "noon",
                                  .to = "ravi@example.org",
                                  .idempotency_key = "key-1",
                                  .request = parse("{\"subject\":\"Lunch\"}")};
    user = sign_in("asha", START_COINS);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    const char *const tails[] = {"", "-wal", "-shm"};
    chatur_store_free(mail.store);
    chatur_arena_free(arena); /* gives back what was borrowed */
    chatur_folder_free(templates);
    for (size_t i = 0; i < COUNT_OF(tails); i++) {
        char path[128];
        (void)snprintf(path, sizeof(path), "%s%s", database, tails[i]);
        (void)unlink(path);
    }
    return rmdir(folder);
}

static struct chatur_email email; /* the last answer */
static bool replayed;
static struct chatur_error error;

static enum chatur_outcome generate(void)
{
    error = (struct chatur_error){0};
    return chatur_mail_generate(&mail, &user, &order, NULL, arena, &email, &replayed, &error);
}

/* The answer is this text, written now. */
static void assert_written(const char *text)
{
    assert_outcome(generate(), CHATUR_OK);
    assert_false(replayed);
    assert_string_equal(email.text, text);
}

/* The answer is this text, written earlier. */
static void assert_replayed(const char *text)
{
    assert_outcome(generate(), CHATUR_OK);
    assert_true(replayed);
    assert_string_equal(email.text, text);
}

static int64_t ask(const char *sql)
{
    sqlite3 *connection = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open(database, &connection), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(connection, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(connection);
    return number;
}

/* So many were paid for, and nothing is on its way. */
static void assert_paid(const char *uid, int64_t start, int64_t emails)
{
    struct chatur_user found = {0};
    assert_outcome(chatur_store_user_find(mail.store, uid, arena, &found, NULL), CHATUR_OK);
    assert_int_equal(found.available_coins, start - emails * price);
    assert_int_equal(found.used_coins, emails * price);
    assert_int_equal(ask("SELECT count(*) FROM reservations"), 0);
}

/* --- the header ------------------------------------------------------------------------------- */

static void a_malformed_key_is_refused(void **state)
{
    (void)state;
    char longest[CHATUR_IDEMPOTENCY_KEY_MAX + 2];
    memset(longest, 'k', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    const char *const malformed[] = {
        "",
        "\"\"",
        " ",
        "a b",
        "\"a b\"",
        "\"abc",
        "abc\"\"\x7f",
        "\"a\"b\"",
        "\"abc\";p=1",
        "a\tb",
        "caf\xc3\xa9",
        "\"\\a\"",
        "\"abc\\\"",
        "\"abc\" ",
        "\"",
        "\"\\",
        "a, b",
        longest,
        "\"\xe2\x82\xac\"",
    };
    for (size_t i = 0; i < COUNT_OF(malformed); i++) {
        order.idempotency_key = malformed[i];
        if (generate() != CHATUR_BAD_REQUEST) {
            fail_msg("Idempotency-Key: %s", malformed[i]);
        }
        assert_non_null(strstr(error.message, "1 to 255 visible ASCII characters"));
    }
    assert_int_equal(writer.calls, 0);
    assert_paid("asha", START_COINS, 0);
    longest[CHATUR_IDEMPOTENCY_KEY_MAX] = '\0';
    order.idempotency_key = longest;
    assert_written("text 1");
}

static void a_key_is_the_same_with_quotes_and_without(void **state)
{
    (void)state;
    const struct {
        const char *first;
        const char *again;
    } rows[] = {
        {"8e03978e-40d5-43dd-bc93-6894a57f9324", "\"8e03978e-40d5-43dd-bc93-6894a57f9324\""},
        {"\"a\\\"b\"", "a\"b"},
        {"\"a\\\\b\"", "a\\b"},
        {"~", "\"~\""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        order.idempotency_key = rows[i].first;
        assert_outcome(generate(), CHATUR_OK);
        assert_false(replayed);
        order.idempotency_key = rows[i].again;
        assert_outcome(generate(), CHATUR_OK);
        assert_true(replayed);
    }
    const char *const others[] = {"K", "k", "k1", "k 1" + 2, "k-1", "k_1"};
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        order.idempotency_key = others[i];
        assert_outcome(generate(), CHATUR_OK);
        assert_false(replayed);
    }
}

/* --- the request ------------------------------------------------------------------------------ */

static void the_same_request_has_the_same_digest(void **state)
{
    (void)state;
    static const struct {
        const char *one;
        const char *other;
        bool same;
    } rows[] = {
        {"{}", "{\"a\":1}", false},
        {"{\"a\":1}", "{\"a\":2}", false},
        {"{\"a\":1}", "{\"b\":1}", false},
        {"{\"a\":1}", "{\"a\":1.0}", false},
        {"{\"a\":1}", "{\"a\":\"1\"}", false},
        {"{\"a\":1}", "{\"a\":true}", false},
        {"{\"a\":null}", "{}", false},
        {"{\"a\":null}", "{\"a\":\"null\"}", false},
        {"{\"a\":false}", "{\"a\":null}", false},
        {"{\"a\":\"x\"}", "{\"a\":\"x \"}", false},
        {"{\"a\":\"x\"}", "{\"a\":\"X\"}", false},
        {"{\"a\":[1,2]}", "{\"a\":[2,1]}", false},
        {"{\"a\":[]}", "{\"a\":{}}", false},
        {"{\"a\":[1,[2]]}", "{\"a\":[[1],2]}", false},
        {"{\"a\":\"b\",\"c\":\"d\"}", "{\"a\":\"b\\\",\\\"c\\\":\\\"d\"}", false},
        {"{\"a\":{\"b\":1},\"c\":2}", "{\"a\":{\"b\":1,\"c\":2}}", false},
        {"{\"a\":1e3}", "{\"a\":1000.5}", false},
        {"", "{}", true},
        {"{\"a\":1,\"b\":2}", "{ \"b\" : 2,\n\t\"a\" : 1 }", true},
        {"{\"a\":{\"x\":1,\"y\":[{\"p\":1,\"q\":2}]}}",
         "{\"a\":{\"y\":[{\"q\":2,\"p\":1}],\"x\":1}}", true},
        {"{\"\\u0061\":\"\\u00e9\\/\"}", "{\"a\":\"\xc3\xa9/\"}", true},
        {"{\"a\":1e3}", "{\"a\":1000.0}", true},
        {"{\"a\":-0}", "{\"a\":0}", true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char one[CHATUR_DIGEST_LENGTH + 1];
        char other[CHATUR_DIGEST_LENGTH + 1];
        assert_outcome(chatur_json_digest(parse(rows[i].one), one, NULL), CHATUR_OK);
        assert_outcome(chatur_json_digest(parse(rows[i].other), other, NULL), CHATUR_OK);
        assert_int_equal(strlen(one), CHATUR_DIGEST_LENGTH);
        if ((strcmp(one, other) == 0) != rows[i].same) {
            fail_msg("%s and %s", rows[i].one, rows[i].other);
        }
    }
    /* SHA-256 of {"a":"b"}, as anybody else computes it. */
    char known[CHATUR_DIGEST_LENGTH + 1];
    assert_outcome(chatur_json_digest(parse("{ \"a\": \"b\" }"), known, NULL), CHATUR_OK);
    assert_string_equal(known, "db4a7ecb114bc66c623a06c4ff6fe8daa2f49cc270ebbf7a1f81e22ab061c837");
}

static void another_request_under_the_key_is_refused(void **state)
{
    (void)state;
    assert_written("text 1");
    order.request = parse("{\"subject\":\"Dinner\"}");
    assert_outcome(generate(), CHATUR_MISMATCH);
    assert_false(replayed);
    order.request = parse(" {\"subject\" : \"Lunch\"} ");
    assert_replayed("text 1");
    assert_paid("asha", START_COINS, 1);
}

/* --- done ------------------------------------------------------------------------------------- */

static void a_retry_finds_the_first_answer(void **state)
{
    (void)state;
    assert_written("text 1");
    struct chatur_email first = email;
    assert_int_equal(strlen(first.fingerprint), CHATUR_DIGEST_LENGTH);
    assert_true(chatur_id_valid(first.id));
    for (int i = 0; i < 3; i++) {
        now_ms += 3600000;
        assert_replayed("text 1");
        assert_string_equal(email.id, first.id);
        assert_string_equal(email.fingerprint, first.fingerprint);
        assert_string_equal(email.uid, "asha");
        assert_string_equal(email.subject, "Lunch");
        assert_string_equal(email.by.provider, "test");
        assert_int_equal(email.coins, price);
        assert_int_equal(email.created_s, first.created_s);
    }
    assert_int_equal(writer.calls, 1);
    assert_paid("asha", START_COINS, 1);
}

static void without_a_key_each_request_is_its_own(void **state)
{
    (void)state;
    order.idempotency_key = NULL;
    order.request = NULL;
    assert_written("text 1");
    assert_string_equal(email.fingerprint, "");
    assert_written("text 2");
    assert_paid("asha", START_COINS, 2);
}

static void a_key_is_its_users_alone(void **state)
{
    (void)state;
    assert_written("text 1");
    char id[CHATUR_ID_LENGTH + 1];
    (void)snprintf(id, sizeof(id), "%s", email.id);
    user = sign_in("ravi", START_COINS);
    assert_written("text 2");
    assert_string_not_equal(email.id, id);
    /* Nor does it help to move the border between the names. */
    user = sign_in("ashak", START_COINS);
    order.idempotency_key = "ey-1";
    assert_written("text 3");
    assert_paid("asha", START_COINS, 1);
    assert_paid("ravi", START_COINS, 1);
    assert_paid("ashak", START_COINS, 1);
}

static void who_spent_the_last_coins_may_ask_again(void **state)
{
    (void)state;
    user = sign_in("exact", price);
    assert_written("text 1");
    assert_replayed("text 1");
    order.idempotency_key = "another";
    assert_outcome(generate(), CHATUR_NO_COINS);
    assert_paid("exact", price, 1);
}

static void a_template_that_is_gone_does_not_matter_to_a_retry(void **state)
{
    (void)state;
    assert_written("text 1");
    order.prompt_id = "999";
    assert_replayed("text 1");
    order.idempotency_key = "another";
    assert_outcome(generate(), CHATUR_NOT_FOUND);
}

static void a_deleted_email_frees_its_key(void **state)
{
    (void)state;
    assert_written("text 1");
    assert_outcome(chatur_store_email_delete(mail.store, "asha", email.id, NULL), CHATUR_OK);
    order.request = parse("{\"subject\":\"Dinner\"}");
    assert_written("text 2");
    assert_replayed("text 2");
    assert_paid("asha", START_COINS, 2);
}

struct collector {
    struct chatur_sink sink;
    char text[40];
};

static void collect(struct chatur_sink *sink, const char *text, size_t length)
{
    struct collector *collector = (struct collector *)sink;
    (void)strncat(collector->text, text, length);
}

static void a_replay_puts_nothing_into_the_sink(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct collector collector = {.sink = {.put = collect}};
        assert_outcome(chatur_mail_generate(&mail, &user, &order, &collector.sink, arena, &email,
                                            &replayed, NULL),
                       CHATUR_OK);
        assert_int_equal(replayed, i == 1);
        assert_string_equal(email.text, "text 1");
        assert_string_equal(collector.text, i == 0 ? "text 1" : "");
    }
}

/* --- a day later ------------------------------------------------------------------------------ */

static void after_a_day_the_key_is_free(void **state)
{
    (void)state;
    now_ms -= now_ms % 1000;
    assert_written("text 1");
    now_ms += DAY_MS - 1;
    assert_replayed("text 1");
    now_ms += 1;
    order.request = parse("{\"subject\":\"Dinner\"}"); /* not that one's business any more */
    assert_written("text 2");
    assert_replayed("text 2");
    now_ms += DAY_MS - 1;
    assert_replayed("text 2");
    now_ms += 1;
    assert_written("text 3");
    assert_replayed("text 3");
    assert_paid("asha", START_COINS, 3);
}

static void a_key_for_everything_comes_to_an_end(void **state)
{
    (void)state;
    for (int i = 0; i < 32; i++) {
        assert_outcome(generate(), CHATUR_OK);
        assert_false(replayed);
        now_ms += DAY_MS;
    }
    assert_outcome(generate(), CHATUR_BAD_REQUEST);
    assert_string_equal(error.message, "This Idempotency-Key was used too often; take a new one");
    assert_paid("asha", START_COINS, 32);
}

/* --- running ---------------------------------------------------------------------------------- */

static enum chatur_outcome outcome_meanwhile;
static struct chatur_error error_meanwhile;
static bool replayed_meanwhile;
static const char *text_meanwhile;

static void ask_meanwhile(void)
{
    struct chatur_email another = {0};
    error_meanwhile = (struct chatur_error){0};
    outcome_meanwhile = chatur_mail_generate(&mail, &user, &order, NULL, arena, &another,
                                             &replayed_meanwhile, &error_meanwhile);
    text_meanwhile = another.text;
}

static void a_running_request_is_waited_for(void **state)
{
    (void)state;
    writer.meanwhile = ask_meanwhile;
    assert_written("text 1");
    assert_outcome(outcome_meanwhile, CHATUR_CONFLICT);
    assert_string_equal(error_meanwhile.message,
                        "A request with this Idempotency-Key is still running");
    assert_int_equal(error_meanwhile.retry_after_s, 1);
    assert_int_equal(writer.calls, 1);
    assert_replayed("text 1");

    /* Also when the coins are just enough for one. */
    user = sign_in("exact", price);
    writer.meanwhile = ask_meanwhile;
    assert_written("text 2");
    assert_outcome(outcome_meanwhile, CHATUR_CONFLICT);
    assert_paid("exact", price, 1);
}

static void a_failure_frees_the_key(void **state)
{
    (void)state;
    const enum chatur_outcome failures[] = {CHATUR_BAD_ANSWER, CHATUR_TIMEOUT, CHATUR_UNAVAILABLE,
                                            CHATUR_INTERNAL};
    for (size_t i = 0; i < COUNT_OF(failures); i++) {
        writer.outcome = failures[i];
        assert_outcome(generate(), failures[i]);
        assert_false(replayed);
        assert_paid("asha", START_COINS, 0);
    }
    writer.outcome = CHATUR_OK;
    order.request = parse("{\"subject\":\"Dinner\"}");
    assert_written("text 5");
    assert_paid("asha", START_COINS, 1);
}

/* What a crash leaves behind: a reservation that nobody will settle. */
static void a_crash_frees_the_key_at_the_deadline(void **state)
{
    (void)state;
    assert_written("text 1");
    char id[CHATUR_ID_LENGTH + 1];
    (void)snprintf(id, sizeof(id), "%s", email.id);
    assert_outcome(chatur_store_email_delete(mail.store, "asha", id, NULL), CHATUR_OK);
    assert_outcome(
        chatur_store_coins_reserve(mail.store, "asha", id, price, now_ms, now_ms + MAX_MS, NULL),
        CHATUR_OK);
    assert_outcome(generate(), CHATUR_CONFLICT);
    now_ms += MAX_MS;
    assert_outcome(generate(), CHATUR_CONFLICT);
    now_ms += 1;
    assert_written("text 2");
    assert_string_equal(email.id, id);
    assert_paid("asha", START_COINS, 2);
}

/* One that stood still for so long that a retry took its place: whoever is first, it is one email.
 */
static void overtake(void)
{
    now_ms += MAX_MS + 60000;
    ask_meanwhile();
}

static void an_overtaken_request_gives_the_others_answer(void **state)
{
    (void)state;
    writer.meanwhile = overtake;
    assert_replayed("text 2");
    assert_outcome(outcome_meanwhile, CHATUR_OK);
    assert_false(replayed_meanwhile);
    assert_string_equal(text_meanwhile, "text 2");
    assert_paid("asha", START_COINS, 1);

    /* The last coins are spent once, too. */
    user = sign_in("exact", price);
    writer.meanwhile = overtake;
    assert_replayed("text 4");
    assert_paid("exact", price, 1);
}

static void take_its_place(void)
{
    /* Its reservation is gone, another's is there in its place, and is not done yet. */
    writer.outcome = CHATUR_OK;
    now_ms += MAX_MS + 60000;
    ask_meanwhile();
}

static void an_overtaken_failure_takes_nothing_back(void **state)
{
    (void)state;
    writer.outcome = CHATUR_TIMEOUT;
    writer.meanwhile = take_its_place;
    assert_outcome(generate(), CHATUR_TIMEOUT);
    assert_outcome(outcome_meanwhile, CHATUR_OK);
    assert_replayed(text_meanwhile);
    assert_paid("asha", START_COINS, 1);
}

/* --- many at once ----------------------------------------------------------------------------- */

#define CROWD 16

static atomic_int counts[CHATUR_OUTCOMES];
static atomic_int fresh;
static pthread_barrier_t together;

static void *compete(void *nothing)
{
    struct chatur_arena *own = chatur_arena_new((size_t)1 << 20);
    struct chatur_email answer = {0};
    bool again = false;
    (void)pthread_barrier_wait(&together);
    for (int i = 0; i < 20; i++) {
        enum chatur_outcome outcome =
            chatur_mail_generate(&mail, &user, &order, NULL, own, &answer, &again, NULL);
        atomic_fetch_add(&counts[outcome], 1);
        if (outcome == CHATUR_OK) {
            atomic_fetch_add(&fresh, !again);
            break;
        }
    }
    chatur_arena_free(own);
    return nothing;
}

static void of_many_at_once_one_writes(void **state)
{
    (void)state;
    for (int round = 0; round < 5; round++) {
        char key[20];
        pthread_t threads[CROWD];
        (void)snprintf(key, sizeof(key), "round-%d", round);
        order.idempotency_key = key;
        memset(counts, 0, sizeof(counts));
        fresh = 0;
        assert_int_equal(pthread_barrier_init(&together, NULL, CROWD), 0);
        for (int i = 0; i < CROWD; i++) {
            assert_int_equal(pthread_create(&threads[i], NULL, compete, NULL), 0);
        }
        for (int i = 0; i < CROWD; i++) {
            (void)pthread_join(threads[i], NULL);
        }
        (void)pthread_barrier_destroy(&together);
        assert_int_equal(fresh, 1);
        assert_int_equal(writer.calls, round + 1);
        for (int i = 0; i < CHATUR_OUTCOMES; i++) {
            assert_true(counts[i] == 0 || i == CHATUR_OK || i == CHATUR_CONFLICT);
        }
        assert_paid("asha", START_COINS, round + 1);
    }
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_malformed_key_is_refused),
        CASE(another_request_under_the_key_is_refused),
        CASE(a_running_request_is_waited_for),
        CASE(a_failure_frees_the_key),
        CASE(a_crash_frees_the_key_at_the_deadline),
        CASE(an_overtaken_request_gives_the_others_answer),
        CASE(an_overtaken_failure_takes_nothing_back),
        CASE(of_many_at_once_one_writes),
        CASE(a_key_is_the_same_with_quotes_and_without),
        CASE(the_same_request_has_the_same_digest),
        CASE(a_retry_finds_the_first_answer),
        CASE(without_a_key_each_request_is_its_own),
        CASE(a_key_is_its_users_alone),
        CASE(who_spent_the_last_coins_may_ask_again),
        CASE(a_template_that_is_gone_does_not_matter_to_a_retry),
        CASE(a_deleted_email_frees_its_key),
        CASE(a_replay_puts_nothing_into_the_sink),
        CASE(after_a_day_the_key_is_free),
        CASE(a_key_for_everything_comes_to_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
