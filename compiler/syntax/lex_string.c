// Strings. Without interpolation a string is one STRING token. With it, the pieces of text are tokens that bracket the
// tokens of the interpolations:   "a ${b} c ${d} e"   is   OPEN("a ") b MIDDLE(" c ") d CLOSE(" e").
//
// A string in single quotation marks ends with its line, interpolations included: a missing quotation mark spoils one
// line, not the rest of the file. The values are made when the string is closed, because the indentation that a """
// string loses depends on all of its lines: the smallest of those that are not blank, that of the closing """ included
// if it stands alone on its line. The newline behind the opening """ and the one before such a closing """ are dropped.
#include "compiler/syntax/lexer.h"

#include <string.h>

static uint32_t delimiter_length(bool multiline) { return multiline ? 3 : 1; }

// ---- values ---------------------------------------------------------------------------------------------------------

// A piece of text as it stands in the file.
typedef struct Piece {
    uint32_t start, end;   // bytes
    bool starts_line;      // the first byte is the beginning of a line that can lose indentation
    bool before_insertion; // `${` follows
} Piece;

typedef VEC(Piece) PieceVec;

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

static uint32_t skip_indent(const Lexer *lx, uint32_t at, uint32_t end) {
    while (at < end && is_blank(lx->text[at]))
        at++;
    return at;
}

static void indent_of_line(const Lexer *lx, const Piece *piece, uint32_t line, bool last, uint32_t *smallest) {
    uint32_t text = skip_indent(lx, line, piece->end);
    bool blank = text == piece->end ? !(piece->before_insertion || last) : lx->text[text] == '\n';
    if (!blank && text - line < *smallest)
        *smallest = text - line;
}

static uint32_t common_indent(const Lexer *lx, const PieceVec *pieces) {
    uint32_t smallest = UINT32_MAX;
    for (size_t i = 0; i < pieces->len; i++) {
        const Piece *piece = &pieces->data[i];
        bool last = i + 1 == pieces->len;
        if (piece->starts_line)
            indent_of_line(lx, piece, piece->start, last, &smallest);
        for (uint32_t at = piece->start; at < piece->end; at++)
            if (lx->text[at] == '\n')
                indent_of_line(lx, piece, at + 1, last, &smallest);
    }
    return smallest == UINT32_MAX ? 0 : smallest;
}

// The first line of a """ string, if nothing stands on it.
static void drop_first_line(const Lexer *lx, Piece *piece) {
    uint32_t at = skip_indent(lx, piece->start, piece->end);
    if (at < piece->end && lx->text[at] == '\n') {
        piece->start = at + 1;
        piece->starts_line = true;
    }
}

// The last line, if nothing but the closing """ stands on it.
static void drop_last_line(const Lexer *lx, Piece *piece) {
    uint32_t at = piece->end;
    while (at > piece->start && is_blank(lx->text[at - 1]))
        at--;
    if (at > piece->start && lx->text[at - 1] == '\n')
        piece->end = at - 1;
    else if (at == piece->start && piece->starts_line)
        piece->end = at;
}

static void bad_escape(Lexer *lx, uint32_t start, uint32_t end, const char *why) {
    Diag *diag = diag_error(lx->diags, DIAG_BAD_ESCAPE, lex_span(lx, start, end), "%s", why);
    diag_help(diag, "the escapes are \\n \\t \\r \\0 \\\\ \\\" \\$ and \\u{1F600}");
}

// `\u{...}`; `at` is on the `u`. Returns where it ends.
static uint32_t unicode_escape(Lexer *lx, uint32_t at, uint32_t end, StringBuilder *out) {
    uint32_t start = at - 1, digits = at + 2, value = 0;
    if (at + 1 >= end || lx->text[at + 1] != '{') {
        bad_escape(lx, start, at + 1, "`\\u` needs braces: `\\u{1F600}`");
        return at + 1;
    }
    uint32_t close = digits;
    for (; close < end && lex_is_word_byte(lx->text[close]); close++) {
        char c = lx->text[close];
        uint32_t digit = c <= '9' ? (uint32_t)(c - '0') : (uint32_t)((c | 0x20) - 'a') + 10;
        value = digit > 15 || value > 0x10FFFF ? 0x110000 : value * 16 + digit;
    }
    bool closed = close < end && lx->text[close] == '}';
    bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (!closed || close == digits || value > 0x10FFFF || surrogate) {
        bad_escape(lx, start, closed ? close + 1 : close, "this is not a Unicode code point in hexadecimal");
        return closed ? close + 1 : close;
    }
    char bytes[4];
    sb_add_bytes(out, bytes, utf8_encode(value, bytes));
    return close + 1;
}

