// What the syntax alone tells of a body: which names it takes from outside, what it calls, whether it may ask for its
// own process. From the calls follow the groups of functions that call each other. All answers err to the safe side: a
// name too many, a call that is none.
#include "compiler/semantic/check.h"

typedef struct Walk {
    Check *check;
    Template *template;
    VEC(Name) bound;
    unsigned in_spawn; // depth of spawn blocks: another process
} Walk;

static void walk(Walk *w, Expr *expr);

static bool is_bound(const Walk *w, Name name) {
    for (size_t i = w->bound.len; i-- > 0;)
        if (w->bound.data[i] == name)
            return true;
    return false;
}

static void add_free(Walk *w, Name name) {
    for (size_t i = 0; i < w->template->free_names.len; i++)
        if (w->template->free_names.data[i] == name)
            return;
    vec_push(&w->template->free_names, name);
}

static void add_callee(Walk *w, Template *callee) {
    if (w->in_spawn)
        return;
    for (size_t i = 0; i < w->template->callees.len; i++)
        if (w->template->callees.data[i] == callee)
            return;
    vec_push(&w->template->callees, callee);
}

static void add_value(Check *check, Template *template) {
    for (size_t i = check->values.len; i-- > 0;)
        if (check->values.data[i] == template)
            return;
    vec_push(&check->values, template);
}

static void bind(Walk *w, Name name) {
    if (name)
        vec_push(&w->bound, name);
}

static void walk_pattern(Walk *w, Pattern *pattern, bool binds) {
    switch (pattern->kind) {
    case PATTERN_NAME:
        bind(w, binds ? pattern->bind.name : NULL);
        break;
    case PATTERN_TYPE:
        bind(w, binds ? pattern->type.name : NULL);
        break;
    case PATTERN_RECORD:
        for (size_t i = 0; i < pattern->record.fields.len; i++)
            walk_pattern(w, pattern->record.fields.data[i].pattern, binds);
        break;
    case PATTERN_LIST:
        for (size_t i = 0; i < pattern->list.elements.len; i++)
            walk_pattern(w, pattern->list.elements.data[i], binds);
        bind(w, binds ? pattern->list.rest : NULL);
        break;
    default:
        break;
    }
    if (pattern->where)
        walk(w, pattern->where);
}

static void walk_name(Walk *w, const QualifiedName *name, bool is_value) {
    if (!name->module && is_bound(w, name->name))
        return;
    if (!name->module)
        add_free(w, name->name);
    Named named = resolve_top(w->check, w->template->module, name);
    if (is_value && named.kind == NAMED_FUNCTION)
        add_value(w->check, named.template);
    if (is_value && named.kind == NAMED_BUILTIN && named.builtin == BUILTIN_MONITOR)
        w->check->values_use_process = true;
    if (named.kind == NAMED_CONSTANT && is_value)
        w->template->calls_values = true;
}

static void walk_called(Walk *w, const QualifiedName *name) {
    walk_name(w, name, false);
    Named named = resolve_top(w->check, w->template->module, name);
    bool own = w->in_spawn == 0;
    if (!name->module && is_bound(w, name->name))
        named.kind = NAMED_LOCAL;
    switch (named.kind) {
    case NAMED_FUNCTION:
        add_callee(w, named.template);
        break;
    case NAMED_SPECIAL:
        w->template->uses_process |= own && (named.special == SPECIAL_SELF || named.special == SPECIAL_SPAWN_WITH);
        break;
    case NAMED_BUILTIN:
        w->template->uses_process |= own && named.builtin == BUILTIN_MONITOR;
        break;
    case NAMED_EXTERN:
        break;
    default:
        w->template->calls_values |= own;
    }
}

static bool is_spawn(Walk *w, const Expr *callee) {
    if (callee->kind != EXPR_NAME || (!callee->name.module && is_bound(w, callee->name.name)))
        return false;
    Named named = resolve_top(w->check, w->template->module, &callee->name);
    return named.kind == NAMED_SPECIAL && named.special <= SPECIAL_SPAWN_SUPERVISOR;
}

