// `extern c "library" { Database = handle(close_it)   blocking open_it(path: string) Database }`: declarations of C
// functions, of the types that only C knows, and of what to link with.
#include "compiler/syntax/parse.h"

#include <string.h>

// ---- functions -----------------------------------------------------------------------------------------------------

static bool at_word(const Parser *p, const char *word) {
    return at_kind(p, TOKEN_NAME) && strcmp(p->token->value.name->text, word) == 0;
}

// `out` and the like, in front of a type; alone it is the name of a type.
static ExternMode parse_mode(Parser *p) {
    static const char *const words[] = {[EXTERN_REF] = "ref", [EXTERN_OUT] = "out", [EXTERN_INOUT] = "inout"};
    for (ExternMode mode = EXTERN_REF; mode <= EXTERN_INOUT; mode++) {
        TokenKind next = (TokenKind)peek(p, 1)->kind;
        if (!at_word(p, words[mode]) || next == TOKEN_COMMA || next == TOKEN_CLOSE_PAREN || next == TOKEN_PIPE)
            continue;
        advance(p);
        return mode;
    }
    return EXTERN_IN;
}

static ExternParam parse_param(Parser *p) {
    uint32_t start = p->at;
    ExternParam param = {.type = NULL};
    bool colon;
    param.name = take_label(p, &param.name_span, &colon);
    if (!colon && !p->panic && !accept(p, TOKEN_COLON))
        diag_help(parse_error(p, DIAG_BAD_EXTERN, param.name_span, "a parameter of a C function needs a type"),
                  "write `%s: int`", param.name->text);
    param.mode = p->panic ? EXTERN_IN : parse_mode(p);
    param.type = parse_type(p);
    param.span = span_from(p, start);
    if (!p->panic && at_kind(p, TOKEN_WHERE))
        parse_error(p, DIAG_BAD_EXTERN, this_span(p), "a parameter of a C function has no guard");
    return param;
}

static ExternParamVec parse_extern_params(Parser *p) {
    ExternParamVec params = {0};
    NameSet names = {0};
    uint32_t open = p->at;
    Context before = set_context(p, (Context){0});
    advance(p);
    while (inside(p, open)) {
        ExternParam param = parse_param(p);
        check_repeated(p, &names, DIAG_DUPLICATE_PARAMETER, "parameter", param.name, param.name_span);
        vec_push(&params, param);
        if (!accept(p, TOKEN_COMMA))
            break;
    }
    expect_close(p, open, "`,`");
    p->context = before;
    return params;
}

static bool at_body(const Parser *p) {
    return at_kind(p, TOKEN_OPEN_BRACE) && !p->token->is_unpaired &&
           p->tokens->data[p->token->partner + 1].newline_before && peek(p, 1)->newline_before;
}

static ExternFunction parse_extern_function(Parser *p) {
    uint32_t start = p->at;
    ExternFunction function = {0};
    if (at_word(p, "blocking") && peek(p, 1)->kind == TOKEN_NAME && !peek(p, 1)->newline_before) {
        function.is_blocking = true;
        advance(p);
    }
    function.name = take_name(p, "the name of a C function", &function.name_span);
    if (!p->panic && !at_kind(p, TOKEN_OPEN_PAREN))
        parse_expected(p, DIAG_UNEXPECTED_TOKEN, "`(`");
    if (!p->panic)
        function.params = parse_extern_params(p);
    if (!p->panic && !at_line_end(p) && !at_kind(p, TOKEN_CLOSE_BRACE)) {
        if (at_body(p))
            parse_error(p, DIAG_BAD_EXTERN, this_span(p), "a C function is declared without a body");
        function.result = parse_type(p);
    }
    function.span = span_from(p, start);
    return function;
}

// ---- the block -----------------------------------------------------------------------------------------------------

static Name parse_abi(Parser *p) {
    Span span = this_span(p);
    Name abi = take_name(p, "the language `c`", &span);
    if (abi && strcmp(abi->text, "c") != 0)
        diag_help(parse_complain(p, DIAG_BAD_EXTERN, span, "unknown language `%s`", abi->text),
                  "only C functions can be declared: `extern c { … }`");
    return abi ? abi : name_of("c");
}

static void parse_links(Parser *p, ExternBlock *block) {
    while (at_kind(p, TOKEN_STRING)) {
        Span span = this_span(p);
        Literal literal = take_literal(p);
        if (literal.string.len == 0 || literal.string.data[0] == '-')
            diag_help(parse_complain(p, DIAG_BAD_EXTERN, span, "this names no library"),
                      "write `\"sqlite3\"`, or a file: `\"./libshapes.a\"`, `\"shapes.c\"`");
        else
            vec_push(&block->links, (ExternLink){literal.string, span});
        if (!accept(p, TOKEN_COMMA))
            return;
    }
}

static bool is_alias(const Parser *p) {
    return at_kind(p, TOKEN_NAME) && peek(p, 1)->kind == TOKEN_ASSIGN && is_capital(p->token->value.name);
}

static void parse_declaration(Parser *p, ExternBlock *block) {
    if (is_alias(p)) {
        parse_alias(p);
        return;
    }
    ExternFunction function = parse_extern_function(p);
    if (!p->panic)
        vec_push(&block->functions, function);
}

void parse_extern(Parser *p) {
    uint32_t start = p->at;
    ExternBlock *block = mem_new(ExternBlock);
    advance(p);
    block->abi = parse_abi(p);
    parse_links(p, block);
    uint32_t open = p->at;
    if (!open_block(p, "`extern c`"))
        return;
    p->in_extern = true;
    while (inside(p, open)) {
        uint32_t first = p->first = p->at;
        parse_declaration(p, block);
        if (!p->panic && p->at < p->tokens->data[open].partner && !on_new_line(p))
            parse_expected(p, DIAG_STATEMENTS_ON_ONE_LINE, "a newline before the next declaration");
        if (p->panic)
            parse_recover(p, open, first);
    }
    p->in_extern = false;
    expect_close(p, open, "");
    block->span = span_from(p, start);
    vec_push(&p->module->externs, block);
}
