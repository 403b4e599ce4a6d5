// Library functions that the compiler knows: mostly one call of the runtime each.
#include <string.h>

#include "compiler/codegen/lower.h"

enum { MAX_ARGUMENTS = 4 };

typedef struct Call {
    const Tree *tree;
    Value value[MAX_ARGUMENTS];       // as the arguments' types say
    LLVMValueRef word[MAX_ARGUMENTS]; // the first word, of literals as their base type
} Call;

static Value nothing(void) { return (Value){0}; }

static void load_arguments(Function *f, Call *call) {
    for (size_t i = 0; i < call->tree->builtin.count && i < MAX_ARGUMENTS; i++) {
        const Tree *argument = call->tree->builtin.arguments[i];
        const Type *type = type_resolve(argument->type);
        call->value[i] = expr(f, argument);
        bool literal = repr_of(f, type)->kind == FL_KIND_LITERAL;
        call->word[i] = literal ? expr_literal(f, type).word[0] : call->value[i].word[0];
    }
}

static const Type *argument_type(const Call *call, size_t index) { return call->tree->builtin.arguments[index]->type; }

static const Type *one_field(const char *name, const Type *type) {
    TypeField field = {name_of(name), type};
    return type_record(&field, 1);
}

// `ok` ? {yes: value} : {no: other}, as the call's type.
static Value choice(Function *f, const Call *call, LLVMValueRef ok, const Type *yes, LLVMValueRef value, const Type *no,
                    Value other) {
    const Type *type = call->tree->type;
    Merge merge = merge_begin(f, repr_of(f, type));
    LLVMBasicBlockRef good = function_block(f, "good"), bad = function_block(f, "bad");
    LLVMBuildCondBr(f->builder, ok, good, bad);
    function_enter(f, good);
    merge_add(f, &merge, coerce(f, yes, type, value_one(value)));
    function_enter(f, bad);
    merge_add(f, &merge, coerce(f, no, type, other));
    return merge_end(f, &merge);
}

static Value found(Function *f, const Call *call, LLVMValueRef pid) {
    LLVMValueRef ok = LLVMBuildICmp(f->builder, LLVMIntNE, pid, unit_int(f->unit, 0), "");
    return choice(f, call, ok, one_field("found", type_pid_any), pid, one_field("notFound", type_literal_bool(true)),
                  nothing());
}

static Value parse(Function *f, const Call *call, RuntimeFunction function, const Type *type, const char *error) {
    LLVMValueRef out = function_scratch(f, 0);
    LLVMValueRef ok = function_runtime(f, function, (LLVMValueRef[]){call->word[0], out}, 2);
    LLVMValueRef value = LLVMBuildLoad2(f->builder, type == type_int ? f->unit->i64 : f->unit->f64, out, "");
    Value text = value_one(static_string(f->unit, name_of(error)));
    return choice(f, call, ok, one_field("ok", type), value, one_field("error", type_string), text);
}

static void check(Function *f, const Call *call) {
    LLVMBasicBlockRef bad = function_block(f, "assert.bad"), fine = function_block(f, "assert");
    function_branch_cold(f, LLVMBuildNot(f->builder, call->word[0], ""), bad, fine);
    function_enter(f, bad);
    RUNTIME(f, fl_panic_assert, f->process, call->word[1], function_site(f));
    LLVMBuildUnreachable(f->builder);
    function_enter(f, fine);
}

static LLVMValueRef square_root(Function *f, LLVMValueRef real) {
    LLVMValueRef function = unit_intrinsic(f->unit, "llvm.sqrt", &f->unit->f64, 1);
    return LLVMBuildCall2(f->builder, LLVMGlobalGetValueType(function), function, &real, 1, "");
}

static LLVMValueRef message_word(Function *f, const Call *call, size_t index) {
    LLVMValueRef root = process_root(f, argument_type(call, index), call->value[index]);
    return LLVMBuildPtrToInt(f->builder, root, f->unit->i64, "");
}

static Value panic(Function *f, const Call *call) {
    RUNTIME(f, fl_panic, f->process, call->word[0], function_site(f));
    function_unreachable(f);
    return nothing();
}

