// Functions being built: declaration, entry, locals, returns and calls; and the work list of instances.
#include <string.h>

#include "compiler/base/sb.h"
#include "compiler/codegen/lower.h"

#define ADD_CHECKED "llvm.sadd.with.overflow"

enum { TAILCC = 18 }; // LLVM's number; its C header lacks it. C's convention is LLVMCCallConv

// ---- declaration ---------------------------------------------------------------------------------------------------

static void add_attributes(Unit *unit, LLVMValueRef function) {
    LLVMSetLinkage(function, LLVMInternalLinkage);
    unit_attribute(unit, function, LLVMAttributeFunctionIndex, "nounwind", 0);
    unit_attribute(unit, function, LLVMAttributeFunctionIndex, "uwtable", 2); // reports walk the stack
    if (unit->options->sanitize == CODEGEN_SANITIZE_ADDRESS)
        unit_attribute(unit, function, LLVMAttributeFunctionIndex, "sanitize_address", 0);
    if (unit->options->sanitize == CODEGEN_SANITIZE_THREAD)
        unit_attribute(unit, function, LLVMAttributeFunctionIndex, "sanitize_thread", 0);
}

// Symbols are numbered here: frame.c finds a function by its symbol in the next attempt.
static const char *unique(Unit *unit, const char *text) {
    Name name = name_of(text);
    uintptr_t count = (uintptr_t)map_get(&unit->function_names, name) + 1;
    map_set(&unit->function_names, name, (void *)count);
    return count == 1 ? text : text_format("%s.%u", text, (unsigned)count);
}

LLVMValueRef function_declare(Unit *unit, const char *name, LLVMTypeRef result, const LLVMTypeRef *words,
                              unsigned count) {
    LLVMTypeRef *types = mem_alloc((count + 1) * sizeof *types);
    types[0] = unit->ptr;
    if (count)
        memcpy(types + 1, words, count * sizeof *types);
    LLVMValueRef function =
        LLVMAddFunction(unit->module, unique(unit, name), LLVMFunctionType(result, types, count + 1, false));
    LLVMSetFunctionCallConv(function, TAILCC);
    unit_attribute(unit, function, 1, "swiftself", 0);
    add_attributes(unit, function);
    return function;
}

LLVMValueRef function_declare_c(Unit *unit, const char *name, unsigned count) {
    LLVMTypeRef types[] = {unit->ptr, unit->ptr, unit->ptr};
    LLVMValueRef function = LLVMAddFunction(unit->module, name, LLVMFunctionType(unit->nothing, types, count, false));
    add_attributes(unit, function);
    return function;
}

static const char *instance_name(const Instance *instance, Mode mode) {
    static const char *const suffix[MODE_COUNT] = {"", ".loop", ".inline", ".inline"};
    return text_format("%s.%s%s", name_text(instance->module), instance->name ? instance->name->text : "lambda",
                       suffix[mode]);
}

void function_parameters(Unit *unit, const Instance *instance, WordTypes *words) {
    for (size_t i = 0; i < instance->parameter_count; i++) {
        const Repr *repr = represent_type(&unit->represent, instance->parameters[i]->type);
        for (unsigned j = 0; j < repr->words; j++)
            vec_push(words, unit_word_type(unit, repr->word[j]));
    }
    if (instance->closure)
        vec_push(words, unit->ptr); // the closure's object
}

LLVMValueRef function_of(Unit *unit, const Instance *instance, Mode mode) {
    InstanceCode *code = &unit->instances[instance->id];
    if (code->function[mode])
        return code->function[mode];
    WordTypes words = {0};
    function_parameters(unit, instance, &words);
    LLVMTypeRef result =
        mode == MODE_LOOP ? unit->nothing : unit_result_type(unit, represent_type(&unit->represent, instance->result));
    LLVMValueRef function =
        function_declare(unit, instance_name(instance, mode), result, words.data, (unsigned)words.len);
    if (code->plain && mode != MODE_LOOP)
        LLVMSetFunctionCallConv(function, LLVMCCallConv);
    if (mode == MODE_INLINE_1 || mode == MODE_INLINE_2)
        unit_attribute(unit, function, LLVMAttributeFunctionIndex, "alwaysinline", 0);
    frame_watch(unit, function, mode);
    code->function[mode] = function;
    vec_push(&unit->work, (Work){instance, mode});
    return function;
}

