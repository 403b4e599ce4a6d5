// New processes that no process spawns: main, and those of the runtime.
#ifndef FLUFFY_RUNTIME_PROCESS_SPAWN_H
#define FLUFFY_RUNTIME_PROCESS_SPAWN_H

#include "runtime/process/process.h"

// A process that enters at `resume`, not runnable yet; NULL: too many, or memory is out.
FlProcess *spawn_new(ProcessWorker *worker, FlResume resume, const char *kind_name, const FlSite *site);

#endif
