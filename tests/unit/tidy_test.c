/* Tidy: what becomes of what models write, with the answers that must fail first. Every row is fed
 * whole, cut in two at every byte, byte by byte and in random pieces, and must always give the
 * same; and whatever comes out is the same in the sink. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "generate/tidy.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define MAX_BYTES   4000
#define MANY        (64UL << 10)
#define ARENA_BYTES (1UL << 20)
#define ROUNDS      4000

static const struct chatur_prompt chat = {
    .stops = {"<<<END"}, .stop_count = 1, .sender = "Ann Lee", .recipient = "Jane Doe"};
static const struct chatur_prompt completion = {
    .stops = {"<<<", "\nSubject:", "\nKeywords:"}, .stop_count = 3, .sender = "", .recipient = ""};

/* --- feeding ---------------------------------------------------------------------------------- */

struct catcher {
    struct chatur_sink sink; /* first: handed out as a struct chatur_sink * */
    char text[MANY];
    size_t length;
};

static void catch_piece(struct chatur_sink *sink, const char *text, size_t length)
{
    struct catcher *catcher = (struct catcher *)sink;
    assert_true(length > 0);
    assert_true(chatur_utf8_count(text, length) > 0);
    assert_true(catcher->length + length < sizeof(catcher->text));
    memcpy(catcher->text + catcher->length, text, length);
    catcher->length += length;
    catcher->text[catcher->length] = '\0';
}

static struct catcher catcher;
static struct chatur_arena *arena;

struct result {
    enum chatur_outcome outcome;
    const char *text; /* of CHATUR_OK */
    char why[sizeof(((struct chatur_error *)NULL)->detail)];
    bool put;
    bool refusal;
};

static struct chatur_tidy *start(const struct chatur_prompt *prompt, size_t max_bytes)
{
    chatur_arena_reset(arena);
    catcher.sink.put = catch_piece;
    catcher.length = 0;
    catcher.text[0] = '\0';
    struct chatur_tidy *tidy = chatur_tidy_new(prompt, max_bytes, &catcher.sink, arena);
    assert_non_null(tidy);
    return tidy;
}

static struct result finish(struct chatur_tidy *tidy)
{
    struct chatur_error error = {0};
    struct result result = {0};
    result.outcome = chatur_tidy_finish(tidy, &result.text, &error);
    result.put = chatur_tidy_has_put(tidy);
    result.refusal = chatur_tidy_is_refusal(tidy);
    assert_int_equal(result.refusal, strstr(error.detail, "declines") != NULL);
    assert_false(result.put && result.refusal);
    assert_int_equal(result.put, catcher.length > 0);
    assert_string_equal(error.message, "");
    memcpy(result.why, error.detail, sizeof(result.why));
    if (result.outcome == CHATUR_OK) {
        assert_string_equal(catcher.text, result.text);
        assert_string_equal(result.why, "");
    }
    return result;
}

/* Cuts it after `first` bytes, then into pieces of `size` bytes (0: the rest). */
static struct result tidy_cut(const struct chatur_prompt *prompt, const char *bytes, size_t length,
                              size_t first, size_t size)
{
    struct chatur_tidy *tidy = start(prompt, MAX_BYTES);
    for (size_t at = 0; at < length;) {
        size_t piece = at == 0 ? first : size == 0 ? length : size;
        piece = piece < length - at ? piece : length - at;
        if (!chatur_tidy_feed(tidy, bytes + at, piece)) {
            break;
        }
        at += piece;
    }
    return finish(tidy);
}

static unsigned dice = 1;

static struct result tidy_random(const struct chatur_prompt *prompt, const char *bytes,
                                 size_t length)
{
    struct chatur_tidy *tidy = start(prompt, MAX_BYTES);
    for (size_t at = 0; at < length;) {
        dice = dice * 1103515245U + 12345U;
        size_t piece = 1 + (dice >> 16) % 9;
        piece = piece < length - at ? piece : length - at;
        if (!chatur_tidy_feed(tidy, bytes + at, piece)) {
            break;
        }
        at += piece;
    }
    return finish(tidy);
}

/* `wanted` is the email or, after a '!', why there is none. */
static void expect(const struct result *result, const char *bytes, const char *wanted,
                   const char *how, size_t where)
{
    if (wanted[0] == '!') {
        if (result->outcome != CHATUR_BAD_ANSWER || strstr(result->why, wanted + 1) == NULL) {
            fail_msg("%s\n(%s %zu) is %s (%s), not %s", bytes, how, where,
                     result->outcome == CHATUR_OK ? result->text : "refused", result->why, wanted);
        }
        return;
    }
    if (result->outcome != CHATUR_OK || strcmp(result->text, wanted) != 0) {
        fail_msg("%s\n(%s %zu) is\n%s (%s)\nand not\n%s", bytes, how, where,
                 result->outcome == CHATUR_OK ? result->text : "refused", result->why, wanted);
    }
}

static void check_bytes(const struct chatur_prompt *prompt, const char *bytes, size_t length,
                        const char *wanted)
{
    struct result result = tidy_cut(prompt, bytes, length, length, 0);
    expect(&result, bytes, wanted, "whole", 0);
    for (size_t first = 1; first < length; first++) {
        result = tidy_cut(prompt, bytes, length, first, 0);
        expect(&result, bytes, wanted, "cut at", first);
    }
    for (size_t size = 1; size < 4; size++) {
        result = tidy_cut(prompt, bytes, length, size, size);
        expect(&result, bytes, wanted, "in pieces of", size);
    }
    for (size_t i = 0; i < 8; i++) {
        result = tidy_random(prompt, bytes, length);
        expect(&result, bytes, wanted, "in random pieces", i);
    }
}

static void check(const struct chatur_prompt *prompt, const char *text, const char *wanted)
{
    check_bytes(prompt, text, strlen(text), wanted);
}

struct row {
    const char *text;
    const char *wanted; /* NULL: the same */
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check(&chat, rows[i].text, rows[i].wanted);
    }
}

static int make_arena(void **state)
{
    (void)state;
    arena = chatur_arena_new(ARENA_BYTES);
    return arena == NULL;
}

static int free_arena(void **state)
{
    (void)state;
    chatur_arena_free(arena);
    return 0;
}

