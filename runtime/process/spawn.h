// New processes that no process spawns: main, and those of the runtime.
#ifndef FLUFFY_RUNTIME_PROCESS_SPAWN_H
#define FLUFFY_RUNTIME_PROCESS_SPAWN_H

#include "runtime/process/process.h"

// Bytes of memory that a process may use for which nothing else is said; 0: no limit. Set before there are processes.
extern uint64_t spawn_memory_limit;

// A process that enters at `resume`, not runnable yet; NULL: too many, or memory is out.
FlProcess *spawn_new(ProcessWorker *worker, FlResume resume, const char *kind_name, const FlSite *site);

#endif
