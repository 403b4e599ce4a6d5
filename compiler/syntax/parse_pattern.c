// Patterns: a literal; `_`; a name; a type name; `name: Type`; `{field, other: pattern}`; `[]`, `[a, b]`,
// `[first, ...rest]`; each may have `where condition`.
//
// A name is that of a type if it has a capital letter, or is int, float, bool or string, or is followed by `<`; any
// other name binds (`pid` does).
#include "compiler/syntax/parse.h"

#include <string.h>

static bool is_type_name(Name name) {
    static const char *const builtin[] = {"int", "float", "bool", "string"};
    for (size_t i = 0; i < sizeof builtin / sizeof *builtin; i++)
        if (strcmp(name->text, builtin[i]) == 0)
            return true;
    return is_capital(name);
}

static Pattern *parse_literal_pattern(Parser *p) {
    uint32_t start = p->at;
    Literal literal = take_literal(p);
    Pattern *pattern = new_pattern(p, PATTERN_LITERAL, start);
    pattern->literal = literal;
    return pattern;
}

static Pattern *parse_type_pattern(Parser *p, Name name, Span name_span, uint32_t start) {
    TypeExpr *type = parse_type(p);
    Pattern *pattern = new_pattern(p, PATTERN_TYPE, start);
    pattern->type.name = name;
    pattern->type.name_span = name_span;
    pattern->type.type = type;
    return pattern;
}

static Pattern *parse_name_pattern(Parser *p, bool bare_is_type) {
    uint32_t start = p->at;
    const Token *next = peek(p, 1);
    Name name = p->token->value.name;
    if (at_kind(p, TOKEN_QUALIFIED)) {
        if (bare_is_type || is_capital(name))
            return parse_type_pattern(p, NULL, span_before(this_span(p)), start);
        Span span;
        bool colon;
        Name label = take_label(p, &span, &colon);
        return parse_type_pattern(p, label, span, start);
    }
    if (next->kind == TOKEN_COLON) {
        Span span = this_span(p);
        advance(p);
        advance(p);
        return parse_type_pattern(p, name, span, start);
    }
    bool has_argument = next->kind == TOKEN_LESS && next->start == p->token->end;
    if (bare_is_type || has_argument || is_type_name(name))
        return parse_type_pattern(p, NULL, span_before(this_span(p)), start);
    advance(p);
    Pattern *pattern = new_pattern(p, PATTERN_NAME, start);
    pattern->bind.name = name;
    return pattern;
}

static Pattern *parse_wildcard(Parser *p) {
    uint32_t start = p->at;
    Span span = this_span(p);
    advance(p);
    if (accept(p, TOKEN_COLON))
        return parse_type_pattern(p, NULL, span, start);
    return new_pattern(p, PATTERN_WILDCARD, start);
}

// ---- records --------------------------------------------------------------------------------------------------------

static Pattern *short_pattern(Parser *p, Name name, Span span) {
    Pattern *pattern = new_pattern(p, PATTERN_NAME, p->at);
    pattern->span = span;
    pattern->height = 1;
    pattern->bind.name = name;
    return pattern;
}

static PatternField parse_field(Parser *p) {
    PatternField field = {0};
    bool colon, reserved = is_word((TokenKind)p->token->kind);
    if (at_kind(p, TOKEN_ELLIPSIS))
        diag_help(parse_error(p, DIAG_BAD_REST, this_span(p), "`...` stands in list patterns only"),
                  "a record pattern matches whatever other fields there are");
    field.name = take_label(p, &field.name_span, &colon);
    if (colon || accept(p, TOKEN_COLON)) {
        field.pattern = parse_pattern(p);
    } else {
        if (reserved && !p->panic)
            reject_reserved_label(p, field.name, field.name_span);
        field.is_short = true;
        field.pattern = short_pattern(p, field.name, field.name_span);
        if (at_kind(p, TOKEN_WHERE)) { // `{age where age > 3}`
            accept(p, TOKEN_WHERE);
            field.pattern->where = parse_predicate(p);
            done_pattern(p, field.pattern);
        }
    }
    return field;
}

static Pattern *parse_record_pattern(Parser *p) {
    uint32_t open = p->at;
    Pattern *pattern = new_pattern(p, PATTERN_RECORD, open);
    NameSet names = {0};
    Context before = set_context(p, (Context){0});
    advance(p);
    while (inside(p, open)) {
        PatternField field = parse_field(p);
        check_repeated(p, &names, DIAG_DUPLICATE_FIELD, "field", field.name, field.name_span);
        vec_push(&pattern->record.fields, field);
        if (!accept(p, TOKEN_COMMA))
            break;
    }
    expect_close(p, open, "`,`");
    p->context = before;
    return pattern;
}

