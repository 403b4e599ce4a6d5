// What sched.c tells the seeded schedule beyond the interface.
#ifndef FLUFFY_RUNTIME_SCHED_SEEDED_H
#define FLUFFY_RUNTIME_SCHED_SEEDED_H

#include "runtime/sched/sched.h"

void seeded_init(uint64_t seed);
void seeded_deinit(void);
// ProcessHooks.draw_slice
int64_t seeded_draw_slice(FlWorker *worker);

#endif
