// What the files of code generation share: the module being built (Unit), the function being built (Function), and the
// words of a value (Value).
//
// Invariants:
//  - A Value has as many words as its type's Repr; in registers a word is i64, i1, double or ptr by its WordKind.
//  - After code that never comes back (a panic, a tail call) the builder stands in a fresh block that nothing reaches,
//  so that callers need not care.
//  - Allocas are made in the entry block only, and their addresses are handed to C functions only (architecture:
//  Calling convention).
// Ownership: collected memory; LLVM's objects belong to the Unit's context. Threads: one.
#ifndef FLUFFY_COMPILER_CODEGEN_LOWER_H
#define FLUFFY_COMPILER_CODEGEN_LOWER_H

#include <llvm-c/Core.h>
#include <llvm-c/DebugInfo.h>
#include <llvm-c/TargetMachine.h>

#include "compiler/codegen/codegen.h"
#include "compiler/codegen/represent.h"

// The functions of the runtime, in the order of functions.def.
typedef enum RuntimeFunction {
#define FL_FUNCTION(result, name, ...) RT_##name,
#include "runtime/abi/functions.def"
#undef FL_FUNCTION
    RT_COUNT,
} RuntimeFunction;

typedef struct Value {
    LLVMValueRef word[REPR_MAX_WORDS];
} Value;

// The two versions of an instance (architecture: Waiting costs no stack).
typedef enum Mode {
    MODE_NORMAL, // returns its value
    MODE_LOOP,   // entered from the scheduler or by a tail call of such a version; returns nothing, to the scheduler
    // Copies of a small function for calls of itself: the first is inlined into MODE_NORMAL, the next one into that.
    // They don't poll.
    MODE_INLINE_1,
    MODE_INLINE_2,
    MODE_COUNT,
} Mode;

// How an instance checks the stack limit at its entry.
typedef enum Poll {
    POLL_NONE,
    POLL_SLICE, // in a cycle of tail calls only
    POLL_STACK, // in a cycle with a call that is not a tail call
} Poll;

typedef struct InstanceCode {
    LLVMValueRef function[MODE_COUNT]; // NULL until needed
    Poll poll;
    uint8_t unrolled; // how many copies (MODE_INLINE_…) its calls of itself go through: 0, 1 or 2
    uint8_t rounds;   // how often its body stands in the NORMAL version again, for calls of itself as the last act
    bool plain;       // the NORMAL version has C's calling convention (poll_graph.c says when)
} InstanceCode;

typedef struct Work {
    const Instance *instance;
    Mode mode;
} Work;

typedef struct DebugInfo DebugInfo; // debug_info.c

// Frames that are too large for the slack below the stack limit, by the function's symbol (a Name): bytes, as a
// pointer. They are known when machine code has been made; then the module is made once more (frame.c).
typedef struct FrameSizes {
    Map large;
    bool grown; // something was added in this attempt
} FrameSizes;

typedef struct Unit {
    const TypedProgram *program;
    const CodegenOptions *options;
    Diagnostics *diagnostics;
    Represent represent;

    LLVMContextRef context;
    LLVMModuleRef module;
    LLVMTypeRef i1, i8, i32, i64, f64, ptr, nothing;
    LLVMTypeRef list_struct;  // { ptr, i64 }
    LLVMValueRef sp_register; // metadata for llvm.read_register
    LLVMValueRef unlikely;    // branch weights metadata: the first target is cold

    LLVMTypeRef runtime_type[RT_COUNT];
    LLVMValueRef runtime[RT_COUNT];
    Map names;                     // C strings by Name
    Map strings;                   // FlString objects by Name
    Map symbols;                   // by Name: id + 1
    VEC(LLVMValueRef) symbol_list; // their FlString objects
    VEC(LLVMValueRef) types;       // descriptors by id; NULL until referred to
    Map sites;                     // by Name of the place's text
    Map start_thunks;              // LLVMValueRef by Instance
    Map export_thunks;             // Instance → FlExport.call
    Map foreigns;                  // Foreign → its FlForeign; ForeignType → its FlCType
    Map defer_functions;           // by Tree
    Map coercions;                 // functions: by the Repr that is converted, a Map by the one that results
    LLVMValueRef symbol_table;     // declared when first used
    InstanceCode *instances;       // by Instance.id
    size_t instance_limit;
    VEC(Work) work;
    Map function_names; // how many functions have the name, by Name: symbols are the same in every attempt
    FrameSizes *frames;
    DebugInfo *debug;
} Unit;

