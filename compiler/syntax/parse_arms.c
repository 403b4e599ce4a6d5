// `match` and `receive`: arms `pattern -> body`, one a line.
//
// An arm's body starts on the line of its `->`, or on the next line if that is not itself an arm or the closing brace;
// otherwise the arm's value is nil.
#include "compiler/syntax/parse.h"

#include <string.h>

// Behind the first name of a line: `: T` or `<M>` of a pattern has `->` or `where` behind it on that line, a typed
// binding or a comparison does not.
static bool is_typed_arm(const Parser *p, uint32_t index) {
    for (; index < p->tokens->len - 1; index++) {
        const Token *token = &p->tokens->data[index];
        if (token->newline_before && token->kind != TOKEN_PIPE)
            return false;
        if (token->kind == TOKEN_ARROW || token->kind == TOKEN_WHERE)
            return true;
        if (token->kind == TOKEN_ASSIGN)
            return false;
        bool opens =
            token->kind == TOKEN_OPEN_BRACE || token->kind == TOKEN_OPEN_BRACKET || token->kind == TOKEN_OPEN_PAREN;
        if (opens && !token->is_unpaired)
            index = token->partner;
    }
    return false;
}

// Whether the present token begins an arm, by what follows the first piece of its pattern.
bool is_arm(const Parser *p) {
    uint32_t index = p->at + at_kind(p, TOKEN_MINUS);
    const Token *token = &p->tokens->data[index];
    switch (token->kind) {
    case TOKEN_AFTER:
        return true;
    case TOKEN_OPEN_BRACE:
    case TOKEN_OPEN_BRACKET:
        if (token->is_unpaired)
            return false;
        token = &p->tokens->data[token->partner];
        break;
    case TOKEN_NAME:
    case TOKEN_UNDERSCORE:
        if (token[1].kind == TOKEN_COLON || (token[1].kind == TOKEN_LESS && token[1].start == token->end))
            return is_typed_arm(p, index + 2);
        break;
    case TOKEN_QUALIFIED:
    case TOKEN_INT:
    case TOKEN_FLOAT:
    case TOKEN_STRING:
    case TOKEN_TRUE:
    case TOKEN_FALSE:
    case TOKEN_NIL:
        break;
    default:
        return false;
    }
    return token[1].kind == TOKEN_ARROW || token[1].kind == TOKEN_WHERE;
}

// What follows the `->` of an arm in the braces at `open`.
static Expr *parse_arm_body(Parser *p, uint32_t open, bool *empty) {
    *empty = !p->panic && (p->at >= p->tokens->data[open].partner || (p->token->newline_before && is_arm(p)));
    if (*empty)
        return nil_expr(p, span_after(last_span(p)));
    Expr *body = parse_arrow_body(p);
    if (!p->panic && at_kind(p, TOKEN_ASSIGN) && !at_line_end(p))
        diag_help(parse_error(p, DIAG_BAD_BINDING, this_span(p), "a binding cannot be the body of an arm"),
                  "put it in a block: `-> { name = value }`");
    return body;
}

static void expect_arrow(Parser *p) {
    if (p->panic || accept(p, TOKEN_ARROW))
        return;
    if (at_kind(p, TOKEN_FAT_ARROW)) {
        diag_help(parse_complain(p, DIAG_FOREIGN_SYNTAX, this_span(p), "arms are not written with `=>`"),
                  "write `pattern -> value`");
        advance(p);
        return;
    }
    if ((at_kind(p, TOKEN_PIPE) || at_kind(p, TOKEN_COMMA)) && !on_new_line(p)) {
        diag_help(parse_error(p, DIAG_UNEXPECTED_TOKEN, this_span(p), "a pattern has no alternatives"),
                  "write an arm for each, or bind a name to a union: `x: A | B`");
        return;
    }
    bool when = at_kind(p, TOKEN_IF) || (at_kind(p, TOKEN_NAME) && strcmp(p->token->value.name->text, "when") == 0);
    bool when_here = when && !on_new_line(p);
    if (when_here)
        diag_help(parse_error(p, DIAG_UNEXPECTED_TOKEN, this_span(p), "expected `->`, found `%s`",
                              at_kind(p, TOKEN_IF) ? "if" : "when"),
                  "the condition of an arm is written `where`: `n where n > 0 -> …`");
    else if (at_kind(p, TOKEN_DOT_DOT) && !on_new_line(p))
        diag_help(parse_error(p, DIAG_UNEXPECTED_TOKEN, this_span(p), "a pattern is no range"),
                  "test it in a guard: `n where n >= 1 && n < 3 -> …`");
    else if (at_kind(p, TOKEN_PLUS) && !on_new_line(p))
        diag_help(parse_error(p, DIAG_UNEXPECTED_TOKEN, this_span(p), "a pattern has no `+`"),
                  "test text in a guard: `text where text.starts_with(\"he\") -> text.remove_prefix(\"he\")`");
    else
        expect(p, TOKEN_ARROW);
}

