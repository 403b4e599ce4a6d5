#include "runtime/platform/vm.h"

#include <sys/mman.h>

char *vm_reserve(size_t *bytes, size_t least) {
    for (; *bytes >= least; *bytes /= 2) {
        void *address = mmap(NULL, *bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (address != MAP_FAILED)
            return address;
    }
    return NULL;
}

bool vm_commit(char *address, size_t bytes) { return mprotect(address, bytes, PROT_READ | PROT_WRITE) == 0; }

void vm_discard(char *address, size_t bytes) { madvise(address, bytes, MADV_DONTNEED); }

void vm_release(char *address, size_t bytes) { munmap(address, bytes); }
