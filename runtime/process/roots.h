// Root supervisors, in the order of their start: what is stopped when the program is asked to end. One lock; any
// thread.
#ifndef FLUFFY_RUNTIME_PROCESS_ROOTS_H
#define FLUFFY_RUNTIME_PROCESS_ROOTS_H

#include "runtime/abi/abi.h"

// Adds one. false: memory is out.
bool roots_add(FlPid pid);

// Takes out the newest that lives; 0: there is none.
FlPid roots_take(void);

// From now on the roots are being stopped: one that gives up meanwhile decides nothing about the program.
void roots_end(void);
bool roots_ending(void);

// After the end of the runtime: there are none, and nothing is kept.
void roots_reset(void);

#endif
