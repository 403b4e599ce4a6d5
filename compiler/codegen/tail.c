// Trees in tail position: each way returns from the function, calls by `musttail`. Never inside a scope with a deferred
// block.
#include "compiler/codegen/lower.h"

static void tail_value(Function *f, const Tree *tree) {
    Value value = expr(f, tree);
    if (type_is_never(tree->type))
        function_unreachable(f);
    else
        function_return(f, f->mode == MODE_LOOP ? value : coerce(f, tree->type, f->result->type, value));
}

static void tail_block(Function *f, const Tree *tree) {
    for (size_t i = 0; i < tree->block.count; i++) {
        expr(f, tree->block.statements[i]);
        if (type_is_never(tree->block.statements[i]->type)) {
            function_unreachable(f);
            return;
        }
    }
    if (tree->block.result)
        tail(f, tree->block.result);
    else
        function_return(f, (Value){0});
}

// A loop version drops its result, so no conversion matters; otherwise it must change nothing, or the call inside would
// not be the last act.
static bool passes_through(Function *f, const Tree *coercion) {
    return f->mode == MODE_LOOP || coerce_is_free(f->unit, coercion->operand->type, coercion->type);
}

// `a && b`: if a is false that is the value, otherwise b is in tail position. `||` likewise.
static void tail_logic(Function *f, const Tree *tree) {
    bool is_and = tree->binary.op == TREE_AND;
    LLVMBasicBlockRef right = function_block(f, "right"), known = function_block(f, "known");
    condition(f, tree->binary.left, is_and ? right : known, is_and ? known : right);
    function_enter(f, known);
    Value value = value_one(LLVMConstInt(f->unit->i1, !is_and, false));
    function_return(f, f->mode == MODE_LOOP ? value : coerce(f, tree->type, f->result->type, value));
    function_enter(f, right);
    tail(f, tree->binary.right);
}

bool tail_is_logic(const Tree *tree) {
    return tree->kind == TREE_BINARY && (tree->binary.op == TREE_AND || tree->binary.op == TREE_OR) &&
           type_resolve(tree->type)->kind == TYPE_BOOL && type_resolve(tree->binary.right->type)->kind == TYPE_BOOL;
}

void tail(Function *f, const Tree *tree) {
    f->span = tree->span;
    debug_place(f, tree->span);
    switch (tree->kind) {
    case TREE_BLOCK:
        if (tree->block.has_defer)
            tail_value(f, tree);
        else
            tail_block(f, tree);
        break;
    case TREE_IF:
        control_if(f, tree, NULL);
        break;
    case TREE_MATCH:
        control_match(f, tree, NULL);
        break;
    case TREE_RECEIVE:
        if (f->mode == MODE_LOOP)
            receive_parking(f, tree);
        else
            receive_blocking(f, tree, NULL);
        break;
    case TREE_CALL:
        call_instance_tail(f, tree);
        break;
    case TREE_CALL_CLOSURE:
        call_closure_tail(f, tree);
        break;
    case TREE_EARLY_RETURN:
        tail_early_return(f, tree);
        break;
    case TREE_COERCE:
        if (passes_through(f, tree))
            tail(f, tree->operand);
        else
            tail_value(f, tree);
        break;
    case TREE_BINARY:
        if (tail_is_logic(tree))
            tail_logic(f, tree);
        else
            tail_value(f, tree);
        break;
    default:
        tail_value(f, tree);
    }
}

void tail_early_return(Function *f, const Tree *tree) {
    if (!f->defers) {
        tail(f, tree->operand);
        return;
    }
    Value value = expr(f, tree->operand);
    if (type_is_never(tree->operand->type)) {
        function_unreachable(f);
        return;
    }
    defer_leave(f, NULL);
    function_return(f, value);
}
