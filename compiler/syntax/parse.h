// The parser's state and what its files call of each other. Private to the room.
//
// How errors work: the first error inside a statement sets `panic`. While it is set every function returns quickly
// (with an ..._ERROR node, consuming nothing) and further errors are dropped. The loop over statements, arms, or
// top-level items then skips to the next one at its own depth of brackets (parse_recover) and clears it. So one mistake
// is one error.
#ifndef FLUFFY_COMPILER_SYNTAX_PARSE_H
#define FLUFFY_COMPILER_SYNTAX_PARSE_H

#include "compiler/base/map.h"
#include "compiler/syntax/ast.h"
#include "compiler/syntax/token.h"

// What surrounds the present place. Brackets set all of it anew for what they enclose.
typedef struct Context {
    bool newlines; // a newline may end an expression
    bool in_head;  // of `if`, `match`, `for`, or a function: `{` opens the block, not a record
    bool in_guard; // `(…) ->` is not a lambda
} Context;

typedef struct Parser {
    const Tokens *tokens;
    Token *token; // the present one: &tokens->data[at]
    uint32_t at;
    Context context;
    bool panic;
    bool too_deep;         // reported once a file
    uint32_t depth;        // of recursion
    uint32_t subjects;     // > 0 inside a constraint or guard, where `_` and `.field` are the value tested
    uint32_t arrow_body;   // index of a `{` directly behind `->`, where `{}` and `{name}` are blocks
    uint32_t minimum_sign; // index of the INT token before which a minus sign stands
    uint32_t first;        // index of the token with which the present statement, arm or item starts
    Diagnostics *diags;
    Diagnostics dropped;   // errors while in panic
    VEC(uint32_t) lexical; // places of the lexer's errors, ascending: what they break is not reported again
    Module *module;
    Map functions;    // Name -> FunctionDecl
    Map aliases;      // Name -> TypeAlias
    Map constraints;  // Name -> ConstraintDecl
    Map references;   // names of modules seen
    bool item_failed; // an error was reported in the present top-level item
    bool in_extern;   // types of C have names
} Parser;

// ---- parser.c: tokens and errors ------------------------------------------------------------------------------------

bool at_kind(const Parser *p, TokenKind kind);
const Token *peek(const Parser *p, uint32_t ahead); // TOKEN_END at the end
Span this_span(const Parser *p);
Span last_span(const Parser *p);                       // of the token before
Span span_from(const Parser *p, uint32_t start_token); // from a token to the one before the present one
void advance(Parser *p);
bool accept(Parser *p, TokenKind kind);
bool is_word(TokenKind kind); // a reserved word

// The present token is the first on its line, in a context where that matters.
bool on_new_line(const Parser *p);
// What should stand here is missing at the end of the line above (and it is not that a statement would start here).
bool line_ended(const Parser *p);
// An expression that is complete ends here: at a new line that does not continue the one above.
bool at_line_end(const Parser *p);

