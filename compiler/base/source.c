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

static uint32_t count_points(const char *text, uint32_t from, uint32_t to) {
    uint32_t count = 0;
    for (uint32_t i = from; i < to; i++)
        count += (text[i] & 0xC0) != 0x80;
    return count;
}

static const uint32_t *points_of(const char *text, uint32_t len) {
    uint32_t strides = len / SOURCE_STRIDE, *points = mem_alloc_data((strides + 1) * sizeof *points);
    points[0] = 0;
    for (uint32_t i = 0; i < strides; i++)
        points[i + 1] = points[i] + count_points(text, i * SOURCE_STRIDE, (i + 1) * SOURCE_STRIDE);
    return points;
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
    *file = (SourceFile){
        mem_copy_text(path, strlen(path)), text, len, module_of_path(path), starts, lines, points_of(text, len)};
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

// Code points before `offset`.
static uint32_t points_before(const SourceFile *file, uint32_t offset) {
    uint32_t stride = offset / SOURCE_STRIDE;
    return file->points[stride] + count_points(file->text, stride * SOURCE_STRIDE, offset);
}

SourcePlace source_place(const SourceFile *file, uint32_t offset) {
    uint32_t line = line_index(file, offset);
    uint32_t end = offset < file->len ? offset : file->len;
    uint32_t before = points_before(file, file->line_starts[line]);
    return (SourcePlace){line + 1, points_before(file, end) - before + 1};
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
