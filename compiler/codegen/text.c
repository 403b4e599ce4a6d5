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

Value text_concat(Function *f, const Tree *tree) {
    size_t count = tree->list.count;
    LLVMValueRef *parts = mem_alloc((count + 1) * sizeof *parts);
    for (size_t i = 0; i < count; i++) {
        Value part = expr(f, tree->list.elements[i]);
        if (type_is_never(tree->list.elements[i]->type))
            return value_undef(f->unit, repr_of(f, tree->type));
        parts[i] = text_of_value(f, tree->list.elements[i]->type, part);
    }
    if (count == 0)
        return value_one(static_string(f->unit, name_of("")));
    while (count > MAX_PARTS) { // groups are joined first
        size_t groups = 0;
        for (size_t at = 0; at < count; at += MAX_PARTS)
            parts[groups++] = join(f, parts + at, count - at < MAX_PARTS ? count - at : MAX_PARTS);
        count = groups;
    }
    return value_one(join(f, parts, count));
}
