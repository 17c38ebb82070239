/* An address's local part is read as words between dots, underscores and hyphens. One that names a
 * function (jobs, support) greets its team; two or three that could be names are a name. */
#include "generate/offline_people.h"

#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "generate/offline_text.h"

/* More parts than any person's name has in an address. */
#define MAX_PARTS 4

struct role {
    const char *word;
    const char *team; /* NULL: a shared mailbox that tells nothing of who reads it */
};

static const struct role roles[] = {
    {"hr", "Hiring Team"},
    {"jobs", "Hiring Team"},
    {"job", "Hiring Team"},
    {"careers", "Hiring Team"},
    {"career", "Hiring Team"},
    {"recruiting", "Hiring Team"},
    {"recruitment", "Hiring Team"},
    {"recruiter", "Hiring Team"},
    {"recruiters", "Hiring Team"},
    {"hiring", "Hiring Team"},
    {"talent", "Hiring Team"},
    {"apply", "Hiring Team"},
    {"applications", "Hiring Team"},
    {"internship", "Hiring Team"},
    {"internships", "Hiring Team"},
    {"support", "Support Team"},
    {"help", "Support Team"},
    {"helpdesk", "Support Team"},
    {"service", "Support Team"},
    {"customerservice", "Support Team"},
    {"customercare", "Support Team"},
    {"complaints", "Support Team"},
    {"admissions", "Admissions Team"},
    {"admission", "Admissions Team"},
    {"sales", "Sales Team"},
    {"billing", "Accounts Team"},
    {"accounts", "Accounts Team"},
    {"accounting", "Accounts Team"},
    {"invoices", "Accounts Team"},
    {"payments", "Accounts Team"},
    {"finance", "Finance Team"},
    {"press", "Press Team"},
    {"media", "Press Team"},
    {"events", "Events Team"},
    {"legal", "Legal Team"},
    {"marketing", "Marketing Team"},
    {"info", NULL},
    {"hello", NULL},
    {"hi", NULL},
    {"contact", NULL},
    {"team", NULL},
    {"office", NULL},
    {"mail", NULL},
    {"email", NULL},
    {"admin", NULL},
    {"root", NULL},
    {"postmaster", NULL},
    {"webmaster", NULL},
    {"enquiries", NULL},
    {"inquiries", NULL},
    {"no", NULL},
    {"reply", NULL},
    {"noreply", NULL},
    {"desk", NULL},
    {"front", NULL},
    {"customer", NULL},
    {"care", NULL},
    {"group", NULL},
    {"all", NULL},
    {"everyone", NULL},
    {"staff", NULL},
    {"list", NULL},
    {"test", NULL},
    {"tester", NULL},
    {"user", NULL},
    {"demo", NULL},
    {"dev", NULL},
    {"example", NULL},
    {"you", NULL},
    {"me", NULL},
    {"my", NULL},
    {"the", NULL},
    {"and", NULL},
    {"for", NULL},
    {"your", NULL},
    {"our", NULL},
    {"company", NULL},
    {"school", NULL},
    {"club", NULL},
    {"department", NULL},
    {"dept", NULL},
    {"manager", NULL},
    {"management", NULL},
    {"director", NULL},
    {"ceo", NULL},
    {"boss", NULL},
    {"account", NULL},
    {"payable", NULL},
    {"receivable", NULL},
    {"india", NULL},
    {"uk", NULL},
    {"us", NULL},
    {"eu", NULL},
    {"global", NULL},
    {"work", NULL},
    {"home", NULL},
    {"personal", NULL},
    {"official", NULL},
    {"student", NULL},
    {"newsletter", NULL},
    {"news", NULL},
    {"feedback", NULL},
    {"security", NULL},
    {"privacy", NULL},
    {"subscribe", NULL},
    {"unsubscribe", NULL},
};

struct part {
    const char *text;
    size_t length;
};

static const struct role *role_of(struct part part)
{
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        if (strlen(roles[i].word) == part.length &&
            strncasecmp(roles[i].word, part.text, part.length) == 0) {
            return &roles[i];
        }
    }
    return NULL;
}

static bool is_letter(char c)
{
    return chatur_is_letter(c) || (unsigned char)c >= 0x80;
}

/* Cuts the local part; a tag after '+' is not the person's. Returns how many parts there are, at
 * most MAX_PARTS (a longer one is nobody's name). */
static size_t cut(const char *address, struct part parts[MAX_PARTS])
{
    size_t local = strcspn(address, "@+");
    bool dotted = memchr(address, '.', local) != NULL || memchr(address, '_', local) != NULL;
    const char *marks = dotted ? "._" : "-"; /* mary-jane.smith has two names, not three */
    size_t count = 0;
    for (size_t start = 0; start < local && count < MAX_PARTS;) {
        size_t length = strcspn(address + start, marks);
        length = length < local - start ? length : local - start;
        if (length > 0) {
            parts[count++] = (struct part){address + start, length};
        }
        start += length + 1;
    }
    return count;
}