static Value halt(Function *f, const Call *call) {
    RUNTIME(f, fl_halt, f->process, call->word[0]);
    function_unreachable(f);
    return nothing();
}

#define SIMPLE(name, ...) (RUNTIME(f, name, __VA_ARGS__), nothing())
#define RESULT(name, ...) value_one(RUNTIME(f, name, __VA_ARGS__))

// `ok` ? {yes: …} : {failed: text}, of the word in `out`: a pid, which {stopped: true} and {removed: true} don't tell.
static Value changed(Function *f, const Tree *tree, LLVMValueRef ok, LLVMValueRef out, const char *yes) {
    const Type *type = tree->type, *good = type_literal_bool(true);
    if (strcmp(yes, "started") == 0)
        good = type_pid_any;
    Merge merge = merge_begin(f, repr_of(f, type));
    LLVMBasicBlockRef done = function_block(f, "changed"), bad = function_block(f, "failed");
    LLVMBuildCondBr(f->builder, ok, done, bad);
    function_enter(f, done);
    Value value = memory_load_value(f, repr_of(f, good), out, 0);
    merge_add(f, &merge, coerce(f, one_field(yes, good), type, value));
    function_enter(f, bad);
    value = memory_load_value(f, repr_of(f, type_string), out, 0);
    merge_add(f, &merge, coerce(f, one_field("failed", type_string), type, value));
    return merge_end(f, &merge);
}

Value builtin_started(Function *f, const Tree *tree, LLVMValueRef ok, LLVMValueRef out) {
    return changed(f, tree, ok, out, "started");
}

static Value count_children(Function *f, const Call *call) {
    LLVMValueRef out = function_alloca(f, LLVMArrayType2(f->unit->i64, 3), "counted");
    RUNTIME(f, fl_supervisor_count, f->process, call->word[0], out);
    return memory_load_value(f, repr_of(f, call->tree->type), out, 0);
}

#define CHANGED(function, yes) changed(f, call->tree, RUNTIME(f, function, p, a[0], a[1], out), out, yes)

static Value lower_supervisor(Function *f, const Call *call) {
    LLVMValueRef p = f->process, out = function_scratch(f, 0);
    const LLVMValueRef *a = call->word;
    switch (call->tree->builtin.builtin) {
    case BUILTIN_STOP_CHILD:
        return CHANGED(fl_supervisor_stop, "stopped");
    case BUILTIN_STOP_CHILD_PID:
        return CHANGED(fl_supervisor_stop_pid, "stopped");
    case BUILTIN_RESTART_CHILD:
        return CHANGED(fl_supervisor_restart, "started");
    case BUILTIN_REMOVE_CHILD:
        return CHANGED(fl_supervisor_remove, "removed");
    case BUILTIN_COUNT_CHILDREN:
        return count_children(f, call);
    default:
        return nothing();
    }
}

static Value lower_process(Function *f, const Call *call) {
    LLVMValueRef p = f->process;
    const LLVMValueRef *a = call->word;
    switch (call->tree->builtin.builtin) {
    case BUILTIN_SLEEP:
        return SIMPLE(fl_sleep, p, a[0], function_site(f));
    case BUILTIN_NOW:
        return RESULT(fl_now, p);
    case BUILTIN_EXIT:
        return SIMPLE(fl_exit, p, a[0], a[1]);
    case BUILTIN_STOP:
        return SIMPLE(fl_stop, p, a[0]);
    case BUILTIN_LINK:
        return SIMPLE(fl_link, p, a[0]);
    case BUILTIN_UNLINK:
        return SIMPLE(fl_unlink, p, a[0]);
    case BUILTIN_MONITOR:
        return SIMPLE(fl_monitor, p, a[0]);
    case BUILTIN_DEMONITOR:
        return SIMPLE(fl_demonitor, p, a[0]);
    case BUILTIN_ALIVE:
        return RESULT(fl_alive, p, a[0]);
    case BUILTIN_REGISTER:
        return SIMPLE(fl_register, p, a[0], a[1], function_site(f));
    case BUILTIN_WHEREIS:
        return found(f, call, RUNTIME(f, fl_whereis, p, a[0]));
    case BUILTIN_SEND_AFTER:
        return RESULT(fl_send_after, p, a[0], a[1], message_word(f, call, 2));
    case BUILTIN_CANCEL:
        return RESULT(fl_cancel, p, a[0]);
    case BUILTIN_MAILBOX_LENGTH:
        return RESULT(fl_mailbox_length, p);
    case BUILTIN_CHILD:
        return found(f, call, RUNTIME(f, fl_supervisor_find, p, a[0], a[1]));
    case BUILTIN_CHILD_REF:
        return RESULT(fl_supervisor_refer, p, a[0], a[1]);
    case BUILTIN_CHILD_REF_PID:
        return RESULT(fl_supervisor_refer_pid, p, a[0], a[1]);
    case BUILTIN_SUPERVISOR_STARTED:
        return SIMPLE(fl_supervisor_started, p, a[0]);
    default:
        return lower_supervisor(f, call);
    }
}

