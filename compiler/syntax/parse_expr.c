// Expressions by precedence climbing. Tightest first: call, index, `.f`, `with {}`; unary `-` `!`; `* / %`; `+ - ++`;
// comparisons and `is` (no chains); `&&`; `||`; `<-` (no chain; its right side is a whole expression).
#include "compiler/syntax/parse.h"

typedef enum Level { LEVEL_NONE, LEVEL_OR, LEVEL_AND, LEVEL_COMPARE, LEVEL_ADD, LEVEL_MULTIPLY } Level;

typedef struct Operator {
    Level level;
    BinaryOp op; // of LEVEL_COMPARE also stands for `is`
} Operator;

static Operator operator_of(const Token *token) {
    switch (token->kind) {
    case TOKEN_OR_OR:
        return (Operator){LEVEL_OR, BINARY_OR};
    case TOKEN_AND_AND:
        return (Operator){LEVEL_AND, BINARY_AND};
    case TOKEN_EQUAL:
        return (Operator){LEVEL_COMPARE, BINARY_EQ};
    case TOKEN_NOT_EQUAL:
        return (Operator){LEVEL_COMPARE, BINARY_NE};
    case TOKEN_LESS:
        return (Operator){LEVEL_COMPARE, BINARY_LT};
    case TOKEN_LESS_EQUAL:
        return (Operator){LEVEL_COMPARE, BINARY_LE};
    case TOKEN_GREATER:
        return (Operator){LEVEL_COMPARE, BINARY_GT};
    case TOKEN_GREATER_EQUAL:
        return (Operator){LEVEL_COMPARE, BINARY_GE};
    case TOKEN_IS:
        return (Operator){LEVEL_COMPARE, BINARY_EQ};
    case TOKEN_PLUS:
        return (Operator){LEVEL_ADD, BINARY_ADD};
    case TOKEN_MINUS:
        return (Operator){LEVEL_ADD, BINARY_SUB};
    case TOKEN_PLUS_PLUS:
        return (Operator){LEVEL_ADD, BINARY_CONCAT};
    case TOKEN_STAR:
        return (Operator){LEVEL_MULTIPLY, BINARY_MUL};
    case TOKEN_SLASH:
        return (Operator){LEVEL_MULTIPLY, BINARY_DIV};
    case TOKEN_PERCENT:
        return (Operator){LEVEL_MULTIPLY, BINARY_REM};
    default:
        return (Operator){LEVEL_NONE, BINARY_ADD};
    }
}

// ---- postfix --------------------------------------------------------------------------------------------------------

// From `(` to `)`.
static ExprVec parse_args(Parser *p, Span *span) {
    ExprVec args = {0};
    uint32_t open = p->at;
    Context before = set_context(p, (Context){0});
    advance(p);
    while (inside(p, open)) {
        vec_push(&args, parse_expr(p));
        if (!accept(p, TOKEN_COMMA))
            break;
    }
    expect_close(p, open, "`,`");
    p->context = before;
    *span = span_from(p, open);
    return args;
}

// The arguments `k: v, …` of `map:of`; `args` has the first key, the present token is its `:`.
static void parse_pairs(Parser *p, uint32_t open, ExprVec *args) {
    for (;;) {
        expect(p, TOKEN_COLON);
        vec_push(args, parse_expr(p));
        if (!accept(p, TOKEN_COMMA) || !inside(p, open))
            return;
        vec_push(args, parse_expr(p));
    }
}

static Expr *parse_call(Parser *p, Expr *callee, uint32_t start) {
    Expr *call = new_expr(p, EXPR_CALL, start);
    uint32_t open = p->at;
    call->call.callee = callee;
    Context before = set_context(p, (Context){0});
    advance(p);
    while (inside(p, open)) {
        vec_push(&call->call.args, parse_expr(p));
        call->call.pairs = call->call.args.len == 1 && !p->panic && at_kind(p, TOKEN_COLON);
        if (call->call.pairs)
            parse_pairs(p, open, &call->call.args);
        if (call->call.pairs || !accept(p, TOKEN_COMMA))
            break;
    }
    expect_close(p, open, "`,`");
    p->context = before;
    call->call.args_span = span_from(p, open);
    return done_expr(p, call);
}

