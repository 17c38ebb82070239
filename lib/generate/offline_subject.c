/* A ladder of tests, the surest first; whatever none of them knows is a topic, which every template
 * can write about, and what would read badly even so is put in quotation marks, as the subject line
 * it is. The user's words stay together and in order: only capitals change, and words may be put
 * before them. */
#include "generate/offline_subject.h"

#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "generate/offline_article.h"
#include "generate/offline_grammar.h"
#include "generate/offline_restore.h"
#include "generate/offline_spelling.h"
#include "generate/offline_subject_line.h"

struct reading {
    struct chatur_topic *topic;
    struct chatur_wording wording;
    const char *typed; /* the wording with the capitals it came with */
    bool wished;       /* it came as “I want to …” */
    const struct chatur_words *words;
    struct chatur_arena *arena;
};

/* “leave request”, but not “your request”. */
static bool is_document(const struct chatur_wording *wording)
{
    return wording->count > 0 &&
           chatur_wording_is(wording, chatur_wording_head(wording, 0), CHATUR_WORD_DOCUMENT) &&
           !chatur_wording_is(wording, 0, CHATUR_WORD_DETERMINER | CHATUR_WORD_POSSESSIVE);
}

static bool settle(struct reading *reading, enum chatur_form form, const char *before,
                   const char *after)
{
    struct chatur_topic *topic = reading->topic;
    topic->form = form;
    topic->general = form == CHATUR_FAVOUR            ? CHATUR_ACTION
                     : is_document(&reading->wording) ? CHATUR_DOCUMENT
                     : form >= CHATUR_EXTRA_FORM      ? CHATUR_TOPIC
                                                      : form;
    topic->text =
        chatur_arena_printf(reading->arena, "%s%s%s", before, reading->wording.text, after);
    for (int i = 0; i < CHATUR_ARTICLES; i++) {
        topic->articles[i] =
            before[0] != '\0' ? ""
                              : chatur_wording_article(&reading->wording, (enum chatur_article)i);
    }
    return topic->text != NULL;
}

/* As a subject line is quoted. Straight marks, unless it has some of its own. */
static bool settle_quoted(struct reading *reading)
{
    const char *subject = reading->typed;
    bool own = strchr(subject, '"') != NULL;
    reading->topic->form = CHATUR_TOPIC;
    reading->topic->text = chatur_arena_printf(reading->arena, "%s%s%s", own ? "\u201c" : "\"",
                                               subject, own ? "\u201d" : "\"");
    for (int i = 0; i < CHATUR_ARTICLES; i++) {
        reading->topic->articles[i] = "";
    }
    return reading->topic->text != NULL;
}

static bool is_question(const struct chatur_wording *wording, char closing)
{
    const uint64_t asked = CHATUR_WORD_PRONOUN | CHATUR_WORD_DETERMINER;
    if (closing == '?') {
        return true;
    }
    if (chatur_wording_is(wording, 0, CHATUR_WORD_QUESTION)) {
        return chatur_wording_is(wording, 1,
                                 CHATUR_WORD_AUXILIARY | CHATUR_WORD_PAST | CHATUR_WORD_PAST_MAYBE |
                                     CHATUR_WORD_THIRD);
    }
    return chatur_wording_is(wording, 0, CHATUR_WORD_AUXILIARY) &&
           !chatur_wording_is(wording, 0, CHATUR_WORD_CLAUSE) &&
           chatur_wording_is(wording, 1, asked);
}

/* “Reminder: fees are due”, “Thank you for …”, “The shop is closed. Come back tomorrow”. */
static bool stands_alone(const struct chatur_wording *wording)
{
    for (size_t i = 0; i + 1 < wording->count; i++) {
        size_t end = wording->tokens[i + 1].start;
        char mark = '\0';
        if (end > 1) {
            mark = wording->text[end - 2];
        }
        if (mark == '!' || mark == '?' ||
            (mark == '.' && wording->tokens[i].length > 3 && i > 0 &&
             (wording->tokens[i].kinds & CHATUR_WORD_KNOWN) != 0)) {
            return true;
        }
        if (mark == ':' && chatur_wording_is(wording, i, CHATUR_WORD_LABEL)) {
            return true;
        }
    }
    static const char *const called[] = {"all", "everyone", "folks", "guys", "team", NULL};
    size_t last = wording->count - 1;
    if (last > 0 && wording->tokens[0].closed && chatur_wording_is_one_of(wording, 0, called)) {
        return true; /* “Team, send me your hours” */
    }
    if (chatur_wording_equals(wording, 0, "you") && chatur_wording_equals(wording, 2, "invited")) {
        return true;
    }
    if (last > 0 && chatur_wording_is_one_of(wording, last, called) &&
        wording->text[wording->tokens[last].start - 2] == ',') {
        return true; /* “Great work, everyone” */
    }
    return chatur_wording_is(wording, 0, CHATUR_WORD_OPENER) && !chatur_wording_is_trait(wording) &&
           !(chatur_wording_equals(wording, 0, "let") && chatur_wording_equals(wording, 1, "me")) &&
           (wording->count > 1 || !chatur_wording_equals(wording, 0, "please")) &&
           (!chatur_wording_equals(wording, 0, "welcome") ||
            chatur_wording_equals(wording, 1, "to"));
}

