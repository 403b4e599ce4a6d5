// What the runtime says on standard error: crashes, deadlock. Each report is whole, after everything that was printed
// before; see outlet.h for how it gets there, limit.h for how many, settings.h for how.
#ifndef FLUFFY_RUNTIME_REPORT_REPORT_H
#define FLUFFY_RUNTIME_REPORT_REPORT_H

#include "runtime/process/process.h"

// When the runtime starts: `seeded`: in the seeded schedule. When it ends: what was held back is summed up, and
// everything is written. Until then also report_tick, in the seeded schedule, when its time has gone on.
void report_start(bool seeded);
void report_finish(void);
void report_tick(int64_t now);

// A failure of the runtime or a broken invariant: text, with its newline, written before this returns. Any thread.
void report_failure(const char *text, size_t length);

// Whether a crash that is reported now would show calls; a guess. Any thread.
bool report_traces(void);

// A process that crashed, or main that was ended by another; by its last owner, before it is buried.
void report_crash(FlProcess *process);

// An unbounded mailbox that has grown beyond MAILBOX_CROWDED, filled last by `sender`; by its owner.
void report_crowded(FlProcess *process, FlPid sender);

// The program waits for ever: every waiting process (20 of them; of the rest a count by place) and the messages left in
// its mailbox. When no process runs.
void report_deadlock(void);

#endif
