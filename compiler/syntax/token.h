// Tokens of one file, with the structure of its brackets.
//
// Invariants: the last token is TOKEN_END. Spans grow and do not overlap, except that the value of a string token holds
// its text with escapes resolved. Comments and spaces are not tokens.
#ifndef FLUFFY_COMPILER_SYNTAX_TOKEN_H
#define FLUFFY_COMPILER_SYNTAX_TOKEN_H

#include "compiler/base/sb.h"
#include "compiler/base/vec.h"
#include "compiler/diag/diag.h"

typedef enum TokenKind {
#define TOKEN(enumerator, text) TOKEN_##enumerator,
#include "compiler/syntax/token.def"
#undef TOKEN
    TOKEN_KIND_COUNT
} TokenKind;

#define NO_TOKEN 0xFFFFFFFFu

// STRING_OPEN and STRING_MIDDLE are opening brackets, STRING_MIDDLE and STRING_CLOSE closing ones.
typedef struct Token {
    uint8_t kind;        // TokenKind
    bool newline_before; // first on its line
    bool is_minimum;     // INT 9223372036854775808, which is right only behind a minus sign
    bool is_unpaired;    // a bracket that is never closed, or a closing one for which nothing is open
    uint32_t start, end; // bytes
    uint32_t partner;    // of an opening bracket: index of its closing one or, unpaired, of the first token that can't
                         // be inside any more; of a closing bracket: of its opening one, or NO_TOKEN
    uint32_t parent;     // index of the innermost paired opening bracket around this token, or NO_TOKEN
    union {
        Name name;        // NAME, reserved words; of QUALIFIED the part behind the colon
        uint64_t integer; // INT
        double number;    // FLOAT
        uint32_t text;    // STRING and its parts: index into Tokens.texts
    } value;
} Token;

typedef struct Tokens {
    const SourceFile *file;
    Token *data;
    uint32_t len;
    VEC(Text) texts; // values of strings
} Tokens;

// Splits a file into tokens; errors go to `diags` and the text they concern is skipped or given a harmless value.
// Linear in the size of the file, never recursive.
Tokens *tokenize(const SourceFile *file, Diagnostics *diags);

// What messages call a kind of token: "`->`", "a name".
const char *token_kind_text(TokenKind kind);

// The module part of a QUALIFIED token.
Name token_module(const Tokens *tokens, const Token *token);

// Spans of the parts of a QUALIFIED token.
Span token_module_span(const Tokens *tokens, const Token *token);
Span token_member_span(const Tokens *tokens, const Token *token);

Span token_span(const Tokens *tokens, const Token *token);

// Gives every bracket its partner and every token its parent (brackets.c). Called by tokenize.
void match_brackets(Tokens *tokens);

#endif
