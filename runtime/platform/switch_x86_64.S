// Stack switching on x86-64 (System V). See switch.h.
//
// A suspended stack holds, from its saved stack pointer upwards: r15 r14 r13 r12 rbx rbp, the address to go on at.
// Going on is `pop; jmp` and not `ret`: the return would be mispredicted every time.

    .text

// void platform_switch(FlContext *save (rdi), FlContext to (rsi))
    .globl platform_switch
    .type platform_switch, @function
    .p2align 4
platform_switch:
    .cfi_startproc
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    pushq %r12
    .cfi_adjust_cfa_offset 8
    pushq %r13
    .cfi_adjust_cfa_offset 8
    pushq %r14
    .cfi_adjust_cfa_offset 8
    pushq %r15
    .cfi_adjust_cfa_offset 8
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    .cfi_adjust_cfa_offset -8
    popq %r14
    .cfi_adjust_cfa_offset -8
    popq %r13
    .cfi_adjust_cfa_offset -8
    popq %r12
    .cfi_adjust_cfa_offset -8
    popq %rbx
    .cfi_adjust_cfa_offset -8
    popq %rbp
    .cfi_adjust_cfa_offset -8
    popq %rcx
    .cfi_adjust_cfa_offset -8
    .cfi_register %rip, %rcx
    jmpq *%rcx
    .cfi_endproc
    .size platform_switch, . - platform_switch

// Where a fresh context begins: entry in rbx, its argument in r12. The call-frame information ends here.
    .globl platform_enter
    .hidden platform_enter
    .type platform_enter, @function
    .p2align 4
platform_enter:
    .cfi_startproc
    .cfi_undefined %rip
    xorl %ebp, %ebp
    movq %r12, %rdi
    leaq 0f(%rip), %rax     // a call that never returns, but none that the processor would remember
    pushq %rax
    jmpq *%rbx
0:  ud2
    .cfi_endproc
    .size platform_enter, . - platform_enter

// FlContext platform_context(char *top (rdi), void (*entry)(void *) (rsi), void *argument (rdx))
    .globl platform_context
    .type platform_context, @function
    .p2align 4
platform_context:
    .cfi_startproc
    leaq platform_enter(%rip), %rax
    movq %rax, -24(%rdi)
    movq $0, -32(%rdi)      // rbp
    movq %rsi, -40(%rdi)    // rbx
    movq %rdx, -48(%rdi)    // r12
    movq $0, -56(%rdi)      // r13
    movq $0, -64(%rdi)      // r14
    movq $0, -72(%rdi)      // r15
    leaq -72(%rdi), %rax
    retq
    .cfi_endproc
    .size platform_context, . - platform_context

// void platform_call_on(char *top (rdi), void (*function)(void *, void *) (rsi), void *a (rdx), void *b (rcx))
    .globl platform_call_on
    .type platform_call_on, @function
    .p2align 4
platform_call_on:
    .cfi_startproc
    pushq %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq %rsp, %rbp
    .cfi_def_cfa_register %rbp
    movq %rsi, %rax
    movq %rdi, %rsp
    movq %rdx, %rdi
    movq %rcx, %rsi
    callq *%rax
    movq %rbp, %rsp
    popq %rbp
    .cfi_def_cfa %rsp, 8
    retq
    .cfi_endproc
    .size platform_call_on, . - platform_call_on

// bool platform_call_guarded(FlContext *back (rdi), char *top (rsi), void (*function)(void *, void *, void *) (rdx),
//                            void *a (rcx), void *b (r8), void *c (r9))
    .globl platform_call_guarded
    .type platform_call_guarded, @function
    .p2align 4
platform_call_guarded:
    .cfi_startproc
    leaq platform_landed(%rip), %rax
    pushq %rax
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsp, %rbx
    .cfi_undefined %rip     // of what runs on the other stack, this is the end
    leaq -16(%rsi), %rsp    // room for what platform_return_to notes
    movq %rdx, %rax
    movq %rcx, %rdi
    movq %r8, %rsi
    movq %r9, %rdx
    callq *%rax
    leaq 56(%rbx), %rsp
    movq 32(%rbx), %rbx
    movl $1, %eax
    retq
    .cfi_endproc
    .size platform_call_guarded, . - platform_call_guarded

// Where a switch to *back goes on; the registers are as they were.
    .type platform_landed, @function
platform_landed:
    .cfi_startproc
    xorl %eax, %eax
    retq
    .cfi_endproc
    .size platform_landed, . - platform_landed

// void platform_return_to(char *top (rdi), void (*function)(void) (rsi))
    .globl platform_return_to
    .type platform_return_to, @function
    .p2align 4
platform_return_to:
    .cfi_startproc
    leaq platform_returned(%rip), %rax
    movq %rax, -24(%rdi)    // in the place of the address that platform_call_guarded is to be returned to
    movq %rsi, -16(%rdi)
    retq
    .cfi_endproc
    .size platform_return_to, . - platform_return_to

    .type platform_returned, @function
platform_returned:
    .cfi_startproc
    .cfi_undefined %rip
    nop                     // a walk looks up the byte before a return address
    callq *(%rsp)
    ud2
    .cfi_endproc
    .size platform_returned, . - platform_returned

// char *platform_stack_pointer(void)
    .globl platform_stack_pointer
    .type platform_stack_pointer, @function
    .p2align 4
platform_stack_pointer:
    .cfi_startproc
    leaq 8(%rsp), %rax
    retq
    .cfi_endproc
    .size platform_stack_pointer, . - platform_stack_pointer

    .section .note.GNU-stack, "", @progbits
