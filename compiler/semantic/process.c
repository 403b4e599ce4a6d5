// Starting processes, requests, names.
#include <string.h>

#include "compiler/semantic/check.h"

// ---- what is started -----------------------------------------------------------------------------------------------

bool callee_resolve(Frame *frame, Expr *expr, Callee *callee) {
    *callee = (Callee){.span = expr->span, .name = name_of("spawn")};
    if (expr->kind == EXPR_NAME) {
        Named named = resolve_name(frame->check, frame, frame->module, &expr->name);
        callee->name = expr->name.name;
        if (named.kind == NAMED_FUNCTION) {
            callee->template = named.template;
            return true;
        }
    }
    callee->value = eval(frame, expr, NULL);
    const Type *type = type_resolve(callee->value->type);
    if (type->kind == TYPE_FUNCTION)
        return true;
    if (type->kind != TYPE_NEVER) {
        Diag *diag = report(frame, DIAG_NOT_CALLABLE, expr->span, "a process starts with a function, found `%s`",
                            type_words(type));
        if (expr->kind == EXPR_CALL)
            REPORT_HELP(diag, "give the function and its arguments apart: `spawn_typed(f, a)`");
        report_origin(diag, frame, expr);
    }
    return false;
}

int callee_arity(const Callee *callee) {
    if (callee->template)
        return (int)callee->template->param_count;
    const Type *type = type_resolve(callee->value->type);
    if (type->function.count == 0)
        return -1;
    size_t arity = ((const ClosureInfo *)type->function.closures[0])->template->param_count;
    for (size_t i = 1; i < type->function.count; i++)
        if (((const ClosureInfo *)type->function.closures[i])->template->param_count != arity)
            return -1;
    return (int)arity;
}

// The template whose parameters are the callee's: of one closure, the first.
static Template *callee_template(const Callee *callee) {
    if (callee->template)
        return callee->template;
    return ((const ClosureInfo *)type_resolve(callee->value->type)->function.closures[0])->template;
}

typedef struct Spawn {
    Expr *expr;
    Callee callee;
    Tree **arguments;
    Expr *const *exprs;
    size_t count;
    bool is_typed, is_handler;
} Spawn;

static Span last_param_span(const Template *template) {
    if (template->kind == TEMPLATE_FUNCTION)
        return vec_last(&template->function->clauses.data[0]->params).span;
    return template->kind == TEMPLATE_LAMBDA ? vec_last(&template->expr->lambda.params).span : template->span;
}

// Body or handler, by the number of arguments. False after an error.
static bool choose_form(Frame *frame, Spawn *spawn) {
    int arity = callee_arity(&spawn->callee);
    if (arity < 0)
        return false;
    if ((size_t)arity == spawn->count)
        return true;
    const Template *template = callee_template(&spawn->callee);
    if (!spawn->is_typed || (size_t)arity != spawn->count + 1) {
        Diag *diag = report(frame, DIAG_ARITY, spawn->expr->span, "`%s` takes %d argument%s, not %zu",
                            name_text(spawn->callee.name), arity, arity == 1 ? "" : "s", spawn->count);
        if (template->span.file)
            REPORT_LABEL(diag, template->span, "defined here");
        if (spawn->is_typed)
            REPORT_NOTE(diag, "with all but the last given, it would be a handler of messages");
        else if ((size_t)arity == spawn->count + 1)
            REPORT_HELP(diag, "`spawn` starts bodies only; `spawn_typed` starts a handler of messages");
        return false;
    }
    spawn->is_handler = true;
    if (template_annotation(frame->check, (Template *)template, spawn->count))
        return true;
    Diag *diag = report(frame, DIAG_HANDLER_PARAMETER, spawn->expr->span,
                        "`%s` handles messages, so its last parameter needs a type", name_text(spawn->callee.name));
    REPORT_LABEL(diag, last_param_span(template), "the message");
    REPORT_HELP(diag, "annotate it, or give all %d arguments to start it as a body", arity);
    return false;
}

const Type *started_argument(Frame *frame, Template *template, size_t at, const Tree *argument, const Expr *expr) {
    const Type *annotation = template_annotation(frame->check, template, at);
    if (annotation)
        check_fits(frame, argument, annotation, expr, template->function->clauses.data[0]->params.data[at].span,
                   "the parameter is declared here");
    bool bound = annotation && annotation->kind != TYPE_NEVER;
    return bound ? merge_bound(annotation, argument->type) : widen_tree(argument);
}