// ---- the library: a row each in library.def ------------------------------------------------------------------------

enum {
    PLAIN = 0,
    SELF = 1,    // takes the process first
    TYPE = 2,    // then the descriptor of the result
    SITE = 4,    // takes the place last
    OUTCOME = 8, // gives a bool and, through a pointer behind the arguments, the words of {ok: …} or of {error: string}
};

typedef struct LibraryRow {
    Builtin builtin;
    RuntimeFunction function;
    unsigned how;
} LibraryRow;

static const LibraryRow library_rows[] = {
#define LIBRARY(builtin, function, how) {BUILTIN_##builtin, RT_##function, how},
#include "compiler/codegen/library.def"
#undef LIBRARY
};

static const LibraryRow *library_row(Builtin builtin) {
    for (size_t i = 0; i < sizeof library_rows / sizeof *library_rows; i++)
        if (library_rows[i].builtin == builtin)
            return &library_rows[i];
    return NULL;
}

static bool is_library(Builtin builtin) { return library_row(builtin) != NULL; }

static void library_argument(Function *f, const Call *call, size_t index, Words *words) {
    const Repr *repr = repr_of(f, argument_type(call, index));
    if (repr->kind == FL_KIND_LITERAL)
        vec_push(words, call->word[index]);
    else
        words_add(words, repr, call->value[index]);
}

// The field of the member of the call's type that has it.
static const Type *outcome_type(const Call *call, const char *name) {
    for (size_t i = 0; i < type_member_count(call->tree->type); i++) {
        const Type *field = type_field(type_member(call->tree->type, i), name_of(name));
        if (field)
            return field;
    }
    return type_never;
}

static Value outcome(Function *f, const Call *call, LLVMValueRef ok, LLVMValueRef out) {
    const Type *good = outcome_type(call, "ok"), *bad = outcome_type(call, "error");
    Merge merge = merge_begin(f, repr_of(f, call->tree->type));
    LLVMBasicBlockRef yes = function_block(f, "ok"), no = function_block(f, "error");
    LLVMBuildCondBr(f->builder, ok, yes, no);
    function_enter(f, yes);
    Value value = memory_load_value(f, repr_of(f, good), out, 0);
    merge_add(f, &merge, coerce(f, one_field("ok", good), call->tree->type, value));
    function_enter(f, no);
    value = memory_load_value(f, repr_of(f, bad), out, 0);
    merge_add(f, &merge, coerce(f, one_field("error", bad), call->tree->type, value));
    return merge_end(f, &merge);
}

static Value library(Function *f, const Call *call) {
    const LibraryRow *row = library_row(call->tree->builtin.builtin);
    const Repr *result = repr_of(f, call->tree->type);
    LLVMValueRef out = row->how & OUTCOME ? function_scratch(f, 0) : NULL;
    Words words = {0};
    if (row->how & SELF)
        vec_push(&words, f->process);
    if (row->how & TYPE)
        vec_push(&words, table_type_of(f->unit, out ? outcome_type(call, "ok") : call->tree->type));
    for (size_t i = 0; i < call->tree->builtin.count; i++)
        library_argument(f, call, i, &words);
    if (out)
        vec_push(&words, out);
    if (row->how & SITE)
        vec_push(&words, function_site(f));
    LLVMValueRef value = function_runtime(f, row->function, words.data, (unsigned)words.len);
    if (out)
        return outcome(f, call, value, out);
    return result->words == 0 ? nothing() : function_unpack(f, result, value);
}