static Arm parse_arm(Parser *p, uint32_t open) {
    uint32_t start = p->at;
    Arm arm = {.pattern = parse_pattern(p)};
    expect_arrow(p);
    arm.body = parse_arm_body(p, open, &arm.is_empty);
    arm.span = span_from(p, start);
    return arm;
}

// The next arm stands on a line of its own.
static void end_arm(Parser *p, uint32_t open) {
    if (p->panic || p->at >= p->tokens->data[open].partner || on_new_line(p) || at_kind(p, TOKEN_END))
        return;
    if (at_kind(p, TOKEN_COMMA) || at_kind(p, TOKEN_SEMICOLON)) {
        Diag *diag = parse_complain(p, DIAG_FOREIGN_SYNTAX, this_span(p), "arms are separated by newlines");
        diag_help(diag, "write each arm on a line of its own, without %s", token_kind_text((TokenKind)p->token->kind));
        advance(p);
        return;
    }
    if (is_arm(p)) {
        parse_complain(p, DIAG_STATEMENTS_ON_ONE_LINE, this_span(p), "each arm has to start on a line of its own");
        return;
    }
    parse_expected(p, DIAG_UNEXPECTED_TOKEN, "a newline before the next arm");
}

static void parse_after(Parser *p, Expr *receive, uint32_t open) {
    Span span = this_span(p);
    if (receive->receive.after_time) {
        Diag *diag = parse_complain(p, DIAG_DUPLICATE_AFTER, span, "this `receive` has an `after` already");
        diag_label(diag, receive->receive.after_span, "first here");
    }
    advance(p);
    Context context = p->context;
    context.in_guard = true;
    Context before = set_context(p, context);
    Expr *time = parse_condition(p);
    p->context = before;
    expect_arrow(p);
    bool empty;
    Expr *body = parse_arm_body(p, open, &empty);
    receive->receive.after_time = time;
    receive->receive.after_body = body;
    receive->receive.after_span = span;
}

// One arm of `expr`, or the `after` of a receive.
static void parse_one(Parser *p, Expr *expr, ArmVec *arms, uint32_t open) {
    if (at_kind(p, TOKEN_AFTER) && expr->kind == EXPR_RECEIVE) {
        parse_after(p, expr, open);
        return;
    }
    if (expr->kind == EXPR_RECEIVE && expr->receive.after_time)
        diag_label(parse_complain(p, DIAG_DUPLICATE_AFTER, this_span(p), "`after` has to be the last arm"),
                   expr->receive.after_span, "an arm follows this `after`");
    Arm arm = parse_arm(p, open);
    if (!p->panic)
        vec_push(arms, arm);
}

// `{ arms }` of `expr`.
static void parse_arms(Parser *p, Expr *expr, ArmVec *arms) {
    uint32_t open = p->at;
    if (!open_block(p, expr->kind == EXPR_MATCH ? "the value" : "`receive`"))
        return;
    Context before = set_context(p, (Context){.newlines = true});
    while (inside(p, open)) {
        uint32_t start = p->first = p->at;
        parse_one(p, expr, arms, open);
        end_arm(p, open);
        if (p->panic)
            parse_recover(p, open, start);
    }
    expect_close(p, open, "a pattern");
    p->context = before;
}

Expr *parse_match(Parser *p) {
    Expr *expr = new_expr(p, EXPR_MATCH, p->at);
    expr->match.keyword_span = this_span(p);
    advance(p);
    expr->match.subject = parse_head(p);
    parse_arms(p, expr, &expr->match.arms);
    return done_expr(p, expr);
}

Expr *parse_receive(Parser *p) {
    Expr *expr = new_expr(p, EXPR_RECEIVE, p->at);
    expr->receive.keyword_span = this_span(p);
    advance(p);
    parse_arms(p, expr, &expr->receive.arms);
    return done_expr(p, expr);
}
