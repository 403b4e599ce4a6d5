// Address space. Regions are reserved without access rights and committed in pieces, because containers and `ulimit -v`
// limit what may be reserved and what may be used separately. Any thread.
#ifndef FLUFFY_RUNTIME_PLATFORM_VM_H
#define FLUFFY_RUNTIME_PLATFORM_VM_H

#include <stdbool.h>
#include <stddef.h>

// Reserves *bytes (a power of two times the page size) without access rights. Where address space is limited, halves
// *bytes until it fits, and takes a quarter of that, which leaves room for everything else. NULL: not even `least`.
char *vm_reserve(size_t *bytes, size_t least);

// Makes a page-aligned part of a reservation readable and writable, zero at first touch. false: the system refuses.
bool vm_commit(char *address, size_t bytes);

// Gives the memory of a committed part back; it reads as zero afterwards and stays committed.
void vm_discard(char *address, size_t bytes);

// Lets the system take large pages for a part of a reservation: what is used of it is used in large pieces.
void vm_large_pages(char *address, size_t bytes);

// Bytes of memory that this program may have in all: of the machine, or of the container that it runs in.
size_t vm_memory(void);

// Ends a reservation.
void vm_release(char *address, size_t bytes);

#endif
