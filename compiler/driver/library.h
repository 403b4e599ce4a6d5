// The files of a library for programs in C: libNAME.a (and .so), NAME.h, fluffy.h, NAME.pc.
#pragma once

#include <stdbool.h>

#include "compiler/diag/diag.h"
#include "compiler/driver/c_links.h"

// Writes them into the folder options->output (the present one if NULL), made of the program's object files (the list
// ends with NULL), the text of its header and that of the C file behind it. False, with errors added, on failure.
bool library_write(const Options *options, const char *const *objects, const CLinks *links, const char *header,
                   const char *glue, Diagnostics *diags);
