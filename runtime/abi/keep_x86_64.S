// What generated code calls on the cold side of a check keeps all registers (System V, x86-64), so that a short
// function or loop with such a check saves none for its sake: functions.def says which. LLVM's preserve_most leaves
// r11 and the vectors to the callee, preserve_all r11 alone; a result is in rax. The rest is saved here, on the stack
// of the process, where a collection finds it, and the C function of the process room does the work.

    .text

    .macro save register, offset
    movq \register, \offset(%rbp)
    .endm
    .macro restore register, offset
    movq \offset(%rbp), \register
    .endm

    .macro each_register action
    \action %rcx, -8
    \action %rdx, -16
    \action %rsi, -24
    \action %rdi, -32
    \action %r8, -40
    \action %r9, -48
    \action %r10, -56
    .endm

    .macro begin name
    .globl \name
    .type \name, @function
    .p2align 4
\name:
    .cfi_startproc
    pushq %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq %rsp, %rbp
    .cfi_def_cfa_register %rbp
    .endm

    .macro end name
    leave
    .cfi_def_cfa %rsp, 8
    retq
    .cfi_endproc
    .size \name, . - \name
    .endm

    .macro keep_most name, function
    begin \name
    subq $64, %rsp
    each_register save
    callq \function
    each_register restore
    end \name
    .endm

// void fl_poll(FlProcess *self): preserve_all
    begin fl_poll
    subq $320, %rsp
    each_register save
    movq %rax, -64(%rbp)
    .irp i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movups %xmm\i, 16 * \i(%rsp)
    .endr
    callq process_poll
    .irp i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movups 16 * \i(%rsp), %xmm\i
    .endr
    movq -64(%rbp), %rax
    each_register restore
    end fl_poll

// bool fl_poll_stack(FlProcess *self, uint64_t bytes): preserve_most
    keep_most fl_poll_stack, process_poll_stack

// void *fl_alloc_slow(FlProcess *self, uint64_t bytes): preserve_most
    keep_most fl_alloc_slow, process_alloc_slow

    .section .note.GNU-stack, "", @progbits
