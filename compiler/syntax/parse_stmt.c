// Statements and blocks. Statements are separated by newlines; a line that starts with `(`, `[`, `{` or `-` never
// continues the one above.
#include "compiler/syntax/parse.h"

#include <string.h>

// ---- bindings -------------------------------------------------------------------------------------------------------

// `name =`, `_ =`, `name: T =`. A statement has no other use for a `:` behind its first name.
static bool at_binding(const Parser *p) {
    TokenKind kind = (TokenKind)p->token->kind, next = (TokenKind)peek(p, 1)->kind;
    if (peek(p, 1)->newline_before)
        return false;
    if (kind == TOKEN_NAME)
        return next == TOKEN_ASSIGN || next == TOKEN_COLON;
    if (kind == TOKEN_QUALIFIED) // `name:T = …` without a space
        return next == TOKEN_ASSIGN || next == TOKEN_PIPE || (next == TOKEN_LESS && peek(p, 1)->start == p->token->end);
    if (kind == TOKEN_UNDERSCORE)
        return next == TOKEN_ASSIGN || next == TOKEN_COLON;
    return is_word(kind) && next == TOKEN_ASSIGN;
}

static void check_local_name(Parser *p, Name name, Span span) {
    if (!p->panic && is_capital(name))
        diag_help(parse_complain(p, DIAG_BAD_BINDING, span, "a capital letter begins the names of types"),
                  "bind a name in lower case; types are named at top level");
}

static Stmt *parse_binding(Parser *p) {
    uint32_t start = p->at;
    Stmt *stmt = mem_new(Stmt);
    stmt->kind = STMT_BIND;
    bool colon = false;
    stmt->bind.name_span = this_span(p);
    stmt->bind.name = name_of("_");
    if (at_kind(p, TOKEN_QUALIFIED))
        stmt->bind.name = take_label(p, &stmt->bind.name_span, &colon);
    else if (!accept(p, TOKEN_UNDERSCORE))
        stmt->bind.name = take_name(p, "the name of a binding", &stmt->bind.name_span);
    if (!p->panic)
        check_local_name(p, stmt->bind.name, stmt->bind.name_span);
    if (colon || accept(p, TOKEN_COLON))
        stmt->bind.type = parse_type_where(p);
    expect(p, TOKEN_ASSIGN);
    stmt->bind.value = parse_expr(p);
    stmt->span = span_from(p, start);
    if (!stmt->bind.name)
        stmt->bind.name = name_of("_");
    return stmt;
}

// ---- statements -----------------------------------------------------------------------------------------------------

// `left = …` where `left` is more than a name.
static void reject_assignment(Parser *p, const Expr *left) {
    Diag *diag = parse_error(p, DIAG_BAD_BINDING, left->span, "this cannot be bound: the left side of `=` is one name");
    diag_label(diag, this_span(p), "binds what is left of it");
    if (left->kind == EXPR_CALL && left->call.callee->kind == EXPR_NAME)
        diag_help(diag, "a function is written `%s(…) { value }`", left->call.callee->name.name->text);
    else if (left->kind == EXPR_FIELD)
        diag_help(diag, "values do not change; `record with {field: value}` is a new record");
    else if (left->kind == EXPR_INDEX)
        diag_help(diag, "values do not change; `xs.replace_at(i, x)` is a new list, `m.put(key, value)` a new map");
    else if (left->kind == EXPR_RECORD || left->kind == EXPR_LIST)
        diag_help(diag, "take a value apart with `match value { pattern -> … }`");
}

static Stmt *parse_expr_stmt(Parser *p) {
    uint32_t start = p->at;
    Stmt *stmt = mem_new(Stmt);
    stmt->kind = STMT_EXPR;
    stmt->expr = parse_expr(p);
    if (!p->panic && at_kind(p, TOKEN_ASSIGN) && !at_line_end(p))
        reject_assignment(p, stmt->expr);
    stmt->span = span_from(p, start);
    return stmt;
}

