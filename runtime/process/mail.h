// What lies in the private list of a process with a memory limit counts for the limit, from the drain on. A count that
// is too high, because a message left the list on another way than by a receive, is found out before it has
// consequences.
//
// Owner only; of a process without a limit nothing is counted.
#ifndef FLUFFY_RUNTIME_PROCESS_MAIL_H
#define FLUFFY_RUNTIME_PROCESS_MAIL_H

#include "runtime/process/process.h"

// A message joins or leaves the private list.
void mail_charge(FlProcess *self, const FlMessage *message);
void mail_discharge(FlProcess *self, const FlMessage *message);

// At least the bytes of the messages in the private list.
uint64_t mail_bytes(const FlProcess *process);

// After messages have joined the list. If arena and messages together have passed the limit by more than an eighth, a
// collection is due, after which process_check_memory decides.
void mail_check(FlProcess *self);

#endif
