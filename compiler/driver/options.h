// The command line. Commands and options are rows of two tables in options.c; help, near names and parsing come from
// them.
#pragma once

#include <stdbool.h>

typedef enum Command { COMMAND_NONE, COMMAND_BUILD, COMMAND_RUN, COMMAND_CHECK, COMMAND_EXPLAIN, COMMAND_TEST } Command;

// Values of options with a choice: 0 when the option is absent, else in the order of the table's row.
enum { EMIT_PROGRAM, EMIT_OBJECT, EMIT_ASSEMBLY, EMIT_LLVM };
enum { DUMP_NOTHING, DUMP_TOKENS, DUMP_AST, DUMP_TYPES };
enum { SANITIZE_NOTHING, SANITIZE_ADDRESS, SANITIZE_THREAD };

typedef struct Options {
    Command command;
    const char *file;            // never NULL unless help or version; of explain: the code
    const char **more;           // further files of a library, ends with NULL; NULL: none
    const char *output;          // NULL: named after the file; of a library: the folder
    const char *library;         // its name; NULL: an executable
    const char *const *links;    // --link, each; ends with NULL; NULL: none
    const char *const *packages; // --pkg-config, each; the same
    char **program_args;         // run: what follows FILE, ends with NULL
    int debug, help, version, json, shared;
    int emit;     // EMIT_*
    int dump;     // DUMP_*
    int sanitize; // SANITIZE_*
} Options;

// Fills in *options, which borrow from argv. NULL, or what is wrong with the command line.
const char *options_parse(int argc, char **argv, Options *options);

// The text of --help.
const char *options_help(void);