typedef struct DeferRecord DeferRecord; // defer.c

typedef struct Slot {
    bool made;
    const Repr *repr;
    LLVMValueRef word[REPR_MAX_WORDS]; // allocas
} Slot;

// An LLVM function being built: a version of an instance, the continuation of a receive, a deferred block, a
// conversion…
typedef struct Function {
    Unit *unit;
    LLVMBuilderRef builder;
    LLVMValueRef function;
    LLVMValueRef process;
    LLVMBuilderRef entry;     // stands before the end of the entry block: allocas
    const Instance *instance; // whose tree is being lowered, or NULL
    Mode mode;
    const Repr *result;      // what the function returns in MODE_NORMAL
    VEC(Slot) slots;         // by Local.id
    DeferRecord *defers;     // live ones, innermost first
    unsigned rounds;         // bodies of `instance` that the one being lowered stands in
    LLVMValueRef scratch[2]; // buffers of words for C functions
    LLVMMetadataRef scope;
    Span span; // of the expression being lowered: sites and debug lines
} Function;

// ---- unit.c ---------------------------------------------------------------------------------------------------------
void unit_init(Unit *unit, const TypedProgram *program, const CodegenOptions *options, Diagnostics *diagnostics);
void unit_free(Unit *unit); // LLVM's part
LLVMTypeRef unit_word_type(const Unit *unit, WordKind kind);
LLVMTypeRef unit_result_type(const Unit *unit, const Repr *repr);
LLVMValueRef unit_int(const Unit *unit, int64_t value);
LLVMValueRef unit_i32(const Unit *unit, uint32_t value);
void unit_attribute(const Unit *unit, LLVMValueRef function, int index, const char *name, uint64_t value);
unsigned unit_instructions(LLVMValueRef function); // how many it has now
void unit_attribute_text(const Unit *unit, LLVMValueRef function, const char *name, const char *value);
LLVMValueRef unit_runtime(Unit *unit, RuntimeFunction function);
LLVMValueRef unit_intrinsic(Unit *unit, const char *name, LLVMTypeRef *types, unsigned count);

// ---- types_table.c --------------------------------------------------------------------------------------------------
LLVMValueRef table_type(Unit *unit, uint32_t id); // the descriptor's address
LLVMValueRef table_type_of(Unit *unit, const Type *type);
void table_emit(Unit *unit); // all descriptors, symbols and fl_program; last of all

// ---- statics.c ------------------------------------------------------------------------------------------------------
LLVMValueRef static_c_string(Unit *unit, const char *text);
LLVMValueRef static_string(Unit *unit, Name text);
uint32_t static_symbol(Unit *unit, Name text);
LLVMValueRef static_site(Unit *unit, const Instance *instance, Span span);
LLVMValueRef static_immediate(const Unit *unit, FlWord word);
// A static object of `count` constant words, kinds by `kinds`.
LLVMValueRef static_object(Unit *unit, uint32_t type, const LLVMValueRef *words, unsigned count);
LLVMValueRef static_global(Unit *unit, const char *name, LLVMValueRef initializer);
bool static_all_constant(const LLVMValueRef *words, unsigned count);

