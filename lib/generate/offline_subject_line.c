/* What a mail program and a hurry leave around a subject, taken off before it is read. */
#include "generate/offline_subject_line.h"

#include <string.h>
#include <strings.h>

#include "generate/offline_text.h"

/* “Re:”, “Fwd:”, “Subject:” are a mail program's words, not the user's. */
const char *chatur_line_without_marks(const char *text)
{
    static const char *const marks[] = {"re:", "fw:", "fwd:", "subject:"};
    bool found = true;
    while (found) {
        found = false;
        for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]) && !found; i++) {
            size_t length = strlen(marks[i]);
            if (strncasecmp(text, marks[i], length) == 0) {
                length += text[length] == ' ';
                found = text[length] != '\0';
                text += found ? length : 0;
            }
        }
    }
    return text;
}

/* “I want to resign” is about resigning; that one wants it is said by the phrase. */
const char *chatur_line_without_wish(const char *text)
{
    static const char *const wishes[] = {"i want to ",   "want to ",   "i would like to ",
                                         "i'd like to ", "i wish to ", "i wanna "};
    for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
        size_t length = strlen(wishes[i]);
        if (strncasecmp(text, wishes[i], length) == 0 &&
            strncasecmp(text + length, "know", 4) != 0) {
            return text + length;
        }
    }
    return text;
}

/* Takes off what closes a sentence; one '!' or '?' is told to the caller. */
size_t chatur_line_without_closing(const char *text, size_t length, char *closing)
{
    *closing = '\0';
    while (length > 1 && strchr(".,;:!?- ", text[length - 1]) != NULL) {
        if (text[length - 1] == '?' || (text[length - 1] == '!' && *closing == '\0')) {
            *closing = text[length - 1];
        }
        length--;
    }
    return length;
}

/* A greeting says nothing that ours does not. */
bool chatur_line_is_greeting(const char *clean)
{
    static const char *const greetings[] = {"greetings", "hello", "hey", "hi"};
    size_t length = strcspn(clean, " ,.!");
    for (size_t i = 0; i < sizeof(greetings) / sizeof(greetings[0]); i++) {
        if (strlen(greetings[i]) == length && strncasecmp(clean, greetings[i], length) == 0) {
            return !chatur_text_has_words(clean + length);
        }
    }
    return false;
}
