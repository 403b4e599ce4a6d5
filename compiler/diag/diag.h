// Diagnostics as values. Library code never prints and never exits: it adds to a Diagnostics list, and goes on.
// Rendering (sorting by place, dropping duplicates, the text) is in render.h and nowhere else.
//
// Use:  Diag *d = diag_error(diags, DIAG_TYPE_MISMATCH, span, "expected `%s`, found `%s`", want, have);
//       diag_primary(d, "this is a `%s`", have);         // text beside the mark of the primary span
//       diag_label(d, other, "expected because of this"); // another place with its own text
//       diag_note(d, "..."); diag_help(d, "did you mean `%s`?", near);
//
// Messages start in lower case, have no full stop at the end, and put code in `backticks`.
// Ownership: everything is copied into collected memory. Threads: one.
#ifndef FLUFFY_COMPILER_DIAG_DIAG_H
#define FLUFFY_COMPILER_DIAG_DIAG_H

#include "compiler/base/source.h"
#include "compiler/base/vec.h"

// One enumerator per row of codes.def; codes that start with W are warnings.
typedef enum DiagCode {
#define DIAG(code, enumerator, title) DIAG_##enumerator,
#include "compiler/diag/codes.def"
#undef DIAG
    DIAG_CODE_COUNT
} DiagCode;

typedef enum DiagSeverity { DIAG_SEVERITY_ERROR, DIAG_SEVERITY_WARNING } DiagSeverity;

typedef struct DiagLabel {
    Span span;
    const char *text; // "" for a bare mark
} DiagLabel;

typedef struct Diag {
    DiagCode code;
    DiagSeverity severity;
    Span span;           // primary place; span.file NULL if there is none
    const char *message; // the headline
    const char *label;   // beside the primary mark, or NULL
    VEC(DiagLabel) labels;
    VEC(const char *) notes;
    VEC(const char *) helps;
    size_t order; // of arrival; ties in the order of places are kept
} Diag;

// A broken input can have an error in every byte: this many are kept, the rest is only counted.
#define DIAG_MAX_KEPT 10000

typedef struct Diagnostics {
    VEC(Diag *) list; // as they arrived; render.h sorts
    size_t error_count, warning_count;
} Diagnostics;

// What a row of codes.def says.
const char *diag_code_text(DiagCode code);            // "E0101"
const char *diag_code_title(DiagCode code);           // a few words
bool diag_code_find(const char *text, DiagCode *out); // of "E0101", in any case; false: there is none

// Adds an error (or warning, for W codes, which the code decides) and returns it for labels, notes and help.
Diag *diag_error(Diagnostics *list, DiagCode code, Span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

Diag *diag_primary(Diag *diag, const char *format, ...) __attribute__((format(printf, 2, 3)));
Diag *diag_label(Diag *diag, Span span, const char *format, ...) __attribute__((format(printf, 3, 4)));
Diag *diag_note(Diag *diag, const char *format, ...) __attribute__((format(printf, 2, 3)));
Diag *diag_help(Diag *diag, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
