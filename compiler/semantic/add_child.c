// add_child and start_child: children of a supervisor that runs.
#include "compiler/semantic/supervisor.h"

const Type *outcome_type(const char *name, const Type *type) {
    TypeField good = {name_of(name), type}, bad = {name_of("failed"), type_string};
    return type_join(type_record(&good, 1), type_record(&bad, 1));
}

// The supervisor that a child is added to; NULL after an error.
static Tree *eval_target(Frame *frame, Expr *expr, const char *what) {
    Tree *tree = eval(frame, expr, NULL);
    const Type *type = type_resolve(tree->type);
    if (type->kind == TYPE_NEVER)
        return NULL;
    bool known = type->kind == TYPE_PID && type->pid.count > 0;
    for (size_t i = 0; known && i < type->pid.count; i++)
        known = ((const KindInfo *)type->pid.kinds[i])->is_supervisor;
    if (known)
        return tree;
    Diag *diag = report(frame, DIAG_SUPERVISOR_VALUE, tree->span, "`%s` needs a supervisor that is known here", what);
    REPORT_PRIMARY(diag, "this is `%s`", type_words(tree->type));
    return NULL;
}

static Tree *make_addition(Supervisor *s, Tree *target, const TreeChild *child, Span span) {
    const KindInfo *kind = (const KindInfo *)child->start.kind;
    const Type *pid = kind->body->is_supervisor_start ? cell_read(s->frame->check, &kind->body->started, s->frame->inst)
                                                      : kind_pid((KindInfo *)kind);
    Tree *tree = tree_new(TREE_SUPERVISOR, outcome_type("started", pid), span);
    tree->supervisor.target = target;
    tree->supervisor.children = mem_new(TreeChild);
    *tree->supervisor.children = *child;
    tree->supervisor.count = 1;
    return tree;
}

Tree *eval_add_child(Frame *frame, Expr *expr) {
    const ExprVec *args = &expr->call.args;
    if (args->len != 2 || args->data[1]->kind != EXPR_RECORD) {
        Diag *diag = report(frame, DIAG_SUPERVISOR_VALUE, expr->call.args_span,
                            "`add_child` takes a supervisor and a record, written here");
        REPORT_HELP(diag, "`add_child(supervisor, {id: \"db\", start: db})`");
        return tree_never(expr->span);
    }
    Tree *target = eval_target(frame, args->data[0], "add_child");
    if (!target)
        return tree_never(expr->span);
    Supervisor s = {.frame = frame, .pid = type_resolve(target->type)};
    eval_child_record(&s, args->data[1]);
    return s.children.len ? make_addition(&s, target, &s.children.data[0], expr->span) : tree_never(expr->span);
}

// The function that all these supervisors start their children with.
static Template *model_of(Frame *frame, const Type *pid, Span span) {
    Template *model = NULL;
    for (size_t i = 0; i < pid->pid.count; i++) {
        Template *one = ((const KindInfo *)pid->pid.kinds[i])->model;
        if (one && (!model || one == model)) {
            model = one;
            continue;
        }
        Diag *diag = report(frame, DIAG_SUPERVISOR_VALUE, span,
                            one ? "these supervisors have different templates" : "this supervisor has no `template`");
        REPORT_HELP(diag, "`add_child` adds a child with an id");
        return NULL;
    }
    return model;
}

static Tree **start_arguments(Frame *frame, Template *model, const ExprVec *args, Expr *expr) {
    size_t count = args->len - 1;
    if (count != model->param_count) {
        Diag *diag = report(frame, DIAG_ARITY, expr->span, "`%s` takes %zu argument%s, not %zu", name_text(model->name),
                            model->param_count, model->param_count == 1 ? "" : "s", count);
        REPORT_LABEL(diag, model->span, "defined here");
        return NULL;
    }
    Tree **arguments = mem_alloc(sizeof(Tree *) * (count + 1));
    for (size_t i = 0; i < count; i++)
        arguments[i] = eval(frame, args->data[i + 1], template_annotation(frame->check, model, i));
    return tree_never_of(arguments, count, expr->span) ? NULL : arguments;
}

Tree *eval_start_child(Frame *frame, Expr *expr) {
    const ExprVec *args = &expr->call.args;
    if (args->len == 0) {
        report(frame, DIAG_ARITY, expr->call.args_span, "`start_child` needs a supervisor");
        return tree_never(expr->span);
    }
    Tree *target = eval_target(frame, args->data[0], "start_child");
    Template *model = target ? model_of(frame, type_resolve(target->type), target->span) : NULL;
    Tree **arguments = model ? start_arguments(frame, model, args, expr) : NULL;
    if (!arguments)
        return tree_never(expr->span);
    size_t count = model->param_count;
    const Type **types = mem_alloc(sizeof(Type *) * (count + 1));
    for (size_t i = 0; i < count; i++)
        types[i] = started_argument(frame, model, i, arguments[i], args->data[i + 1]);
    Template *template = template_wrapper(frame->check, TEMPLATE_START, model, true, count);
    KindInfo *kind = kind_for_spawn(frame, expr, template, types, count, model->name, expr->span);
    Inst *body = instance_for_kind(frame, kind, template, types, count, expr->span);
    if (!body)
        return tree_never(expr->span);
    TreeChild child = {.span = expr->span, .starts_supervisor = body->is_supervisor_start};
    child.start = (TreeStart){.kind = &kind->kind, .body = &body->instance, .arguments = arguments, .count = count};
    for (size_t i = 0; i < count; i++)
        arguments[i] = convert(frame, arguments[i], body->params[i].type);
    Supervisor s = {.frame = frame, .pid = type_resolve(target->type)};
    note_child(&s, kind, NULL);
    return make_addition(&s, target, &child, expr->span);
}