// Reports an error and sets panic. The result is never NULL.
Diag *parse_error(Parser *p, DiagCode code, Span span, const char *format, ...) __attribute__((format(printf, 4, 5)));
// Reports an error after which parsing goes on as if nothing had happened.
Diag *parse_complain(Parser *p, DiagCode code, Span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
// Something else than the present token should be here; `wanted` as in "an expression".
Diag *parse_expected(Parser *p, DiagCode code, const char *wanted);

bool expect(Parser *p, TokenKind kind);
// The closing partner of the bracket at index `open`; `wanted` is what else could stand here, for the message.
bool expect_close(Parser *p, uint32_t open, const char *wanted);
// Still inside the bracket at index `open`, and not in panic.
bool inside(const Parser *p, uint32_t open);
// Skips to the next line at the depth of the bracket `open` (NO_TOKEN: top level), or to its end. Clears panic. Moves
// on by at least one token if the present one is still `start`.
void parse_recover(Parser *p, uint32_t open, uint32_t start);

// Skips what belongs, by its indentation, to the statement whose first token is `start`, as in languages without
// braces.
void skip_indented(Parser *p, uint32_t start);

// Guards of recursion; a false enter was reported and needs no leave.
bool enter(Parser *p);
void leave(Parser *p);

// Enters a bracket's context; the result is to be restored behind the bracket.
Context set_context(Parser *p, Context context);

// The name of a field (reserved words too) or parameter and its span. When `name:T` was read as a qualified name, it is
// taken apart: *colon is true, and the present token becomes `T`.
Name take_label(Parser *p, Span *span, bool *colon);
// `{after}`: a field whose name cannot stand alone.
void reject_reserved_label(Parser *p, Name name, Span span);
// NAME, with an error of its own for reserved words. NULL in panic.
Name take_name(Parser *p, const char *what, Span *span);
QualifiedName take_qualified(Parser *p); // of a NAME or QUALIFIED token
Literal take_literal(Parser *p);         // of a literal token, or of a minus sign and a number
bool at_literal(const Parser *p);        // one of those
bool is_capital(Name name);

// Finds names that occur twice in a list; a zeroed one is empty.
typedef struct NameSet {
    struct {
        Name name;
        Span span;
    } few[8];
    size_t count;
    Map many; // Name -> Span *, once `few` is full
} NameSet;
// NULL if the name is new; otherwise where it was first.
const Span *name_set_add(NameSet *set, Name name, Span span);
// Reports a repeated name.
void check_repeated(Parser *p, NameSet *set, DiagCode code, const char *what, Name name, Span span);

// ---- node.c: making nodes -------------------------------------------------------------------------------------------

// A node that ends before the present token; fill the union, then pass it through done_*.
Expr *new_expr(Parser *p, ExprKind kind, uint32_t start_token);
Pattern *new_pattern(Parser *p, PatternKind kind, uint32_t start_token);
TypeExpr *new_type(Parser *p, TypeExprKind kind, uint32_t start_token);
// Set span's end and height; a tree that has become too high is an error.
Expr *done_expr(Parser *p, Expr *expr);
Pattern *done_pattern(Parser *p, Pattern *pattern);
TypeExpr *done_type(Parser *p, TypeExpr *type);
Expr *error_expr(Parser *p);
Pattern *error_pattern(Parser *p);
TypeExpr *error_type(Parser *p);
Expr *nil_expr(Parser *p, Span span);
// effect.c: whether evaluating can do anything but give a value; NULL has no effect.
bool has_effect(const Expr *expr);

// ---- expressions ----------------------------------------------------------------------------------------------------

Expr *parse_expr(Parser *p);       // parse_expr.c
Expr *parse_condition(Parser *p);  // without `<-` at the top: guards, predicates
Expr *parse_predicate(Parser *p);  // a condition in which `_` and `.field` are allowed
Expr *parse_head(Parser *p);       // of `if`, `match`, `for`
Expr *parse_arrow_body(Parser *p); // what follows `->`
Expr *parse_primary(Parser *p);    // parse_primary.c
bool is_lambda(const Parser *p);   // parse_lambda.c
Expr *parse_lambda(Parser *p);
ParamVec parse_params(Parser *p); // from `(` to `)`
bool is_record(const Parser *p);  // parse_record.c; the present token is `{`
Expr *parse_record(Parser *p);
Expr *parse_with(Parser *p, Expr *record, uint32_t start_token);
Expr *parse_list(Parser *p); // parse_list.c: lists and comprehensions
Expr *parse_if(Parser *p);   // parse_control.c
Expr *parse_for(Parser *p);
Expr *parse_defer(Parser *p);
Expr *parse_spawn(Parser *p);
Expr *parse_early_return(Parser *p);
Expr *parse_match(Parser *p); // parse_arms.c
Expr *parse_receive(Parser *p);
bool is_arm(const Parser *p); // the present token begins an arm

// ---- statements, patterns, types, top level -------------------------------------------------------------------------

Stmt *parse_stmt(Parser *p);                              // parse_stmt.c
Expr *parse_block(Parser *p, const char *after);          // `{ … }`; `after` names what it belongs to, or ""
bool open_block(Parser *p, const char *after);            // its `{`
void end_statement(Parser *p, uint32_t open, Stmt *stmt); // there has to be a newline
bool brace_on_line(const Parser *p);                      // a `{` stands here or further on the line
bool is_stray_bracket(const Parser *p);
bool skip_consequence(Parser *p); // a stray bracket in an item that is broken already
void check_unused(Parser *p, const StmtVec *stmts, bool last_too);
const char *foreign_word_help(const char *word); // foreign.c: `let`, `return`, …, or NULL
// What the token that is not expected here is for in other languages.
void foreign_help(const Parser *p, Diag *diag, DiagCode code);
Pattern *parse_pattern(Parser *p);       // parse_pattern.c
Pattern *parse_is_pattern(Parser *p);    // a bare name is a type or constraint
TypeExpr *parse_type(Parser *p);         // parse_type.c: unions and `with`
TypeExpr *parse_type_where(Parser *p);   // and `where`
TypeExpr *parse_extern_type(Parser *p);  // parse_extern_type.c: what means something in `extern c` only, or NULL
void parse_alias(Parser *p);             // parse_item.c: `Name = type`
void parse_items(Parser *p);             // parse_item.c
FunctionClause *parse_clause(Parser *p); // parse_function.c
bool is_function_header(const Parser *p);
void parse_extern(Parser *p);                                                         // parse_extern.c
void parse_constraint(Parser *p);                                                     // parse_constraint.c
void collect_functions(Parser *p, FunctionClause *clause, Name name, Span name_span); // functions.c
void check_clauses(Parser *p);
void sort_constants(Parser *p); // constants.c: constants apart from a script's bindings

#endif
