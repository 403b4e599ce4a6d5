// A pair of fences of which one side costs nothing, for two threads that each write one word and then read the
// other's: at least one of the two sees what the other wrote. The side that is taken often uses fence_light, the rare
// one fence_heavy, which has the kernel run a full fence on all processors that run this program (membarrier, Linux
// 4.14). Where the kernel can't, both are full fences.
#ifndef FLUFFY_RUNTIME_PLATFORM_FENCE_H
#define FLUFFY_RUNTIME_PLATFORM_FENCE_H

#include <stdatomic.h>
#include <stdbool.h>

extern bool fence_asymmetric; // set by fence_init, constant afterwards

// Before there is a second thread, or it takes the kernel 8 ms. Once more costs nothing.
void fence_init(void);

static inline void fence_light(void) {
    if (__builtin_expect(fence_asymmetric, 1))
        atomic_signal_fence(memory_order_seq_cst);
    else
        atomic_thread_fence(memory_order_seq_cst);
}

void fence_heavy(void);

#endif
