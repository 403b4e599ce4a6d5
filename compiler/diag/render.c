#include "compiler/diag/render.h"

#include "compiler/diag/snippet.h"

#include <stdlib.h>
#include <string.h>

#define COLOUR_ERROR "1;31"
#define COLOUR_WARNING "1;33"
#define COLOUR_BOLD "1"
#define COLOUR_NOTE "1;36"

// ---- order ----------------------------------------------------------------------------------------------------------

static int compare_files(const SourceFile *a, const SourceFile *b) {
    if (a == b)
        return 0;
    if (!a || !b)
        return a ? 1 : -1;
    return strcmp(a->path, b->path);
}

static int compare_numbers(size_t a, size_t b) { return (a > b) - (a < b); }

static int compare_diags(const void *left, const void *right) {
    const Diag *a = *(Diag *const *)left, *b = *(Diag *const *)right;
    int order = compare_files(a->span.file, b->span.file);
    if (!order)
        order = compare_numbers(a->span.start, b->span.start);
    return order ? order : compare_numbers(a->order, b->order);
}

static int compare_marks(const void *left, const void *right) {
    const Mark *a = left, *b = right;
    int order = compare_files(a->span.file, b->span.file);
    if (!order)
        order = compare_numbers(a->span.start, b->span.start);
    if (!order)
        order = compare_numbers(a->span.end, b->span.end);
    return order ? order : b->primary - a->primary;
}

static bool same_diag(const Diag *a, const Diag *b) {
    return a->code == b->code && a->span.end == b->span.end && strcmp(a->message, b->message) == 0;
}

// Whether one of the diagnostics before sorted[i], at the same place, says the same.
static bool is_repeated(Diag *const *sorted, size_t i) {
    for (size_t j = i; j-- > 0;) {
        if (sorted[j]->span.file != sorted[i]->span.file || sorted[j]->span.start != sorted[i]->span.start)
            return false;
        if (same_diag(sorted[j], sorted[i]))
            return true;
    }
    return false;
}

// ---- one diagnostic -------------------------------------------------------------------------------------------------

static MarkVec marks_of(const Diag *diag) {
    MarkVec marks = {0};
    vec_push(&marks, (Mark){diag->span, diag->label ? diag->label : "", true});
    for (size_t i = 0; i < diag->labels.len; i++)
        if (diag->labels.data[i].span.file)
            vec_push(&marks, (Mark){diag->labels.data[i].span, diag->labels.data[i].text, false});
    qsort(marks.data, marks.len, sizeof *marks.data, compare_marks);
    return marks;
}

static size_t widest_line_number(const MarkVec *marks) {
    uint32_t largest = 1;
    for (size_t i = 0; i < marks->len; i++) {
        uint32_t line = span_place(marks->data[i].span).line;
        largest = line > largest ? line : largest;
    }
    return strlen(text_format("%u", largest));
}

static void draw_location(const char *arrow, Span span, SnippetStyle style, StringBuilder *out) {
    SourcePlace place = span_place(span);
    sb_add_repeat(out, ' ', style.gutter);
    snippet_paint(out, style.colour, "1;34", arrow);
    sb_addf(out, " %s:%u:%u\n", span.file->path, place.line, place.column);
    snippet_gutter(out, style);
    sb_add_char(out, '\n');
}

// The lines of one file, top down; marks[0..count-1] are all in that file.
static void draw_lines(const Mark *marks, size_t count, SnippetStyle style, StringBuilder *out) {
    uint32_t previous = 0;
    for (size_t i = 0; i < count;) {
        uint32_t line = span_place(marks[i].span).line;
        size_t same = i + 1;
        while (same < count && span_place(marks[same].span).line == line)
            same++;
        if (previous && line > previous + 1) {
            sb_add_repeat(out, '.', 3);
            sb_add_char(out, '\n');
        }
        previous = line;
        i += snippet_draw(marks + i, same - i, style, out);
    }
}