// Types of the arguments as parameters of the named function, checked; of a function value it checks them itself.
static const Type **argument_types(Frame *frame, const Spawn *spawn, size_t *count) {
    size_t extra = spawn->callee.template ? 0 : 1;
    const Type **types = mem_alloc(sizeof(Type *) * (spawn->count + 2));
    if (extra)
        types[0] = spawn->callee.value->type;
    for (size_t i = 0; i < spawn->count; i++) {
        const Tree *argument = spawn->arguments[i];
        const Expr *expr = spawn->exprs ? spawn->exprs[i] : NULL;
        types[i + extra] = spawn->callee.template ? started_argument(frame, spawn->callee.template, i, argument, expr)
                                                  : widen_tree(argument);
    }
    *count = spawn->count + extra;
    return types;
}

static Template *spawn_template(Frame *frame, const Spawn *spawn) {
    size_t count = spawn->count + (spawn->callee.template ? 0 : 1);
    if (spawn->is_handler)
        return template_wrapper(frame->check, TEMPLATE_HANDLER, spawn->callee.template, false, count);
    if (spawn->callee.template)
        return spawn->callee.template;
    return template_wrapper(frame->check, TEMPLATE_START, NULL, false, count);
}

static void set_accepts(Frame *frame, const Spawn *spawn, KindInfo *kind) {
    if (!spawn->is_typed)
        kind->accepts_all = true;
    if (!spawn->is_handler)
        return;
    Template *template = callee_template(&spawn->callee);
    kind->handles = template_annotation(frame->check, template, spawn->count);
    kind->handles_span = last_param_span(template);
}

// The tree of a spawn whose parts are evaluated; NULL if it cannot be started.
static Tree *make_spawn(Frame *frame, const Spawn *spawn) {
    size_t count;
    const Type **types = argument_types(frame, spawn, &count);
    Template *template = spawn_template(frame, spawn);
    KindInfo *kind = kind_for_spawn(frame, spawn->expr, template, types, count, spawn->callee.name, spawn->expr->span);
    set_accepts(frame, spawn, kind);
    Inst *body = instance_for_kind(frame, kind, template, types, count, spawn->expr->span);
    if (!body)
        return NULL;
    if (!spawn->is_typed)
        kind_becomes_any(frame->check, kind);
    Tree *tree = tree_new(TREE_SPAWN, spawn->is_typed ? kind_pid(kind) : type_pid_any, spawn->expr->span);
    tree->spawn.start = (TreeStart){.kind = &kind->kind, .body = &body->instance, .count = count};
    tree->spawn.start.arguments = mem_alloc(sizeof(Tree *) * (count + 1));
    size_t extra = count - spawn->count;
    for (size_t i = 0; i < count; i++) {
        Tree *argument = i < extra ? spawn->callee.value : spawn->arguments[i - extra];
        tree->spawn.start.arguments[i] = convert(frame, argument, body->params[i].type);
    }
    return tree;
}

// ---- options -------------------------------------------------------------------------------------------------------

static const char *const option_names[] = {"name", "link", "monitor", "mailbox", "overflow", "memory", "stack"};
enum { OPTION_COUNT = sizeof(option_names) / sizeof(*option_names) };

static const Type *option_type(size_t option) {
    const Type *const types[] = {type_string, type_bool, type_bool, type_int, type_string, type_int, type_int};
    return types[option];
}

static void check_overflow(Frame *frame, const Tree *value) {
    static const char *const kinds[] = {"block", "drop_newest", "drop_oldest", "crash"};
    const Type *type = value->type;
    if (type->kind != TYPE_LITERAL_STRING)
        return;
    Suggestion near = suggest_start(type->literal.text);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (strcmp(kinds[i], type->literal.text->text) == 0)
            return;
        suggest_offer(&near, name_of(kinds[i]));
    }
    Diag *diag = report(frame, DIAG_SPAWN_OPTION, value->span,
                        "`overflow` is \"block\", \"drop_newest\", \"drop_oldest\" or \"crash\"");
    report_near(diag, &near);
}