/* --- what fails ------------------------------------------------------------------------------- */

#define FIVE(text) text text text text text

static void unusable_answers_are_found_out(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"", "!no text"},
        {" \n\t\r\n ", "!no text"},
        {"OK", "!no text"},
        {"Two words", "!no text"},
        {"Sure! Here is your email:", "!no text"},
        {"Subject: A late reply to your letter", "!no text"},
        {"```\n```", "!no text"},
        {"<think>\nThe user wants an email about leave. Dear Jane,\nhello.", "!no text"},
        {"<<<END>>>\nDear Jane, this comes too late.", "!no text"},
        {"[Your Name]\n[Your Address]\n[Date]", "!no text"},
        {"I'm sorry, but I can't assist with that.", "!declines"},
        {"I\xE2\x80\x99m sorry, but I can\xE2\x80\x99t help with that request.", "!declines"},
        {"I cannot fulfill this request. It is against my guidelines.", "!declines"},
        {"As an AI language model, I do not have feelings.", "!declines"},
        {"Sorry, I am unable to generate such content.", "!declines"},
        {"Unfortunately, I cannot create content of that kind.", "!declines"},
        {"I'm sorry. I can't assist with that.", "!declines"},
        {"\"I'm sorry, but I can't assist with that.\"", "!declines"},
        {"I cannot write an email that threatens someone. Is there something else I can help you "
         "with?",
         "!declines"},
        {"**I can't help with that.**\n\nIf you are in trouble, talk to somebody.\n\n- One\n- Two",
         "!declines"},
        {"I apologize, but I cannot generate an email intended to harass. It would hurt.",
         "!declines"},
        {"I must decline this request.", "!declines"},
        {"Es tut mir leid, aber dabei kann ich dir dabei nicht helfen.", "!declines"},
        {"Lo siento, pero no puedo ayudar con eso.", "!declines"},
        {"Je suis désolé, mais je ne peux pas vous aider.", "!declines"},
        {"很抱歉，我无法协助您完成这个请求。", "!declines"},
        {FIVE("I look forward to hearing from you soon. "), "!repeats"},
        {"Dear Jane,\n\n" FIVE("I am writing to ask for leave.\n") "And so on.", "!repeats"},
        {"no " FIVE("no no no no ") "no", "!repeats"},
        {FIVE("Yes. No. Perhaps. Maybe. ") FIVE("Yes. No. Perhaps. Maybe. "), "!repeats"},
        {"One two three " FIVE("hahahahahahahahahahahaha") "ha", "!repeats"},
        /* 请您回复我的邮件。 */
        {FIVE("\xE8\xAF\xB7\xE6\x82\xA8\xE5\x9B\x9E\xE5\xA4\x8D\xE6\x88\x91\xE7\x9A\x84\xE9\x82\xAE"
              "\xE4\xBB\xB6\xE3\x80\x82"),
         "!repeats"},
        /* One sentence again and again, with another between each two. */
        {"I am very sorry about that. One is red. I am very sorry about that. Two is blue. "
         "I am very sorry about that. Three is green. I am very sorry about that. Four is grey. "
         "I am very sorry about that. Five is black.",
         "!repeats"},
        {"\xFF\xFE\xFF\xFE\xFF\xFE\xFF\xFE\xFF\xFE", "!not text"},
        {"GIF89a one two three \x80\x81\x82\x83\x84\x85\x86\x87\x88", "!not text"},
    };
    check_rows(rows, COUNT(rows));
    static const char nul[] = "one two three\0\0\0\0\0\0\0\0\0four";
    check_bytes(&chat, nul, sizeof(nul) - 1, "!not text");
}

static void nothing_of_a_bad_answer_was_passed_on(void **state)
{
    (void)state;
    static const char *const texts[] = {"I'm sorry, but I can't assist with that.", "OK",
                                        "Sure! Here is your email:\n\nYes."};
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct result result = tidy_cut(&chat, texts[i], strlen(texts[i]), 1, 1);
        assert_int_equal(result.outcome, CHATUR_BAD_ANSWER);
        assert_false(result.put);
    }
}

/* --- what passes unchanged -------------------------------------------------------------------- */