// The primary span's file first, then the others by path.
static void draw_places(const Diag *diag, SnippetStyle style, const MarkVec *marks, StringBuilder *out) {
    for (int others = 0; others < 2; others++) {
        for (size_t i = 0; i < marks->len;) {
            const SourceFile *file = marks->data[i].span.file;
            size_t end = i;
            while (end < marks->len && marks->data[end].span.file == file)
                end++;
            if ((file != diag->span.file) == others) {
                draw_location(others ? ":::" : "-->", others ? marks->data[i].span : diag->span, style, out);
                draw_lines(marks->data + i, end - i, style, out);
            }
            i = end;
        }
    }
}

// `= help: text`; further lines of the text are indented below it.
static void draw_remark(const char *kind, const char *text, SnippetStyle style, StringBuilder *out) {
    sb_add_repeat(out, ' ', style.gutter + 1);
    snippet_paint(out, style.colour, "1;34", "=");
    sb_add_char(out, ' ');
    snippet_paint(out, style.colour, COLOUR_NOTE, kind);
    sb_add(out, ": ");
    size_t indent = style.gutter + 3 + strlen(kind) + 2;
    for (const char *newline; (newline = strchr(text, '\n')); text = newline + 1) {
        sb_add_bytes(out, text, (size_t)(newline - text) + 1);
        sb_add_repeat(out, ' ', indent);
    }
    sb_add(out, text);
    sb_add_char(out, '\n');
}

void diag_render(const Diag *diag, DiagRenderOptions options, StringBuilder *out) {
    bool error = diag->severity == DIAG_SEVERITY_ERROR;
    SnippetStyle style = {options.colour, error ? COLOUR_ERROR : COLOUR_WARNING, 1};
    const char *head = text_format("%s[%s]", error ? "error" : "warning", diag_code_text(diag->code));
    snippet_paint(out, options.colour, style.primary, head);
    sb_add(out, ": ");
    snippet_paint(out, options.colour, COLOUR_BOLD, diag->message);
    sb_add_char(out, '\n');
    if (diag->span.file) {
        MarkVec marks = marks_of(diag);
        style.gutter = widest_line_number(&marks);
        draw_places(diag, style, &marks, out);
    }
    for (size_t i = 0; i < diag->notes.len; i++)
        draw_remark("note", diag->notes.data[i], style, out);
    for (size_t i = 0; i < diag->helps.len; i++)
        draw_remark("help", diag->helps.data[i], style, out);
}

// ---- all of them ----------------------------------------------------------------------------------------------------

static void draw_count(size_t count, const char *what, StringBuilder *out) {
    sb_addf(out, "%zu %s%s", count, what, count == 1 ? "" : "s");
}

static void draw_summary(size_t errors, size_t warnings, size_t hidden, StringBuilder *out) {
    if (errors)
        draw_count(errors, "error", out);
    if (errors && warnings)
        sb_add(out, ", ");
    if (warnings)
        draw_count(warnings, "warning", out);
    if (hidden)
        sb_addf(out, " (%zu not shown)", hidden);
    sb_add_char(out, '\n');
}

void diag_render_all(const Diagnostics *list, DiagRenderOptions options, StringBuilder *out) {
    size_t count = list->list.len, max = options.max_shown ? options.max_shown : DIAG_MAX_SHOWN;
    if (!count)
        return;
    Diag **sorted = mem_alloc(count * sizeof *sorted);
    memcpy(sorted, list->list.data, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_diags);
    size_t shown = 0, hidden = 0, totals[2] = {0};
    for (size_t i = 0; i < count; i++) {
        if (is_repeated(sorted, i))
            continue;
        totals[sorted[i]->severity]++;
        if (shown == max) {
            hidden++;
            continue;
        }
        diag_render(sorted[i], options, out);
        sb_add_char(out, '\n');
        shown++;
    }
    draw_summary(totals[DIAG_SEVERITY_ERROR], totals[DIAG_SEVERITY_WARNING], hidden, out);
}
