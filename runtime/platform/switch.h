// Switching between stacks. x86-64 in switch_x86_64.S; another machine is another file with the same functions.
//
// A context is the saved stack pointer of a suspended stack; the callee-saved registers and the place to go on lie on
// that stack. The control words of x87 and SSE are not saved: nothing in the runtime or in generated code changes them.
#ifndef FLUFFY_RUNTIME_PLATFORM_SWITCH_H
#define FLUFFY_RUNTIME_PLATFORM_SWITCH_H

typedef void *FlContext;

// Suspends the running stack into *save and goes on at `to`, which must be suspended and is used up.
void platform_switch(FlContext *save, FlContext to);

// A context that will call entry(argument) on a fresh stack ending at `top` (16-byte aligned). entry must never return.
FlContext platform_context(char *top, void (*entry)(void *argument), void *argument);

// Calls function(a, b) on the stack ending at `top` and returns here, on the present stack, when it returns.
void platform_call_on(char *top, void (*function)(void *a, void *b), void *a, void *b);

// The stack pointer of the caller, below everything that its frame holds.
char *platform_stack_pointer(void);

#endif
