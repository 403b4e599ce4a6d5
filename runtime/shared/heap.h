// What allocates, marks and frees: Boehm's collector, or its stand-in over malloc. The lock is held in all but
// heap_call_gone.
#ifndef FLUFFY_RUNTIME_SHARED_HEAP_H
#define FLUFFY_RUNTIME_SHARED_HEAP_H

#include "runtime/shared/shared.h"

// By the thread that will collect, before all else.
void heap_init(void);

// By the same thread, when nothing is in use any more.
void heap_deinit(void);

// NULL: memory is out. Zero if it may have references.
void *heap_allocate(uint64_t bytes, bool references);

// The object, just allocated without references, is to be reported. false: memory is out.
bool heap_watch(void *object, void (*gone)(void *object));

// By the collecting thread: frees what no slot leads to.
void heap_collect(void);

// By the collecting thread, without the lock: calls what heap_watch asked for.
void heap_call_gone(void);

bool heap_is_object(const void *start);

// Bytes in use, without what was allocated since the last collection.
uint64_t heap_live(void);

#endif
