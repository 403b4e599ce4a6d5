// The parser's entry, and what all of its files use: looking at tokens, errors, recovery.
#include "compiler/syntax/parser.h"

#include "compiler/syntax/parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare_offsets(const void *a, const void *b) {
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static void remember_lexical_errors(Parser *p, size_t first) {
    for (size_t i = first; i < p->diags->list.len; i++)
        vec_push(&p->lexical, p->diags->list.data[i]->span.start);
    if (p->lexical.len)
        qsort(p->lexical.data, p->lexical.len, sizeof *p->lexical.data, compare_offsets);
}

Module *parse_module(const SourceFile *file, Diagnostics *diags) {
    Module *module = mem_new(Module);
    module->file = file;
    module->name = file->module;
    size_t errors_before = diags->list.len;
    Tokens *tokens = tokenize(file, diags);
    Parser p = {.tokens = tokens,
                .token = tokens->data,
                .context = {.newlines = true},
                .arrow_body = NO_TOKEN,
                .minimum_sign = NO_TOKEN,
                .first = 0,
                .diags = diags,
                .module = module};
    remember_lexical_errors(&p, errors_before);
    parse_items(&p);
    check_clauses(&p);
    sort_constants(&p);
    return module;
}

// ---- looking --------------------------------------------------------------------------------------------------------

bool at_kind(const Parser *p, TokenKind kind) { return p->token->kind == kind; }

const Token *peek(const Parser *p, uint32_t ahead) {
    uint32_t last = p->tokens->len - 1;
    return &p->tokens->data[p->at + ahead < last ? p->at + ahead : last];
}

Span this_span(const Parser *p) { return token_span(p->tokens, p->token); }

Span last_span(const Parser *p) { return p->at ? token_span(p->tokens, p->token - 1) : span_before(this_span(p)); }

Span span_from(const Parser *p, uint32_t start_token) {
    uint32_t start = p->tokens->data[start_token].start;
    uint32_t end = p->at > start_token ? p->tokens->data[p->at - 1].end : start;
    return (Span){p->tokens->file, start, end};
}

void advance(Parser *p) {
    if (p->at + 1 < p->tokens->len) {
        p->at++;
        p->token++;
    }
}

bool accept(Parser *p, TokenKind kind) {
    if (p->panic || !at_kind(p, kind))
        return false;
    advance(p);
    return true;
}

bool is_word(TokenKind kind) { return kind >= TOKEN_IF && kind <= TOKEN_NIL; }

bool on_new_line(const Parser *p) { return p->context.newlines && p->token->newline_before; }

// `where name =` declares a constraint; any other `where` belongs to what stands before it.
static bool declares_constraint(const Token *token) {
    return token[0].kind == TOKEN_WHERE && token[1].kind == TOKEN_NAME && token[2].kind == TOKEN_ASSIGN;
}

// Whether a line that starts with this token continues the one above.
static bool continues_line(const Token *token) {
    switch (token->kind) {
    case TOKEN_WITH:
    case TOKEN_PIPE:
    case TOKEN_IS:
    case TOKEN_SEND:
    case TOKEN_ELSE:
    case TOKEN_PLUS:
    case TOKEN_STAR:
    case TOKEN_SLASH:
    case TOKEN_PERCENT:
    case TOKEN_PLUS_PLUS:
    case TOKEN_EQUAL:
    case TOKEN_NOT_EQUAL:
    case TOKEN_LESS:
    case TOKEN_LESS_EQUAL:
    case TOKEN_GREATER:
    case TOKEN_GREATER_EQUAL:
    case TOKEN_AND_AND:
    case TOKEN_OR_OR:
        return true;
    case TOKEN_DOT: // `.field`
        return token[1].kind == TOKEN_NAME || is_word(token[1].kind);
    case TOKEN_WHERE:
        return !declares_constraint(token);
    default:
        return false;
    }
}

bool line_ended(const Parser *p) { return on_new_line(p) && p->at > 0 && p->at != p->first; }

bool at_line_end(const Parser *p) { return at_kind(p, TOKEN_END) || (on_new_line(p) && !continues_line(p->token)); }

// ---- errors ---------------------------------------------------------------------------------------------------------

