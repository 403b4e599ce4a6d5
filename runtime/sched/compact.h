// Processes that wait for long give back what they don't need. A process is collected when it allocates, so one that
// let go of much, and then waits, would keep it for as long as it waits.
//
// Who has a heap worth it after a collection is noted (side->compact). The tick looks at all that are noted, round
// after round, a second apart: who waits, and has not run since the round before, is woken for a collection, and then
// not noted again before it was collected for another reason. So a process that waits has at most twice what it had
// left after its last collection, and compact_least. When the program has done nothing for a round, the allocator gives
// its unused pages back. The parallel schedule only.
//
// That it has not run since: the tick takes the process's `worker` away, which is set each time that it runs.
#ifndef FLUFFY_RUNTIME_SCHED_COMPACT_H
#define FLUFFY_RUNTIME_SCHED_COMPACT_H

#include "runtime/process/process.h"

// side->compact; the owner's
typedef enum CompactState {
    COMPACT_NO,
    COMPACT_NOTED,
    COMPACT_ASKED, // its next collection is the one that it was woken for
} CompactState;

// Forgets all; `on`: processes are noted from now on. Before any process runs.
void compact_start(bool on);

// The end of the runtime.
void compact_stop(void);

// A collection of the process is over. Its owner.
void compact_note(FlProcess *process);

// The tick: what is due now; `active`: something has run since the last call. Returns when to call it again. Takes the
// lock `idle` for what it does to processes, so that who looks, under it, whether anything can still run never finds a
// process in no place.
int64_t compact_look(int64_t now, bool active, pthread_mutex_t *idle);

// Nanoseconds between two rounds, and bytes of an arena that is noted. Changed by tests alone, before any process runs.
extern int64_t compact_period;
extern uint64_t compact_least;

#endif
