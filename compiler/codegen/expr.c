// Trees as values: the switch over all kinds, and constants.
#include "compiler/codegen/lower.h"

bool type_is_never(const Type *type) { return type_resolve(type)->kind == TYPE_NEVER; }

Value expr_literal(Function *f, const Type *literal) {
    switch (literal->kind) {
    case TYPE_LITERAL_BOOL:
        return value_one(LLVMConstInt(f->unit->i1, literal->literal.integer != 0, false));
    case TYPE_LITERAL_INT:
        return value_one(unit_int(f->unit, literal->literal.integer));
    default:
        return value_one(static_string(f->unit, literal->literal.text));
    }
}

Value expr_constant(Function *f, const Tree *tree) {
    switch (type_resolve(tree->type)->kind) {
    case TYPE_BOOL:
        return value_one(LLVMConstInt(f->unit->i1, tree->constant.integer != 0, false));
    case TYPE_INT:
        return value_one(unit_int(f->unit, tree->constant.integer));
    case TYPE_FLOAT:
        return value_one(LLVMConstReal(f->unit->f64, tree->constant.real));
    case TYPE_STRING:
        return value_one(static_string(f->unit, tree->constant.text));
    default:
        return (Value){0}; // nil and literals have no words
    }
}

static Value unary(Function *f, const Tree *tree) {
    Value operand = expr(f, tree->operand);
    if (type_is_never(tree->operand->type))
        return value_undef(f->unit, repr_of(f, tree->type));
    switch (tree->kind) {
    case TREE_NOT:
        return value_one(LLVMBuildNot(f->builder, operand.word[0], ""));
    case TREE_TEXT:
        return value_one(text_of_value(f, tree->operand->type, operand));
    case TREE_COERCE:
        return coerce(f, tree->operand->type, tree->type, operand);
    default: // TREE_LENGTH
        if (repr_of(f, tree->operand->type)->kind == FL_KIND_LIST)
            return value_one(list_length(f, operand));
        LLVMValueRef points =
            LLVMBuildLoad2(f->builder, f->unit->i32, memory_at(f, operand.word[0], offsetof(FlString, points)), "");
        return value_one(LLVMBuildZExt(f->builder, points, f->unit->i64, "length"));
    }
}

static Value branching(Function *f, const Tree *tree) {
    Merge merge = merge_begin(f, repr_of(f, tree->type));
    if (tree->kind == TREE_IF)
        control_if(f, tree, &merge);
    else if (tree->kind == TREE_MATCH)
        control_match(f, tree, &merge);
    else
        receive_blocking(f, tree, &merge);
    return merge_end(f, &merge);
}

// What has the value nil.
static void statement(Function *f, const Tree *tree) {
    if (tree->kind == TREE_LET)
        control_let(f, tree);
    else if (tree->kind == TREE_DEFER)
        defer_push(f, tree);
    else
        process_send(f, tree->send.pid, tree->send.message);
}

static Value lower(Function *f, const Tree *tree) {
    switch (tree->kind) {
    case TREE_CONSTANT:
        return expr_constant(f, tree);
    case TREE_LOCAL:
        return function_load_local(f, tree->local);
    case TREE_BLOCK:
        return control_block(f, tree);
    case TREE_CALL:
        return call_instance(f, tree);
    case TREE_CALL_CLOSURE:
        return call_closure(f, tree);
    case TREE_CLOSURE:
        return closure_make(f, tree);
    case TREE_RECORD:
        return record_make(f, tree);
    case TREE_FIELD:
        return record_access(f, tree);
    case TREE_WITH:
        return record_with(f, tree);
    case TREE_LIST:
        return list_make(f, tree);
    case TREE_INDEX:
        return list_index(f, tree);
    case TREE_SLICE:
        return list_slice(f, tree);
    case TREE_APPEND:
        return list_append(f, tree);
    case TREE_NEGATE:
        return arith_negate(f, tree);
    case TREE_BINARY:
        return arith_binary(f, tree);
    case TREE_CONCAT:
        return text_concat(f, tree);
    case TREE_LENGTH:
    case TREE_NOT:
    case TREE_TEXT:
    case TREE_COERCE:
        return unary(f, tree);
    case TREE_IF:
    case TREE_MATCH:
    case TREE_RECEIVE:
        return branching(f, tree);
    case TREE_IS:
        return control_is(f, tree);
    case TREE_FOR:
        return loop_for(f, tree);
    case TREE_COMPREHENSION:
        return loop_comprehension(f, tree);
    case TREE_EARLY_RETURN:
        tail_early_return(f, tree);
        return (Value){0};
    case TREE_BUILTIN:
        return builtin_call(f, tree);
    case TREE_FOREIGN:
        return foreign_call(f, tree);
    case TREE_SELF:
        return process_self(f);
    case TREE_SPAWN:
        return process_spawn(f, tree);
    case TREE_REQUEST:
        return process_request(f, tree);
    case TREE_SUPERVISOR:
        return supervisor_spawn(f, tree);
    case TREE_LET:
    case TREE_DEFER:
    case TREE_SEND:
        statement(f, tree);
        return (Value){0};
    }
    return (Value){0};
}

Value expr(Function *f, const Tree *tree) {
    Span outer = f->span;
    f->span = tree->span;
    debug_place(f, tree->span);
    Value value = lower(f, tree);
    f->span = outer;
    debug_place(f, outer);
    return value;
}
