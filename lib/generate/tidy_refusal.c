/* An email that apologises begins as a refusal does, so much must come together: a first sentence
 * that speaks of now ("I cannot", not "I could not") and of what only a model is asked for, with no
 * word of when. Even then the text is given the chance to prove itself an email (tidy_text.c). */
#include "generate/tidy_refusal.h"

#include <string.h>

static const char *const openings[] = {
    "i'm sorry",
    "i am sorry",
    "i'm really sorry",
    "i'm very sorry",
    "sorry",
    "i apologize",
    "i apologise",
    "i can't",
    "i cannot",
    "i can not",
    "i'm unable",
    "i am unable",
    "i'm not able",
    "i am not able",
    "i won't",
    "i will not",
    "as an ai",
    "as a language model",
    "as a large language model",
    "i'm an ai",
    "i am an ai",
    "i'm just an ai",
    "unfortunately",
    "my apologies",
    "i must decline",
    "i have to decline",
    "i must respectfully decline",
    "i do not feel comfortable",
    "i don't feel comfortable",
    "i'm not comfortable",
    "i am not comfortable",
    /* German, French, Spanish, Portuguese, Italian, Dutch, Hindi, Chinese, Japanese, Russian */
    "es tut mir leid",
    "tut mir leid",
    "leider kann ich",
    "ich kann ",
    "entschuldigung",
    "je suis désolé",
    "désolé",
    "je ne peux pas",
    "lo siento",
    "no puedo",
    "sinto muito",
    "desculpe",
    "não posso",
    "mi dispiace",
    "non posso",
    "het spijt me",
    "sorry, maar",
    "ik kan ",
    "मुझे खेद है",
    "मुझे माफ़ करें",
    "क्षमा करें",
    "对不起",
    "很抱歉",
    "抱歉",
    "申し訳",
    "извините",
    "к сожалению",
    NULL,
};

#define WRITES(cannot, verb)                                                                       \
    cannot " " verb " that", cannot " " verb " this email", cannot " " verb " this content",       \
        cannot " " verb " this kind", cannot " " verb " this type",                                \
        cannot " " verb " this message", cannot " " verb " such", cannot " " verb " content",      \
        cannot " " verb " an email", cannot " " verb " a message", cannot " " verb " a letter",    \
        cannot " " verb " emails", cannot " " verb " the email"

#define DECLINES(cannot)                                                                           \
    cannot " assist with that", cannot " assist with this", cannot " assist with your request",    \
        cannot " assist you with that", cannot " assist you with this", cannot " assist in ",      \
        cannot " help with that", cannot " help with this", cannot " help you with that",          \
        cannot " help you with this", cannot " fulfill this", cannot " fulfill that",              \
        cannot " fulfill your request", cannot " fulfil this", cannot " fulfil that",              \
        cannot " fulfil your request", cannot " comply with", cannot " complete this request",     \
        cannot " complete this task", cannot " complete your request", cannot " provide that",     \
        cannot " provide assistance", cannot " engage in", cannot " continue with this request",   \
        WRITES(cannot, "write"), WRITES(cannot, "create"), WRITES(cannot, "generate"),             \
        WRITES(cannot, "draft"), WRITES(cannot, "produce"), WRITES(cannot, "compose")

static const char *const words[] = {
    DECLINES("i can't"),
    DECLINES("i cannot"),
    DECLINES("i can not"),
    DECLINES("i'm unable to"),
    DECLINES("i am unable to"),
    DECLINES("i'm not able to"),
    DECLINES("i am not able to"),
    DECLINES("i won't"),
    DECLINES("i will not"),
    "as an ai,",
    "as an ai i",
    "i'm an ai",
    "i am an ai",
    "comfortable writing",
    "comfortable creating",
    "comfortable generating",
    "decline to write",
    "decline this request",
    "decline your request",
    "dabei nicht helfen",
    "damit nicht helfen",
    "nicht weiterhelfen",
    "anfrage nicht",
    "e-mail nicht schreiben",
    "pas vous aider",
    "pas t'aider",
    "pas répondre à cette demande",
    "pas rédiger",
    "no puedo ayudar",
    "no puedo escribir",
    "no puedo cumplir",
    "não posso ajudar",
    "não posso escrever",
    "não posso atender",
    "non posso aiutar",
    "non posso scrivere",
    "non posso soddisfare",
    "niet mee helpen",
    "niet bij helpen",
    "verzoek niet",
    "मदद नहीं कर सकत",
    "सहायता नहीं कर सकत",
    "अनुरोध को पूरा नहीं",
    "无法协助",
    "无法帮助",
    "无法提供",
    "无法满足",
    "不能协助",
    "お手伝いできません",
    "お応えできません",
    "не могу помочь",
    "не могу выполнить",
    NULL,
};

/* Who can do it at another time, or with somebody else, is a person. */
static const char *const excuses[] = {
    " before ",      " until ",      " till ",     " by ",           " today",     " tomorrow",
    " tonight",      " this week",   " next week", " this year",     " in time",   " on time",
    " anymore",      " any more",    " right now", " at the moment", " on monday", " on tuesday",
    " on wednesday", " on thursday", " on friday", " on saturday",   " on sunday", " this month",
    " next month",   " myself",      " in person", " alone",         " without ",  NULL,
};

/* Only a model says so. */
static const char *const models[] = {
    "as an ai language model",
    "as a language model",
    "as a large language model",
    "i'm just an ai",
    "as an ai assistant",
    "als ki-",
    NULL,
};

/* Bytes of the sentence at `text`. */
static size_t sentence(const char *text)
{
    static const char *const wide[] = {"\xE3\x80\x82", "\xE0\xA5\xA4"}; /* 。। */
    size_t length = strcspn(text, ".!?");
    for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
        const char *end = strstr(text, wide[i]);
        length = end != NULL && (size_t)(end - text) < length ? (size_t)(end - text) : length;
    }
    return length;
}

enum chatur_verdict chatur_refusal_read(const struct chatur_plain *plain, bool whole,
                                        struct chatur_reading *reading)
{
    size_t length = 0;
    char first[sizeof(plain->text)];
    const char *text = plain->text + strspn(plain->text, "\"'");
    enum chatur_answer answer = chatur_begins_any(text, openings, whole, &length);
    if (answer != CHATUR_YES) {
        return answer == CHATUR_MAYBE ? CHATUR_VERDICT_OPEN : CHATUR_VERDICT_KEEP;
    }
    size_t said = length + strspn(text + length, "., !"); /* "I'm sorry." is not all yet */
    size_t end = said + sentence(text + said);
    if (text[end] == '\0' && !whole) {
        return CHATUR_VERDICT_OPEN;
    }
    memcpy(first, text, end);
    first[end] = '\0';
    if (chatur_has_any(first, models)) {
        return CHATUR_VERDICT_REFUSAL;
    }
    reading->declines = chatur_has_any(first, words) && !chatur_has_any(first, excuses);
    return CHATUR_VERDICT_KEEP;
}
