// Unions: one word, a reference to an object whose header names the member, or an odd immediate (abi.h).
#include "compiler/codegen/lower.h"

static LLVMValueRef as_int(Function *f, LLVMValueRef word) {
    return LLVMBuildPtrToInt(f->builder, word, f->unit->i64, "");
}

static LLVMValueRef as_word(Function *f, LLVMValueRef integer) {
    return LLVMBuildIntToPtr(f->builder, integer, f->unit->ptr, "");
}

static LLVMValueRef tagged(Function *f, unsigned tag, LLVMValueRef payload) {
    LLVMValueRef shifted = LLVMBuildShl(f->builder, payload, unit_int(f->unit, 8), "");
    return as_word(f, LLVMBuildOr(f->builder, shifted, unit_int(f->unit, (int64_t)FL_IMMEDIATE(tag, 0)), ""));
}

static bool fits_immediate(int64_t value) { return FL_IMMEDIATE_PAYLOAD(FL_IMMEDIATE(FL_TAG_INT, value)) == value; }

// ---- making --------------------------------------------------------------------------------------------------------

static LLVMValueRef box(Function *f, const Repr *repr, Value value) {
    uint32_t id = represent_id(&f->unit->represent, repr);
    return memory_object(f, id, repr->object, value.word, repr->object_words);
}

static LLVMValueRef make_int(Function *f, const Repr *repr, LLVMValueRef value) {
    Unit *unit = f->unit;
    if (LLVMIsAConstantInt(value) && fits_immediate(LLVMConstIntGetSExtValue(value)))
        return static_immediate(unit, FL_IMMEDIATE(FL_TAG_INT, LLVMConstIntGetSExtValue(value)));
    Merge merge = merge_begin(f, repr_of(f, type_string)); // one reference
    LLVMBasicBlockRef small = function_block(f, "small"), large = function_block(f, "large");
    LLVMValueRef top = LLVMBuildShl(f->builder, value, unit_int(unit, 8), "");
    LLVMValueRef back = LLVMBuildAShr(f->builder, top, unit_int(unit, 8), "");
    function_branch_cold(f, LLVMBuildICmp(f->builder, LLVMIntNE, back, value, ""), large, small);
    function_enter(f, large);
    merge_add(f, &merge, value_one(box(f, repr, value_one(value))));
    function_enter(f, small);
    merge_add(f, &merge, value_one(tagged(f, FL_TAG_INT, value)));
    return merge_end(f, &merge).word[0];
}

static LLVMValueRef make_literal(Function *f, const Type *literal) {
    Unit *unit = f->unit;
    switch (literal->kind) {
    case TYPE_LITERAL_BOOL:
        return static_immediate(unit, FL_IMMEDIATE(FL_TAG_BOOL, literal->literal.integer));
    case TYPE_LITERAL_INT:
        return make_int(f, repr_of(f, type_int), unit_int(unit, literal->literal.integer));
    default:
        return static_immediate(unit, FL_IMMEDIATE(FL_TAG_SYMBOL, static_symbol(unit, literal->literal.text)));
    }
}

Value union_make(Function *f, const Type *member, Value value) {
    const Repr *repr = repr_of(f, member);
    switch (repr->kind) {
    case FL_KIND_NIL:
        return value_one(static_immediate(f->unit, FL_IMMEDIATE(FL_TAG_NIL, 0)));
    case FL_KIND_LITERAL:
        return value_one(make_literal(f, repr->type));
    case FL_KIND_BOOL:
        return value_one(tagged(f, FL_TAG_BOOL, LLVMBuildZExt(f->builder, value.word[0], f->unit->i64, "")));
    case FL_KIND_INT:
        return value_one(make_int(f, repr, value.word[0]));
    case FL_KIND_STRING:
    case FL_KIND_FUNCTION:
    case FL_KIND_UNION: // is one already
        return value;
    case FL_KIND_NEVER:
        return value_undef(f->unit, repr_of(f, type_string));
    default:
        return value_one(repr->boxed ? value.word[0] : box(f, repr, value));
    }
}

// ---- testing -------------------------------------------------------------------------------------------------------