static void emails_pass_as_they_are(void **state)
{
    (void)state;
    static const struct row emails[] = {
        {"Dear Jane Doe,\n\nI am writing to ask for leave from Monday to Wednesday.\n\nKind "
         "regards,\nAnn Lee",
         NULL},
        {"Hello,\n\nI'm sorry, but I can't come to the meeting on Friday.\n\nAnn", NULL},
        /* Apologies begin as refusals do. */
        {"I'm sorry about the late delivery of your order. It should not have happened.", NULL},
        {"I am sorry that I missed our call. My train was stuck.", NULL},
        {"Unfortunately, I cannot attend the lunch on Friday.", NULL},
        {"I can't help with the move on Saturday, but I can on Sunday.", NULL},
        {"I won't be able to join you. As an AI researcher I travel a lot.", NULL},
        {"I am sorry that I was not able to complete this request before the deadline. The report "
         "is attached, and I will call you on Monday.",
         NULL},
        {"I'm sorry I couldn't help with that. Next time I will.", NULL},
        {"I am sorry, but I cannot complete this request before Monday. The report is late.", NULL},
        {"I can't write this email alone, so please read it first.", NULL},
        {"Unfortunately, I cannot generate the report. The system is down.", NULL},
        {"I'm sorry, but I can't help with the move. My back hurts.", NULL},
        {"I cannot comply with your request, and I told you so.\n\nKind regards,\nAnn", NULL},
        {"I am sorry that I have been unable to assist you with this so far.", NULL},
        {"Sorry, I cannot demo the AI assistant to the board.", NULL},
        {"Es tut mir leid, dass ich dir nicht früher geholfen habe.", NULL},
        {"Lo siento, no puedo ir el viernes.", NULL},
        /* Openings that are not chatter. */
        {"Here are the figures: sales are up by 5 %.", NULL},
        {"Sure, Friday works for me.", NULL},
        {"Certainly, I will be there at 10:30.", NULL},
        {"Of course you may bring a friend.", NULL},
        {"Great, here are the figures:\n\n- one\n- two", NULL},
        {"<b> is a tag, <email> too, and a <thing>", NULL},
        {"Dear Jane,\n<think> of me\n<3", NULL},
        {"Great news: we won the tender!", NULL},
        {"Okay then, see you at noon.", NULL},
        {"Subject to your approval, we start on Monday.", NULL},
        {"To whom it may concern,\n\nplease find my application below.", NULL},
        {"Re-reading your letter, I had a question.", NULL},
        {"Email me at noon, please.", NULL},
        /* Marks that mean something. */
        {"The points are:\n\n- one\n- two\n- three\n\n* four\n* five", NULL},
        {"Ticket #1 and #22 & Sons, 5 * 3 = 15, 2 ** 3, AT&T, a && b", NULL},
        {"#1 on my list is you.", NULL},
        {"See [1] and [the attached plan] and [sic], or [two\nlines].", NULL},
        {"Is a < b or a << b? I love you <3 so much.", NULL},
        {"\"Always begin,\" she said, \"with a joke.\"", NULL},
        {"She said \"yes\" and he said \"no\"", NULL},
        {"\xE2\x80\x9CYes\xE2\x80\x9D is all I ask for.", NULL},
        {"Run `make check` and wait.", NULL},
        {"It is\n--\nall good -- really", NULL},
        {"PS: Let me know if you need a lift.", NULL},
        {"Dear Jane,\n\nFeel free to adjust the plan.\n\nKind regards\nAnn", NULL},
        /* Lists and tables repeat themselves, a little. */
        {"Monday 9:00 - 17:00\nTuesday 9:00 - 17:00\nWednesday 9:00 - 17:00\nThursday 9:00 - "
         "17:00\n"
         "Friday 9:00 - 17:00\nSaturday 9:00 - 17:00\nSunday 9:00 - 17:00",
         NULL},
        {"- Room 1: free\n- Room 2: free\n- Room 3: free\n- Room 4: free\n- Room 5: free\n"
         "- Room 6: free\n- Room 7: free\n- Room 8: free",
         NULL},
        {"It was very, very, very, very, very good.", NULL},
        {"Thank you, thank you, thank you! Thank you for all.", NULL},
        /* All kinds of letters. */
        {"Gr\xC3\xBC\xC3\x9F Gott, Herr M\xC3\xBCller, und vielen Dank.", NULL},
        {"\xE0\xA4\xA8\xE0\xA4\xAE\xE0\xA4\xB8\xE0\xA5\x8D\xE0\xA4\xA4\xE0\xA5\x87 one two", NULL},
        {"\xE5\xB0\x8A\xE6\x95\xAC\xE7\x9A\x84\xE5\x85\x88\xE7\x94\x9F", NULL}, /* five words */
        {"Well done \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB \xF0\x9F\x8E\x89 team!", NULL},
    };
    for (size_t i = 0; i < COUNT(emails); i++) {
        check(&chat, emails[i].text, emails[i].text);
    }
}

/* --- what is taken away ----------------------------------------------------------------------- */

