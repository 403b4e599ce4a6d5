// Calls of instances and of function values, and making function values. A function type is a set of closures: a call
// switches over the closure's id and calls the instance directly.
#include <stddef.h>

#include "compiler/codegen/lower.h"

// ---- instances -----------------------------------------------------------------------------------------------------

static void add_arguments(Function *f, const Tree *tree, Words *words) {
    for (size_t i = 0; i < tree->call.count; i++) {
        const Tree *argument = tree->call.arguments[i];
        const Type *to = tree->call.instance->parameters[i]->type;
        words_add(words, repr_of(f, to), coerce(f, argument->type, to, expr(f, argument)));
    }
}

// An argument that never gives a value: the call is not reached.
static bool never_called(Tree **arguments, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (type_is_never(arguments[i]->type))
            return true;
    return false;
}

// The version for a call that returns. In the debug profile nothing is inlined.
static Mode called_mode(const Function *f, const Instance *instance) {
    unsigned unrolled = f->unit->options->debug ? 0 : f->unit->instances[instance->id].unrolled;
    if (instance != f->instance)
        return MODE_NORMAL;
    if (f->mode == MODE_NORMAL && unrolled > 0)
        return MODE_INLINE_1;
    return f->mode == MODE_INLINE_1 && unrolled > 1 ? MODE_INLINE_2 : MODE_NORMAL;
}

static Value call_normal(Function *f, const Instance *instance, const Words *words) {
    LLVMValueRef callee = function_of(f->unit, instance, called_mode(f, instance));
    LLVMValueRef result = function_call(f, callee, words->data, words->len);
    Value value = function_unpack(f, repr_of(f, instance->result), result);
    if (type_is_never(instance->result))
        function_unreachable(f);
    return value;
}

// In tail position: as the last act where the results live in the same words. True if it was.
static bool call_last(Function *f, const Instance *instance, Words *words) {
    if (instance == f->instance && function_next_round(f, words))
        return true;
    LLVMValueRef callee = function_of(f->unit, instance, f->mode == MODE_LOOP ? MODE_LOOP : MODE_NORMAL);
    LLVMTypeRef own = LLVMGetReturnType(LLVMGlobalGetValueType(f->function));
    if (LLVMGetReturnType(LLVMGlobalGetValueType(callee)) != own)
        return false;
    function_tail_call(f, callee, words->data, words->len);
    return true;
}

Value call_instance(Function *f, const Tree *tree) {
    Words words = {0};
    add_arguments(f, tree, &words);
    if (never_called(tree->call.arguments, tree->call.count))
        return value_undef(f->unit, repr_of(f, tree->type));
    Value value = call_normal(f, tree->call.instance, &words);
    return type_is_never(tree->type) ? value : coerce(f, tree->call.instance->result, tree->type, value);
}

void call_instance_tail(Function *f, const Tree *tree) {
    Words words = {0};
    add_arguments(f, tree, &words);
    if (never_called(tree->call.arguments, tree->call.count)) {
        function_unreachable(f);
        return;
    }
    const Instance *instance = tree->call.instance;
    bool same = f->mode == MODE_LOOP || coerce_is_free(f->unit, instance->result, tree->type);
    if (same && call_last(f, instance, &words))
        return;
    Value value = call_normal(f, instance, &words);
    if (type_is_never(tree->type))
        function_unreachable(f);
    else
        function_return(f, coerce(f, instance->result, tree->type, value));
}

// ---- function values -----------------------------------------------------------------------------------------------

typedef struct ClosureCall {
    const Tree *tree;
    LLVMValueRef object;
    Value *arguments;
} ClosureCall;

static Words case_words(Function *f, const ClosureCall *call, const Instance *instance) {
    Words words = {0};
    for (size_t i = 0; i < instance->parameter_count; i++) {
        const Type *from = call->tree->closure_call.arguments[i]->type, *to = instance->parameters[i]->type;
        words_add(&words, repr_of(f, to), coerce(f, from, to, call->arguments[i]));
    }
    if (instance->closure)
        vec_push(&words, call->object);
    return words;
}

static void call_case(Function *f, const ClosureCall *call, const Instance *instance, Merge *merge) {
    Words words = case_words(f, call, instance);
    const Type *type = call->tree->type;
    bool same = f->mode == MODE_LOOP || coerce_is_free(f->unit, instance->result, type);
    if (!merge && same && call_last(f, instance, &words))
        return;
    Value value = call_normal(f, instance, &words);
    if (type_is_never(instance->result))
        return function_unreachable(f);
    value = coerce(f, instance->result, type, value);
    if (merge)
        merge_add(f, merge, value);
    else
        function_return(f, value);
}

static void call_cases(Function *f, const ClosureCall *call, Merge *merge) {
    const Tree *tree = call->tree;
    size_t count = tree->closure_call.case_count;
    if (count == 0)
        return function_unreachable(f); // nothing flows here
    if (count == 1)
        return call_case(f, call, tree->closure_call.cases[0].instance, merge);
    LLVMValueRef id = memory_load(f, WORD_INT, call->object, 8);
    LLVMBasicBlockRef none = function_block(f, "closure.none");
    LLVMValueRef choice = LLVMBuildSwitch(f->builder, id, none, (unsigned)count);
    for (size_t i = 0; i < count; i++) {
        const TreeClosureCase *way = &tree->closure_call.cases[i];
        LLVMBasicBlockRef block = function_block(f, "closure");
        LLVMAddCase(choice, unit_int(f->unit, way->closure->id), block);
        function_enter(f, block);
        call_case(f, call, way->instance, merge);
    }
    function_enter(f, none);
    function_unreachable(f);
}

static void call_value(Function *f, const Tree *tree, Merge *merge) {
    Value callee = expr(f, tree->closure_call.callee);
    ClosureCall call = {.tree = tree, .object = callee.word[0]};
    call.arguments = mem_alloc((tree->closure_call.count + 1) * sizeof(Value));
    for (size_t i = 0; i < tree->closure_call.count; i++)
        call.arguments[i] = expr(f, tree->closure_call.arguments[i]);
    if (type_is_never(tree->closure_call.callee->type) ||
        never_called(tree->closure_call.arguments, tree->closure_call.count))
        function_unreachable(f);
    else
        call_cases(f, &call, merge);
}

Value call_closure(Function *f, const Tree *tree) {
    Merge merge = merge_begin(f, repr_of(f, tree->type));
    call_value(f, tree, &merge);
    return merge_end(f, &merge);
}

void call_closure_tail(Function *f, const Tree *tree) { call_value(f, tree, NULL); }

Value closure_make(Function *f, const Tree *tree) {
    const Closure *closure = tree->closure.closure;
    const Layout *layout = represent_closure(&f->unit->represent, closure);
    Words words = {0};
    vec_push(&words, unit_int(f->unit, closure->id));
    for (size_t i = 0; i < tree->closure.count; i++) {
        const Tree *capture = tree->closure.captures[i];
        words_add(&words, layout->fields[i], coerce(f, capture->type, closure->captures[i].type, expr(f, capture)));
    }
    return value_one(memory_object(f, layout->id, layout->word, words.data, layout->words));
}

void closure_load_captures(Function *f, LLVMValueRef object) {
    const Instance *instance = f->instance;
    const Layout *layout = represent_closure(&f->unit->represent, instance->closure);
    for (size_t i = 0; i < layout->count; i++) {
        const Local *local = instance->captures[i];
        Value value = memory_load_value(f, layout->fields[i], object, 8 + 8 * (uint64_t)layout->offsets[i]);
        function_store_local(f, local, coerce(f, instance->closure->captures[i].type, local->type, value));
    }
}
