// Records: making them, their fields, and changed copies.
#include "compiler/codegen/lower.h"

size_t record_index(const Type *record, Name name) {
    for (size_t i = 0; i < record->record.count; i++)
        if (record->record.fields[i].name == name)
            return i;
    return SIZE_MAX;
}

Value record_from_words(Function *f, const Repr *repr, const LLVMValueRef *words) {
    if (repr->boxed)
        return value_one(
            memory_object(f, represent_id(&f->unit->represent, repr), repr->object, words, repr->object_words));
    Value value = {0};
    for (unsigned i = 0; i < repr->words; i++)
        value.word[i] = words[i];
    return value;
}

Value record_field(Function *f, const Repr *record, Value value, size_t index) {
    const Repr *field = repr_of(f, record->type->record.fields[index].type);
    if (record->boxed)
        return memory_load_value(f, field, value.word[0], 8 + 8 * (uint64_t)record->offsets[index]);
    Value result = {0};
    for (unsigned i = 0; i < field->words; i++)
        result.word[i] = value.word[record->offsets[index] + i];
    return result;
}

void record_words(Function *f, const Tree *tree, Words *words) {
    const Repr *repr = repr_of(f, tree->type);
    const Type *type = repr->type;
    Value *values = mem_alloc((type->record.count + 1) * sizeof *values);
    for (size_t i = 0; i < type->record.count; i++) {
        size_t at = tree->record.order ? tree->record.order[i] : i;
        const Tree *field = tree->record.values[at];
        values[at] = coerce(f, field->type, type->record.fields[at].type, expr(f, field));
    }
    for (size_t i = 0; i < type->record.count; i++)
        words_add(words, repr_of(f, type->record.fields[i].type), values[i]);
}

Value record_make(Function *f, const Tree *tree) {
    Words words = {0};
    record_words(f, tree, &words);
    return record_from_words(f, repr_of(f, tree->type), words.data);
}

static Value access_member(Function *f, const Type *record, Value value, const Tree *tree) {
    const Repr *repr = repr_of(f, record);
    size_t index = record_index(repr->type, tree->field.name);
    const Type *field = repr->type->record.fields[index].type;
    return coerce(f, field, tree->type, record_field(f, repr, value, index));
}

Value record_access(Function *f, const Tree *tree) {
    Value value = expr(f, tree->field.record);
    const Type *type = type_resolve(tree->field.record->type);
    if (type->kind == TYPE_NEVER)
        return value_undef(f->unit, repr_of(f, tree->type));
    if (type->kind != TYPE_UNION)
        return access_member(f, type, value, tree);
    Merge merge = merge_begin(f, repr_of(f, tree->type));
    for (size_t i = 0; i < type->members.count; i++) {
        const Type *member = type->members.types[i];
        LLVMBasicBlockRef other = NULL;
        if (i + 1 < type->members.count) {
            LLVMBasicBlockRef is = function_block(f, "member");
            other = function_block(f, "other");
            LLVMBuildCondBr(f->builder, union_test(f, type, member, value.word[0], true), is, other);
            function_enter(f, is);
        }
        merge_add(f, &merge, access_member(f, member, union_open(f, member, value.word[0]), tree));
        if (other)
            function_enter(f, other);
    }
    return merge_end(f, &merge);
}

// The index of the update of a field, or SIZE_MAX.
static size_t update_of(const Tree *tree, size_t count, Name name) {
    for (size_t i = 0; i < count; i++)
        if (tree->with.updates[i].name == name)
            return i;
    return SIZE_MAX;
}

Value record_with(Function *f, const Tree *tree) {
    const Repr *from = repr_of(f, tree->with.record->type), *to = repr_of(f, tree->type);
    Value old = expr(f, tree->with.record);
    size_t count = tree->with.count;
    Value *updates = mem_alloc((count + 1) * sizeof *updates);
    for (size_t i = 0; i < count; i++)
        updates[i] = expr(f, tree->with.values[i]);
    Words words = {0};
    for (size_t i = 0; i < to->type->record.count; i++) {
        const TypeField *field = &to->type->record.fields[i];
        size_t update = update_of(tree, count, field->name);
        Value value;
        if (update != SIZE_MAX) {
            value = coerce(f, tree->with.values[update]->type, field->type, updates[update]);
        } else {
            size_t index = record_index(from->type, field->name);
            value = coerce(f, from->type->record.fields[index].type, field->type, record_field(f, from, old, index));
        }
        words_add(&words, repr_of(f, field->type), value);
    }
    return record_from_words(f, to, words.data);
}
