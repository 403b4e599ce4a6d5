// Help for those who come from other languages: words and tokens that Fluffy does not have.
#include "compiler/syntax/parse.h"

#include <string.h>

typedef struct Habit {
    const char *word, *help;
} Habit;

static const Habit habits[] = {
    {"let", "a binding is written `name = value`"},
    {"var", "a binding is written `name = value`; binding the name again shadows it"},
    {"val", "a binding is written `name = value`"},
    {"const", "a binding is written `name = value`"},
    {"return", "a block's last expression is its value; `early_return value` leaves a function before its end"},
    {"fn", "a function is written `name(a, b) { … }`, at top level"},
    {"fun", "a function is written `name(a, b) { … }`, at top level"},
    {"func", "a function is written `name(a, b) { … }`, at top level"},
    {"function", "a function is written `name(a, b) { … }`, at top level"},
    {"def", "a function is written `name(a, b) { … }`, at top level"},
    {"pub", "everything in a module can be used by others as `module:name`; `export` is for C"},
    {"import", "there is no import: write `module:name`"},
    {"use", "there is no import: write `module:name`"},
    {"include", "there is no import: write `module:name`"},
    {"from", "there is no import: write `module:name`"},
    {"require", "there is no import: write `module:name`"},
    {"using", "there is no import: write `module:name`"},
    {"package", "a file is a module, named by its file's stem"},
    {"module", "a file is a module, named by its file's stem"},
    {"namespace", "a file is a module, named by its file's stem"},
    {"defmodule", "a file is a module, named by its file's stem; its functions stand at top level"},
    {"defp", "a function is written `name(a, b) { … }`, at top level"},
    {"typedef", "a type is named by `Name = type`, at top level"},
    {"data", "a union is named by `Name = {a: int} | {b: string}`, at top level"},
    {"trait", "types are structural: a record fits where its fields are asked for"},
    {"impl", "there are no methods: `x.f(a)` calls a field `f`, or the library's `f(x, a)`"},
    {"type", "a type is named by `Name = type`, at top level"},
    {"struct", "a record type is named by `Name = {field: type}`, at top level"},
    {"record", "a record type is named by `Name = {field: type}`, at top level"},
    {"interface", "types are structural: a record fits where its fields are asked for"},
    {"class", "there are no classes: use records and functions"},
    {"enum", "a union of literals is named by `Name = \"a\" | \"b\"`, at top level"},
    {"while", "loop by recursion, or with `for x in xs { … }`"},
    {"loop", "loop by recursion, or with `for x in xs { … }`"},
    {"switch", "use `match value { pattern -> … }`"},
    {"case", "use `match value { pattern -> … }`"},
    {"try", "nothing catches a panic; expected failures are values"},
    {"catch", "nothing catches a panic; expected failures are values"},
    {"rescue", "nothing catches a panic; expected failures are values"},
    {"except", "nothing catches a panic; expected failures are values"},
    {"finally", "`defer { … }` runs at the end of its scope, however that is left"},
    {"foreach", "a loop is written `for x in xs { … }`"},
    {"cond", "a choice is written `if a { … } else if b { … } else { … }`"},
    {"typeof", "a type is tested by `x is int`"},
    {"instanceof", "a type is tested by `x is int`"},
    {"del", "values do not change: see `xs.remove_at(i)`, `m.remove(key)`"},
    {"delete", "values do not change: see `xs.remove_at(i)`, `m.remove(key)`"},
    {"yield", "make a list, or send each value to a process: `pid <- value`"},
    {"select", "a process has one mailbox: `receive { pattern -> … after 100 -> … }`"},
    {"throw", "end the process with `panic(text)`; expected failures are values"},
    {"raise", "end the process with `panic(text)`; expected failures are values"},
    {"not", "write `!`"},
    {"div", "`/` divides ints to an int"},
    {"mod", "the remainder is `a % b`"},
    {"rem", "the remainder is `a % b`"},
    {"then", "a choice is written `if condition { a } else { b }`"},
    {"do", "blocks stand in braces: `{ … }`"},
    {"begin", "blocks stand in braces: `{ … }`"},
    {"end", "blocks stand in braces: `{ … }`"},
    {"elif", "write `else if`"},
    {"elsif", "write `else if`"},
    {"elseif", "write `else if`"},
    {"unless", "write `if !(condition) { … }`"},
    {"until", "loop by recursion, or with `for x in xs { … }`"},
    {"new", "a record is written `{field: value}`"},
    {"async", "every process can wait: `spawn_typed(f)` starts one, `task:all([f, g])` runs functions side by side"},
    {"await", "a process waits for its calls; `task:all([f, g])` runs functions side by side"},
    {"go", "a process is started by `spawn_typed(f, a)`, or `spawn { … }`"},
    {"lambda", "a function value is written `(a, b) -> value`"},
    {"mut", "values do not change; binding a name again shadows it"},
    {"as", "nothing is converted by itself: see `float(n)`, `truncate(x)`, `parse_int(text)`, `text(x)`"},
    {"of", "a loop is written `for x in xs { … }`"},
    {"and", "write `&&`"},
    {"or", "write `||`"},
};

