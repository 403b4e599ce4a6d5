#include "compiler/base/source.h"

#include "compiler/base/vec.h"

#include <string.h>

// `dir/app.fl` is module `app`.
static Name module_of_path(const char *path) {
    const char *slash = strrchr(path, '/');
    const char *stem = slash ? slash + 1 : path;
    const char *dot = strrchr(stem, '.');
    return name_of_bytes(stem, dot && dot > stem ? (size_t)(dot - stem) : strlen(stem));
}

SourceFile *source_new(const char *path, const char *text, uint32_t len) {
    uint32_t lines = 1;
    for (const char *at = text; (at = memchr(at, '\n', (size_t)(text + len - at))); at++)
        lines++;
    uint32_t *starts = mem_alloc_data(lines * sizeof *starts);
    uint32_t line = 1;
    for (const char *at = text; (at = memchr(at, '\n', (size_t)(text + len - at))); at++)
        starts[line++] = (uint32_t)(at - text) + 1;
    SourceFile *file = mem_new(SourceFile);
    *file = (SourceFile){mem_copy_text(path, strlen(path)), text, len, module_of_path(path), starts, lines};
    return file;
}

// Index of the line that holds `offset`.
static uint32_t line_index(const SourceFile *file, uint32_t offset) {
    uint32_t low = 0, high = file->line_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (file->line_starts[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

SourcePlace source_place(const SourceFile *file, uint32_t offset) {
    uint32_t line = line_index(file, offset);
    uint32_t column = 1;
    for (uint32_t i = file->line_starts[line]; i < offset && i < file->len; i++)
        column += (file->text[i] & 0xC0) != 0x80;
    return (SourcePlace){line + 1, column};
}

SourcePlace span_place(Span span) { return source_place(span.file, span.start); }

Text source_line(const SourceFile *file, uint32_t line) {
    uint32_t start = file->line_starts[line - 1];
    uint32_t end = line < file->line_count ? file->line_starts[line] - 1 : file->len;
    if (end > start && file->text[end - 1] == '\r')
        end--;
    return (Text){file->text + start, end - start};
}

Text span_text(Span span) { return (Text){span.file->text + span.start, span.end - span.start}; }

Span span_join(Span first, Span last) {
    return (Span){first.file, first.start < last.start ? first.start : last.start,
                  first.end > last.end ? first.end : last.end};
}

Span span_after(Span span) { return (Span){span.file, span.end, span.end}; }

Span span_before(Span span) { return (Span){span.file, span.start, span.start}; }