bool is_stray_bracket(const Parser *p) {
    TokenKind kind = (TokenKind)p->token->kind;
    return p->token->is_unpaired &&
           (kind == TOKEN_CLOSE_PAREN || kind == TOKEN_CLOSE_BRACKET || kind == TOKEN_CLOSE_BRACE);
}

Stmt *parse_stmt(Parser *p) {
    p->first = p->at;
    if (is_stray_bracket(p))
        parse_error(p, DIAG_STRAY_BRACKET, this_span(p), "%s closes nothing",
                    token_kind_text((TokenKind)p->token->kind));
    return at_binding(p) ? parse_binding(p) : parse_expr_stmt(p);
}

static bool at_operand(const Parser *p) {
    TokenKind kind = (TokenKind)p->token->kind;
    return kind == TOKEN_NAME || kind == TOKEN_STRING || kind == TOKEN_STRING_OPEN || kind == TOKEN_INT ||
           kind == TOKEN_FLOAT;
}

// `let x`, `while (c) {`: a statement that begins with another language's word.
static bool reject_foreign_word(Parser *p, const Expr *expr) {
    const Expr *word = !expr                                                     ? NULL
                       : expr->kind == EXPR_NAME                                 ? expr
                       : at_kind(p, TOKEN_OPEN_BRACE) && expr->kind == EXPR_CALL ? expr->call.callee
                                                                                 : NULL;
    const char *help =
        word && word->kind == EXPR_NAME && !word->name.module ? foreign_word_help(word->name.name->text) : NULL;
    if (!help)
        return false;
    Diag *diag = parse_error(p, DIAG_FOREIGN_SYNTAX, word->span, "there is no `%s` in Fluffy", word->name.name->text);
    diag_help(diag, "%s", help);
    skip_indented(p, p->first);
    return true;
}

// `int x = 5`, `void main() {`: the type before the name.
static const char *type_first_help(const Parser *p, const Expr *expr) {
    static const char *const types[] = {"int", "float", "string", "bool", "void", "double", "long", "char", "auto"};
    for (size_t i = 0; i < sizeof types / sizeof *types && at_kind(p, TOKEN_NAME); i++)
        if (strcmp(types[i], expr->name.name->text) == 0)
            return peek(p, 1)->kind == TOKEN_OPEN_PAREN
                       ? "a function is written `name(a: int) int { … }`: the type of its result stands behind them"
                       : "a type stands behind the name: `name: int = value`";
    return NULL;
}

// Two things on one line: what the first one is may tell what was meant.
static void reject_second_statement(Parser *p, uint32_t open, const Stmt *stmt) {
    const Expr *expr = stmt->kind == STMT_EXPR ? stmt->expr : NULL;
    if (reject_foreign_word(p, expr))
        return;
    if (expr && expr->kind == EXPR_CALL && expr->call.callee->kind == EXPR_NAME && at_kind(p, TOKEN_OPEN_BRACE)) {
        Diag *diag = parse_error(p, DIAG_NESTED_FUNCTION, expr->span, "functions are defined at top level only");
        diag_help(diag, "bind a lambda: `%s = (…) -> { … }`", expr->call.callee->name.name->text);
        return;
    }
    if (is_stray_bracket(p)) {
        parse_error(p, DIAG_STRAY_BRACKET, this_span(p), "%s closes nothing",
                    token_kind_text((TokenKind)p->token->kind));
        return;
    }
    Diag *diag = parse_expected(p, DIAG_STATEMENTS_ON_ONE_LINE, "an operator or the end of the statement");
    diag_label(diag, stmt->span, "this statement is complete");
    if (at_kind(p, TOKEN_COMMA) && expr && expr->kind == EXPR_NAME)
        diag_help(diag, "a binding binds one name; take a value apart with `match`");
    if (at_kind(p, TOKEN_COMMA) && expr && expr->kind == EXPR_LITERAL)
        diag_help(diag, "there are no tuples; the parts of a record have names: `{a: 1, b: 2}`");
    bool is_name = expr && expr->kind == EXPR_NAME && !expr->name.module;
    const char *type_help = is_name ? type_first_help(p, expr) : NULL;
    if (type_help)
        diag_help(diag, "%s", type_help);
    else if (at_kind(p, TOKEN_ELSE))
        diag_help(diag, "an `else` follows the `}` of an `if`");
    else if (is_name && strcmp(expr->name.name->text, "spawn") == 0)
        diag_help(diag, "write `spawn { … }` or `spawn(function, argument)`");
    else if (expr && expr->kind == EXPR_NAME && at_operand(p))
        diag_help(diag, "the arguments of a call stand in parentheses: `%s(…)`", expr->name.name->text);
    else if (stmt->span.end == p->token->start && at_kind(p, TOKEN_OPEN_BRACE))
        diag_help(diag, "a record is written without the name of its type: `p: Point = {x: 1}`");
    else if (is_name && open == NO_TOKEN && at_kind(p, TOKEN_OPEN_BRACE))
        diag_help(diag, "a function is written `%s() { … }`", expr->name.name->text);
}

