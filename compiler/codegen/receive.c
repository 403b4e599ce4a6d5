// receive: the mailbox is scanned, each message tested by the arms. When nothing fits, the process waits: with its
// stack kept, or, in tail position of a loop version, without one. Then the scan is a function of the live variables,
// which are stored in the process's frame; a thunk loads them again and calls the function.
#include <stddef.h>

#include "compiler/codegen/lower.h"

// The timeout is evaluated before anything is tested; without one a receive needs no beginning.
static void begin(Function *f, const Tree *tree) {
    if (!tree->receive.timeout)
        return;
    LLVMValueRef timeout = process_timeout(f, tree->receive.timeout);
    RUNTIME(f, fl_receive_begin, f->process, timeout, function_site(f));
}

// The message as a value of the type that the patterns are over. One type alone is tested first: anything may be in a
// mailbox.
static Value open_message(Function *f, const Tree *tree, LLVMValueRef message, LLVMBasicBlockRef other) {
    LLVMValueRef root = memory_load(f, WORD_TAGGED, message, offsetof(FlMessageHead, root));
    const Type *type = type_resolve(tree->receive.message);
    if (type->kind == TYPE_UNION)
        return value_one(root);
    LLVMBasicBlockRef is = function_block(f, "message");
    LLVMBuildCondBr(f->builder, union_test(f, type, type, root, false), is, other);
    function_enter(f, is);
    return union_open(f, type, root);
}

// A message of which the arm keeps only words that are no references is freed at once; otherwise its objects become the
// process's.
static void take_message(Function *f, const TreeArm *arm, LLVMValueRef message) {
    if (walk_binds_reference(f->unit, arm->pattern))
        RUNTIME(f, fl_receive_take, f->process, message);
    else
        RUNTIME(f, fl_receive_drop, f->process, message);
}

static void lower_arms(Function *f, const Tree *tree, LLVMValueRef message, LLVMBasicBlockRef scan, Merge *merge) {
    Value value = open_message(f, tree, message, scan);
    for (size_t i = 0; i < tree->receive.count; i++) {
        const TreeArm *arm = &tree->receive.arms[i];
        LLVMBasicBlockRef fail = i + 1 < tree->receive.count ? function_block(f, "arm") : scan;
        pattern_test(f, arm->pattern, value, fail, false);
        take_message(f, arm, message);
        control_end(f, arm->body, merge);
        function_enter(f, fail);
    }
    if (tree->receive.count == 0)
        function_jump(f, scan);
}

// From the scan's start to where nothing is left to test and the timeout has not passed: the builder stands there.
static void lower_scan(Function *f, const Tree *tree, LLVMBasicBlockRef scan, Merge *merge) {
    LLVMBasicBlockRef test = function_block(f, "test"), none = function_block(f, "none");
    LLVMBuildBr(f->builder, scan);
    function_enter(f, scan);
    LLVMValueRef message = RUNTIME(f, fl_receive_next, f->process);
    LLVMBuildCondBr(f->builder, LLVMBuildIsNull(f->builder, message, ""), none, test);
    function_enter(f, test);
    lower_arms(f, tree, message, scan, merge);
    function_enter(f, none);
    debug_place(f, tree->span); // arms have left theirs
    if (!tree->receive.timeout)
        return;
    LLVMBasicBlockRef late = function_block(f, "late"), wait = function_block(f, "wait");
    LLVMBuildCondBr(f->builder, RUNTIME(f, fl_receive_expired, f->process), late, wait);
    function_enter(f, late);
    control_end(f, tree->receive.after, merge);
    function_enter(f, wait);
    debug_place(f, tree->span);
}

void receive_blocking(Function *f, const Tree *tree, Merge *merge) {
    Span span = f->span;
    begin(f, tree);
    LLVMBasicBlockRef scan = function_block(f, "scan");
    lower_scan(f, tree, scan, merge);
    f->span = span;
    RUNTIME(f, fl_receive_wait, f->process, function_site(f));
    function_jump(f, scan);
}

// ---- waiting without a stack ---------------------------------------------------------------------------------------

// A receive that parks: its live variables and where they are kept.
typedef struct Parking {
    LocalVec live;
    const Layout *layout;
    LLVMValueRef function; // scans, with the live variables as parameters
    LLVMValueRef resume;   // FlResume: loads them and calls it
} Parking;

