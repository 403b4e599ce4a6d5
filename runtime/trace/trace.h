// The calls that lie on a stack.
//
// A Trace is small whatever the stack: its first and last steps, in the order from the innermost call outwards; equal
// steps in a row are one. A step is an address in generated code; functions that were inlined there make several calls
// of it (trace_calls). Nothing is allocated; any thread, of a stack that does not change meanwhile.
#ifndef FLUFFY_RUNTIME_TRACE_TRACE_H
#define FLUFFY_RUNTIME_TRACE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/abi/abi.h"

enum {
    TRACE_FIRST = 10,  // steps
    TRACE_LAST = 10,   // steps
    TRACE_RANGES = 2,  // stretches of memory that a stack consists of
    TRACE_INLINED = 8, // calls of one step that are told apart
};

typedef struct TraceStep {
    uintptr_t pc;   // within the calling instruction
    uint32_t times; // in a row
    uint32_t calls; // that it stands for
} TraceStep;

typedef struct Trace {
    uint64_t calls; // shown or not
    uint32_t first, last;
    TraceStep steps[TRACE_FIRST + TRACE_LAST]; // `first` of them, then `last`
    bool broken;                               // the stack could not be read to its end
} Trace;

// Where a walk begins: registers of a function that runs, or has called.
typedef struct TraceStart {
    uintptr_t pc, stack, frame;
    bool returned; // pc is behind the call
} TraceStart;

// A stretch of memory of a stack; a walk goes from one to the next only.
typedef struct TraceRange {
    uintptr_t low, high;
} TraceRange;

void trace_walk(Trace *trace, TraceStart start, const TraceRange *ranges, unsigned range_count);

typedef enum TraceKind {
    TRACE_CALL,  // place; `times` in a row
    TRACE_AGAIN, // the last `count` calls, `times` more
    TRACE_LEFT,  // `times` calls are left out
} TraceKind;

typedef struct TraceCall {
    TraceKind kind;
    uint32_t count;
    uint64_t times;
    FlSite place;
} TraceCall;

// Writes up to `most` calls; how many.
unsigned trace_calls(const Trace *trace, TraceCall *calls, unsigned most);

#endif
