// The text of diagnostics, in one place.
//
//   error[E0203]: expected an expression after `+`
//     --> app.fl:3:9
//      |
//    3 |     x = 1 +
//      |            ^ nothing follows
//      = help: ...
#ifndef FLUFFY_COMPILER_DIAG_RENDER_H
#define FLUFFY_COMPILER_DIAG_RENDER_H

#include "compiler/base/sb.h"
#include "compiler/diag/diag.h"

typedef struct DiagRenderOptions {
    bool colour;      // ANSI colours; the driver decides (terminal, NO_COLOR)
    size_t max_shown; // 0 means DIAG_MAX_SHOWN; the rest is counted in a last line
} DiagRenderOptions;

#define DIAG_MAX_SHOWN 50

// Writes all diagnostics, sorted by file and place, each once, and a last line with the counts. Nothing for an empty
// list. Deterministic: the same list gives the same bytes.
void diag_render_all(const Diagnostics *list, DiagRenderOptions options, StringBuilder *out);

// Writes one diagnostic.
void diag_render(const Diag *diag, DiagRenderOptions options, StringBuilder *out);

#endif
