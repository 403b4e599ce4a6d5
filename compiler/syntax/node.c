// Making nodes, and the height of trees: the parser refuses trees too high for the recursive walks that follow. Its own
// recursion is bounded by enter(), but `a + b + c + …` is a high tree made in a loop.
#include "compiler/syntax/parse.h"

Expr *new_expr(Parser *p, ExprKind kind, uint32_t start_token) {
    Expr *expr = mem_new(Expr);
    expr->kind = kind;
    expr->span = span_from(p, start_token);
    return expr;
}

Pattern *new_pattern(Parser *p, PatternKind kind, uint32_t start_token) {
    Pattern *pattern = mem_new(Pattern);
    pattern->kind = kind;
    pattern->span = span_from(p, start_token);
    return pattern;
}

TypeExpr *new_type(Parser *p, TypeExprKind kind, uint32_t start_token) {
    TypeExpr *type = mem_new(TypeExpr);
    type->kind = kind;
    type->span = span_from(p, start_token);
    return type;
}

Expr *error_expr(Parser *p) { return new_expr(p, EXPR_ERROR, p->at); }
Pattern *error_pattern(Parser *p) { return new_pattern(p, PATTERN_ERROR, p->at); }
TypeExpr *error_type(Parser *p) { return new_type(p, TYPE_EXPR_ERROR, p->at); }

Expr *nil_expr(Parser *p, Span span) {
    Expr *expr = new_expr(p, EXPR_LITERAL, p->at);
    expr->span = span;
    expr->literal.kind = LITERAL_NIL;
    return expr;
}

// ---- heights --------------------------------------------------------------------------------------------------------

static uint16_t higher(uint16_t a, uint16_t b) { return a > b ? a : b; }
static uint16_t of_expr(const Expr *expr) { return expr ? expr->height : 0; }
static uint16_t of_type(const TypeExpr *type) { return type ? type->height : 0; }
static uint16_t of_pattern(const Pattern *pattern) { return pattern ? pattern->height : 0; }

static uint16_t of_exprs(const ExprVec *exprs) {
    uint16_t height = 0;
    for (size_t i = 0; i < exprs->len; i++)
        height = higher(height, exprs->data[i]->height);
    return height;
}

static uint16_t of_types(const TypeExprVec *types) {
    uint16_t height = 0;
    for (size_t i = 0; i < types->len; i++)
        height = higher(height, types->data[i]->height);
    return height;
}

static uint16_t of_arms(const ArmVec *arms) {
    uint16_t height = 0;
    for (size_t i = 0; i < arms->len; i++)
        height = higher(height, higher(of_pattern(arms->data[i].pattern), of_expr(arms->data[i].body)));
    return height;
}

static uint16_t of_params(const ParamVec *params) {
    uint16_t height = 0;
    for (size_t i = 0; i < params->len; i++)
        height = higher(height, higher(of_type(params->data[i].type), of_expr(params->data[i].where)));
    return height;
}

static uint16_t of_statements(const StmtVec *stmts) {
    uint16_t height = 0;
    for (size_t i = 0; i < stmts->len; i++) {
        const Stmt *stmt = stmts->data[i];
        if (stmt->kind == STMT_EXPR)
            height = higher(height, of_expr(stmt->expr));
        else
            height = higher(height, higher(of_type(stmt->bind.type), of_expr(stmt->bind.value)));
    }
    return height;
}

static uint16_t of_branches(const Expr *expr) {
    uint16_t height = of_expr(expr->if_.else_body);
    for (size_t i = 0; i < expr->if_.branches.len; i++) {
        const IfBranch *branch = &expr->if_.branches.data[i];
        height = higher(height, higher(of_expr(branch->condition), of_expr(branch->body)));
    }
    return height;
}

static uint16_t of_comprehension(const Expr *expr) {
    uint16_t height = of_expr(expr->comprehension.element);
    for (size_t i = 0; i < expr->comprehension.clauses.len; i++) {
        const ComprehensionClause *clause = &expr->comprehension.clauses.data[i];
        height = higher(height, higher(of_pattern(clause->pattern), of_expr(clause->value)));
    }
    return height;
}

static uint16_t of_record(const Expr *expr) {
    uint16_t height = 0;
    for (size_t i = 0; i < expr->record.fields.len; i++)
        height = higher(height, of_expr(expr->record.fields.data[i].value));
    return height;
}

static uint16_t of_with(const Expr *expr) {
    uint16_t height = of_expr(expr->with.record);
    for (size_t i = 0; i < expr->with.updates.len; i++)
        height = higher(height, of_expr(expr->with.updates.data[i].value));
    return height;
}

