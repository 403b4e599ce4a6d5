// spawn_supervisor: the record that describes one is read here, so what is wrong with it is found before it runs.
#include <string.h>

#include "compiler/semantic/check.h"

typedef VEC(TreeChild) ChildVec;

typedef struct Supervisor {
    Frame *frame;
    const Type *pid; // what it may be: of one kind when it is made here, perhaps of several when a child is added
    ChildVec children;
    Map ids; // literal id → its Expr
} Supervisor;

static const char *const strategies[] = {"one_for_one", "one_for_all", "rest_for_one", NULL};
static const char *const restarts[] = {"permanent", "transient", "temporary", NULL};
static const char *const autos[] = {"never", "any_significant", "all_significant", NULL};
static const char *const keys[] = {"strategy", "restarts", "within", "auto_shutdown", "children", "template", NULL};
static const char *const child_keys[] = {"id", "start", "restart", "shutdown", "significant", "name", NULL};
static const char *const template_keys[] = {"start", "restart", "shutdown", "significant", NULL};

// ---- keys and words ------------------------------------------------------------------------------------------------

static char *list_of(const char *const *words, const char *mark) {
    StringBuilder text = {0};
    for (size_t i = 0; words[i]; i++)
        sb_addf(&text, "%s%s%s%s", i == 0 ? "" : words[i + 1] ? ", " : " or ", mark, words[i], mark);
    return text.data;
}

static bool is_word(const char *const *words, Name word, Suggestion *near) {
    for (size_t i = 0; words[i]; i++) {
        suggest_offer(near, name_of(words[i]));
        if (strcmp(words[i], word->text) == 0)
            return true;
    }
    return false;
}

static void check_keys(Frame *frame, const Expr *record, const char *const *known, const char *what) {
    for (size_t i = 0; i < record->record.fields.len; i++) {
        const RecordField *field = &record->record.fields.data[i];
        Suggestion near = suggest_start(field->name);
        if (is_word(known, field->name, &near))
            continue;
        Diag *diag =
            report(frame, DIAG_SUPERVISOR_KEY, field->name_span, "%s has no key `%s`", what, name_text(field->name));
        REPORT_NOTE(diag, "its keys are %s", list_of(known, "`"));
        report_near(diag, &near);
    }
}

static Expr *key_value(const Expr *record, const char *key) {
    for (size_t i = 0; i < record->record.fields.len; i++)
        if (strcmp(record->record.fields.data[i].name->text, key) == 0)
            return record->record.fields.data[i].value;
    return NULL;
}

// A string that has to be one of some words, where that is visible.
static Tree *checked_word(Frame *frame, Tree *tree, const char *const *words, const char *what) {
    const Type *type = type_resolve(tree->type);
    for (size_t i = 0; i < type_member_count(type); i++) {
        const Type *member = type_resolve(type_member(type, i));
        if (member->kind != TYPE_LITERAL_STRING)
            continue;
        Suggestion near = suggest_start(member->literal.text);
        if (is_word(words, member->literal.text, &near))
            continue;
        Diag *diag = report(frame, DIAG_SUPERVISOR_VALUE, tree->span, "%s has to be %s", what, list_of(words, "\""));
        report_near(diag, &near);
    }
    check_fits(frame, tree, type_string, NULL, (Span){0}, "");
    return convert(frame, tree, type_string);
}

static Tree *eval_word(Frame *frame, Expr *expr, const char *const *words, const char *what) {
    return expr ? checked_word(frame, eval(frame, expr, NULL), words, what) : NULL;
}

static Tree *eval_int(Frame *frame, Expr *expr) {
    if (!expr)
        return NULL;
    Tree *tree = eval(frame, expr, NULL);
    check_fits(frame, tree, type_int, expr, (Span){0}, "");
    return convert(frame, tree, type_int);
}

// ---- children ------------------------------------------------------------------------------------------------------

