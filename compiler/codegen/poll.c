// Polls: one comparison of the stack pointer with the process's limit serves stack growth, preemption and requests.
// Which functions poll at their entry is decided in poll_graph.c; loop.c polls once per chunk of rounds.
#include <stddef.h>

#include "compiler/base/sb.h"
#include "compiler/codegen/lower.h"

// The comparison. An atomic load: a plain one is hoisted out of loops, and the process could never be preempted.
LLVMValueRef poll_below_limit(Function *f, uint64_t bytes) {
    Unit *unit = f->unit;
    LLVMValueRef limit_at = memory_at(f, f->process, offsetof(FlProcessHead, stack_limit));
    LLVMValueRef limit = LLVMBuildLoad2(f->builder, unit->i64, limit_at, "limit");
    LLVMSetOrdering(limit, LLVMAtomicOrderingMonotonic);
    LLVMSetAlignment(limit, 8);
    LLVMValueRef read = unit_intrinsic(unit, "llvm.read_register", &unit->i64, 1);
    LLVMValueRef sp = LLVMBuildCall2(f->builder, LLVMGlobalGetValueType(read), read, &unit->sp_register, 1, "sp");
    if (bytes)
        sp = LLVMBuildSub(f->builder, sp, unit_int(unit, (int64_t)bytes), "");
    return LLVMBuildICmp(f->builder, LLVMIntULT, sp, limit, "");
}

void poll_add_live(Words *live, const Repr *repr, Value value) {
    for (unsigned i = 0; i < repr->words; i++)
        if (repr->word[i] == WORD_POINTER || repr->word[i] == WORD_TAGGED)
            vec_push(live, value.word[i]);
}

void poll_keep(Function *f, const Words *live) {
    LLVMTypeRef type = LLVMFunctionType(f->unit->nothing, &f->unit->ptr, 1, false);
    for (size_t i = 0; i < live->len; i++) {
        if (LLVMIsConstant(live->data[i]))
            continue;
        LLVMValueRef use = LLVMGetInlineAsm(type, "", 0, "r", 1, true, false, LLVMInlineAsmDialectATT, false);
        LLVMBuildCall2(f->builder, type, use, &live->data[i], 1, "");
    }
}

// The references among the words of the function's parameters.
static Words live_parameters(Function *f) {
    Words live = {0};
    for (unsigned i = 1; i < LLVMCountParams(f->function); i++)
        if (LLVMTypeOf(LLVMGetParam(f->function, i)) == f->unit->ptr)
            vec_push(&live, LLVMGetParam(f->function, i));
    return live;
}

void poll_slice(Function *f, const Words *live) {
    LLVMBasicBlockRef cold = function_block(f, "poll"), go = function_block(f, "go");
    function_branch_cold(f, poll_below_limit(f, 0), cold, go);
    function_enter(f, cold);
    RUNTIME(f, fl_poll, f->process);
    poll_keep(f, live);
    LLVMBuildBr(f->builder, go);
    function_enter(f, go);
}

// The thunk that calls `function` again on the segment, with the words at `arguments`, which take the result.
static LLVMValueRef segment_thunk(Unit *unit, LLVMValueRef function, const Repr *result) {
    LLVMValueRef thunk = function_declare_c(unit, "segment.run", 2);
    Function f;
    function_begin(&f, unit, thunk, NULL, MODE_NORMAL, represent_type(&unit->represent, type_nil), (Span){0});
    LLVMValueRef pack = LLVMGetParam(thunk, 1);
    Words words = {0};
    unsigned count = LLVMCountParams(function);
    for (unsigned i = 1; i < count; i++) {
        LLVMTypeRef type = LLVMTypeOf(LLVMGetParam(function, i));
        vec_push(&words, LLVMBuildLoad2(f.builder, type, memory_at(&f, pack, 8 * (uint64_t)(i - 1)), ""));
    }
    LLVMValueRef called = function_call(&f, function, words.data, words.len);
    memory_store_value(&f, result, function_unpack(&f, result, called), pack, 0);
    function_return(&f, (Value){0});
    function_end(&f);
    return thunk;
}

// A cold function with the parameters of f's: packs them, so that f's own frame has no room for that.
static LLVMValueRef segment_function(Function *outer) {
    Unit *unit = outer->unit;
    const Repr *given = outer->mode == MODE_LOOP ? represent_type(&unit->represent, type_nil) : outer->result;
    unsigned count = LLVMCountParams(outer->function);
    VEC(LLVMTypeRef) types = {0};
    for (unsigned i = 1; i < count; i++)
        vec_push(&types, LLVMTypeOf(LLVMGetParam(outer->function, i)));
    LLVMTypeRef result = LLVMGetReturnType(LLVMGlobalGetValueType(outer->function));
    LLVMValueRef function = function_declare(unit, "segment.call", result, types.data, count - 1);
    LLVMSetFunctionCallConv(function, LLVMGetFunctionCallConv(outer->function)); // which calls it last
    unit_attribute(unit, function, LLVMAttributeFunctionIndex, "noinline", 0);
    unit_attribute(unit, function, LLVMAttributeFunctionIndex, "cold", 0);
    Function f;
    function_begin(&f, unit, function, NULL, MODE_NORMAL, given, (Span){0});
    uint64_t cells = count - 1 > REPR_MAX_WORDS ? count - 1 : REPR_MAX_WORDS;
    LLVMValueRef pack = function_alloca(&f, LLVMArrayType2(unit->i64, cells), "pack");
    for (unsigned i = 1; i < count; i++)
        LLVMBuildStore(f.builder, LLVMGetParam(function, i), memory_at(&f, pack, 8 * (uint64_t)(i - 1)));
    RUNTIME(&f, fl_run_on_segment, f.process, segment_thunk(unit, outer->function, given), pack, function_site(outer));
    function_return(&f, memory_load_value(&f, given, pack, 0));
    function_end(&f);
    return function;
}

void poll_stack(Function *f, LLVMValueRef below, uint64_t bytes, LLVMBasicBlockRef go) {
    LLVMBasicBlockRef cold = function_block(f, "poll"), full = function_block(f, "full");
    function_branch_cold(f, below, cold, go);
    function_enter(f, cold);
    LLVMValueRef lacks = RUNTIME(f, fl_poll_stack, f->process, unit_int(f->unit, (int64_t)bytes));
    Words live = live_parameters(f);
    poll_keep(f, &live);
    LLVMBuildCondBr(f->builder, lacks, full, go);
    function_enter(f, full);
    Words words = {0};
    for (unsigned i = 1; i < LLVMCountParams(f->function); i++)
        vec_push(&words, LLVMGetParam(f->function, i));
    function_tail_call(f, segment_function(f), words.data, words.len);
    function_unreachable(f);
    function_enter(f, go);
}

void poll_entry(Function *f, Poll poll) {
    if (poll == POLL_SLICE) {
        Words live = live_parameters(f);
        poll_slice(f, &live);
    } else if (poll == POLL_STACK) {
        poll_stack(f, poll_below_limit(f, 0), 0, function_block(f, "go"));
    }
}
