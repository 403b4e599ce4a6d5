// One source line of a diagnostic with its marks: the drawing that render.c puts together. Private to the room.
#ifndef FLUFFY_COMPILER_DIAG_SNIPPET_H
#define FLUFFY_COMPILER_DIAG_SNIPPET_H

#include "compiler/base/sb.h"
#include "compiler/base/source.h"
#include "compiler/base/vec.h"

typedef struct Mark {
    Span span;        // drawn on the line where it starts, at most to that line's end
    const char *text; // "" for none
    bool primary;     // ^^^ instead of ---
} Mark;

typedef VEC(Mark) MarkVec;

typedef struct SnippetStyle {
    bool colour;
    const char *primary; // ANSI parameters of the primary mark, "1;31"
    size_t gutter;       // digits of the largest line number shown
} SnippetStyle;

// Draws the line in which marks[0..count-1] (sorted by start, all on that line) begin. Returns how many of them were
// drawn: a very long line shows a window around the first mark, and those outside need a snippet of their own.
size_t snippet_draw(const Mark *marks, size_t count, SnippetStyle style, StringBuilder *out);

// Text in a colour if the style has colours.
void snippet_paint(StringBuilder *out, bool colour, const char *ansi, const char *text);

// `   | ` without line number, no newline behind it.
void snippet_gutter(StringBuilder *out, SnippetStyle style);

#endif
