// From an address in generated code to places in the source. Any thread; nothing is allocated.
#ifndef FLUFFY_RUNTIME_TRACE_PLACES_H
#define FLUFFY_RUNTIME_TRACE_PLACES_H

#include <stddef.h>

#include "runtime/abi/abi.h"

// Writes up to `most` places, the innermost first: where the address is, then where each function that it is inlined
// into was going on. How many there are: 0, if it is not in generated code or in a function that is not shown. Line 0
// is an unknown one. Texts live as long as the program.
unsigned places_find(uintptr_t address, FlSite *places, unsigned most);

// The same in one table (runtime/abi/places.h), 8-aligned, which may hold anything: nothing is read outside of it.
unsigned places_find_in(const void *table, size_t bytes, uintptr_t address, FlSite *places, unsigned most);

#endif