static void check_mailbox(Frame *frame, const Tree *value) {
    if (value->kind == TREE_CONSTANT && value->constant.integer <= 0)
        report(frame, DIAG_SPAWN_OPTION, value->span, "`mailbox` must be greater than 0");
}

static bool eval_option(Frame *frame, const RecordField *field, Tree **options) {
    Suggestion near = suggest_start(field->name);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        suggest_offer(&near, name_of(option_names[i]));
        if (strcmp(option_names[i], field->name->text) != 0)
            continue;
        Tree *value = eval(frame, field->value, option_type(i));
        check_fits(frame, value, option_type(i), field->value, field->name_span, "this option's type is fixed");
        if (strcmp(option_names[i], "overflow") == 0)
            check_overflow(frame, value);
        if (strcmp(option_names[i], "mailbox") == 0 && type_fits(value->type, type_int))
            check_mailbox(frame, value);
        options[i] = convert(frame, value, option_type(i));
        return true;
    }
    Diag *diag =
        report(frame, DIAG_SPAWN_OPTION, field->name_span, "`spawn_with` has no option `%s`", name_text(field->name));
    report_near(diag, &near);
    return false;
}

static TreeSpawnOptions *eval_options(Frame *frame, Expr *expr) {
    TreeSpawnOptions *options = mem_new(TreeSpawnOptions);
    if (expr->kind != EXPR_RECORD) {
        report(frame, DIAG_SPAWN_OPTION, expr->span, "the options are written here, as a record");
        return options;
    }
    Tree *values[OPTION_COUNT] = {0};
    for (size_t i = 0; i < expr->record.fields.len; i++)
        eval_option(frame, &expr->record.fields.data[i], values);
    if (values[4] && !values[3])
        report(frame, DIAG_SPAWN_OPTION, values[4]->span,
               "`overflow` says what happens when a bounded mailbox is full: give `mailbox` too");
    *options = (TreeSpawnOptions){.name = values[0],
                                  .link = values[1],
                                  .monitor = values[2],
                                  .mailbox = values[3],
                                  .overflow = values[4],
                                  .memory = values[5],
                                  .stack = values[6]};
    return options;
}

static const Type *down_message(void) {
    TypeField fields[] = {{name_of("down"), type_pid_any}, {name_of("reason"), type_string}};
    return type_record(fields, 2);
}

static Cell *name_cell(Check *check, Name name) {
    Cell *cell = map_get(&check->names, name);
    if (!cell) {
        cell = mem_new(Cell);
        map_set(&check->names, name, cell);
    }
    return cell;
}

void note_registered(Frame *frame, const Tree *name, const Type *pid) {
    Check *check = frame->check;
    bool literal = name->kind == TREE_CONSTANT;
    cell_grow(check, literal ? name_cell(check, name->constant.text) : &check->other_names, pid);
    cell_grow(check, &check->all_names, pid);
}

static void apply_options(Frame *frame, const TreeSpawnOptions *options, const Tree *tree) {
    bool monitors =
        options->monitor && !(options->monitor->kind == TREE_CONSTANT && !options->monitor->constant.integer);
    if (monitors && frame->kind)
        kind_send(frame->check, frame->kind, down_message());
    if (options->name)
        note_registered(frame, options->name, tree->type);
}

// ---- spawn, spawn_typed, spawn_with --------------------------------------------------------------------------------

static Tree *eval_spawn(Frame *frame, Special special, Expr *expr) {
    static const char *const names[] = {"spawn", "spawn_typed", "spawn_with"};
    const ExprVec *args = &expr->call.args;
    size_t first = special == SPECIAL_SPAWN_WITH ? 1 : 0;
    if (args->len <= first) {
        report(frame, DIAG_ARITY, expr->call.args_span, "`%s` needs a function to start", names[special]);
        return tree_never(expr->span);
    }
    TreeSpawnOptions *options = first ? eval_options(frame, args->data[0]) : NULL;
    Spawn spawn = {.expr = expr, .is_typed = special != SPECIAL_SPAWN};
    bool good = callee_resolve(frame, args->data[first], &spawn.callee);
    spawn.count = args->len - first - 1;
    spawn.exprs = args->data + first + 1;
    spawn.arguments = mem_alloc(sizeof(Tree *) * (spawn.count + 1));
    for (size_t i = 0; i < spawn.count; i++) {
        const Type *expected =
            spawn.callee.template ? template_annotation(frame->check, spawn.callee.template, i) : NULL;
        spawn.arguments[i] = eval(frame, spawn.exprs[i], expected);
    }
    Tree *never = tree_never_of(spawn.arguments, spawn.count, expr->span);
    if (never)
        return never;
    Tree *tree = good && choose_form(frame, &spawn) ? make_spawn(frame, &spawn) : NULL;
    if (!tree)
        return tree_never(expr->span);
    tree->spawn.options = options;
    if (options)
        apply_options(frame, options, tree);
    return tree;
}

