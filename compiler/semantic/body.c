// Evaluates the body of one instance: makes its locals, checks it, joins its result.
#include <string.h>

#include "compiler/semantic/check.h"

// ---- parameters ----------------------------------------------------------------------------------------------------

static void make_params(Frame *frame) {
    Inst *inst = frame->inst;
    inst->instance.parameters = mem_alloc(sizeof(Local *) * (inst->instance.parameter_count + 1));
    for (size_t i = 0; i < inst->instance.parameter_count; i++)
        inst->instance.parameters[i] = local_new(frame, NULL, inst->params[i].type ? inst->params[i].type : type_never);
}

static void make_captures(Frame *frame) {
    Inst *inst = frame->inst;
    const Closure *closure = &inst->closure->closure;
    inst->instance.closure = &inst->closure->closure;
    inst->instance.captures = mem_alloc(sizeof(Local *) * (closure->capture_count + 1));
    for (size_t i = 0; i < closure->capture_count; i++) {
        Local *local = local_new(frame, closure->captures[i].name, closure->captures[i].type);
        inst->instance.captures[i] = local;
        scope_push(frame, local->name, local, (Span){0});
    }
}

static void bind_params(Frame *frame, const ParamVec *params) {
    Inst *inst = frame->inst;
    for (size_t i = 0; i < params->len; i++) {
        const Param *param = &params->data[i];
        Local *local = inst->instance.parameters[i];
        local->name = param->name;
        Binding *binding = scope_push(frame, param->name, local, param->span);
        if (param->type)
            binding->view = annotation_type(frame->check, frame->module, param->type);
    }
}

// ---- clauses -------------------------------------------------------------------------------------------------------

// A name of a constraint instead of a condition.
static bool is_constraint(Frame *frame, const Param *param) {
    bool named = param->is_short ||
                 (param->where->kind == EXPR_NAME && map_has(&frame->module->constraints, param->where->name.name));
    if (!named)
        return false;
    Diag *diag = report(frame, DIAG_CONSTRAINT, param->where->span, "constraints are not proved yet");
    REPORT_HELP(diag, "write the condition as a guard: `%s where …`", name_text(param->name));
    return true;
}

// The guards of all parameters, or NULL. `_` and `.f` in one stand for its parameter.
static Tree *eval_guards(Frame *frame, const ParamVec *params) {
    Tree *all = NULL;
    for (size_t i = 0; i < params->len; i++) {
        const Param *param = &params->data[i];
        if (!param->where || is_constraint(frame, param))
            continue;
        Tree *subject = frame->subject;
        frame->subject = tree_local(frame->inst->instance.parameters[i], param->span);
        Tree *guard = eval_condition(frame, param->where);
        frame->subject = subject;
        expect_bool(frame, guard, param->where, "a guard");
        all = all ? tree_binary(TREE_AND, type_bool, all, guard, guard->span) : guard;
    }
    return all;
}

static void refuse_result_constraint(Frame *frame, const FunctionClause *clause) {
    if (!clause->result_where)
        return;
    Diag *diag = report(frame, DIAG_CONSTRAINT, clause->result_where->span, "constraints are not proved yet");
    REPORT_HELP(diag, "leave the promise out");
}

// Callers see what is declared, and the fields beyond it that they passed in themselves.
Tree *as_result(Frame *frame, Tree *tree, const Type *expected) {
    if (expected->kind == TYPE_NEVER || !type_fits(tree->type, expected))
        return as_declared(frame, tree, expected);
    Map kept = {0};
    for (size_t i = 0; i < frame->inst->instance.parameter_count; i++)
        extra_fields(&kept, template_annotation(frame->check, frame->inst->template, i),
                     frame->inst->instance.parameters[i]->type, 0);
    return convert(frame, tree, merge_result(expected, tree->type, &kept));
}

// Body of a clause or lambda, as its annotation says.
static Tree *eval_result(Frame *frame, Expr *body, const TypeExpr *annotation) {
    const Type *expected = annotation ? annotation_type(frame->check, frame->module, annotation) : NULL;
    frame->declared = annotation;
    Tree *tree = eval(frame, body, expected);
    if (!expected)
        return convert(frame, tree, widen_tree(tree));
    check_fits(frame, tree, expected, NULL, annotation->span, "the result is declared here");
    return as_result(frame, tree, expected);
}