static void check_end(Parser *p, uint32_t open, const Stmt *stmt) {
    uint32_t end = open == NO_TOKEN ? p->tokens->len - 1 : p->tokens->data[open].partner;
    if (p->panic || p->at >= end || on_new_line(p))
        return;
    if (at_kind(p, TOKEN_SEMICOLON)) {
        Diag *diag = parse_complain(p, DIAG_FOREIGN_SYNTAX, this_span(p), "statements are not separated by `;`");
        diag_help(diag, "write each statement on a line of its own");
        advance(p);
        return;
    }
    reject_second_statement(p, open, stmt);
}

void end_statement(Parser *p, uint32_t open, Stmt *stmt) {
    check_end(p, open, stmt);
    // What is left of a broken statement is no ground for further errors, but its name stays bound.
    if (p->panic && stmt->kind == STMT_EXPR)
        stmt->expr = error_expr(p);
    else if (p->panic)
        stmt->bind.value = error_expr(p);
}

// A closing bracket too many is reported unless the item is broken already: then it is part of that mistake.
bool skip_consequence(Parser *p) {
    if (!p->item_failed || !is_stray_bracket(p))
        return false;
    advance(p);
    return true;
}

// ---- blocks ---------------------------------------------------------------------------------------------------------

// How what comes before a block is written with one.
static const char *block_help(const Parser *p, const char *after) {
    static const char *const forms[][2] = {
        {"the condition", "the branches of an `if` stand in braces: `if condition { a } else { b }`"},
        {"`else`", "the branches of an `if` stand in braces: `if condition { a } else { b }`"},
        {"the list", "the body of a loop stands in braces: `for x in xs { … }`"},
        {"`defer`", "what is put off is a block: `defer { … }`"},
        {"the header", "the body of a function stands in braces: `name(a) { value }`"},
        {"`receive`", "the arms stand in braces, each on a line of its own: `receive { pattern -> value }`"},
        {"the value", "the arms stand in braces, each on a line of its own: `match value { pattern -> value }`"},
    };
    if (at_kind(p, TOKEN_ASSIGN) && strcmp(after, "the condition") == 0)
        return peek(p, 1)->kind == TOKEN_SLASH ? "unequal is `!=`" : "values are compared with `==`";
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strcmp(forms[i][0], after) == 0)
            return forms[i][1];
    return NULL;
}

bool brace_on_line(const Parser *p) {
    for (uint32_t ahead = 1; peek(p, ahead)->kind != TOKEN_END; ahead++) {
        if (peek(p, ahead)->newline_before)
            return false;
        if (peek(p, ahead)->kind == TOKEN_OPEN_BRACE)
            return true;
    }
    return false;
}