const char *foreign_word_help(const char *word) {
    for (size_t i = 0; i < sizeof habits / sizeof *habits; i++)
        if (strcmp(habits[i].word, word) == 0)
            return habits[i].help;
    return NULL;
}

// What a token that is not expected was meant for, by itself.
static const char *token_help(TokenKind kind) {
    switch (kind) {
    case TOKEN_FAT_ARROW:
        return "lambdas and arms are written with `->`";
    case TOKEN_AMPERSAND:
        return "the operator for both is `&&`, of bits `math:bit_and(a, b)`";
    case TOKEN_PIPE:
        return "`|` joins types; the operator for either is `||`, of bits `math:bit_or(a, b)`";
    case TOKEN_QUESTION:
        return "a choice is written `if condition { a } else { b }`";
    case TOKEN_NOT:
        return "a message is sent by `pid <- message`";
    case TOKEN_SEMICOLON:
        return "statements are separated by newlines";
    case TOKEN_DOT_DOT:
        return "the ints from a to b - 1 are `range(a, b)`";
    case TOKEN_IF:
        return "a choice is written `if condition { a } else { b }`";
    case TOKEN_AFTER:
        return "`after` is the last arm of a `receive`: `after 100 -> …`";
    default:
        return NULL;
    }
}

// Two tokens that are an operator, or a beginning, elsewhere; the second one is not expected.
static const struct {
    TokenKind before, here;
    const char *help;
} pairs[] = {
    {TOKEN_STAR, TOKEN_STAR, "a power is `math:power(a, n)` of ints, `math:pow(x, y)` of floats"},
    {TOKEN_LESS, TOKEN_LESS, "bits are shifted by `math:shift_left(n, by)`"},
    {TOKEN_GREATER, TOKEN_GREATER, "bits are shifted by `math:shift_right(n, by)`"},
    {TOKEN_LESS, TOKEN_GREATER, "unequal is `!=`"},
    {TOKEN_COLON, TOKEN_ASSIGN, "a binding is written `name = value`"},
    {TOKEN_QUESTION, TOKEN_DOT, "a value that may be nil is tested first: `if x != nil { … }`"},
    {TOKEN_DOT, TOKEN_STRING, "text is joined by `+`"},
    {TOKEN_DOT, TOKEN_OPEN_PAREN, "a function value is called like any other function: `f(x)`"},
    {TOKEN_COLON, TOKEN_COLON, "the first element and the rest are `[first, ...rest]`"},
};

static const char *pair_help(TokenKind before, TokenKind here) {
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (pairs[i].before == before && pairs[i].here == here)
            return pairs[i].help;
    return NULL;
}

static bool is_one_of(const Token *token, const char *const *words) {
    for (; token->kind == TOKEN_NAME && *words; words++)
        if (strcmp(token->value.name->text, *words) == 0)
            return true;
    return false;
}

static const Token *at_index(const Parser *p, uint32_t index) { return &p->tokens->data[index]; }

