// Types. `with` binds tighter than `|`; `(A) -> B | C` returns `B | C`; `where` binds loosest.
#include "compiler/syntax/parse.h"

#include <string.h>

// ---- simple types ---------------------------------------------------------------------------------------------------

static TypeExpr *parse_literal_type(Parser *p) {
    uint32_t start = p->at;
    Literal literal = take_literal(p);
    TypeExpr *type = new_type(p, TYPE_EXPR_LITERAL, start);
    type->literal = literal;
    return done_type(p, type);
}

// The `<M>` of `pid<M>`, the `<K, V>` of `map<K, V>`; the present token is `<`.
static void parse_arguments(Parser *p, TypeExpr **arguments, size_t count) {
    Span open = this_span(p);
    advance(p);
    Context before = set_context(p, (Context){0});
    for (size_t i = 0; i < count; i++) {
        if (i && !p->panic && !accept(p, TOKEN_COMMA))
            parse_expected(p, DIAG_UNEXPECTED_TOKEN, "`,`");
        arguments[i] = parse_type(p);
    }
    p->context = before;
    if (!p->panic && !accept(p, TOKEN_GREATER))
        diag_label(parse_expected(p, DIAG_UNEXPECTED_TOKEN, "`>`"), open, "opened here");
}

// How many types the name takes in `<>`.
static size_t argument_count(const QualifiedName *name) {
    const char *text = name->name->text;
    if (name->module)
        return 0;
    return strcmp(text, "pid") == 0 || strcmp(text, "set") == 0 ? 1 : strcmp(text, "map") == 0 ? 2 : 0;
}

static TypeExpr *parse_name_type(Parser *p) {
    uint32_t start = p->at;
    TypeExpr *of_c = p->in_extern ? parse_extern_type(p) : NULL;
    if (of_c)
        return of_c;
    QualifiedName name = take_qualified(p);
    bool has_argument = at_kind(p, TOKEN_LESS) && !on_new_line(p);
    if (has_argument && argument_count(&name) == 0) {
        diag_help(parse_error(p, DIAG_UNEXPECTED_TOKEN, this_span(p), "only `pid`, `map` and `set` take types in `<>`"),
                  "a list type is written `[T]`; other types have no parameters");
        return error_type(p);
    }
    TypeExpr *type;
    if (has_argument) {
        TypeExpr *arguments[2] = {0};
        parse_arguments(p, arguments, argument_count(&name));
        bool pid = strcmp(name.name->text, "pid") == 0;
        type = new_type(p, pid ? TYPE_EXPR_PID : TYPE_EXPR_MAP, start);
        if (pid) {
            type->argument = arguments[0];
        } else {
            type->map.key = arguments[0];
            type->map.value = arguments[1];
        }
    } else {
        type = new_type(p, TYPE_EXPR_NAME, start);
        type->name = name;
    }
    return done_type(p, type);
}

static TypeExprField parse_type_field(Parser *p) {
    TypeExprField field = {0};
    bool colon;
    field.name = take_label(p, &field.name_span, &colon);
    if (at_kind(p, TOKEN_QUESTION))
        diag_help(parse_error(p, DIAG_FOREIGN_SYNTAX, this_span(p), "expected `:`, found `?`"),
                  "there are no optional fields; a field that may be nil is written `name: T | nil`");
    if (!colon)
        expect(p, TOKEN_COLON);
    field.type = parse_type_where(p);
    return field;
}

static TypeExpr *parse_record_type(Parser *p) {
    uint32_t open = p->at;
    TypeExpr *type = new_type(p, TYPE_EXPR_RECORD, open);
    NameSet names = {0};
    Context before = set_context(p, (Context){0});
    advance(p);
    while (inside(p, open)) {
        TypeExprField field = parse_type_field(p);
        check_repeated(p, &names, DIAG_DUPLICATE_FIELD, "field", field.name, field.name_span);
        vec_push(&type->record.fields, field);
        if (!accept(p, TOKEN_COMMA))
            break;
    }
    expect_close(p, open, "`,`");
    p->context = before;
    return done_type(p, type);
}

static TypeExpr *parse_list_type(Parser *p) {
    uint32_t open = p->at;
    Context before = set_context(p, (Context){0});
    advance(p);
    TypeExpr *element = parse_type_where(p);
    expect_close(p, open, "");
    p->context = before;
    TypeExpr *type = new_type(p, TYPE_EXPR_LIST, open);
    type->element = element;
    return done_type(p, type);
}