static void chatter_goes(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"Sure! Here is the email you asked for:\n\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        {"Sure!\n\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        {"Certainly! Below is a draft email:\n\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        {"Certainly. Here's a polite note for that:\n\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        {"Of course! I'd be happy to help you write this email.\n\nDear Jane,\nhello.",
         "Dear Jane,\nhello."},
        {"Here's the email: Dear Jane, hello again.", "Dear Jane, hello again."},
        {"Here is a formal email requesting leave.\n\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        {"**Here\xE2\x80\x99s a draft:**\n\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        {"Absolutely! Here you go:\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        {"Okay, here is the message:\nSubject: Hi\n\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        {"Email body:\n\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        {"Body: Dear Jane, hello again.", "Dear Jane, hello again."},
        {"Dear Jane,\nhello.\n\nKind regards,\nAnn\n\nLet me know if you'd like any changes!",
         "Dear Jane,\nhello.\n\nKind regards,\nAnn"},
        {"Dear Jane,\nhello.\n\nBest,\nAnn\n\n---\n\nFeel free to adjust this email.\n\nBye",
         "Dear Jane,\nhello.\n\nBest,\nAnn"},
        {"Dear Jane,\nhello.\n\nThanks,\nAnn\n\n(Note: replace the names.)",
         "Dear Jane,\nhello.\n\nThanks,\nAnn"},
        {"Dear Jane,\nhello.\n\nThanks,\nAnn\n\nPS: Feel free to call.",
         "Dear Jane,\nhello.\n\nThanks,\nAnn\n\nPS: Feel free to call."},
        {"Certainly! I have prepared an email for you.\n\n**Subject:** Leave\n\n---\n\nDear "
         "Jane,\nhello.\n\nBest,\nAnn\n\n---\nWould you like any changes?",
         "Dear Jane,\nhello.\n\nBest,\nAnn"},
        {"Absolutely! Short ones are the best.\n\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        {"The text, as you like it\n---\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        {"Something like this\n```\nDear Jane,\nhello.\n```\nBye", "Dear Jane,\nhello."},
        {"Something like this\n<email>\nDear Jane,\nhello.\n</email>", "Dear Jane,\nhello."},
        {"Sure! This email is short\n\n***\n\nI am away on Friday.", "I am away on Friday."},
        {"Sure! This email is short\n<<<EMAIL>>>\nDear Jane,\nhello.\n<<<END>>>",
         "Dear Jane,\nhello."},
        {"I can't write that email, but this email is firm\n\nDear Jane,\nhello.",
         "Dear Jane,\nhello."},
        {"I can't write threatening emails.\n\nSubject: Pay\n\nDear Jane,\npay, please.",
         "Dear Jane,\npay, please."},
        {"Hier ist die E-Mail:\n\nBetreff: Urlaub\n\nLiebe Jane,\nich bin am Freitag nicht "
         "da.\n\nViele Grüße\nAnn\n\nSag mir Bescheid, wenn du Änderungen möchtest.",
         "Liebe Jane,\nich bin am Freitag nicht da.\n\nViele Grüße\nAnn"},
        {"Gerne! Hier ist ein Entwurf:\n\nSehr geehrte Frau Doe,\nhallo.\n\nMit freundlichen "
         "Grüßen,\nAnn\n\n---\n\nGutes Gelingen!",
         "Sehr geehrte Frau Doe,\nhallo.\n\nMit freundlichen Grüßen,\nAnn"},
        {"Bien sûr ! Voici l'e-mail :\n\nBonjour Jane,\nà demain.\n\nCordialement,\nAnn\n\n"
         "N'hésitez pas à modifier ce texte.",
         "Bonjour Jane,\nà demain.\n\nCordialement,\nAnn"},
        {"¡Claro! Aquí tienes el correo:\n\nEstimada Jane:\nhasta el lunes.\n\nSaludos,\nAnn\n\n"
         "¿Quieres que lo cambie?",
         "Estimada Jane:\nhasta el lunes.\n\nSaludos,\nAnn"},
        {"Claro! Aqui está o e-mail:\n\nPrezada Jane,\naté segunda.\n\nAtenciosamente,\nAnn\n\n"
         "Gostaria que eu mudasse algo?",
         "Prezada Jane,\naté segunda.\n\nAtenciosamente,\nAnn"},
        {"Certo! Ecco la bozza:\n\nGentile Jane,\na lunedì.\n\nCordiali saluti,\nAnn\n\nFammi "
         "sapere se va bene.",
         "Gentile Jane,\na lunedì.\n\nCordiali saluti,\nAnn"},
        {"Natuurlijk! Hier is de e-mail:\n\nBeste Jane,\ntot maandag.\n\nMet vriendelijke "
         "groet,\nAnn\n\nWil je dat ik iets verander?",
         "Beste Jane,\ntot maandag.\n\nMet vriendelijke groet,\nAnn"},
        {"ज़रूर! यहाँ आपका ईमेल है:\n\nप्रिय जेन,\nमैं सोमवार को आऊँगी।\n\nसादर,\nऐन\n\nअगर आप बदलाव चाहते हैं, "
         "तो "
         "बताएं।",
         "प्रिय जेन,\nमैं सोमवार को आऊँगी।\n\nसादर,\nऐन"},
        {"好的，以下是邮件：\n\n尊敬的王先生：\n我星期一到。\n\n此致\n敬礼\n\n如果您需要修改，请告"
         "诉我。",
         "尊敬的王先生：\n我星期一到。\n\n此致\n敬礼"},
        /* An email may look like it. */
        {"Great news: we won the tender!\n---\nDetails follow.",
         "Great news: we won the tender!\nDetails follow."},
        {"Ann Lee\n1 Road\n\nDear Jane,\nhello.", "Ann Lee\n1 Road\n\nDear Jane,\nhello."},
        {"Here are the figures.\n---\n1. one", "Here are the figures.\n1. one"},
        {"Hier ist der Bericht: alles gut.", "Hier ist der Bericht: alles gut."},
        {"Sure, Friday works for me.\n\nSee you.", "Sure, Friday works for me.\n\nSee you."},
        {"Dear Jane,\nhello.\n\nBest,\n---\nAnn\n1 Road",
         "Dear Jane,\nhello.\n\nBest,\nAnn\n1 Road"},
        {"Dear Jane,\n\nThank you!\n\nLet me know if you are there.\n---\nBye.",
         "Dear Jane,\n\nThank you!\n\nLet me know if you are there.\nBye."},
        {"Dear Jane,\n\nThank you\n\nThe plan that you sent is a good one, and all of us are glad "
         "to "
         "have seen it before the meeting on Friday.\n---\nFeel free to come.",
         "Dear Jane,\n\nThank you\n\nThe plan that you sent is a good one, and all of us are glad "
         "to "
         "have seen it before the meeting on Friday.\nFeel free to come."},
        {"Dear Jane,\nhello.\n\n---\n\nMore.\n\nBest,\nAnn",
         "Dear Jane,\nhello.\n\nMore.\n\nBest,\nAnn"},
    };
    check_rows(rows, COUNT(rows));
}

static void subject_lines_go(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"Subject: Leave\n\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        {"**Subject:** Leave\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        {"Subject Line: Leave\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        {"SUBJECT : Leave\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        {"Re: Leave\n\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        {"To: jane@example.com\nFrom: ann@example.com\nSubject: x\n\nDear Jane,\nhello.",
         "Dear Jane,\nhello."},
        {"Betreff: Urlaub\n\nLiebe Jane,\nhallo.", "Liebe Jane,\nhallo."},
        {"\xE4\xB8\xBB\xE9\xA2\x98\xEF\xBC\x9A x\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        {"# Subject: Leave\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        /* With what stands before it, unless that is a greeting. */
        {"Leave of a day, a first version.\nSubject: Leave\n\nDear Jane,\nhello.",
         "Dear Jane,\nhello."},
        {"Two thoughts first.\nBe short.\n\nBe kind.\nBetreff: Urlaub\n\nLiebe Jane,\nhallo.",
         "Two thoughts first.\nBe short.\n\nBe kind.\nBetreff: Urlaub\n\nLiebe Jane,\nhallo."},
        {"Hello Jane Doe,\nSubject: Leave on Friday\n\nI will be away.",
         "Hello Jane Doe,\n\nI will be away."},
        {"Hallo Jane,\n\n**Betreff:** Urlaub\n\nIch bin nicht da.",
         "Hallo Jane,\n\nIch bin nicht da."},
        {"Certainly! I have prepared an email for you.\n\n**Subject:** Leave\n\n---\n\nDear "
         "Jane,\nhello.",
         "Dear Jane,\nhello."},
        {"विषय: छुट्टी\n\nप्रिय जेन,\nमैं छुट्टी पर हूँ।", "प्रिय जेन,\nमैं छुट्टी पर हूँ।"},
        {"Objet : congé\n\nChère Jane,\nbonjour.", "Chère Jane,\nbonjour."},
        {"Objet\xC2\xA0: congé\n\nChère Jane,\nbonjour.", "Chère Jane,\nbonjour."},
        {"Asunto: x\n\nHola Jane,\n¿qué tal?", "Hola Jane,\n¿qué tal?"},
        {"Oggetto: x\n\nCiao Jane,\ncome va?", "Ciao Jane,\ncome va?"},
        {"Onderwerp: x\n\nBeste Jane,\nhoe gaat het?", "Beste Jane,\nhoe gaat het?"},
        {"Assunto: x\n\nOlá Jane,\ncomo vai?", "Olá Jane,\ncomo vai?"},
        {"Тема: x\n\nДобрый день, Jane,\nпривет.", "Добрый день, Jane,\nпривет."},
        /* Only there. */
        {"Dear Jane,\nmy choices are these.\nSubject: maths, as you asked.",
         "Dear Jane,\nmy choices are these.\nSubject: maths, as you asked."},
        {"Subjects: maths, as you asked.", "Subjects: maths, as you asked."},
    };
    check_rows(rows, COUNT(rows));
}

static void marks_go(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"```\nDear Jane,\nhello.\n```", "Dear Jane,\nhello."},
        {"<think>\nSubject: x < y <<<END>>> </thin </think\n\n</think>\n\nDear Jane,\nhello.",
         "Dear Jane,\nhello."},
        {"<think>hm</think>Subject: x\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        {"<email>\nDear Jane,\nhello.\n</email>", "Dear Jane,\nhello."},
        {"```text\nDear Jane,\nhello.\n```\nI hope this helps!", "Dear Jane,\nhello."},
        {"Sure!\n```email\nSubject: x\n\nDear Jane,\nhello.\n```\nBye", "Dear Jane,\nhello."},
        {"Dear Jane, run this:\n```\nmake\n```\nThanks.", "Dear Jane, run this:\nmake\nThanks."},
        {"\"Dear Jane,\nhello.\"", "Dear Jane,\nhello."},
        {"\"Dear Jane,\nshe said \"no\".\" \n ", "Dear Jane,\nshe said \"no\"."},
        {"\xE2\x80\x9C"
         "Dear Jane,\nhello.\xE2\x80\x9D",
         "Dear Jane,\nhello."},
        {"\"\"\"\nDear Jane,\nhello.\n\"\"\"", "Dear Jane,\nhello."},
        {"<<<EMAIL>>>\nDear Jane,\nhello.\n<<<END>>>\nMore", "Dear Jane,\nhello."},
        {"<<<EMAIL>>> Dear Jane,\nhello.\n<<<SUBJECT>>>\nMore", "Dear Jane,\nhello."},
        {"&&&&Mail Sentiment: formal&&&&\n####\nDear Jane,\nhello.\n####", "Dear Jane,\nhello."},
        {"####Dear Jane,\nhello &&&&again####.", "Dear Jane,\nhello again."},
        {"---\nDear Jane,\nhello.\n---\n", "Dear Jane,\nhello."},
        {"Dear Jane,\n\n***\n\nhello ===== there.\n=====", "Dear Jane,\n\nhello ===== there."},
        {"# Leave\n## Dear Jane\nhello.", "Leave\nDear Jane\nhello."},
        {"Dear **Jane**,\n**hello** ***there***, **you**.", "Dear Jane,\nhello there, you."},
        {"Dear Jane,\nhello.</s></s>Dear", "Dear Jane,\nhello."},
        {"Dear Jane,\nhello.<|im_end|>\n<|im_start|>", "Dear Jane,\nhello."},
        {"Dear Jane,\nhello.<end_of_turn>\n<start_of_turn>user\nmore", "Dear Jane,\nhello."},
        {"Dear Jane,\nhello.\n<start_of_turn>user\nmore", "Dear Jane,\nhello."},
        {"Dear Jane,\nhello.<eos><eos>", "Dear Jane,\nhello."},
        {"Dear Jane,\nhello.[/INST] More", "Dear Jane,\nhello."},
        {"Dear Jane,\nhello.<｜end▁of▁sentence｜>More", "Dear Jane,\nhello."},
        {"Dear Jane,\nhello.‹｜end｜›More", "Dear Jane,\nhello."},
        {"Dear Jane,\n[/INSTALL], <end_of_turn, <e> and ‹this› stay.",
         "Dear Jane,\n[/INSTALL], <end_of_turn, <e> and ‹this› stay."},
    };
    check_rows(rows, COUNT(rows));
}

#define FILLER(n) "thought " n " is about the leave and how to ask for it,\n"
#define LONG_THOUGHTS                                                                              \
    FILLER("one") FILLER("two") FILLER("three") FILLER("four") FILLER("five") FILLER("six")

static void thoughts_go(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"<thinking>Dear Bob, no.</thinking>\n\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        {"<thought>\nhm\n</thought>\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        {"<reasoning>hm</reasoning>Dear Jane,\nhello.", "Dear Jane,\nhello."},
        {"<thinking>hm\nDear Jane,\nhello.", "!no text"},
        /* The tag that opens them was in the prompt. */
        {"The user wants a leave email, I keep it short.\n</think>\n\nDear Jane,\nhello.",
         "Dear Jane,\nhello."},
        {"The user wants a leave email.</thinking>Subject: x\nDear Jane,\nhello.",
         "Dear Jane,\nhello."},
        {"</think>\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        {"hm\n</think>\n</think>\nDear Jane,\nhello.", "Dear Jane,\nhello."},
        {"Okay, the user wants leave.\n\n" LONG_THOUGHTS "Draft:\n\nDear Jane,\n\nhello.\n\nBest,\n"
         "Ann\n\nI hope this is it. <<<END>>>\nDear Jane, <|no|>\n</think>\nDear Jane,\nhello.",
         "Dear Jane,\nhello."},
        {"I'm sorry, but I can't help with that. Or can I? Yes.\n</think>\nDear Jane,\nhello.",
         "Dear Jane,\nhello."},
        {"The user wants to log in, and cannot.\n\nDear Jane asked too.",
         "The user wants to log in, and cannot.\n\nDear Jane asked too."},
        /* Too late: it was passed on. */
        {"Dear Jane,\nhello again to you.\n</think>\nDear Jane,\nhello.", "!thoughts"},
    };
    check_rows(rows, COUNT(rows));
}

/* With nobody listening it never is too late. */
static void thoughts_go_at_any_time_when_nobody_listens(void **state)
{
    (void)state;
    static const char text[] = "Dear Bob is how it may begin, perhaps.\n</think>\nDear Jane,\nhi.";
    const char *email = NULL;
    struct chatur_error error = {0};
    for (size_t first = 0; first < sizeof(text); first++) {
        chatur_arena_reset(arena);
        struct chatur_tidy *tidy = chatur_tidy_new(&chat, MAX_BYTES, NULL, arena);
        (void)chatur_tidy_feed(tidy, text, first);
        (void)chatur_tidy_feed(tidy, text + first, sizeof(text) - 1 - first);
        assert_int_equal(chatur_tidy_finish(tidy, &email, &error), CHATUR_OK);
        assert_string_equal(email, "Dear Jane,\nhi.");
    }
}

#define LETTER                                                                                      \
    "Dear Jane,\n\nI am writing to ask for leave on Friday. I have to see a dentist in the "        \
    "morning, "                                                                                     \
    "and do not expect to be back at my desk before the evening.\n\nZoë covers for me. She knows " \
    "the customers well, and has the key to the cabinet with all of the files.\n\nPlease tell me "  \
    "whether that is fine with you. I would of course make up for the time in the week after "      \
    "that one.\n\nKind regards,\nAnn"
#define UNSIGNED                                                                                   \
    "One day I would like to see the sea. It must be very large and blue. Who knows how deep it "  \
    "may be?"

static void an_email_is_not_written_again(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {LETTER "\n\n" LETTER "\n\n" LETTER "\n\n" LETTER, LETTER},
        {LETTER "\n" LETTER, LETTER},
        {LETTER "\n\n\n\nSubject: Leave\n\n" LETTER, LETTER},
        {LETTER "\n\nBetreff: Leave\n\n" LETTER, LETTER},
        {LETTER "\n\nDear Jane,\n\nI am writing to ask for", LETTER}, /* out of tokens */
        {LETTER "\n\nPlease tell me whether that is fine with you.", LETTER},
        {LETTER "\n\nPlease tell me whether that is fine with you. More", LETTER},
        {UNSIGNED "\n\n" UNSIGNED "\n\n" UNSIGNED, UNSIGNED},
        {UNSIGNED " " UNSIGNED " And more.", UNSIGNED},
        {"Dear Jane,\n" UNSIGNED "\n\nDear Jane,\n" UNSIGNED, "Dear Jane,\n" UNSIGNED},
        /* 我想请假一天。星期五我要去看医生。请告诉我可不可以。 twice */
        {"我想请假一天。星期五我要去看医生。请告诉我可不可以。\n\n我想请假一天。星期五我要去看医生"
         "。请告诉我可不可以。",
         "我想请假一天。星期五我要去看医生。请告诉我可不可以。"},
        /* Some of it may come again. */
        {LETTER "\n\nPS: I am writing to you again.", NULL},
        {LETTER "\n\nDear me, I forgot the key!", NULL},
        {LETTER "\nAnn Lee\nZoë covers for you, too.", NULL},
        {"Dear Jane,\nI would like to see the sea. It must be very large. No. I would like to see "
         "the "
         "sea. It must be very large. Yes.",
         NULL},
        {"Dear Jane,\nopen: 9 to 5\nMonday\nopen: 9 to 5\nTuesday\nopen: 9 to 5\nBest,\nAnn", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        check(&chat, rows[i].text, rows[i].wanted != NULL ? rows[i].wanted : rows[i].text);
    }
}

static void white_space_is_normalised(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"\n\n  Dear Jane,  \r\n\r\n\r\n\r\nhello.\t\n \n\n", "Dear Jane,\n\nhello."},
        {"Dear Jane,\rhello\vagain\fand.", "Dear Jane,\nhello\nagain\nand."},
        {"Dear Jane,\xE2\x80\xA8hello\xE2\x80\xA9"
         "again\xC2\x85.",
         "Dear Jane,\nhello\nagain\n."},
        {"Dear Jane,\r\n\n\rhello.", "Dear Jane,\n\nhello."},
        {"a\tb  c                    d", "a b  c        d"},
        {"List:\n  - one\n    - two", "List:\n  - one\n    - two"},
        {"\xEF\xBB\xBF"
         "Dear Jane,\x07\x1B[1m hi\x7F\xC2\x9B\xE2\x80\x8B.",
         "Dear Jane,[1m hi."},
        {"caf\xE9 au lait, na\xC3\xAFve.", "caf\xEF\xBF\xBD au lait, na\xC3\xAFve."},
        {"\xE2\x82 one two three", "\xEF\xBF\xBD one two three"},
        {"\xED\xA0\x80 one two", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD one two"},
        {"one two three \xF0\x9F\x8E", "one two three"},
    };
    check_rows(rows, COUNT(rows));
}

/* Put together by chance, from what means something: the pieces never show, and the sink has what
 * the text is. */
static void pieces_never_show(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "Dear Jane,",
        "Hello",
        "\n",
        "\n\n",
        " ",
        "Sure! ",
        "Here is ",
        "the email:",
        "Subject: x",
        "Betreff: y",
        "---",
        "***",
        "```",
        "<think>",
        "</think>",
        "</thinking>",
        "<email>",
        "<<<EMAIL>>>",
        "<<<",
        "<|",
        "<end_of_turn>",
        "I'm sorry. ",
        "I cannot ",
        "help with that.",
        "Best regards,",
        "Ann",
        "[Your Name]",
        "[Date]",
        "\"",
        "**",
        "Let me know if ",
        "the user wants ",
        "an email about the leave that I ask for. ",
        "Viele Grüße",
        "好的，",
        "以下是邮件：",
        "您好",
        "I will be away on Friday. ",
        "It is a day like any other one. ",
        "What do you think of that plan? ",
        "re",
        "####",
    };
    static char text[4096];
    static char whole[4096];
    size_t emails = 0;
    for (size_t round = 0; round < ROUNDS; round++) {
        size_t length = 0;
        dice = dice * 1103515245U + 12345U;
        for (size_t left = 3 + (dice >> 16) % 24; left > 0; left--) {
            dice = dice * 1103515245U + 12345U;
            length += (size_t)snprintf(text + length, sizeof(text) - length, "%s",
                                       parts[(dice >> 16) % COUNT(parts)]);
        }
        struct result result = tidy_cut(&chat, text, length, length, 0);
        (void)snprintf(whole, sizeof(whole), "%s%s",
                       result.outcome == CHATUR_OK ? result.text : "!", result.why);
        emails += result.outcome == CHATUR_OK ? 1 : 0;
        result = tidy_cut(&chat, text, length, 1, 1);
        expect(&result, text, whole, "byte by byte, in round", round);
        result = tidy_random(&chat, text, length);
        expect(&result, text, whole, "in random pieces, in round", round);
    }
    assert_in_range(emails, ROUNDS / 4, ROUNDS * 3 / 4); /* a fair share of both */
}

/* The character is put together here, since as it is it would turn this line around. */
static void directions_are_not_turned(void **state)
{
    (void)state;
    static char turned[] = "one _\x80\xAE"
                           "two three";
    turned[4] = '\xE2'; /* U+202E */
    check(&chat, turned, "one two three");
}

static void blanks_are_filled_in(void **state)
{
    (void)state;
    static const struct row known[] = {
        {"Dear [Recipient's Name],\nhello.\nBest,\n[Your Name]",
         "Dear Jane Doe,\nhello.\nBest,\nAnn Lee"},
        {"Dear [Name],\nI am [your full name].", "Dear Jane Doe,\nI am Ann Lee."},
        {"Hi [name],\nhello.\nBest,\n[Name]", "Hi Jane Doe,\nhello.\nBest,\nAnn Lee"},
        {"Dear [Recipient\xE2\x80\x99s Name],\nhello.", "Dear Jane Doe,\nhello."},
        {"[Your Name]\n[Your Address]\n[City, State, Zip]\n[Date]\n\nDear Jane,\nhello.",
         "Dear Jane,\nhello."},
        {"Dear Jane,\nhello.\nBest,\n[Your Name]\n[Your Position]\n[Phone] | [Email]",
         "Dear Jane,\nhello.\nBest,\nAnn Lee"},
        {"Dear Jane,\nhello from **[Your Name]**.", "Dear Jane,\nhello from Ann Lee."},
        /* Nobody can know. */
        {"Dear Jane,\nsee you on [Date] at [Company Name].",
         "Dear Jane,\nsee you on [Date] at [Company Name]."},
        {"Dear Jane,\n[Your Name", "Dear Jane,\n[Your Name"},
    };
    static const struct row unknown[] = {
        {"Dear [Recipient's Name],\nhello.\nBest,\n[Your Name]",
         "Dear Sir or Madam,\nhello.\nBest,"},
        {"Hello [Name],\nhow are you?", "Hello,\nhow are you?"},
        {"Good morning [Name]!\nhow are you?", "Good morning!\nhow are you?"},
        {"My name is [Your Name] and I write.", "My name is [Your Name] and I write."},
    };
    check_rows(known, COUNT(known));
    for (size_t i = 0; i < COUNT(unknown); i++) {
        check(&completion, unknown[i].text, unknown[i].wanted);
    }
}

static void stops_end_it(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"Dear Jane,\nhello.\n<<<END>>>\n\nSubject: next", "Dear Jane,\nhello."},
        {"Dear Jane,\nhello.<<<", "Dear Jane,\nhello."},
        {"Dear Jane,\nhello.\n\nSubject: next", "Dear Jane,\nhello."},
        {"Dear Jane,\nhello.\nKeywords: next", "Dear Jane,\nhello."},
        {"Dear Jane,\nhello.\nSubjects: a, b\n<<", "Dear Jane,\nhello.\nSubjects: a, b\n<<"},
        {"\n\nSubject: x\nDear Jane,\nhello.\n<", "Dear Jane,\nhello.\n<"},
        {"Sure!\nSubject: x\nDear Jane,\nhello.", "Dear Jane,\nhello."},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        check(&completion, rows[i].text, rows[i].wanted);
    }
    /* Nothing more is wanted after it. */
    struct chatur_tidy *tidy = start(&chat, MAX_BYTES);
    assert_true(chatur_tidy_feed(tidy, "Dear Jane,\nhello.<<<E", 21));
    assert_false(chatur_tidy_feed(tidy, "ND>>> and more", 14));
    assert_false(chatur_tidy_feed(tidy, " and more", 9));
    assert_string_equal(finish(tidy).text, "Dear Jane,\nhello.");
}

