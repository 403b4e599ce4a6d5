// The smallest complete expressions, told apart by their first token.
#include "compiler/syntax/parse.h"

#include <string.h>

static Expr *parse_literal(Parser *p) {
    uint32_t start = p->at;
    Literal literal = take_literal(p);
    Expr *expr = new_expr(p, EXPR_LITERAL, start);
    expr->literal = literal;
    return done_expr(p, expr);
}

// A piece of text in an interpolated string; the empty ones are left out.
static void add_piece(Parser *p, ExprVec *parts) {
    Text text = p->tokens->texts.data[p->token->value.text];
    if (text.len) {
        Expr *piece = new_expr(p, EXPR_LITERAL, p->at);
        piece->span = this_span(p);
        piece->height = 1;
        piece->literal.kind = LITERAL_STRING;
        piece->literal.string = text;
        vec_push(parts, piece);
    }
    advance(p);
}

static bool closes_insertion(const Parser *p, uint32_t open) {
    return !p->panic && p->at == p->tokens->data[open].partner;
}

static void report_insertion(Parser *p, uint32_t open) {
    const Token *opening = &p->tokens->data[open];
    Diag *diag = parse_expected(p, DIAG_UNEXPECTED_TOKEN, "`}`");
    diag_label(diag, (Span){p->tokens->file, opening->end - 2, opening->end}, "opened here");
}

// `"a ${b} c"`. In panic the rest of the string is skipped by the recovery.
static Expr *parse_interpolation(Parser *p) {
    uint32_t start = p->at;
    ExprVec parts = {0};
    Context before = set_context(p, (Context){0});
    while (!p->panic && (at_kind(p, TOKEN_STRING_OPEN) || at_kind(p, TOKEN_STRING_MIDDLE))) {
        uint32_t open = p->at;
        add_piece(p, &parts);
        if (closes_insertion(p, open))
            parse_error(p, DIAG_EXPECTED_EXPRESSION, span_after(last_span(p)), "`${}` needs an expression");
        else
            vec_push(&parts, parse_expr(p));
        if (!p->panic && !closes_insertion(p, open))
            report_insertion(p, open);
    }
    p->context = before;
    if (!p->panic)
        add_piece(p, &parts);
    Expr *expr = new_expr(p, EXPR_INTERPOLATE, start);
    expr->parts = parts;
    return done_expr(p, expr);
}

static Expr *reject_token(Parser *p) {
    TokenKind kind = (TokenKind)p->token->kind;
    if (kind == TOKEN_ELSE && !line_ended(p))
        parse_error(p, DIAG_ELSE_WITHOUT_IF, this_span(p), "this `else` belongs to no `if`");
    else if (is_word(kind) && !line_ended(p))
        parse_error(p, DIAG_EXPECTED_EXPRESSION, this_span(p), "expected an expression, found the reserved word %s",
                    token_kind_text(kind));
    else
        parse_expected(p, DIAG_EXPECTED_EXPRESSION, "an expression");
    return error_expr(p);
}

// `x = 1 +` and a binding on the next line: the operand is missing, not the line wrong.
static bool is_next_statement(const Parser *p) {
    return line_ended(p) && at_kind(p, TOKEN_NAME) && peek(p, 1)->kind == TOKEN_ASSIGN;
}

static Expr *parse_name(Parser *p) {
    if (is_next_statement(p))
        return reject_token(p);
    bool braces_follow = peek(p, 1)->kind == TOKEN_OPEN_BRACE && !peek(p, 1)->newline_before;
    bool is_spawn = at_kind(p, TOKEN_NAME) && strcmp(p->token->value.name->text, "spawn") == 0;
    if (is_spawn && braces_follow && !p->context.in_head)
        return parse_spawn(p);
    uint32_t start = p->at;
    QualifiedName name = take_qualified(p);
    Expr *expr = new_expr(p, EXPR_NAME, start);
    expr->name = name;
    return done_expr(p, expr);
}

