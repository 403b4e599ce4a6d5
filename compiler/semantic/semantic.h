// The checker: syntax trees of all modules in, the typed program out. It resolves names, infers types by instantiation
// and process kinds by flow, and reports every error. It touches no files: modules come from the loader.
#ifndef FLUFFY_COMPILER_SEMANTIC_SEMANTIC_H
#define FLUFFY_COMPILER_SEMANTIC_SEMANTIC_H

#include "compiler/diag/diag.h"
#include "compiler/typed/tree.h"

struct Module; // compiler/syntax/ast.h

// Finds and parses a module by name: a file beside the program's, or the library's. NULL when there is none (then
// nothing is reported, the checker knows where it was named); syntax errors of a found module are added to `diags`.
// Each module is asked for once.
typedef struct ModuleLoader {
    struct Module *(*load)(void *context, Name module, Diagnostics *diags);
    const char *(*searched)(void *context, Name module); // the places, for people; may be NULL
    const char *(*hidden)(void *context, Name module);   // a file beside the program's that a module of the library
                                                         // hides, or NULL; may be NULL
    void *context;
} ModuleLoader;

// Checks `root` and everything that it names. The modules `prelude`, `list`, `string`, `math`, `map` and `set` are
// loaded if the loader has them; the names of `prelude` are visible everywhere. Borrows all arguments. NULL when an
// error was reported (warnings alone don't count).
TypedProgram *semantic_check(const ModuleLoader *loader, struct Module *root, Diagnostics *diags);

// The same for a library, whose exported functions programs in C use: those of `roots`, of which the first names the
// library's folder. There is no `main`; errors also where something exported can't cross to C.
TypedProgram *semantic_check_library(const ModuleLoader *loader, struct Module *const *roots, size_t count,
                                     Diagnostics *diags);

// Checks names, types and processes of a module that need not have a `main` (a library module); true without errors.
bool semantic_check_module(const ModuleLoader *loader, struct Module *module, Diagnostics *diags);

#endif
