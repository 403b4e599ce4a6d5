// Lists `[a, b]` and comprehensions `[e for x in xs for y in ys if c]`.
#include "compiler/syntax/parse.h"

static ComprehensionClause parse_comprehension_clause(Parser *p) {
    ComprehensionClause clause = {0};
    uint32_t start = p->at;
    if (accept(p, TOKEN_FOR)) {
        clause.pattern = parse_pattern(p);
        expect(p, TOKEN_IN);
    } else {
        advance(p); // `if`
    }
    clause.value = parse_condition(p);
    clause.span = span_from(p, start);
    return clause;
}

static Expr *parse_comprehension(Parser *p, Expr *element, uint32_t open) {
    Expr *expr = new_expr(p, EXPR_COMPREHENSION, open);
    expr->comprehension.element = element;
    while (!p->panic && (at_kind(p, TOKEN_FOR) || at_kind(p, TOKEN_IF)))
        vec_push(&expr->comprehension.clauses, parse_comprehension_clause(p));
    return expr;
}

static void reject_spread(Parser *p) {
    if (at_kind(p, TOKEN_ELLIPSIS))
        diag_help(parse_error(p, DIAG_BAD_REST, this_span(p), "`...` stands in patterns only"),
                  "join lists with `++`: `[first] ++ rest`");
}

static Expr *parse_elements(Parser *p, Expr *first, uint32_t open) {
    Expr *expr = new_expr(p, EXPR_LIST, open);
    if (first)
        vec_push(&expr->elements, first);
    while (first && accept(p, TOKEN_COMMA) && inside(p, open)) {
        reject_spread(p);
        vec_push(&expr->elements, parse_expr(p));
    }
    return expr;
}

Expr *parse_list(Parser *p) {
    uint32_t open = p->at;
    Context before = set_context(p, (Context){0});
    advance(p);
    reject_spread(p);
    Expr *first = inside(p, open) ? parse_expr(p) : NULL;
    Expr *expr;
    if (first && !p->panic && at_kind(p, TOKEN_FOR))
        expr = parse_comprehension(p, first, open);
    else
        expr = parse_elements(p, first, open);
    expect_close(p, open, expr->kind == EXPR_COMPREHENSION ? "`for`, `if`" : "`,`");
    p->context = before;
    return done_expr(p, expr);
}
