// References: pids that stand for whichever process has a role at present, such as a supervisor's child.
//
// A reference is a control block that is no process: its mailbox is CLOSED, alias_of says ALIAS_REFERENCE. What is sent
// to it goes on to its present process. While that has ended and another one is awaited, messages, requests and
// questions to supervisors are kept, in order, and the next process gets them before anything that is sent later.
// Everything else finds nobody, as does what is sent when no process is awaited.
//
// Order. A sender's message lies in the present process's mailbox, or among those kept, when its send is over; and what
// was kept is handed over under the lock, before others can see the next process. So one sender's messages never
// overtake each other.
//
// Threads and locks. What a reference stands for lies in its block's embedded memory, under the lock of its slot, and
// counts only while alias_of says so under the pid that is meant. Under a lock nothing is done to others but a push
// into a mailbox word. One at a time (places.h)
// changes it; anybody sends.
#ifndef FLUFFY_RUNTIME_PROCESS_REFERENCE_H
#define FLUFFY_RUNTIME_PROCESS_REFERENCE_H

#include "runtime/process/process.h"

// Of no process, and never one: a reference to nobody.
#define REFERENCE_NOBODY ((FlPid)1 << 32 | UINT32_MAX)

// A new one, for which no process is awaited; 0: memory is out.
FlPid reference_make(ProcessWorker *worker);
// Nobody any more, for good; gives the block back.
void reference_free(ProcessWorker *worker, FlPid reference);

// From now on it is this process, which gets what was kept.
void reference_set(FlPid reference, FlPid process);
// Its process has ended or is about to: another one is awaited.
void reference_await(FlPid reference);
// No process is awaited: what was kept finds nobody.
void reference_clear(FlPid reference);

// The process that is meant by a pid: of a reference its present one, if there is one; otherwise the pid itself. Any
// thread; it may end at once.
FlPid reference_process(FlPid pid);

typedef enum ReferenceLead {
    LEAD_NOWHERE, // `to` is no reference, or nobody is there; the message still is the caller's
    LEAD_ON,      // `to` is the present process now
    LEAD_KEPT,    // the message is the reference's
} ReferenceLead;

// Where a message goes whose `to` is no process. Any thread.
ReferenceLead reference_lead(FlMessage *message);

#endif