// `at` is behind the backslash. Returns where the escape ends.
static uint32_t escape(Lexer *lx, uint32_t at, uint32_t end, StringBuilder *out) {
    static const char from[] = "ntr0\\\"$", to[] = "\n\t\r\0\\\"$";
    if (at < end && lx->text[at] == 'u')
        return unicode_escape(lx, at, end, out);
    const char *known = at < end ? memchr(from, lx->text[at], sizeof from - 1) : NULL;
    if (known) {
        sb_add_char(out, to[known - from]);
        return at + 1;
    }
    size_t size = 0;
    if (at < end)
        utf8_decode(lx->text + at, end - at, &size);
    bad_escape(lx, at - 1, at + (uint32_t)size, "this escape does not exist");
    return at + (uint32_t)size;
}

static uint32_t drop_indent(const Lexer *lx, uint32_t at, uint32_t end, uint32_t indent) {
    uint32_t text = skip_indent(lx, at, end);
    return text - at < indent ? text : at + indent;
}

static Text piece_value(Lexer *lx, const Piece *piece, uint32_t indent) {
    StringBuilder out = {0};
    uint32_t at = piece->start, end = piece->end;
    if (piece->starts_line)
        at = drop_indent(lx, at, end, indent);
    while (at < end) {
        char c = lx->text[at++];
        if (c == '\\') {
            at = escape(lx, at, end, &out);
        } else if (c == '\n') {
            sb_add_char(&out, c);
            at = drop_indent(lx, at, end, indent);
        } else if (!(c == '\r' && lx->text[at] == '\n')) {
            uint32_t run = at;
            while (run < end && !strchr("\\\n\r", lx->text[run]))
                run++;
            sb_add_bytes(&out, lx->text + at - 1, run - at + 1);
            at = run;
        }
    }
    return (Text){sb_text(&out), out.len};
}

// ---- tokens ---------------------------------------------------------------------------------------------------------

// Gives the tokens of a closed string their values.
static void finish_string(Lexer *lx, const IndexVec *parts, bool multiline, bool closed) {
    PieceVec pieces = {0};
    for (size_t i = 0; i < parts->len; i++) {
        const Token *token = &lx->out->data[parts->data[i]];
        bool first = i == 0, last = i + 1 == parts->len;
        uint32_t end = token->end - (last ? (closed ? delimiter_length(multiline) : 0) : 2);
        uint32_t start = token->start + (first ? delimiter_length(multiline) : 1);
        vec_push(&pieces, (Piece){start < end ? start : end, end, false, !last});
    }
    uint32_t indent = 0;
    if (multiline) {
        drop_first_line(lx, &pieces.data[0]);
        indent = common_indent(lx, &pieces);
        drop_last_line(lx, &vec_last(&pieces));
    }
    for (size_t i = 0; i < parts->len; i++) {
        lx->out->data[parts->data[i]].value.text = (uint32_t)lx->out->texts.len;
        vec_push(&lx->out->texts, piece_value(lx, &pieces.data[i], indent));
    }
}

typedef enum TextEnd { TEXT_CLOSED, TEXT_INSERTION, TEXT_CUT } TextEnd;

// Moves over text up to and including what ends it.
static TextEnd skip_text(Lexer *lx, bool multiline) {
    while (lx->at < lx->len) {
        const char *text = lx->text + lx->at;
        if (*text == '"' && (!multiline || (text[1] == '"' && text[2] == '"'))) {
            lx->at += delimiter_length(multiline);
            return TEXT_CLOSED;
        }
        if (*text == '$' && text[1] == '{') {
            lx->at += 2;
            return TEXT_INSERTION;
        }
        if (*text == '\n' && !multiline)
            return TEXT_CUT;
        bool skips_next = *text == '\\' && lx->at + 1 < lx->len && (multiline || text[1] != '\n');
        lx->at += skips_next ? 2 : 1;
    }
    return TEXT_CUT;
}