// ---- bodies --------------------------------------------------------------------------------------------------------

void function_begin(Function *f, Unit *unit, LLVMValueRef function, const Instance *instance, Mode mode,
                    const Repr *result, Span span) {
    *f = (Function){
        .unit = unit, .function = function, .instance = instance, .mode = mode, .result = result, .span = span};
    f->builder = LLVMCreateBuilderInContext(unit->context);
    f->entry = LLVMCreateBuilderInContext(unit->context);
    f->process = LLVMGetParam(function, 0);
    LLVMBasicBlockRef entry = LLVMAppendBasicBlockInContext(unit->context, function, "entry");
    LLVMBasicBlockRef body = LLVMAppendBasicBlockInContext(unit->context, function, "body");
    LLVMPositionBuilderAtEnd(f->entry, entry);
    LLVMPositionBuilderBefore(f->entry, LLVMBuildBr(f->entry, body));
    function_enter(f, body);
    size_t len;
    debug_function(f, LLVMGetValueName2(function, &len), span);
    debug_show(f);
    debug_place(f, span);
}

void function_end(Function *f) {
    for (LLVMBasicBlockRef at = LLVMGetFirstBasicBlock(f->function); at; at = LLVMGetNextBasicBlock(at))
        if (!LLVMGetBasicBlockTerminator(at)) { // a dead block
            function_enter(f, at);
            LLVMBuildUnreachable(f->builder);
        }
    LLVMDisposeBuilder(f->builder);
    LLVMDisposeBuilder(f->entry);
}

LLVMValueRef function_alloca(Function *f, LLVMTypeRef type, const char *name) {
    return LLVMBuildAlloca(f->entry, type, name);
}

LLVMValueRef function_scratch(Function *f, unsigned which) {
    if (!f->scratch[which])
        f->scratch[which] = function_alloca(f, LLVMArrayType2(f->unit->i64, REPR_MAX_WORDS), "scratch");
    return f->scratch[which];
}

LLVMBasicBlockRef function_block(Function *f, const char *name) {
    return LLVMAppendBasicBlockInContext(f->unit->context, f->function, name);
}

void function_enter(Function *f, LLVMBasicBlockRef block) { LLVMPositionBuilderAtEnd(f->builder, block); }

static void enter_dead(Function *f) { function_enter(f, function_block(f, "dead")); }

void function_jump(Function *f, LLVMBasicBlockRef block) {
    LLVMBuildBr(f->builder, block);
    enter_dead(f);
}

void function_unreachable(Function *f) {
    LLVMBuildUnreachable(f->builder);
    enter_dead(f);
}

void function_branch_cold(Function *f, LLVMValueRef condition, LLVMBasicBlockRef cold, LLVMBasicBlockRef hot) {
    LLVMValueRef branch = LLVMBuildCondBr(f->builder, condition, cold, hot);
    LLVMSetMetadata(branch, LLVMGetMDKindIDInContext(f->unit->context, "prof", 4), f->unit->unlikely);
}

void function_return(Function *f, Value value) {
    if (f->mode == MODE_LOOP || f->result->words == 0)
        LLVMBuildRetVoid(f->builder);
    else if (f->result->words == 1)
        LLVMBuildRet(f->builder, value.word[0]);
    else
        LLVMBuildAggregateRet(f->builder, value.word, f->result->words);
    enter_dead(f);
}

// ---- locals --------------------------------------------------------------------------------------------------------

