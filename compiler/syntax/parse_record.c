// Records and `with`. A `{` where an expression is expected opens a record if `}`, `name,`, `name}` or `name:` follows
// (unless that is a typed binding, `name: T = …`), otherwise a block. Directly behind `->`, `{}` and `{name}` are
// blocks.
// `{a:b}` and `{a:b, …}`, without spaces, are records too, although `a:b` is read as a qualified name.
#include "compiler/syntax/parse.h"

// `name: T = …`: an `=` on the line before anything that ends a field. The search is over one line at one depth.
static bool is_typed_binding(const Parser *p, uint32_t index) {
    for (;; index++) {
        const Token *token = &p->tokens->data[index];
        if (token->newline_before && token->kind != TOKEN_PIPE)
            return false;
        switch (token->kind) {
        case TOKEN_ASSIGN:
            return true;
        case TOKEN_OPEN_PAREN:
        case TOKEN_OPEN_BRACKET:
        case TOKEN_OPEN_BRACE:
        case TOKEN_STRING_OPEN:
        case TOKEN_STRING_MIDDLE:
            if (token->is_unpaired)
                return false;
            index = token->partner - (token->kind == TOKEN_STRING_OPEN || token->kind == TOKEN_STRING_MIDDLE);
            break;
        case TOKEN_COMMA:
        case TOKEN_CLOSE_PAREN:
        case TOKEN_CLOSE_BRACKET:
        case TOKEN_CLOSE_BRACE:
        case TOKEN_END:
            return false;
        default:
            break;
        }
    }
}

bool is_record(const Parser *p) {
    const Token *first = peek(p, 1), *second = peek(p, 2);
    bool behind_arrow = p->at == p->arrow_body;
    bool ends = second->kind == TOKEN_CLOSE_BRACE && !behind_arrow;
    switch (first->kind) {
    case TOKEN_CLOSE_BRACE:
        return !behind_arrow;
    case TOKEN_NAME:
        if (second->kind == TOKEN_COLON)
            return !is_typed_binding(p, p->at + 3);
        return second->kind == TOKEN_COMMA || ends;
    case TOKEN_QUALIFIED:
        return second->kind == TOKEN_COMMA || ends;
    case TOKEN_STRING: // an error, but one of a record
        return second->kind == TOKEN_COLON;
    case TOKEN_ELLIPSIS:
        return true;
    default:
        return is_word((TokenKind)first->kind) && second->kind == TOKEN_COLON;
    }
}

static Expr *short_value(Parser *p, Name name, Span span) {
    Expr *value = new_expr(p, EXPR_NAME, p->at);
    value->span = span;
    value->height = 1;
    value->name = (QualifiedName){.name = name, .module_span = span_before(span), .name_span = span};
    return value;
}

static void reject_spread(Parser *p) {
    if (at_kind(p, TOKEN_ELLIPSIS))
        diag_help(parse_error(p, DIAG_FOREIGN_SYNTAX, this_span(p), "a record literal does not take in another record"),
                  "write `other with {name: value}`");
}

static RecordField parse_field(Parser *p) {
    RecordField field = {0};
    bool colon, reserved = is_word((TokenKind)p->token->kind);
    reject_spread(p);
    field.name = take_label(p, &field.name_span, &colon);
    if (colon || accept(p, TOKEN_COLON)) {
        field.value = parse_expr(p);
    } else {
        if (reserved && !p->panic)
            reject_reserved_label(p, field.name, field.name_span);
        field.is_short = true;
        field.value = short_value(p, field.name, field.name_span);
    }
    return field;
}

Expr *parse_record(Parser *p) {
    uint32_t open = p->at;
    Expr *expr = new_expr(p, EXPR_RECORD, open);
    NameSet names = {0};
    Context before = set_context(p, (Context){0});
    advance(p);
    while (inside(p, open)) {
        RecordField field = parse_field(p);
        check_repeated(p, &names, DIAG_DUPLICATE_FIELD, "field", field.name, field.name_span);
        vec_push(&expr->record.fields, field);
        if (!accept(p, TOKEN_COMMA))
            break;
    }
    expect_close(p, open, "`,`");
    p->context = before;
    return done_expr(p, expr);
}

// ---- with -----------------------------------------------------------------------------------------------------------

// `address.city: value`, or `name` for `name: name`.
static WithUpdate parse_update(Parser *p) {
    WithUpdate update = {0};
    bool colon;
    do {
        WithPathStep step = {0};
        step.name = take_label(p, &step.span, &colon);
        vec_push(&update.path, step);
    } while (!colon && accept(p, TOKEN_DOT));
    update.span = span_join(update.path.data[0].span, vec_last(&update.path).span);
    if (colon || accept(p, TOKEN_COLON))
        update.value = parse_expr(p);
    else if (update.path.len == 1)
        update.value = short_value(p, update.path.data[0].name, update.span);
    else
        expect(p, TOKEN_COLON);
    return update;
}

Expr *parse_with(Parser *p, Expr *record, uint32_t start_token) {
    Expr *expr = new_expr(p, EXPR_WITH, start_token);
    expr->with.record = record;
    expr->with.with_span = this_span(p);
    advance(p);
    uint32_t open = p->at;
    if (!expect(p, TOKEN_OPEN_BRACE))
        return error_expr(p);
    Context before = set_context(p, (Context){0});
    while (inside(p, open)) {
        WithUpdate update = parse_update(p);
        if (p->panic)
            break;
        vec_push(&expr->with.updates, update);
        if (!accept(p, TOKEN_COMMA))
            break;
    }
    expect_close(p, open, "`,`");
    p->context = before;
    return done_expr(p, expr);
}
