/* Only words that can mean nothing else are in the tables: “ill”, “well”, “its” and “were” are
 * words without their apostrophe, too, and stay. */
#include "generate/offline_spelling.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/buffer.h"

struct spelling {
    const char *typed; /* in small letters */
    const char *written;
};

static const struct spelling shorthand[] = {
    {"abt", "about"},
    {"alot", "a lot"},
    {"appt", "appointment"},
    {"arent", "aren't"},
    {"asap", "as soon as possible"},
    {"b4", "before"},
    {"bcoz", "because"},
    {"bcz", "because"},
    {"bday", "birthday"},
    {"btw", "by the way"},
    {"cant", "can't"},
    {"congrats", "congratulations"},
    {"couldnt", "couldn't"},
    {"coz", "because"},
    {"cuz", "because"},
    {"dept", "department"},
    {"exp", "experience"},
    {"didnt", "didn't"},
    {"doesnt", "doesn't"},
    {"dont", "don't"},
    {"gonna", "going to"},
    {"govt", "government"},
    {"hadnt", "hadn't"},
    {"hasnt", "hasn't"},
    {"havent", "haven't"},
    {"hrs", "hours"},
    {"isnt", "isn't"},
    {"ive", "I've"},
    {"lemme", "let me"},
    {"mins", "minutes"},
    {"msg", "message"},
    {"pls", "please"},
    {"plz", "please"},
    {"shouldnt", "shouldn't"},
    {"thats", "that's"},
    {"theres", "there's"},
    {"theyre", "they're"},
    {"thnx", "thanks"},
    {"thx", "thanks"},
    {"tmr", "tomorrow"},
    {"tmrw", "tomorrow"},
    {"u", "you"},
    {"ur", "your"},
    {"wanna", "want to"},
    {"wasnt", "wasn't"},
    {"werent", "weren't"},
    {"wfh", "working from home"},
    {"wont", "won't"},
    {"wouldnt", "wouldn't"},
    {"youre", "you're"},
    {"yr", "year"},
    {"yrs", "years"},
};

/* Names and initials that are typed small. */
static const struct spelling capitals[] = {
    {"amazon", "Amazon"},
    {"apis", "APIs"},
    {"atm", "ATM"},
    {"aws", "AWS"},
    {"bba", "BBA"},
    {"bsc", "BSc"},
    {"canva", "Canva"},
    {"cgpa", "CGPA"},
    {"ci/cd", "CI/CD"},
    {"cs", "CS"},
    {"css", "CSS"},
    {"cv", "CV"},
    {"dj", "DJ"},
    {"docker", "Docker"},
    {"dr", "Dr"},
    {"dr.", "Dr."},
    {"excel", "Excel"},
    {"facebook", "Facebook"},
    {"figma", "Figma"},
    {"flipkart", "Flipkart"},
    {"fmcg", "FMCG"},
    {"github", "GitHub"},
    {"gmail", "Gmail"},
    {"goa", "Goa"},
    {"gpa", "GPA"},
    {"gst", "GST"},
    {"hr", "HR"},
    {"html", "HTML"},
    {"icu", "ICU"},
    {"id", "ID"},
    {"mon-fri", "Mon-Fri"},
    {"mon-sat", "Mon-Sat"},
    {"iit", "IIT"},
    {"insta", "Instagram"},
    {"instagram", "Instagram"},
    {"javascript", "JavaScript"},
    {"kaggle", "Kaggle"},
    {"kubernetes", "Kubernetes"},
    {"leetcode", "LeetCode"},
    {"linkedin", "LinkedIn"},
    {"mba", "MBA"},
    {"ok", "OK"},
    {"mr", "Mr"},
    {"mrs", "Mrs"},
    {"msc", "MSc"},
    {"netflix", "Netflix"},
    {"pdf", "PDF"},
    {"phd", "PhD"},
    {"photoshop", "Photoshop"},
    {"php", "PHP"},
    {"powerpoint", "PowerPoint"},
    {"pytorch", "PyTorch"},
    {"rs", "Rs"},
    {"rsvp", "RSVP"},
    {"sap", "SAP"},
    {"seo", "SEO"},
    {"sql", "SQL"},
    {"tensorflow", "TensorFlow"},
    {"typescript", "TypeScript"},
    {"upi", "UPI"},
    {"usb", "USB"},
    {"whatsapp", "WhatsApp"},
    {"wifi", "Wi-Fi"},
    {"youtube", "YouTube"},
};

