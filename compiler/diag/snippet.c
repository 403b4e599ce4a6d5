// A source line is drawn through a window: normally the whole line, of a very long one the part around the mark, so
// that the work never depends on the length of the line. Columns here are those of the terminal: a tab is drawn as
// spaces, wide characters count twice, control characters are replaced.
#include "compiler/diag/snippet.h"

#include <string.h>

enum {
    WINDOW_COLUMNS = 120, // of the widest line shown whole
    WINDOW_BEFORE = 40,   // code points kept before the first mark of a longer one
    TAB_COLUMNS = 4,
};

#define COLOUR_GUTTER "1;34"
#define COLOUR_SECONDARY "1;34"

// What of a line is shown, as bytes of the line.
typedef struct Window {
    Text line;
    size_t start, end;
} Window;

// One code point as the terminal shows it.
typedef struct Glyph {
    size_t size;     // bytes in the source
    size_t columns;  // on the terminal
    const char *own; // drawn instead of the bytes, or NULL
} Glyph;

static Glyph glyph_at(Text line, size_t at) {
    size_t size;
    uint32_t code_point = utf8_decode(line.data + at, line.len - at, &size);
    if (code_point == '\t')
        return (Glyph){size, TAB_COLUMNS, "    "};
    bool bidirectional =
        (code_point >= 0x202A && code_point <= 0x202E) || (code_point >= 0x2066 && code_point <= 0x2069);
    if (code_point < ' ' || (code_point >= 0x7F && code_point < 0xA0) || code_point == UTF8_INVALID || bidirectional)
        return (Glyph){size, 1, "\xEF\xBF\xBD"};
    return (Glyph){size, (size_t)utf8_width(code_point), NULL};
}

// The end of what fits into the window when it starts at `start`.
static size_t window_end(Text line, size_t start) {
    size_t columns = 0, at = start;
    while (at < line.len) {
        Glyph glyph = glyph_at(line, at);
        if (columns + glyph.columns > WINDOW_COLUMNS)
            break;
        columns += glyph.columns;
        at += glyph.size;
    }
    return at;
}

static Window window_around(Text line, size_t mark) {
    size_t end = window_end(line, 0);
    if (end == line.len)
        return (Window){line, 0, end};
    size_t start = mark < line.len ? mark : line.len;
    for (int i = 0; i < WINDOW_BEFORE && start > 0; i++) {
        start--;
        while (start > 0 && (line.data[start] & 0xC0) == 0x80)
            start--;
    }
    return (Window){line, start, window_end(line, start)};
}

void snippet_paint(StringBuilder *out, bool colour, const char *ansi, const char *text) {
    if (colour)
        sb_addf(out, "\x1b[%sm%s\x1b[0m", ansi, text);
    else
        sb_add(out, text);
}

void snippet_gutter(StringBuilder *out, SnippetStyle style) {
    sb_add_repeat(out, ' ', style.gutter + 1);
    snippet_paint(out, style.colour, COLOUR_GUTTER, "|");
}

static void draw_source(Window window, uint32_t number, SnippetStyle style, StringBuilder *out) {
    snippet_paint(out, style.colour, COLOUR_GUTTER, text_format("%*u |", (int)style.gutter, number));
    if (window.line.len)
        sb_add_char(out, ' ');
    if (window.start > 0)
        sb_add(out, "...");
    for (size_t at = window.start; at < window.end;) {
        Glyph glyph = glyph_at(window.line, at);
        if (glyph.own)
            sb_add(out, glyph.own);
        else
            sb_add_bytes(out, window.line.data + at, glyph.size);
        at += glyph.size;
    }
    if (window.end < window.line.len)
        sb_add(out, "...");
    sb_add_char(out, '\n');
}

// Where a mark is on the terminal, counted from the first column behind the gutter.
typedef struct Drawn {
    size_t column, width;
    const Mark *mark;
} Drawn;

static size_t columns_between(Window window, size_t from, size_t to) {
    size_t columns = 0;
    for (size_t at = from; at < to && at < window.end;) {
        Glyph glyph = glyph_at(window.line, at);
        columns += glyph.columns;
        at += glyph.size;
    }
    return columns;
}

static Drawn place_mark(Window window, const Mark *mark, size_t line_start) {
    size_t start = mark->span.start - line_start, end = mark->span.end - line_start;
    size_t width = columns_between(window, start, end);
    size_t column = (window.start > 0 ? 3 : 0) + columns_between(window, window.start, start);
    return (Drawn){column, width ? width : 1, mark};
}

