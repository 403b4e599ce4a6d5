// What a thread asks of the system's scheduler.
#ifndef FLUFFY_RUNTIME_PLATFORM_THREAD_H
#define FLUFFY_RUNTIME_PLATFORM_THREAD_H

// The calling thread, which runs for some microseconds at a time, is to run soon after it is woken, also beside
// threads that compute: its waits end without slack, its slice is short. Needs no privilege; where the system knows
// less, it does less.
void thread_run_soon(void);

#endif
