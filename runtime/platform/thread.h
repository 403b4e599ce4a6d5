// What a thread asks of the system's scheduler.
#ifndef FLUFFY_RUNTIME_PLATFORM_THREAD_H
#define FLUFFY_RUNTIME_PLATFORM_THREAD_H

// The calling thread, which runs for some microseconds at a time, is to run soon after it is woken, also beside
// threads that compute: its waits end without slack, its slice is short. Needs no privilege; where the system knows
// less, it does less.
void thread_run_soon(void);

// The calling thread belongs to the runtime: signals sent to the whole program are taken by other threads, those that
// its own faults cause are not held back.
void thread_keep_signals_out(void);

#endif