static void walk_lambda(Walk *w, Expr *expr) {
    size_t depth = w->bound.len;
    for (size_t i = 0; i < expr->lambda.params.len; i++)
        bind(w, expr->lambda.params.data[i].name);
    for (size_t i = 0; i < expr->lambda.params.len; i++)
        if (expr->lambda.params.data[i].where)
            walk(w, expr->lambda.params.data[i].where);
    walk(w, expr->lambda.body);
    w->bound.len = depth;
}

// What a spawn or a child's `start` names runs in a process of its own, it is no value that anybody here calls.
static void walk_started(Walk *w, Expr *expr) {
    w->in_spawn++;
    if (expr->kind == EXPR_NAME)
        walk_name(w, &expr->name, false);
    else if (expr->kind == EXPR_LAMBDA)
        walk_lambda(w, expr);
    else
        walk(w, expr);
    w->in_spawn--;
}

static void walk_call(Walk *w, Expr *expr) {
    bool spawns = is_spawn(w, expr->call.callee);
    if (expr->call.callee->kind == EXPR_NAME)
        walk_called(w, &expr->call.callee->name);
    else {
        w->template->calls_values |= w->in_spawn == 0;
        walk(w, expr->call.callee);
    }
    for (size_t i = 0; i < expr->call.args.len; i++) {
        Expr *argument = expr->call.args.data[i];
        bool started = spawns && i < 2 && (argument->kind == EXPR_NAME || argument->kind == EXPR_LAMBDA);
        if (started)
            walk_started(w, argument);
        else
            walk(w, argument);
    }
}

static void walk_method(Walk *w, Expr *expr) {
    static const char *const modules[] = {"list", "string", "math"};
    w->template->calls_values |= w->in_spawn == 0;
    for (size_t i = 0; i < sizeof(modules) / sizeof(*modules); i++) {
        Named named = resolve_in_library(w->check, name_of(modules[i]), expr->method.name);
        if (named.kind == NAMED_FUNCTION)
            add_callee(w, named.template);
    }
    walk(w, expr->method.receiver);
    for (size_t i = 0; i < expr->method.args.len; i++)
        walk(w, expr->method.args.data[i]);
}

static void walk_statements(Walk *w, const StmtVec *statements) {
    size_t depth = w->bound.len;
    for (size_t i = 0; i < statements->len; i++) {
        const Stmt *statement = statements->data[i];
        walk(w, statement->kind == STMT_EXPR ? statement->expr : statement->bind.value);
        if (statement->kind == STMT_BIND)
            bind(w, statement->bind.name);
    }
    w->bound.len = depth;
}

static void walk_arms(Walk *w, const ArmVec *arms) {
    for (size_t i = 0; i < arms->len; i++) {
        size_t depth = w->bound.len;
        walk_pattern(w, arms->data[i].pattern, true);
        walk(w, arms->data[i].body);
        w->bound.len = depth;
    }
}

static void walk_loop(Walk *w, Expr *expr) {
    size_t depth = w->bound.len;
    if (expr->kind == EXPR_FOR) {
        walk(w, expr->for_.iterable);
        walk_pattern(w, expr->for_.pattern, true);
        walk(w, expr->for_.body);
    } else {
        for (size_t i = 0; i < expr->comprehension.clauses.len; i++) {
            const ComprehensionClause *clause = &expr->comprehension.clauses.data[i];
            walk(w, clause->value);
            if (clause->pattern)
                walk_pattern(w, clause->pattern, true);
        }
        walk(w, expr->comprehension.element);
    }
    w->bound.len = depth;
}

static void walk_all(Walk *w, const ExprVec *list) {
    for (size_t i = 0; i < list->len; i++)
        walk(w, list->data[i]);
}

static void walk_record(Walk *w, Expr *expr) {
    for (size_t i = 0; i < expr->record.fields.len; i++) {
        const RecordField *field = &expr->record.fields.data[i];
        bool started =
            field->name == name_of("start") && (field->value->kind == EXPR_LAMBDA || field->value->kind == EXPR_NAME);
        if (started)
            walk_started(w, field->value);
        else
            walk(w, field->value);
    }
}

static void walk_if(Walk *w, Expr *expr) {
    for (size_t i = 0; i < expr->if_.branches.len; i++) {
        walk(w, expr->if_.branches.data[i].condition);
        walk(w, expr->if_.branches.data[i].body);
    }
    if (expr->if_.else_body)
        walk(w, expr->if_.else_body);
}

