// The lexer's state, shared by lexer.c, lex_number.c and lex_string.c. Private to the room.
#ifndef FLUFFY_COMPILER_SYNTAX_LEXER_H
#define FLUFFY_COMPILER_SYNTAX_LEXER_H

#include "compiler/base/map.h"
#include "compiler/syntax/token.h"

typedef VEC(uint32_t) IndexVec;

// A string whose `${` is open: what follows are ordinary tokens up to its `}`.
typedef struct OpenString {
    uint32_t start;       // offset of the opening quotation mark
    bool is_multiline;    // """
    uint32_t open_braces; // `{` seen since the `${`
    IndexVec parts;       // its tokens so far: STRING_OPEN, STRING_MIDDLE...
    uint32_t outermost; // index, in Lexer.strings, of the outermost string that the next newline would cut off: this or
                        // one around it in quotation marks without a """ between; NO_TOKEN if there is none
} OpenString;

typedef struct Lexer {
    Tokens *out;
    uint32_t cap;     // of out->data
    const char *text; // ends in NUL
    uint32_t at, len;
    bool newline; // one was passed since the last token
    VEC(OpenString) strings;
    Map words; // Name of a reserved word -> its TokenKind
    Diagnostics *diags;
} Lexer;

// Appends a token that ends at lx->at, and returns it (valid until the next one).
Token *lex_push(Lexer *lx, TokenKind kind, uint32_t start);

Span lex_span(const Lexer *lx, uint32_t start, uint32_t end);

bool lex_is_word_byte(char c);

// lex_number.c: lx->at is on a digit.
void lex_number(Lexer *lx);

// lex_string.c: lx->at is on `"`; on the `}` of an interpolation; on `'` or a backtick.
void lex_string(Lexer *lx);
void lex_string_rest(Lexer *lx);
void lex_single_quoted(Lexer *lx);

// A newline or the end of the file: strings in single quotation marks that are open end here, with an error.
void lex_cut_strings(Lexer *lx);

#endif