static void set_shutdown(Frame *frame, TreeChild *child, Tree *tree) {
    const Type *type = type_resolve(tree->type);
    child->shutdown_kind = SHUTDOWN_VALUE;
    if (type_fits(type, type_int)) {
        child->shutdown = convert(frame, tree, type_int);
        return;
    }
    static const char *const words[] = {"kill", "infinity", NULL};
    Suggestion near;
    if (type->kind == TYPE_LITERAL_STRING) {
        near = suggest_start(type->literal.text);
        if (is_word(words, type->literal.text, &near)) {
            child->shutdown_kind = type->literal.text->text[0] == 'k' ? SHUTDOWN_KILL : SHUTDOWN_INFINITY;
            return;
        }
    }
    Diag *diag =
        report(frame, DIAG_SUPERVISOR_VALUE, tree->span, "`shutdown` has to be milliseconds, \"kill\" or \"infinity\"");
    REPORT_PRIMARY(diag, "this is `%s`", type_words(type));
}

static bool check_start(Frame *frame, const Callee *callee) {
    int arity = callee_arity(callee);
    if (arity == 0)
        return true;
    if (arity < 0) {
        report(frame, DIAG_SUPERVISOR_VALUE, callee->span, "`start` has to be a function without parameters");
        return false;
    }
    Diag *diag =
        report(frame, DIAG_SUPERVISOR_VALUE, callee->span,
               "`start` has to be a function without parameters, `%s` takes %d", name_text(callee->name), arity);
    REPORT_HELP(diag, "wrap it: `() -> %s(…)`", name_text(callee->name));
    return false;
}

// The process that a child's `start` begins. NULL if nothing can be started (yet).
static KindInfo *start_child(Supervisor *s, TreeChild *child, const Callee *callee, const void *site, Name id) {
    Frame *frame = s->frame;
    if (!check_start(frame, callee))
        return NULL;
    size_t count = callee->template ? 0 : 1;
    const Type *types[] = {callee->value ? callee->value->type : NULL};
    Template *template = template_wrapper(frame->check, TEMPLATE_START, callee->template, true, count);
    Name name = callee->template ? callee->name : id ? id : name_of("child");
    KindInfo *kind = kind_for_spawn(frame, site, template, types, count, name, callee->span);
    Inst *body = instance_for_kind(frame, kind, template, types, count, callee->span);
    if (!body)
        return NULL;
    child->start = (TreeStart){.kind = &kind->kind, .body = &body->instance, .count = count};
    child->start.arguments = mem_alloc(sizeof(Tree *) * 1);
    if (count)
        child->start.arguments[0] = convert(frame, callee->value, body->params[0].type);
    child->starts_supervisor = body->is_supervisor_start;
    return kind;
}

// `id`: NULL for a dynamic child.
static void note_child(Supervisor *s, KindInfo *kind, const Tree *id) {
    Check *check = s->frame->check;
    Inst *body = kind->body, *inst = s->frame->inst;
    if (!body->evaluated) { // its result may be a supervisor: asked again when it is known
        instance_enqueue(check, inst);
        return;
    }
    instance_result(s->frame, body);
    const Type *started = cell_read(check, &body->started, inst);
    for (size_t i = 0; i < s->pid->pid.count; i++) {
        KindInfo *supervisor = (KindInfo *)s->pid->pid.kinds[i];
        Cell *cell = &supervisor->other_children;
        if (id && id->kind == TREE_CONSTANT) {
            cell = map_get(&supervisor->children, id->constant.text);
            if (!cell)
                map_set(&supervisor->children, id->constant.text, cell = mem_new(Cell));
        }
        kind_add_child(check, supervisor, cell, body->is_supervisor_start ? started : kind_pid(kind));
    }
}

