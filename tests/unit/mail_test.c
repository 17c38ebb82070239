/* Mail, on a real store in a folder of its own and with the real templates. The generator and the
 * clock are stand-ins that the tests hold in their hands: what it writes or how it fails, and what
 * happens meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <json-c/json_object.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "mail/mail.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define assert_outcome(actual, wanted)                                                             \
    assert_string_equal(chatur_outcome_name(actual), chatur_outcome_name(wanted))

#define START_COINS 100000
#define NOW_S       INT64_C(1790000000)
#define MAX_MS      5000
/* Past every deadline that a generation begun at NOW_S can have. */
#define LATER_MS ((NOW_S + 3600) * 1000)

/* --- stand-ins -------------------------------------------------------------------------------- */

/* Unix time is set by hand; the monotonic clock runs, faster when somebody's patience is tested. */
static struct {
    int64_t now_ms;
    int64_t speed;
} clocks;

int64_t chatur_now_s(void)
{
    return clocks.now_ms / 1000;
}

int64_t chatur_now_ms(void)
{
    return clocks.now_ms;
}

int64_t chatur_monotonic_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return ((int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000) * clocks.speed;
}

struct chatur_generator {
    enum chatur_outcome outcome;
    struct chatur_draft draft;
    const char *notice;
    void (*meanwhile)(void);   /* happens while it writes; NULL: nothing */
    struct chatur_brief brief; /* as it came */
    unsigned calls;
};

static struct chatur_generator writer;

#define WRITTEN_BY(its_provider, its_model)                                                        \
    {                                                                                              \
        .provider = (its_provider), .model = (its_model), .finish_reason = "stop",                 \
        .template_version = "v", .attempts = 2, .latency_ms = 3                                    \
    }

const char *chatur_generator_notice(const struct chatur_attribution *by, const char *language,
                                    const char *instructions)
{
    assert_string_equal(by->provider, writer.draft.by.provider);
    assert_true(language == writer.brief.language && instructions == writer.brief.instructions);
    return writer.notice;
}

int64_t chatur_generator_max_ms(const struct chatur_generator *generator)
{
    assert_ptr_equal(generator, &writer);
    return MAX_MS;
}

enum chatur_outcome chatur_generator_write(struct chatur_generator *generator,
                                           const struct chatur_brief *brief,
                                           struct chatur_sink *sink, struct chatur_arena *arena,
                                           struct chatur_draft *draft, struct chatur_error *error)
{
    assert_ptr_equal(generator, &writer);
    assert_null(sink);
    writer.calls++;
    writer.brief = *brief;
    if (writer.meanwhile != NULL) {
        writer.meanwhile();
    }
    if (writer.outcome != CHATUR_OK) {
        (void)chatur_fail(error, writer.outcome, "the detail of a failure");
        return chatur_refuse(error, writer.outcome, "The message of a failure");
    }
    *draft = writer.draft;
    draft->text = chatur_arena_strdup(arena, writer.draft.text);
    return CHATUR_OK;
}

/* --- one person who writes -------------------------------------------------------------------- */

static char folder[64];
static char database[96];
static struct chatur_config config;
static struct chatur_folder *templates;
static struct chatur_mail mail;
static struct chatur_arena *arena;
static struct chatur_user user;
static const struct chatur_template *template; /* the first there is */
static struct chatur_order order;
static bool replayed;

static struct chatur_user sign_in(const char *uid, int64_t coins)
{
    char address[64];
    struct chatur_user signed_in = {0};
    (void)snprintf(address, sizeof(address), "%s@example.com", uid);
    const struct chatur_profile profile = {.uid = uid,
                                           .email = address,
                                           .name = "Asha Rao",
                                           .picture = "",
                                           .login_method = "dev",
                                           .fcm_token = ""};
    assert_outcome(chatur_store_user_sign_in(mail.store, &profile, coins, clocks.now_ms, arena,
                                             &signed_in, NULL),
                   CHATUR_OK);
    return signed_in;
}