static Slot *slot_of(Function *f, const Local *local) {
    while (f->slots.len <= local->id)
        vec_push(&f->slots, (Slot){0});
    Slot *slot = &f->slots.data[local->id];
    if (slot->made)
        return slot;
    slot->made = true;
    slot->repr = represent_type(&f->unit->represent, local->type);
    for (unsigned i = 0; i < slot->repr->words; i++)
        slot->word[i] =
            function_alloca(f, unit_word_type(f->unit, slot->repr->word[i]), local->name ? local->name->text : "");
    return slot;
}

Value function_load_local(Function *f, const Local *local) {
    Slot *slot = slot_of(f, local);
    Value value = {0};
    for (unsigned i = 0; i < slot->repr->words; i++)
        value.word[i] = LLVMBuildLoad2(f->builder, unit_word_type(f->unit, slot->repr->word[i]), slot->word[i], "");
    return value;
}

void function_store_local(Function *f, const Local *local, Value value) {
    Slot *slot = slot_of(f, local);
    for (unsigned i = 0; i < slot->repr->words; i++)
        LLVMBuildStore(f->builder, value.word[i], slot->word[i]);
}

bool function_has_local(const Function *f, const Local *local) {
    return local->id < f->slots.len && f->slots.data[local->id].made;
}

// ---- calls ---------------------------------------------------------------------------------------------------------

void words_add(Words *words, const Repr *repr, Value value) {
    for (unsigned i = 0; i < repr->words; i++)
        vec_push(words, value.word[i]);
}

LLVMValueRef function_call(Function *f, LLVMValueRef callee, const LLVMValueRef *words, size_t count) {
    LLVMValueRef *arguments = mem_alloc((count + 1) * sizeof *arguments);
    arguments[0] = f->process;
    if (count)
        memcpy(arguments + 1, words, count * sizeof *arguments);
    LLVMTypeRef type = LLVMGlobalGetValueType(callee);
    LLVMValueRef call = LLVMBuildCall2(f->builder, type, callee, arguments, (unsigned)count + 1, "");
    LLVMSetInstructionCallConv(call, LLVMGetFunctionCallConv(callee));
    // What the language doesn't call a tail call is none: endless recursion must reach the stack's limit, not become a
    // loop.
    LLVMSetTailCallKind(call, LLVMTailCallKindNoTail);
    unsigned self = LLVMGetEnumAttributeKindForName("swiftself", 9);
    LLVMAddCallSiteAttribute(call, 1, LLVMCreateEnumAttribute(f->unit->context, self, 0));
    return call;
}

void function_tail_call(Function *f, LLVMValueRef callee, const LLVMValueRef *words, size_t count) {
    LLVMValueRef call = function_call(f, callee, words, count);
    LLVMSetTailCallKind(call, LLVMTailCallKindMustTail);
    if (LLVMGetTypeKind(LLVMTypeOf(call)) == LLVMVoidTypeKind)
        LLVMBuildRetVoid(f->builder);
    else
        LLVMBuildRet(f->builder, call);
    enter_dead(f);
}

LLVMValueRef function_runtime(Function *f, RuntimeFunction function, const LLVMValueRef *arguments, unsigned count) {
    LLVMValueRef callee = unit_runtime(f->unit, function);
    LLVMTypeRef type = f->unit->runtime_type[function];
    LLVMValueRef call = LLVMBuildCall2(f->builder, type, callee, (LLVMValueRef *)arguments, count, "");
    LLVMSetInstructionCallConv(call, LLVMGetFunctionCallConv(callee));
    return call;
}

Value function_unpack(Function *f, const Repr *repr, LLVMValueRef result) {
    Value value = {0};
    if (repr->words == 1)
        value.word[0] = result;
    else
        for (unsigned i = 0; i < repr->words; i++)
            value.word[i] = LLVMBuildExtractValue(f->builder, result, i, "");
    return value;
}

LLVMValueRef function_site(Function *f) { return static_site(f->unit, f->instance, f->span); }

const Repr *repr_of(Function *f, const Type *type) { return represent_type(&f->unit->represent, type); }

// ---- ways that come together ---------------------------------------------------------------------------------------

Merge merge_begin(Function *f, const Repr *repr) { return (Merge){.repr = repr, .block = function_block(f, "merge")}; }

