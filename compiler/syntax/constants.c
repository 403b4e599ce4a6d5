// Which bindings at top level are constants of the module, and which are statements of a script.
//
// `name = e` is a constant if the name is bound once and e is made of literals, operators, records, lists, maps,
// lambdas and names of functions and other constants. A name that is bound nowhere here counts as a function (of the
// library; if it is nothing the checker says so). All other bindings, and what depends on them, are statements: decided
// by marking those first and following the names to a fixed point. Names inside lambdas count whether or not a local
// one hides them.
#include "compiler/syntax/parse.h"

#include <string.h>

typedef struct Binding {
    const Stmt *stmt;
    bool is_statement;
    struct Binding *next_same;   // of the same name
    VEC(struct Binding *) users; // bindings whose expressions mention this one
} Binding;

typedef struct Sorter {
    Map bindings;        // Name -> first Binding
    Binding *current;    // whose expression is walked
    VEC(Binding *) work; // statements whose users are not marked yet
} Sorter;

static void mark(Sorter *s, Binding *binding) {
    if (binding->is_statement)
        return;
    binding->is_statement = true;
    vec_push(&s->work, binding);
}

// ---- walking an expression ------------------------------------------------------------------------------------------

// In a lambda anything may stand, since it is not evaluated here; only its names matter.
static void walk(Sorter *s, const Expr *expr, bool in_lambda);

static void walk_all(Sorter *s, const ExprVec *exprs, bool in_lambda) {
    for (size_t i = 0; i < exprs->len; i++)
        walk(s, exprs->data[i], in_lambda);
}

static void use_name(Sorter *s, const QualifiedName *name) {
    Binding *binding = name->module ? NULL : map_get(&s->bindings, name->name);
    if (binding)
        vec_push(&binding->users, s->current);
}

static void walk_arms(Sorter *s, const ArmVec *arms) {
    for (size_t i = 0; i < arms->len; i++) {
        walk(s, arms->data[i].pattern->where, true);
        walk(s, arms->data[i].body, true);
    }
}

static void walk_block(Sorter *s, const StmtVec *stmts) {
    for (size_t i = 0; i < stmts->len; i++) {
        const Stmt *stmt = stmts->data[i];
        walk(s, stmt->kind == STMT_EXPR ? stmt->expr : stmt->bind.value, true);
    }
}

// The kinds that a constant's expression cannot have, except inside a lambda.
static void walk_effects(Sorter *s, const Expr *e) {
    switch (e->kind) {
    case EXPR_SEND:
        walk(s, e->send.target, true);
        walk(s, e->send.message, true);
        break;
    case EXPR_CALL:
        walk(s, e->call.callee, true);
        walk_all(s, &e->call.args, true);
        break;
    case EXPR_METHOD_CALL:
        walk(s, e->method.receiver, true);
        walk_all(s, &e->method.args, true);
        break;
    case EXPR_BLOCK:
        walk_block(s, &e->block.statements);
        break;
    case EXPR_IF:
        for (size_t i = 0; i < e->if_.branches.len; i++) {
            walk(s, e->if_.branches.data[i].condition, true);
            walk(s, e->if_.branches.data[i].body, true);
        }
        walk(s, e->if_.else_body, true);
        break;
    case EXPR_MATCH:
        walk(s, e->match.subject, true);
        walk_arms(s, &e->match.arms);
        break;
    case EXPR_RECEIVE:
        walk_arms(s, &e->receive.arms);
        walk(s, e->receive.after_time, true);
        walk(s, e->receive.after_body, true);
        break;
    case EXPR_FOR:
        walk(s, e->for_.iterable, true);
        walk(s, e->for_.body, true);
        break;
    case EXPR_COMPREHENSION:
        walk(s, e->comprehension.element, true);
        for (size_t i = 0; i < e->comprehension.clauses.len; i++)
            walk(s, e->comprehension.clauses.data[i].value, true);
        break;
    case EXPR_DEFER:
    case EXPR_SPAWN:
        walk(s, e->body, true);
        break;
    case EXPR_EARLY_RETURN:
        walk(s, e->early_return.value, true);
        break;
    default:
        break;
    }
}

// `map:of(…)` and `set:of(…)` are values like lists.
static bool makes_map(const Expr *e) {
    const Expr *callee = e->call.callee;
    if (callee->kind != EXPR_NAME || !callee->name.module || strcmp(callee->name.name->text, "of") != 0)
        return false;
    return strcmp(callee->name.module->text, "map") == 0 || strcmp(callee->name.module->text, "set") == 0;
}

static void walk_call(Sorter *s, const Expr *e, bool in_lambda) {
    if (makes_map(e)) {
        walk_all(s, &e->call.args, in_lambda);
        return;
    }
    if (!in_lambda)
        mark(s, s->current);
    walk_effects(s, e);
}