static void check_duplicate(Supervisor *s, const Tree *id, Expr *expr) {
    if (id->kind != TREE_CONSTANT)
        return;
    const Expr *first = map_get(&s->ids, id->constant.text);
    if (!first) {
        map_set(&s->ids, id->constant.text, expr);
        return;
    }
    Diag *diag = report(s->frame, DIAG_SUPERVISOR_VALUE, expr->span, "two children have the id \"%s\"",
                        name_text(id->constant.text));
    REPORT_LABEL(diag, first->span, "the first is here");
}

// What a child's `significant` asks for, where it is visible.
static void check_significant(Supervisor *s, const TreeChild *child) {
    const Tree *value = child->significant, *restart = child->restart;
    if (!value || value->kind != TREE_CONSTANT || !value->constant.integer)
        return;
    while (restart && restart->kind == TREE_COERCE)
        restart = restart->operand;
    bool permanent =
        !restart || (restart->kind == TREE_CONSTANT && strcmp(restart->constant.text->text, "permanent") == 0);
    if (permanent) {
        Diag *diag = report(s->frame, DIAG_SUPERVISOR_VALUE, value->span,
                            "a permanent child always starts again, so it can't be significant");
        REPORT_HELP(diag, "give it `restart: \"transient\"` or `restart: \"temporary\"`");
    }
    for (size_t i = 0; i < s->pid->pid.count; i++) {
        if (!((const KindInfo *)s->pid->pid.kinds[i])->never_ends)
            continue;
        Diag *diag = report(s->frame, DIAG_SUPERVISOR_VALUE, value->span,
                            "a significant child needs a supervisor with `auto_shutdown`");
        REPORT_HELP(diag, "`auto_shutdown: \"any_significant\"` or `\"all_significant\"`");
        return;
    }
}

static Tree *fitting(Frame *frame, Tree *tree, const Type *type) {
    check_fits(frame, tree, type, NULL, (Span){0}, "");
    return convert(frame, tree, type);
}

static Tree *eval_fitting(Frame *frame, Expr *expr, const Type *type) {
    return expr ? fitting(frame, eval(frame, expr, type), type) : NULL;
}

static void missing_key(Frame *frame, Span span, const char *what, const char *key) {
    report(frame, DIAG_SUPERVISOR_KEY, span, "%s needs `%s`", what, key);
}

static Tree *string_id(Frame *frame, Tree *tree, Expr *expr) {
    check_fits(frame, tree, type_string, expr, (Span){0}, "");
    return convert(frame, tree, type_string);
}

// How it is restarted and stopped, and whether it matters.
static void eval_child_options(Supervisor *s, const Expr *record, TreeChild *child) {
    Frame *frame = s->frame;
    Expr *shutdown = key_value(record, "shutdown");
    child->restart = eval_word(frame, key_value(record, "restart"), restarts, "`restart`");
    if (shutdown)
        set_shutdown(frame, child, eval(frame, shutdown, NULL));
    child->significant = eval_fitting(frame, key_value(record, "significant"), type_bool);
    check_significant(s, child);
}

// The name is that of what runs in the end: of the supervisor that the start function makes, if it makes one.
static void note_name(Supervisor *s, const TreeChild *child, const KindInfo *kind) {
    Inst *body = kind->body;
    if (!child->name || !body->evaluated)
        return;
    const Type *started = cell_read(s->frame->check, &body->started, s->frame->inst);
    note_registered(s->frame, child->name, body->is_supervisor_start ? started : kind_pid((KindInfo *)kind));
}

static void eval_child_record(Supervisor *s, Expr *record) {
    Frame *frame = s->frame;
    check_keys(frame, record, child_keys, "a child");
    Expr *id = key_value(record, "id"), *start = key_value(record, "start");
    if (!id || !start) {
        missing_key(frame, record->span, "a child", id ? "start" : "id");
        return;
    }
    TreeChild child = {.span = record->span};
    child.id = string_id(frame, eval(frame, id, NULL), id);
    check_duplicate(s, child.id, id);
    eval_child_options(s, record, &child);
    child.name = eval_fitting(frame, key_value(record, "name"), type_string);
    Callee callee;
    if (!callee_resolve(frame, start, &callee))
        return;
    KindInfo *kind =
        start_child(s, &child, &callee, start, child.id->kind == TREE_CONSTANT ? child.id->constant.text : NULL);
    if (!kind)
        return;
    note_child(s, kind, child.id);
    note_name(s, &child, kind);
    vec_push(&s->children, child);
}

