// Patterns: each test falls through on success and goes to `fail` otherwise. Bindings are stored as soon as they are
// met.
#include "compiler/codegen/lower.h"

static void require(Function *f, LLVMValueRef condition, LLVMBasicBlockRef fail) {
    LLVMBasicBlockRef next = function_block(f, "matches");
    LLVMBuildCondBr(f->builder, condition, next, fail);
    function_enter(f, next);
}

// ---- constants -----------------------------------------------------------------------------------------------------

static const Type *base_of(const Type *type) {
    type = type_resolve(type);
    bool literal =
        type->kind == TYPE_LITERAL_BOOL || type->kind == TYPE_LITERAL_INT || type->kind == TYPE_LITERAL_STRING;
    return literal ? type_widen(type) : type;
}

static bool is_this_literal(const Type *type, const Tree *constant) {
    if (type->kind == TYPE_LITERAL_STRING)
        return type->literal.text == constant->constant.text;
    return type->literal.integer == constant->constant.integer;
}

// Whether a value of `type`, no union, can equal the constant.
static bool can_equal(const Type *type, const Tree *constant) {
    type = type_resolve(type);
    if (base_of(type)->kind != base_of(constant->type)->kind)
        return false;
    return base_of(type) == type || is_this_literal(type, constant);
}

static void test_plain(Function *f, const Type *type, Value value, const Tree *constant, LLVMBasicBlockRef fail) {
    Unit *unit = f->unit;
    LLVMBuilderRef b = f->builder;
    if (!can_equal(type, constant)) {
        function_jump(f, fail);
        return;
    }
    switch (type_resolve(type)->kind) {
    case TYPE_BOOL:
        return require(f, constant->constant.integer ? value.word[0] : LLVMBuildNot(b, value.word[0], ""), fail);
    case TYPE_INT:
        return require(f, LLVMBuildICmp(b, LLVMIntEQ, value.word[0], unit_int(unit, constant->constant.integer), ""),
                       fail);
    case TYPE_FLOAT: {
        LLVMValueRef real = LLVMConstReal(unit->f64, constant->constant.real);
        return require(f, LLVMBuildFCmp(b, LLVMRealOEQ, value.word[0], real, ""), fail);
    }
    case TYPE_STRING:
        return require(f, RUNTIME(f, fl_string_equal, value.word[0], static_string(unit, constant->constant.text)),
                       fail);
    default:
        return; // a type of one value
    }
}

static void test_constant(Function *f, const TreePattern *pattern, Value value, LLVMBasicBlockRef fail, bool trusted) {
    const Type *type = type_resolve(pattern->type);
    if (type->kind != TYPE_UNION) {
        test_plain(f, type, value, pattern->constant, fail);
        return;
    }
    for (size_t i = 0; i < type->members.count; i++) {
        const Type *member = type->members.types[i];
        if (!can_equal(member, pattern->constant))
            continue; // at most one member can: they are distinguishable
        require(f, union_test(f, type, member, value.word[0], trusted), fail);
        test_plain(f, member, union_open(f, member, value.word[0]), pattern->constant, fail);
        return;
    }
    function_jump(f, fail);
}

// ---- structures ----------------------------------------------------------------------------------------------------

static void test_members(Function *f, const TreePattern *pattern, Value value, LLVMBasicBlockRef fail, bool trusted) {
    const Type *type = type_resolve(pattern->type);
    LLVMBasicBlockRef matched = function_block(f, "matched");
    for (size_t i = 0; i < pattern->members.count; i++) {
        const TreeMemberPattern *entry = &pattern->members.entries[i];
        LLVMBasicBlockRef is = function_block(f, "member");
        bool last = i + 1 == pattern->members.count;
        LLVMBasicBlockRef other = last ? fail : function_block(f, "other");
        LLVMValueRef test = union_test(f, type, entry->member, value.word[0], trusted);
        if (last && trusted && pattern->members.count == type_member_count(type))
            LLVMBuildBr(f->builder, is); // all the others are excluded
        else
            LLVMBuildCondBr(f->builder, test, is, other);
        function_enter(f, is);
        Value inner = union_open(f, entry->member, value.word[0]);
        pattern_test(f, entry->pattern, coerce(f, entry->member, entry->pattern->type, inner), fail, true);
        LLVMBuildBr(f->builder, matched);
        function_enter(f, other);
    }
    if (pattern->members.count == 0)
        function_jump(f, fail);
    function_enter(f, matched);
}

static void test_record(Function *f, const TreePattern *pattern, Value value, LLVMBasicBlockRef fail) {
    const Repr *repr = repr_of(f, pattern->type);
    for (size_t i = 0; i < pattern->record.count; i++) {
        const TreeFieldPattern *field = &pattern->record.fields[i];
        size_t index = record_index(repr->type, field->name);
        Value part = record_field(f, repr, value, index);
        const Type *type = repr->type->record.fields[index].type;
        pattern_test(f, field->pattern, coerce(f, type, field->pattern->type, part), fail, true);
    }
}

static void test_list(Function *f, const TreePattern *pattern, Value value, LLVMBasicBlockRef fail) {
    LLVMValueRef count = unit_int(f->unit, (int64_t)pattern->list.count);
    LLVMIntPredicate predicate = pattern->list.rest ? LLVMIntUGE : LLVMIntEQ;
    require(f, LLVMBuildICmp(f->builder, predicate, list_length(f, value), count, ""), fail);
    const Type *element = type_resolve(pattern->type)->element;
    for (size_t i = 0; i < pattern->list.count; i++) {
        Value part = list_element(f, repr_of(f, element), value, unit_int(f->unit, (int64_t)i));
        const TreePattern *inner = pattern->list.elements[i];
        pattern_test(f, inner, coerce(f, element, inner->type, part), fail, true);
    }
    if (pattern->list.rest) {
        const TreePattern *rest = pattern->list.rest;
        Value tail_part = list_rest(f, value, pattern->list.count);
        pattern_test(f, rest, coerce(f, pattern->type, rest->type, tail_part), fail, true);
    }
}

static void test_guard(Function *f, const TreePattern *pattern, Value value, LLVMBasicBlockRef fail, bool trusted) {
    pattern_test(f, pattern->guard.inner, value, fail, trusted);
    LLVMBasicBlockRef yes = function_block(f, "guard");
    condition(f, pattern->guard.condition, yes, fail);
    function_enter(f, yes);
}

void pattern_test(Function *f, const TreePattern *pattern, Value value, LLVMBasicBlockRef fail, bool trusted) {
    switch (pattern->kind) {
    case TREE_PATTERN_ANY:
        break;
    case TREE_PATTERN_BIND:
        function_store_local(f, pattern->bind.local, coerce(f, pattern->type, pattern->bind.local->type, value));
        if (pattern->bind.inner)
            pattern_test(f, pattern->bind.inner, value, fail, trusted);
        break;
    case TREE_PATTERN_CONSTANT:
        test_constant(f, pattern, value, fail, trusted);
        break;
    case TREE_PATTERN_MEMBERS:
        test_members(f, pattern, value, fail, trusted);
        break;
    case TREE_PATTERN_RECORD:
        test_record(f, pattern, value, fail);
        break;
    case TREE_PATTERN_LIST:
        test_list(f, pattern, value, fail);
        break;
    case TREE_PATTERN_GUARD:
        test_guard(f, pattern, value, fail, trusted);
        break;
    case TREE_PATTERN_FAIL:
        function_jump(f, fail);
        break;
    }
}
