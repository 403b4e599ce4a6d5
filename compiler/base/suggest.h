// The near name for a misspelt one: "did you mean `length`?".
#ifndef FLUFFY_COMPILER_BASE_SUGGEST_H
#define FLUFFY_COMPILER_BASE_SUGGEST_H

#include "compiler/base/name.h"

typedef struct Suggestion {
    Name wanted;
    Name best;         // nearest candidate so far, NULL if none is near enough
    uint32_t distance; // of `best`
} Suggestion;

// Start with the misspelt name, offer each candidate, then read `best`.
Suggestion suggest_start(Name wanted);
void suggest_offer(Suggestion *suggestion, Name candidate);

// Edit distance (insert, delete, replace, swap of neighbours; upper and lower case count as the same), or `limit + 1`
// if it is more than `limit`.
uint32_t edit_distance(const char *a, size_t a_len, const char *b, size_t b_len, uint32_t limit);

#endif
