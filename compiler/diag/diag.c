#include "compiler/diag/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

typedef struct CodeRow {
    const char *code, *title;
} CodeRow;

static const CodeRow rows[] = {
#define DIAG(code, enumerator, title) {#code, title},
#include "compiler/diag/codes.def"
#undef DIAG
};

const char *diag_code_text(DiagCode code) { return rows[code].code; }
const char *diag_code_title(DiagCode code) { return rows[code].title; }

bool diag_code_find(const char *text, DiagCode *out) {
    for (int code = 0; code < DIAG_CODE_COUNT; code++)
        if (strcasecmp(rows[code].code, text) == 0) {
            *out = (DiagCode)code;
            return true;
        }
    return false;
}

static const char *format_message(const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = mem_alloc_data((size_t)(len < 0 ? 0 : len) + 1);
    vsnprintf(text, (size_t)(len < 0 ? 0 : len) + 1, format, args);
    return text;
}

Diag *diag_error(Diagnostics *list, DiagCode code, Span span, const char *format, ...) {
    va_list args;
    va_start(args, format);
    Diag *diag = mem_new(Diag);
    diag->code = code;
    diag->severity = rows[code].code[0] == 'W' ? DIAG_SEVERITY_WARNING : DIAG_SEVERITY_ERROR;
    diag->span = span;
    diag->message = format_message(format, args);
    diag->order = list->list.len;
    va_end(args);
    if (list->list.len < DIAG_MAX_KEPT)
        vec_push(&list->list, diag);
    if (diag->severity == DIAG_SEVERITY_ERROR)
        list->error_count++;
    else
        list->warning_count++;
    return diag;
}

Diag *diag_primary(Diag *diag, const char *format, ...) {
    va_list args;
    va_start(args, format);
    diag->label = format_message(format, args);
    va_end(args);
    return diag;
}

Diag *diag_label(Diag *diag, Span span, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vec_push(&diag->labels, (DiagLabel){span, format_message(format, args)});
    va_end(args);
    return diag;
}

Diag *diag_note(Diag *diag, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vec_push(&diag->notes, format_message(format, args));
    va_end(args);
    return diag;
}

Diag *diag_help(Diag *diag, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vec_push(&diag->helps, format_message(format, args));
    va_end(args);
    return diag;
}
