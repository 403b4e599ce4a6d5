// One pass over the bytes. Strings with interpolations are bracketed token sequences, kept open on an explicit stack,
// so that nesting costs no recursion. Newlines are not tokens: each token knows whether it is the first on its line,
// and the parser decides what that means.
#include "compiler/syntax/lexer.h"

#include <stdlib.h>
#include <string.h>

Span lex_span(const Lexer *lx, uint32_t start, uint32_t end) { return (Span){lx->out->file, start, end}; }

Token *lex_push(Lexer *lx, TokenKind kind, uint32_t start) {
    Tokens *out = lx->out;
    if (out->len == lx->cap) {
        // Tokens hold names, which the table of names keeps, and no other pointers: the collector need not scan them.
        lx->cap *= 2;
        Token *grown = mem_alloc_data(lx->cap * sizeof *grown);
        memcpy(grown, out->data, out->len * sizeof *grown);
        out->data = grown;
    }
    Token *token = &out->data[out->len++];
    *token = (Token){.kind = (uint8_t)kind,
                     .newline_before = lx->newline,
                     .start = start,
                     .end = lx->at,
                     .partner = NO_TOKEN,
                     .parent = NO_TOKEN};
    lx->newline = false;
    return token;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_word_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool lex_is_word_byte(char c) { return is_word_start(c) || is_digit(c); }

// ---- spaces and comments --------------------------------------------------------------------------------------------

static void skip_line_comment(Lexer *lx) {
    const char *newline = memchr(lx->text + lx->at, '\n', lx->len - lx->at);
    lx->at = newline ? (uint32_t)(newline - lx->text) : lx->len;
}

static void skip_block_comment(Lexer *lx) {
    uint32_t start = lx->at, depth = 0;
    while (lx->at < lx->len) {
        if (lx->text[lx->at] == '/' && lx->text[lx->at + 1] == '*') {
            depth++;
            lx->at += 2;
        } else if (lx->text[lx->at] == '*' && lx->text[lx->at + 1] == '/') {
            lx->at += 2;
            if (--depth == 0)
                return;
        } else {
            if (lx->text[lx->at] == '\n')
                lx->newline = true;
            lx->at++;
        }
    }
    Diag *diag = diag_error(lx->diags, DIAG_UNTERMINATED_COMMENT, lex_span(lx, start, start + 2),
                            "this comment is never closed");
    if (depth > 1)
        diag_note(diag, "comments nest; %u of them are open at the end of the file", depth);
}

static void skip_blanks(Lexer *lx) {
    for (;;) {
        char c = lx->text[lx->at];
        if (c == '\n') {
            if (lx->strings.len)
                lex_cut_strings(lx);
            lx->newline = true;
            lx->at++;
        } else if (c == ' ' || c == '\t' || c == '\r') {
            lx->at++;
        } else if (c == '/' && lx->text[lx->at + 1] == '/') {
            skip_line_comment(lx);
        } else if (c == '/' && lx->text[lx->at + 1] == '*') {
            skip_block_comment(lx);
        } else {
            return;
        }
    }
}

// ---- names ----------------------------------------------------------------------------------------------------------

static uint32_t word_end(const Lexer *lx, uint32_t at) {
    while (lex_is_word_byte(lx->text[at]))
        at++;
    return at;
}

static TokenKind word_kind(const Lexer *lx, Name name) {
    return (TokenKind)(uintptr_t)map_get(&lx->words, name); // TOKEN_END, which is 0, for ordinary names
}

// A name, a reserved word, `_`, or `module:name` without spaces. In `a:b:C` the first colon is an ordinary one.
static void lex_word(Lexer *lx) {
    uint32_t start = lx->at, end = word_end(lx, start);
    Name name = name_of_bytes(lx->text + start, end - start);
    TokenKind word = word_kind(lx, name);
    lx->at = end;
    if (word || (end == start + 1 && lx->text[start] == '_')) {
        lex_push(lx, word ? word : TOKEN_UNDERSCORE, start)->value.name = name;
        return;
    }
    if (lx->text[end] == ':' && is_word_start(lx->text[end + 1])) {
        uint32_t member_end = word_end(lx, end + 1);
        Name member = name_of_bytes(lx->text + end + 1, member_end - end - 1);
        bool chained = lx->text[member_end] == ':' && is_word_start(lx->text[member_end + 1]);
        bool plain = member->len == 1 && member->text[0] == '_';
        if (!chained && !plain && !word_kind(lx, member)) {
            lx->at = member_end;
            lex_push(lx, TOKEN_QUALIFIED, start)->value.name = member;
            return;
        }
    }
    lex_push(lx, TOKEN_NAME, start)->value.name = name;
}

// ---- operators ------------------------------------------------------------------------------------------------------

typedef struct Operator {
    char text[4];
    uint8_t len, kind;
} Operator;

// Longer ones before their beginnings.
static const Operator operators[] = {
    {"...", 3, TOKEN_ELLIPSIS},   {"..", 2, TOKEN_DOT_DOT},
    {"->", 2, TOKEN_ARROW},       {"=>", 2, TOKEN_FAT_ARROW},
    {"<-", 2, TOKEN_SEND},        {"++", 2, TOKEN_PLUS_PLUS},
    {"==", 2, TOKEN_EQUAL},       {"!=", 2, TOKEN_NOT_EQUAL},
    {"<=", 2, TOKEN_LESS_EQUAL},  {">=", 2, TOKEN_GREATER_EQUAL},
    {"&&", 2, TOKEN_AND_AND},     {"||", 2, TOKEN_OR_OR},
    {"(", 1, TOKEN_OPEN_PAREN},   {")", 1, TOKEN_CLOSE_PAREN},
    {"[", 1, TOKEN_OPEN_BRACKET}, {"]", 1, TOKEN_CLOSE_BRACKET},
    {"{", 1, TOKEN_OPEN_BRACE},   {"}", 1, TOKEN_CLOSE_BRACE},
    {",", 1, TOKEN_COMMA},        {":", 1, TOKEN_COLON},
    {";", 1, TOKEN_SEMICOLON},    {".", 1, TOKEN_DOT},
    {"=", 1, TOKEN_ASSIGN},       {"|", 1, TOKEN_PIPE},
    {"&", 1, TOKEN_AMPERSAND},    {"?", 1, TOKEN_QUESTION},
    {"+", 1, TOKEN_PLUS},         {"-", 1, TOKEN_MINUS},
    {"*", 1, TOKEN_STAR},         {"/", 1, TOKEN_SLASH},
    {"%", 1, TOKEN_PERCENT},      {"<", 1, TOKEN_LESS},
    {">", 1, TOKEN_GREATER},      {"!", 1, TOKEN_NOT},
};

enum { OPERATOR_COUNT = sizeof operators / sizeof *operators };

// `a<-1` compares with minus one nowhere: `<-` is always the send.
static const Operator *operator_at(const char *text) {
    for (size_t i = 0; i < OPERATOR_COUNT; i++)
        if (operators[i].text[0] == text[0] && strncmp(operators[i].text, text, operators[i].len) == 0)
            return &operators[i];
    return NULL;
}

// Braces inside an interpolation are counted, to know which `}` ends it.
static void lex_operator(Lexer *lx, const Operator *op) {
    uint32_t start = lx->at;
    OpenString *string = lx->strings.len ? &vec_last(&lx->strings) : NULL;
    if (string && op->kind == TOKEN_CLOSE_BRACE) {
        if (string->open_braces == 0) {
            lex_string_rest(lx);
            return;
        }
        string->open_braces--;
    }
    if (string && op->kind == TOKEN_OPEN_BRACE)
        string->open_braces++;
    lx->at += op->len;
    lex_push(lx, (TokenKind)op->kind, start);
}

// ---- unknown characters ---------------------------------------------------------------------------------------------

static bool starts_token(const char *text) {
    return lex_is_word_byte(*text) || strchr(" \t\r\n\"'", *text) || operator_at(text);
}

static const char *help_for_character(uint32_t code_point) {
    switch (code_point) {
    case 0x201C:
    case 0x201D:
    case 0x2018:
    case 0x2019:
        return "strings are written in straight quotation marks: \"text\"";
    case '`':
        return "strings are written in quotation marks: \"text with ${values}\"";
    case '#':
        return "comments start with `//`";
    case '\\':
        return "lambdas are written `(x) -> x + 1`";
    case '^':
        return "bits that differ are `math:bit_xor(a, b)`; a name in a pattern binds: compare in a guard, `x where x "
               "== y`";
    case '~':
        return "the other bits of `n` are `-n - 1`";
    case '@':
        return "there are neither attributes nor decorators; a constant is written `name = value`, at top level";
    case '$':
        return "values stand in text: \"${x}\"";
    case 0x00A0:
    case 0xFEFF:
        return "this is an invisible character; write a space";
    default:
        return NULL;
    }
}

// `#` where a line or a comment may begin: the rest of the line is one mistake.
static bool skip_hash(Lexer *lx) {
    const char *behind = lx->text + lx->at + 1;
    bool include = strncmp(behind, "include", 7) == 0;
    if (lx->text[lx->at] != '#' || lx->strings.len || !(lx->newline || *behind == ' ') || *behind == '{')
        return false;
    uint32_t start = lx->at;
    skip_line_comment(lx);
    Diag *diag = diag_error(lx->diags, DIAG_UNKNOWN_CHARACTER, lex_span(lx, start, start + 1), "unknown character `#`");
    diag_help(diag, "%s", include ? "there is no import: write `module:name`" : "comments start with `//`");
    return true;
}

// One error for a whole run of characters that mean nothing.
static void skip_unknown(Lexer *lx) {
    if (skip_hash(lx))
        return;
    uint32_t start = lx->at;
    size_t size;
    uint32_t code_point = utf8_decode(lx->text + start, lx->len - start, &size);
    lx->at += (uint32_t)size;
    while (lx->at < lx->len && !starts_token(lx->text + lx->at))
        lx->at++;
    Span span = lex_span(lx, start, lx->at);
    Diag *diag;
    if (lx->at - start > size)
        diag = diag_error(lx->diags, DIAG_UNKNOWN_CHARACTER, span, "these characters mean nothing here");
    else if (code_point > ' ' && code_point < 0x7F)
        diag = diag_error(lx->diags, DIAG_UNKNOWN_CHARACTER, span, "unknown character `%c`", (char)code_point);
    else
        diag = diag_error(lx->diags, DIAG_UNKNOWN_CHARACTER, span, "unknown character U+%04X", code_point);
    bool is_map = code_point == '#' && lx->text[lx->at] == '{';
    bool is_unequal = code_point == '~' && lx->text[lx->at] == '=';
    const char *help = is_unequal ? "unequal is `!=`"
                       : is_map   ? "a map is written `map:of(\"a\": 1)`, a record `{a: 1}`"
                                  : help_for_character(code_point);
    if (help)
        diag_help(diag, "%s", help);
}

// ---- the whole file -------------------------------------------------------------------------------------------------

static void lex_token(Lexer *lx) {
    const char *text = lx->text + lx->at;
    if (is_word_start(*text))
        return lex_word(lx);
    if (is_digit(*text))
        return lex_number(lx);
    if (*text == '"')
        return lex_string(lx);
    if (*text == '\'' || (*text == '`' && !lx->strings.len))
        return lex_single_quoted(lx);
    const Operator *op = operator_at(text);
    if (op)
        lex_operator(lx, op);
    else
        skip_unknown(lx);
}

static void add_words(Map *words) {
    static const struct {
        const char *text;
        TokenKind kind;
    } table[] = {
#define TOKEN(enumerator, text)
#define WORD(enumerator, text) {text, TOKEN_##enumerator},
#include "compiler/syntax/token.def"
#undef TOKEN
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        map_set(words, name_of(table[i].text), (void *)(uintptr_t)table[i].kind);
}

Tokens *tokenize(const SourceFile *file, Diagnostics *diags) {
    enum { BYTES_PER_TOKEN = 5, FIRST_CAPACITY = 64 };
    Tokens *out = mem_new(Tokens);
    out->file = file;
    Lexer lx = {.out = out, .text = file->text, .len = file->len, .newline = true, .diags = diags};
    lx.cap = file->len / BYTES_PER_TOKEN + FIRST_CAPACITY;
    out->data = mem_alloc_data(lx.cap * sizeof *out->data);
    add_words(&lx.words);
    for (;;) {
        skip_blanks(&lx);
        if (lx.at >= lx.len)
            break;
        lex_token(&lx);
    }
    lex_cut_strings(&lx);
    lx.newline = true;
    lex_push(&lx, TOKEN_END, lx.len);
    match_brackets(out);
    return out;
}
