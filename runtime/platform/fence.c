#include "runtime/platform/fence.h"

#include <linux/membarrier.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/platform/sanitizer.h"

bool fence_asymmetric;

static bool membarrier(int command) { return syscall(SYS_membarrier, command, 0, 0) == 0; }

static void init(void) {
    // A sanitizer can't see what the kernel does to other processors.
    fence_asymmetric = !SANITIZED && membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
}

// Once, however often the runtime starts: threads of a host look at it all the time.
void fence_init(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init);
}

// The other side counts on it: when the kernel is out of memory for a moment, it is asked until it has some; a child
// made by fork has to register anew.
void fence_heavy(void) {
    if (!fence_asymmetric) {
        atomic_thread_fence(memory_order_seq_cst);
        return;
    }
    while (!membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED))
        membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
}