// `fn(x) {`: the brace is not expected.
static bool is_lambda_with_word(const Parser *p) {
    static const char *const words[] = {"fn", "fun", "func", "function", "lambda", NULL};
    const Token *last = at_index(p, p->at - 1);
    uint32_t open = last->kind == TOKEN_CLOSE_PAREN ? last->partner : NO_TOKEN;
    return p->token->kind == TOKEN_OPEN_BRACE && open != NO_TOKEN && open > 0 &&
           is_one_of(at_index(p, open - 1), words);
}

static bool encloses(const Parser *p, TokenKind kind) {
    return p->token->parent != NO_TOKEN && at_index(p, p->token->parent)->kind == kind;
}

static bool is_type_end(const Token *token) {
    static const char *const words[] = {"int", "float", "string", "bool", NULL};
    return is_one_of(token, words) ||
           (token->kind == TOKEN_NAME && token->value.name->text[0] >= 'A' && token->value.name->text[0] <= 'Z');
}

static bool is_value_token(const Token *token) {
    return token->kind == TOKEN_INT || token->kind == TOKEN_FLOAT || token->kind == TOKEN_STRING;
}

// Where the name of a field should be.
static const char *field_help(const Parser *p) {
    const Token *last = at_index(p, p->at - 1);
    if (last->kind == TOKEN_DOT && line_ended(p))
        return "a statement ends with its line, without a point";
    bool in_record = encloses(p, TOKEN_OPEN_BRACE) && (last->kind == TOKEN_COMMA || last->kind == TOKEN_OPEN_BRACE);
    bool is_pair = is_value_token(p->token) && peek(p, 1)->kind == TOKEN_COLON;
    if (in_record && !is_pair && (is_value_token(p->token) || at_kind(p, TOKEN_OPEN_BRACE)))
        return "there are no tuples; the parts of a record have names: `{ok: 5}`";
    if (at_kind(p, TOKEN_ELLIPSIS))
        return "a function has so many parameters: pass a list";
    return NULL;
}

// Where the operand of an operator, or a value, should be.
static const char *operand_help(const Parser *p) {
    const Token *next = peek(p, 1);
    switch (p->token->kind) {
    case TOKEN_PIPE:
        return "a function value is written `(a, b) -> value`";
    case TOKEN_AMPERSAND:
        return next->kind == TOKEN_OPEN_PAREN ? "a function value is written `(a, b) -> value`"
                                              : "a function's value is its name alone";
    case TOKEN_PERCENT:
        return next->kind == TOKEN_OPEN_BRACE ? "a record is written `{a: 1}`, a map `map:of(\"a\": 1)`"
                                              : "comments start with `//`";
    case TOKEN_COLON:
        return next->kind == TOKEN_NAME ? "there are no atoms: write text, `\"ok\"`" : NULL;
    default:
        return NULL;
    }
}

static const char *pipe_help(const Parser *p) {
    if (peek(p, 1)->kind == TOKEN_GREATER)
        return "a call may stand behind its first argument: `xs.map(f)` is `list:map(xs, f)`";
    if (encloses(p, TOKEN_OPEN_BRACE) && p->at > 1 && at_index(p, p->at - 2)->kind == TOKEN_OPEN_BRACE)
        return "a record that differs is written `record with {field: value}`";
    return NULL;
}

// `not x`, `await f()`, `lambda x: …`: a word and its operand.
static const char *word_before_help(const Parser *p) {
    static const char *const not [] = {"not", NULL};
    const Token *last = at_index(p, p->at - 1);
    bool operand = at_kind(p, TOKEN_NAME) || at_kind(p, TOKEN_QUALIFIED) || is_value_token(p->token);
    if (last->kind != TOKEN_NAME || line_ended(p) || !operand)
        return NULL;
    if (is_one_of(last, not ) && p->at > 1 && at_index(p, p->at - 2)->kind == TOKEN_IS)
        return "write `!(x is int)`";
    return foreign_word_help(last->value.name->text);
}

