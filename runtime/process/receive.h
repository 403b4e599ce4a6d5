// What receive, sleep and call share. Owner, on the process's own stack.
#ifndef FLUFFY_RUNTIME_PROCESS_RECEIVE_H
#define FLUFFY_RUNTIME_PROCESS_RECEIVE_H

#include "runtime/process/process.h"

// The deadline of a wait that begins now: 0 has passed already, INT64_MAX (for a negative timeout) never passes.
int64_t process_deadline(int64_t milliseconds);
// The same of a call, which seldom waits for long: a second and more is counted from a few milliseconds later, which
// saves a look at the clock.
int64_t process_deadline_of_call(int64_t milliseconds);
bool process_expired(const FlProcess *self);

// Blocks until something arrived or the deadline has passed (or for no reason), and drains. (turn.c)
void process_wait(FlProcess *self);

// Panics in a process that is dying.
void process_refuse_wait(FlProcess *self, const FlSite *site);

// After a collection: what lives in the arena and the mailbox may be more than the memory limit; then it is asked to
// end. Owner, on another stack than the process's.
void process_check_memory(FlProcess *process);
_Noreturn void process_over_limit(FlProcess *self);

// Begins the end of self, whose mailbox was to end it when it is full.
void process_overflow(FlProcess *self, uint64_t limit);

// Messages that a process which has ended leaves, in its private list and its mailbox word; by its last owner.
uint32_t process_mail_count(FlProcess *process);

// The oldest of them, at most `most`, but for what is in the queue of a bounded mailbox; how many. They stay where they
// are. By the last owner, or when no process runs.
unsigned process_oldest_mail(FlProcess *process, FlMessage **messages, unsigned most);

#endif
