// Source text to syntax tree.
#ifndef FLUFFY_COMPILER_SYNTAX_PARSER_H
#define FLUFFY_COMPILER_SYNTAX_PARSER_H

#include "compiler/diag/diag.h"
#include "compiler/syntax/ast.h"

// Parses a whole file. Never NULL: errors are added to `diags` and the parser goes on behind them, so the module holds
// what could be understood. Time and memory are linear in the file's size. The result borrows `file`.
Module *parse_module(const SourceFile *file, Diagnostics *diags);

#endif
