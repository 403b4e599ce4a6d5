// Structural equality: inline for words, by the runtime for what is behind references.
#include "compiler/codegen/lower.h"

static LLVMValueRef equal_fields(Function *f, const Repr *record, Value a, Value b) {
    LLVMValueRef result = NULL;
    for (size_t i = 0; i < record->type->record.count; i++) {
        const Type *type = record->type->record.fields[i].type;
        LLVMValueRef equal = equal_values(f, type, record_field(f, record, a, i), record_field(f, record, b, i));
        result = result ? LLVMBuildAnd(f->builder, result, equal, "") : equal;
    }
    return result ? result : LLVMConstInt(f->unit->i1, 1, false);
}

// Unions whose values are all immediates are equal when their words are.
static bool only_immediates(const Type *type) {
    for (size_t i = 0; i < type_member_count(type); i++) {
        const Type *member = type_resolve(type_member(type, i));
        bool small = member->kind == TYPE_LITERAL_INT &&
                     FL_IMMEDIATE_PAYLOAD(FL_IMMEDIATE(0, member->literal.integer)) == member->literal.integer;
        if (member->kind != TYPE_NIL && member->kind != TYPE_BOOL && member->kind != TYPE_LITERAL_BOOL &&
            member->kind != TYPE_LITERAL_STRING && !small)
            return false;
    }
    return true;
}

static LLVMValueRef equal_by_runtime(Function *f, const Type *type, Value a, Value b) {
    const Repr *repr = repr_of(f, type);
    LLVMValueRef left = function_scratch(f, 0), right = function_scratch(f, 1);
    memory_store_value(f, repr, a, left, 0);
    memory_store_value(f, repr, b, right, 0);
    return RUNTIME(f, fl_equal, f->process, table_type_of(f->unit, type), left, right);
}

LLVMValueRef equal_values(Function *f, const Type *type, Value a, Value b) {
    const Repr *repr = repr_of(f, type);
    switch (repr->kind) {
    case FL_KIND_INT:
    case FL_KIND_BOOL:
    case FL_KIND_PID:
        return LLVMBuildICmp(f->builder, LLVMIntEQ, a.word[0], b.word[0], "");
    case FL_KIND_FLOAT:
        return LLVMBuildFCmp(f->builder, LLVMRealOEQ, a.word[0], b.word[0], "");
    case FL_KIND_STRING:
        return RUNTIME(f, fl_string_equal, a.word[0], b.word[0]);
    case FL_KIND_RECORD:
        return repr->boxed ? equal_by_runtime(f, type, a, b) : equal_fields(f, repr, a, b);
    case FL_KIND_UNION:
        if (only_immediates(repr->type))
            return LLVMBuildICmp(f->builder, LLVMIntEQ, a.word[0], b.word[0], "");
        return equal_by_runtime(f, type, a, b);
    case FL_KIND_LIST:
    case FL_KIND_MAP:
        return equal_by_runtime(f, type, a, b);
    default:
        return LLVMConstInt(f->unit->i1, 1, false); // one value only
    }
}
