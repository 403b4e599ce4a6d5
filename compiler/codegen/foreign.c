// Calls of C functions: the descriptors that the runtime reads (abi.h: FlForeign), and the call. All conversions
// between Fluffy's values and C's are the runtime's.
#include <stddef.h>

#include "compiler/codegen/lower.h"

_Static_assert(sizeof(FlCType) == 56 && offsetof(FlCType, type) == 8 && sizeof(FlCField) == 24, "layout of FlCType");
_Static_assert(sizeof(FlCParam) == 40 && offsetof(FlCParam, mode) == 16, "layout of FlCParam");
_Static_assert(sizeof(FlForeign) == 64 && offsetof(FlForeign, frame_bytes) == 56, "layout of FlForeign");
_Static_assert(FL_C_BOOL < FL_C_STRING && FL_C_INT8 == 0, "numbers come first");
_Static_assert((int)FOREIGN_CALLBACK == (int)FL_C_CALLBACK && (int)FOREIGN_BOOL == (int)FL_C_BOOL &&
                   (int)FOREIGN_LIST == (int)FL_C_LIST && (int)FOREIGN_INOUT == (int)FL_C_INOUT,
               "kinds are those of the contract");

static LLVMValueRef null(const Unit *unit) { return LLVMConstNull(unit->ptr); }

static LLVMValueRef structure(const Unit *unit, LLVMValueRef *parts, unsigned count) {
    return LLVMConstStructInContext(unit->context, parts, count, false);
}

static LLVMValueRef byte(const Unit *unit, unsigned value) { return LLVMConstInt(unit->i8, value, false); }

static LLVMValueRef array(Unit *unit, const char *name, LLVMValueRef *rows, size_t count) {
    return count == 0 ? null(unit)
                      : static_global(unit, name, LLVMConstArray2(LLVMTypeOf(rows[0]), rows, (unsigned)count));
}

// ---- types ---------------------------------------------------------------------------------------------------------

static LLVMValueRef c_type(Unit *unit, const ForeignType *type);

static LLVMValueRef c_fields(Unit *unit, const ForeignType *type) {
    LLVMValueRef *rows = mem_alloc((type->field_count + 1) * sizeof *rows);
    for (size_t i = 0; i < type->field_count; i++) {
        const ForeignField *field = &type->fields[i];
        size_t index = type->kind == FOREIGN_STRUCT ? record_index(type->value, field->name) : 0;
        LLVMValueRef parts[] = {
            field->type ? c_type(unit, field->type) : null(unit),
            field->name ? static_c_string(unit, field->name->text) : null(unit),
            unit_i32(unit, field->offset),
            unit_i32(unit, (uint32_t)index),
        };
        rows[i] = structure(unit, parts, 4);
    }
    return array(unit, "c.fields", rows, type->field_count);
}

// Of the value that is not nil.
static const Type *value_type(const ForeignType *type) {
    if (type->kind == FOREIGN_CALLBACK)
        return type->sent;
    if (!type->nullable)
        return type->value;
    const Type *first = type_member(type->value, 0);
    return first->kind == TYPE_NIL ? type_member(type->value, 1) : first;
}

static LLVMValueRef c_type(Unit *unit, const ForeignType *type) {
    LLVMValueRef known = map_get(&unit->foreigns, type);
    if (known)
        return known;
    LLVMTypeRef layout[] = {unit->i8,  unit->i8,  unit->i32, unit->ptr, unit->ptr,
                            unit->i64, unit->ptr, unit->ptr, unit->ptr};
    LLVMTypeRef row = LLVMStructTypeInContext(unit->context, layout, sizeof layout / sizeof *layout, false);
    LLVMValueRef global = static_global(unit, "c.type", LLVMConstNull(row)); // a callback's function refers to it
    map_set(&unit->foreigns, type, global);
    const Type *value = value_type(type);
    bool named = type->kind == FOREIGN_HANDLE;
    LLVMValueRef function = type->function                   ? foreign_symbol(unit, type->function)
                            : type->kind == FOREIGN_CALLBACK ? foreign_callback(unit, type, global)
                                                             : null(unit);
    LLVMValueRef parts[] = {
        byte(unit, type->kind),
        byte(unit, type->nullable),
        unit_i32(unit, type->size),
        table_type_of(unit, value),
        c_fields(unit, type),
        unit_int(unit, (int64_t)type->field_count),
        type->element ? c_type(unit, type->element) : null(unit),
        function,
        named ? static_c_string(unit, value->literal.text->text) : null(unit),
    };
    LLVMSetInitializer(global, structure(unit, parts, sizeof parts / sizeof *parts));
    return global;
}

// ---- functions -----------------------------------------------------------------------------------------------------

static uint32_t to_words(uint32_t bytes) { return (bytes + 7) & ~7u; }

