// What the runtime says on standard error: crashes, deadlock. Each report is whole, after everything that was printed
// before.
#ifndef FLUFFY_RUNTIME_REPORT_REPORT_H
#define FLUFFY_RUNTIME_REPORT_REPORT_H

#include "runtime/process/process.h"

// A process that crashed, or main that was ended by another; by its last owner, before it is buried.
void report_crash(FlProcess *process);

// An unbounded mailbox that has grown beyond MAILBOX_CROWDED, filled last by `sender`; by its owner.
void report_crowded(FlProcess *process, FlPid sender);

// The program waits for ever: every waiting process (20 of them; of the rest a count by place) and the messages left in
// its mailbox. When no process runs.
void report_deadlock(void);

#endif
