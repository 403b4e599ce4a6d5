// `xs.filter((x) -> x is int)`: where the test tells members of a union apart, what it keeps has a smaller type, as in
// `[x for x in xs if x is int]`, which it is taken for.
#include <string.h>

#include "compiler/semantic/check.h"

static bool is_nil(const Expr *expr) { return expr->kind == EXPR_LITERAL && expr->literal.kind == LITERAL_NIL; }

// A name, a field of one, or a literal: evaluating it does nothing.
static bool is_plain(const Expr *expr) {
    while (expr->kind == EXPR_FIELD)
        expr = expr->field.receiver;
    return expr->kind == EXPR_NAME || expr->kind == EXPR_LITERAL;
}

// A condition of nothing but tests; *narrows where one of them tells members of a union apart.
static bool is_test(const Expr *expr, bool *narrows) {
    if (expr->kind == EXPR_IS) {
        *narrows = true;
        return is_plain(expr->is.value);
    }
    if (expr->kind == EXPR_UNARY)
        return expr->unary.op == UNARY_NOT && is_test(expr->unary.operand, narrows);
    if (expr->kind != EXPR_BINARY)
        return false;
    const Expr *left = expr->binary.left, *right = expr->binary.right;
    if (expr->binary.op == BINARY_AND || expr->binary.op == BINARY_OR)
        return is_test(left, narrows) && is_test(right, narrows);
    *narrows |= is_nil(left) || is_nil(right) || right->kind == EXPR_LITERAL;
    return expr->binary.op >= BINARY_EQ && expr->binary.op <= BINARY_GE && is_plain(left) && is_plain(right);
}

bool filter_narrows(const Tree *list, const Expr *call) {
    const Type *type = type_resolve(list->type);
    if (type->kind != TYPE_LIST || type_resolve(type->element)->kind != TYPE_UNION || call->method.args.len != 1)
        return false;
    const Expr *keep = call->method.args.data[0];
    bool narrows = false;
    return strcmp(call->method.name->text, "filter") == 0 && keep->kind == EXPR_LAMBDA &&
           keep->lambda.params.len == 1 && !keep->lambda.params.data[0].type && !keep->lambda.params.data[0].where &&
           is_test(keep->lambda.body, &narrows) && narrows;
}

static Pattern *name_pattern(const Param *param) {
    Pattern *pattern = mem_new(Pattern);
    pattern->kind = PATTERN_NAME;
    pattern->height = 1;
    pattern->span = param->name_span;
    pattern->bind.name = param->name;
    return pattern;
}

static Expr *name_expr(const Param *param) {
    Expr *expr = mem_new(Expr);
    expr->kind = EXPR_NAME;
    expr->height = 1;
    expr->span = param->name_span;
    expr->name = (QualifiedName){.name = param->name, .module_span = param->name_span, .name_span = param->name_span};
    return expr;
}

Tree *eval_filter(Frame *frame, Tree *list, const Expr *call) {
    const Expr *keep = call->method.args.data[0];
    const Param *param = &keep->lambda.params.data[0];
    Binding *outer = frame->scope;
    TreeClause *clauses = mem_alloc(sizeof(TreeClause) * 2);
    clauses[0] = (TreeClause){.kind = CLAUSE_LIST, .source = list};
    clauses[0].pattern = pattern_check(frame, name_pattern(param), type_resolve(list->type)->element);
    clauses[1] = (TreeClause){.kind = CLAUSE_CONDITION, .source = eval_condition(frame, keep->lambda.body)};
    expect_bool(frame, clauses[1].source, keep->lambda.body, "a condition");
    Tree *element = eval(frame, name_expr(param), NULL);
    frame->scope = outer;
    Tree *tree = tree_new(TREE_COMPREHENSION, type_list(element->type), call->span);
    tree->loop.clauses = clauses;
    tree->loop.count = 2;
    tree->loop.body = element;
    return tree;
}