static ForeignFrame frame_of(const Foreign *foreign) {
    size_t count = foreign->param_count + 1;
    ForeignFrame frame = {mem_alloc_data(count * sizeof(uint32_t)), mem_alloc_data(count * sizeof(uint32_t)), 0, 0};
    for (size_t i = 0; i < foreign->param_count; i++) {
        const ForeignParam *param = &foreign->params[i];
        bool by_address = param->mode != FOREIGN_IN && param->type->kind != FOREIGN_LIST;
        frame.offset[i] = frame.bytes;
        frame.bytes += by_address ? 8 : to_words(param->type->size);
        frame.storage[i] = frame.bytes;
        frame.bytes += by_address ? to_words(param->type->size) : 0;
    }
    frame.result = frame.bytes;
    frame.bytes += foreign->result ? to_words(foreign->result->size) : 0;
    return frame;
}

static uint32_t output_index(const Foreign *foreign, Name name) {
    return foreign->is_record ? (uint32_t)record_index(foreign->value, name) : UINT32_MAX;
}

static LLVMValueRef c_params(Unit *unit, const Foreign *foreign, const ForeignFrame *frame) {
    LLVMValueRef *rows = mem_alloc((foreign->param_count + 1) * sizeof *rows);
    uint32_t words = 0;
    for (size_t i = 0; i < foreign->param_count; i++) {
        const ForeignParam *param = &foreign->params[i];
        bool writes = param->mode == FOREIGN_OUT || param->mode == FOREIGN_INOUT;
        LLVMValueRef parts[] = {
            static_c_string(unit, param->name->text),
            c_type(unit, param->type),
            unit_i32(unit, param->mode),
            unit_i32(unit, param->argument ? words : UINT32_MAX),
            unit_i32(unit, frame->offset[i]),
            unit_i32(unit, frame->storage[i]),
            unit_i32(unit, writes ? output_index(foreign, param->name) : UINT32_MAX),
        };
        rows[i] = structure(unit, parts, sizeof parts / sizeof *parts);
        if (param->argument)
            words += represent_type(&unit->represent, param->argument)->words;
    }
    return array(unit, "c.params", rows, foreign->param_count);
}

static bool is_number(const ForeignType *type) { return type->kind <= FOREIGN_BOOL && type->kind != FOREIGN_UINT64; }

// Nothing else than numbers go to C and come back, by value, and nobody waits. A uint64 of C's may be none of Fluffy's.
static bool of_numbers(const Foreign *foreign) {
    bool numbers = !foreign->is_blocking && (!foreign->result || is_number(foreign->result));
    for (size_t i = 0; i < foreign->param_count; i++)
        numbers &= foreign->params[i].mode == FOREIGN_IN && foreign->params[i].type->kind <= FOREIGN_BOOL;
    return numbers;
}

static LLVMValueRef descriptor(Unit *unit, const Foreign *foreign, const ForeignFrame *frame) {
    LLVMValueRef known = map_get(&unit->foreigns, foreign);
    if (known)
        return known;
    LLVMValueRef parts[] = {
        static_c_string(unit, foreign->name->text),
        foreign_thunk(unit, foreign, frame),
        c_params(unit, foreign, frame),
        unit_int(unit, (int64_t)foreign->param_count),
        foreign->result ? c_type(unit, foreign->result) : null(unit),
        unit_i32(unit, frame->result),
        unit_i32(unit, output_index(foreign, name_of("result"))),
        foreign->is_record ? table_type_of(unit, foreign->value) : null(unit),
        unit_i32(unit, frame->bytes),
        byte(unit, foreign->is_blocking),
        byte(unit, foreign->closes),
        byte(unit, of_numbers(foreign)),
    };
    LLVMValueRef made = static_global(unit, "c.function", structure(unit, parts, sizeof parts / sizeof *parts));
    map_set(&unit->foreigns, foreign, made);
    return made;
}

// The arguments' words one behind the other, in an array; `extra` is its bytes behind them.
static LLVMValueRef store_arguments(Function *f, const Tree *tree, uint32_t extra, uint64_t *bytes) {
    Value *values = mem_alloc((tree->foreign.count + 1) * sizeof *values);
    *bytes = 0;
    for (size_t i = 0; i < tree->foreign.count; i++) {
        values[i] = expr(f, tree->foreign.arguments[i]);
        *bytes += 8 * (uint64_t)repr_of(f, tree->foreign.arguments[i]->type)->words;
    }
    LLVMValueRef words = function_alloca(f, LLVMArrayType2(f->unit->i64, (*bytes + extra) / 8), "c.call");
    uint64_t at = 0;
    for (size_t i = 0; i < tree->foreign.count; i++) {
        const Repr *repr = repr_of(f, tree->foreign.arguments[i]->type);
        memory_store_value(f, repr, values[i], words, at);
        at += 8 * (uint64_t)repr->words;
    }
    return words;
}

Value foreign_call(Function *f, const Tree *tree) {
    const Foreign *foreign = tree->foreign.function;
    ForeignFrame frame = frame_of(foreign);
    uint32_t result_bytes = 8 * REPR_MAX_WORDS;
    uint64_t bytes;
    LLVMValueRef words = store_arguments(f, tree, result_bytes + frame.bytes, &bytes);
    LLVMValueRef result = memory_at(f, words, bytes);
    RUNTIME(f, fl_foreign_call, f->process, descriptor(f->unit, foreign, &frame), words, result,
            memory_at(f, words, bytes + result_bytes), function_site(f));
    return memory_load_value(f, repr_of(f, tree->type), result, 0);
}
