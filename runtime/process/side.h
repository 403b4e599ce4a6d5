// The side block: what few processes need. Made on demand; owner only.
#ifndef FLUFFY_RUNTIME_PROCESS_SIDE_H
#define FLUFFY_RUNTIME_PROCESS_SIDE_H

#include "runtime/process/peers.h"
#include "runtime/process/process.h"

// A child that has yielded so often has really computed for some time.
enum { START_YIELDS = 20 };

struct FlSide {
    Peers peers;
    FlProcess *calls; // reply addresses of calls in progress, newest first, linked by queue_next
    FlPid caller;     // the reply address of the request taken first that is not answered yet, or 0; others are peers
    FlPid called;     // whose reply it waits for, for reports; 0: none

    // The large stack segment; NULL: none. Kept from its first use until the next park outside of it.
    char *segment;
    size_t segment_bytes;
    size_t segment_granted; // of them, from its upper end, it may use by now (segment_grant)
    bool on_segment;
    char *slot_pointer;   // while on it: the stack pointer of the slot; what lies above is in use
    uint64_t stack_limit; // option of the spawn, bytes; 0: the default

    // The way of death; the first one wins.
    const FlString
        *reason; // what links and monitors are told; NULL: none yet. Static, in the arena, or in reason_message
    FlMessage *reason_message; // owned: the exit signal that brought the reason
    const FlString *report;    // what the report says, if not the reason
    const FlSite *report_site; // where it crashed; may be NULL
    struct Trace *trace;       // the calls in which that was, for the report; owned. NULL: not known
    int64_t death_deadline;    // until then its defers may run, nanoseconds
    uint32_t panics;           // in defers of the dying process

    FlPid supervisor; // that started this process as its child; 0: none
    // While FLAG_STARTING: when it counts as started though it has not waited (nanoseconds), and how often it gave the
    // worker back until now. Both, because a thread that the system stops runs nothing meanwhile.
    int64_t start_deadline;
    uint32_t start_yields;
    FlMessage *started;    // SIGNAL_STARTED for its supervisor, made with it so that it can be told; owned, NULL: sent
    bool makes_supervisor; // a supervisor's start function, which makes a supervisor and hands it over
    void *service;         // state of a process of the runtime (FLAG_SERVICE), in its arena
    // When such a process ends: frees what its state refers to outside of the arena. NULL: nothing.
    void (*service_end)(ProcessWorker *worker, FlProcess *process);
    struct Places *places; // of a supervisor, or of the start function that makes it: a hold (places.h). NULL: none
    char *path; // of a supervisor below another one, or of the start function that makes it: for reports; owned

    // Supervisors that this process builds, newest first, linked by queue_next: not runnable yet, known to nobody else.
    // Their references lead into its arena, which stays still.
    FlProcess *building;

    struct Collecting *collecting; // state of the scheduler (sched/collecting.h), owned; only while PROCESS_COLLECTING

    struct FlBound *bound;     // of its mailbox; owned, private to bound.c. NULL: none
    struct BoundWait *blocked; // the send that waits for room, on its stack; NULL: none
    // With a memory limit: at least the bytes of the messages in the private list (mail.h).
    uint64_t mail_bytes;
    bool crowded; // its mailbox was warned of

    bool still;      // its arena is not collected now: values are half made (process_poll_still)
    uint8_t compact; // CompactState (sched/compact.h)

    struct ProcessJob *job; // work that another thread does for it (job.h); NULL: none

    char *name; // registered first, for reports; owned. NULL: none
};

// Stands for the side block of a process that can't have one because memory is out: its reason says so, it is never
// written.
extern FlSide side_of_last_resort;

// Made if there is none; NULL: memory is out.
FlSide *process_side(FlProcess *process);
void side_free(FlProcess *process);
// Gives the segment back, if there is one.
void side_give_segment(FlSide *side);

#endif