// By what stands before and around it.
static const char *place_help(const Parser *p, DiagCode code) {
    static const char *const text_words[] = {"f", "r", "b", NULL}, *const defined[] = {"when", NULL},
                             *const function_words[] = {"fun", "fn", "function", "lambda", NULL};
    const Token *last = at_index(p, p->at - 1), *next = peek(p, 1);
    TokenKind here = (TokenKind)p->token->kind;
    if (is_lambda_with_word(p))
        return "a function value is written `(a, b) -> value`";
    if ((here == TOKEN_ARROW || here == TOKEN_FAT_ARROW) && last->kind == TOKEN_CLOSE_PAREN &&
        last->partner != NO_TOKEN && last->partner > 0 && is_one_of(at_index(p, last->partner - 1), function_words))
        return "a function value is written `(a, b) -> value`";
    if (here == TOKEN_PIPE && encloses(p, TOKEN_OPEN_BRACKET))
        return "the first element and the rest are `[first, ...rest]` in a pattern, `[first] ++ rest` in an expression";
    if (here == TOKEN_QUESTION && code == DIAG_EXPECTED_TYPE)
        return "a type with nil in it is written `T | nil`";
    if (here == TOKEN_QUESTION && next->kind == TOKEN_COLON)
        return "there are no optional parameters; a type with nil in it is written `T | nil`";
    if (here == TOKEN_QUESTION && is_type_end(last))
        return "a type with nil in it is written `T | nil`";
    if (here == TOKEN_QUESTION && (next->kind == TOKEN_DOT || next->kind == TOKEN_QUESTION))
        return "a value that may be nil is tested first: `if x != nil { … }`";
    if (here == TOKEN_ASSIGN && next->kind == TOKEN_LESS)
        return "less or equal is `<=`";
    if (here == TOKEN_ASSIGN && encloses(p, TOKEN_OPEN_PAREN))
        return "there are neither default values nor arguments by name: a record has named fields";
    if (here == TOKEN_ASSIGN && last->kind == TOKEN_COLON)
        return "a binding is written `name = value`";
    if (here == TOKEN_MINUS && last->kind == TOKEN_MINUS && last->end == p->token->start)
        return "comments start with `//`";
    if ((here == TOKEN_STRING || here == TOKEN_STRING_OPEN) && is_one_of(last, text_words) &&
        last->end == p->token->start)
        return "text with values in it is written \"${x}\"";
    if (here == TOKEN_GREATER && p->at > 2 && is_one_of(at_index(p, p->at - 2), defined))
        return "the guard of a clause stands with its parameter: `f(n where n > 0) { … }`";
    if (here == TOKEN_SEND && encloses(p, TOKEN_OPEN_BRACKET))
        return "a comprehension is written `[e for x in xs]`";
    if (here == TOKEN_COMMA && p->at > 1 && at_index(p, p->at - 2)->kind == TOKEN_FOR)
        return "elements with their places are `for {index, value} in xs.enumerate()`";
    if (here == TOKEN_COLON && code == DIAG_UNEXPECTED_TOKEN && next->newline_before)
        return "blocks stand in braces: `{ … }`";
    if (here == TOKEN_COLON && code == DIAG_UNEXPECTED_TOKEN && encloses(p, TOKEN_OPEN_BRACE))
        return "an arm is written `pattern -> value`";
    return pair_help((TokenKind)last->kind, here);
}

void foreign_help(const Parser *p, Diag *diag, DiagCode code) {
    if (p->at == 0)
        return;
    const char *help = code == DIAG_EXPECTED_NAME         ? field_help(p)
                       : code == DIAG_EXPECTED_EXPRESSION ? operand_help(p)
                       : at_kind(p, TOKEN_PIPE)           ? pipe_help(p)
                                                          : NULL;
    if (!help && at_kind(p, TOKEN_END))
        return;
    if (!help)
        help = place_help(p, code);
    if (!help)
        help = word_before_help(p);
    if (!help && at_kind(p, TOKEN_NAME))
        help = foreign_word_help(p->token->value.name->text);
    if (!help)
        help = token_help((TokenKind)p->token->kind);
    if (help)
        diag_help(diag, "%s", help);
}
