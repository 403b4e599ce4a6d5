// Words to and from memory, and new objects. A word is 8 bytes; a bool is 0 or 1 in memory.
#include <stddef.h>

#include "compiler/codegen/lower.h"

LLVMValueRef memory_at(Function *f, LLVMValueRef base, uint64_t bytes) {
    if (bytes == 0)
        return base;
    LLVMValueRef offset = unit_int(f->unit, (int64_t)bytes);
    return LLVMBuildInBoundsGEP2(f->builder, f->unit->i8, base, &offset, 1, "");
}

LLVMValueRef memory_load(Function *f, WordKind kind, LLVMValueRef base, uint64_t bytes) {
    LLVMTypeRef type = kind == WORD_BOOL ? f->unit->i64 : unit_word_type(f->unit, kind);
    LLVMValueRef word = LLVMBuildLoad2(f->builder, type, memory_at(f, base, bytes), "");
    return kind == WORD_BOOL ? LLVMBuildTrunc(f->builder, word, f->unit->i1, "") : word;
}

LLVMValueRef memory_data(Function *f, WordKind kind, LLVMValueRef word) {
    if (kind == WORD_BOOL)
        return LLVMBuildZExt(f->builder, word, f->unit->i64, "");
    return kind == WORD_FLOAT ? LLVMBuildBitCast(f->builder, word, f->unit->i64, "") : word;
}

void memory_store(Function *f, WordKind kind, LLVMValueRef word, LLVMValueRef base, uint64_t bytes) {
    if (kind == WORD_BOOL)
        word = LLVMBuildZExt(f->builder, word, f->unit->i64, "");
    LLVMBuildStore(f->builder, word, memory_at(f, base, bytes));
}

Value memory_load_value(Function *f, const Repr *repr, LLVMValueRef base, uint64_t bytes) {
    Value value = {0};
    for (unsigned i = 0; i < repr->words; i++)
        value.word[i] = memory_load(f, repr->word[i], base, bytes + 8 * i);
    return value;
}

void memory_store_value(Function *f, const Repr *repr, Value value, LLVMValueRef base, uint64_t bytes) {
    for (unsigned i = 0; i < repr->words; i++)
        memory_store(f, repr->word[i], value.word[i], base, bytes + 8 * i);
}

// Takes the bytes from the process's current block, or calls the runtime when it is full.
LLVMValueRef memory_alloc(Function *f, uint64_t bytes) {
    Unit *unit = f->unit;
    LLVMBuilderRef b = f->builder;
    LLVMValueRef next_at = memory_at(f, f->process, offsetof(FlProcessHead, bump.next));
    LLVMValueRef next = LLVMBuildLoad2(b, unit->ptr, next_at, "next");
    LLVMValueRef end = LLVMBuildLoad2(b, unit->ptr, memory_at(f, f->process, offsetof(FlProcessHead, bump.end)), "end");
    LLVMValueRef left =
        LLVMBuildSub(b, LLVMBuildPtrToInt(b, end, unit->i64, ""), LLVMBuildPtrToInt(b, next, unit->i64, ""), "left");
    LLVMValueRef full = LLVMBuildICmp(b, LLVMIntULT, left, unit_int(unit, (int64_t)bytes), "full");
    LLVMBasicBlockRef slow = function_block(f, "alloc.slow"), fast = function_block(f, "alloc.fast"),
                      done = function_block(f, "alloc.done");
    function_branch_cold(f, full, slow, fast);
    function_enter(f, slow);
    LLVMValueRef fresh = RUNTIME(f, fl_alloc_slow, f->process, unit_int(unit, (int64_t)bytes));
    LLVMBuildBr(b, done);
    function_enter(f, fast);
    LLVMBuildStore(b, memory_at(f, next, bytes), next_at);
    LLVMBuildBr(b, done);
    function_enter(f, done);
    LLVMValueRef object = LLVMBuildPhi(b, unit->ptr, "object");
    LLVMAddIncoming(object, (LLVMValueRef[]){fresh, next}, (LLVMBasicBlockRef[]){slow, fast}, 2);
    return object;
}

LLVMValueRef memory_new(Function *f, uint32_t type, unsigned words) {
    LLVMValueRef object = memory_alloc(f, 8 + 8 * (uint64_t)words);
    LLVMBuildStore(f->builder, unit_int(f->unit, type), object); // the type's id and no flags
    return object;
}

void memory_fill(Function *f, LLVMValueRef object, const WordKind *kinds, const LLVMValueRef *words, unsigned count) {
    for (unsigned i = 0; i < count; i++)
        memory_store(f, kinds[i], words[i], object, 8 + 8 * (uint64_t)i);
}

LLVMValueRef memory_object(Function *f, uint32_t type, const WordKind *kinds, const LLVMValueRef *words,
                           unsigned count) {
    if (static_all_constant(words, count))
        return static_object(f->unit, type, words, count);
    LLVMValueRef object = memory_new(f, type, count);
    memory_fill(f, object, kinds, words, count);
    return object;
}

LLVMValueRef memory_type_id(Function *f, LLVMValueRef object) {
    return LLVMBuildLoad2(f->builder, f->unit->i32, memory_at(f, object, offsetof(FlObject, type)), "type");
}

Value value_undef(const Unit *unit, const Repr *repr) {
    Value value = {0};
    for (unsigned i = 0; i < repr->words; i++)
        value.word[i] = LLVMGetUndef(unit_word_type(unit, repr->word[i]));
    return value;
}

Value value_one(LLVMValueRef word) { return (Value){{word}}; }
