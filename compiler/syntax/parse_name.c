// Names and literals: the smallest pieces that expressions, patterns and types share.
#include "compiler/syntax/parse.h"

bool is_capital(Name name) { return name->text[0] >= 'A' && name->text[0] <= 'Z'; }

// Turns the present token `name:T` into `T`; the name and colon are consumed.
static Name split_qualified(Parser *p, Span *span) {
    Name name = token_module(p->tokens, p->token);
    *span = token_module_span(p->tokens, p->token);
    p->token->start = token_member_span(p->tokens, p->token).start;
    p->token->kind = TOKEN_NAME;
    p->token->newline_before = false;
    return name;
}

Name take_label(Parser *p, Span *span, bool *colon) {
    *colon = false;
    *span = this_span(p);
    if (p->panic)
        return name_of("");
    if (at_kind(p, TOKEN_QUALIFIED)) {
        *colon = true;
        return split_qualified(p, span);
    }
    if (at_kind(p, TOKEN_NAME) || is_word((TokenKind)p->token->kind)) {
        Name name = p->token->value.name;
        advance(p);
        return name;
    }
    Diag *diag = parse_expected(p, DIAG_EXPECTED_NAME, "the name of a field");
    if (at_kind(p, TOKEN_STRING))
        diag_help(diag, "names of fields are written without quotation marks; a map is written `map:of(\"a\": 1)`");
    return name_of("");
}

void reject_reserved_label(Parser *p, Name name, Span span) {
    Diag *diag =
        parse_error(p, DIAG_RESERVED_WORD, span, "`%s` is a reserved word: it names a field, but no value", name->text);
    diag_help(diag, "write `%s: …`", name->text);
}

Name take_name(Parser *p, const char *what, Span *span) {
    *span = this_span(p);
    if (p->panic)
        return NULL;
    if (at_kind(p, TOKEN_NAME)) {
        Name name = p->token->value.name;
        advance(p);
        return name;
    }
    if (is_word((TokenKind)p->token->kind) && !line_ended(p))
        parse_error(p, DIAG_RESERVED_WORD, *span, "%s is a reserved word and cannot be %s",
                    token_kind_text((TokenKind)p->token->kind), what);
    else
        parse_expected(p, DIAG_EXPECTED_NAME, what);
    return NULL;
}

static void remember_module(Parser *p, Name module, Span span) {
    if (map_add(&p->references, module))
        vec_push(&p->module->references, (ModuleRef){module, span});
}

QualifiedName take_qualified(Parser *p) {
    QualifiedName result = {.name = p->token->value.name, .name_span = this_span(p)};
    if (at_kind(p, TOKEN_QUALIFIED)) {
        result.module = token_module(p->tokens, p->token);
        result.module_span = token_module_span(p->tokens, p->token);
        result.name_span = token_member_span(p->tokens, p->token);
        remember_module(p, result.module, result.module_span);
    } else {
        result.module_span = span_before(result.name_span);
    }
    advance(p);
    return result;
}

static bool is_number(const Token *token) { return token->kind == TOKEN_INT || token->kind == TOKEN_FLOAT; }

bool at_literal(const Parser *p) {
    switch (p->token->kind) {
    case TOKEN_INT:
    case TOKEN_FLOAT:
    case TOKEN_STRING:
    case TOKEN_TRUE:
    case TOKEN_FALSE:
    case TOKEN_NIL:
        return true;
    case TOKEN_MINUS:
        return is_number(peek(p, 1));
    default:
        return false;
    }
}

Literal take_literal(Parser *p) {
    bool negative = accept(p, TOKEN_MINUS);
    const Token *token = p->token;
    Literal literal = {.kind = LITERAL_NIL};
    switch (token->kind) {
    case TOKEN_INT:
        literal.kind = LITERAL_INT;
        if (token->is_minimum && !negative && p->minimum_sign != p->at)
            parse_complain(p, DIAG_NUMBER_TOO_LARGE, this_span(p),
                           "this number does not fit into an int, whose largest value is 9223372036854775807");
        literal.integer = (int64_t)(negative ? 0 - token->value.integer : token->value.integer);
        break;
    case TOKEN_FLOAT:
        literal.kind = LITERAL_FLOAT;
        literal.number = negative ? -token->value.number : token->value.number;
        break;
    case TOKEN_STRING:
        literal.kind = LITERAL_STRING;
        literal.string = p->tokens->texts.data[token->value.text];
        break;
    case TOKEN_TRUE:
    case TOKEN_FALSE:
        literal.kind = LITERAL_BOOL;
        literal.boolean = token->kind == TOKEN_TRUE;
        break;
    default:
        break;
    }
    advance(p);
    return literal;
}

const Span *name_set_add(NameSet *set, Name name, Span span) {
    size_t few = sizeof set->few / sizeof *set->few;
    for (size_t i = 0; i < set->count && i < few; i++)
        if (set->few[i].name == name)
            return &set->few[i].span;
    if (set->count < few) {
        set->few[set->count].name = name;
        set->few[set->count++].span = span;
        return NULL;
    }
    const Span *first = map_get(&set->many, name);
    if (first)
        return first;
    Span *copy = mem_new(Span);
    *copy = span;
    map_set(&set->many, name, copy);
    return NULL;
}

void check_repeated(Parser *p, NameSet *set, DiagCode code, const char *what, Name name, Span span) {
    if (p->panic)
        return;
    const Span *first = name_set_add(set, name, span);
    if (!first)
        return;
    Diag *diag = parse_complain(p, code, span, "%s `%s` is here twice", what, name->text);
    diag_label(diag, *first, "first here");
}
