// From the typed program to an object file, assembly or LLVM text: the only thing that other rooms see of code
// generation.
//
// The output defines `fl_program` (runtime/abi/abi.h) and nothing else that is visible outside; `main` is the
// runtime's. Threads: one compilation at a time (LLVM's context and fatal error handler belong to it), and no other
// threads: parts of large programs are compiled in forked children.
#ifndef FLUFFY_COMPILER_CODEGEN_CODEGEN_H
#define FLUFFY_COMPILER_CODEGEN_CODEGEN_H

#include <stdbool.h>

#include "compiler/diag/diag.h"
#include "compiler/typed/tree.h"

typedef enum CodegenOutput { CODEGEN_OBJECT, CODEGEN_ASSEMBLY, CODEGEN_LLVM } CodegenOutput;

typedef enum CodegenSanitize {
    CODEGEN_SANITIZE_NONE,
    CODEGEN_SANITIZE_ADDRESS,
    CODEGEN_SANITIZE_THREAD
} CodegenSanitize;

typedef struct CodegenOptions {
    CodegenOutput output;
    const char *path; // of the file to write; borrowed
    // If not NULL, an object of a large program may become several files: that of part 0, which is `path`, 1, 2…,
    // less than SPLIT_MAX_PARTS. NULL: that file can't be made. The same part gives the same path.
    const char *(*part_path)(unsigned part);
    bool debug;               // few passes and no optimisation: compiles fast
    CodegenSanitize sanitize; // instruments the generated code
    const char *source;       // path of the program's main file, for the debug information
    const char *directory;    // the compiler's working directory, for the same; may be NULL
} CodegenOptions;

enum { SPLIT_MAX_PARTS = 32 };

// Writes the program to options->path, or to *parts files. False: an error was added to `diagnostics` (the file could
// not be written, or an internal error).
bool codegen_emit(const TypedProgram *program, const CodegenOptions *options, Diagnostics *diagnostics,
                  unsigned *parts);

#endif
