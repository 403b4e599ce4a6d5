// Threads of the runtime, and what they ask of the system's scheduler.
#ifndef FLUFFY_RUNTIME_PLATFORM_THREAD_H
#define FLUFFY_RUNTIME_PLATFORM_THREAD_H

#include <pthread.h>
#include <stdbool.h>

// The calling thread, which runs for some microseconds at a time, is to run soon after it is woken, also beside
// threads that compute: its waits end without slack, its slice is short. Needs no privilege; where the system knows
// less, it does less.
void thread_run_soon(void);

// Starts a thread of the runtime, as pthread_create; false: there is none. From its first moment on, signals sent to
// the whole program are taken by other threads; those that its own faults cause are not held back. Any thread.
bool thread_start(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *argument), void *argument);

#endif
