// The clauses of each function together: definitions with the same name, in order.
#include "compiler/syntax/parse.h"

void collect_functions(Parser *p, FunctionClause *clause, Name name, Span name_span) {
    FunctionDecl *function = map_get(&p->functions, name);
    if (!function) {
        function = mem_new(FunctionDecl);
        function->name = name;
        function->name_span = name_span;
        map_set(&p->functions, name, function);
        vec_push(&p->module->functions, function);
    }
    clause->is_broken = p->panic;
    vec_push(&function->clauses, clause);
    function->is_exported |= clause->is_exported;
}

static bool is_guarded(const FunctionClause *clause) {
    for (size_t i = 0; i < clause->params.len; i++)
        if (clause->params.data[i].where)
            return true;
    return false;
}

// A clause with another number of parameters is dropped, so that what follows can rely on one arity.
static void check_arity(Parser *p, FunctionDecl *function) {
    size_t kept = 1, arity = function->clauses.data[0]->params.len;
    for (size_t i = 1; i < function->clauses.len; i++) {
        FunctionClause *clause = function->clauses.data[i];
        if (clause->params.len == arity) {
            function->clauses.data[kept++] = clause;
            continue;
        }
        if (clause->is_broken || function->clauses.data[0]->is_broken)
            continue; // its parameters are not known
        Diag *diag =
            parse_complain(p, DIAG_CLAUSE_ARITY, clause->name_span, "`%s` takes %zu parameter%s here and %zu above",
                           function->name->text, clause->params.len, clause->params.len == 1 ? "" : "s", arity);
        diag_label(diag, function->name_span, "first defined here");
        diag_help(diag, "definitions with one name are clauses of one function; give this one another name");
    }
    function->clauses.len = kept;
}

static void check_guards(Parser *p, FunctionDecl *function) {
    for (size_t i = 0; i + 1 < function->clauses.len; i++) {
        const FunctionClause *clause = function->clauses.data[i], *next = function->clauses.data[i + 1];
        if (is_guarded(clause))
            continue;
        Diag *diag = parse_complain(p, DIAG_UNREACHABLE_CLAUSE, next->name_span, "this clause of `%s` is never tried",
                                    function->name->text);
        diag_label(diag, clause->name_span, "this one has no guard and takes every call");
        diag_help(diag, "definitions with one name are clauses, tried in order; all but the last need a `where`");
        return;
    }
}

void check_clauses(Parser *p) {
    for (size_t i = 0; i < p->module->functions.len; i++) {
        check_arity(p, p->module->functions.data[i]);
        check_guards(p, p->module->functions.data[i]);
    }
}
