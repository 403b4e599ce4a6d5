// Switching between stacks. x86-64 in switch_x86_64.S; another machine is another file with the same functions.
//
// A context is the saved stack pointer of a suspended stack; the callee-saved registers and the place to go on lie on
// that stack. The control words of x87 and SSE are not saved: nothing in the runtime or in generated code changes them.
#ifndef FLUFFY_RUNTIME_PLATFORM_SWITCH_H
#define FLUFFY_RUNTIME_PLATFORM_SWITCH_H

#include <stdbool.h>

typedef void *FlContext;

// Suspends the running stack into *save and goes on at `to`, which must be suspended and is used up.
void platform_switch(FlContext *save, FlContext to);

// The same without a call: a processor remembers where calls return to, and what it remembers of a stack stays right
// while others run that leave no call behind. Only in functions that are compiled without a red zone (-mno-red-zone)
// and whose frame is described by the stack pointer as it is here.
static inline __attribute__((always_inline)) void platform_switch_here(FlContext *save, FlContext to) {
#if defined __x86_64__ && !defined __clang__
    __asm__ volatile("leaq 0f(%%rip), %%rax\n\t"
                     "pushq %%rax\n\tpushq %%rbp\n\tpushq %%rbx\n\t"
                     "pushq %%r12\n\tpushq %%r13\n\tpushq %%r14\n\tpushq %%r15\n\t"
                     "movq %%rsp, (%0)\n\tmovq %1, %%rsp\n\t"
                     "popq %%r15\n\tpopq %%r14\n\tpopq %%r13\n\tpopq %%r12\n\t"
                     "popq %%rbx\n\tpopq %%rbp\n\tpopq %%rcx\n\tjmpq *%%rcx\n"
                     "0:"
                     : "+D"(save), "+S"(to)
                     :
                     : "rax", "rcx", "rdx", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5",
                       "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "cc",
                       "memory");
#else
    platform_switch(save, to);
#endif
}

// A context that will call entry(argument) on a fresh stack ending at `top` (16-byte aligned). entry must never return.
FlContext platform_context(char *top, void (*entry)(void *argument), void *argument);

// Calls function(a, b) on the stack ending at `top` and returns here, on the present stack, when it returns.
void platform_call_on(char *top, void (*function)(void *a, void *b), void *a, void *b);

// The same with three arguments, and a way out: true when the function has returned. false: something has switched to
// *back meanwhile, which is then used up; the function is suspended or was left for good. If it is to go on,
// platform_return_to comes first.
bool platform_call_guarded(FlContext *back, char *top, void (*function)(void *a, void *b, void *c), void *a, void *b,
                           void *c);

// When the function that platform_call_guarded has left on that stack returns, it returns to the beginning of this one,
// which must never return.
void platform_return_to(char *top, void (*function)(void));

// The stack pointer of the caller, below everything that its frame holds.
char *platform_stack_pointer(void);

#endif