/* Symbols, other scripts, template-looking text, a colon in the middle. */
static bool wants_quotes(const struct chatur_wording *wording)
{
    const char *text = wording->text;
    bool role = chatur_wording_is(wording, chatur_wording_head(wording, 0),
                                  CHATUR_WORD_ROLE | CHATUR_WORD_OPENING);
    size_t foreign = 0;
    for (size_t i = 0; i < wording->length; i++) {
        foreign += (unsigned char)text[i] >= 0x80;
    }
    bool digit = chatur_is_digit(text[0]);
    bool mark = text[0] == '"' || (unsigned char)text[0] >= 0x80;
    bool latin = (unsigned char)text[0] >= 0xc3 && (unsigned char)text[0] <= 0xc9; /* É, Ö, Š */
    return !(chatur_is_letter(text[0]) || digit || (mark && (text[0] == '"' || latin))) ||
           foreign * 2 > wording->length || strpbrk(text, "{}<>%|=\\`~^") != NULL ||
           strstr(text, ": ") != NULL || (strstr(text, " - ") != NULL && !role) ||
           strstr(text, "--") != NULL || strstr(text, "..") != NULL;
}

static bool ends_with(const struct chatur_token *token, const char *text, const char *end)
{
    size_t length = strlen(end);
    return token->length > length + 2 &&
           strncasecmp(text + token->start + token->length - length, end, length) == 0;
}

/* “finding a new role” */
static bool is_gerund(const struct chatur_wording *wording)
{
    return ends_with(&wording->tokens[0], wording->text, "ing") &&
           !chatur_wording_is(wording, 0, CHATUR_WORD_COUNT | CHATUR_WORD_EVENT) &&
           chatur_wording_is(wording, 1, CHATUR_WORD_DETERMINER | CHATUR_WORD_PREPOSITION);
}

/* A word that no list knows and that ends like what people work as: “glazier”, “florist”. */
static bool is_trade(const struct chatur_wording *wording, size_t head)
{
    static const char *const endings[] = {"er", "or", "ist", "ian", "man"};
    const struct chatur_token *token = &wording->tokens[head];
    bool trade = false;
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        trade = trade || ends_with(token, wording->text, endings[i]);
    }
    return trade && (token->kinds & CHATUR_WORD_KNOWN) == 0 && !token->number &&
           !chatur_wording_is(wording, 0, CHATUR_WORD_DETERMINER | CHATUR_WORD_POSSESSIVE);
}

static enum chatur_form form_of_noun(const struct chatur_wording *wording)
{
    size_t head = chatur_wording_head(wording, 0);
    static const struct {
        uint64_t kind;
        enum chatur_form form;
    } forms[] = {
        {CHATUR_WORD_OPENING, CHATUR_OPENING},
        {CHATUR_WORD_EVENT, CHATUR_EVENT},
        {CHATUR_WORD_WANTED, CHATUR_WANTED},
        {CHATUR_WORD_ROLE, CHATUR_ROLE},
    };
    if (is_document(wording)) {
        return chatur_wording_is(wording, head, CHATUR_WORD_WANTED) ? CHATUR_WANTED
                                                                    : CHATUR_DOCUMENT;
    }
    if (is_gerund(wording)) {
        return CHATUR_TOPIC; /* “finding a new role” */
    }
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (chatur_wording_is(wording, head, forms[i].kind)) {
            return forms[i].form;
        }
    }
    return is_trade(wording, head) ? CHATUR_ROLE : CHATUR_TOPIC;
}

