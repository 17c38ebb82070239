/* A phrase is here because models say it and emails, at that place, do not. When in doubt it is
 * left out: a line too many in an email is better than one too few. */
#include "generate/tidy_phrases.h"

#include <stddef.h>

const char *const chatur_header_labels[] = {
    "subject",
    "subject line",
    "email subject",
    "re",
    "fw",
    "fwd",
    "to",
    "from",
    "cc",
    "bcc",
    "betreff",
    "objet",
    "asunto",
    "oggetto",
    "assunto",
    "temat",
    "konu",
    "onderwerp",
    "\xC3\xA4mne",                                      /* ämne */
    "\xD1\x82\xD0\xB5\xD0\xBC\xD0\xB0",                 /* тема */
    "\xD0\xA2\xD0\xB5\xD0\xBC\xD0\xB0",                 /* Тема */
    "\xE0\xA4\xB5\xE0\xA4\xBF\xE0\xA4\xB7\xE0\xA4\xAF", /* विषय */
    "\xE4\xB8\xBB\xE9\xA2\x98",                         /* 主题 */
    "\xE4\xBB\xB6\xE5\x90\x8D",                         /* 件名 */
    NULL,
};

const char *const chatur_body_labels[] = {
    "email",  "email body", "body",   "body of the email", "message", "draft", "email draft",
    "answer", "response",   "output", "assistant",         "result",  NULL,
};

const char *const chatur_interjections[] = {
    "sure",         "sure thing", "certainly",  "of course", "absolutely", "okay",
    "ok",           "alright",    "all right",  "great",     "no problem", "happy to help",
    "glad to help", "gladly",     "understood", "got it",    "definitely", NULL,
};

const char *const chatur_presentations[] = {
    "here is",           "here's",
    "here are",          "here you go",
    "here it is",        "below is",
    "below you",         "this is a",
    "this is the",       "the following is",
    "i've written",      "i have written",
    "i've drafted",      "i have drafted",
    "i've composed",     "i can help",
    "i'd be happy",      "i would be happy",
    "i'd be glad",       "i'll help",
    "i'll write",        "i will write",
    "i'll draft",        "i can write",
    "i'm happy to help", "i am happy to help",
    "let me write",      "let me draft",
    "based on the",      "based on your",
    "as requested",      NULL,
};

const char *const chatur_words_for_email[] = {
    "email", "e-mail", "draft", "message", "letter", "template", "sample", "version", NULL,
};

const char *const chatur_refusal_openings[] = {
    "i'm sorry",
    "i am sorry",
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
    "i'm an ai",
    "i am an ai",
    "i'm just an ai",
    "unfortunately",
    "my apologies",
    "i must decline",
    "i have to decline",
    "i do not feel comfortable",
    "i don't feel comfortable",
    NULL,
};

/* Of what only a model is asked for. */
#define DECLINED(cannot)                                                                           \
    cannot " assist with that", cannot " assist with this", cannot " assist you with that",        \
        cannot " assist you with this", cannot " help with that",                                  \
        cannot " help with this request", cannot " help you with that",                            \
        cannot " help you with this request", cannot " fulfill th", cannot " fulfil th",           \
        cannot " fulfill your", cannot " fulfil your", cannot " comply with",                      \
        cannot " complete this request", cannot " create an email", cannot " create content",      \
        cannot " create that", cannot " generate", cannot " write this email",                     \
        cannot " write that", cannot " write an email", cannot " write emails",                    \
        cannot " write the email", cannot " provide that", cannot " draft this email",             \
        cannot " draft an email", cannot " produce that", cannot " engage in",                     \
        cannot " continue with this request"

const char *const chatur_refusals[] = {
    DECLINED("can't"),
    DECLINED("cannot"),
    DECLINED("can not"),
    DECLINED("unable to"),
    DECLINED("not able to"),
    DECLINED("won't"),
    DECLINED("will not"),
    "ai language model",
    "ai assistant",
    "an ai model",
    "as an ai,",
    "an ai and",
    "comfortable writing",
    "comfortable creating",
    "comfortable generating",
    "must decline to write",
    "decline this request",
    "decline to write this",
    NULL,
};

/* Asked only of a paragraph after the sign-off. */
const char *const chatur_remarks[] = {
    "let me know if you",
    "feel free to",
    "note:",
    "please note that this",
    "note that",
    "i hope this",
    "hope this",
    "this email",
    "this draft",
    "this version",
    "remember to",
    "make sure to",
    "be sure to",
    "don't forget to",
    "would you like me",
    "please replace",
    "replace the",
    "you can adjust",
    "you can customize",
    "you can customise",
    "you can replace",
    "is there anything",
    "if you'd like me",
    "if you would like me",
    "if you need any changes",
    "i've kept",
    "i kept the",
    "word count",
    "explanation:",
    "key changes",
    "alternatively, here",
    "here is another",
    "here's another",
    "subject:",
    "keywords:",
    NULL,
};

const char *const chatur_sign_offs[] = {
    "best regards",
    "kind regards",
    "kindest regards",
    "warm regards",
    "warmest regards",
    "regards",
    "best",
    "best wishes",
    "all the best",
    "sincerely",
    "yours sincerely",
    "sincerely yours",
    "yours faithfully",
    "yours truly",
    "yours",
    "respectfully",
    "respectfully yours",
    "with thanks",
    "many thanks",
    "thanks",
    "thank you",
    "thanks again",
    "with gratitude",
    "gratefully",
    "cheers",
    "with apologies",
    "with best wishes",
    "with warm thanks",
    "warmly",
    "take care",
    "with kind regards",
    "with best regards",
    "with warm regards",
    "love",
    "cordially",
    NULL,
};