void merge_add(Function *f, Merge *merge, Value value) {
    vec_push(&merge->values, value);
    vec_push(&merge->from, LLVMGetInsertBlock(f->builder));
    function_jump(f, merge->block);
}

Value merge_end(Function *f, Merge *merge) {
    function_enter(f, merge->block);
    if (merge->values.len == 0)
        return value_undef(f->unit, merge->repr);
    Value value = {0};
    for (unsigned i = 0; i < merge->repr->words; i++) {
        value.word[i] = LLVMBuildPhi(f->builder, unit_word_type(f->unit, merge->repr->word[i]), "");
        for (size_t j = 0; j < merge->values.len; j++)
            LLVMAddIncoming(value.word[i], &merge->values.data[j].word[i], &merge->from.data[j], 1);
    }
    return value;
}

// ---- instances -----------------------------------------------------------------------------------------------------

static void store_parameters(Function *f, const LLVMValueRef *words) {
    const Instance *instance = f->instance;
    for (size_t i = 0; i < instance->parameter_count; i++) {
        const Local *local = instance->parameters[i];
        Value value = {0};
        const Repr *repr = repr_of(f, local->type);
        for (unsigned j = 0; j < repr->words; j++)
            value.word[j] = *words++;
        function_store_local(f, local, value);
    }
    if (instance->closure)
        closure_load_captures(f, *words);
}

// The sum that `word` is, once more and without the test, which has been passed: behind what has been tested since
// then, such as an operand as the index of a list, LLVM knows the range of it. Or the word itself.
static LLVMValueRef sum_anew(Function *f, LLVMValueRef word) {
    LLVMValueRef pair = LLVMIsAExtractValueInst(word) ? LLVMGetOperand(word, 0) : NULL;
    LLVMValueRef callee = pair && LLVMIsACallInst(pair) ? LLVMGetCalledValue(pair) : NULL;
    unsigned id = callee ? LLVMGetIntrinsicID(callee) : 0;
    if (id != LLVMLookupIntrinsicID(ADD_CHECKED, strlen(ADD_CHECKED)))
        return word;
    return LLVMBuildNSWAdd(f->builder, LLVMGetOperand(pair, 0), LLVMGetOperand(pair, 1), "");
}

// The locals of the round before are dead: nothing but the call was left of it.
bool function_next_round(Function *f, Words *words) {
    const InstanceCode *code = &f->unit->instances[f->instance->id];
    if (f->function != code->function[MODE_NORMAL] || f->rounds == code->rounds)
        return false;
    f->rounds++;
    for (size_t i = 0; i < words->len; i++)
        words->data[i] = sum_anew(f, words->data[i]);
    store_parameters(f, words->data);
    tail(f, f->instance->body);
    f->rounds--;
    return true;
}

// Before the body: room for a large frame, and a poll. A loop version starts on an empty stack; what is inlined into a
// function that has done this needs neither.
static void lower_entry(Function *f) {
    if (f->mode == MODE_INLINE_1 || f->mode == MODE_INLINE_2)
        return;
    frame_guard(f);
    Poll poll = f->unit->instances[f->instance->id].poll;
    poll_entry(f, f->mode == MODE_LOOP && poll != POLL_NONE ? POLL_SLICE : poll);
}

static void lower_instance(Unit *unit, const Instance *instance, Mode mode) {
    Function f;
    LLVMValueRef function = function_of(unit, instance, mode);
    function_begin(&f, unit, function, instance, mode, represent_type(&unit->represent, instance->result),
                   instance->span);
    lower_entry(&f);
    Words words = {0};
    for (unsigned i = 1; i < LLVMCountParams(f.function); i++)
        vec_push(&words, LLVMGetParam(f.function, i));
    store_parameters(&f, words.data);
    tail(&f, instance->body);
    function_end(&f);
}

void function_lower_all(Unit *unit) {
    while (unit->work.len) {
        Work work = vec_pop(&unit->work);
        lower_instance(unit, work.instance, work.mode);
    }
}