// The height of the highest child.
static uint16_t below_expr(const Expr *e) {
    switch (e->kind) {
    case EXPR_ERROR:
    case EXPR_LITERAL:
    case EXPR_NAME:
    case EXPR_SUBJECT:
        return 0;
    case EXPR_INTERPOLATE:
        return of_exprs(&e->parts);
    case EXPR_LIST:
        return of_exprs(&e->elements);
    case EXPR_RECORD:
        return of_record(e);
    case EXPR_UNARY:
        return of_expr(e->unary.operand);
    case EXPR_BINARY:
        return higher(of_expr(e->binary.left), of_expr(e->binary.right));
    case EXPR_IS:
        return higher(of_expr(e->is.value), of_pattern(e->is.pattern));
    case EXPR_SEND:
        return higher(of_expr(e->send.target), of_expr(e->send.message));
    case EXPR_CALL:
        return higher(of_expr(e->call.callee), of_exprs(&e->call.args));
    case EXPR_METHOD_CALL:
        return higher(of_expr(e->method.receiver), of_exprs(&e->method.args));
    case EXPR_FIELD:
        return of_expr(e->field.receiver);
    case EXPR_INDEX:
        return higher(of_expr(e->index.value), of_expr(e->index.index));
    case EXPR_SLICE:
        return higher(of_expr(e->slice.value), higher(of_expr(e->slice.from), of_expr(e->slice.to)));
    case EXPR_WITH:
        return of_with(e);
    case EXPR_LAMBDA:
        return higher(of_params(&e->lambda.params), of_expr(e->lambda.body));
    case EXPR_BLOCK:
        return of_statements(&e->block.statements);
    case EXPR_IF:
        return of_branches(e);
    case EXPR_MATCH:
        return higher(of_expr(e->match.subject), of_arms(&e->match.arms));
    case EXPR_RECEIVE:
        return higher(of_arms(&e->receive.arms),
                      higher(of_expr(e->receive.after_time), of_expr(e->receive.after_body)));
    case EXPR_FOR:
        return higher(of_pattern(e->for_.pattern), higher(of_expr(e->for_.iterable), of_expr(e->for_.body)));
    case EXPR_COMPREHENSION:
        return of_comprehension(e);
    case EXPR_DEFER:
    case EXPR_SPAWN:
        return of_expr(e->body);
    case EXPR_EARLY_RETURN:
        return of_expr(e->early_return.value);
    }
    return 0;
}

static uint16_t below_pattern(const Pattern *pattern) {
    uint16_t height = of_expr(pattern->where);
    if (pattern->kind == PATTERN_TYPE)
        height = higher(height, of_type(pattern->type.type));
    if (pattern->kind == PATTERN_RECORD)
        for (size_t i = 0; i < pattern->record.fields.len; i++)
            height = higher(height, of_pattern(pattern->record.fields.data[i].pattern));
    if (pattern->kind == PATTERN_LIST)
        for (size_t i = 0; i < pattern->list.elements.len; i++)
            height = higher(height, of_pattern(pattern->list.elements.data[i]));
    return height;
}

static uint16_t below_type(const TypeExpr *type) {
    uint16_t height = 0;
    switch (type->kind) {
    case TYPE_EXPR_ERROR:
    case TYPE_EXPR_NAME:
    case TYPE_EXPR_LITERAL:
    case TYPE_EXPR_C_NAME:
    case TYPE_EXPR_C_FREED:
    case TYPE_EXPR_HANDLE:
        return 0;
    case TYPE_EXPR_PID:
        return of_type(type->argument);
    case TYPE_EXPR_MAP:
        height = of_type(type->map.key);
        return type->map.value ? higher(height, of_type(type->map.value)) : height;
    case TYPE_EXPR_LIST:
        return of_type(type->element);
    case TYPE_EXPR_RECORD:
    case TYPE_EXPR_CALLBACK:
        for (size_t i = 0; i < type->record.fields.len; i++)
            height = higher(height, of_type(type->record.fields.data[i].type));
        return higher(height, of_type(type->record.result));
    case TYPE_EXPR_FUNCTION:
        return higher(of_types(&type->function.params), of_type(type->function.result));
    case TYPE_EXPR_UNION:
        return of_types(&type->members);
    case TYPE_EXPR_CONSTRAINED:
        return higher(of_type(type->constrained.base), of_expr(type->constrained.predicate));
    }
    return height;
}

// Sets the node's height. A tree that is too high is reported at the node that makes it so.
static uint16_t add_level(Parser *p, uint16_t below, Span span) {
    if (below < SYNTAX_MAX_DEPTH)
        return (uint16_t)(below + 1);
    if (!p->panic && !p->too_deep) {
        Diag *diag = parse_error(p, DIAG_TOO_DEEP, (Span){span.file, span.end - 1, span.end},
                                 "this is nested or chained more than %d deep", SYNTAX_MAX_DEPTH);
        diag_help(diag, "give names to the inner parts");
        p->too_deep = true;
    }
    p->panic = true;
    return SYNTAX_MAX_DEPTH;
}

Expr *done_expr(Parser *p, Expr *expr) {
    Span end = last_span(p);
    if (end.end > expr->span.end)
        expr->span.end = end.end;
    expr->height = add_level(p, below_expr(expr), expr->span);
    return p->panic ? new_expr(p, EXPR_ERROR, p->at) : expr;
}

Pattern *done_pattern(Parser *p, Pattern *pattern) {
    Span end = last_span(p);
    if (end.end > pattern->span.end)
        pattern->span.end = end.end;
    pattern->height = add_level(p, below_pattern(pattern), pattern->span);
    return pattern;
}

TypeExpr *done_type(Parser *p, TypeExpr *type) {
    Span end = last_span(p);
    if (end.end > type->span.end)
        type->span.end = end.end;
    type->height = add_level(p, below_type(type), type->span);
    return type;
}