static void pad_to(StringBuilder *out, size_t *at, size_t column) {
    if (column > *at) {
        sb_add_repeat(out, ' ', column - *at);
        *at = column;
    }
}

static const char *mark_colour(const Mark *mark, SnippetStyle style) {
    return mark->primary ? style.primary : COLOUR_SECONDARY;
}

static size_t widest_below(const Drawn *drawn, size_t count, size_t limit) {
    size_t widest = 0;
    for (size_t i = 0; i < count; i++)
        if (drawn[i].width < limit && drawn[i].width > widest)
            widest = drawn[i].width;
    return widest;
}

// The line of ^^^ and ---. A narrow mark is drawn over a wider one, of two equal ones the primary wins.
static void draw_marks(const Drawn *drawn, size_t count, SnippetStyle style, StringBuilder *out) {
    size_t end = 0;
    for (size_t i = 0; i < count; i++)
        end = drawn[i].column + drawn[i].width > end ? drawn[i].column + drawn[i].width : end;
    char *row = mem_alloc_data(end + 1);
    memset(row, ' ', end);
    for (size_t width = SIZE_MAX; (width = widest_below(drawn, count, width)) > 0;)
        for (int primary = 0; primary < 2; primary++)
            for (size_t i = 0; i < count; i++)
                if (drawn[i].mark->primary == primary && drawn[i].width == width)
                    memset(row + drawn[i].column, primary ? '^' : '-', width);
    for (size_t at = 0; at < end;) {
        size_t run = at;
        while (run < end && row[run] == row[at])
            run++;
        char *piece = mem_copy_text(row + at, run - at);
        snippet_paint(out, style.colour && row[at] != ' ', row[at] == '^' ? style.primary : COLOUR_SECONDARY, piece);
        at = run;
    }
}

// A line with `|` below each of the first `count` marks, then the text of mark `count`, if there is one to write.
static void draw_connectors(const Drawn *drawn, size_t count, const Drawn *text, SnippetStyle style,
                            StringBuilder *out) {
    snippet_gutter(out, style);
    sb_add_char(out, ' ');
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (!drawn[i].mark->text[0] || drawn[i].column < at || (text && drawn[i].column >= text->column))
            continue;
        pad_to(out, &at, drawn[i].column);
        snippet_paint(out, style.colour, mark_colour(drawn[i].mark, style), "|");
        at++;
    }
    if (text) {
        pad_to(out, &at, text->column);
        snippet_paint(out, style.colour, mark_colour(text->mark, style), text->mark->text);
    }
    sb_add_char(out, '\n');
}

// Marks, the text of the last one behind them, those of the others below, right to left.
static void draw_texts(const Drawn *drawn, size_t count, SnippetStyle style, StringBuilder *out) {
    const Drawn *last = &drawn[count - 1];
    bool beside = last->mark->text[0];
    for (size_t i = 0; i + 1 < count; i++)
        if (drawn[i].column + drawn[i].width > last->column)
            beside =
                beside && !drawn[i].mark->text[0] && drawn[i].column + drawn[i].width <= last->column + last->width;
    if (beside) {
        sb_add_char(out, ' ');
        snippet_paint(out, style.colour, mark_colour(last->mark, style), last->mark->text);
        count--;
    }
    sb_add_char(out, '\n');
    bool first = true;
    for (size_t i = count; i-- > 0;) {
        if (!drawn[i].mark->text[0])
            continue;
        if (first)
            draw_connectors(drawn, i + 1, NULL, style, out);
        first = false;
        draw_connectors(drawn, i, &drawn[i], style, out);
    }
}

size_t snippet_draw(const Mark *marks, size_t count, SnippetStyle style, StringBuilder *out) {
    const SourceFile *file = marks[0].span.file;
    uint32_t number = span_place(marks[0].span).line;
    size_t line_start = file->line_starts[number - 1];
    Window window = window_around(source_line(file, number), marks[0].span.start - line_start);
    VEC(Drawn) drawn = {0};
    for (size_t i = 0; i < count && (i == 0 || marks[i].span.start - line_start <= window.end); i++)
        vec_push(&drawn, place_mark(window, &marks[i], line_start));
    draw_source(window, number, style, out);
    snippet_gutter(out, style);
    sb_add_char(out, ' ');
    draw_marks(drawn.data, drawn.len, style, out);
    draw_texts(drawn.data, drawn.len, style, out);
    return drawn.len;
}
