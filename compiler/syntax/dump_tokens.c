#include "compiler/syntax/dump.h"
#include "compiler/syntax/token.h"

static const char *const names[] = {
#define TOKEN(enumerator, text) #enumerator,
#include "compiler/syntax/token.def"
#undef TOKEN
};

static void dump_token(const Tokens *tokens, const Token *token, StringBuilder *out) {
    Span span = token_span(tokens, token);
    SourcePlace place = span_place(span);
    sb_addf(out, "%c %u:%u %s", token->newline_before ? '|' : ' ', place.line, place.column, names[token->kind]);
    if (token->end > token->start) {
        sb_add_char(out, ' ');
        sb_add_text(out, span_text(span));
    }
    sb_add_char(out, '\n');
}

void dump_tokens(const SourceFile *file, Diagnostics *diags, StringBuilder *out) {
    const Tokens *tokens = tokenize(file, diags);
    for (uint32_t i = 0; i < tokens->len; i++)
        dump_token(tokens, &tokens->data[i], out);
}