/* --- sizes ------------------------------------------------------------------------------------ */

static void fill_with(char *text, size_t length, const char *pattern)
{
    size_t size = strlen(pattern);
    for (size_t i = 0; i < length; i++) {
        text[i] = pattern[i % size];
    }
}

static void pathological_sizes_are_bounded(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {" ", "!too long"},
        {"\n", "!too long"},
        {"\r", "!too long"},
        {"[", "!"},
        {"*", "!"},
        {"#", "!"},
        {"`", "!"},
        {"\"", "!"},
        {"<", "!"},
        {"&", "!"},
        {"a", "!repeats"},
        {"-\n", "!repeats"},
        {"```\n", "!"},
        {"Sure! ", "!"},
        {"Subject: x\n", "!too long"},
        {"[Date]\n", "!too long"},
        {"\xE2\x80\x8B", "!too long"},
        {"\xC2\x80", "!too long"},
        {"\x80", "!not text"},
        {"_", "!"},
        {"Here is the email:\n", "!too long"},
        {"\xF0\x9F\x8E\x89", "!repeats"},
        {"> ", "!repeats"},
        {"(", "!repeats"},
    };
    static char text[MANY];
    for (size_t i = 0; i < COUNT(rows); i++) {
        fill_with(text, sizeof(text), rows[i].text);
        struct result result = tidy_cut(&chat, text, sizeof(text), sizeof(text), 0);
        expect(&result, rows[i].text, rows[i].wanted, "so often", sizeof(text));
        result = tidy_cut(&chat, text, sizeof(text), 7, 7);
        expect(&result, rows[i].text, rows[i].wanted, "in sevens", sizeof(text));
    }
}