// `_`, or the invisible value before `.field`.
static Expr *parse_subject(Parser *p) {
    uint32_t start = p->at;
    if (!p->subjects) {
        Span span = this_span(p);
        if (at_kind(p, TOKEN_UNDERSCORE))
            diag_help(parse_error(p, DIAG_SUBJECT_OUTSIDE, span, "`_` has no value here"),
                      "`_` is a pattern, a parameter that is not used, or the value tested by a constraint");
        else
            diag_help(parse_error(p, DIAG_SUBJECT_OUTSIDE, span, "there is nothing before this `.`"),
                      peek(p, 1)->kind == TOKEN_INT
                          ? "a float has digits on both sides of its point: `0.5`"
                          : "`.field` without a value stands for the tested value, in `where` only");
        return error_expr(p);
    }
    accept(p, TOKEN_UNDERSCORE);
    Expr *expr = new_expr(p, EXPR_SUBJECT, start);
    return done_expr(p, expr);
}

static Expr *parse_parens(Parser *p) {
    uint32_t open = p->at;
    Context before = set_context(p, (Context){0});
    advance(p);
    Expr *expr;
    if (p->at == p->tokens->data[open].partner && !p->tokens->data[open].is_unpaired) {
        diag_help(parse_error(p, DIAG_EXPECTED_EXPRESSION, span_from(p, open), "expected an expression in `()`"),
                  "the value for nothing is `nil`");
        expr = error_expr(p);
    } else {
        expr = parse_expr(p);
    }
    if (!p->panic && at_kind(p, TOKEN_COMMA))
        diag_help(parse_expected(p, DIAG_UNEXPECTED_TOKEN, "`)`"),
                  "there are no tuples; a record has names for its parts: `{a: 1, b: 2}`");
    expect_close(p, open, "");
    p->context = before;
    if (!p->panic) {
        expr->span = span_from(p, open);
        expr->in_parens = true;
    }
    return expr;
}

// In the head of `if`, `match`, `for` a `{` opens the block, so an operand is missing before it; unless what it opens
// is a record with the block behind it.
static Expr *parse_brace_in_head(Parser *p) {
    const Token *close = &p->tokens->data[p->token->partner];
    bool block_follows = close[0].kind == TOKEN_CLOSE_BRACE && close[1].kind == TOKEN_OPEN_BRACE;
    bool has_colon = peek(p, 2)->kind == TOKEN_COLON;
    if (!is_record(p) || !(block_follows || has_colon)) {
        parse_expected(p, DIAG_EXPECTED_EXPRESSION, "an expression");
        return error_expr(p);
    }
    Expr *record = parse_record(p);
    if (!p->panic)
        diag_help(parse_complain(p, DIAG_RECORD_IN_HEAD, record->span, "a record literal here needs parentheses"),
                  "write `({…})`; without them `{` opens the block");
    return record;
}

static Expr *parse_brace(Parser *p) {
    if (p->context.in_head)
        return parse_brace_in_head(p);
    return is_record(p) ? parse_record(p) : parse_block(p, "");
}

Expr *parse_primary(Parser *p) {
    if (p->panic)
        return error_expr(p);
    switch (p->token->kind) {
    case TOKEN_INT:
    case TOKEN_FLOAT:
    case TOKEN_STRING:
    case TOKEN_TRUE:
    case TOKEN_FALSE:
    case TOKEN_NIL:
        return parse_literal(p);
    case TOKEN_STRING_OPEN:
        return parse_interpolation(p);
    case TOKEN_NAME:
    case TOKEN_QUALIFIED:
        return parse_name(p);
    case TOKEN_UNDERSCORE:
    case TOKEN_DOT:
        return parse_subject(p);
    case TOKEN_OPEN_PAREN:
        return is_lambda(p) ? parse_lambda(p) : parse_parens(p);
    case TOKEN_OPEN_BRACKET:
        return parse_list(p);
    case TOKEN_OPEN_BRACE:
        return parse_brace(p);
    case TOKEN_IF:
        return parse_if(p);
    case TOKEN_MATCH:
        return parse_match(p);
    case TOKEN_RECEIVE:
        return parse_receive(p);
    case TOKEN_FOR:
        return parse_for(p);
    case TOKEN_DEFER:
        return parse_defer(p);
    case TOKEN_EARLY_RETURN:
        return parse_early_return(p);
    default:
        return reject_token(p);
    }
}
