#include "runtime/platform/futex.h"

#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void futex_wait(_Atomic(uint32_t) *word, uint32_t expected, int64_t nanoseconds) {
    struct timespec time = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, nanoseconds < 0 ? NULL : &time, NULL, 0);
}

void futex_wake(_Atomic(uint32_t) *word, int count) {
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

static int64_t clock_read(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t clock_now(void) { return clock_read(CLOCK_MONOTONIC); }

// The kernel's time at its last tick; it has 100 of them in a second at least.
int64_t clock_soon(void) { return clock_read(CLOCK_MONOTONIC_COARSE) + CLOCK_SOON; }