static LLVMValueRef low_byte_is(Function *f, LLVMValueRef word, unsigned tag) {
    LLVMValueRef byte = LLVMBuildAnd(f->builder, as_int(f, word), unit_int(f->unit, 0xff), "");
    return LLVMBuildICmp(f->builder, LLVMIntEQ, byte, unit_int(f->unit, (int64_t)FL_IMMEDIATE(tag, 0)), "");
}

static LLVMValueRef is_reference(Function *f, LLVMValueRef word) {
    LLVMValueRef bit = LLVMBuildAnd(f->builder, as_int(f, word), unit_int(f->unit, 1), "");
    return LLVMBuildICmp(f->builder, LLVMIntEQ, bit, unit_int(f->unit, 0), "");
}

static LLVMValueRef id_is(Function *f, LLVMValueRef object, const Repr *repr) {
    Unit *unit = f->unit;
    LLVMValueRef id = memory_type_id(f, object);
    if (repr->kind != FL_KIND_FUNCTION)
        return LLVMBuildICmp(f->builder, LLVMIntEQ, id, unit_i32(unit, represent_id(&unit->represent, repr)), "");
    LLVMValueRef index = LLVMBuildSub(f->builder, id, unit_i32(unit, FL_TYPE_FIRST_FREE), "");
    return LLVMBuildICmp(f->builder, LLVMIntULT, index, unit_i32(unit, (uint32_t)unit->program->closure_count), "");
}

static bool may_be_reference(const Type *member) {
    switch (type_resolve(member)->kind) {
    case TYPE_NIL:
    case TYPE_BOOL:
    case TYPE_LITERAL_BOOL:
    case TYPE_LITERAL_STRING:
        return false;
    case TYPE_LITERAL_INT:
        return !fits_immediate(type_resolve(member)->literal.integer);
    default:
        return true;
    }
}

static bool may_be_immediate(const Type *member) {
    return type_resolve(member)->kind == TYPE_INT || !may_be_reference(member);
}

// What a trusted word of the union can be.
typedef struct Members {
    size_t references, immediates;
} Members;

static Members count_members(const Type *of) {
    Members members = {0};
    for (size_t i = 0; i < type_member_count(of); i++) {
        members.references += may_be_reference(type_member(of, i));
        members.immediates += may_be_immediate(type_member(of, i));
    }
    return members;
}

// A reference to an object of that representation: the header is only read behind the test that it is a reference.
static LLVMValueRef test_reference(Function *f, LLVMValueRef word, const Repr *repr, Members members) {
    if (members.immediates == 0)
        return id_is(f, word, repr);
    if (members.references == 1)
        return is_reference(f, word);
    Unit *unit = f->unit;
    LLVMBasicBlockRef start, object = function_block(f, "object"), done = function_block(f, "tested"), last;
    LLVMBuildCondBr(f->builder, is_reference(f, word), object, done);
    start = LLVMGetInsertBlock(f->builder);
    function_enter(f, object);
    LLVMValueRef same = id_is(f, word, repr);
    last = LLVMGetInsertBlock(f->builder);
    LLVMBuildBr(f->builder, done);
    function_enter(f, done);
    LLVMValueRef result = LLVMBuildPhi(f->builder, unit->i1, "");
    LLVMAddIncoming(result, (LLVMValueRef[]){LLVMConstInt(unit->i1, 0, false), same},
                    (LLVMBasicBlockRef[]){start, last}, 2);
    return result;
}

static LLVMValueRef test_large_literal(Function *f, const Type *literal, LLVMValueRef word, Members members) {
    LLVMBasicBlockRef is_int = function_block(f, "int");
    LLVMValueRef boxed = test_reference(f, word, repr_of(f, type_int), members);
    Merge merge = merge_begin(f, repr_of(f, type_bool));
    LLVMBasicBlockRef other = function_block(f, "other");
    LLVMBuildCondBr(f->builder, boxed, is_int, other);
    function_enter(f, other);
    merge_add(f, &merge, value_one(LLVMConstInt(f->unit->i1, 0, false)));
    function_enter(f, is_int);
    LLVMValueRef value = memory_load(f, WORD_INT, word, 8);
    merge_add(f, &merge,
              value_one(LLVMBuildICmp(f->builder, LLVMIntEQ, value, unit_int(f->unit, literal->literal.integer), "")));
    return merge_end(f, &merge).word[0];
}

