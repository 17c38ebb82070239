#include "generate/tidy_plain.h"

#include <string.h>

#include "base/ascii.h"

/* The small letter of a capital one that has two bytes, Latin or Cyrillic; the others' own. */
static void put_small(char *pair)
{
    unsigned char lead = (unsigned char)pair[0];
    unsigned char second = (unsigned char)pair[1];
    bool latin = lead == 0xC3 && second >= 0x80 && second <= 0x9E && second != 0x97; /* À to Þ */
    if (latin || (lead == 0xD0 && second >= 0x90 && second <= 0x9F)) {               /* А to П */
        pair[1] = (char)(second + 0x20);
    } else if (lead == 0xD0 && second >= 0xA0 && second <= 0xAF) {
        pair[0] = (char)0xD1; /* Р to Я */
        pair[1] = (char)(second - 0x20);
    }
}

void chatur_plain_make(struct chatur_plain *plain, const char *text, size_t length)
{
    static const struct {
        char text[4];
        char plain;
    } others[] = {
        {"\xE2\x80\x99", '\''}, /* ’ */
        {"\xEF\xBC\x9A", ':'},  /* the full-width one */
        {"\xC2\xA0", ' '},      /* as the French set one before ! and : */
        {"\xE2\x80\xAF", ' '},
    };
    size_t used = 0;
    for (size_t i = 0; i < length && used < CHATUR_LINE_MAX_BYTES; i++) {
        char c = text[i];
        if (c == '*' || c == '_') {
            continue;
        }
        plain->from[used] = i;
        size_t size = 1;
        for (size_t j = 0; (unsigned char)c >= 0x80 && j < sizeof(others) / sizeof(others[0]);
             j++) {
            size_t other = strlen(others[j].text);
            if (other <= length - i && memcmp(text + i, others[j].text, other) == 0) {
                c = others[j].plain;
                size = other;
            }
        }
        i += size - 1;
        if (chatur_is_upper(c)) {
            c = (char)(c - 'A' + 'a');
        }
        plain->text[used++] = c;
        if (used >= 2) {
            put_small(plain->text + used - 2);
        }
    }
    plain->text[used] = '\0';
    plain->from[used] = length;
    plain->length = used;
}

static enum chatur_answer begins(const char *text, const char *phrase, bool whole)
{
    for (; *phrase != '\0'; text++, phrase++) {
        if (*text == '\0') {
            return whole ? CHATUR_NO : CHATUR_MAYBE;
        }
        if (*text != *phrase) {
            return CHATUR_NO;
        }
    }
    if (!chatur_is_lower(phrase[-1])) {
        return CHATUR_YES;
    }
    return *text == '\0' && !whole ? CHATUR_MAYBE : chatur_is_lower(*text) ? CHATUR_NO : CHATUR_YES;
}

enum chatur_answer chatur_begins_any(const char *text, const char *const *phrases, bool whole,
                                     size_t *length)
{
    enum chatur_answer best = CHATUR_NO;
    *length = 0;
    for (; *phrases != NULL; phrases++) {
        enum chatur_answer answer = begins(text, *phrases, whole);
        if (answer == CHATUR_MAYBE) {
            return CHATUR_MAYBE; /* perhaps a longer one */
        }
        if (answer == CHATUR_YES) {
            best = CHATUR_YES;
            *length = strlen(*phrases) > *length ? strlen(*phrases) : *length;
        }
    }
    return best;
}

bool chatur_has_any(const char *text, const char *const *phrases)
{
    for (; *phrases != NULL; phrases++) {
        if (strstr(text, *phrases) != NULL) {
            return true;
        }
    }
    return false;
}
