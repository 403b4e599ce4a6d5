// Expressions made of a word and a block: if, for, defer, spawn; and early_return.
#include "compiler/syntax/parse.h"

static IfBranch parse_branch(Parser *p) {
    advance(p); // `if`
    IfBranch branch = {.condition = parse_head(p)};
    branch.body = parse_block(p, "the condition");
    return branch;
}

Expr *parse_if(Parser *p) {
    Expr *expr = new_expr(p, EXPR_IF, p->at);
    vec_push(&expr->if_.branches, parse_branch(p));
    while (accept(p, TOKEN_ELSE)) {
        if (at_kind(p, TOKEN_IF)) {
            vec_push(&expr->if_.branches, parse_branch(p));
            continue;
        }
        expr->if_.else_body = parse_block(p, "`else`");
        break;
    }
    return done_expr(p, expr);
}

Expr *parse_for(Parser *p) {
    Expr *expr = new_expr(p, EXPR_FOR, p->at);
    advance(p);
    if (at_kind(p, TOKEN_OPEN_PAREN))
        diag_help(parse_expected(p, DIAG_EXPECTED_PATTERN, "a name"),
                  "a loop is written `for x in xs { … }`, `for i in range(n) { … }`");
    expr->for_.pattern = parse_pattern(p);
    expect(p, TOKEN_IN);
    expr->for_.iterable = parse_head(p);
    expr->for_.body = parse_block(p, "the list");
    return done_expr(p, expr);
}

static Expr *parse_word_and_block(Parser *p, ExprKind kind, const char *word) {
    Expr *expr = new_expr(p, kind, p->at);
    advance(p);
    expr->body = parse_block(p, word);
    return done_expr(p, expr);
}

Expr *parse_defer(Parser *p) { return parse_word_and_block(p, EXPR_DEFER, "`defer`"); }

Expr *parse_spawn(Parser *p) { return parse_word_and_block(p, EXPR_SPAWN, "`spawn`"); }

static bool value_follows(const Parser *p) {
    switch (p->token->kind) {
    case TOKEN_CLOSE_BRACE:
    case TOKEN_CLOSE_PAREN:
    case TOKEN_CLOSE_BRACKET:
    case TOKEN_COMMA:
    case TOKEN_ELSE:
    case TOKEN_END:
        return false;
    default:
        return !on_new_line(p);
    }
}

Expr *parse_early_return(Parser *p) {
    Expr *expr = new_expr(p, EXPR_EARLY_RETURN, p->at);
    advance(p);
    if (value_follows(p))
        expr->early_return.value = parse_expr(p);
    return done_expr(p, expr);
}