static void thoughts_may_be_long_but_not_endless(void **state)
{
    (void)state;
    struct chatur_tidy *tidy = start(&chat, MAX_BYTES);
    assert_true(chatur_tidy_feed(tidy, "<think>", 7));
    for (size_t i = 0; i < 200000; i++) {
        assert_true(chatur_tidy_feed(tidy, "x", 1));
    }
    assert_true(chatur_tidy_feed(tidy, "</think>Dear Jane, hello.", 25));
    assert_string_equal(finish(tidy).text, "Dear Jane, hello.");

    tidy = start(&chat, MAX_BYTES);
    assert_true(chatur_tidy_feed(tidy, "<think>", 7));
    size_t i = 0;
    while (i < 2000000 && chatur_tidy_feed(tidy, "x", 1)) {
        i++;
    }
    assert_true(i < 300000);
    assert_int_equal(finish(tidy).outcome, CHATUR_BAD_ANSWER);
}

/* Different words without end: only the cap stops it. */
static size_t write_words(char *text, size_t bytes)
{
    size_t used = 0;
    for (unsigned i = 0; used + 12 < bytes; i++) {
        used += (size_t)snprintf(text + used, bytes - used, "w%u ", i * 7919U);
    }
    return used;
}

static void the_cap_is_exact(void **state)
{
    (void)state;
    static char text[MANY];
    size_t length = write_words(text, sizeof(text));
    struct result result = tidy_cut(&chat, text, length, length, 0);
    expect(&result, "words", "!too long", "of", length);
    text[MAX_BYTES - 1] = 'x';
    result = tidy_cut(&chat, text, MAX_BYTES, 100, 100);
    assert_int_equal(result.outcome, CHATUR_OK);
    assert_int_equal(strlen(result.text), MAX_BYTES);
    text[MAX_BYTES] = 'x';
    result = tidy_cut(&chat, text, MAX_BYTES + 1, 100, 100);
    expect(&result, "words", "!too long", "of", MAX_BYTES + 1);
}

