// Text of tokens and trees, for --dump and for tests.
#ifndef FLUFFY_COMPILER_SYNTAX_DUMP_H
#define FLUFFY_COMPILER_SYNTAX_DUMP_H

#include "compiler/base/sb.h"
#include "compiler/diag/diag.h"
#include "compiler/syntax/ast.h"

// One token a line: `line:column kind text`, `|` in front of those that start a line. Lexical errors go to `diags`.
void dump_tokens(const SourceFile *file, Diagnostics *diags, StringBuilder *out);

// The module as an s-expression. With `spans`, every node is followed by @start-end (bytes).
void dump_module(const Module *module, bool spans, StringBuilder *out);
void dump_expr(const Expr *expr, bool spans, StringBuilder *out);

#endif
