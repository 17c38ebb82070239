/* Telling kinds of phrases apart by the kinds of their words: no parsing, but tests that say yes
 * only when the words leave little doubt. */
#include "generate/offline_grammar.h"

#include <string.h>

bool chatur_wording_is_third(const struct chatur_wording *wording, size_t index)
{
    static const char *const objects[] = {"a",   "an",  "the",  "my",    "our", "your",
                                          "his", "her", "its",  "him",   "it",  "me",
                                          "us",  "you", "them", "their", NULL};
    const uint64_t noun_before = CHATUR_WORD_DETERMINER | CHATUR_WORD_NUMBER |
                                 CHATUR_WORD_POSSESSIVE | CHATUR_WORD_PREPOSITION |
                                 CHATUR_WORD_VERB | CHATUR_WORD_QUALITY;
    const uint64_t after =
        CHATUR_WORD_PREPOSITION | CHATUR_WORD_TIME | CHATUR_WORD_WEEKDAY | CHATUR_WORD_DETERMINER;
    if (index == 0 || !chatur_wording_is(wording, index, CHATUR_WORD_THIRD) ||
        chatur_wording_is(wording, index - 1, noun_before) || wording->tokens[index - 1].closed ||
        wording->tokens[index - 1].number) {
        return false;
    }
    if (chatur_wording_is_one_of(wording, index + 1, objects)) {
        return true;
    }
    static const char *const people[] = {"boss",   "brother",  "colleague", "dad",      "driver",
                                         "father", "friend",   "husband",   "landlord", "manager",
                                         "mother", "neighbor", "neighbour", "roommate", "sister",
                                         "son",    "tenant",   "wife",      NULL};
    if (chatur_wording_is_one_of(wording, index - 1, people)) {
        return true; /* “my neighbour parks here” */
    }
    /* “visits” may be a noun; “replaces” cannot. */
    return !chatur_wording_is(wording, index, CHATUR_WORD_PLURAL) &&
           (index + 1 == wording->count || wording->tokens[index + 1].number ||
            chatur_wording_is(wording, index + 1, after) ||
            chatur_wording_equals(wording, index + 1, "to") ||
            chatur_wording_equals(wording, index + 1, "there"));
}

#define NOUN_SIGNS (CHATUR_WORD_DETERMINER | CHATUR_WORD_NUMBER | CHATUR_WORD_POSSESSIVE)

/* Words that weaken or strengthen: “still very interested”. The index of what they are said of. */
static size_t after_degrees(const struct chatur_wording *wording)
{
    static const char *const degrees[] = {"currently", "fully",  "highly",  "most",     "quite",
                                          "really",    "so",     "still",   "terribly", "truly",
                                          "very",      "always", "already", "also"};
    size_t at = 0;
    for (bool found = true; found && at + 1 < wording->count; at += found) {
        found = false;
        for (size_t i = 0; i < sizeof(degrees) / sizeof(degrees[0]) && !found; i++) {
            found = chatur_wording_equals(wording, at, degrees[i]);
        }
    }
    return at;
}

static bool is_noun_sign(const struct chatur_wording *wording, size_t index)
{
    return chatur_wording_equals(wording, index, "it") ||
           chatur_wording_equals(wording, index, "you") ||
           chatur_wording_equals(wording, index, "them") ||
           chatur_wording_is(wording, index, NOUN_SIGNS) ||
           chatur_wording_equals(wording, index, "me") ||
           chatur_wording_equals(wording, index, "us") ||
           (index < wording->count && wording->tokens[index].number);
}

/* “pulled”, “stepping”: what somebody did or does, unless a list knows it as a noun. */
static bool ends_like_verb(const struct chatur_wording *wording)
{
    const struct chatur_token *first = &wording->tokens[0];
    const char *end = wording->text + first->start + first->length;
    bool noun = (first->kinds & (CHATUR_WORD_COUNT | CHATUR_WORD_EVENT)) != 0;
    bool known = (first->kinds & CHATUR_WORD_KNOWN) != 0;
    return first->length > 4 && !noun &&
           (memcmp(end - 2, "ed", 2) == 0 || (!known && memcmp(end - 3, "ing", 3) == 0));
}

