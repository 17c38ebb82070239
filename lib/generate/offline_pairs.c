/* A mark between key and value is not enough: “https://…”, “10:30” and “a = b = c” have one, too.
 */
#include "generate/offline_pairs.h"

#include <stdbool.h>
#include <string.h>

#include "base/ascii.h"

/* With a mark between the two: a colon, an equals sign, a dash. */
static size_t marked_key(const char *text, const struct chatur_words *words, size_t *value)
{
    size_t spaces = 0;
    size_t length = strcspn(text, ":=");
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        bool letter = chatur_is_letter((char)c) || c >= 0x80;
        spaces += c == ' ';
        if (!letter && (i == 0 || strchr(" -'/&()#0123456789", c) == NULL)) {
            return 0;
        }
        bool dash = c == ' ' && text[i + 1] == '-' && text[i + 2] == ' ' && text[i + 3] != '\0';
        if (dash && (chatur_words_kinds(words, text, i) & CHATUR_WORD_KEY) != 0) {
            *value = i + 3;
            return i;
        }
    }
    if (length == 0 || text[length] == '\0' || spaces > 4 || length > 40) {
        return 0;
    }
    *value = length + 1 + strspn(text + length + 1, " ");
    bool separate = text[length] == '=' || text[length + 1] == ' ' ||
                    (spaces == 0 && strchr("/\\:)(0123456789", text[length + 1]) == NULL);
    bool address = strncmp(text + length, "://", 3) == 0 || text[length + 1] == '=';
    while (length > 0 && text[length - 1] == ' ') {
        length--;
    }
    return separate && !address && text[*value] != '\0' ? length : 0;
}

/* “last day 30 June”, “budget 200 euros”: a key whose colon was left out, before a number. */
static size_t unmarked_key(const char *text, const struct chatur_words *words, size_t *value)
{
    static const char *const keys[] = {
        "booking ref",  "budget",           "cgpa",          "cost",       "deadline",
        "dress code",   "due date",         "fee",           "gpa",        "job id",
        "last date",    "late fee",         "mobile",        "order id",   "phone",
        "ref no",       "roll no",          "ticket no",     "ticket no.", "total",
        "travel dates", "txn id",           "duration",      "end date",   "first day",
        "last day",     "last working day", "notice period", "price",      "salary",
        "start date"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        size_t length = strlen(keys[i]);
        bool same = true;
        for (size_t j = 0; j < length && same; j++) {
            same = chatur_to_lower(text[j]) == keys[i][j];
        }
        if (!same || text[length] != ' ') {
            continue;
        }
        const char *rest = text + length + 1;
        uint64_t kinds = chatur_words_kinds(words, rest, strcspn(rest, " "));
        size_t first = strcspn(rest, " ");
        bool code = strcspn(rest, "0123456789") < first; /* 21CS045, #4711, $50 */
        if (code || strncmp(rest, "Rs ", 3) == 0 ||
            (kinds & (CHATUR_WORD_NUMBER | CHATUR_WORD_MONTH | CHATUR_WORD_WEEKDAY)) != 0) {
            *value = length + 1;
            return length;
        }
    }
    return 0;
}

size_t chatur_pair_key(const char *text, const struct chatur_words *words, size_t *value)
{
    size_t length = marked_key(text, words, value);
    return length > 0 ? length : unmarked_key(text, words, value);
}