static void report_unterminated(Lexer *lx, uint32_t start, bool multiline) {
    Span span = lex_span(lx, start, start + delimiter_length(multiline));
    if (multiline) {
        diag_error(lx->diags, DIAG_UNTERMINATED_STRING, span, "this string is never closed");
        return;
    }
    Diag *diag = diag_error(lx->diags, DIAG_UNTERMINATED_STRING, span, "this string is not closed on its line");
    diag_help(diag, "a string of several lines stands in \"\"\"three quotation marks\"\"\"");
}

void lex_string(Lexer *lx) {
    uint32_t start = lx->at;
    bool multiline = lx->text[start + 1] == '"' && lx->text[start + 2] == '"';
    bool newline = lx->newline;
    lx->at += delimiter_length(multiline);
    TextEnd end = skip_text(lx, multiline);
    lx->newline = newline;
    IndexVec parts = {0};
    vec_push(&parts, lx->out->len);
    lex_push(lx, end == TEXT_INSERTION ? TOKEN_STRING_OPEN : TOKEN_STRING, start);
    if (end != TEXT_INSERTION) {
        // A string inside `${` that the end of the line cuts off: the string around it is cut too, and is reported.
        bool within = !multiline && lx->strings.len && vec_last(&lx->strings).outermost != NO_TOKEN;
        if (end == TEXT_CUT && !within)
            report_unterminated(lx, start, multiline);
        finish_string(lx, &parts, multiline, end == TEXT_CLOSED);
        return;
    }
    uint32_t outermost = NO_TOKEN;
    if (!multiline) {
        outermost = (uint32_t)lx->strings.len;
        if (lx->strings.len && vec_last(&lx->strings).outermost != NO_TOKEN)
            outermost = vec_last(&lx->strings).outermost;
    }
    vec_push(&lx->strings, (OpenString){start, multiline, 0, parts, outermost});
}

void lex_string_rest(Lexer *lx) {
    OpenString *string = &vec_last(&lx->strings);
    uint32_t start = lx->at++;
    TextEnd end = skip_text(lx, string->is_multiline);
    vec_push(&string->parts, lx->out->len);
    lex_push(lx, end == TEXT_INSERTION ? TOKEN_STRING_MIDDLE : TOKEN_STRING_CLOSE, start);
    if (end == TEXT_INSERTION)
        return;
    OpenString closed = vec_pop(&lx->strings);
    if (end == TEXT_CUT)
        report_unterminated(lx, closed.start, closed.is_multiline);
    finish_string(lx, &closed.parts, closed.is_multiline, end == TEXT_CLOSED);
}

// Closes the innermost open string here, with an empty last piece.
static void close_here(Lexer *lx) {
    OpenString string = vec_pop(&lx->strings);
    bool newline = lx->newline;
    vec_push(&string.parts, lx->out->len);
    lex_push(lx, TOKEN_STRING_CLOSE, lx->at);
    lx->newline = newline;
    finish_string(lx, &string.parts, string.is_multiline, false);
}

void lex_cut_strings(Lexer *lx) {
    uint32_t keep = lx->at >= lx->len ? 0 : lx->strings.len ? vec_last(&lx->strings).outermost : NO_TOKEN;
    if (keep >= lx->strings.len)
        return;
    report_unterminated(lx, lx->strings.data[keep].start, lx->strings.data[keep].is_multiline);
    while (lx->strings.len > keep)
        close_here(lx);
}

// 'text' is read as a string, so that one habit gives one error a string.
void lex_single_quoted(Lexer *lx) {
    uint32_t start = lx->at++;
    char mark = lx->text[start];
    while (lx->at < lx->len && lx->text[lx->at] != mark && lx->text[lx->at] != '\n')
        lx->at++;
    bool closed = lx->text[lx->at] == mark;
    lx->at += closed;
    uint32_t end = closed ? lx->at : start + 1;
    Diag *diag = diag_error(lx->diags, DIAG_UNKNOWN_CHARACTER, lex_span(lx, start, end),
                            "strings are written in double quotation marks");
    if (closed)
        diag_help(diag, "write \"%.*s\"", (int)(end - start - 2 > 40 ? 40 : end - start - 2), lx->text + start + 1);
    Token *token = lex_push(lx, TOKEN_STRING, start);
    token->value.text = (uint32_t)lx->out->texts.len;
    vec_push(&lx->out->texts, (Text){lx->text + start + 1, 0});
}
