// 12, 1_000, 0xFF, 0b101, 0o755, 1.5, 2e10, 1.5e-3. A point belongs to the number only if a digit follows: `1..5` and
// `1.text` don't.
#include "compiler/syntax/lexer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static int hex_value(char c) {
    if (is_digit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_digit_of(char c, unsigned base) { return hex_value(c) >= 0 && (unsigned)hex_value(c) < base; }

// Digits with single underscores between them.
static void skip_digits(Lexer *lx, unsigned base) {
    for (;;) {
        char c = lx->text[lx->at], next = c == '_' ? lx->text[lx->at + 1] : c;
        if (!is_digit_of(next, base))
            return;
        lx->at += c == '_' ? 2 : 1;
    }
}

// What a prefix says, `0x`, `0b` or `0o` with a digit behind it; otherwise 10.
static unsigned base_at(const char *text) {
    char letter = text[0] == '0' ? (char)(text[1] | 0x20) : 0;
    unsigned base = letter == 'x' ? 16 : letter == 'b' ? 2 : letter == 'o' ? 8 : 10;
    return base != 10 && is_digit_of(text[2], base) ? base : 10;
}

static bool skip_exponent(Lexer *lx) {
    const char *text = lx->text + lx->at;
    if ((text[0] | 0x20) != 'e')
        return false;
    int sign = text[1] == '+' || text[1] == '-';
    if (!is_digit(text[1 + sign]))
        return false;
    lx->at += 1 + (uint32_t)sign;
    skip_digits(lx, 10);
    return true;
}

// How much of a text goes into a message.
static int shown(uint32_t len) { return len > 40 ? 40 : (int)len; }

// `10L`, `5n`, `1.0f`, `7u64`: how wide a number is does not stand behind it in Fluffy.
static bool is_suffix(const char *letters, uint32_t len) {
    static const char *const suffixes[] = {"n",  "l",  "L",  "f",   "F",   "d",  "u",   "U",   "ul",  "UL",
                                           "ll", "LL", "i8", "i32", "i64", "u8", "u32", "u64", "f32", "f64"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (strlen(suffixes[i]) == len && memcmp(suffixes[i], letters, len) == 0)
            return true;
    return false;
}

// Letters directly behind a number: one error for all of it, and the number counts as 0.
static bool reject_letters(Lexer *lx, uint32_t start) {
    if (!lex_is_word_byte(lx->text[lx->at]))
        return false;
    uint32_t number_end = lx->at;
    while (lex_is_word_byte(lx->text[lx->at]))
        lx->at++;
    Diag *diag = diag_error(lx->diags, DIAG_BAD_NUMBER, lex_span(lx, start, lx->at), "`%.*s` is not a number",
                            shown(lx->at - start), lx->text + start);
    diag_primary(diag, "the number would end after `%.*s`", shown(number_end - start), lx->text + start);
    if (is_suffix(lx->text + number_end, lx->at - number_end))
        diag_help(diag, "numbers have no suffix: `5` is an int of 64 bits, `5.0` a float");
    return true;
}

static void too_large(Lexer *lx, uint32_t start, const char *message) {
    diag_error(lx->diags, DIAG_NUMBER_TOO_LARGE, lex_span(lx, start, lx->at), "%s", message);
}

#define MINIMUM_MAGNITUDE ((uint64_t)1 << 63)

static void push_int(Lexer *lx, uint32_t start, unsigned base) {
    uint64_t value = 0;
    bool overflow = false;
    for (uint32_t i = base == 10 ? start : start + 2; i < lx->at; i++) {
        if (lx->text[i] == '_')
            continue;
        overflow |= __builtin_mul_overflow(value, base, &value);
        overflow |= __builtin_add_overflow(value, (uint64_t)hex_value(lx->text[i]), &value);
    }
    if (overflow || value > MINIMUM_MAGNITUDE) {
        too_large(lx, start, "this number does not fit into an int, whose largest value is 9223372036854775807");
        value = 0;
    }
    Token *token = lex_push(lx, TOKEN_INT, start);
    token->value.integer = value;
    token->is_minimum = value == MINIMUM_MAGNITUDE;
}

static void push_float(Lexer *lx, uint32_t start) {
    StringBuilder digits = {0};
    for (uint32_t i = start; i < lx->at; i++)
        if (lx->text[i] != '_')
            sb_add_char(&digits, lx->text[i]);
    double value = strtod(sb_text(&digits), NULL);
    if (isinf(value)) {
        too_large(lx, start, "this number does not fit into a float, whose largest value is about 1.8e308");
        value = 0;
    }
    lex_push(lx, TOKEN_FLOAT, start)->value.number = value;
}

void lex_number(Lexer *lx) {
    uint32_t start = lx->at;
    unsigned base = base_at(lx->text + start);
    if (base != 10)
        lx->at += 2;
    skip_digits(lx, base);
    bool is_float = false;
    if (base == 10 && lx->text[lx->at] == '.' && is_digit(lx->text[lx->at + 1])) {
        lx->at++;
        skip_digits(lx, 10);
        is_float = true;
    }
    is_float |= base == 10 && skip_exponent(lx);
    if (reject_letters(lx, start))
        lex_push(lx, TOKEN_INT, start)->value.integer = 0;
    else if (is_float)
        push_float(lx, start);
    else
        push_int(lx, start, base);
}