static const char *written_as(const struct spelling *table, size_t count, const char *word,
                              size_t length)
{
    for (size_t i = 0; i < count; i++) {
        if (table[i].typed[0] == chatur_to_lower(word[0]) &&
            strncasecmp(table[i].typed, word, length) == 0 && table[i].typed[length] == '\0') {
            return table[i].written;
        }
    }
    return NULL;
}

/* Writes shorthand out with the capitals it was typed with: pls, Pls, PLS. */
static void put_like(struct chatur_buffer *buffer, const char *written, const char *word,
                     size_t length)
{
    bool all = length > 1;
    for (size_t i = 0; i < length; i++) {
        all = all && !chatur_is_lower(word[i]);
    }
    for (size_t i = 0; written[i] != '\0'; i++) {
        bool raise = (all || (i == 0 && chatur_is_upper(word[0]))) && chatur_is_lower(written[i]);
        char c = (char)(raise ? written[i] - 'a' + 'A' : written[i]);
        chatur_buffer_append(buffer, &c, 1);
    }
}

/* “im sick”, but not the German “im Juli”; “its been”, but not “its colour”. */
static const struct {
    const char *typed;
    const char *written;
    const char *after[24]; /* the words before which it means that */
} contracted[] = {
    {"im", "I'm", {"a",     "an",         "available", "free",   "from", "going",   "happy",
                   "in",    "interested", "looking",   "new",    "not",  "sick",    "so",
                   "sorry", "still",      "the",       "unable", "very", "working", "writing"}},
    {"ms", "MS", {"excel", "office", "project", "word"}},
    {"its",
     "it's",
     {"a", "already", "been", "my", "not", "our", "so", "still", "the", "too", "urgent", "very"}},
};

static const char *written_before(const char *word, size_t length)
{
    size_t next = word[length] == ' ' ? strcspn(word + length + 1, " ,.;!?\n") : 0;
    for (size_t i = 0; i < sizeof(contracted) / sizeof(contracted[0]); i++) {
        if (strncasecmp(contracted[i].typed, word, length) != 0 ||
            contracted[i].typed[length] != '\0') {
            continue;
        }
        for (const char *const *after = contracted[i].after; *after != NULL; after++) {
            if (strlen(*after) == next && memcmp(*after, word + length + 1, next) == 0) {
                return contracted[i].written;
            }
        }
    }
    return NULL;
}

/* A word between spaces, without the punctuation around it; `hours`: a number came before. */
static void put_word(struct chatur_buffer *buffer, const char *word, size_t length, bool hours)
{
    const char *written = written_before(word, length);
    if (written == NULL) {
        written = written_as(shorthand, sizeof(shorthand) / sizeof(shorthand[0]), word, length);
    }
    if (written != NULL) {
        put_like(buffer, written, word, length);
        return;
    }
    written = written_as(capitals, sizeof(capitals) / sizeof(capitals[0]), word, length);
    if (written != NULL && !chatur_is_upper(word[0]) && !(hours && strcmp(written, "HR") == 0)) {
        chatur_buffer_puts(buffer, written);
        return;
    }
    chatur_buffer_append(buffer, word, length);
}

/* “!!!”, “??”, “?!”: the first mark says it. */
static void put_marks(struct chatur_buffer *buffer, const char *marks, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        bool again = i > 0 && strchr("!?", marks[i]) != NULL && strchr("!?", marks[i - 1]) != NULL;
        if (!again) {
            chatur_buffer_append(buffer, marks + i, 1);
        }
    }
}

char *chatur_text_spelled(struct chatur_arena *arena, const char *clean)
{
    static const char around[] = "\"'()[].,;:!?*";
    struct chatur_buffer buffer = {0};
    bool number = false;
    while (*clean != '\0') {
        size_t length = strcspn(clean, " \n");
        size_t start = strspn(clean, around);
        size_t end = length;
        start = start < length ? start : length;
        while (end > start && strchr(around, clean[end - 1]) != NULL) {
            end--;
        }
        put_marks(&buffer, clean, start);
        put_word(&buffer, clean + start, end - start, number);
        put_marks(&buffer, clean + end, length - end);
        number = length > 0 && chatur_is_digit(clean[0]);
        clean += length;
        length = strspn(clean, " \n");
        chatur_buffer_append(&buffer, clean, length);
        clean += length;
    }
    char *text = buffer.failed ? NULL
                               : chatur_arena_strndup(arena, buffer.data != NULL ? buffer.data : "",
                                                      buffer.length);
    chatur_buffer_free(&buffer);
    return text;
}