// Children that come as a value: a list of records.
static const Type *child_field(const Type *element, const char *key) {
    const Type *type = type_resolve(element), *found = type_never;
    for (size_t i = 0; i < type_member_count(type); i++) {
        const Type *member = type_resolve(type_member(type, i));
        const Type *field = member->kind == TYPE_RECORD ? type_field(member, name_of(key)) : NULL;
        if (!field)
            return NULL;
        found = type_join(found, field);
    }
    return found;
}

static Tree *child_part(const TreeChild *child, const char *key, Span span) {
    const Type *type = child_field(child->element->type, key);
    return type ? tree_field(tree_local(child->element, span), name_of(key), type, span) : NULL;
}

static void eval_child_list(Supervisor *s, Expr *expr) {
    Frame *frame = s->frame;
    Tree *list = eval(frame, expr, NULL);
    const Type *type = type_resolve(list->type);
    if (type->kind == TYPE_NEVER || (type->kind == TYPE_LIST && type->element->kind == TYPE_NEVER))
        return;
    if (type->kind != TYPE_LIST) {
        report(frame, DIAG_TYPE_MISMATCH, list->span, "`children` has to be a list, found `%s`", type_words(type));
        return;
    }
    TreeChild child = {.span = expr->span, .repeat = list, .element = local_new(frame, NULL, type->element)};
    Tree *id = child_part(&child, "id", expr->span), *start = child_part(&child, "start", expr->span);
    if (!id || !start) {
        missing_key(frame, expr->span, "every child", id ? "start" : "id");
        return;
    }
    child.id = string_id(frame, id, NULL);
    Tree *restart = child_part(&child, "restart", expr->span), *shutdown = child_part(&child, "shutdown", expr->span);
    child.restart = restart ? checked_word(frame, restart, restarts, "`restart`") : NULL;
    if (shutdown)
        set_shutdown(frame, &child, shutdown);
    Tree *significant = child_part(&child, "significant", expr->span), *name = child_part(&child, "name", expr->span);
    child.significant = significant ? fitting(frame, significant, type_bool) : NULL;
    child.name = name ? fitting(frame, name, type_string) : NULL;
    Callee callee = {.value = start, .name = name_of("child"), .span = expr->span};
    if (type_resolve(start->type)->kind != TYPE_FUNCTION) {
        report(frame, DIAG_NOT_CALLABLE, expr->span, "`start` has to be a function, found `%s`",
               type_words(start->type));
        return;
    }
    KindInfo *kind = start_child(s, &child, &callee, expr, NULL);
    if (!kind)
        return;
    note_child(s, kind, child.id);
    note_name(s, &child, kind);
    vec_push(&s->children, child);
}

static void eval_children(Supervisor *s, Expr *expr) {
    bool literal = expr->kind == EXPR_LIST;
    for (size_t i = 0; literal && i < expr->elements.len; i++)
        literal = expr->elements.data[i]->kind == EXPR_RECORD;
    if (!literal) {
        eval_child_list(s, expr);
        return;
    }
    for (size_t i = 0; i < expr->elements.len; i++)
        eval_child_record(s, expr->elements.data[i]);
}

// ---- the supervisor ------------------------------------------------------------------------------------------------

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
    tree->supervisor.restarts = eval_int(frame, key_value(record, "restarts"));
    tree->supervisor.within = eval_int(frame, key_value(record, "within"));
    tree->supervisor.auto_shutdown = eval_word(frame, key_value(record, "auto_shutdown"), autos, "`auto_shutdown`");
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

// ---- children that are added while it runs -------------------------------------------------------------------------

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