static TreeArm guarded_arm(Frame *frame, Tree *guard, Tree *body, Span span) {
    (void)frame;
    TreePattern *any = pattern_new(TREE_PATTERN_ANY, type_nil, span);
    if (!guard)
        return (TreeArm){.pattern = any, .body = body, .span = span};
    TreePattern *pattern = pattern_new(TREE_PATTERN_GUARD, type_nil, span);
    pattern->guard.inner = any;
    pattern->guard.condition = guard;
    return (TreeArm){.pattern = pattern, .body = body, .span = span};
}

// A record of the arguments that no clause takes, by the names of `params`; NULL if one of them is nothing yet.
static Tree *refused_arguments(Frame *frame, const ParamVec *params, Span span) {
    Tree *tree = tree_new(TREE_RECORD, NULL, span);
    TypeField *fields = mem_alloc(sizeof(TypeField) * (params->len + 1));
    for (size_t i = 0; i < params->len; i++) {
        Name name = params->data[i].name;
        bool is_named = strcmp(name->text, "_") != 0;
        fields[i].name = is_named ? name : name_of(text_format("_%zu", i + 1));
        fields[i].type = frame->inst->instance.parameters[i]->type;
        if (fields[i].type->kind == TYPE_NEVER)
            return NULL;
    }
    tree->type = type_record(fields, params->len);
    tree->record.values = mem_alloc(sizeof(Tree *) * (params->len + 1));
    for (size_t i = 0; i < params->len; i++) {
        size_t at = 0;
        while (tree->type->record.fields[at].name != fields[i].name)
            at++;
        tree->record.values[at] = tree_local(frame->inst->instance.parameters[i], span);
    }
    return tree;
}

static Tree *match_of_clauses(Frame *frame, TreeArmVec *arms, Tree *refused, const char *what, Span span) {
    TreeVec bodies = {0};
    for (size_t i = 0; i < arms->len; i++)
        vec_push(&bodies, arms->data[i].body);
    const Type *type = join_trees(frame, bodies.data, bodies.len);
    for (size_t i = 0; i < arms->len; i++)
        arms->data[i].body = bodies.data[i];
    Tree *tree = tree_new(TREE_MATCH, type, span);
    tree->match.value = tree_nil(span);
    tree->match.arms = arms->data;
    tree->match.count = arms->len;
    tree->match.total = refused == NULL;
    tree->match.refused = refused;
    tree->match.what = what;
    return tree;
}

static Tree *eval_function(Frame *frame) {
    const FunctionDecl *decl = frame->inst->template->function;
    TreeArmVec arms = {0};
    bool total = false;
    for (size_t i = 0; i < decl->clauses.len; i++) {
        const FunctionClause *clause = decl->clauses.data[i];
        Binding *outer = frame->scope;
        if (clause->params.len != frame->inst->instance.parameter_count)
            continue; // reported by the parser
        bind_params(frame, &clause->params);
        refuse_result_constraint(frame, clause);
        Tree *guard = eval_guards(frame, &clause->params);
        Tree *body = eval_result(frame, clause->body, clause->result);
        frame->scope = outer;
        if (!guard && arms.len == 0)
            return body;
        vec_push(&arms, guarded_arm(frame, guard, body, clause->span));
        total |= guard == NULL;
    }
    const FunctionClause *first = decl->clauses.data[0];
    Tree *refused = total ? NULL : refused_arguments(frame, &first->params, first->body->span);
    return match_of_clauses(frame, &arms, refused, name_text(decl->name), first->body->span);
}

static Tree *eval_lambda_body(Frame *frame) {
    Expr *expr = frame->inst->template->expr;
    make_captures(frame);
    bind_params(frame, &expr->lambda.params);
    Tree *guard = eval_guards(frame, &expr->lambda.params);
    Tree *body = eval_result(frame, expr->lambda.body, NULL);
    if (!guard)
        return body;
    TreeArmVec arms = {0};
    vec_push(&arms, guarded_arm(frame, guard, body, expr->span));
    Tree *refused = refused_arguments(frame, &expr->lambda.params, expr->span);
    return match_of_clauses(frame, &arms, refused, "a lambda", expr->span);
}