// Whether the lexer reported an error between the start of the present statement and the present token.
static bool is_lexical_consequence(const Parser *p) {
    if (p->first == NO_TOKEN)
        return false;
    uint32_t start = p->tokens->data[p->first].start, low = 0, high = (uint32_t)p->lexical.len;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (p->lexical.data[middle] < start)
            low = middle + 1;
        else
            high = middle;
    }
    return low < p->lexical.len && p->lexical.data[low] <= p->token->end;
}

static Diag *report(Parser *p, DiagCode code, Span span, const char *format, va_list args) {
    char message[400];
    vsnprintf(message, sizeof message, format, args);
    if (!p->panic)
        p->item_failed = true;
    bool drop = p->panic || is_lexical_consequence(p);
    return diag_error(drop ? &p->dropped : p->diags, code, span, "%s", message);
}

Diag *parse_error(Parser *p, DiagCode code, Span span, const char *format, ...) {
    va_list args;
    va_start(args, format);
    Diag *diag = report(p, code, span, format, args);
    va_end(args);
    p->panic = true;
    return diag;
}

Diag *parse_complain(Parser *p, DiagCode code, Span span, const char *format, ...) {
    va_list args;
    va_start(args, format);
    Diag *diag = report(p, code, span, format, args);
    va_end(args);
    return diag;
}

// What stands at the present place, for people.
static const char *found_text(const Parser *p) {
    const Token *token = p->token;
    switch (token->kind) {
    case TOKEN_NAME:
    case TOKEN_QUALIFIED:
    case TOKEN_INT:
    case TOKEN_FLOAT: {
        uint32_t len = token->end - token->start;
        return text_format("`%.*s`", (int)(len > 60 ? 60 : len), p->tokens->file->text + token->start);
    }
    default:
        return token_kind_text((TokenKind)token->kind);
    }
}

// Where nothing follows on the line, the place behind its last token is marked rather than the next line.
Diag *parse_expected(Parser *p, DiagCode code, const char *wanted) {
    Diag *diag;
    if (at_kind(p, TOKEN_END))
        diag = parse_error(p, code, span_after(last_span(p)), "expected %s, found the end of the file", wanted);
    else if (line_ended(p))
        diag = parse_error(p, code, span_after(last_span(p)), "expected %s, found the end of the line", wanted);
    else
        diag = parse_error(p, code, this_span(p), "expected %s, found %s", wanted, found_text(p));
    diag_primary(diag, "expected %s", wanted);
    foreign_help(p, diag, code);
    return diag;
}

bool expect(Parser *p, TokenKind kind) {
    if (p->panic)
        return false;
    if (accept(p, kind))
        return true;
    parse_expected(p, DIAG_UNEXPECTED_TOKEN, token_kind_text(kind));
    return false;
}

static const char *closing_text(const Token *open) {
    return open->kind == TOKEN_OPEN_PAREN ? "`)`" : open->kind == TOKEN_OPEN_BRACKET ? "`]`" : "`}`";
}

// At the place where the brackets' structure says that it ends, what follows is not affected: no panic.
static bool report_unclosed(Parser *p, const Token *opening) {
    Span here = at_kind(p, TOKEN_END) || p->token->newline_before ? span_after(last_span(p)) : this_span(p);
    Diag *diag = parse_complain(p, DIAG_UNCLOSED_BRACKET, token_span(p->tokens, opening), "%s is never closed",
                                token_kind_text((TokenKind)opening->kind));
    diag_label(diag, here, "%s expected", closing_text(opening));
    p->panic = p->at < opening->partner;
    return !p->panic;
}