/* What comes goes on, but for what may still be something else. */
static void little_is_held_back(void **state)
{
    (void)state;
    static char text[MANY];
    size_t length = write_words(text, MAX_BYTES);
    struct chatur_tidy *tidy = start(&chat, MAX_BYTES);
    for (size_t i = 0; i < length; i++) {
        assert_true(chatur_tidy_feed(tidy, text + i, 1));
        assert_true(i < 260 || catcher.length + 8 >= i); /* no greeting: a paragraph */
    }
    assert_int_equal(finish(tidy).outcome, CHATUR_OK);

    /* A greeting is there as soon as it is written. */
    tidy = start(&chat, MAX_BYTES);
    assert_true(chatur_tidy_feed(tidy, "Dear Jane Doe,", 14));
    assert_string_equal(catcher.text, "Dear Jane Doe,");
    (void)finish(tidy);
    /* Without one, the first paragraph is as soon as the second begins, and the rest follows. */
    static const char *const pieces[] = {"Friday works for me.", "\n\nI", " am glad."};
    static const char *const there[] = {"", "Friday works for me.\n\nI",
                                        "Friday works for me.\n\nI am glad."};
    tidy = start(&chat, MAX_BYTES);
    for (size_t i = 0; i < COUNT(pieces); i++) {
        assert_true(chatur_tidy_feed(tidy, pieces[i], strlen(pieces[i])));
        assert_string_equal(catcher.text, there[i]);
    }
    (void)finish(tidy);
    /* What begins like an earlier sentence waits until it differs. */
    tidy = start(&chat, MAX_BYTES);
    assert_true(chatur_tidy_feed(tidy, "Dear Jane, I am here. I am", 26));
    assert_string_equal(catcher.text, "Dear Jane, I am here. I am");
    assert_true(chatur_tidy_feed(tidy, " there. Dear Ja", 15));
    assert_string_equal(catcher.text, "Dear Jane, I am here. I am there.");
    assert_true(chatur_tidy_feed(tidy, "ck", 2));
    assert_string_equal(catcher.text, "Dear Jane, I am here. I am there. Dear Jack");
    (void)finish(tidy);
}

