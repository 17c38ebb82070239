#include "generate/tidy_placeholder.h"

#include <stdbool.h>
#include <string.h>

#include "base/ascii.h"

static const struct {
    const char *text;
    enum chatur_blank blank;
} whole[] = {
    {"name", CHATUR_BLANK_NAME},
    {"full name", CHATUR_BLANK_NAME},
    {"first name", CHATUR_BLANK_NAME},
    {"your name", CHATUR_BLANK_SENDER},
    {"your full name", CHATUR_BLANK_SENDER},
    {"your first name", CHATUR_BLANK_SENDER},
    {"your signature", CHATUR_BLANK_SENDER},
    {"my name", CHATUR_BLANK_SENDER},
    {"sender", CHATUR_BLANK_SENDER},
    {"sender name", CHATUR_BLANK_SENDER},
    {"sender's name", CHATUR_BLANK_SENDER},
    {"name of sender", CHATUR_BLANK_SENDER},
    {"signature", CHATUR_BLANK_SENDER},
    {"insert name", CHATUR_BLANK_NAME},
    {"insert your name", CHATUR_BLANK_SENDER},
    {"recipient", CHATUR_BLANK_RECIPIENT},
    {"recipient name", CHATUR_BLANK_RECIPIENT},
    {"recipient's name", CHATUR_BLANK_RECIPIENT},
    {"recipient's first name", CHATUR_BLANK_RECIPIENT},
    {"name of recipient", CHATUR_BLANK_RECIPIENT},
    {"recipient(s)", CHATUR_BLANK_RECIPIENT},
    {"hiring manager's name", CHATUR_BLANK_RECIPIENT},
    {"hiring manager name", CHATUR_BLANK_RECIPIENT},
    {"manager's name", CHATUR_BLANK_RECIPIENT},
    {"manager name", CHATUR_BLANK_RECIPIENT},
    {"supervisor's name", CHATUR_BLANK_RECIPIENT},
    {"boss's name", CHATUR_BLANK_RECIPIENT},
    {"customer's name", CHATUR_BLANK_RECIPIENT},
    {"customer name", CHATUR_BLANK_RECIPIENT},
    {"client's name", CHATUR_BLANK_RECIPIENT},
    {"client name", CHATUR_BLANK_RECIPIENT},
    {"colleague's name", CHATUR_BLANK_RECIPIENT},
    {"team member's name", CHATUR_BLANK_RECIPIENT},
    {"friend's name", CHATUR_BLANK_RECIPIENT},
};

/* One of these as a word makes brackets a placeholder. */
static const char *const words[] = {
    "your",         "name",  "date",    "position", "title",     "company",  "organization",
    "organisation", "phone", "email",   "e-mail",   "address",   "contact",  "insert",
    "department",   "city",  "state",   "zip",      "signature", "number",   "university",
    "location",     "link",  "website", "linkedin", "specific",  "deadline", "amount",
};

static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = text; (at = strstr(at, word)) != NULL; at++) {
        if ((at == text || !chatur_is_lower(at[-1])) && !chatur_is_lower(at[length])) {
            return true;
        }
    }
    return false;
}

enum chatur_blank chatur_placeholder_of(const char *inside, size_t length)
{
    char text[CHATUR_PLACEHOLDER_MAX_BYTES + 1];
    size_t used = 0;
    for (size_t i = 0; i < length && used < CHATUR_PLACEHOLDER_MAX_BYTES; i++) {
        char c = inside[i];
        if (i + 2 < length && memcmp(inside + i, "\xE2\x80\x99", 3) == 0) {
            c = '\'';
            i += 2;
        }
        text[used++] = chatur_to_lower(c);
    }
    text[used] = '\0';
    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
        if (strcmp(whole[i].text, text) == 0) {
            return whole[i].blank;
        }
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && chatur_is_lower(text[0]); i++) {
        if (has_word(text, words[i])) {
            return CHATUR_BLANK_OTHER;
        }
    }
    return CHATUR_BLANK_NONE;
}
