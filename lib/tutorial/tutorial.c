/* The file is checked whole (UTF-8, no control characters), its first line becomes the title, and
 * md4c renders the rest. Raw HTML in a tutorial is shown as text, so every tag in what md4c makes
 * is its own; that is what lets the links be coloured by looking for theirs. */
#include "tutorial/tutorial.h"

#include <errno.h>
#include <md4c-html.h>
#include <md4c.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"

/* A long tutorial has some 20 KiB. All of them are held in memory by every process and sent in one
 * answer. */
#define MAX_FILE_BYTES ((size_t)256 * 1024)

/* Markdown can be written to swell when rendered; without this it would fill the memory. */
#define MAX_HTML_BYTES ((size_t)1024 * 1024)

/* Light on dark. Text takes its colour from the element around it, but a link never does. */
#define OPEN        "<div style=\"color:#e8eaed\">\n"
#define CLOSE       "</div>\n"
#define LINK        "<a href="
#define STYLED_LINK "<a style=\"color:#8ab4f8\" href="

static enum chatur_outcome bad_line(const struct chatur_folder_file *file, unsigned line,
                                    const char *reason, struct chatur_error *error)
{
    return chatur_fail(error, CHATUR_BAD_REQUEST, "%s:%u: %s", file->path, line, reason);
}

static bool is_control(char character)
{
    unsigned char byte = (unsigned char)character;
    bool space = character == '\n' || character == '\r' || character == '\t';
    return (byte < 0x20 && !space) || byte == 0x7f;
}

static enum chatur_outcome check_text(const struct chatur_folder_file *file,
                                      struct chatur_error *error)
{
    unsigned line = 1;
    size_t at = 0;
    while (at < file->length) {
        size_t taken = chatur_utf8_sequence(file->bytes + at, file->length - at);
        if (taken == 0) {
            return bad_line(file, line, "not valid UTF-8", error);
        }
        if (is_control(file->bytes[at])) {
            return bad_line(file, line, "a control character", error);
        }
        line += file->bytes[at] == '\n';
        at += taken;
    }
    return CHATUR_OK;
}

struct parts {
    const char *title; /* trimmed */
    size_t title_length;
    const char *content; /* as it is: an indented first line is code */
    size_t content_length;
};

static enum chatur_outcome split(const struct chatur_folder_file *file, struct parts *parts,
                                 struct chatur_error *error)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    const char *start = file->bytes;
    const char *end = file->bytes + file->length;
    if (strncmp(start, byte_order_mark, 3) == 0) {
        start += 3;
    }
    const char *first_end = memchr(start, '\n', (size_t)(end - start));
    first_end = first_end != NULL ? first_end : end;
    bool heading = first_end - start > 2 && start[0] == '#' && start[1] == ' ';
    parts->title = heading ? start + 2 : first_end;
    parts->title_length = (size_t)(first_end - parts->title);
    chatur_trim(&parts->title, &parts->title_length);
    if (parts->title_length == 0) {
        return bad_line(file, 1, "the first line must be the title, as `# Title`", error);
    }
    parts->content = first_end;
    parts->content_length = (size_t)(end - first_end);
    const char *visible = parts->content;
    size_t visible_length = parts->content_length;
    chatur_trim(&visible, &visible_length);
    return visible_length > 0 ? CHATUR_OK
                              : bad_line(file, 2, "there is nothing after the title", error);
}

static void append(const MD_CHAR *bytes, MD_SIZE length, void *buffer)
{
    chatur_buffer_append(buffer, bytes, length);
}

/* Not CHATUR_OK: `*html` holds nothing that must be freed. */
static enum chatur_outcome render(const struct chatur_folder_file *file, const struct parts *parts,
                                  struct chatur_buffer *html, struct chatur_error *error)
{
    struct chatur_buffer plain = {.max_bytes = MAX_HTML_BYTES};
    *html = (struct chatur_buffer){.max_bytes = MAX_HTML_BYTES};
    errno = 0;
    if (md_html(parts->content, (MD_SIZE)parts->content_length, append, &plain,
                MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_NOHTML, 0) != 0) {
        chatur_buffer_free(&plain);
        (void)chatur_no_memory(error);
        return CHATUR_INTERNAL;
    }
    bool failed = plain.failed;
    chatur_buffer_puts(html, OPEN);
    const char *from = plain.data != NULL ? plain.data : "";
    for (const char *link; (link = strstr(from, LINK)) != NULL; from = link + strlen(LINK)) {
        chatur_buffer_append(html, from, (size_t)(link - from));
        chatur_buffer_puts(html, STYLED_LINK);
    }
    chatur_buffer_puts(html, from);
    chatur_buffer_puts(html, CLOSE);
    chatur_buffer_free(&plain);
    if (failed || html->failed) {
        /* A buffer does not say why it failed, but malloc left a note. It matters: an invalid file
         * is not read again until it changes. */
        bool no_memory = errno == ENOMEM;
        chatur_buffer_free(html);
        return no_memory ? chatur_no_memory(error)
                         : bad_line(file, 1, "as HTML this would be larger than 1 MiB", error);
    }
    return CHATUR_OK;
}

/* All of an item is one allocation: the struct, then its two strings. */
static enum chatur_outcome load(const struct chatur_folder_file *file, void **item,
                                struct chatur_error *error)
{
    struct parts parts = {0};
    struct chatur_buffer html = {0};
    enum chatur_outcome outcome = check_text(file, error);
    if (outcome == CHATUR_OK) {
        outcome = split(file, &parts, error);
    }
    if (outcome == CHATUR_OK) {
        outcome = render(file, &parts, &html, error);
    }
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    struct chatur_tutorial *tutorial =
        malloc(sizeof(*tutorial) + parts.title_length + 1 + html.length + 1);
    if (tutorial == NULL) {
        chatur_buffer_free(&html);
        return chatur_no_memory(error);
    }
    char *title = (char *)(tutorial + 1);
    char *body = title + parts.title_length + 1;
    memcpy(title, parts.title, parts.title_length);
    title[parts.title_length] = '\0';
    memcpy(body, html.data, html.length + 1);
    *tutorial =
        (struct chatur_tutorial){.title = title, .html = body, .updated_s = file->updated_s};
    chatur_buffer_free(&html);
    *item = tutorial;
    return CHATUR_OK;
}

const struct chatur_folder_kind chatur_tutorial_kind = {
    .extension = ".md", .max_file_bytes = MAX_FILE_BYTES, .load = load, .free_item = free};