// `[i]`, `[a..b]`, `[..b]`, `[a..]`, `[..]`
static Expr *parse_index(Parser *p, Expr *value, uint32_t start) {
    uint32_t open = p->at;
    Context before = set_context(p, (Context){0});
    advance(p);
    Expr *from = at_kind(p, TOKEN_DOT_DOT) ? NULL : parse_expr(p), *to = NULL;
    bool is_slice = accept(p, TOKEN_DOT_DOT);
    if (is_slice && inside(p, open))
        to = parse_expr(p);
    expect_close(p, open, is_slice ? "" : "`..`");
    p->context = before;
    Expr *expr = new_expr(p, is_slice ? EXPR_SLICE : EXPR_INDEX, start);
    if (is_slice) {
        expr->slice.value = value;
        expr->slice.from = from;
        expr->slice.to = to;
    } else {
        expr->index.value = value;
        expr->index.index = from;
    }
    return done_expr(p, expr);
}

static Expr *parse_member(Parser *p, Expr *receiver, uint32_t start) {
    advance(p);
    if (on_new_line(p) || !(at_kind(p, TOKEN_NAME) || is_word((TokenKind)p->token->kind))) {
        parse_expected(p, DIAG_EXPECTED_NAME, "the name of a field");
        return error_expr(p);
    }
    Name name = p->token->value.name;
    Span span = this_span(p);
    advance(p);
    bool calls = at_kind(p, TOKEN_OPEN_PAREN) && !on_new_line(p);
    Expr *expr = new_expr(p, calls ? EXPR_METHOD_CALL : EXPR_FIELD, start);
    if (calls) {
        expr->method.receiver = receiver;
        expr->method.name = name;
        expr->method.name_span = span;
        expr->method.args = parse_args(p, &expr->method.args_span);
    } else {
        expr->field.receiver = receiver;
        expr->field.name = name;
        expr->field.name_span = span;
    }
    return done_expr(p, expr);
}

static Expr *parse_postfix(Parser *p) {
    uint32_t start = p->at;
    Expr *expr = parse_primary(p);
    while (!p->panic && !at_line_end(p)) {
        if (at_kind(p, TOKEN_OPEN_PAREN))
            expr = parse_call(p, expr, start);
        else if (at_kind(p, TOKEN_OPEN_BRACKET))
            expr = parse_index(p, expr, start);
        else if (at_kind(p, TOKEN_DOT))
            expr = parse_member(p, expr, start);
        else if (at_kind(p, TOKEN_WITH))
            expr = parse_with(p, expr, start);
        else
            break;
    }
    return expr;
}

// ---- unary ----------------------------------------------------------------------------------------------------------

// `-5` is a literal, so that the smallest int can be written.
static bool fold_negative(Expr *expr) {
    if (expr->kind != EXPR_LITERAL || expr->in_parens)
        return false;
    if (expr->literal.kind == LITERAL_INT)
        expr->literal.integer = (int64_t)(0 - (uint64_t)expr->literal.integer);
    else if (expr->literal.kind == LITERAL_FLOAT)
        expr->literal.number = -expr->literal.number;
    return expr->literal.kind == LITERAL_INT || expr->literal.kind == LITERAL_FLOAT;
}

static Expr *parse_unary(Parser *p) {
    if (!at_kind(p, TOKEN_MINUS) && !at_kind(p, TOKEN_NOT))
        return parse_postfix(p);
    if (!enter(p))
        return error_expr(p);
    uint32_t start = p->at;
    Span op_span = this_span(p);
    UnaryOp op = at_kind(p, TOKEN_MINUS) ? UNARY_NEGATE : UNARY_NOT;
    advance(p);
    bool before_number = op == UNARY_NEGATE && (at_kind(p, TOKEN_INT) || at_kind(p, TOKEN_FLOAT));
    p->minimum_sign = before_number ? p->at : p->minimum_sign;
    Expr *operand = parse_unary(p);
    leave(p);
    if (before_number && fold_negative(operand)) {
        operand->span = span_from(p, start);
        return operand;
    }
    Expr *expr = new_expr(p, EXPR_UNARY, start);
    expr->unary.op = op;
    expr->unary.op_span = op_span;
    expr->unary.operand = operand;
    return done_expr(p, expr);
}

// ---- binary ---------------------------------------------------------------------------------------------------------

static bool is_comparison(const Expr *expr) {
    if (expr->in_parens)
        return false;
    return expr->kind == EXPR_IS ||
           (expr->kind == EXPR_BINARY && expr->binary.op >= BINARY_EQ && expr->binary.op <= BINARY_GE);
}

static void check_chain(Parser *p, const Expr *left, Level level) {
    if (level != LEVEL_COMPARE || !is_comparison(left))
        return;
    Diag *diag = parse_complain(p, DIAG_CHAINED_OPERATOR, this_span(p), "comparisons do not chain");
    diag_label(diag, left->span, "this is already a comparison");
    bool is_generic = at_kind(p, TOKEN_GREATER) && left->kind == EXPR_BINARY && left->binary.op == BINARY_LT;
    diag_help(diag, is_generic ? "there are no type parameters: a function is generic as far as its body allows"
                               : "join two comparisons with `&&`, or put one in parentheses");
}

