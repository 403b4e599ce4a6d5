// Function definitions: `name(params) result where constraint { body }`.
//
// After a header's `)`, `{…}` is a result type exactly when `|` follows its `}`, or on the same line `{` or a
// constraint does. The body's `{` is on the line where the header ends.
#include "compiler/syntax/parse.h"

static bool starts_constraint(const Token *token) {
    return token->kind == TOKEN_WHERE || token->kind == TOKEN_WITH || token->kind == TOKEN_NAME ||
           token->kind == TOKEN_QUALIFIED;
}

// Whether what is in the brackets at `open` is a type with more of a header behind it.
static bool header_goes_on(const Parser *p, const Token *open) {
    if (open->is_unpaired)
        return false;
    const Token *behind = &p->tokens->data[open->partner + 1];
    if (behind->kind == TOKEN_PIPE)
        return true;
    return !behind->newline_before && (behind->kind == TOKEN_OPEN_BRACE || starts_constraint(behind));
}

// A file may have the definition of `f(x)` or, in a script, a call that starts with `f(x)`: told apart by what follows
// the `)`.
bool is_function_header(const Parser *p) {
    const Token *open = peek(p, 1);
    if (!at_kind(p, TOKEN_NAME) || open->kind != TOKEN_OPEN_PAREN || open->newline_before)
        return false;
    if (open->is_unpaired)
        return false;
    const Token *behind = &p->tokens->data[open->partner + 1];
    if (behind->kind == TOKEN_OPEN_BRACE)
        return true;
    if (behind->newline_before)
        return behind->kind == TOKEN_PIPE;
    switch (behind->kind) {
    case TOKEN_NAME:
    case TOKEN_QUALIFIED:
    case TOKEN_STRING:
    case TOKEN_INT:
    case TOKEN_TRUE:
    case TOKEN_FALSE:
    case TOKEN_NIL:
    case TOKEN_PIPE:
    case TOKEN_WHERE:
    case TOKEN_COLON:
    case TOKEN_ARROW:
        return true;
    case TOKEN_MINUS: // `f() -1 | nil {` or `f() - 1`
        return (behind[1].kind == TOKEN_INT || behind[1].kind == TOKEN_FLOAT) &&
               (behind[2].kind == TOKEN_PIPE || (behind[2].kind == TOKEN_OPEN_BRACE && !behind[2].newline_before));
    case TOKEN_OPEN_BRACKET:
        return header_goes_on(p, behind);
    case TOKEN_OPEN_PAREN:
        return !behind->is_unpaired && p->tokens->data[behind->partner + 1].kind == TOKEN_ARROW;
    default:
        return false;
    }
}

static void parse_result_constraint(Parser *p, FunctionClause *clause) {
    if (accept(p, TOKEN_WHERE)) {
        clause->result_where = parse_predicate(p);
        return;
    }
    bool is_name = at_kind(p, TOKEN_NAME) || at_kind(p, TOKEN_QUALIFIED);
    if (p->panic || !is_name || at_line_end(p))
        return;
    uint32_t start = p->at;
    QualifiedName name = take_qualified(p);
    clause->result_where = new_expr(p, EXPR_NAME, start);
    clause->result_where->name = name;
    clause->result_where = done_expr(p, clause->result_where);
    clause->result_short = true;
}

// `: T` and `-> T`, as other languages write it.
static void reject_result_mark(Parser *p) {
    if (!at_kind(p, TOKEN_COLON) && !at_kind(p, TOKEN_ARROW))
        return;
    if (at_kind(p, TOKEN_ARROW) && !brace_on_line(p)) {
        diag_help(parse_error(p, DIAG_FOREIGN_SYNTAX, this_span(p), "the body of a function stands in braces"),
                  "write `name(a) { value }`; `(a) -> value` is a function value");
        skip_indented(p, p->first);
        return;
    }
    Diag *diag = parse_complain(p, DIAG_FOREIGN_SYNTAX, this_span(p), "no %s stands before the type of a result",
                                token_kind_text((TokenKind)p->token->kind));
    diag_help(diag, "write `name(a: int) int { … }`");
    advance(p);
}

static bool has_result(const Parser *p) {
    if (p->panic || at_line_end(p) || at_kind(p, TOKEN_WHERE))
        return false;
    return !at_kind(p, TOKEN_OPEN_BRACE) || header_goes_on(p, p->token);
}

static void parse_body(Parser *p, FunctionClause *clause) {
    if (!p->panic && at_kind(p, TOKEN_ASSIGN))
        diag_help(parse_error(p, DIAG_UNEXPECTED_TOKEN, this_span(p), "expected `{` after the header, found `=`"),
                  "write `name(a) { value }`");
    clause->body = parse_block(p, "the header");
}

FunctionClause *parse_clause(Parser *p) {
    FunctionClause *clause = mem_new(FunctionClause);
    uint32_t start = p->at;
    clause->name_span = this_span(p);
    advance(p);
    clause->params = parse_params(p);
    Context before = set_context(p, (Context){.newlines = true, .in_head = true});
    if (!p->panic)
        reject_result_mark(p);
    if (has_result(p))
        clause->result = parse_type(p);
    parse_result_constraint(p, clause);
    p->context = before;
    clause->header_span = span_from(p, start);
    parse_body(p, clause);
    clause->span = span_from(p, start);
    return clause;
}