Tree *eval_spawn_block(Frame *frame, Expr *expr) {
    Check *check = frame->check;
    Template *template = template_of_syntax(check, TEMPLATE_BLOCK, frame->module, expr);
    TypeList types = {0};
    TreeVec values = {0};
    template->captured.len = 0;
    for (size_t i = 0; i < template->free_names.len; i++) {
        Binding *binding = scope_find(frame, template->free_names.data[i]);
        if (!binding)
            continue;
        for (Binding *origin = binding; origin; origin = origin->origin)
            origin->used = true;
        vec_push(&template->captured, binding->name);
        vec_push(&types, binding->local->type);
        vec_push(&values, tree_local(binding->local, expr->span));
    }
    Tree *never = tree_never_of(values.data, values.len, expr->span);
    if (never)
        return never;
    KindInfo *kind = kind_for_spawn(frame, expr, template, types.data, types.len, name_of("spawn"), expr->span);
    kind->accepts_all = true;
    Inst *body = instance_for_kind(frame, kind, template, types.data, types.len, expr->span);
    kind_becomes_any(check, kind);
    if (!body)
        return tree_never(expr->span);
    Tree *tree = tree_new(TREE_SPAWN, type_pid_any, expr->span);
    tree->spawn.start =
        (TreeStart){.kind = &kind->kind, .body = &body->instance, .arguments = values.data, .count = values.len};
    for (size_t i = 0; i < values.len; i++)
        values.data[i] = convert(frame, values.data[i], body->params[i].type);
    return tree;
}

// ---- self, call ----------------------------------------------------------------------------------------------------

static Tree *eval_self(Frame *frame, Expr *expr) {
    if (expr->call.args.len)
        report(frame, DIAG_ARITY, expr->call.args_span, "`self` takes no arguments");
    return frame->kind ? tree_new(TREE_SELF, kind_pid(frame->kind), expr->span) : tree_never(expr->span);
}

static KindInfo *reply_kind(Frame *frame, Expr *expr) {
    KindInfo *kind = map_get(&frame->inst->request_kinds, expr);
    if (kind)
        return kind;
    kind = kind_new(frame->check, name_of("call"), expr->span);
    kind->accepts_all = true;
    map_set(&frame->inst->request_kinds, expr, kind);
    return kind;
}

// The message: the lambda's body with the reply address for its parameter.
static Tree *request_message(Frame *frame, Expr *expr, Local *reply_to) {
    if (expr->kind != EXPR_LAMBDA || expr->lambda.params.len != 1) {
        Tree *value = eval(frame, expr, NULL);
        Tree *arguments[] = {tree_local(reply_to, expr->span)};
        return call_value(frame, value, arguments, 1, NULL, expr->span);
    }
    const Param *param = &expr->lambda.params.data[0];
    Binding *scope = frame->scope;
    reply_to->name = param->name;
    scope_push(frame, param->name, reply_to, param->span);
    Tree *message = eval(frame, expr->lambda.body, NULL);
    frame->scope = scope;
    return message;
}

static const Type *request_result(const Type *reply) {
    TypeField timeout = {name_of("timeout"), type_literal_bool(true)}, down = {name_of("down"), type_string};
    const Type *types[] = {reply, type_record(&timeout, 1), type_record(&down, 1)};
    return type_union(types, 3);
}