bool chatur_wording_is_subject(const struct chatur_wording *wording, size_t end)
{
    const uint64_t never = CHATUR_WORD_PRONOUN | CHATUR_WORD_AUXILIARY | CHATUR_WORD_PREPOSITION |
                           CHATUR_WORD_QUESTION | CHATUR_WORD_OPENER;
    const uint64_t verbs = CHATUR_WORD_CLAUSE | CHATUR_WORD_PAST | CHATUR_WORD_PAST_MAYBE |
                           CHATUR_WORD_VERB | CHATUR_WORD_DOING;
    const uint64_t past = CHATUR_WORD_PAST | CHATUR_WORD_PAST_MAYBE;
    static const char *const others[] = {"no",   "not",   "never", "always", "most",  "very",
                                         "as",   "still", "hard",  "first",  "fully", "so",
                                         "done", "any",   "self",  "own",    "only",  NULL};
    if (end == 0 || end > 4 || chatur_wording_is(wording, 0, verbs) ||
        (end == 1 && ends_like_verb(wording))) {
        return false;
    }
    for (size_t i = 0; i < end; i++) {
        bool joins = i > 0 && chatur_wording_equals(wording, i, "and");
        bool verb = i > 0 && chatur_wording_is(wording, i, past) &&
                    !chatur_wording_is(wording, i, CHATUR_WORD_COUNT);
        if ((chatur_wording_is(wording, i, never) && !joins) || verb ||
            chatur_wording_is_one_of(wording, i, others) || wording->tokens[i].closed ||
            wording->tokens[i].dash) {
            return false;
        }
    }
    const struct chatur_token *last = &wording->tokens[end - 1];
    if (end > 1 && last->length > 5 && (last->kinds & CHATUR_WORD_KNOWN) == 0 &&
        memcmp(wording->text + last->start + last->length - 3, "ing", 3) == 0) {
        return false; /* “company shutting” down */
    }
    const uint64_t no_noun =
        CHATUR_WORD_TRAIT | CHATUR_WORD_QUALITY | CHATUR_WORD_TIME | CHATUR_WORD_WEEKDAY;
    const uint64_t nouns = CHATUR_WORD_COUNT | CHATUR_WORD_DOCUMENT | CHATUR_WORD_ROLE |
                           CHATUR_WORD_OPENING | CHATUR_WORD_EVENT | CHATUR_WORD_PERSON |
                           CHATUR_WORD_WANTED;
    return !chatur_wording_is(wording, end - 1, CHATUR_WORD_UNIT) &&
           (!chatur_wording_is(wording, end - 1, no_noun) ||
            chatur_wording_is(wording, end - 1, nouns));
}

bool chatur_wording_is_finite(const struct chatur_wording *wording, size_t index)
{
    static const char *const told[] = {"advised", "agreed",   "asked",  "began",   "flew", "gave",
                                       "got",     "promised", "remain", "remains", "said", "seem",
                                       "seems",   "stay",     "told",   "took",    NULL};
    static const char *const happened[] = {
        "arrived", "broke",  "came", "crashed", "disappeared", "ended",   "cracked", "expired",
        "faded",   "failed", "fell", "rang",    "refused",     "stopped", "went",    NULL};
    static const char *const adverbs[] = {"just", "never", "still", NULL};
    bool adverb = chatur_wording_is_one_of(wording, index, adverbs);
    bool ends = index + adverb + 1 >= wording->count;
    bool somebody = index > 0 && chatur_wording_is(wording, index - 1, CHATUR_WORD_ROLE) &&
                    (chatur_wording_is(wording, index, CHATUR_WORD_PAST) ||
                     chatur_wording_equals(wording, index, "cancelled"));
    return somebody || chatur_wording_is_one_of(wording, index + adverb, happened) ||
           (!ends && chatur_wording_is_one_of(wording, index + adverb, told));
}

bool chatur_wording_is_asking(const struct chatur_wording *wording)
{
    size_t at = chatur_wording_is(wording, 0, CHATUR_WORD_QUESTION);
    return chatur_wording_is(wording, at, CHATUR_WORD_AUXILIARY) && wording->count > at + 2 &&
           chatur_wording_is(wording, at + 1, CHATUR_WORD_PRONOUN) &&
           !chatur_wording_equals(wording, at + 1, "there");
}

