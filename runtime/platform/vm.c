#include "runtime/platform/vm.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

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

void vm_large_pages(char *address, size_t bytes) { madvise(address, bytes, MADV_HUGEPAGE); }

// A limit of a control group (version 2, then 1); SIZE_MAX: none.
static size_t container_memory(void) {
    static const char *const files[] = {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"};
    for (int i = 0; i < 2; i++) {
        FILE *file = fopen(files[i], "re");
        unsigned long long bytes;
        int read = file ? fscanf(file, "%llu", &bytes) : 0; // "max" is no number
        if (file)
            fclose(file);
        if (read == 1)
            return bytes;
    }
    return SIZE_MAX;
}

size_t vm_memory(void) {
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    size_t machine = pages > 0 && page > 0 ? (size_t)pages * (size_t)page : SIZE_MAX;
    size_t container = container_memory();
    return container < machine ? container : machine;
}

void vm_release(char *address, size_t bytes) { munmap(address, bytes); }