static Value lower_string(Function *f, const Call *call) {
    LLVMValueRef p = f->process;
    const LLVMValueRef *a = call->word;
    switch (call->tree->builtin.builtin) {
    case BUILTIN_STRING_CONTAINS:
        return RESULT(fl_string_contains, a[0], a[1]);
    case BUILTIN_STRING_STARTS_WITH:
        return RESULT(fl_string_starts_with, a[0], a[1]);
    case BUILTIN_STRING_ENDS_WITH:
        return RESULT(fl_string_ends_with, a[0], a[1]);
    case BUILTIN_STRING_SLICE:
        return RESULT(fl_string_slice, p, a[0], a[1], a[2]);
    case BUILTIN_STRING_FIND:
        return RESULT(fl_string_find, a[0], a[1], a[2]);
    case BUILTIN_STRING_TRIM:
        return RESULT(fl_string_trim, p, a[0]);
    case BUILTIN_STRING_UPPER:
        return RESULT(fl_string_upper, p, a[0]);
    case BUILTIN_STRING_LOWER:
        return RESULT(fl_string_lower, p, a[0]);
    case BUILTIN_STRING_CODE_AT:
        return RESULT(fl_string_code_at, p, a[0], a[1], function_site(f));
    case BUILTIN_STRING_FROM_CODE:
        return RESULT(fl_string_from_code, p, a[0], function_site(f));
    case BUILTIN_PARSE_INT:
        return parse(f, call, RT_fl_parse_int, type_int, "not an integer");
    case BUILTIN_PARSE_FLOAT:
        return parse(f, call, RT_fl_parse_float, type_float, "not a number");
    default:
        return is_library(call->tree->builtin.builtin) ? library(f, call) : lower_process(f, call);
    }
}

static LLVMValueRef encode(Function *f, const Type *type, Value value) {
    LLVMValueRef words = function_scratch(f, 0);
    memory_store_value(f, repr_of(f, type), value, words, 0);
    return RUNTIME(f, fl_json_encode, f->process, table_type_of(f->unit, type), words);
}

static Value lower(Function *f, const Call *call) {
    LLVMValueRef p = f->process;
    const LLVMValueRef *a = call->word;
    switch (call->tree->builtin.builtin) {
    case BUILTIN_PRINTLN:
        return SIMPLE(fl_println, p, text_of_value(f, argument_type(call, 0), call->value[0]));
    case BUILTIN_PRINT:
        return SIMPLE(fl_print, p, text_of_value(f, argument_type(call, 0), call->value[0]));
    case BUILTIN_TEXT:
        return value_one(text_of_value(f, argument_type(call, 0), call->value[0]));
    case BUILTIN_JSON_ENCODE:
        return value_one(encode(f, argument_type(call, 0), call->value[0]));
    case BUILTIN_RANDOM:
        return RESULT(fl_random, p, a[0], function_site(f));
    case BUILTIN_RANDOM_FLOAT:
        return RESULT(fl_random_float, p);
    case BUILTIN_PANIC:
        return panic(f, call);
    case BUILTIN_ASSERT:
        check(f, call);
        return nothing();
    case BUILTIN_HALT:
        return halt(f, call);
    case BUILTIN_FLOAT:
    case BUILTIN_RANDOM_TO_FLOAT:
        return value_one(LLVMBuildSIToFP(f->builder, a[0], f->unit->f64, ""));
    case BUILTIN_TRUNCATE:
        return value_one(arith_truncate(f, a[0]));
    case BUILTIN_SQRT:
        return value_one(square_root(f, a[0]));
    default:
        return lower_string(f, call);
    }
}

Value builtin_call(Function *f, const Tree *tree) {
    if (map_is_builtin(tree->builtin.builtin))
        return map_call(f, tree);
    Call call = {.tree = tree};
    load_arguments(f, &call);
    for (size_t i = 0; i < tree->builtin.count; i++)
        if (type_is_never(tree->builtin.arguments[i]->type))
            return value_undef(f->unit, repr_of(f, tree->type));
    return lower(f, &call);
}
