// The system's side of the standard library.
#ifndef FLUFFY_RUNTIME_LIBRARY_LIBRARY_H
#define FLUFFY_RUNTIME_LIBRARY_LIBRARY_H

#include "runtime/abi/abi.h"

// The arguments that main was called with; borrowed for good. Before the first process exists; one that hosts the
// runtime need not call it: os:args() is then empty.
void library_arguments(int count, char **arguments);

// Writes the bytes to `to`, U+FFFD for what is not UTF-8 in them (NULL: only counts); returns how many they are, and in
// `points` how many code points.
uint64_t library_mend(const char *bytes, uint64_t length, char *to, uint64_t *points);

// A string of these bytes: what is not UTF-8 in them becomes U+FFFD.
FlString *library_string(FlProcess *self, const char *bytes, uint64_t length);

#endif
