// C functions that Fluffy calls: what the scheduler has to know of them.
#ifndef FLUFFY_RUNTIME_FOREIGN_FOREIGN_H
#define FLUFFY_RUNTIME_FOREIGN_FOREIGN_H

#include "runtime/process/process.h"

// When the runtime starts, before there are processes. `threads`: callbacks of any thread go straight to their
// processes; otherwise those of other threads than the caller's wait in a list until foreign_deliver.
void foreign_start(bool threads);

// When no process runs any more: callbacks do nothing from then on, and when it returns none is under way. Each thread
// of C's may still call them.
void foreign_stop(void);

// At the end of a program whose memory is not freed: handles that no call uses are closed, what C has in its buffers is
// written.
void foreign_end(void);

// The worker is freed, after its thread has ended: gives back the stack that C functions ran on.
void foreign_worker_end(ProcessWorker *worker);

// Whether some living process may be sent to by C, and so may run again.
bool foreign_listens(void);

// Sends what waits in the list. false: there was nothing.
bool foreign_deliver(void);

// Waits until something is in the list.
void foreign_await(void);

#endif
