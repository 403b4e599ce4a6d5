// The registry of names. One lock; a name belongs to a process, of which the flag `names` tells whether it has any.
#ifndef FLUFFY_RUNTIME_PROCESS_NAMES_H
#define FLUFFY_RUNTIME_PROCESS_NAMES_H

#include "runtime/process/process.h"

typedef enum NamesResult { NAMES_OK, NAMES_TAKEN, NAMES_NO_MEMORY } NamesResult;

// Gives a name to a process; nothing happens if that has ended. Any thread.
NamesResult names_register(const FlString *name, FlPid pid);

// Frees all names of a process that gets no new ones: its mailbox is closed, or NAMES_ENDED set. By its last owner.
void names_forget_all(FlProcess *process);
static inline void names_forget(FlProcess *process) {
    if (atomic_load_explicit(&process->names, memory_order_seq_cst) != NAMES_NONE) // partner: claim in names.c
        names_forget_all(process);
}
// The same before the mailbox is closed: for all others the process has ended now.
static inline void names_end(FlProcess *process) {
    // Partners: claim in names.c; process_find, by who was told of the end afterwards.
    if (atomic_fetch_or_explicit(&process->names, NAMES_ENDED, memory_order_seq_cst) & NAMES_SOME)
        names_forget_all(process);
}

// The first name of a process, for reports: copied to `text` and cut to `size` bytes; false if it has none. Any thread.
bool names_of(FlPid pid, char *text, size_t size);

#endif
