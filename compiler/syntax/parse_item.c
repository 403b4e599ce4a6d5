// The top level of a module: functions, type aliases, constants, constraints, `extern`, and the statements of a script.
#include "compiler/syntax/parse.h"

static void add_alias(Parser *p, TypeAlias *alias) {
    const TypeAlias *first = map_get(&p->aliases, alias->name);
    if (first) {
        Diag *diag = parse_complain(p, DIAG_DUPLICATE_DEFINITION, alias->name_span, "the type `%s` is defined twice",
                                    alias->name->text);
        diag_label(diag, first->name_span, "first here");
        return;
    }
    map_set(&p->aliases, alias->name, alias);
    vec_push(&p->module->aliases, alias);
}

void parse_alias(Parser *p) {
    uint32_t start = p->at;
    TypeAlias *alias = mem_new(TypeAlias);
    alias->name = take_name(p, "the name of a type", &alias->name_span);
    if (at_kind(p, TOKEN_COLON)) {
        Diag *diag = parse_complain(p, DIAG_FOREIGN_SYNTAX, this_span(p), "a type is not named with `:`");
        diag_help(diag, "write `%s = …`", alias->name->text);
        advance(p);
    } else {
        expect(p, TOKEN_ASSIGN);
    }
    alias->type = parse_type_where(p);
    alias->span = span_from(p, start);
    if (alias->type->kind == TYPE_EXPR_HANDLE && alias->name)
        alias->type->owned.name = name_of(text_format("%s:%s", name_text(p->module->name), alias->name->text));
    if (p->panic)
        alias->type = error_type(p);
    add_alias(p, alias);
}

static void parse_definition(Parser *p, bool exported) {
    Name name = p->token->value.name;
    Span name_span = this_span(p);
    FunctionClause *clause = parse_clause(p);
    clause->is_exported = exported;
    collect_functions(p, clause, name, name_span);
}

static void parse_export(Parser *p) {
    advance(p);
    if (is_function_header(p))
        parse_definition(p, true);
    else
        parse_expected(p, DIAG_UNEXPECTED_TOKEN, "a function to export");
}

// `fn name(…) {` and the like: one error for the word, then the definition as if it were not there.
static bool skip_foreign_definition(Parser *p) {
    if (!at_kind(p, TOKEN_NAME) || peek(p, 1)->kind != TOKEN_NAME || peek(p, 1)->newline_before)
        return false;
    const char *word = p->token->value.name->text, *help = foreign_word_help(word);
    Parser behind = *p;
    advance(&behind);
    if (!help || !is_function_header(&behind))
        return false;
    uint32_t start = p->at;
    diag_help(parse_complain(p, DIAG_FOREIGN_SYNTAX, this_span(p), "there is no `%s` in Fluffy", word), "%s", help);
    advance(p);
    if (!brace_on_line(p)) {
        p->panic = true;
        skip_indented(p, start);
    }
    return true;
}

// `-module(name).`
static bool reject_attribute(Parser *p) {
    const Token *word = peek(p, 1), *open = peek(p, 2);
    bool called = word->kind == TOKEN_NAME || word->kind == TOKEN_EXPORT;
    if (!at_kind(p, TOKEN_MINUS) || !called || open->kind != TOKEN_OPEN_PAREN || open->is_unpaired ||
        p->tokens->data[open->partner + 1].kind != TOKEN_DOT)
        return false;
    diag_help(parse_error(p, DIAG_FOREIGN_SYNTAX, this_span(p), "there are no attributes in Fluffy"),
              "a file is a module, named by its file's stem, and others may use all of it: `module:name`");
    skip_indented(p, p->at);
    return true;
}

// `f<T>(x: T) {`
static bool reject_type_parameters(Parser *p) {
    uint32_t ahead = 2;
    if (!at_kind(p, TOKEN_NAME) || peek(p, 1)->kind != TOKEN_LESS)
        return false;
    while (peek(p, ahead)->kind == TOKEN_NAME || peek(p, ahead)->kind == TOKEN_COMMA)
        ahead++;
    const Token *open = peek(p, ahead + 1);
    if (peek(p, ahead)->kind != TOKEN_GREATER || open->kind != TOKEN_OPEN_PAREN || !brace_on_line(p))
        return false;
    Span span = span_join(token_span(p->tokens, peek(p, 1)), token_span(p->tokens, peek(p, ahead)));
    diag_help(parse_error(p, DIAG_FOREIGN_SYNTAX, span, "there are no type parameters in Fluffy"),
              "leave them out: a function is generic as far as its body allows");
    return true;
}

static void parse_top_statement(Parser *p) {
    Stmt *stmt = parse_stmt(p);
    vec_push(&p->module->statements, stmt);
    end_statement(p, NO_TOKEN, stmt);
}

static void parse_one(Parser *p) {
    TokenKind next = (TokenKind)peek(p, 1)->kind;
    if (skip_foreign_definition(p) && p->panic)
        return;
    if (reject_attribute(p) || reject_type_parameters(p))
        return;
    if (at_kind(p, TOKEN_EXPORT))
        parse_export(p);
    else if (at_kind(p, TOKEN_EXTERN))
        parse_extern(p);
    else if (at_kind(p, TOKEN_WHERE))
        parse_constraint(p);
    else if (at_kind(p, TOKEN_NAME) && (next == TOKEN_ASSIGN || next == TOKEN_COLON) &&
             is_capital(p->token->value.name))
        parse_alias(p);
    else if (is_function_header(p))
        parse_definition(p, false);
    else
        parse_top_statement(p);
}

static void check_end_of_item(Parser *p) {
    bool statement_ended = p->panic || at_kind(p, TOKEN_END) || on_new_line(p);
    if (!statement_ended)
        parse_expected(p, DIAG_STATEMENTS_ON_ONE_LINE, "a newline before the next definition");
}

void parse_items(Parser *p) {
    while (!at_kind(p, TOKEN_END)) {
        if (skip_consequence(p))
            continue;
        uint32_t start = p->first = p->at;
        p->item_failed = false;
        parse_one(p);
        check_end_of_item(p);
        if (p->panic)
            parse_recover(p, NO_TOKEN, start);
    }
    p->first = NO_TOKEN;
}
