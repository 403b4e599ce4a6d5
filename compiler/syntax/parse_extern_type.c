// Types that mean something in `extern c` only: names of C's types, what has to be freed, handles, callbacks.
#include <string.h>

#include "compiler/syntax/parse.h"

static bool is_text(const Name name, const char *text) { return strcmp(name->text, text) == 0; }

// `(name)`: the C function that frees or closes.
static void parse_owner(Parser *p, TypeExpr *type) {
    if (!at_kind(p, TOKEN_OPEN_PAREN))
        return;
    advance(p);
    type->owned.function = take_name(p, "the name of a C function", &type->owned.function_span);
    expect(p, TOKEN_CLOSE_PAREN);
}

// A parameter of a callback: `name: type`, or a name alone.
static TypeExprField parse_callback_field(Parser *p) {
    TypeExprField field = {0};
    bool colon;
    field.name = take_label(p, &field.name_span, &colon);
    if (colon || accept(p, TOKEN_COLON))
        field.type = parse_type(p);
    return field;
}

static TypeExpr *parse_callback(Parser *p, uint32_t start) {
    TypeExpr *type = new_type(p, TYPE_EXPR_CALLBACK, start);
    NameSet names = {0};
    size_t pointers = 0;
    uint32_t open = p->at;
    Context before = set_context(p, (Context){0});
    advance(p);
    while (inside(p, open)) {
        TypeExprField field = parse_callback_field(p);
        check_repeated(p, &names, DIAG_DUPLICATE_PARAMETER, "parameter", field.name, field.name_span);
        vec_push(&type->record.fields, field);
        pointers += field.type == NULL;
        if (!accept(p, TOKEN_COMMA))
            break;
    }
    expect_close(p, open, "`,`");
    p->context = before;
    if (!p->panic && at_kind(p, TOKEN_NAME) && !at_line_end(p))
        type->record.result = parse_type(p);
    type = done_type(p, type);
    if (!p->panic && pointers != 1)
        diag_help(parse_complain(p, DIAG_BAD_EXTERN, type->span,
                                 pointers ? "a callback is handed one pointer of its own"
                                          : "it is not said where C hands the callback's own pointer on"),
                  "one parameter stands without a type: `callback(data, code: int32)`");
    return type;
}

TypeExpr *parse_extern_type(Parser *p) {
    uint32_t start = p->at;
    Name name = p->token->value.name;
    if (!at_kind(p, TOKEN_NAME) || is_capital(name) || peek(p, 1)->kind == TOKEN_LESS)
        return NULL;
    bool opens = peek(p, 1)->kind == TOKEN_OPEN_PAREN && !peek(p, 1)->newline_before;
    TypeExpr *type;
    if (is_text(name, "callback") && opens) {
        advance(p);
        return parse_callback(p, start);
    }
    if (is_text(name, "handle") || (is_text(name, "string") && opens)) {
        bool handle = is_text(name, "handle");
        advance(p);
        type = new_type(p, handle ? TYPE_EXPR_HANDLE : TYPE_EXPR_C_FREED, start);
        parse_owner(p, type);
        return done_type(p, type);
    }
    QualifiedName qualified = take_qualified(p);
    type = new_type(p, TYPE_EXPR_C_NAME, start);
    type->name = qualified;
    return done_type(p, type);
}
