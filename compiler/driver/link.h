// Linking objects with the runtime library by the system's C compiler, with mold or lld when there is one.
#pragma once

#include <stdbool.h>

#include "compiler/driver/c_links.h"

// Makes the executable `output` from `objects` (ends with NULL, at most 40); sanitize is SANITIZE_* of options.h.
// False, with an error added, if there is no C compiler, no runtime library, or linking fails.
bool link_program(const char *const *objects, const CLinks *links, const char *output, int sanitize,
                  Diagnostics *diags);

// What makes a library: programs by their paths, the runtime's archive, and the sanitizer's flag, or NULL.
typedef struct LibraryTools {
    const char *compiler, *linker, *objcopy, *archiver, *runtime, *flag;
} LibraryTools;

// False, with an error added, if one is missing. `sanitize`: SANITIZE_*.
bool link_library_tools(int sanitize, LibraryTools *tools, Diagnostics *diags);
// Runs a command, its path first, NULL last. False, with an error added that says what it was for.
bool link_command(const char *const *argv, const char *what, Diagnostics *diags);
// The same of one that links: what it misses of C is an error at the declaration that asks for it.
bool link_with(const char *const *argv, const char *what, const CLinks *links, Diagnostics *diags);