// `x += 1`, where an operand is expected at the `=`.
static bool is_compound_assignment(const Parser *p) {
    const Token *next = peek(p, 1);
    return next->kind == TOKEN_ASSIGN && next->start == p->token->end;
}

static Expr *reject_compound_assignment(Parser *p, const Expr *left) {
    Span span = span_join(this_span(p), token_span(p->tokens, peek(p, 1)));
    if (at_kind(p, TOKEN_EQUAL) || at_kind(p, TOKEN_NOT_EQUAL)) {
        const char *op = at_kind(p, TOKEN_EQUAL) ? "==" : "!=";
        diag_help(parse_error(p, DIAG_FOREIGN_SYNTAX, span, "there is no `%s=`", op),
                  "values are compared by `%s`, which looks at their whole structure", op);
        return error_expr(p);
    }
    Text op = span_text(this_span(p)), name = span_text(left->span);
    Diag *diag =
        parse_error(p, DIAG_FOREIGN_SYNTAX, span, "values do not change, so there is no `%.*s=`", (int)op.len, op.data);
    if (left->kind == EXPR_NAME)
        diag_help(diag, "bind the name again: `%.*s = %.*s %.*s …`", (int)name.len, name.data, (int)name.len, name.data,
                  (int)op.len, op.data);
    return error_expr(p);
}

static Expr *parse_level(Parser *p, Level lowest);

static Expr *parse_is(Parser *p, Expr *value, uint32_t start) {
    advance(p);
    Pattern *pattern = parse_is_pattern(p);
    Expr *expr = new_expr(p, EXPR_IS, start);
    expr->is.value = value;
    expr->is.pattern = pattern;
    return done_expr(p, expr);
}

static Expr *parse_operation(Parser *p, Expr *left, Operator operation, uint32_t start) {
    if (is_compound_assignment(p))
        return reject_compound_assignment(p, left);
    Span op_span = this_span(p);
    advance(p);
    Expr *right = parse_level(p, operation.level + 1);
    Expr *expr = new_expr(p, EXPR_BINARY, start);
    expr->binary.op = operation.op;
    expr->binary.op_span = op_span;
    expr->binary.left = left;
    expr->binary.right = right;
    return done_expr(p, expr);
}

// Operators of at least the level `lowest`; all are left-associative.
static Expr *parse_level(Parser *p, Level lowest) {
    uint32_t start = p->at;
    Expr *left = parse_unary(p);
    while (!p->panic && !at_line_end(p)) {
        Operator operation = operator_of(p->token);
        if (operation.level == LEVEL_NONE || operation.level < lowest)
            break;
        check_chain(p, left, operation.level);
        left = at_kind(p, TOKEN_IS) ? parse_is(p, left, start) : parse_operation(p, left, operation, start);
    }
    return left;
}

Expr *parse_condition(Parser *p) {
    if (!enter(p))
        return error_expr(p);
    Expr *expr = parse_level(p, LEVEL_OR);
    leave(p);
    return expr;
}

Expr *parse_predicate(Parser *p) {
    p->subjects++;
    Expr *expr = parse_condition(p);
    p->subjects--;
    return expr;
}

static Expr *parse_send(Parser *p, Expr *target, uint32_t start) {
    Span op_span = this_span(p);
    advance(p);
    Expr *message = parse_expr(p);
    if (!p->panic && message->kind == EXPR_SEND && !message->in_parens) {
        Diag *diag = parse_complain(p, DIAG_CHAINED_OPERATOR, message->send.op_span, "`<-` does not chain");
        diag_help(diag, "its value is `nil`; send in two statements");
    }
    Expr *expr = new_expr(p, EXPR_SEND, start);
    expr->send.target = target;
    expr->send.message = message;
    expr->send.op_span = op_span;
    return done_expr(p, expr);
}

Expr *parse_expr(Parser *p) {
    uint32_t start = p->at;
    Expr *expr = parse_condition(p);
    if (!p->panic && !at_line_end(p) && at_kind(p, TOKEN_SEND)) {
        if (!enter(p))
            return error_expr(p);
        expr = parse_send(p, expr, start);
        leave(p);
    }
    return expr;
}

Expr *parse_head(Parser *p) {
    Context context = p->context;
    context.in_head = true;
    Context before = set_context(p, context);
    Expr *expr = parse_expr(p);
    p->context = before;
    return expr;
}

Expr *parse_arrow_body(Parser *p) {
    if (at_kind(p, TOKEN_OPEN_BRACE))
        p->arrow_body = p->at;
    return parse_expr(p);
}
