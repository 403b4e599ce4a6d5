// A source file in memory, and places in it. Files are read and checked by compiler/syntax/source_load.h.
// Ownership: collected memory, immutable after loading.
#ifndef FLUFFY_COMPILER_BASE_SOURCE_H
#define FLUFFY_COMPILER_BASE_SOURCE_H

#include "compiler/base/name.h"
#include "compiler/base/text.h"

typedef struct SourceFile {
    const char *path;            // as the user wrote it; shown in diagnostics
    const char *text;            // valid UTF-8 without NULs; text[len] is NUL
    uint32_t len;                // bytes, at most SOURCE_MAX_BYTES
    Name module;                 // the module's name: the file's stem
    const uint32_t *line_starts; // byte offset of each line's first byte; line_starts[0] is 0
    uint32_t line_count;         // at least 1
    const uint32_t *points;      // [i]: code points before byte i * SOURCE_STRIDE; a column costs no walk of its line
} SourceFile;

#define SOURCE_MAX_BYTES (256u * 1024 * 1024)
#define SOURCE_STRIDE 256u

// Bytes start..end-1 of `file`; empty when start == end. `file` is NULL for "no place" (a missing file, an option).
typedef struct Span {
    const SourceFile *file;
    uint32_t start, end;
} Span;

// A place for people: both 1-based, the column counts code points.
typedef struct SourcePlace {
    uint32_t line, column;
} SourcePlace;

// A file around text already in memory. Borrows `text`, which must fulfil SourceFile's conditions.
SourceFile *source_new(const char *path, const char *text, uint32_t len);

SourcePlace source_place(const SourceFile *file, uint32_t offset);

// Line and column of a span's start. The span must have a file.
SourcePlace span_place(Span span);

// The text of a line (1-based) without its newline; borrowed.
Text source_line(const SourceFile *file, uint32_t line);

// The text under a span; borrowed.
Text span_text(Span span);

// The smallest span that holds both; they must be in one file (or have none).
Span span_join(Span first, Span last);

// An empty span right behind `span`, and right before it.
Span span_after(Span span);
Span span_before(Span span);

#endif
