// The children that a supervisor's specification lists, or that are added later: what is wrong with one is found before
// it runs.
#include <string.h>

#include "compiler/semantic/supervisor.h"

static const char *const restarts[] = {"permanent", "transient", "temporary", NULL};
static const char *const child_keys[] = {"id", "start", "restart", "shutdown", "significant", "name", NULL};

static void set_shutdown(Frame *frame, TreeChild *child, Tree *tree) {
    const Type *type = type_resolve(tree->type);
    child->shutdown_kind = SHUTDOWN_VALUE;
    if (type_fits(type, type_int)) {
        child->shutdown = checked_count(frame, tree, NULL, "`shutdown`");
        return;
    }
    Suggestion near = suggest_start(type->kind == TYPE_LITERAL_STRING ? type->literal.text : name_of(""));
    static const char *const words[] = {"kill", "infinity", NULL};
    if (is_known(words, near.wanted, &near)) {
        child->shutdown_kind = near.wanted->text[0] == 'k' ? SHUTDOWN_KILL : SHUTDOWN_INFINITY;
        return;
    }
    Diag *diag =
        report(frame, DIAG_SUPERVISOR_VALUE, tree->span, "`shutdown` has to be milliseconds, \"kill\" or \"infinity\"");
    REPORT_PRIMARY(diag, "this is `%s`", type_words(type));
    report_near(diag, &near);
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
void note_child(Supervisor *s, KindInfo *kind, const Tree *id) {
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

static Tree *string_id(Frame *frame, Tree *tree, Expr *expr) {
    check_fits(frame, tree, type_string, expr, (Span){0}, "");
    return convert(frame, tree, type_string);
}

// How it is restarted and stopped, and whether it matters.
void eval_child_options(Supervisor *s, const Expr *record, TreeChild *child) {
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

void eval_child_record(Supervisor *s, Expr *record) {
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

static void check_element_keys(Frame *frame, const Type *element, Span span) {
    const Type *type = type_resolve(element);
    for (size_t i = 0; i < type_member_count(type); i++) {
        const Type *member = type_resolve(type_member(type, i));
        if (member->kind == TYPE_RECORD)
            check_type_keys(frame, member, child_keys, "a child", span);
    }
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
    check_element_keys(frame, type->element, list->span);
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

void eval_children(Supervisor *s, Expr *expr) {
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