// ---- lists ----------------------------------------------------------------------------------------------------------

// `...rest`, `..._`, `...`
static void parse_rest(Parser *p, Pattern *list, uint32_t open) {
    uint32_t start = p->at;
    advance(p);
    list->list.has_rest = true;
    if (at_kind(p, TOKEN_NAME)) {
        list->list.rest = p->token->value.name;
        advance(p);
    } else {
        accept(p, TOKEN_UNDERSCORE);
    }
    list->list.rest_span = span_from(p, start);
    if (accept(p, TOKEN_COMMA) && inside(p, open))
        parse_error(p, DIAG_BAD_REST, list->list.rest_span, "the rest has to be the last element");
}

static Pattern *parse_list_pattern(Parser *p) {
    uint32_t open = p->at;
    Pattern *pattern = new_pattern(p, PATTERN_LIST, open);
    Context before = set_context(p, (Context){0});
    advance(p);
    while (inside(p, open)) {
        if (at_kind(p, TOKEN_ELLIPSIS)) {
            parse_rest(p, pattern, open);
            break;
        }
        vec_push(&pattern->list.elements, parse_pattern(p));
        if (!accept(p, TOKEN_COMMA))
            break;
    }
    expect_close(p, open, "`,`");
    p->context = before;
    return pattern;
}

// ---- all ------------------------------------------------------------------------------------------------------------

static Pattern *reject_pattern(Parser *p) {
    TokenKind kind = (TokenKind)p->token->kind;
    Span span = this_span(p);
    if (line_ended(p)) {
        parse_expected(p, DIAG_EXPECTED_PATTERN, "a pattern");
        return error_pattern(p);
    }
    if (kind == TOKEN_STRING_OPEN)
        diag_help(parse_error(p, DIAG_BAD_PATTERN_LITERAL, span, "a string with `${…}` is not a pattern"),
                  "bind a name and compare in a guard: `text where text == …`");
    else if (kind == TOKEN_ELLIPSIS)
        diag_help(parse_error(p, DIAG_BAD_REST, span, "`...` stands in list patterns only"),
                  "write `[first, ...rest]`");
    else if (kind == TOKEN_ELSE)
        diag_help(parse_error(p, DIAG_EXPECTED_PATTERN, span, "`else` is not a pattern"),
                  "`_` matches everything that is left");
    else if (is_word(kind))
        parse_error(p, DIAG_RESERVED_WORD, span, "%s is a reserved word and cannot be a pattern",
                    token_kind_text(kind));
    else
        parse_expected(p, DIAG_EXPECTED_PATTERN, "a pattern");
    return error_pattern(p);
}

static Pattern *parse_pattern_head(Parser *p, bool bare_is_type) {
    if (at_literal(p))
        return parse_literal_pattern(p);
    switch (p->token->kind) {
    case TOKEN_UNDERSCORE:
        return parse_wildcard(p);
    case TOKEN_NAME:
    case TOKEN_QUALIFIED:
        return parse_name_pattern(p, bare_is_type);
    case TOKEN_OPEN_BRACE:
        return parse_record_pattern(p);
    case TOKEN_OPEN_BRACKET:
        return parse_list_pattern(p);
    default:
        return reject_pattern(p);
    }
}

static void parse_where(Parser *p, Pattern *pattern) {
    Context context = p->context;
    context.in_guard = true;
    Context before = set_context(p, context);
    advance(p);
    pattern->where = parse_predicate(p);
    p->context = before;
}

static Pattern *parse_any_pattern(Parser *p, bool bare_is_type) {
    if (!enter(p))
        return error_pattern(p);
    Pattern *pattern = parse_pattern_head(p, bare_is_type);
    if (!p->panic && at_kind(p, TOKEN_WHERE) && !at_line_end(p))
        parse_where(p, pattern);
    leave(p);
    done_pattern(p, pattern);
    return p->panic ? error_pattern(p) : pattern;
}

Pattern *parse_pattern(Parser *p) { return parse_any_pattern(p, false); }

Pattern *parse_is_pattern(Parser *p) { return parse_any_pattern(p, true); }
