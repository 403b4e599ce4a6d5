// Reply addresses. A reply address is a control block that is no process: its mailbox is CLOSED, alias_of names the
// process that calls, and what is sent to it goes to that process's mailbox, where the drain puts it into the block's
// `first`. The block belongs to the caller and is linked by queue_next in its side block.
#ifndef FLUFFY_RUNTIME_PROCESS_CALL_H
#define FLUFFY_RUNTIME_PROCESS_CALL_H

#include "runtime/process/process.h"

// Frees the reply addresses of a process that has ended.
void calls_free(ProcessWorker *worker, FlProcess *process);

#endif
