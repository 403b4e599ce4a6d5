#include "runtime/platform/vm.h"

#include <sys/mman.h>

static char *reserve(size_t bytes) {
    void *address = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return address == MAP_FAILED ? NULL : address;
}

char *vm_reserve(size_t *bytes, size_t least) {
    char *address = reserve(*bytes);
    if (address)
        return address;
    while (!address && *bytes / 2 >= least) {
        *bytes /= 2;
        address = reserve(*bytes);
    }
    if (!address || *bytes / 4 < least)
        return address;
    munmap(address, *bytes);
    *bytes /= 4;
    return reserve(*bytes);
}

bool vm_commit(char *address, size_t bytes) { return mprotect(address, bytes, PROT_READ | PROT_WRITE) == 0; }

void vm_discard(char *address, size_t bytes) { madvise(address, bytes, MADV_DONTNEED); }

void vm_release(char *address, size_t bytes) { munmap(address, bytes); }