/* “URGENT”, “please”, “to”: nothing that can be written about without quotation marks. */
static bool is_no_noun(const struct chatur_wording *wording)
{
    const uint64_t others = CHATUR_WORD_QUALITY | CHATUR_WORD_PREPOSITION | CHATUR_WORD_DETERMINER |
                            CHATUR_WORD_PRONOUN | CHATUR_WORD_AUXILIARY | CHATUR_WORD_QUESTION |
                            CHATUR_WORD_OPENER;
    return wording->count == 1 && chatur_wording_is(wording, 0, others) &&
           !chatur_wording_is(wording, 0, CHATUR_WORD_COUNT);
}

static bool settle_noun(struct reading *reading)
{
    struct chatur_wording *wording = &reading->wording;
    enum chatur_form form = form_of_noun(wording);
    if (form == CHATUR_ROLE && chatur_wording_is_headline(wording)) {
        /* Letters name a role with capitals: the position of Senior Software Engineer. */
        chatur_wording_case_small(wording);
        return settle(reading, form, "", "");
    }
    chatur_wording_case(wording, reading->words);
    if (form == CHATUR_TOPIC && (is_no_noun(wording) || chatur_wording_is_clipped(wording))) {
        return settle_quoted(reading);
    }
    return settle(reading, form, "", "");
}

/* “Leaving party”, “Planning meeting on Monday”. */
static bool is_kind_of_event(const struct chatur_wording *wording)
{
    const uint64_t after = CHATUR_WORD_PREPOSITION | CHATUR_WORD_TIME | CHATUR_WORD_WEEKDAY;
    return (chatur_wording_equals(wording, 0, "leaving") ||
            chatur_wording_equals(wording, 0, "planning")) &&
           chatur_wording_is(wording, 1, CHATUR_WORD_EVENT) &&
           (wording->count == 2 || chatur_wording_is(wording, 2, after));
}

/* “help me with my taxes”, “fix the tap”: the reader is the one to do it. */
static bool is_asked_of_reader(const struct chatur_wording *wording)
{
    static const char *const verbs[] = {"allow",   "approve", "check",  "clarify", "confirm",
                                        "explain", "extend",  "fix",    "forward", "grant",
                                        "provide", "refund",  "repair", "replace", "resend",
                                        "send",    "share",   "sign",   "update",  NULL};
    bool us = chatur_wording_equals(wording, 1, "us") && !chatur_wording_equals(wording, 0, "join");
    bool for_me = wording->count > 2 && (us || chatur_wording_equals(wording, 1, "me"));
    return wording->count > 1 && chatur_wording_is_action(wording) &&
           (for_me || chatur_wording_is_one_of(wording, 0, verbs));
}

/* “can't attend the wedding”, “need two days off” */
static bool lacks_i(const struct chatur_wording *wording)
{
    const uint64_t asks = CHATUR_WORD_PRONOUN | CHATUR_WORD_DETERMINER;
    bool helper = chatur_wording_is(wording, 0, CHATUR_WORD_AUXILIARY) &&
                  !chatur_wording_is(wording, 1, asks);
    return wording->count > 1 && (helper || (chatur_wording_is(wording, 0, CHATUR_WORD_CLAUSE) &&
                                             !chatur_wording_is(wording, 0, CHATUR_WORD_VERB)));
}

static bool is_apology(const struct chatur_wording *wording)
{
    size_t at =
        chatur_wording_equals(wording, 0, "so") || chatur_wording_equals(wording, 0, "very");
    return wording->count > at + 1 && chatur_wording_equals(wording, at, "sorry");
}

/* “split the bill”: the lists do not know the verb, but the article after it gives it away. */
static bool is_order(const struct chatur_wording *wording)
{
    const uint64_t others = CHATUR_WORD_KNOWN | CHATUR_WORD_PROPER;
    return !chatur_wording_is(wording, 0, others) && wording->count > 2 &&
           !ends_with(&wording->tokens[0], wording->text, "ing") &&
           !chatur_wording_equals(wording, 1, "a") && chatur_wording_takes_object(wording);
}