static void walk_receive(Walk *w, Expr *expr) {
    w->template->uses_process |= w->in_spawn == 0;
    walk_arms(w, &expr->receive.arms);
    if (expr->receive.after_time) {
        walk(w, expr->receive.after_time);
        walk(w, expr->receive.after_body);
    }
}

static void walk_two(Walk *w, Expr *left, Expr *right) {
    walk(w, left);
    if (right)
        walk(w, right);
}

static void walk(Walk *w, Expr *expr) {
    switch (expr->kind) {
    case EXPR_ERROR:
    case EXPR_LITERAL:
    case EXPR_SUBJECT:
        break;
    case EXPR_INTERPOLATE:
        walk_all(w, &expr->parts);
        break;
    case EXPR_NAME:
        walk_name(w, &expr->name, true);
        break;
    case EXPR_LIST:
        walk_all(w, &expr->elements);
        break;
    case EXPR_RECORD:
        walk_record(w, expr);
        break;
    case EXPR_UNARY:
        walk(w, expr->unary.operand);
        break;
    case EXPR_BINARY:
        walk_two(w, expr->binary.left, expr->binary.right);
        break;
    case EXPR_IS: // what it binds holds somewhere behind: taken as not bound, which is safe
        walk(w, expr->is.value);
        walk_pattern(w, expr->is.pattern, false);
        break;
    case EXPR_SEND:
        walk_two(w, expr->send.target, expr->send.message);
        break;
    case EXPR_CALL:
        walk_call(w, expr);
        break;
    case EXPR_METHOD_CALL:
        walk_method(w, expr);
        break;
    case EXPR_FIELD:
        walk(w, expr->field.receiver);
        break;
    case EXPR_INDEX:
        walk_two(w, expr->index.value, expr->index.index);
        break;
    case EXPR_SLICE:
        walk_two(w, expr->slice.value, expr->slice.from);
        if (expr->slice.to)
            walk(w, expr->slice.to);
        break;
    case EXPR_WITH:
        walk(w, expr->with.record);
        for (size_t i = 0; i < expr->with.updates.len; i++)
            walk(w, expr->with.updates.data[i].value);
        break;
    case EXPR_LAMBDA:
        add_value(w->check, template_of_syntax(w->check, TEMPLATE_LAMBDA, w->template->module, expr));
        walk_lambda(w, expr);
        break;
    case EXPR_BLOCK:
        walk_statements(w, &expr->block.statements);
        break;
    case EXPR_IF:
        walk_if(w, expr);
        break;
    case EXPR_MATCH:
        walk(w, expr->match.subject);
        walk_arms(w, &expr->match.arms);
        break;
    case EXPR_RECEIVE:
        walk_receive(w, expr);
        break;
    case EXPR_FOR:
    case EXPR_COMPREHENSION:
        walk_loop(w, expr);
        break;
    case EXPR_DEFER:
        walk(w, expr->body);
        break;
    case EXPR_SPAWN:
        w->in_spawn++;
        walk(w, expr->body);
        w->in_spawn--;
        break;
    case EXPR_EARLY_RETURN:
        if (expr->early_return.value)
            walk(w, expr->early_return.value);
        break;
    }
}

static void walk_function(Walk *w, const FunctionDecl *decl) {
    for (size_t i = 0; i < decl->clauses.len; i++) {
        const FunctionClause *clause = decl->clauses.data[i];
        size_t depth = w->bound.len;
        for (size_t k = 0; k < clause->params.len; k++)
            bind(w, clause->params.data[k].name);
        for (size_t k = 0; k < clause->params.len; k++)
            if (clause->params.data[k].where)
                walk(w, clause->params.data[k].where);
        walk(w, clause->body);
        w->bound.len = depth;
    }
}

void template_facts(Check *check, Template *template) {
    Walk w = {.check = check, .template = template};
    switch (template->kind) {
    case TEMPLATE_FUNCTION:
        walk_function(&w, template->function);
        break;
    case TEMPLATE_SCRIPT:
        walk_statements(&w, &template->module->ast->statements);
        break;
    case TEMPLATE_LAMBDA:
        walk_lambda(&w, template->expr);
        break;
    case TEMPLATE_BLOCK:
        walk(&w, template->expr->body);
        template->uses_process = true;
        break;
    default:
        break;
    }
}