static void reject_block(Parser *p, const char *after) {
    Diag *diag = parse_expected(p, DIAG_UNEXPECTED_TOKEN, *after ? text_format("`{` after %s", after) : "`{`");
    const char *help = diag->helps.len ? NULL : block_help(p, after);
    if (help)
        diag_help(diag, "%s", help);
    if (line_ended(p) || !brace_on_line(p))
        skip_indented(p, p->first);
}

bool open_block(Parser *p, const char *after) {
    if (p->panic)
        return false;
    // `receive` and an arm on the next line: what stands in these braces is a pattern.
    bool is_pattern = line_ended(p) && at_kind(p, TOKEN_OPEN_BRACE) && !p->token->is_unpaired &&
                      p->tokens->data[p->token->partner + 1].kind == TOKEN_ARROW;
    if (!at_kind(p, TOKEN_OPEN_BRACE) || is_pattern) {
        reject_block(p, after);
        return false;
    }
    if (on_new_line(p) && *after) {
        Diag *diag = parse_complain(p, DIAG_BODY_ON_NEXT_LINE, this_span(p), "this `{` belongs on the line above");
        diag_label(diag, span_after(last_span(p)), "here, after %s", after);
    }
    advance(p);
    return true;
}

// An arm where a statement should be, in a block that is never closed: the block was that of the arm before.
static bool ends_open_block(Parser *p, uint32_t open) {
    Token *opening = &p->tokens->data[open];
    if (!opening->is_unpaired || !is_arm(p))
        return false;
    opening->partner = p->at;
    return true;
}

Expr *parse_block(Parser *p, const char *after) {
    uint32_t open = p->at;
    if (!open_block(p, after))
        return error_expr(p);
    Expr *expr = new_expr(p, EXPR_BLOCK, open);
    Context before = set_context(p, (Context){.newlines = true});
    uint32_t subjects = p->subjects;
    p->subjects = 0;
    while (inside(p, open)) {
        uint32_t start = p->at;
        if (skip_consequence(p))
            continue;
        if (ends_open_block(p, open))
            break;
        Stmt *stmt = parse_stmt(p);
        vec_push(&expr->block.statements, stmt);
        end_statement(p, open, stmt);
        if (p->panic)
            parse_recover(p, open, start);
    }
    expr->block.close_span = this_span(p);
    expect_close(p, open, "");
    p->context = before;
    p->subjects = subjects;
    check_unused(p, &expr->block.statements, false);
    return done_expr(p, expr);
}

// ---- statements without effect --------------------------------------------------------------------------------------

static void report_unused(Parser *p, const Stmt *stmt) {
    char first = stmt->span.file->text[stmt->span.start];
    Diag *diag = parse_complain(p, DIAG_NO_EFFECT, stmt->span, "this statement has no effect");
    diag_primary(diag, "the value is not used");
    if (first == '-' || first == '(' || first == '[' || first == '{')
        diag_note(diag, "a line that starts with `%c` does not continue the one above", first);
    if (first == '-' && stmt->span.file->text[stmt->span.start + 1] == '-')
        diag_help(diag, "comments start with `//`");
    else if (stmt->expr->kind == EXPR_BINARY && stmt->expr->binary.op == BINARY_EQ)
        diag_help(diag, "a binding is written with one `=`");
    else if (stmt->expr->kind == EXPR_LITERAL && stmt->expr->literal.kind == LITERAL_STRING)
        diag_help(diag, "comments start with `//`; text is printed by `println(text)`");
}

// Every statement but the last, whose value is the block's; the last too if nobody takes that value.
void check_unused(Parser *p, const StmtVec *stmts, bool last_too) {
    for (size_t i = 0; i + 1 < stmts->len + last_too; i++) {
        const Stmt *stmt = stmts->data[i];
        if (stmt->kind == STMT_EXPR && !has_effect(stmt->expr))
            report_unused(p, stmt);
    }
}
