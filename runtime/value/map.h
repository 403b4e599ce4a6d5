// Persistent hash tries: what other files of the room need of them.
#ifndef FLUFFY_RUNTIME_VALUE_MAP_H
#define FLUFFY_RUNTIME_VALUE_MAP_H

#include "runtime/abi/abi.h"

// The hash of a value by its structure: values that are equal have the same, however their types hold them. The same in
// every run. Runs on the process's stack; polls.
uint64_t value_hash(FlProcess *self, const FlType *type, const FlWord *words);

// Equality of values whose types may differ (members of one union).
bool value_equal(FlProcess *self, const FlType *a_type, const FlWord *a, const FlType *b_type, const FlWord *b);

// Whether two lists of nodes, whose keys have equal hashes, have the same entries.
bool map_collisions_equal(FlProcess *self, const FlType *a_type, const FlNode *a, const FlType *b_type,
                          const FlNode *b);

#endif
