// Which values a list of arms leaves out, and which arms can never be chosen (Maranget's usefulness, one walk for
// both).
//
// An arm with a guard, wherever it stands in the pattern, is reachable but covers nothing. What the types enumerate
// (members of a union, literal types, bool, lengths of lists) has to be covered; over int, float and string no list of
// literals is complete: that is reported apart. The walk splits a value only where some pattern looks, so recursive
// types need no care; its work is bounded.
#ifndef FLUFFY_COMPILER_SEMANTIC_EXHAUSTIVE_H
#define FLUFFY_COMPILER_SEMANTIC_EXHAUSTIVE_H

#include "compiler/typed/tree.h"

typedef struct Exhaustiveness {
    // Values that no arm takes, as patterns a user could write (`{type: "sub", …}`, `[]`, `[_, _, ...]`, `false`): an
    // error. At most EXHAUSTIVE_MAX_MISSING; `more` tells that there are others.
    const char **missing;
    size_t missing_count;
    bool more;
    // Values that no arm takes only because a literal of int, float or string is asked for: a warning (a `_` is
    // missing). Same bound.
    const char **open;
    size_t open_count;
    // Indices of arms that never get a value, ascending: each is taken by the arms above (or has a pattern that nothing
    // matches).
    size_t *unreachable;
    size_t unreachable_count;
    // The bound on work was hit: the lists above are empty and nothing is known. The match is to be refused as too
    // complex.
    bool too_complex;
} Exhaustiveness;

#define EXHAUSTIVE_MAX_MISSING 5

// Takes the matched value's type and its arms (bodies are not looked at). The result is the caller's.
// A match is total (TreeMatch.total) if neither `missing` nor `open` has entries.
Exhaustiveness exhaustive_check(const Type *value, const TreeArm *arms, size_t count);

#endif
