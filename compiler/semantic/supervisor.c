// spawn_supervisor: the record that describes one is read here, so what is wrong with it is found before it runs.
#include <string.h>

#include "compiler/semantic/check.h"

typedef VEC(TreeChild) ChildVec;

typedef struct Supervisor {
    Frame *frame;
    KindInfo *kind;
    ChildVec children;
    Map ids; // literal id → its Expr
} Supervisor;

static const char *const strategies[] = {"one_for_one", "one_for_all", "rest_for_one", NULL};
static const char *const restarts[] = {"permanent", "transient", "temporary", NULL};
static const char *const keys[] = {"strategy", "restarts", "within", "children", NULL};
static const char *const child_keys[] = {"id", "start", "restart", "shutdown", NULL};

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
    kind->is_supervisor |= body->is_supervisor_start;
    return kind;
}

static void note_child(Supervisor *s, KindInfo *kind, const Tree *id) {
    Inst *body = kind->body, *inst = s->frame->inst;
    if (!body->evaluated) { // its result may be a supervisor: asked again when it is known
        instance_enqueue(s->frame->check, inst);
        return;
    }
    instance_result(s->frame, body);
    const Type *started = cell_read(s->frame->check, &body->started, inst);
    Cell *cell = &s->kind->other_children;
    if (id->kind == TREE_CONSTANT) {
        cell = map_get(&s->kind->children, id->constant.text);
        if (!cell)
            map_set(&s->kind->children, id->constant.text, cell = mem_new(Cell));
    }
    cell_grow(s->frame->check, cell, body->is_supervisor_start ? started : kind_pid(kind));
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

static void missing_key(Frame *frame, Span span, const char *what, const char *key) {
    report(frame, DIAG_SUPERVISOR_KEY, span, "%s needs `%s`", what, key);
}

static Tree *string_id(Frame *frame, Tree *tree, Expr *expr) {
    check_fits(frame, tree, type_string, expr, (Span){0}, "");
    return convert(frame, tree, type_string);
}

static void eval_child_record(Supervisor *s, Expr *record) {
    Frame *frame = s->frame;
    check_keys(frame, record, child_keys, "a child");
    Expr *id = key_value(record, "id"), *start = key_value(record, "start"), *shutdown = key_value(record, "shutdown");
    if (!id || !start) {
        missing_key(frame, record->span, "a child", id ? "start" : "id");
        return;
    }
    TreeChild child = {.span = record->span};
    child.id = string_id(frame, eval(frame, id, NULL), id);
    check_duplicate(s, child.id, id);
    child.restart = eval_word(frame, key_value(record, "restart"), restarts, "`restart`");
    if (shutdown)
        set_shutdown(frame, &child, eval(frame, shutdown, NULL));
    Callee callee;
    if (!callee_resolve(frame, start, &callee))
        return;
    KindInfo *kind =
        start_child(s, &child, &callee, start, child.id->kind == TREE_CONSTANT ? child.id->constant.text : NULL);
    if (!kind)
        return;
    note_child(s, kind, child.id);
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

Tree *eval_supervisor(Frame *frame, Expr *expr) {
    const ExprVec *args = &expr->call.args;
    if (args->len != 1 || args->data[0]->kind != EXPR_RECORD) {
        Diag *diag = report(frame, DIAG_SUPERVISOR_VALUE, expr->call.args_span,
                            "`spawn_supervisor` takes one record, written here");
        REPORT_HELP(diag, "`spawn_supervisor({strategy: \"one_for_one\", children: […]})`");
        return tree_never(expr->span);
    }
    Expr *record = args->data[0];
    Supervisor s = {.frame = frame};
    s.kind = kind_for_spawn(frame, expr, NULL, NULL, 0, name_of("supervisor"), expr->span);
    s.kind->is_supervisor = true;
    check_keys(frame, record, keys, "a supervisor");
    Tree *tree = tree_new(TREE_SUPERVISOR, kind_pid(s.kind), expr->span);
    Expr *strategy = key_value(record, "strategy"), *children = key_value(record, "children");
    tree->supervisor.strategy = eval_word(frame, strategy, strategies, "`strategy`");
    tree->supervisor.restarts = eval_int(frame, key_value(record, "restarts"));
    tree->supervisor.within = eval_int(frame, key_value(record, "within"));
    if (!strategy)
        missing_key(frame, record->span, "a supervisor", "strategy");
    if (children)
        eval_children(&s, children);
    else
        missing_key(frame, record->span, "a supervisor", "children");
    tree->supervisor.children = s.children.data;
    tree->supervisor.count = s.children.len;
    return tree;
}
