// Where modules are: a file beside the program's own, then the library's in stdlib/ (install.h says where that is).
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
