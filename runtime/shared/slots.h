// The slots, and those given back but not yet cleared.
#ifndef FLUFFY_RUNTIME_SHARED_SLOTS_H
#define FLUFFY_RUNTIME_SHARED_SLOTS_H

#include "runtime/shared/shared.h"

// Clears all that was given back and makes it free. Under the heap's lock.
void slots_clear(void);

// All memory that has slots in it, 64-aligned. By the collector; what is stored meanwhile is held by other slots too.
void slots_each(void (*visit)(char *from, char *to));

// Releases all of that memory. No slot is in use, and nobody collects.
void slots_deinit(void);

// Given back since the last call, roughly.
uint64_t slots_given(void);

// The heap has changed: wakes the collector's thread if that sleeps until something changes. Any thread. (collector.c)
void shared_stir(void);

// slots_clear, unless somebody else has the heap's lock. Any thread. (collector.c)
void shared_try_clear(void);

#endif