// ---- other templates -----------------------------------------------------------------------------------------------

static Tree *eval_spawned_block(Frame *frame) {
    const Template *template = frame->inst->template;
    for (size_t i = 0; i < frame->inst->instance.parameter_count; i++) {
        Local *local = frame->inst->instance.parameters[i];
        local->name = template->captured.data[i];
        scope_push(frame, local->name, local, (Span){0});
    }
    return eval(frame, template->expr->body, NULL);
}

static Tree *eval_script(Frame *frame) {
    const Template *template = frame->inst->template;
    const StmtVec *statements = &template->module->ast->statements;
    Span span = span_join(statements->data[0]->span, vec_last(statements)->span);
    return eval_statements(frame, statements, span, NULL);
}

static Tree **param_trees(const Frame *frame, size_t from, Span span, size_t *count) {
    const Inst *inst = frame->inst;
    *count = inst->instance.parameter_count - from;
    Tree **trees = mem_alloc(sizeof(Tree *) * (*count + 1));
    for (size_t i = 0; i < *count; i++)
        trees[i] = tree_local(inst->instance.parameters[from + i], span);
    return trees;
}

static Tree *eval_builtin_body(Frame *frame) {
    size_t count;
    Tree **arguments = param_trees(frame, 0, frame->inst->call_span, &count);
    return call_builtin(frame, frame->inst->template->builtin, arguments, count, NULL, frame->inst->call_span);
}

static bool is_supervisor_pid(const Type *type) {
    type = type_resolve(type);
    if (type->kind != TYPE_PID || type->pid.any || type->pid.message || type->pid.count == 0)
        return false;
    for (size_t i = 0; i < type->pid.count; i++)
        if (!((const KindInfo *)type->pid.kinds[i])->is_supervisor)
            return false;
    return true;
}

static Tree *eval_start(Frame *frame) {
    Inst *inst = frame->inst;
    const Template *template = inst->template;
    Span span = inst->call_span;
    size_t count;
    Tree *result;
    if (template->target) {
        Tree **arguments = param_trees(frame, 0, span, &count);
        result = call_template(frame, template->target, NULL, arguments, count, NULL, span, span);
    } else {
        Tree **arguments = param_trees(frame, 1, span, &count);
        result = call_value(frame, tree_local(inst->instance.parameters[0], span), arguments, count, NULL, span);
    }
    inst->is_supervisor_start = template->is_child && is_supervisor_pid(result->type);
    if (!inst->is_supervisor_start)
        return result;
    cell_grow(frame->check, &inst->started, result->type);
    Tree **arguments = mem_alloc(sizeof(Tree *));
    arguments[0] = result;
    return tree_builtin(BUILTIN_SUPERVISOR_STARTED, type_nil, span, arguments, 1);
}

// ---- an evaluation -------------------------------------------------------------------------------------------------

static Tree *eval_body(Frame *frame) {
    switch (frame->inst->template->kind) {
    case TEMPLATE_FUNCTION:
        return eval_function(frame);
    case TEMPLATE_SCRIPT:
        return eval_script(frame);
    case TEMPLATE_LAMBDA:
        return eval_lambda_body(frame);
    case TEMPLATE_BLOCK:
        return eval_spawned_block(frame);
    case TEMPLATE_BUILTIN:
        return eval_builtin_body(frame);
    case TEMPLATE_START:
        return eval_start(frame);
    case TEMPLATE_HANDLER:
        return handler_body(frame);
    }
    return NULL;
}

void body_evaluate(Check *check, Inst *inst) {
    Frame frame = {.check = check, .inst = inst, .module = inst->template->module, .kind = inst->kind};
    inst->running = true;
    inst->early = NULL;
    make_params(&frame);
    for (size_t i = 0; i < inst->instance.parameter_count; i++)
        cell_read(check, &inst->params[i], inst);
    Tree *body = eval_body(&frame);
    const Type *type = inst->early ? type_join(body->type, inst->early) : body->type;
    bool grown = cell_grow(check, &inst->result, type);
    if (grown && inst->early)
        instance_enqueue(check, inst);
    inst->instance.result = inst->result.type ? inst->result.type : type_never;
    inst->instance.body = convert(&frame, body, inst->instance.result);
    inst->running = false;
    inst->evaluated = true;
}