// `(A, B) -> R`, or `(A)` for grouping.
static TypeExpr *parse_paren_type(Parser *p) {
    uint32_t open = p->at;
    TypeExprVec params = {0};
    Context before = set_context(p, (Context){0});
    advance(p);
    while (inside(p, open)) {
        vec_push(&params, parse_type_where(p));
        if (!accept(p, TOKEN_COMMA))
            break;
    }
    expect_close(p, open, "`,`");
    p->context = before;
    bool arrow = at_kind(p, TOKEN_ARROW) && !on_new_line(p);
    if (!arrow && params.len == 1 && !p->panic) {
        params.data[0]->span = span_from(p, open);
        return params.data[0];
    }
    expect(p, TOKEN_ARROW);
    TypeExpr *result = parse_type(p);
    TypeExpr *type = new_type(p, TYPE_EXPR_FUNCTION, open);
    type->function.params = params;
    type->function.result = result;
    return done_type(p, type);
}

static TypeExpr *parse_simple_type(Parser *p) {
    if (p->panic)
        return error_type(p);
    if (line_ended(p) && at_kind(p, TOKEN_NAME) && peek(p, 1)->kind == TOKEN_ASSIGN) { // the next definition
        parse_expected(p, DIAG_EXPECTED_TYPE, "a type");
        return error_type(p);
    }
    if (at_literal(p))
        return parse_literal_type(p);
    switch (p->token->kind) {
    case TOKEN_NAME:
    case TOKEN_QUALIFIED:
        return parse_name_type(p);
    case TOKEN_OPEN_BRACE:
        return parse_record_type(p);
    case TOKEN_OPEN_BRACKET:
        return parse_list_type(p);
    case TOKEN_OPEN_PAREN:
        return parse_paren_type(p);
    default:
        parse_expected(p, DIAG_EXPECTED_TYPE, "a type");
        return error_type(p);
    }
}

// ---- constraints and unions -----------------------------------------------------------------------------------------

static TypeExpr *add_predicate(Parser *p, TypeExpr *base, uint32_t start, bool is_where) {
    advance(p);
    Expr *predicate = parse_predicate(p);
    TypeExpr *type = new_type(p, TYPE_EXPR_CONSTRAINED, start);
    type->constrained.base = base;
    type->constrained.predicate = predicate;
    type->constrained.is_where = is_where;
    return done_type(p, type);
}

static TypeExpr *parse_with_type(Parser *p) {
    uint32_t start = p->at;
    TypeExpr *type = parse_simple_type(p);
    bool brackets = at_kind(p, TOKEN_OPEN_BRACKET) && p->token->start == last_span(p).end;
    if (!p->panic && brackets && peek(p, 1)->kind == TOKEN_CLOSE_BRACKET)
        diag_help(parse_error(p, DIAG_FOREIGN_SYNTAX, span_from(p, start), "a list type is not written `T[]`"),
                  "write `[T]`");
    if (!p->panic && at_kind(p, TOKEN_WITH))
        type = add_predicate(p, type, start, false);
    return type;
}

// A union in parentheses is the same as without.
static void add_member(TypeExpr *type, TypeExpr *member) {
    if (member->kind != TYPE_EXPR_UNION) {
        vec_push(&type->members, member);
        return;
    }
    for (size_t i = 0; i < member->members.len; i++)
        vec_push(&type->members, member->members.data[i]);
}

static TypeExpr *parse_union(Parser *p) {
    uint32_t start = p->at;
    accept(p, TOKEN_PIPE); // of a union with each member on a line
    TypeExpr *first = parse_with_type(p);
    if (p->panic || !at_kind(p, TOKEN_PIPE))
        return first;
    TypeExpr *type = new_type(p, TYPE_EXPR_UNION, start);
    add_member(type, first);
    while (accept(p, TOKEN_PIPE))
        add_member(type, parse_with_type(p));
    return done_type(p, type);
}

TypeExpr *parse_type(Parser *p) {
    if (!enter(p))
        return error_type(p);
    TypeExpr *type = parse_union(p);
    leave(p);
    return type;
}

TypeExpr *parse_type_where(Parser *p) {
    uint32_t start = p->at;
    TypeExpr *type = parse_type(p);
    if (!p->panic && at_kind(p, TOKEN_WHERE) && !at_line_end(p))
        type = add_predicate(p, type, start, true);
    return type;
}
