// Sleeping and waking on a word, and the clock. Any thread.
#ifndef FLUFFY_RUNTIME_PLATFORM_FUTEX_H
#define FLUFFY_RUNTIME_PLATFORM_FUTEX_H

#include <stdatomic.h>
#include <stdint.h>

// Sleeps while *word == expected, at most `nanoseconds` (negative: without limit). May return early.
void futex_wait(_Atomic(uint32_t) *word, uint32_t expected, int64_t nanoseconds);

// Wakes up to `count` sleepers.
void futex_wake(_Atomic(uint32_t) *word, int count);

// Nanoseconds of a clock that never goes back.
int64_t clock_now(void);

// A time of the same clock that is not before now but at most CLOCK_SOON later, unless the kernel's own ticks are late;
// it takes a tenth of the time.
#define CLOCK_SOON ((int64_t)10000000)
int64_t clock_soon(void);

#endif
