// What walking a stack has to know of x86-64: DWARF's numbers of registers, where a caller's registers lie.
#ifndef FLUFFY_RUNTIME_TRACE_MACHINE_X86_64_H
#define FLUFFY_RUNTIME_TRACE_MACHINE_X86_64_H

#include "runtime/platform/switch.h"
#include "runtime/trace/trace.h"

enum {
    MACHINE_FRAME_REGISTER = 6,   // rbp
    MACHINE_STACK_REGISTER = 7,   // rsp
    MACHINE_RETURN_REGISTER = 16, // the address that the function returns to
};

// Of the function that this is written in.
#define machine_here(start)                                                                                            \
    __asm__ volatile("leaq 0(%%rip), %0\n\tmovq %%rsp, %1\n\tmovq %%rbp, %2"                                           \
                     : "=r"((start)->pc), "=r"((start)->stack), "=r"((start)->frame))

// Of a stack that platform_switch has left: see switch_x86_64.S.
static inline TraceStart machine_suspended(FlContext context) {
    const uintptr_t *saved = (const uintptr_t *)context;
    return (TraceStart){.pc = saved[6], .stack = (uintptr_t)(saved + 7), .frame = saved[5], .returned = true};
}

#endif