bool expect_close(Parser *p, uint32_t open, const char *wanted) {
    const Token *opening = &p->tokens->data[open];
    if (p->panic)
        return false;
    if (!opening->is_unpaired && p->at == opening->partner) {
        advance(p);
        return true;
    }
    if (opening->is_unpaired)
        return report_unclosed(p, opening);
    const char *both = text_format("%s%s%s", wanted, *wanted ? " or " : "", closing_text(opening));
    Diag *diag;
    if (p->token->newline_before && !p->context.newlines) // most likely the comma is missing where the line ends
        diag = parse_error(p, DIAG_UNEXPECTED_TOKEN, span_after(last_span(p)), "expected %s, found %s on the next line",
                           both, found_text(p));
    else
        diag = parse_expected(p, DIAG_UNEXPECTED_TOKEN, both);
    if (at_kind(p, TOKEN_ARROW) && p->tokens->data[p->at - 1].kind == TOKEN_NAME)
        diag_help(diag, "the parameters of a lambda stand in parentheses: `(%s) -> …`",
                  p->tokens->data[p->at - 1].value.name->text);
    else if (at_kind(p, TOKEN_COMMA) && strcmp(wanted, "`..`") == 0)
        diag_help(diag, "an element of an element is `xs[i][j]`");
    else if (at_kind(p, TOKEN_COLON) && opening->kind == TOKEN_OPEN_BRACKET)
        diag_help(diag, "a part of a list is written `xs[from..to]`");
    diag_label(diag, token_span(p->tokens, opening), "opened here");
    return false;
}

bool inside(const Parser *p, uint32_t open) {
    return !p->panic && p->at < p->tokens->data[open].partner && !at_kind(p, TOKEN_END);
}

static bool is_paired_closing(const Token *token) {
    bool closing = token->kind == TOKEN_CLOSE_PAREN || token->kind == TOKEN_CLOSE_BRACKET ||
                   token->kind == TOKEN_CLOSE_BRACE || token->kind == TOKEN_STRING_CLOSE;
    return closing && !token->is_unpaired;
}

void parse_recover(Parser *p, uint32_t open, uint32_t start) {
    uint32_t end = open == NO_TOKEN ? p->tokens->len - 1 : p->tokens->data[open].partner;
    uint32_t depth = open;
    while (depth != NO_TOKEN && p->tokens->data[depth].is_unpaired)
        depth = p->tokens->data[depth].parent;
    if (p->at == start && p->at < end)
        advance(p);
    while (p->at < end) {
        const Token *token = p->token;
        bool starts_line = token->newline_before && !continues_line(token) && !is_paired_closing(token);
        if (token->parent == depth && starts_line)
            break;
        advance(p);
    }
    p->panic = false;
}

static uint32_t column_of(const Parser *p, const Token *token) {
    uint32_t start = token->start;
    while (start > 0 && p->tokens->file->text[start - 1] != '\n')
        start--;
    return token->start - start;
}

// The lines that belong to a statement of a language without braces go on with these.
static bool goes_on_without_braces(const Token *token) {
    static const char *const words[] = {"end", "rescue", "catch", "except", "finally", "elif", "elsif"};
    if (token->kind == TOKEN_ELSE || token->kind == TOKEN_AFTER)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words && token->kind == TOKEN_NAME; i++)
        if (strcmp(token->value.name->text, words[i]) == 0)
            return true;
    return false;
}

void skip_indented(Parser *p, uint32_t start) {
    if (start == NO_TOKEN)
        return;
    const Token *first = &p->tokens->data[start];
    while (!first->newline_before && start > 0)
        first = &p->tokens->data[--start];
    uint32_t column = column_of(p, first);
    while (!at_kind(p, TOKEN_END) && p->token->kind != TOKEN_CLOSE_BRACE) {
        if (p->token->newline_before && p->at > start) {
            uint32_t here = column_of(p, p->token);
            if (here < column || (here == column && !goes_on_without_braces(p->token)))
                return;
        }
        bool opens = p->token->kind == TOKEN_OPEN_BRACE && !p->token->is_unpaired;
        for (uint32_t end = opens ? p->token->partner : p->at; p->at < end;)
            advance(p);
        advance(p);
    }
}

// ---- depth ----------------------------------------------------------------------------------------------------------

static void report_depth(Parser *p, Span span) {
    if (p->too_deep)
        p->panic = true;
    else
        diag_help(parse_error(p, DIAG_TOO_DEEP, span, "this is nested more than %d deep", SYNTAX_MAX_DEPTH),
                  "give names to the inner parts");
    p->too_deep = true;
}

bool enter(Parser *p) {
    if (p->panic)
        return false;
    if (p->depth >= SYNTAX_MAX_DEPTH) {
        report_depth(p, this_span(p));
        return false;
    }
    p->depth++;
    return true;
}

void leave(Parser *p) { p->depth--; }

Context set_context(Parser *p, Context context) {
    Context before = p->context;
    p->context = context;
    return before;
}
