// What a program with `extern c` is linked with besides the runtime, and what the linker has to say of that.
#pragma once

#include "compiler/base/vec.h"
#include "compiler/diag/diag.h"
#include "compiler/driver/options.h"
#include "compiler/typed/tree.h"

typedef struct CLinks {
    const TypedProgram *program;
    VEC(const char *)
    arguments;            // of the C compiler, behind the objects: sources, archives, -lNAME, what pkg-config says
    size_t library_count; // of them, in front, not from pkg-config
    VEC(const char *) packages; // names for pkg-config
    VEC(const char *) sources;  // of `arguments` those that are C
} CLinks;

// Whether an argument is a file that becomes part of what is linked: C, an object file, an archive; and whether it is
// C.
bool c_links_is_part(const char *argument);
bool c_links_is_source(const char *argument);

// From the program's `extern c` blocks and the options. False, with an error added, if a file is missing or pkg-config
// knows a name not.
bool c_links_find(CLinks *links, const TypedProgram *program, const Options *options, Diagnostics *diags);

// Reads what the linker wrote into the file `errors`. True, with errors added, if it misses C libraries or functions.
bool c_links_explain(const CLinks *links, const char *errors, Diagnostics *diags);