// ---- function.c -----------------------------------------------------------------------------------------------------
LLVMValueRef function_of(Unit *unit, const Instance *instance, Mode mode);
void function_lower_all(Unit *unit); // empties the work list
// The types of an instance's parameters behind the process.
typedef struct WordTypes {
    LLVMTypeRef *data;
    size_t len, cap;
} WordTypes;
void function_parameters(Unit *unit, const Instance *instance, WordTypes *words);
// An internal function: process, then words. It has tailcc; function_of gives plain instances C's convention.
LLVMValueRef function_declare(Unit *unit, const char *name, LLVMTypeRef result, const LLVMTypeRef *words,
                              unsigned count);
// An internal function that C calls: `count` pointer parameters, the first of which is the process.
LLVMValueRef function_declare_c(Unit *unit, const char *name, unsigned count);
// Starts the body of a declared function; for C functions the process is the first parameter as well.
void function_begin(Function *f, Unit *unit, LLVMValueRef function, const Instance *instance, Mode mode,
                    const Repr *result, Span span);
void function_end(Function *f);
LLVMValueRef function_alloca(Function *f, LLVMTypeRef type, const char *name);
LLVMValueRef function_scratch(Function *f, unsigned which); // REPR_MAX_WORDS words
LLVMBasicBlockRef function_block(Function *f, const char *name);
void function_enter(Function *f, LLVMBasicBlockRef block); // position at the end of it
void function_jump(Function *f, LLVMBasicBlockRef block);  // and stand in a dead block
void function_unreachable(Function *f);
void function_return(Function *f, Value value); // by mode; then dead
void function_branch_cold(Function *f, LLVMValueRef condition, LLVMBasicBlockRef cold, LLVMBasicBlockRef hot);
Value function_load_local(Function *f, const Local *local);
void function_store_local(Function *f, const Local *local, Value value);
bool function_has_local(const Function *f, const Local *local); // it was stored somewhere before
// A call of an internal function with the running process and these words.
LLVMValueRef function_call(Function *f, LLVMValueRef callee, const LLVMValueRef *words, size_t count);
// The same in tail position: returns from this function, which has the same result.
void function_tail_call(Function *f, LLVMValueRef callee, const LLVMValueRef *words, size_t count);
LLVMValueRef function_runtime(Function *f, RuntimeFunction function, const LLVMValueRef *arguments, unsigned count);
#define RUNTIME(f, name, ...)                                                                                          \
    function_runtime(f, RT_##name, (LLVMValueRef[]){__VA_ARGS__},                                                      \
                     sizeof((LLVMValueRef[]){__VA_ARGS__}) / sizeof(LLVMValueRef))
Value function_unpack(Function *f, const Repr *repr, LLVMValueRef result); // of a call
LLVMValueRef function_site(Function *f);

// Growable words: arguments, the words of an object.
typedef struct Words {
    LLVMValueRef *data;
    size_t len, cap;
} Words;
// A call of the function's own instance as the last act, in the NORMAL version: its body once more instead, with these
// words as arguments, where it is small (InstanceCode.rounds). False if that was not done.
bool function_next_round(Function *f, Words *words);
void words_add(Words *words, const Repr *repr, Value value);

// Ways that come together with a value.
typedef struct Merge {
    const Repr *repr;
    LLVMBasicBlockRef block;
    VEC(Value) values;
    VEC(LLVMBasicBlockRef) from;
} Merge;
Merge merge_begin(Function *f, const Repr *repr);
void merge_add(Function *f, Merge *merge, Value value); // then dead
Value merge_end(Function *f, Merge *merge);

// ---- memory.c -------------------------------------------------------------------------------------------------------
LLVMValueRef memory_at(Function *f, LLVMValueRef base, uint64_t bytes);
LLVMValueRef memory_load(Function *f, WordKind kind, LLVMValueRef base, uint64_t bytes);
LLVMValueRef memory_data(Function *f, WordKind kind, LLVMValueRef word); // no reference: as it lies in memory, i64
void memory_store(Function *f, WordKind kind, LLVMValueRef word, LLVMValueRef base, uint64_t bytes);
Value memory_load_value(Function *f, const Repr *repr, LLVMValueRef base, uint64_t bytes);
void memory_store_value(Function *f, const Repr *repr, Value value, LLVMValueRef base, uint64_t bytes);
LLVMValueRef memory_alloc(Function *f, uint64_t bytes);              // uninitialised
LLVMValueRef memory_new(Function *f, uint32_t type, unsigned words); // with its header
// An object with these words: static if all are constants.
LLVMValueRef memory_object(Function *f, uint32_t type, const WordKind *kinds, const LLVMValueRef *words,
                           unsigned count);
