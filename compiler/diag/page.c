#include "compiler/diag/page.h"

#include <string.h>

extern const char diag_pages[], diag_pages_end[];

// The next line of the pages at *at, without its end; false at the end of all pages.
static bool next_line(const char **at, Text *line) {
    if (*at >= diag_pages_end)
        return false;
    const char *end = memchr(*at, '\n', (size_t)(diag_pages_end - *at));
    if (!end)
        end = diag_pages_end;
    *line = (Text){*at, (size_t)(end - *at)};
    *at = end + 1;
    return true;
}

static bool starts_with(Text line, const char *start) {
    size_t len = strlen(start);
    return line.len >= len && memcmp(line.data, start, len) == 0;
}

static size_t columns(Text word) {
    size_t count = 0;
    for (size_t i = 0; i < word.len; i++)
        count += ((unsigned char)word.data[i] & 0xC0) != 0x80;
    return count;
}

// A paragraph, broken between words.
static void add_paragraph(Text line, StringBuilder *out) {
    size_t column = 0;
    for (size_t at = 0; at < line.len;) {
        const char *end = memchr(line.data + at, ' ', line.len - at);
        Text word = {line.data + at, end ? (size_t)(end - line.data) - at : line.len - at};
        if (column > 0) {
            bool fits = column + 1 + columns(word) <= DIAG_PAGE_WIDTH;
            sb_add_char(out, fits ? ' ' : '\n');
            column = fits ? column + 1 : 0;
        }
        sb_add_text(out, word);
        column += columns(word);
        at += word.len + 1;
    }
    sb_add_char(out, '\n');
}

// The lines behind a heading, until the next page. Fences and comments vanish.
static void add_body(const char *at, StringBuilder *out) {
    bool in_block = false;
    for (Text line; next_line(&at, &line);) {
        if (starts_with(line, "```")) {
            in_block = !in_block;
        } else if (in_block) {
            sb_add(out, line.len > 0 ? "    " : "");
            sb_add_text(out, line);
            sb_add_char(out, '\n');
        } else if (starts_with(line, "# ")) {
            return;
        } else if (!starts_with(line, "<!--")) {
            add_paragraph(line, out);
        }
    }
}

void diag_page(DiagCode code, StringBuilder *out) {
    const char *heading = text_format("# %s: ", diag_code_text(code));
    const char *at = diag_pages;
    for (Text line; next_line(&at, &line);)
        if (starts_with(line, heading)) {
            sb_add_bytes(out, line.data + 2, line.len - 2);
            sb_add_char(out, '\n');
            add_body(at, out);
            return;
        }
}
