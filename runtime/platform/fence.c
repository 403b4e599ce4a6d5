#include "runtime/platform/fence.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/platform/sanitizer.h"

bool fence_asymmetric;

static bool membarrier(int command) { return syscall(SYS_membarrier, command, 0, 0) == 0; }

void fence_init(void) {
    // A sanitizer can't see what the kernel does to other processors.
    fence_asymmetric = !SANITIZED && membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
}

void fence_heavy(void) {
    if (!fence_asymmetric || !membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED))
        atomic_thread_fence(memory_order_seq_cst);
}
