// Texts of values that a match leaves out, as patterns. "_" is any value. For exhaustive.c.
#ifndef FLUFFY_COMPILER_SEMANTIC_WITNESS_H
#define FLUFFY_COMPILER_SEMANTIC_WITNESS_H

#include "compiler/typed/tree.h"

bool witness_is_any(const char *text);
// A literal type's value, or a TREE_CONSTANT's.
const char *witness_literal(const Type *literal);
const char *witness_constant(const Tree *constant);
// A value of one member of a union of which only `text` is known.
const char *witness_member(const Type *member, const char *text);
// A record of which the named fields are known (`cells` in the order of `names`); "_" if that says nothing.
const char *witness_record(const Type *record, const Name *names, const char *const *cells, size_t count);
// A list of these elements; with more behind them if `longer`.
const char *witness_list(const char *const *cells, size_t count, bool longer);

#endif
