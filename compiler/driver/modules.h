// Where modules are: the library's in stdlib/ (install.h says where that is), the others beside the program's file. The
// library's names are taken: a program called `list` or a file `list.fl` beside it must not change what `xs.map(f)`
// means.
#pragma once

#include "compiler/semantic/semantic.h"
#include "compiler/syntax/ast.h"

typedef struct ModuleSearch {
    const Module *root; // the program: modules may name it too
    const char *folder; // of the program's file
} ModuleSearch;

// A loader that searches for `root`; it borrows *search, which is filled in here.
ModuleLoader modules_loader(ModuleSearch *search, Module *root);

// Whether the module has no entry (neither `main` nor statements) but something to use: a library's module.
bool modules_is_library(const Module *module);