static void walk(Sorter *s, const Expr *e, bool in_lambda) {
    if (!e)
        return;
    switch (e->kind) {
    case EXPR_ERROR:
    case EXPR_LITERAL:
    case EXPR_SUBJECT:
        break;
    case EXPR_NAME:
        use_name(s, &e->name);
        break;
    case EXPR_INTERPOLATE:
        walk_all(s, &e->parts, in_lambda);
        break;
    case EXPR_CALL:
        walk_call(s, e, in_lambda);
        break;
    case EXPR_LIST:
        walk_all(s, &e->elements, in_lambda);
        break;
    case EXPR_RECORD:
        for (size_t i = 0; i < e->record.fields.len; i++)
            walk(s, e->record.fields.data[i].value, in_lambda);
        break;
    case EXPR_WITH:
        walk(s, e->with.record, in_lambda);
        for (size_t i = 0; i < e->with.updates.len; i++)
            walk(s, e->with.updates.data[i].value, in_lambda);
        break;
    case EXPR_UNARY:
        walk(s, e->unary.operand, in_lambda);
        break;
    case EXPR_BINARY:
        walk(s, e->binary.left, in_lambda);
        walk(s, e->binary.right, in_lambda);
        break;
    case EXPR_IS:
        walk(s, e->is.value, in_lambda);
        walk(s, e->is.pattern->where, in_lambda);
        break;
    case EXPR_FIELD:
        walk(s, e->field.receiver, in_lambda);
        break;
    case EXPR_INDEX:
        walk(s, e->index.value, in_lambda);
        walk(s, e->index.index, in_lambda);
        break;
    case EXPR_SLICE:
        walk(s, e->slice.value, in_lambda);
        walk(s, e->slice.from, in_lambda);
        walk(s, e->slice.to, in_lambda);
        break;
    case EXPR_LAMBDA:
        walk(s, e->lambda.body, true);
        break;
    default:
        if (!in_lambda)
            mark(s, s->current);
        walk_effects(s, e);
    }
}

// ---- sorting --------------------------------------------------------------------------------------------------------

static Binding *find_bindings(Sorter *s, const StmtVec *stmts) {
    Binding *all = mem_alloc((stmts->len + 1) * sizeof *all);
    for (size_t i = 0; i < stmts->len; i++) {
        const Stmt *stmt = stmts->data[i];
        all[i].stmt = stmt;
        if (stmt->kind != STMT_BIND)
            continue;
        Binding *first = map_get(&s->bindings, stmt->bind.name);
        bool nameless = stmt->bind.name->len == 1 && stmt->bind.name->text[0] == '_';
        if (first) { // bound twice: both are statements
            all[i].next_same = first->next_same;
            first->next_same = &all[i];
            mark(s, first);
        } else {
            map_set(&s->bindings, stmt->bind.name, &all[i]);
        }
        if (first || nameless)
            mark(s, &all[i]);
    }
    return all;
}

static void propagate(Sorter *s) {
    while (s->work.len) {
        Binding *binding = vec_pop(&s->work);
        for (size_t i = 0; i < binding->users.len; i++)
            mark(s, binding->users.data[i]);
        if (binding->next_same)
            mark(s, binding->next_same);
    }
}

static void add_constant(Parser *p, const Stmt *stmt) {
    const FunctionDecl *function = map_get(&p->functions, stmt->bind.name);
    if (function) {
        Diag *diag = parse_complain(p, DIAG_DUPLICATE_DEFINITION, stmt->bind.name_span,
                                    "`%s` is the name of a function of this module", stmt->bind.name->text);
        diag_label(diag, function->name_span, "defined here");
        return;
    }
    ConstantDecl *constant = mem_new(ConstantDecl);
    *constant = (ConstantDecl){stmt->bind.name, stmt->bind.name_span, stmt->span, stmt->bind.type, stmt->bind.value};
    vec_push(&p->module->constants, constant);
}

// The first statement that is not the remains of a broken one.
static const Stmt *first_sound(const StmtVec *stmts) {
    for (size_t i = 0; i < stmts->len; i++) {
        const Stmt *stmt = stmts->data[i];
        if ((stmt->kind == STMT_EXPR ? stmt->expr : stmt->bind.value)->kind != EXPR_ERROR)
            return stmt;
    }
    return NULL;
}

static void check_script(Parser *p) {
    const FunctionDecl *main = map_get(&p->functions, name_of("main"));
    const Stmt *stmt = first_sound(&p->module->statements);
    if (!main || !stmt)
        return;
    Diag *diag =
        parse_complain(p, DIAG_STATEMENTS_AND_MAIN, stmt->span, "this file has a `main` and statements at top level");
    diag_primary(diag, "this is a statement");
    diag_label(diag, main->name_span, "`main` is defined here");
    if (stmt->kind == STMT_BIND)
        diag_note(diag, "a constant is made of literals, operators, records, lists, maps, lambdas and other constants");
    diag_help(diag, "move the statements into `main`");
    p->module->statements.len = 0;
}

void sort_constants(Parser *p) {
    Sorter s = {0};
    StmtVec all = p->module->statements;
    Binding *bindings = find_bindings(&s, &all);
    for (size_t i = 0; i < all.len; i++) {
        s.current = &bindings[i];
        if (all.data[i]->kind == STMT_BIND)
            walk(&s, all.data[i]->bind.value, false);
    }
    propagate(&s);
    p->module->statements = (StmtVec){0};
    for (size_t i = 0; i < all.len; i++) {
        if (all.data[i]->kind == STMT_BIND && !bindings[i].is_statement)
            add_constant(p, all.data[i]);
        else
            vec_push(&p->module->statements, all.data[i]);
    }
    check_unused(p, &p->module->statements, true);
    check_script(p);
}
