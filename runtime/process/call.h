// Calls: a request, a reply address, and what the caller learns if there is no reply.
//
// A reply address is a control block that is no process: its mailbox is CLOSED, alias_of names the process that calls,
// and what is sent to it goes to that process's mailbox, where the drain puts it into the block's `first`. The block
// belongs to the caller and is linked by queue_next in its side block.
//
// The caller must hear of the callee's end, as if it had set a monitor before the request, but two more signals would
// cost more than the rest of the call. So the request itself says who waits (MESSAGE_REQUEST, from), and each state
// that it can be in has somebody who tells the reply address:
//  - It finds no process, or comes too late: who finds that out (signal_bounce, signal_late).
//  - It lies in the mailbox when the callee ends: the callee's death.
//  - It was received: the callee notes the reply address, in side->caller or, if that is taken, among its peers, and
//    forgets it when it answers (the reply then says so: MESSAGE_ANSWERED).
// If the answer comes from somebody else, or never, or the caller ends before it comes, the caller tells the callee to
// forget it (SIGNAL_DEMONITOR), after the reply address became invalid: a request that is received later is recognised
// by that. A callee with a bounded mailbox may drop the request: there an ordinary monitor is set.
#ifndef FLUFFY_RUNTIME_PROCESS_CALL_H
#define FLUFFY_RUNTIME_PROCESS_CALL_H

#include "runtime/process/process.h"

// Frees the reply addresses of a process that has ended. `tell`: those that it asked need not remember it.
void calls_end(ProcessWorker *worker, FlProcess *process, bool tell);

// Sends the complete message as the request of self's call with that reply address. Owned by the callee.
void call_request(FlProcess *self, FlPid to, FlMessage *message, FlPid reply_address, const FlSite *site);

// Who is behind a reply address; 0: nobody any more. Any thread.
FlPid call_owner(FlPid reply_address);

// The control block of who is behind a reply address; NULL: it is none, or not any more. Any thread.
FlProcess *call_caller(FlPid reply_address);

// Callee, when it receives a request: notes who waits. false: memory is out.
bool call_received(FlProcess *self, const FlMessage *request);

// Before self sends to a reply address: if it is the callee, it forgets the call, which the reply says.
void call_answer(FlProcess *self, FlMessage *reply);

// Callee: nobody waits at this reply address any more. false: it knew of none.
bool call_forget(FlProcess *self, FlPid reply_address);

// The callee's last owner: notes who waits for the answers to requests in this list of messages.
void calls_note(FlProcess *process, const FlMessage *first);

#endif