static void memory_and_sinks_may_be_missing(void **state)
{
    (void)state;
    static char text[MANY];
    size_t length = write_words(text, MAX_BYTES);
    const char *email = NULL;
    struct chatur_error error = {0};
    struct chatur_arena *small = chatur_arena_new(1);
    assert_non_null(chatur_arena_alloc(small, 8000)); /* of the 8192 that it has at least */
    assert_null(chatur_tidy_new(&chat, MAX_BYTES, NULL, small));
    chatur_arena_free(small);

    chatur_arena_reset(arena);
    struct chatur_tidy *tidy = chatur_tidy_new(&chat, MAX_BYTES, NULL, arena);
    assert_true(chatur_tidy_feed(tidy, text, length));
    assert_false(chatur_tidy_has_put(tidy));
    assert_int_equal(chatur_tidy_finish(tidy, &email, &error), CHATUR_OK);
    assert_int_equal(strlen(email), length - 1); /* the space at its end */

    small = chatur_arena_new(1);
    assert_non_null(chatur_arena_alloc(small, 3000));
    tidy = chatur_tidy_new(&chat, MAX_BYTES, NULL, small);
    assert_non_null(tidy);
    assert_false(chatur_tidy_feed(tidy, text, length));
    assert_int_equal(chatur_tidy_finish(tidy, &email, &error), CHATUR_INTERNAL);
    chatur_arena_free(small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unusable_answers_are_found_out),
        cmocka_unit_test(nothing_of_a_bad_answer_was_passed_on),
        cmocka_unit_test(pathological_sizes_are_bounded),
        cmocka_unit_test(emails_pass_as_they_are),
        cmocka_unit_test(chatter_goes),
        cmocka_unit_test(subject_lines_go),
        cmocka_unit_test(marks_go),
        cmocka_unit_test(thoughts_go),
        cmocka_unit_test(thoughts_go_at_any_time_when_nobody_listens),
        cmocka_unit_test(an_email_is_not_written_again),
        cmocka_unit_test(pieces_never_show),
        cmocka_unit_test(white_space_is_normalised),
        cmocka_unit_test(directions_are_not_turned),
        cmocka_unit_test(blanks_are_filled_in),
        cmocka_unit_test(stops_end_it),
        cmocka_unit_test(thoughts_may_be_long_but_not_endless),
        cmocka_unit_test(the_cap_is_exact),
        cmocka_unit_test(little_is_held_back),
        cmocka_unit_test(memory_and_sinks_may_be_missing),
    };
    return cmocka_run_group_tests(tests, make_arena, free_arena);
}