void memory_fill(Function *f, LLVMValueRef object, const WordKind *kinds, const LLVMValueRef *words, unsigned count);
LLVMValueRef memory_type_id(Function *f, LLVMValueRef object); // i32
Value value_undef(const Unit *unit, const Repr *repr);
Value value_one(LLVMValueRef word);

// ---- expressions ----------------------------------------------------------------------------------------------------
const Repr *repr_of(Function *f, const Type *type);
Value expr(Function *f, const Tree *tree); // expr.c
Value expr_constant(Function *f, const Tree *tree);
Value expr_literal(Function *f, const Type *literal); // the value of a literal type as one of its base type
void condition(Function *f, const Tree *tree, LLVMBasicBlockRef yes, LLVMBasicBlockRef no); // control.c: then dead
// Where the ways of a branching tree end: in `merge`, or, in tail position, NULL, by returning. Then dead.
void control_end(Function *f, const Tree *tree, Merge *merge);
void control_if(Function *f, const Tree *tree, Merge *merge);
void control_match(Function *f, const Tree *tree, Merge *merge);
// Goes to `none` if no arm takes the value, then stands nowhere in particular.
void control_arms(Function *f, const TreeArm *arms, size_t count, Value value, LLVMBasicBlockRef none, Merge *merge);
Value control_is(Function *f, const Tree *tree);
Value control_block(Function *f, const Tree *tree);
void control_let(Function *f, const Tree *tree);
void tail(Function *f, const Tree *tree); // tail.c: returns the tree's value from the function; then dead
void tail_early_return(Function *f, const Tree *tree);
bool tail_is_logic(const Tree *tree); // `a && b`, `a || b`: b is in tail position if they are
bool type_is_never(const Type *type);
Value call_instance(Function *f, const Tree *tree); // call.c
void call_instance_tail(Function *f, const Tree *tree);
Value call_closure(Function *f, const Tree *tree);
void call_closure_tail(Function *f, const Tree *tree);
Value closure_make(Function *f, const Tree *tree);
void closure_load_captures(Function *f, LLVMValueRef object);
Value arith_binary(Function *f, const Tree *tree);
Value arith_negate(Function *f, const Tree *tree);
LLVMValueRef arith_checked(Function *f, const char *operation, LLVMValueRef a, LLVMValueRef b);
LLVMValueRef arith_truncate(Function *f, LLVMValueRef real);
LLVMValueRef equal_values(Function *f, const Type *type, Value a, Value b); // equal.c: i1
LLVMValueRef text_of_value(Function *f, const Type *type, Value value);     // text.c: a string
Value text_concat(Function *f, const Tree *tree);
Value record_make(Function *f, const Tree *tree);               // record.c
void record_words(Function *f, const Tree *tree, Words *words); // the object words of a TREE_RECORD
Value record_from_words(Function *f, const Repr *repr, const LLVMValueRef *words);
Value record_field(Function *f, const Repr *record, Value value, size_t index);
size_t record_index(const Type *record, Name name); // SIZE_MAX if it has none
Value record_access(Function *f, const Tree *tree);
Value record_with(Function *f, const Tree *tree);
Value list_make(Function *f, const Tree *tree); // list.c
Value list_index(Function *f, const Tree *tree);
Value list_slice(Function *f, const Tree *tree);
Value list_append(Function *f, const Tree *tree);
LLVMValueRef list_length(Function *f, Value list);
LLVMValueRef list_offset(Function *f, Value list);
Value list_element(Function *f, const Repr *element, Value list, LLVMValueRef index);
Value list_rest(Function *f, Value list, uint64_t skip);

