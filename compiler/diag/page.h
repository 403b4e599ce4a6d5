// The page of docs/errors that says what a code means. The pages are part of the compiler (pages.S).
//
// A page is Markdown of a simple form: a heading `# E0401: title`, paragraphs of one line each, blocks between ```, and
// comments `<!-- … -->` for the tests. As text for a terminal, paragraphs are broken into lines of at most
// DIAG_PAGE_WIDTH columns and blocks are indented.
#ifndef FLUFFY_COMPILER_DIAG_PAGE_H
#define FLUFFY_COMPILER_DIAG_PAGE_H

#include "compiler/base/sb.h"
#include "compiler/diag/diag.h"

#define DIAG_PAGE_WIDTH 100

// Adds the page of `code` to `out`, as text for a terminal. Every code has one: the tests see to it.
void diag_page(DiagCode code, StringBuilder *out);

#endif