bool chatur_wording_is_clause(const struct chatur_wording *wording)
{
    if (chatur_wording_is(wording, 0, CHATUR_WORD_PRONOUN)) {
        return wording->count > 1;
    }
    for (size_t i = 1; i < wording->count; i++) {
        if (chatur_wording_is(wording, i, CHATUR_WORD_QUESTION) ||
            chatur_wording_equals(wording, i, "that")) {
            return false; /* “the report that is due” */
        }
        if (chatur_wording_is_third(wording, i) &&
            !chatur_wording_is(wording, 0, CHATUR_WORD_PREPOSITION)) {
            return true; /* “Asha covers my work” */
        }
        if (chatur_wording_is_subject(wording, i) && chatur_wording_is_finite(wording, i)) {
            return true; /* “the truck broke down” */
        }
        bool month = chatur_wording_is(wording, i, CHATUR_WORD_MONTH);
        if (chatur_wording_is(wording, i, CHATUR_WORD_AUXILIARY) && !month &&
            i + 1 < wording->count && !chatur_wording_is(wording, 0, CHATUR_WORD_PREPOSITION)) {
            return true;
        }
    }
    return false;
}

bool chatur_wording_is_action(const struct chatur_wording *wording)
{
    if (chatur_wording_is(wording, 0, CHATUR_WORD_VERB)) {
        return true;
    }
    bool noun = chatur_wording_is(wording, 0, CHATUR_WORD_COUNT);
    if (noun && wording->count > 1 && wording->tokens[1].number &&
        (wording->count == 2 || chatur_wording_is(wording, 2, CHATUR_WORD_PREPOSITION))) {
        return false; /* “order 4711” */
    }
    if (!chatur_wording_is(wording, 0, CHATUR_WORD_MAYBE_VERB) || wording->count < 2) {
        return false;
    }
    bool work = chatur_wording_equals(wording, 0, "work") &&
                (chatur_wording_equals(wording, 1, "from") ||
                 chatur_wording_equals(wording, 1, "remotely"));
    bool study =
        (chatur_wording_equals(wording, 1, "part") || chatur_wording_equals(wording, 1, "full")) &&
        chatur_wording_equals(wording, 2, "time");
    bool object = chatur_wording_equals(wording, 1, "it") ||
                  chatur_wording_equals(wording, 1, "online") ||
                  (chatur_wording_is(wording, 1, CHATUR_WORD_PLURAL) &&
                   chatur_wording_is(wording, 0, CHATUR_WORD_ASK));
    return is_noun_sign(wording, 1) || work || study || (!noun && object);
}

/* “carried”: a word that no list knows and that ends like a verb in the past. */
static bool is_past_form(const struct chatur_wording *wording)
{
    static const char *const owners[] = {"a",    "an",  "his",   "her",  "its",  "my", "our",
                                         "that", "the", "their", "this", "your", NULL};
    const struct chatur_token *first = &wording->tokens[0];
    return ((first->kinds & CHATUR_WORD_KNOWN) == 0 ||
            chatur_wording_is_one_of(wording, 1, owners)) &&
           first->length > 4 &&
           memcmp(wording->text + first->start + first->length - 2, "ed", 2) == 0;
}

bool chatur_wording_is_deed(const struct chatur_wording *wording)
{
    if (wording->count < 2 || (chatur_wording_is(wording, 0, CHATUR_WORD_TRAIT) &&
                               chatur_wording_equals(wording, 1, "and"))) {
        return false;
    }
    if (chatur_wording_is(wording, 2, CHATUR_WORD_UNIT) &&
        chatur_wording_equals(wording, 3, "ago")) {
        return chatur_wording_is(wording, 0, CHATUR_WORD_PAST); /* “sent …”: by whom? */
    }
    static const char *const particles[] = {"and", "back", "care", "charge", "off",
                                            "on",  "out",  "over", "part",   "up"};
    bool ever =
        chatur_wording_equals(wording, 0, "never") || chatur_wording_equals(wording, 0, "always");
    if (chatur_wording_is(wording, 0, CHATUR_WORD_PAST) ||
        (ever && chatur_wording_is(wording, 1, CHATUR_WORD_PAST | CHATUR_WORD_PAST_MAYBE))) {
        return true;
    }
    for (size_t i = 1; i + 1 < wording->count; i++) {
        if (chatur_wording_equals(wording, i, "by") && wording->tokens[i + 1].number &&
            chatur_wording_is(wording, 0, CHATUR_WORD_PAST_MAYBE)) {
            return true; /* “reduced cost by 30%” */
        }
    }
    /* “built dashboards” */
    bool followed = is_noun_sign(wording, 1) || chatur_wording_is(wording, 1, CHATUR_WORD_PLURAL);
    for (size_t i = 0; i < sizeof(particles) / sizeof(particles[0]); i++) {
        followed = followed || (chatur_wording_equals(wording, 1, particles[i]) &&
                                !chatur_wording_is(wording, 2, CHATUR_WORD_WEEKDAY) &&
                                !(wording->count > 2 && wording->tokens[2].number));
    }
    return followed && (chatur_wording_is(wording, 0, CHATUR_WORD_PAST_MAYBE) ||
                        (is_past_form(wording) && chatur_wording_is(wording, 1, NOUN_SIGNS)));
}