// A list being built (list.c): its state is in allocas.
typedef struct ListBuilder {
    const Repr *list, *element;
    LLVMValueRef buffer, used, capacity; // allocas: ptr, i64, i64
} ListBuilder;
ListBuilder list_builder(Function *f, const Type *list, LLVMValueRef capacity);
void list_builder_add(Function *f, ListBuilder *builder, Value element);
Value list_builder_end(Function *f, ListBuilder *builder);

Value loop_for(Function *f, const Tree *tree); // loop.c
Value loop_comprehension(Function *f, const Tree *tree);
// A loop over start <= i < end (i64), with polls. Begin gives i; the body is what is lowered until the end.
typedef struct CountedLoop {
    LLVMBasicBlockRef chunk, head, body, next, after;
    LLVMValueRef index, limit; // allocas
    LLVMValueRef end;
} CountedLoop;
// `live`: references that the body uses.
LLVMValueRef loop_begin(Function *f, CountedLoop *loop, LLVMValueRef start, LLVMValueRef end, const Words *live);
void loop_end(Function *f, CountedLoop *loop);

Value union_make(Function *f, const Type *member, Value value); // union.c: a value as one tagged word
// Whether the word is that member, i1. Trusted: it is one of the members of `of`.
LLVMValueRef union_test(Function *f, const Type *of, const Type *member, LLVMValueRef word, bool trusted);
Value union_open(Function *f, const Type *member, LLVMValueRef word);     // the member's value
LLVMValueRef union_is_symbol(Function *f, LLVMValueRef word);             // i1: some literal string
LLVMValueRef union_symbol_text(Function *f, LLVMValueRef word);           // of such a word
Value coerce(Function *f, const Type *from, const Type *to, Value value); // coerce.c
bool coerce_is_free(Unit *unit, const Type *from, const Type *to);
const Type *coerce_member(Unit *unit, const Type *from,
                          const Type *of); // which member of union `of` a `from` becomes, or NULL
// Falls through when `value` matches, otherwise goes to `fail`. Trusted: the value is of the pattern's type for
// certain.
void pattern_test(Function *f, const TreePattern *pattern, Value value, LLVMBasicBlockRef fail, bool trusted);
Value builtin_call(Function *f, const Tree *tree);
bool map_is_builtin(Builtin builtin); // map.c
Value map_call(Function *f, const Tree *tree);
// A map or set as one of a type that contains it.
Value map_converted(Function *f, const Type *from, const Type *to, Value map);

// ---- processes ------------------------------------------------------------------------------------------------------
Value process_self(Function *f);
// The value of a tree as `type`, which has one word.
LLVMValueRef process_word(Function *f, const Tree *tree, const Type *type);
LLVMValueRef process_timeout(Function *f, const Tree *tree); // milliseconds; none are left where it is below 0
// The words that a started process needs, evaluated; its frame's layout.
const Layout *process_frame(Function *f, const TreeStart *start, Words *words);
// A value as the word of a message or union.
LLVMValueRef process_root(Function *f, const Type *type, Value value);
Value process_spawn(Function *f, const Tree *tree);
void process_send(Function *f, const Tree *pid, const Tree *message);
Value process_request(Function *f, const Tree *tree);
LLVMValueRef process_start_thunk(Unit *unit, const TreeStart *start); // an FlResume
LLVMValueRef process_kind_name(Unit *unit, const Kind *kind);
void receive_blocking(Function *f, const Tree *tree, Merge *merge);
void receive_parking(Function *f, const Tree *tree); // in tail position of MODE_LOOP
Value supervisor_spawn(Function *f, const Tree *tree);
// {started: pid} or {failed: text}, of the word in `out`.
Value builtin_started(Function *f, const Tree *tree, LLVMValueRef ok, LLVMValueRef out);
void defer_push(Function *f, const Tree *tree);
void defer_leave(Function *f,
                 DeferRecord *until); // runs the records above `until`, which stay pushed for other ways out
