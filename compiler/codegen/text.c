// Text of values and joining of texts.
#include "compiler/codegen/lower.h"

LLVMValueRef text_of_value(Function *f, const Type *type, Value value) {
    const Repr *repr = repr_of(f, type);
    switch (repr->kind) {
    case FL_KIND_STRING:
        return value.word[0];
    case FL_KIND_INT:
        return RUNTIME(f, fl_text_int, f->process, value.word[0]);
    case FL_KIND_FLOAT:
        return RUNTIME(f, fl_text_float, f->process, value.word[0]);
    case FL_KIND_BOOL:
        return LLVMBuildSelect(f->builder, value.word[0], static_string(f->unit, name_of("true")),
                               static_string(f->unit, name_of("false")), "");
    case FL_KIND_LITERAL:
        if (repr->type->kind == TYPE_LITERAL_STRING)
            return static_string(f->unit, repr->type->literal.text);
        return text_of_value(f, type_widen(repr->type), expr_literal(f, repr->type));
    default:
        break;
    }
    LLVMValueRef words = function_scratch(f, 0);
    memory_store_value(f, repr, value, words, 0);
    return RUNTIME(f, fl_text, f->process, table_type_of(f->unit, type), words);
}

enum { MAX_PARTS = 32 }; // of one call: their array is in the frame

// One text of up to MAX_PARTS.
static LLVMValueRef join(Function *f, const LLVMValueRef *parts, size_t count) {
    if (count == 1)
        return parts[0];
    if (count == 2)
        return RUNTIME(f, fl_string_concat, f->process, parts[0], parts[1]);
    LLVMValueRef array = function_alloca(f, LLVMArrayType2(f->unit->ptr, count), "parts");
    for (size_t i = 0; i < count; i++)
        LLVMBuildStore(f->builder, parts[i], memory_at(f, array, 8 * i));
    return RUNTIME(f, fl_string_join, f->process, array, unit_int(f->unit, (int64_t)count));
}

// The text of parts [from, from + count). Of many, groups are joined as they are computed: thousands of live words cost
// LLVM quadratic time. NULL: a part never ends.
static LLVMValueRef concat_parts(Function *f, Tree *const *trees, size_t count) {
    size_t group = 1;
    while (count > group * MAX_PARTS)
        group *= MAX_PARTS;
    LLVMValueRef parts[MAX_PARTS];
    size_t used = 0;
    for (size_t at = 0; at < count; at += group) {
        if (group > 1) {
            parts[used] = concat_parts(f, trees + at, count - at < group ? count - at : group);
        } else {
            Value part = expr(f, trees[at]);
            parts[used] = type_is_never(trees[at]->type) ? NULL : text_of_value(f, trees[at]->type, part);
        }
        if (!parts[used++])
            return NULL;
    }
    return join(f, parts, used);
}

Value text_concat(Function *f, const Tree *tree) {
    if (tree->list.count == 0)
        return value_one(static_string(f->unit, name_of("")));
    LLVMValueRef text = concat_parts(f, tree->list.elements, tree->list.count);
    return text ? value_one(text) : value_undef(f->unit, repr_of(f, tree->type));
}