bool chatur_wording_is_past(const struct chatur_wording *wording)
{
    const struct chatur_token *first = &wording->tokens[0];
    bool submitted = first->length > 4 &&
                     (first->kinds & (CHATUR_WORD_TRAIT | CHATUR_WORD_QUALITY)) == 0 &&
                     memcmp(wording->text + first->start + first->length - 2, "ed", 2) == 0;
    return wording->count > 1 &&
           (chatur_wording_is(wording, 0, CHATUR_WORD_PAST | CHATUR_WORD_PAST_MAYBE) ||
            submitted) &&
           (wording->tokens[1].number ||
            chatur_wording_is(wording, 1,
                              CHATUR_WORD_PREPOSITION | CHATUR_WORD_TIME | CHATUR_WORD_WEEKDAY |
                                  CHATUR_WORD_NUMBER));
}

bool chatur_wording_is_trait(const struct chatur_wording *wording)
{
    size_t at = after_degrees(wording);
    static const char *const pairs[][2] = {
        {"hard", "working"}, {"self", "employed"}, {"self", "taught"}, {"well", "organised"}};
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (wording->count == 2 && chatur_wording_equals(wording, 0, pairs[i][0]) &&
            chatur_wording_equals(wording, 1, pairs[i][1])) {
            return true;
        }
    }
    if (chatur_wording_equals(wording, 0, "good") &&
        (chatur_wording_equals(wording, 1, "with") || chatur_wording_equals(wording, 1, "at"))) {
        return true;
    }
    static const char *const trained[] = {"certified", "qualified", "trained", NULL};
    if (wording->count > 1 && wording->count < 4 && !wording->tokens[0].number &&
        chatur_wording_is_one_of(wording, wording->count - 1, trained)) {
        return true; /* “BLS certified” */
    }
    if (at > 0 && chatur_wording_is(wording, at, CHATUR_WORD_DOING)) {
        return true; /* “still waiting” */
    }
    if (!chatur_wording_is(wording, at, CHATUR_WORD_TRAIT)) {
        return false;
    }
    if (chatur_wording_equals(wording, at, "not")) {
        return chatur_wording_is(wording, at + 1, CHATUR_WORD_TRAIT | CHATUR_WORD_DOING);
    }
    const uint64_t after =
        CHATUR_WORD_PREPOSITION | CHATUR_WORD_TIME | CHATUR_WORD_WEEKDAY | CHATUR_WORD_MONTH;
    return wording->count == at + 1 || chatur_wording_is(wording, at + 1, after) ||
           wording->tokens[at + 1].number;
}

bool chatur_wording_is_clipped(const struct chatur_wording *wording)
{
    const uint64_t after = CHATUR_WORD_PREPOSITION | CHATUR_WORD_TIME | CHATUR_WORD_WEEKDAY;
    for (size_t i = 1; i < wording->count; i++) {
        bool last = i + 1 == wording->count || chatur_wording_is(wording, i + 1, after);
        bool modified =
            chatur_wording_is(wording, i - 1, CHATUR_WORD_PREPOSITION | CHATUR_WORD_DETERMINER);
        if (!modified &&
            ((last && chatur_wording_is(wording, i, CHATUR_WORD_PREDICATE)) ||
             (chatur_wording_is(wording, i, CHATUR_WORD_PAST) && i + 1 < wording->count))) {
            return true;
        }
    }
    return false;
}