void poll_analyse(Unit *unit);        // poll_graph.c: InstanceCode.poll
void poll_slice(Function *f, const Words *live);
// On the cold side of a poll: these references stay in a register or on the stack until here. Optimised code may
// otherwise hold only a pointer derived from one, outside its object, and the collector would not find the object.
void poll_keep(Function *f, const Words *live);
// Adds the words of a value that are references.
void poll_add_live(Words *live, const Repr *repr, Value value);
// The cold side of a check at entry: continues on the segment if the stack lacks `bytes`, else at `go`.
void poll_stack(Function *f, LLVMValueRef below, uint64_t bytes, LLVMBasicBlockRef go);
LLVMValueRef poll_below_limit(Function *f,
                              uint64_t bytes); // i1: fewer bytes than that are left, or something is requested
void frame_watch(Unit *unit, LLVMValueRef function, Mode mode); // frame.c: its frame's size is looked at
void frame_listen(Unit *unit);
void frame_found(FrameSizes *frames, Name function, size_t bytes); // has a frame of that size
// If the frame of f's function is known to be large: it becomes a check before a function with the body, in which f
// goes on.
void frame_guard(Function *f);
void poll_entry(Function *f, Poll poll); // f->function returns f->result

// ---- export.c -------------------------------------------------------------------------------------------------------
void export_thunks(Unit *unit);        // what programs in C enter by
LLVMValueRef export_table(Unit *unit); // FlExport of each, or NULL

// ---- foreign.c, foreign_abi.c ---------------------------------------------------------------------------------------
Value foreign_call(Function *f, const Tree *tree); // of a C function

// Where the C arguments of a function lie in the frame of a call (abi.h).
typedef struct ForeignFrame {
    uint32_t *offset;  // by parameter
    uint32_t *storage; // of what an address is given of
    uint32_t result;
    uint32_t bytes;
} ForeignFrame;
// A C function by its name, whatever its type.
LLVMValueRef foreign_symbol(Unit *unit, Name name);
// A function void(char *frame) that calls the C function.
LLVMValueRef foreign_thunk(Unit *unit, const Foreign *foreign, const ForeignFrame *frame);
// The function that C calls for a callback, which hands its arguments to the runtime with the descriptor.
LLVMValueRef foreign_callback(Unit *unit, const ForeignType *callback, LLVMValueRef descriptor);

// ---- walk.c ---------------------------------------------------------------------------------------------------------
typedef void (*WalkTree)(const Tree *tree, void *context);
void walk_children(const Tree *tree, WalkTree visit, void *context); // direct children, those in patterns included
typedef VEC(const Local *) LocalVec;
void walk_free_locals(const Tree *tree, LocalVec *out); // read but not bound within, each once, in order of first use
bool walk_binds_reference(Unit *unit, const TreePattern *pattern); // some variable of the pattern holds a reference

// ---- debug_info.c ---------------------------------------------------------------------------------------------------
void debug_init(Unit *unit);
void debug_function(Function *f, const char *name, Span span);
void debug_place(Function *f, Span span);
// Reports show this function under the name of its instance, or they don't. debug_shown: from symbol to that name.
void debug_show(Function *f);
void debug_hide(Function *f);
const Map *debug_shown(const Unit *unit);
void debug_finish(Unit *unit);

// ---- emit.c ---------------------------------------------------------------------------------------------------------
LLVMTargetMachineRef emit_target(const CodegenOptions *options, Diagnostics *diagnostics);
bool emit_module(Unit *unit, LLVMTargetMachineRef machine);

// ---- split.c --------------------------------------------------------------------------------------------------------
unsigned split_parts(const Unit *unit); // 1 if the program is too small to be split
// Writes that many object files. False: nothing is said about why, and emit_module can still be called.
bool split_emit(Unit *unit, LLVMTargetMachineRef machine, unsigned parts);

#endif