static Parking plan(Function *f, const Tree *tree) {
    Parking parking = {0};
    Tree without_timeout = *tree; // it is evaluated before
    without_timeout.receive.timeout = NULL;
    walk_free_locals(&without_timeout, &parking.live);
    const Type **types = mem_alloc((parking.live.len + 1) * sizeof *types);
    for (size_t i = 0; i < parking.live.len; i++)
        types[i] = parking.live.data[i]->type;
    parking.layout = represent_tuple(&f->unit->represent, types, parking.live.len);
    LLVMTypeRef *words = mem_alloc((parking.layout->words + 1) * sizeof *words);
    for (unsigned i = 0; i < parking.layout->words; i++)
        words[i] = unit_word_type(f->unit, parking.layout->word[i]);
    parking.function = function_declare(f->unit, "receive.loop", f->unit->nothing, words, parking.layout->words);
    frame_watch(f->unit, parking.function, MODE_LOOP);
    parking.resume = function_declare_c(f->unit, "receive.resume", 1);
    return parking;
}

static Words live_words(Function *f, const Parking *parking) {
    Words words = {0};
    for (size_t i = 0; i < parking->live.len; i++)
        words_add(&words, parking->layout->fields[i], function_load_local(f, parking->live.data[i]));
    return words;
}

// The frame of the last park is used again when it has the same form.
static LLVMValueRef take_frame(Function *f, const Layout *layout) {
    LLVMBuilderRef b = f->builder;
    Merge merge = merge_begin(f, repr_of(f, type_string)); // one reference
    LLVMBasicBlockRef some = function_block(f, "frame"), fresh = function_block(f, "frame.new"),
                      same = function_block(f, "frame.same");
    LLVMValueRef frame = memory_load(f, WORD_POINTER, f->process, offsetof(FlProcessHead, frame));
    LLVMBuildCondBr(b, LLVMBuildIsNull(b, frame, ""), fresh, some);
    function_enter(f, some);
    LLVMValueRef is = LLVMBuildICmp(b, LLVMIntEQ, memory_type_id(f, frame), unit_i32(f->unit, layout->id), "");
    LLVMBuildCondBr(b, is, same, fresh);
    function_enter(f, same);
    merge_add(f, &merge, value_one(frame));
    function_enter(f, fresh);
    merge_add(f, &merge, value_one(memory_new(f, layout->id, layout->words)));
    return merge_end(f, &merge).word[0];
}

static void park(Function *f, const Parking *parking) {
    LLVMValueRef frame = LLVMConstNull(f->unit->ptr);
    if (parking->layout->words) {
        frame = take_frame(f, parking->layout);
        Words words = live_words(f, parking);
        memory_fill(f, frame, parking->layout->word, words.data, parking->layout->words);
    }
    memory_store(f, WORD_POINTER, frame, f->process, offsetof(FlProcessHead, frame));
    memory_store(f, WORD_POINTER, parking->resume, f->process, offsetof(FlProcessHead, resume));
    RUNTIME(f, fl_receive_park, f->process, function_site(f));
    function_return(f, (Value){0});
}

static void lower_function(Function *outer, const Tree *tree, const Parking *parking) {
    Function f;
    function_begin(&f, outer->unit, parking->function, outer->instance, MODE_LOOP, outer->result, tree->span);
    frame_guard(&f);
    unsigned at = 1;
    for (size_t i = 0; i < parking->live.len; i++) {
        Value value = {0};
        for (unsigned j = 0; j < parking->layout->fields[i]->words; j++)
            value.word[j] = LLVMGetParam(f.function, at++);
        function_store_local(&f, parking->live.data[i], value);
    }
    lower_scan(&f, tree, function_block(&f, "scan"), NULL);
    f.span = tree->span;
    park(&f, parking);
    function_end(&f);
}

static void lower_resume(Function *outer, const Tree *tree, const Parking *parking) {
    Function f;
    Unit *unit = outer->unit;
    function_begin(&f, unit, parking->resume, outer->instance, MODE_NORMAL, repr_of(outer, type_nil), tree->span);
    debug_hide(&f);
    Words words = {0};
    LLVMValueRef frame = NULL;
    if (parking->layout->words)
        frame = memory_load(&f, WORD_POINTER, f.process, offsetof(FlProcessHead, frame));
    for (unsigned i = 0; i < parking->layout->words; i++)
        vec_push(&words, memory_load(&f, parking->layout->word[i], frame, 8 + 8 * (uint64_t)i));
    function_call(&f, parking->function, words.data, words.len);
    function_return(&f, (Value){0});
    function_end(&f);
}

void receive_parking(Function *f, const Tree *tree) {
    begin(f, tree);
    Parking parking = plan(f, tree);
    Words words = live_words(f, &parking);
    function_tail_call(f, parking.function, words.data, words.len);
    lower_function(f, tree, &parking);
    lower_resume(f, tree, &parking);
}
