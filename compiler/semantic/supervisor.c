// spawn_supervisor: the record that describes one is read here, so what is wrong with it is found before it runs.
#include <string.h>

#include "compiler/semantic/supervisor.h"

static const char *const strategies[] = {"one_for_one", "one_for_all", "rest_for_one", NULL};
static const char *const autos[] = {"never", "any_significant", "all_significant", NULL};
static const char *const keys[] = {"strategy", "restarts", "within",   "auto_shutdown",
                                   "name",     "children", "template", NULL};
static const char *const template_keys[] = {"start", "restart", "shutdown", "significant", NULL};

// One template of many children: a named function, whose arguments come with start_child.
static TreeChild *eval_model(Supervisor *s, KindInfo *kind, Expr *record) {
    Frame *frame = s->frame;
    if (record->kind != EXPR_RECORD) {
        report(frame, DIAG_SUPERVISOR_VALUE, record->span, "`template` has to be a record, written here");
        return NULL;
    }
    check_keys(frame, record, template_keys, "a template");
    Expr *start = key_value(record, "start");
    Named named = {0};
    if (!start)
        missing_key(frame, record->span, "a template", "start");
    else if (start->kind == EXPR_NAME)
        named = resolve_name(frame->check, frame, frame->module, &start->name);
    if (start && (start->kind != EXPR_NAME || named.kind != NAMED_FUNCTION))
        report(frame, DIAG_SUPERVISOR_VALUE, start->span,
               "`start` of a template has to be the name of a function: its arguments come with `start_child`");
    else
        kind->model = named.template;
    TreeChild *model = mem_new(TreeChild);
    model->span = record->span;
    eval_child_options(s, record, model);
    return model;
}

static void check_model_strategy(Frame *frame, const Tree *strategy) {
    while (strategy && strategy->kind == TREE_COERCE)
        strategy = strategy->operand;
    if (!strategy || strategy->kind != TREE_CONSTANT || strcmp(strategy->constant.text->text, "one_for_one") == 0)
        return;
    report(frame, DIAG_SUPERVISOR_VALUE, strategy->span,
           "children of one template have no order: their strategy is \"one_for_one\"");
}

Tree *eval_supervisor(Frame *frame, Expr *expr) {
    const ExprVec *args = &expr->call.args;
    if (args->len != 1 || args->data[0]->kind != EXPR_RECORD) {
        Diag *diag = report(frame, DIAG_SUPERVISOR_VALUE, expr->call.args_span,
                            "`spawn_supervisor` takes one record, written here");
        REPORT_HELP(diag, "`spawn_supervisor({strategy: \"one_for_one\", children: […]})`");
        return tree_never(expr->span);
    }
    Expr *record = args->data[0];
    KindInfo *kind = kind_for_spawn(frame, expr, NULL, NULL, 0, name_of("supervisor"), expr->span);
    Supervisor s = {.frame = frame, .pid = kind_pid(kind)};
    kind->is_supervisor = true;
    check_keys(frame, record, keys, "a supervisor");
    Tree *tree = tree_new(TREE_SUPERVISOR, s.pid, expr->span);
    Expr *strategy = key_value(record, "strategy"), *children = key_value(record, "children");
    Expr *model = key_value(record, "template");
    tree->supervisor.strategy = eval_word(frame, strategy, strategies, "`strategy`");
    tree->supervisor.restarts = eval_count(frame, key_value(record, "restarts"), "`restarts`");
    tree->supervisor.within = eval_count(frame, key_value(record, "within"), "`within`");
    tree->supervisor.auto_shutdown = eval_word(frame, key_value(record, "auto_shutdown"), autos, "`auto_shutdown`");
    tree->supervisor.name = eval_fitting(frame, key_value(record, "name"), type_string);
    if (tree->supervisor.name)
        note_registered(frame, tree->supervisor.name, s.pid);
    kind->never_ends = !tree->supervisor.auto_shutdown;
    if (!strategy)
        missing_key(frame, record->span, "a supervisor", "strategy");
    if (children && model)
        report(frame, DIAG_SUPERVISOR_KEY, model->span, "a supervisor has `children` or a `template`, not both");
    else if (children)
        eval_children(&s, children);
    else if (model)
        tree->supervisor.model = eval_model(&s, kind, model);
    else
        missing_key(frame, record->span, "a supervisor", "children");
    if (model)
        check_model_strategy(frame, tree->supervisor.strategy);
    tree->supervisor.children = s.children.data;
    tree->supervisor.count = s.children.len;
    return tree;
}
