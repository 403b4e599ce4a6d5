// Hash map from pointers to pointers; with interned names (name.h) as keys it is the map by string as well.
// A zeroed Map is empty and valid. Entries stay in the order in which their keys were first set, so that walking
// `entries` gives the same output in every run.
//
// Invariants: entries[0..len-1] are live (there is no removal); keys are not NULL. Ownership: collected memory; keys
// and values are borrowed but kept alive by the map.
#ifndef FLUFFY_COMPILER_BASE_MAP_H
#define FLUFFY_COMPILER_BASE_MAP_H

#include "compiler/base/name.h"

#include <stdbool.h>

typedef struct MapEntry {
    const void *key;
    void *value;
} MapEntry;

typedef struct Map {
    MapEntry *entries; // in order of first insertion
    size_t len, cap;
    uint32_t *slots;   // hash table of indices into entries, plus 1; 0 is free
    size_t slot_count; // a power of two, or 0
} Map;

// The value of `key`, or NULL.
void *map_get(const Map *map, const void *key);

bool map_has(const Map *map, const void *key);

// Sets or replaces the value of `key`.
void map_set(Map *map, const void *key, void *value);

// Adds `key` with a NULL value if it is not there; true if it was added. For maps used as sets.
bool map_add(Map *map, const void *key);

#endif
