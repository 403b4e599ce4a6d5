// How a program is run, from its environment.
#ifndef FLUFFY_RUNTIME_SCHED_CONFIG_H
#define FLUFFY_RUNTIME_SCHED_CONFIG_H

#include "runtime/sched/sched.h"

// Reads FLUFFY_WORKERS=N and FLUFFY_SCHEDULE=parallel|seed:N. NULL: done; otherwise static text that says what is
// wrong.
const char *config_read(SchedConfig *config, const char *workers, const char *schedule);

#endif
