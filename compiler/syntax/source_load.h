// Reading source files. The only place of the front end that touches the file system.
#ifndef FLUFFY_COMPILER_SYNTAX_SOURCE_LOAD_H
#define FLUFFY_COMPILER_SYNTAX_SOURCE_LOAD_H

#include "compiler/diag/diag.h"

// Reads and checks a file. NULL after an error: the file is missing, unreadable, a directory or other non-file, larger
// than SOURCE_MAX_BYTES, not UTF-8 (with the place of the first bad byte), or holds a NUL byte.
SourceFile *source_load(const char *path, Diagnostics *diags);

// The same checks for bytes in memory (copied). `path` is for messages and the module's name.
SourceFile *source_from_bytes(const char *path, const char *bytes, size_t len, Diagnostics *diags);

#endif