bool expr_mentions_subject(const Expr *expr) {
    switch (expr->kind) {
    case EXPR_SUBJECT:
        return true;
    case EXPR_UNARY:
        return expr_mentions_subject(expr->unary.operand);
    case EXPR_BINARY:
        return expr_mentions_subject(expr->binary.left) || expr_mentions_subject(expr->binary.right);
    case EXPR_IS:
        return expr_mentions_subject(expr->is.value);
    case EXPR_FIELD:
        return expr_mentions_subject(expr->field.receiver);
    case EXPR_INDEX:
        return expr_mentions_subject(expr->index.value) || expr_mentions_subject(expr->index.index);
    case EXPR_METHOD_CALL:
        for (size_t i = 0; i < expr->method.args.len; i++)
            if (expr_mentions_subject(expr->method.args.data[i]))
                return true;
        return expr_mentions_subject(expr->method.receiver);
    case EXPR_CALL:
        for (size_t i = 0; i < expr->call.args.len; i++)
            if (expr_mentions_subject(expr->call.args.data[i]))
                return true;
        return false;
    default:
        return false;
    }
}

// ---- groups --------------------------------------------------------------------------------------------------------

typedef struct Tarjan {
    Check *check;
    TemplateVec stack;
    uint32_t next;
} Tarjan;

static bool calls_itself(const Template *template) {
    for (size_t i = 0; i < template->callees.len; i++)
        if (template->callees.data[i] == template)
            return true;
    return false;
}

static void close_group(Tarjan *t, Template *root) {
    bool recursive = vec_last(&t->stack) != root || calls_itself(root);
    Group *group = recursive ? mem_new(Group) : NULL;
    if (group)
        group->id = t->check->next_group++;
    Template *member;
    do {
        member = vec_pop(&t->stack);
        member->scc_on_stack = false;
        member->group = group;
    } while (member != root);
}

static void connect(Tarjan *t, Template *template) {
    template->scc_index = template->scc_low = ++t->next;
    template->scc_on_stack = true;
    vec_push(&t->stack, template);
    for (size_t i = 0; i < template->callees.len; i++) {
        Template *callee = template->callees.data[i];
        if (!callee->scc_index)
            connect(t, callee);
        uint32_t low = callee->scc_on_stack ? callee->scc_low : template->scc_low;
        template->scc_low = low < template->scc_low ? low : template->scc_low;
    }
    if (template->scc_low == template->scc_index)
        close_group(t, template);
}

bool template_uses_process(const Check *check, const Template *template) {
    if (template->uses_process || (template->calls_values && check->values_use_process))
        return true;
    for (size_t i = 0; i < template->callees.len; i++)
        if (template->callees.data[i]->uses_process)
            return true;
    return false;
}

// One round over all templates; true if something became known.
static bool spread_uses(Check *check) {
    bool changed = false;
    for (size_t i = 0; i < check->templates.len + check->values.len; i++) {
        bool is_value = i >= check->templates.len;
        Template *template = is_value ? check->values.data[i - check->templates.len] : check->templates.data[i];
        if (!template->uses_process && template_uses_process(check, template))
            template->uses_process = changed = true;
        if (is_value && template->uses_process && !check->values_use_process)
            check->values_use_process = changed = true;
    }
    return changed;
}

// Lambdas in constants are values that anybody may call.
static void walk_constants(Check *check, ModuleInfo *module) {
    Walk w = {.check = check, .template = template_new(check, TEMPLATE_SCRIPT, module)};
    for (size_t i = 0; i < module->ast->constants.len; i++)
        walk(&w, module->ast->constants.data[i]->value);
}

void modules_group(Check *check) {
    for (size_t i = 0; i < check->modules.len; i++)
        if (check->modules.entries[i].value)
            walk_constants(check, check->modules.entries[i].value);
    for (size_t i = 0; i < check->templates.len; i++)
        template_facts(check, check->templates.data[i]);
    Tarjan tarjan = {.check = check};
    for (size_t i = 0; i < check->templates.len; i++)
        if (!check->templates.data[i]->scc_index)
            connect(&tarjan, check->templates.data[i]);
    while (spread_uses(check))
        ;
}

bool template_in_group(const Template *template, const Group *group) {
    for (size_t i = 0; i < template->callees.len; i++)
        if (template->callees.data[i]->group == group)
            return true;
    return false;
}
