// Deferred blocks. Each is a C function over a copy of the variables it reads; its record in the frame is linked to the
// process, so that a death runs it too. A normal exit of the scope unlinks it first, then runs it.
#include <stddef.h>

#include "compiler/codegen/lower.h"

struct DeferRecord {
    DeferRecord *outer;
    LLVMValueRef record;      // alloca of an FlDefer
    LLVMValueRef environment; // alloca of the variables' words
    LLVMValueRef run;
};

static LLVMValueRef lower_run(Function *outer, const Tree *tree, const LocalVec *live) {
    Unit *unit = outer->unit;
    LLVMValueRef known = map_get(&unit->defer_functions, tree);
    if (known)
        return known;
    LLVMValueRef function = function_declare_c(unit, "defer.block", 2);
    map_set(&unit->defer_functions, tree, function);
    Function f;
    function_begin(&f, unit, function, outer->instance, MODE_NORMAL, repr_of(outer, type_nil), tree->span);
    LLVMValueRef environment = LLVMGetParam(function, 1);
    uint64_t at = 0;
    for (size_t i = 0; i < live->len; i++) {
        const Repr *repr = repr_of(&f, live->data[i]->type);
        function_store_local(&f, live->data[i], memory_load_value(&f, repr, environment, at));
        at += 8 * repr->words;
    }
    expr(&f, tree->defer.body);
    function_return(&f, (Value){0});
    function_end(&f);
    return function;
}

static LLVMValueRef make_environment(Function *f, const LocalVec *live) {
    uint64_t words = 0;
    for (size_t i = 0; i < live->len; i++)
        words += repr_of(f, live->data[i]->type)->words;
    LLVMValueRef environment = function_alloca(f, LLVMArrayType2(f->unit->i64, words), "environment");
    uint64_t at = 0;
    for (size_t i = 0; i < live->len; i++) {
        const Repr *repr = repr_of(f, live->data[i]->type);
        memory_store_value(f, repr, function_load_local(f, live->data[i]), environment, at);
        at += 8 * repr->words;
    }
    return environment;
}

void defer_push(Function *f, const Tree *tree) {
    LocalVec live = {0};
    walk_free_locals(tree->defer.body, &live);
    DeferRecord *record = mem_new(DeferRecord);
    record->outer = f->defers;
    record->environment = make_environment(f, &live);
    record->record = function_alloca(f, LLVMArrayType2(f->unit->i64, sizeof(FlDefer) / 8), "defer");
    record->run = lower_run(f, tree, &live);
    LLVMValueRef next = memory_load(f, WORD_POINTER, f->process, offsetof(FlProcessHead, defers));
    memory_store(f, WORD_POINTER, next, record->record, offsetof(FlDefer, next));
    memory_store(f, WORD_POINTER, record->run, record->record, offsetof(FlDefer, run));
    memory_store(f, WORD_POINTER, record->environment, record->record, offsetof(FlDefer, environment));
    memory_store(f, WORD_POINTER, record->record, f->process, offsetof(FlProcessHead, defers));
    f->defers = record;
}

void defer_leave(Function *f, DeferRecord *until) {
    for (DeferRecord *record = f->defers; record != until; record = record->outer) {
        LLVMValueRef next = memory_load(f, WORD_POINTER, record->record, offsetof(FlDefer, next));
        memory_store(f, WORD_POINTER, next, f->process, offsetof(FlProcessHead, defers));
        LLVMTypeRef type = LLVMGlobalGetValueType(record->run);
        LLVMBuildCall2(f->builder, type, record->run, (LLVMValueRef[]){f->process, record->environment}, 2, "");
    }
}