static int set_up(void **state)
{
    (void)state;
    char uri[128];
    clocks.now_ms = NOW_S * 1000 + 321;
    clocks.speed = 1;
    (void)snprintf(folder, sizeof(folder), "/tmp/chatur-mail-XXXXXX");
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
    writer = (struct chatur_generator){
        .draft = {.text = "Dear all,\nlunch is at noon.", .by = WRITTEN_BY("test", "model-7")}};
    const struct chatur_folder_view *view = NULL;
    if (chatur_store_new(&config, &mail.store, NULL) != CHATUR_OK ||
        chatur_folder_borrow(templates, arena, &view, NULL) != CHATUR_OK) {
        return -1;
    }
    template = view->items[0];
    order = (struct chatur_order){.prompt_id = template->id,
                                  .subject = "Lunch on Friday",
                                  .keywords = "noon, canteen",
                                  .to = "ravi@example.org, mia@example.org"};
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

static enum chatur_outcome generate(struct chatur_email *email, struct chatur_error *error)
{
    return chatur_mail_generate(&mail, &user, &order, NULL, arena, email, &replayed, error);
}

/* --- looking ---------------------------------------------------------------------------------- */

static struct chatur_user find(const char *uid)
{
    struct chatur_user found = {0};
    assert_outcome(chatur_store_user_find(mail.store, uid, arena, &found, NULL), CHATUR_OK);
    return found;
}

/* One number from the database, which is asked behind the store's back. */
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

static void tell(const char *sql)
{
    sqlite3 *connection = NULL;
    assert_int_equal(sqlite3_open(database, &connection), SQLITE_OK);
    assert_int_equal(sqlite3_exec(connection, sql, NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(connection);
}

/* Everything is where it was before the user ever generated, but `emails` were and are paid for. */
static void assert_books(const char *uid, int64_t start, int64_t emails)
{
    struct chatur_user found = find(uid);
    assert_int_equal(found.available_coins, start - emails * template->price);
    assert_int_equal(found.used_coins, emails * template->price);
    assert_int_equal(found.generated_count, emails);
    assert_int_equal(ask("SELECT count(*) FROM emails"), emails);
    assert_int_equal(ask("SELECT count(*) FROM reservations"), 0);
}

/* --- when it works ---------------------------------------------------------------------------- */

struct seen {
    unsigned count;
    struct chatur_email email;
};

static enum chatur_outcome keep(void *context, const struct chatur_email *email)
{
    struct seen *seen = context;
    seen->count++;
    return chatur_email_copy(email, arena, &seen->email, NULL);
}

static void assert_is_the_order(const struct chatur_email *email)
{
    assert_true(chatur_id_valid(email->id));
    assert_string_equal(email->uid, "asha");
    assert_string_equal(email->prompt_id, template->id);
    assert_string_equal(email->subject, order.subject);
    assert_string_equal(email->keywords, order.keywords);
    assert_string_equal(email->to, order.to);
    assert_string_equal(email->text, "Dear all,\nlunch is at noon.");
    assert_string_equal(email->by.provider, "test");
    assert_string_equal(email->by.model, "model-7");
    assert_int_equal(email->coins, template->price);
    assert_int_equal(email->created_s, NOW_S + 4);
}

static void four_seconds_pass(void)
{
    clocks.now_ms += 4000;
}

static void an_email_is_written_paid_for_and_stored(void **state)
{
    (void)state;
    struct chatur_email email;
    struct chatur_error error = {0};
    struct seen seen = {0};
    writer.meanwhile = four_seconds_pass;
    assert_outcome(generate(&email, &error), CHATUR_OK);
    assert_string_equal(error.message, "");
    assert_string_equal(error.detail, "");
    assert_is_the_order(&email); /* created when it was done, not when it was asked for */
    assert_books("asha", START_COINS, 1);

    assert_outcome(
        chatur_store_email_each(mail.store, "asha", &(struct chatur_page){0}, keep, &seen, NULL),
        CHATUR_OK);
    assert_int_equal(seen.count, 1);
    assert_is_the_order(&seen.email);
    assert_string_equal(seen.email.id, email.id);
}

static void the_generator_is_told_all(void **state)
{
    (void)state;
    struct chatur_email email;
    assert_outcome(generate(&email, NULL), CHATUR_OK);
    uint64_t seed = writer.brief.seed;
    assert_string_equal(writer.brief.template->id, template->id);
    assert_string_equal(writer.brief.subject, order.subject);
    assert_string_equal(writer.brief.keywords, order.keywords);
    assert_string_equal(writer.brief.to, order.to);
    assert_string_equal(writer.brief.sender_name, "Asha Rao");
    assert_string_equal(writer.brief.sender_email, "asha@example.com");

    char id[CHATUR_ID_LENGTH + 1];
    (void)snprintf(id, sizeof(id), "%s", email.id);
    assert_outcome(generate(&email, NULL), CHATUR_OK);
    assert_true(writer.brief.seed != seed); /* asked again, it may word it differently */
    assert_string_not_equal(email.id, id);
    assert_books("asha", START_COINS, 2);
}

static void what_passes_for_a_delimiter_costs_nothing(void **state)
{
    (void)state;
    const char **const fields[] = {&order.subject, &order.keywords, &order.sender_name,
                                   &order.recipient_name, &order.instructions};
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        struct chatur_email email;
        struct chatur_error error = {0};
        const char *before = *fields[i];
        *fields[i] = "x <<<END>>> y";
        assert_outcome(generate(&email, &error), CHATUR_BAD_REQUEST);
        assert_non_null(strstr(error.message, "must not have"));
        *fields[i] = before;
    }
    assert_int_equal(writer.calls, 0);
    assert_books("asha", START_COINS, 0);
}

static void options_reach_the_generator(void **state)
{
    (void)state;
    struct chatur_email email;
    assert_outcome(generate(&email, NULL), CHATUR_OK);
    assert_null(writer.brief.tone);
    assert_null(writer.brief.length);
    assert_null(writer.brief.language);
    assert_null(writer.brief.recipient_name);
    assert_null(writer.brief.instructions);
    assert_null(email.notice);

    order.tone = "formal";
    order.length = "short";
    order.language = "de";
    order.sender_name = "Dr Rao";
    order.recipient_name = "Ravi";
    order.instructions = "rhyme";
    writer.notice = "It does not rhyme.";
    assert_outcome(generate(&email, NULL), CHATUR_OK);
    assert_string_equal(writer.brief.tone, "formal");
    assert_string_equal(writer.brief.length, "short");
    assert_string_equal(writer.brief.language, "de");
    assert_string_equal(writer.brief.sender_name, "Dr Rao");
    assert_string_equal(writer.brief.recipient_name, "Ravi");
    assert_string_equal(writer.brief.instructions, "rhyme");
    assert_string_equal(email.notice, "It does not rhyme.");
}

/* Its owner may not be able to change it, and shall not be locked out. */
static void an_account_name_that_cannot_be_used_is_left_out(void **state)
{
    (void)state;
    struct chatur_email email;
    user.name = "#### Asha ####";
    assert_outcome(generate(&email, NULL), CHATUR_OK);
    assert_string_equal(writer.brief.sender_name, "");
    order.sender_name = "Asha";
    assert_outcome(generate(&email, NULL), CHATUR_OK);
    assert_string_equal(writer.brief.sender_name, "Asha");
}

static void every_template_can_be_ordered(void **state)
{
    (void)state;
    const struct chatur_folder_view *view = NULL;
    int64_t spent = 0;
    assert_outcome(chatur_folder_borrow(templates, arena, &view, NULL), CHATUR_OK);
    for (size_t i = 0; i < view->count; i++) {
        const struct chatur_template *wanted = view->items[i];
        struct chatur_email email;
        order.prompt_id = wanted->id;
        assert_outcome(generate(&email, NULL), CHATUR_OK);
        assert_string_equal(writer.brief.template->slug, wanted->slug);
        assert_int_equal(email.coins, wanted->price);
        spent += wanted->price;
    }
    assert_int_equal(find("asha").available_coins, START_COINS - spent);
    assert_int_equal(find("asha").used_coins, spent);
}

static int64_t available_meanwhile;

/* Early enough nothing is given back, late enough it is: the deadline leaves the generator its
 * whole time, and some for the storing. */
static void look_at_the_reservation(void)
{
    int64_t start_ms = clocks.now_ms;
    available_meanwhile = find("asha").available_coins;
    assert_int_equal(ask("SELECT sum(coins) FROM reservations"), template->price);
    assert_outcome(chatur_store_coins_reclaim(mail.store, "asha", start_ms + MAX_MS + 500, NULL),
                   CHATUR_OK);
    assert_int_equal(ask("SELECT count(*) FROM reservations"), 1);
    assert_outcome(chatur_store_coins_reclaim(mail.store, "asha", start_ms + MAX_MS + 2000, NULL),
                   CHATUR_OK);
    assert_int_equal(ask("SELECT count(*) FROM reservations"), 0);
    assert_int_equal(find("asha").available_coins, START_COINS);
}

static void coins_are_reserved_while_it_writes(void **state)
{
    (void)state;
    struct chatur_email email;
    writer.meanwhile = look_at_the_reservation;
    assert_outcome(generate(&email, NULL), CHATUR_OK);
    assert_int_equal(available_meanwhile, START_COINS - template->price);
    assert_books("asha", START_COINS, 1); /* given back too early, and taken anew: once */
}

/* --- refusals --------------------------------------------------------------------------------- */

static void an_unknown_template_costs_nothing(void **state)
{
    (void)state;
    char long_id[5000];
    memset(long_id, '1', sizeof(long_id) - 1);
    long_id[sizeof(long_id) - 1] = '\0';
    const char *const unknown[] = {"",    "0",   "999999999", "-1", "01",    "1 ",  " 1",
                                   "1.0", "1\n", "request",   "*",  "../..", "1;2", long_id};
    for (size_t i = 0; i < COUNT_OF(unknown); i++) {
        struct chatur_email email;
        struct chatur_error error = {0};
        order.prompt_id = unknown[i];
        assert_outcome(generate(&email, &error), CHATUR_NOT_FOUND);
        assert_string_equal(error.message, "There is no template with this promptId");
        assert_outcome(generate(&email, NULL), CHATUR_NOT_FOUND);
    }
    assert_int_equal(writer.calls, 0);
    assert_books("asha", START_COINS, 0);
}

static void without_coins_nothing_is_written(void **state)
{
    (void)state;
    struct chatur_email email;
    const int64_t too_few[] = {0, 1, template->price - 1};
    for (size_t i = 0; i < COUNT_OF(too_few); i++) {
        char uid[16];
        (void)snprintf(uid, sizeof(uid), "poor-%zu", i);
        user = sign_in(uid, too_few[i]);
        assert_outcome(generate(&email, NULL), CHATUR_NO_COINS);
        assert_int_equal(writer.calls, 0);
        assert_books(uid, too_few[i], 0);
    }
}

static void the_last_coin_can_be_spent(void **state)
{
    (void)state;
    struct chatur_email email;
    user = sign_in("exact", template->price);
    assert_outcome(generate(&email, NULL), CHATUR_OK);
    assert_books("exact", template->price, 1);
    assert_outcome(generate(&email, NULL), CHATUR_NO_COINS);
    assert_int_equal(writer.calls, 1);
    assert_books("exact", template->price, 1);
}

static void erase(void)
{
    assert_outcome(chatur_store_user_erase(mail.store, "asha", NULL), CHATUR_OK);
}

static void somebody_erased_is_signed_out(void **state)
{
    (void)state;
    struct chatur_email email;
    struct chatur_error error = {0};
    erase();
    assert_outcome(generate(&email, &error), CHATUR_UNAUTHENTICATED);
    assert_string_equal(error.message, "This account no longer exists");
    assert_int_equal(writer.calls, 0);
    sign_in("asha", START_COINS);
    assert_books("asha", START_COINS, 0);
}

static void who_is_erased_meanwhile_leaves_nothing(void **state)
{
    (void)state;
    struct chatur_email email;
    struct chatur_error error = {0};
    writer.meanwhile = erase;
    assert_outcome(generate(&email, &error), CHATUR_UNAUTHENTICATED);
    assert_string_equal(error.message, "This account no longer exists");
    assert_int_equal(writer.calls, 1);
    assert_int_equal(ask("SELECT count(*) FROM users"), 0);
    sign_in("asha", START_COINS);
    assert_books("asha", START_COINS, 0);
}

/* --- failures --------------------------------------------------------------------------------- */

static void a_failing_generator_costs_nothing(void **state)
{
    (void)state;
    const enum chatur_outcome failures[] = {CHATUR_BAD_ANSWER, CHATUR_TIMEOUT, CHATUR_UNAVAILABLE,
                                            CHATUR_INTERNAL};
    struct chatur_email email;
    for (size_t i = 0; i < COUNT_OF(failures); i++) {
        struct chatur_error error = {0};
        writer.outcome = failures[i];
        assert_outcome(generate(&email, &error), failures[i]);
        assert_string_equal(error.message, "The message of a failure");
        assert_string_equal(error.detail, "the detail of a failure");
        assert_int_equal(writer.calls, 2 * i + 1);
        assert_books("asha", START_COINS, 0);
        assert_outcome(generate(&email, NULL), failures[i]);
    }
    writer.outcome = CHATUR_OK;
    assert_outcome(generate(&email, NULL), CHATUR_OK);
    assert_books("asha", START_COINS, 1);
}

static void erase_and_fail(void)
{
    erase();
    writer.outcome = CHATUR_TIMEOUT;
}

static void erased_and_failed_is_the_failure(void **state)
{
    (void)state;
    struct chatur_email email;
    writer.meanwhile = erase_and_fail;
    assert_outcome(generate(&email, NULL), CHATUR_TIMEOUT);
    sign_in("asha", START_COINS);
    assert_books("asha", START_COINS, 0);
}

static void outlive_and_spend(void)
{
    assert_outcome(chatur_store_coins_reclaim(mail.store, "exact", LATER_MS, NULL), CHATUR_OK);
    tell("UPDATE users SET available_coins = available_coins - 1, used_coins = used_coins + 1"
         " WHERE uid = 'exact'");
}

static void outliving_the_deadline_is_never_free(void **state)
{
    (void)state;
    struct chatur_email email;
    user = sign_in("exact", template->price);
    writer.meanwhile = outlive_and_spend;
    assert_outcome(generate(&email, NULL), CHATUR_NO_COINS);
    struct chatur_user found = find("exact");
    assert_int_equal(found.available_coins, template->price - 1);
    assert_int_equal(found.used_coins, 1);
    assert_int_equal(ask("SELECT count(*) FROM emails"), 0);
    assert_int_equal(ask("SELECT count(*) FROM reservations"), 0);
}

static void break_the_email_table(void)
{
    tell("CREATE TRIGGER broken BEFORE INSERT ON emails BEGIN SELECT raise(ABORT, 'broken'); END");
}

static void an_email_that_cannot_be_stored_costs_nothing(void **state)
{
    (void)state;
    struct chatur_email email;
    struct chatur_error error = {0};
    writer.meanwhile = break_the_email_table;
    assert_outcome(generate(&email, &error), CHATUR_INTERNAL);
    assert_string_equal(error.message, "");
    assert_non_null(strstr(error.detail, "sqlite"));
    assert_null(strstr(error.detail, order.subject));
    assert_books("asha", START_COINS, 0);

    tell("DROP TRIGGER broken");
    writer.meanwhile = NULL;
    assert_outcome(generate(&email, NULL), CHATUR_OK);
    assert_books("asha", START_COINS, 1);
}

/* --- a database that stands still ------------------------------------------------------------- */

static sqlite3 *holder;

static void hold_the_database(void)
{
    assert_int_equal(sqlite3_open(database, &holder), SQLITE_OK);
    assert_int_equal(sqlite3_exec(holder, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
}

static void let_go(void)
{
    assert_int_equal(sqlite3_exec(holder, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(holder), SQLITE_OK);
}

static void *let_go_soon(void *nothing)
{
    struct timespec pause = {.tv_nsec = 100000000};
    (void)nanosleep(&pause, NULL);
    let_go();
    return nothing;
}

static pthread_t letting_go;

static void hold_the_database_shortly(void)
{
    hold_the_database();
    assert_int_equal(pthread_create(&letting_go, NULL, let_go_soon, NULL), 0);
}

static void a_short_lock_is_waited_for(void **state)
{
    (void)state;
    struct chatur_email email;
    writer.meanwhile = hold_the_database_shortly;
    assert_outcome(generate(&email, NULL), CHATUR_OK);
    (void)pthread_join(letting_go, NULL);
    assert_books("asha", START_COINS, 1);
}

static void hold_the_database_for_long(void)
{
    hold_the_database();
    clocks.speed = 50; /* five seconds of patience are a tenth of one */
}

static void a_long_lock_leaves_the_reservation_to_its_deadline(void **state)
{
    (void)state;
    struct chatur_email email;
    struct chatur_error error = {0};
    writer.meanwhile = hold_the_database_for_long;
    assert_outcome(generate(&email, &error), CHATUR_UNAVAILABLE);
    assert_string_equal(error.message, "");
    assert_string_not_equal(error.detail, "");
    let_go();
    clocks.speed = 1;

    /* Neither could the coins be given back: the deadline does that. */
    assert_int_equal(find("asha").available_coins, START_COINS - template->price);
    assert_outcome(chatur_store_coins_reclaim(mail.store, "asha", LATER_MS, NULL), CHATUR_OK);
    assert_books("asha", START_COINS, 0);
}

static void a_lock_before_the_reservation_changes_nothing(void **state)
{
    (void)state;
    struct chatur_email email;
    hold_the_database_for_long();
    assert_outcome(generate(&email, NULL), CHATUR_UNAVAILABLE);
    let_go();
    clocks.speed = 1;
    assert_int_equal(writer.calls, 0);
    assert_books("asha", START_COINS, 0);
}

/* No file of this process may grow any more: what a full disk is like. */
static void fill_the_disk(void)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = 1;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void empty_the_disk(void)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_full_disk_costs_nothing(void **state)
{
    (void)state;
    struct chatur_email email;
    writer.meanwhile = fill_the_disk;
    enum chatur_outcome outcome = generate(&email, NULL);
    empty_the_disk();
    assert_outcome(outcome, CHATUR_UNAVAILABLE);
    assert_outcome(chatur_store_coins_reclaim(mail.store, "asha", LATER_MS, NULL), CHATUR_OK);
    assert_books("asha", START_COINS, 0);

    writer.meanwhile = NULL;
    assert_outcome(generate(&email, NULL), CHATUR_OK);
    assert_books("asha", START_COINS, 1);
}

static void without_templates_nothing_is_reserved(void **state)
{
    (void)state;
    struct chatur_email email;
    struct chatur_error error = {0};
    mail.templates = chatur_folder_new(folder, &chatur_template_kind);
    assert_non_null(mail.templates);
    assert_outcome(generate(&email, &error), CHATUR_INTERNAL);
    assert_string_not_equal(error.detail, "");
    assert_int_equal(writer.calls, 0);
    assert_books("asha", START_COINS, 0);
    chatur_folder_free(mail.templates);
}

/* --- the wire --------------------------------------------------------------------------------- */

static const struct chatur_email written = {
    .id = "0123456789abcdef01234567",
    .uid = "uid \"quoted\"",
    .prompt_id = "2",
    .subject = "Größe \\ \xf0\x9f\x98\x80",
    .keywords = "tab\there",
    .to = "a@example.com, b@example.com",
    .text = "Dear all,\n\n\"quotes\" and </script>\x01\n",
    .by = WRITTEN_BY("", "offline-1"),
    .coins = 250,
    .created_s = INT64_C(253402300799),
};

/* Every member of the wire's Email, and nothing else: the published app crashes on a missing one,
 * on a null, and on another type. */
static const struct {
    const char *name;
    const char *text; /* NULL: an integer */
    int64_t number;
} members[] = {
    {"id", "0123456789abcdef01234567", 0},
    {"_id", "0123456789abcdef01234567", 0},
    {"userId", "uid \"quoted\"", 0},
    {"promptId", "2", 0},
    {"subject", "Größe \\ \xf0\x9f\x98\x80", 0},
    {"keywords", "tab\there", 0},
    {"generatedEmail", "Dear all,\n\n\"quotes\" and </script>\x01\n", 0},
    {"toEmailId", "a@example.com, b@example.com", 0},
    {"tokens", NULL, 250},
    {"createdOn", NULL, INT64_C(253402300799)},
    {"provider", "", 0},
    {"model", "offline-1", 0},
    {"__v", NULL, 0},
};

static void the_wire_has_every_member(void **state)
{
    (void)state;
    struct chatur_buffer buffer = {0};
    struct json_object *object = NULL;
    chatur_mail_write_json(&buffer, &written);
    assert_false(buffer.failed);
    assert_outcome(chatur_json_parse_object(buffer.data, buffer.length, arena, &object, NULL),
                   CHATUR_OK);
    assert_int_equal(json_object_object_length(object), COUNT_OF(members));
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        struct json_object *value = NULL;
        assert_true(json_object_object_get_ex(object, members[i].name, &value));
        if (members[i].text == NULL) {
            assert_true(json_object_is_type(value, json_type_int));
            assert_int_equal(json_object_get_int64(value), members[i].number);
        } else {
            assert_true(json_object_is_type(value, json_type_string));
            assert_string_equal(json_object_get_string(value), members[i].text);
        }
    }
    chatur_buffer_free(&buffer);
}

static void the_wire_has_no_null(void **state)
{
    (void)state;
    struct chatur_buffer buffer = {0};
    struct json_object *object = NULL;
    chatur_mail_write_json(&buffer, &(struct chatur_email){.id = ""});
    assert_outcome(chatur_json_parse_object(buffer.data, buffer.length, arena, &object, NULL),
                   CHATUR_OK);
    assert_int_equal(json_object_object_length(object), COUNT_OF(members));
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        assert_non_null(json_object_object_get(object, members[i].name));
    }
    chatur_buffer_free(&buffer);
}

static void a_full_buffer_is_noticed(void **state)
{
    (void)state;
    struct chatur_buffer buffer = {.max_bytes = 300};
    chatur_mail_write_json(&buffer, &written);
    assert_true(buffer.failed);
    assert_true(buffer.length <= 300);
    chatur_buffer_free(&buffer);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_unknown_template_costs_nothing),
        CASE(without_coins_nothing_is_written),
        CASE(the_last_coin_can_be_spent),
        CASE(somebody_erased_is_signed_out),
        CASE(who_is_erased_meanwhile_leaves_nothing),
        CASE(a_failing_generator_costs_nothing),
        CASE(erased_and_failed_is_the_failure),
        CASE(outliving_the_deadline_is_never_free),
        CASE(an_email_that_cannot_be_stored_costs_nothing),
        CASE(a_short_lock_is_waited_for),
        CASE(a_long_lock_leaves_the_reservation_to_its_deadline),
        CASE(a_lock_before_the_reservation_changes_nothing),
        CASE(a_full_disk_costs_nothing),
        CASE(without_templates_nothing_is_reserved),
        CASE(an_email_is_written_paid_for_and_stored),
        CASE(the_generator_is_told_all),
        CASE(what_passes_for_a_delimiter_costs_nothing),
        CASE(options_reach_the_generator),
        CASE(an_account_name_that_cannot_be_used_is_left_out),
        CASE(every_template_can_be_ordered),
        CASE(coins_are_reserved_while_it_writes),
        CASE(the_wire_has_every_member),
        CASE(the_wire_has_no_null),
        CASE(a_full_buffer_is_noticed),
    };
    /* A file that may not grow is a failed write here, not the end of the process. */
    (void)signal(SIGXFSZ, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