static Tree *eval_request(Frame *frame, Expr *expr) {
    const ExprVec *args = &expr->call.args;
    if (args->len != 3) {
        Diag *diag = report(frame, DIAG_ARITY, expr->call.args_span, "`call` takes 3 arguments, not %zu", args->len);
        REPORT_HELP(
            diag,
            "`call(pid, (me) -> {question: 1, replyTo: me}, 5000)`: the process, the message, milliseconds to wait");
        return tree_never(expr->span);
    }
    Tree *pid = eval(frame, args->data[0], NULL);
    KindInfo *kind = reply_kind(frame, expr);
    Local *reply_to = local_new(frame, NULL, kind_pid(kind));
    Tree *message = request_message(frame, args->data[1], reply_to);
    Tree *timeout = eval(frame, args->data[2], NULL);
    check_fits(frame, timeout, type_int, args->data[2], (Span){0}, "");
    Tree *values[] = {pid, message, timeout};
    Tree *never = tree_never_of(values, 3, expr->span);
    if (never)
        return never;
    if (!type_is_pid(pid->type)) {
        Diag *diag = report(frame, DIAG_NOT_A_PID, pid->span, "`call` asks a pid, found `%s`", type_words(pid->type));
        report_origin(diag, frame, args->data[0]);
        return tree_never(expr->span);
    }
    Tree *tree = tree_new(TREE_REQUEST, type_never, expr->span);
    tree->request.pid = pid;
    tree->request.reply_to = reply_to;
    tree->request.message = send_to(frame, pid->type, message, args->data[1]->span, message->span);
    tree->request.timeout = convert(frame, timeout, type_int);
    tree->request.reply = cell_read(frame->check, &kind_root(kind)->sent, frame->inst);
    tree->type = request_result(tree->request.reply);
    return tree;
}

Tree *eval_special(Frame *frame, Special special, Expr *expr) {
    switch (special) {
    case SPECIAL_SELF:
        return eval_self(frame, expr);
    case SPECIAL_CALL:
        return eval_request(frame, expr);
    case SPECIAL_RANGE:
        return eval_range_list(frame, expr);
    case SPECIAL_SPAWN_SUPERVISOR:
        return eval_supervisor(frame, expr);
    case SPECIAL_ADD_CHILD:
        return eval_add_child(frame, expr);
    case SPECIAL_START_CHILD:
        return eval_start_child(frame, expr);
    default:
        return eval_spawn(frame, special, expr);
    }
}

// ---- builtins ------------------------------------------------------------------------------------------------------

static const Type *lookup_type(const Type *pid) {
    TypeField found = {name_of("found"), pid}, missing = {name_of("notFound"), type_literal_bool(true)};
    return type_join(type_record(&found, 1), type_record(&missing, 1));
}

static Tree *eval_whereis(Frame *frame, Tree **arguments, Span span) {
    Check *check = frame->check;
    const Type *pid = type_pid_any;
    if (arguments[0]->kind == TREE_CONSTANT) {
        pid = type_join(cell_read(check, name_cell(check, arguments[0]->constant.text), frame->inst),
                        cell_read(check, &check->other_names, frame->inst));
        if (pid->kind == TYPE_NEVER)
            pid = type_pid_of(NULL, 0); // nobody registers it
    } else {
        flow(frame, cell_read(check, &check->all_names, frame->inst), type_pid_any, span);
    }
    return tree_builtin(BUILTIN_WHEREIS, lookup_type(pid), span, arguments, 1);
}

// All children of a supervisor become any.
static void children_become_any(Frame *frame, const Type *sup, Span span) {
    Check *check = frame->check;
    for (size_t i = 0; sup->kind == TYPE_PID && i < sup->pid.count; i++) {
        KindInfo *kind = (KindInfo *)sup->pid.kinds[i];
        for (size_t k = 0; k < kind->children.len; k++)
            flow(frame, cell_read(check, kind->children.entries[k].value, frame->inst), type_pid_any, span);
        flow(frame, cell_read(check, &kind->other_children, frame->inst), type_pid_any, span);
    }
}

// What the processes of the child with this id are.
static const Type *child_type(Frame *frame, Tree **arguments, Span span) {
    Check *check = frame->check;
    const Type *sup = type_resolve(arguments[0]->type), *pid = type_never;
    bool known = sup->kind == TYPE_PID && sup->pid.count > 0 && arguments[1]->kind == TREE_CONSTANT;
    for (size_t i = 0; known && i < sup->pid.count; i++) {
        KindInfo *kind = (KindInfo *)sup->pid.kinds[i];
        Cell *cell = map_get(&kind->children, arguments[1]->constant.text);
        if (cell)
            pid = type_join(pid, cell_read(check, cell, frame->inst));
        pid = type_join(pid, cell_read(check, &kind->other_children, frame->inst));
    }
    if (known)
        return pid->kind == TYPE_NEVER ? type_pid_of(NULL, 0) : pid;
    children_become_any(frame, sup, span);
    return type_pid_any;
}