/* Does a number at `index` belong to what is around it: “order 4711”, “chapter 3 and 4”? */
static bool number_fits(const struct chatur_wording *wording, size_t index)
{
    const uint64_t joints = CHATUR_WORD_PREPOSITION | CHATUR_WORD_DETERMINER;
    bool last = index + 1 == wording->count;
    return index == 0 || chatur_wording_is(wording, index - 1, joints) || last ||
           chatur_wording_is(wording, index + 1, CHATUR_WORD_PREPOSITION) ||
           wording->tokens[index + 1].number || wording->tokens[index + 1].dash;
}

/* Words that a noun with what belongs to it does not have. */
static bool is_foreign_to_nouns(const struct chatur_wording *wording, size_t index)
{
    static const char *const others[] = {
        "not",      "never", "always", "only",  "ok",   "okay",  "fine", "too",
        "twice",    "once",  "now",    "then",  "so",   "just",  "else", "ever",
        "ex",       "tall",  "least",  "told",  "me",   "soon",  "well", "previously",
        "formerly", "sent",  "got",    "made",  "saw",  "met",   "kept", "up",
        "off",      "back",  "@",      "since", "self", "still", NULL};
    if (chatur_wording_is_one_of(wording, index, others)) {
        return true;
    }
    return false;
}

bool chatur_wording_takes_object(const struct chatur_wording *wording)
{
    static const char *const owners[] = {"a", "an", "my", "our", "the", "your", NULL};
    static const char *const others[] = {"especially", "mainly", "not", "quite", "rather", NULL};
    const uint64_t before = CHATUR_WORD_PREPOSITION | CHATUR_WORD_DETERMINER | CHATUR_WORD_NUMBER;
    return chatur_wording_is_one_of(wording, 1, owners) && !chatur_wording_is(wording, 0, before) &&
           !chatur_wording_is_one_of(wording, 0, others) && !wording->tokens[0].number &&
           !wording->tokens[0].closed && !(wording->count == 3 && wording->tokens[2].closed);
}

/* “used Zendesk”, “book slot”, “lost job in May”: it may be a deed or an order, and where it may it
 * is no noun. “Missed connection” is. */
static bool may_be_a_verb(const struct chatur_wording *wording)
{
    const uint64_t past = CHATUR_WORD_PAST | CHATUR_WORD_PAST_MAYBE;
    const uint64_t nouns = CHATUR_WORD_COUNT | CHATUR_WORD_EVENT | CHATUR_WORD_WANTED;
    bool noun = chatur_wording_is(wording, 0, CHATUR_WORD_COUNT);
    bool done = chatur_wording_is(wording, 0, past) || is_past_form(wording);
    bool described = wording->count == 2 && chatur_wording_is(wording, 1, nouns);
    bool order =
        chatur_wording_is(wording, 0, CHATUR_WORD_ASK) &&
        (!noun || (wording->count == 2 && chatur_wording_is(wording, 1, CHATUR_WORD_COUNT)));
    return (!noun && (chatur_wording_is(wording, 0, CHATUR_WORD_CLAUSE) || (done && !described))) ||
           order;
}

bool chatur_wording_is_noun_phrase(const struct chatur_wording *wording)
{
    const uint64_t verbs = CHATUR_WORD_AUXILIARY | CHATUR_WORD_PRONOUN;
    const uint64_t closing = CHATUR_WORD_TRAIT | CHATUR_WORD_PREDICATE | CHATUR_WORD_QUALITY |
                             CHATUR_WORD_PREPOSITION | CHATUR_WORD_DETERMINER;
    const uint64_t nouns = CHATUR_WORD_COUNT | CHATUR_WORD_WANTED | CHATUR_WORD_PLURAL |
                           CHATUR_WORD_PERSON | CHATUR_WORD_EVENT | CHATUR_WORD_ROLE;
    for (size_t i = 0; i < wording->count; i++) {
        bool noun = chatur_wording_is(wording, i, nouns);
        bool first = i == 0;
        bool last = i + 1 == wording->count;
        if (is_foreign_to_nouns(wording, i) || (!first && chatur_wording_is(wording, i, verbs)) ||
            (wording->tokens[i].number && !number_fits(wording, i)) ||
            (last && !first && !noun && chatur_wording_is(wording, i, closing)) ||
            (first && !last && chatur_wording_equals(wording, i, "any")) ||
            (first && !last && (chatur_wording_takes_object(wording) || may_be_a_verb(wording)))) {
            return false;
        }
    }
    return true;
}