/* Forms that a verb decides. False when it is none of them. */
static bool settle_verbal(struct reading *reading, bool *settled)
{
    struct chatur_wording *wording = &reading->wording;
    static const char *const about[] = {"about", "regarding", "concerning", "to"};
    enum chatur_form form = CHATUR_FORMS;
    const char *before = "";
    if (wording->count == 1 && chatur_wording_is(wording, 0, CHATUR_WORD_QUALITY) &&
        !chatur_wording_is(wording, 0, CHATUR_WORD_COUNT)) {
        form = CHATUR_STATEMENT;
        before = "this is "; /* “URGENT” */
    } else if (is_apology(wording)) {
        form = CHATUR_SENTENCE;
        before = "I am "; /* “so sorry for the delay” */
    } else if (chatur_wording_equals(wording, 0, "don't") &&
               chatur_wording_is(wording, 1, CHATUR_WORD_VERB)) {
        form = CHATUR_SENTENCE;
        before = "please "; /* “don't forget the keys” */
    } else if (lacks_i(wording)) {
        form = CHATUR_STATEMENT;
        before = "I ";
    } else if (is_asked_of_reader(wording)) {
        form = CHATUR_FAVOUR;
    } else if (chatur_wording_is_trait(wording) && wording->count > 1) {
        form = CHATUR_STATEMENT;
        before = "I am ";
    } else if (chatur_wording_is(wording, 0, CHATUR_WORD_DOING) && !is_kind_of_event(wording)) {
        form = CHATUR_DOING;
    } else if (chatur_wording_is_deed(wording) || chatur_wording_is_clause(wording)) {
        form = CHATUR_STATEMENT;
        before = chatur_wording_is_deed(wording) ? "I " : "";
    } else if ((chatur_wording_is_action(wording) && (wording->count > 1 || reading->wished)) ||
               (is_order(wording) && !chatur_wording_is_headline(wording))) {
        form = CHATUR_ACTION;
    }
    for (size_t i = 0; i < sizeof(about) / sizeof(about[0]) && wording->count > 1; i++) {
        if (chatur_wording_equals(wording, 0, about[i])) {
            form = CHATUR_DOING;
            before = "writing ";
        }
    }
    if (form == CHATUR_FORMS) {
        return false;
    }
    chatur_wording_case(wording, reading->words);
    *settled = settle(reading, form, before, "");
    return true;
}

/* The subject with the words that a headline leaves out, without its closing mark. */
static char *restored(const struct reading *reading, char closing)
{
    const char *mark = closing == '?' ? "?" : "";
    char *text = reading->typed != NULL
                     ? chatur_arena_printf(reading->arena, "%s%s", reading->typed, mark)
                     : NULL;
    text = text != NULL ? chatur_text_spelled(reading->arena, text) : NULL;
    text = text != NULL ? chatur_text_restored(reading->arena, text, true, reading->words) : NULL;
    if (text != NULL && closing == '?' && text[0] != '\0') {
        text[strlen(text) - 1] = '\0';
    }
    return text;
}

bool chatur_topic_read(struct chatur_topic *topic, const char *subject,
                       const struct chatur_words *words, struct chatur_arena *arena)
{
    struct reading reading = {.topic = topic, .words = words, .arena = arena};
    struct chatur_wording *wording = &reading.wording;
    char closing = '\0';
    bool settled = false;
    char *clean = chatur_text_clean(arena, subject, false);
    if (clean == NULL) {
        return false;
    }
    if (!chatur_text_has_words(clean) || chatur_line_is_greeting(clean)) {
        *topic = (struct chatur_topic){.text = "the matter below", .articles = {"", "", "", ""}};
        return true;
    }
    const char *typed = chatur_line_without_marks(clean);
    const char *text = chatur_line_without_wish(typed);
    reading.wished = text != typed;
    size_t length = chatur_line_without_closing(text, strlen(text), &closing);
    reading.typed = chatur_arena_strndup(arena, text, length);
    char *open = restored(&reading, closing);
    length = open != NULL ? strlen(open) : 0;
    if (open == NULL || reading.typed == NULL ||
        !chatur_wording_read(wording, open, length, words, arena)) {
        return false;
    }
    wording->shouted = chatur_text_is_shouted(text);
    if (stands_alone(wording) && closing != '?') {
        chatur_wording_case_names(wording);
        return settle(&reading, CHATUR_SENTENCE, "", closing == '!' ? "!" : "");
    }
    if (is_question(wording, closing)) {
        chatur_wording_case_names(wording);
        return settle(&reading, CHATUR_QUESTION, "", "?");
    }
    if (wants_quotes(wording)) {
        return settle_quoted(&reading);
    }
    if (settle_verbal(&reading, &settled)) {
        return settled;
    }
    return settle_noun(&reading);
}
