// The calls on a process's stack, for reports.
#ifndef FLUFFY_RUNTIME_PROCESS_WHENCE_H
#define FLUFFY_RUNTIME_PROCESS_WHENCE_H

#include "runtime/process/process.h"
#include "runtime/trace/trace.h"

// Self, which begins to die, on its own stack: notes the calls that it is in, for its report (side->trace). Nothing if
// there will be no report that shows them, or memory is out.
void whence_note(FlProcess *self);

// The calls in which a process waits that keeps its stack; false: it has none. By its owner, or when no process runs.
bool whence_waits(FlProcess *process, Trace *trace);

#endif
