// `extern c { cbrt(x: float) float }`: declarations of C functions.
#include "compiler/syntax/parse.h"

#include <string.h>

static void check_params(Parser *p, const ParamVec *params) {
    for (size_t i = 0; i < params->len && !p->panic; i++) {
        const Param *param = &params->data[i];
        if (!param->type)
            diag_help(parse_complain(p, DIAG_BAD_EXTERN, param->span, "a parameter of a C function needs a type"),
                      "write `%s: int`", param->name->text);
        else if (param->where)
            parse_complain(p, DIAG_BAD_EXTERN, param->where->span, "a parameter of a C function has no guard");
    }
}

static ExternFunction parse_extern_function(Parser *p) {
    uint32_t start = p->at;
    ExternFunction function = {0};
    function.name = take_name(p, "the name of a C function", &function.name_span);
    if (!p->panic && !at_kind(p, TOKEN_OPEN_PAREN))
        parse_expected(p, DIAG_UNEXPECTED_TOKEN, "`(`");
    if (!p->panic)
        function.params = parse_params(p);
    check_params(p, &function.params);
    if (!p->panic && !at_line_end(p) && !at_kind(p, TOKEN_CLOSE_BRACE)) {
        if (at_kind(p, TOKEN_OPEN_BRACE) && !p->token->is_unpaired &&
            p->tokens->data[p->token->partner + 1].newline_before && peek(p, 1)->newline_before)
            parse_error(p, DIAG_BAD_EXTERN, this_span(p), "a C function is declared without a body");
        function.result = parse_type(p);
    }
    function.span = span_from(p, start);
    return function;
}

static Name parse_abi(Parser *p) {
    Span span = this_span(p);
    Name abi = take_name(p, "the language `c`", &span);
    if (abi && strcmp(abi->text, "c") != 0)
        diag_help(parse_complain(p, DIAG_BAD_EXTERN, span, "unknown language `%s`", abi->text),
                  "only C functions can be declared: `extern c { … }`");
    return abi ? abi : name_of("c");
}

void parse_extern(Parser *p) {
    uint32_t start = p->at;
    ExternBlock *block = mem_new(ExternBlock);
    advance(p);
    block->abi = parse_abi(p);
    uint32_t open = p->at;
    if (!open_block(p, "`extern c`"))
        return;
    while (inside(p, open)) {
        uint32_t first = p->first = p->at;
        ExternFunction function = parse_extern_function(p);
        if (!p->panic && p->at < p->tokens->data[open].partner && !on_new_line(p))
            parse_expected(p, DIAG_STATEMENTS_ON_ONE_LINE, "a newline before the next declaration");
        if (!p->panic)
            vec_push(&block->functions, function);
        else
            parse_recover(p, open, first);
    }
    expect_close(p, open, "");
    block->span = span_from(p, start);
    vec_push(&p->module->externs, block);
}
