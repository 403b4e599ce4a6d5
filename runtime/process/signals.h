// Everything that goes from process to process: messages and signals, in one queue and in order. Only the receiver
// touches its set of links and monitors, when it drains.
//
// Rules:
//  - An exit, along a link or by exit(), asks the receiver for a poll, so that a computing process ends soon.
//  - A signal to a process that has ended is answered by the sender on its behalf (noproc).
//  - An unlink is acknowledged; until then links from that peer are older than the unlink and ignored. So both sides
//  always agree.
//  - A monitor that fires arrives as a signal carrying the complete message; the drain turns it into a message if the
//  monitor still stands.
#ifndef FLUFFY_RUNTIME_PROCESS_SIGNALS_H
#define FLUFFY_RUNTIME_PROCESS_SIGNALS_H

#include "runtime/process/bound.h"

// FlMessage.kind, beside MESSAGE_VALUE. `from` is the other side in all of them.
enum {
    SIGNAL_EXIT = MESSAGE_FIRST_SIGNAL, // exit(pid, reason); root: the reason
    SIGNAL_LINK_EXIT,                   // a linked process has ended; root: the reason
    SIGNAL_LINK,
    SIGNAL_UNLINK,
    SIGNAL_UNLINKED, // acknowledges SIGNAL_UNLINK
    SIGNAL_MONITOR,
    SIGNAL_DEMONITOR, // all monitors of `from`
    // The host has linked or monitored `from` in this process's name, and has told it so (runtime/host).
    SIGNAL_LINKED,
    SIGNAL_MONITORED,
    SIGNAL_DOWN,    // root: the record {down, reason}
    SIGNAL_STARTED, // a process with FLAG_STARTING waits for the first time; to its supervisor
    SIGNAL_SERVICE, // a request to a process with FLAG_SERVICE, which alone understands it; root, detail: the request
    SIGNAL_QUEUED,  // the token of a bounded mailbox: something is in its queue (bound.h); not to be freed
    SIGNAL_LOOK,    // to a process that waits for room in a bounded mailbox, or for a job: look again
};

// Bits of FlMessage.flags.
enum {
    MESSAGE_COUNTED = 1, // counts in the bounded mailbox that it lies in
    MESSAGE_REPORT = 2,  // a monitor's report, drained; `from` has ended
    MESSAGE_REQUEST =
        4, // the request of a call: `from` is its reply address, which is told if the receiver ends (call.h)
    MESSAGE_ANSWERED = 8, // a reply whose sender knows of the call no longer
};

#define MAILBOX_CROWDED 100000 // messages, from which on an unbounded mailbox is warned of

// Static reasons.
extern const FlString *const reason_normal,
    *const reason_shutdown, *const reason_kill, *const reason_killed, *const reason_noproc, *const reason_no_memory;
bool reason_is(const FlString *reason, const FlString *other);

// Gives a complete message with `to` set to its addressee, or to whom a reply address stands for. Owned by the callee.
// Any thread.
void signal_route(FlMessage *message);

// The same for what self sends, which counts in a bounded mailbox: may wait for room, may end self. On self's stack.
void signal_route_sent(FlProcess *self, FlMessage *message, const FlSite *site);

// The same for what a thread of the host sends, which counts too. false: the mailbox is full, and there was no room in
// time; the message still is the caller's.
bool signal_route_from_host(FlMessage *message, const BoundPatience *patience);

// The same of a value, when the control block that it goes to is known: `to`, whose mailbox is not bounded.
void signal_give(FlProcess *self, FlProcess *to, FlMessage *message);

// Makes and routes a signal without a value. false: memory is out.
bool signal_send(uint32_t kind, FlPid from, FlPid to);
// The same with a reason as root, and of a monitor that fires.
bool signal_send_reason(uint32_t kind, FlPid from, FlPid to, const FlString *reason);
bool signal_send_down(FlPid ended, FlPid to, const FlString *reason);

// Makes a process that can't be told something, because memory is out, end too, with a report. Any thread.
void process_abandon(FlPid pid);
// Begins the end of self, which can't note what it was told.
void process_lacks_memory(FlProcess *self);

// What arrived at a process that has ended, by its last owner: who linked or monitored in time is noted, all else
// bounces. Owned by the callee.
void signal_late(FlProcess *process, FlMessage *message);

// What answers a message that finds its receiver ended. Owned by the callee.
void signal_bounce(FlMessage *message);

// Owner, on self's stack: moves what arrived to the private list, acts on signals. Doesn't return if one of them ends
// the process.
void process_drain(FlProcess *self);
// The same at the end of a time slice, if it has a memory limit, for which messages count when they are drained.
void process_drain_limited(FlProcess *self);

#endif