static struct part without_digits(struct part part)
{
    while (part.length > 0 && part.text[part.length - 1] >= '0' &&
           part.text[part.length - 1] <= '9') {
        part.length--;
    }
    return part;
}

static bool could_be_name(struct part part, bool initial)
{
    for (size_t i = 0; i < part.length; i++) {
        bool inside = i > 0 && i + 1 < part.length;
        if (!is_letter(part.text[i]) && !(inside && strchr("-'", part.text[i]) != NULL)) {
            return false;
        }
    }
    return part.length >= 2 ? role_of(part) == NULL : initial && part.length == 1;
}

/* Makes "Jane", "Mary-Jane", "O'Brien", "Q." of a part. */
static void write_name(char *into, struct part part)
{
    bool capital = true;
    for (size_t i = 0; i < part.length; i++) {
        char c = part.text[i];
        bool letter = chatur_is_letter(c);
        if (letter && capital) {
            c = (char)(c >= 'a' ? c - 'a' + 'A' : c);
        } else if (chatur_is_upper(c) && chatur_is_upper(part.text[0]) &&
                   chatur_is_upper(part.text[part.length - 1])) {
            c = (char)(c - 'A' + 'a'); /* JANE */
        }
        capital = c == '-' || c == '\'';
        into[i] = c;
    }
    into[part.length] = '\0';
    if (part.length == 1) {
        memcpy(into + 1, ".", 2);
    }
}

/* "Jane Doe" of jane.doe@…; "" when it is not plainly a name. NULL: out of memory. */
static const char *full_name(struct part *parts, size_t count, struct chatur_arena *arena)
{
    if (count < 2 || count >= MAX_PARTS) {
        return "";
    }
    parts[count - 1] = without_digits(parts[count - 1]);
    size_t bytes = 1;
    for (size_t i = 0; i < count; i++) {
        if (!could_be_name(parts[i], i == 1 && count == 3)) {
            return "";
        }
        bytes += parts[i].length + 2;
    }
    char *name = chatur_arena_alloc(arena, bytes);
    size_t used = 0;
    for (size_t i = 0; i < count && name != NULL; i++) {
        if (i > 0) {
            name[used++] = ' ';
        }
        write_name(name + used, parts[i]);
        used += strlen(name + used);
    }
    return name;
}

bool chatur_reader_read(struct chatur_reader *reader, const char *to, struct chatur_arena *arena)
{
    struct part parts[MAX_PARTS];
    *reader = (struct chatur_reader){.audience = CHATUR_NEUTRAL, .name = ""};
    to += strspn(to, " ,");
    size_t length = strcspn(to, ",");
    if (to[length + strspn(to + length, ", ")] != '\0') {
        reader->audience = CHATUR_EVERYONE;
        return true;
    }
    size_t count = cut(to, parts);
    for (size_t i = 0; i < count; i++) {
        const struct role *role = role_of(parts[i]);
        if (role != NULL && role->team != NULL) {
            *reader = (struct chatur_reader){CHATUR_NAMED, role->team};
            return true;
        }
    }
    const char *name = full_name(parts, count, arena);
    if (name != NULL && name[0] != '\0') {
        *reader = (struct chatur_reader){CHATUR_NAMED, name};
    }
    return name != NULL;
}

/* "Jane" of jane@…: fine to sign with, too familiar to greet with. */
static const char *single_name(struct part part, struct chatur_arena *arena)
{
    bool vowel = false;
    for (size_t i = 0; i < part.length; i++) {
        vowel = vowel || (unsigned char)part.text[i] >= 0x80 ||
                strchr("aeiouyAEIOUY", part.text[i]) != NULL;
    }
    if (!could_be_name(part, false) || !vowel || part.length < 3 || part.length > 12) {
        return "";
    }
    char *name = chatur_arena_alloc(arena, part.length + 2);
    if (name != NULL) {
        write_name(name, part);
    }
    return name;
}

const char *chatur_signature(const char *name, const char *address, struct chatur_arena *arena)
{
    struct part parts[MAX_PARTS];
    const char *signature = chatur_text_clean(arena, name, false);
    if (signature == NULL || signature[0] != '\0') {
        return signature;
    }
    size_t count = cut(address, parts);
    signature = count == 1 ? single_name(parts[0], arena) : full_name(parts, count, arena);
    if (signature == NULL || signature[0] != '\0') {
        return signature;
    }
    return chatur_text_clean(arena, address, false);
}
