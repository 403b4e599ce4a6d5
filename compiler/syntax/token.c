#include "compiler/syntax/token.h"

#include <string.h>

static const char *const texts[] = {
#define TOKEN(enumerator, text) text,
#include "compiler/syntax/token.def"
#undef TOKEN
};

const char *token_kind_text(TokenKind kind) { return texts[kind]; }

Span token_span(const Tokens *tokens, const Token *token) { return (Span){tokens->file, token->start, token->end}; }

static uint32_t colon_of(const Tokens *tokens, const Token *token) {
    const char *text = tokens->file->text;
    return (uint32_t)((const char *)memchr(text + token->start, ':', token->end - token->start) - text);
}

Name token_module(const Tokens *tokens, const Token *token) {
    Span span = token_module_span(tokens, token);
    return name_of_bytes(tokens->file->text + span.start, span.end - span.start);
}

Span token_module_span(const Tokens *tokens, const Token *token) {
    return (Span){tokens->file, token->start, colon_of(tokens, token)};
}

Span token_member_span(const Tokens *tokens, const Token *token) {
    return (Span){tokens->file, colon_of(tokens, token) + 1, token->end};
}