LLVMValueRef union_test(Function *f, const Type *of, const Type *member, LLVMValueRef word, bool trusted) {
    const Repr *repr = repr_of(f, member);
    Members members =
        trusted ? count_members(type_resolve(of)) : (Members){.references = SIZE_MAX, .immediates = SIZE_MAX};
    if (members.references + members.immediates == 1)
        return LLVMConstInt(f->unit->i1, 1, false);
    switch (repr->kind) {
    case FL_KIND_NIL:
        return LLVMBuildICmp(f->builder, LLVMIntEQ, word, static_immediate(f->unit, FL_IMMEDIATE(FL_TAG_NIL, 0)), "");
    case FL_KIND_LITERAL:
        if (may_be_reference(repr->type))
            return test_large_literal(f, repr->type, word, members);
        return LLVMBuildICmp(f->builder, LLVMIntEQ, word, make_literal(f, repr->type), "");
    case FL_KIND_BOOL:
        return low_byte_is(f, word, FL_TAG_BOOL);
    case FL_KIND_INT: {
        LLVMValueRef small = low_byte_is(f, word, FL_TAG_INT);
        return LLVMBuildOr(f->builder, small, test_reference(f, word, repr, members), "");
    }
    case FL_KIND_NEVER:
        return LLVMConstInt(f->unit->i1, 0, false);
    default:
        return test_reference(f, word, repr, members);
    }
}

// ---- opening -------------------------------------------------------------------------------------------------------

static LLVMValueRef open_int(Function *f, LLVMValueRef word) {
    Merge merge = merge_begin(f, repr_of(f, type_int));
    LLVMBasicBlockRef small = function_block(f, "small"), large = function_block(f, "large");
    function_branch_cold(f, is_reference(f, word), large, small);
    function_enter(f, large);
    merge_add(f, &merge, value_one(memory_load(f, WORD_INT, word, 8)));
    function_enter(f, small);
    merge_add(f, &merge, value_one(LLVMBuildAShr(f->builder, as_int(f, word), unit_int(f->unit, 8), "")));
    return merge_end(f, &merge).word[0];
}

Value union_open(Function *f, const Type *member, LLVMValueRef word) {
    const Repr *repr = repr_of(f, member);
    switch (repr->kind) {
    case FL_KIND_NIL:
    case FL_KIND_LITERAL:
    case FL_KIND_NEVER:
        return (Value){0};
    case FL_KIND_BOOL: {
        LLVMValueRef payload = LLVMBuildLShr(f->builder, as_int(f, word), unit_int(f->unit, 8), "");
        return value_one(LLVMBuildTrunc(f->builder, payload, f->unit->i1, ""));
    }
    case FL_KIND_INT:
        return value_one(open_int(f, word));
    case FL_KIND_STRING:
    case FL_KIND_FUNCTION:
    case FL_KIND_UNION:
        return value_one(word);
    default:
        return repr->boxed ? value_one(word) : memory_load_value(f, repr, word, 8);
    }
}

// ---- literals as their base type -----------------------------------------------------------------------------------

static LLVMValueRef symbol_table(Unit *unit) {
    if (!unit->symbol_table) // its size is known last: types_table.c puts the real one in its place
        unit->symbol_table = LLVMAddGlobal(unit->module, unit->ptr, "symbols");
    return unit->symbol_table;
}

LLVMValueRef union_symbol_text(Function *f, LLVMValueRef word) {
    LLVMValueRef index = LLVMBuildLShr(f->builder, as_int(f, word), unit_int(f->unit, 8), "");
    LLVMValueRef at = LLVMBuildInBoundsGEP2(f->builder, f->unit->ptr, symbol_table(f->unit), &index, 1, "");
    return LLVMBuildLoad2(f->builder, f->unit->ptr, at, "text");
}

LLVMValueRef union_is_symbol(Function *f, LLVMValueRef word) { return low_byte_is(f, word, FL_TAG_SYMBOL); }
