// Parameters, of functions and lambdas, and lambdas: `(a, b: int) -> e`.
#include "compiler/syntax/parse.h"

// Parentheses followed by `->`, except at the outermost level of a guard, where the arrow is that of the arm.
bool is_lambda(const Parser *p) {
    if (p->context.in_guard || p->token->is_unpaired)
        return false;
    const Token *behind = &p->tokens->data[p->token->partner + 1];
    return behind->kind == TOKEN_ARROW && !(p->context.newlines && behind->newline_before);
}

static void reject_param(Parser *p) {
    Diag *diag = parse_expected(p, DIAG_EXPECTED_NAME, "the name of a parameter");
    if (at_literal(p))
        diag_help(diag, "a parameter is a name; test its value with a guard: `(n where n == 0)`");
    else if (at_kind(p, TOKEN_OPEN_BRACE) || at_kind(p, TOKEN_OPEN_BRACKET))
        diag_help(diag, "a parameter is a name; take its value apart with `match`");
}

static Expr *parse_guard(Parser *p) {
    Context context = p->context;
    context.in_guard = true;
    Context before = set_context(p, context);
    Expr *guard = parse_predicate(p);
    p->context = before;
    return guard;
}

static Expr *parse_short_constraint(Parser *p) {
    uint32_t start = p->at;
    QualifiedName name = take_qualified(p);
    Expr *expr = new_expr(p, EXPR_NAME, start);
    expr->name = name;
    return done_expr(p, expr);
}

static Param parse_param(Parser *p) {
    uint32_t start = p->at;
    Param param = {.name = name_of("_"), .name_span = this_span(p)};
    bool colon = false;
    if (at_kind(p, TOKEN_QUALIFIED))
        param.name = take_label(p, &param.name_span, &colon);
    else if (at_kind(p, TOKEN_NAME) || is_word((TokenKind)p->token->kind))
        param.name = take_name(p, "a parameter", &param.name_span);
    else if (!accept(p, TOKEN_UNDERSCORE))
        reject_param(p);
    if (colon || accept(p, TOKEN_COLON))
        param.type = parse_type(p);
    if (accept(p, TOKEN_WHERE)) {
        param.where = parse_guard(p);
    } else if (!p->panic && (at_kind(p, TOKEN_NAME) || at_kind(p, TOKEN_QUALIFIED))) {
        param.where = parse_short_constraint(p);
        param.is_short = true;
    }
    param.span = span_from(p, start);
    return param;
}

ParamVec parse_params(Parser *p) {
    ParamVec params = {0};
    NameSet names = {0};
    uint32_t open = p->at;
    Context before = set_context(p, (Context){0});
    advance(p);
    while (inside(p, open)) {
        Param param = parse_param(p);
        if (p->panic)
            break;
        if (param.name->text[0] != '_' || param.name->len > 1)
            check_repeated(p, &names, DIAG_DUPLICATE_PARAMETER, "parameter", param.name, param.name_span);
        vec_push(&params, param);
        if (!accept(p, TOKEN_COMMA))
            break;
    }
    expect_close(p, open, "`,`");
    p->context = before;
    return params;
}

Expr *parse_lambda(Parser *p) {
    uint32_t start = p->at;
    ParamVec params = parse_params(p);
    Span arrow_span = this_span(p);
    expect(p, TOKEN_ARROW);
    Expr *body = parse_arrow_body(p);
    Expr *expr = new_expr(p, EXPR_LAMBDA, start);
    expr->lambda.params = params;
    expr->lambda.body = body;
    expr->lambda.arrow_span = arrow_span;
    return done_expr(p, expr);
}
