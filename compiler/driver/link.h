// Linking objects with the runtime library by the system's C compiler, with mold or lld when there is one.
#pragma once

#include <stdbool.h>

#include "compiler/diag/diag.h"

// Makes the executable `output` from `objects` (ends with NULL, at most 40); sanitize is SANITIZE_* of options.h.
// False, with an error added, if there is no C compiler, no runtime library, or linking fails.
bool link_program(const char *const *objects, const char *output, int sanitize, Diagnostics *diags);
