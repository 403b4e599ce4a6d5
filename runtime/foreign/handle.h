// Handles: pointers that only C knows, as values.
//
// The value is a counted string (memory/holds.h) of a type of its own, whose text tells it from others: so it is
// copied, sent, compared and written like any string, and arenas and messages hold it. Behind the string's bytes stands
// a Handle. When the last hold goes, on whatever thread, the pointer is given to the C function that closes it, on a
// thread of the pool.
//
// `state`: HANDLE_CLOSED, or how many calls use the pointer at present. Who sets HANDLE_CLOSED closes it, or knows that
// nothing does. Acquire and release throughout: what calls wrote is seen by who closes.
#ifndef FLUFFY_RUNTIME_FOREIGN_HANDLE_H
#define FLUFFY_RUNTIME_FOREIGN_HANDLE_H

#include <stdatomic.h>

#include "runtime/process/job.h"

#define HANDLE_CLOSED UINT32_MAX

typedef struct Handle Handle;
struct Handle {
    ProcessJob job; // nobody's: closes the pointer
    const FlObject *object;
    void *pointer;
    void *close; // the C function; NULL: nothing has to be done
    _Atomic(uint32_t) state;
    Handle *next, **link; // in the list of all handles; under its lock
};

// A value for a pointer of C's, whose owner it becomes. NULL: memory is out.
FlObject *handle_new(FlProcess *self, const FlCType *type, void *pointer);

Handle *handle_of(const FlObject *object);

// For the time of a call; NULL: it is closed.
Handle *handle_use(const FlObject *object);
void handle_unuse(Handle *handle);

// Takes the pointer, to close it. What the handle was if that failed: HANDLE_CLOSED, or how many calls use it; 0: done.
uint32_t handle_take(Handle *handle);

// Closes all that no call uses: the program ends. Who finds a handle closed afterwards does not go on.
void handles_close(void);
void handle_wait_if_ended(void);

#endif