static Tree *eval_child(Frame *frame, Tree **arguments, Span span) {
    return tree_builtin(BUILTIN_CHILD, lookup_type(child_type(frame, arguments, span)), span, arguments, 2);
}

// Whether a literal id is that of a child, as far as all children of these supervisors are visible.
static void check_child_id(Frame *frame, const Type *sup, const Tree *id) {
    if (!frame->check->reporting || sup->kind != TYPE_PID || sup->pid.count == 0 || id->kind != TREE_CONSTANT)
        return;
    Suggestion near = suggest_start(id->constant.text);
    for (size_t i = 0; i < sup->pid.count; i++) {
        const KindInfo *kind = (const KindInfo *)sup->pid.kinds[i];
        bool other = kind->other_children.type && kind->other_children.type->kind != TYPE_NEVER;
        if (!kind->is_supervisor || other || map_get(&kind->children, id->constant.text))
            return;
        for (size_t k = 0; k < kind->children.len; k++)
            suggest_offer(&near, kind->children.entries[k].key);
    }
    Diag *diag = report(frame, DIAG_SUPERVISOR_VALUE, id->span, "no child of this supervisor has the id \"%s\"",
                        name_text(id->constant.text));
    report_near(diag, &near);
}

static Tree *eval_child_ref(Frame *frame, Tree **arguments, Expr *const *exprs, Span span) {
    if (type_is_pid(arguments[1]->type))
        return tree_builtin(BUILTIN_CHILD_REF_PID, arguments[1]->type, span, arguments, 2);
    if (!check_fits(frame, arguments[1], type_string, exprs ? exprs[1] : NULL, (Span){0}, ""))
        return tree_never(span);
    check_child_id(frame, type_resolve(arguments[0]->type), arguments[1]);
    arguments[1] = convert(frame, arguments[1], type_string);
    return tree_builtin(BUILTIN_CHILD_REF, child_type(frame, arguments, span), span, arguments, 2);
}

static Tree *eval_stop_child(Frame *frame, Tree **arguments, Expr *const *exprs, Span span) {
    const Type *result = builtin_type(frame->check, BUILTIN_STOP_CHILD)->function.result;
    if (type_is_pid(arguments[1]->type))
        return tree_builtin(BUILTIN_STOP_CHILD_PID, result, span, arguments, 2);
    check_fits(frame, arguments[1], type_string, exprs ? exprs[1] : NULL, (Span){0}, "");
    arguments[1] = convert(frame, arguments[1], type_string);
    return tree_builtin(BUILTIN_STOP_CHILD, result, span, arguments, 2);
}

Tree *eval_process_builtin(Frame *frame, Builtin builtin, Tree **arguments, size_t count, Expr *const *exprs,
                           Span span) {
    switch (builtin) {
    case BUILTIN_MONITOR:
        if (frame->kind)
            kind_send(frame->check, frame->kind, down_message());
        return NULL;
    case BUILTIN_REGISTER:
        note_registered(frame, arguments[0], arguments[1]->type);
        return NULL;
    case BUILTIN_WHEREIS:
        return eval_whereis(frame, arguments, span);
    case BUILTIN_CHILD:
        return eval_child(frame, arguments, span);
    case BUILTIN_CHILD_REF:
        return eval_child_ref(frame, arguments, exprs, span);
    case BUILTIN_RESTART_CHILD:
        return tree_builtin(builtin, outcome_type("started", child_type(frame, arguments, span)), span, arguments, 2);
    case BUILTIN_STOP_CHILD:
        return eval_stop_child(frame, arguments, exprs, span);
    case BUILTIN_CHILDREN:
        children_become_any(frame, type_resolve(arguments[0]->type), span);
        return NULL;
    case BUILTIN_SEND_AFTER:
        if (type_is_pid(arguments[1]->type))
            arguments[2] =
                send_to(frame, arguments[1]->type, arguments[2], exprs ? exprs[2]->span : span, arguments[2]->span);
        (void)count;
        return NULL;
    default:
        return NULL;
    }
}
