/* Every word here reaches a model's instructions, so all of them are ours: what the user sends only
 * ever picks one. */
#include "generate/options.h"

#include <stddef.h>
#include <string.h>

const char *const chatur_tones[] = {"formal",     "neutral", "friendly", "enthusiastic",
                                    "apologetic", "firm",    NULL};
const char *const chatur_lengths[] = {"short", "medium", "long", NULL};

/* In the order of the lists above. */
static const char *const tone_instructions[] = {
    "formal: polite and reserved, full forms, no contractions, no slang",
    "neutral: plain and matter-of-fact, neither stiff nor chatty",
    "friendly: warm and personal, as to somebody one knows, contractions welcome",
    "enthusiastic: lively and glad, without exaggerating and with few exclamation marks",
    "apologetic: sorry for the trouble, taking responsibility, without grovelling",
    "firm: clear and decided about what is expected, polite throughout",
};
static const char *const length_instructions[] = {
    "short: at most 80 words in the message, one or two paragraphs",
    "medium: 80 to 160 words in the message, two to four paragraphs",
    "long: 160 to 300 words in the message, in several paragraphs; longer by saying more about "
    "what "
    "is given, never by inventing",
};

static const char *instruction(const char *const *list, const char *const *instructions,
                               const char *word)
{
    for (size_t i = 0; word != NULL && list[i] != NULL; i++) {
        if (strcmp(list[i], word) == 0) {
            return instructions[i];
        }
    }
    return "";
}

const char *chatur_tone_instruction(const char *tone)
{
    return instruction(chatur_tones, tone_instructions, tone);
}

const char *chatur_length_instruction(const char *length)
{
    return instruction(chatur_lengths, length_instructions, length);
}

/* ISO 639, as far as language models write them. */
static const struct {
    char tag[4];
    const char *name;
} languages[] = {
    {"af", "Afrikaans"},   {"am", "Amharic"},
    {"ar", "Arabic"},      {"as", "Assamese"},
    {"az", "Azerbaijani"}, {"be", "Belarusian"},
    {"bg", "Bulgarian"},   {"bn", "Bengali"},
    {"bs", "Bosnian"},     {"ca", "Catalan"},
    {"cs", "Czech"},       {"cy", "Welsh"},
    {"da", "Danish"},      {"de", "German"},
    {"el", "Greek"},       {"en", "English"},
    {"eo", "Esperanto"},   {"es", "Spanish"},
    {"et", "Estonian"},    {"eu", "Basque"},
    {"fa", "Persian"},     {"fi", "Finnish"},
    {"fil", "Filipino"},   {"fr", "French"},
    {"ga", "Irish"},       {"gl", "Galician"},
    {"gu", "Gujarati"},    {"ha", "Hausa"},
    {"he", "Hebrew"},      {"hi", "Hindi"},
    {"hr", "Croatian"},    {"hu", "Hungarian"},
    {"hy", "Armenian"},    {"id", "Indonesian"},
    {"ig", "Igbo"},        {"is", "Icelandic"},
    {"it", "Italian"},     {"ja", "Japanese"},
    {"ka", "Georgian"},    {"kk", "Kazakh"},
    {"km", "Khmer"},       {"kn", "Kannada"},
    {"ko", "Korean"},      {"la", "Latin"},
    {"lo", "Lao"},         {"lt", "Lithuanian"},
    {"lv", "Latvian"},     {"mk", "Macedonian"},
    {"ml", "Malayalam"},   {"mn", "Mongolian"},
    {"mr", "Marathi"},     {"ms", "Malay"},
    {"mt", "Maltese"},     {"my", "Burmese"},
    {"nb", "Norwegian"},   {"ne", "Nepali"},
    {"nl", "Dutch"},       {"nn", "Norwegian Nynorsk"},
    {"no", "Norwegian"},   {"or", "Odia"},
    {"pa", "Punjabi"},     {"pl", "Polish"},
    {"ps", "Pashto"},      {"pt", "Portuguese"},
    {"ro", "Romanian"},    {"ru", "Russian"},
    {"sa", "Sanskrit"},    {"si", "Sinhala"},
    {"sk", "Slovak"},      {"sl", "Slovenian"},
    {"so", "Somali"},      {"sq", "Albanian"},
    {"sr", "Serbian"},     {"sv", "Swedish"},
    {"sw", "Swahili"},     {"ta", "Tamil"},
    {"te", "Telugu"},      {"th", "Thai"},
    {"tl", "Tagalog"},     {"tr", "Turkish"},
    {"uk", "Ukrainian"},   {"ur", "Urdu"},
    {"uz", "Uzbek"},       {"vi", "Vietnamese"},
    {"yo", "Yoruba"},      {"zh", "Chinese"},
    {"zu", "Zulu"},
};

const char *chatur_language_name(const char *tag)
{
    size_t length = strcspn(tag, "-");
    for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++) {
        if (strlen(languages[i].tag) == length && memcmp(languages[i].tag, tag, length) == 0) {
            return languages[i].name;
        }
    }
    return NULL;
}

bool chatur_language_is_english(const char *tag)
{
    return strncmp(tag, "en", 2) == 0 && (tag[2] == '\0' || tag[2] == '-');
}
