// What a program in C sees of a library: its header, and the C file that connects that with the runtime. Typed program
// in, text out; no files.
//
// Invariants: the header needs fluffy.h alone, and is C99 and C++. Every name in it begins with the library's. Fields
// stand in the order of their names, as in types.
#pragma once

#include "compiler/typed/tree.h"

// NULL, or why this can't be a library's name: it begins all names in C.
const char *bindings_wrong_name(const char *library);

// The text of NAME.h, and of the C file that is compiled into the library and includes "NAME.h" and "glue.h".
void bindings_header(const TypedProgram *program, const char *library, StringBuilder *out);
void bindings_glue(const TypedProgram *program, const char *library, StringBuilder *out);
