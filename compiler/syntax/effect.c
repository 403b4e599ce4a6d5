// Whether evaluating an expression can do anything but give a value. Arithmetic and indexing that may panic count as
// giving a value: nobody writes them for the panic.
#include "compiler/syntax/parse.h"

static bool any_effect(const ExprVec *exprs) {
    for (size_t i = 0; i < exprs->len; i++)
        if (has_effect(exprs->data[i]))
            return true;
    return false;
}

static bool record_effect(const Expr *expr) {
    for (size_t i = 0; i < expr->record.fields.len; i++)
        if (has_effect(expr->record.fields.data[i].value))
            return true;
    return false;
}

static bool with_effect(const Expr *expr) {
    for (size_t i = 0; i < expr->with.updates.len; i++)
        if (has_effect(expr->with.updates.data[i].value))
            return true;
    return has_effect(expr->with.record);
}

bool has_effect(const Expr *expr) {
    if (!expr)
        return false;
    switch (expr->kind) {
    case EXPR_LITERAL:
    case EXPR_NAME:
    case EXPR_SUBJECT:
    case EXPR_LAMBDA:
        return false;
    case EXPR_INTERPOLATE:
        return any_effect(&expr->parts);
    case EXPR_LIST:
        return any_effect(&expr->elements);
    case EXPR_RECORD:
        return record_effect(expr);
    case EXPR_WITH:
        return with_effect(expr);
    case EXPR_UNARY:
        return has_effect(expr->unary.operand);
    case EXPR_BINARY:
        return has_effect(expr->binary.left) || has_effect(expr->binary.right);
    case EXPR_IS:
        return has_effect(expr->is.value) || has_effect(expr->is.pattern->where);
    case EXPR_FIELD:
        return has_effect(expr->field.receiver);
    case EXPR_INDEX:
        return has_effect(expr->index.value) || has_effect(expr->index.index);
    case EXPR_SLICE:
        return has_effect(expr->slice.value) || has_effect(expr->slice.from) || has_effect(expr->slice.to);
    default:
        return true;
    }
}
