// The file that the user asked for: it appears whole or not at all. A plain file is written beside its place and
// renamed; a device or pipe is filled from a temporary file.
#pragma once

#include <stdbool.h>

#include "compiler/base/source.h"
#include "compiler/diag/diag.h"

typedef struct Output {
    const char *path;    // where it shall be
    const char *writing; // where it is written to until output_finish
} Output;

// Prepares to write `path`. False, with an error added, if that can't be: a directory, no permission, the source
// itself.
bool output_begin(Output *output, const char *path, const SourceFile *source, Diagnostics *diags);

// Puts what was written to `output->writing` into place, executable or not. False, with an error added, on failure.
bool output_finish(Output *output, bool executable, Diagnostics *diags);

// Writes text to standard output. False, with an error added, on failure.
bool output_text(const char *text, Diagnostics *diags);
