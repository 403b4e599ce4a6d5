// Instances: which one a call means, when it is evaluated, and the fixed point over all of them.
//
// A call from outside a recursive group finds its instance by argument types. A call within the group joins its
// argument types into the one instance that this activation of the group has of the function, so recursion with
// changing types ends.
#include <string.h>

#include "compiler/semantic/check.h"

enum {
    MAX_GENERATIONS = 250,      // instances of one template that were each made within the one before
    MAX_INSTANCES = 50000,      // of one template
    MAX_CLOSURE_DEPTH = 8,      // of closures of one lambda within each other
    MAX_NESTED_STACK = 3 << 20, // bytes of C stack for evaluating callees at once instead of later
};

// ---- limits --------------------------------------------------------------------------------------------------------

static void note_chain(Diag *diag, const Inst *inst) {
    for (int i = 0; inst && i < 3; i++, inst = inst->caller) {
        StringBuilder types = {0};
        for (size_t k = 0; k < inst->instance.parameter_count && inst->params; k++)
            sb_addf(&types, "%s%.80s", k ? ", " : "",
                    type_text(inst->params[k].type ? inst->params[k].type : type_never));
        diag_note(diag, "called from `%s(%s)`", inst->template->name ? name_text(inst->template->name) : "a lambda",
                  sb_text(&types));
    }
}

static void report_too_many(Frame *frame, const Template *template, Span span) {
    Diag *diag = report_now(
        frame->check, DIAG_TOO_MANY_INSTANCES, template->span, "%s calls itself with more than %d different types",
        template->name ? text_format("`%s`", name_text(template->name)) : "this lambda", (int)MAX_GENERATIONS);
    if (!diag)
        return;
    diag_label(diag, span, "for instance here");
    note_chain(diag, frame->inst);
    diag_help(diag, "annotate the parameters, so that the types stop growing");
}

// ---- making --------------------------------------------------------------------------------------------------------

static Inst *inst_new(Check *check, Template *template, size_t count, Inst *caller, Span span) {
    Inst *inst = mem_new(Inst);
    inst->template = template;
    inst->instance.name = template->kind == TEMPLATE_LAMBDA ? NULL : template->name;
    inst->instance.module = template->module ? template->module->name : NULL;
    inst->instance.span = template->span.file || !caller ? template->span : span;
    inst->instance.parameter_count = count;
    inst->instance.is_handler_loop = template->kind == TEMPLATE_HANDLER || template->kind == TEMPLATE_START;
    inst->params = mem_alloc(sizeof(Cell) * (count + 1));
    inst->caller = caller;
    inst->call_span = span;
    template->is_instantiated = true;
    vec_push(&check->instances, inst);
    return inst;
}

static bool grow_params(Check *check, Inst *inst, const Type *const *types) {
    bool grown = false;
    for (size_t i = 0; i < inst->instance.parameter_count; i++)
        grown |= cell_grow(check, &inst->params[i], types[i]);
    if (grown)
        instance_enqueue(check, inst);
    return grown;
}

static Inst *inst_with(Frame *frame, Template *template, const Type *const *types, size_t count, Span span) {
    Inst *inst = inst_new(frame->check, template, count, frame->inst, span);
    for (size_t i = 0; i < count; i++)
        inst->params[i].type = types[i];
    return inst;
}

static void evaluate_now(Frame *frame, Inst *inst) {
    char here;
    size_t used = (size_t)(frame->check->stack_base - &here);
    if (inst->evaluated || inst->running)
        return;
    if (used < MAX_NESTED_STACK)
        body_evaluate(frame->check, inst);
    else
        instance_enqueue(frame->check, inst);
}

static void use(Frame *frame, Inst *inst) {
    Check *check = frame->check;
    if (check->reporting) {
        instance_reach(check, inst);
        return;
    }
    for (size_t i = 0; i < inst->instance.parameter_count; i++)
        cell_read(check, &inst->params[i], frame->inst);
    evaluate_now(frame, inst);
}

// ---- finding -------------------------------------------------------------------------------------------------------

static bool has_never(const Type *const *types, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (type_resolve(types[i])->kind == TYPE_NEVER)
            return true;
    return false;
}

static bool params_are(const Inst *inst, const Type *const *types) {
    for (size_t i = 0; i < inst->instance.parameter_count; i++)
        if (!inst->params[i].type || !type_equal(inst->params[i].type, types[i]))
            return false;
    return true;
}

// Never NULL. Recursive types may be equal without being the same: they count for nothing.
static const void *entry_hash(const ClosureInfo *closure, const KindInfo *kind, const Type *const *types,
                              size_t count) {
    uint64_t hash = (uintptr_t)closure * 31 + (uintptr_t)kind;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ (types[i]->has_knot ? 0 : types[i]->id)) * 0x9E3779B97F4A7C15u + count;
    return (const void *)(uintptr_t)(hash | 1);
}

static bool is_entry(const Inst *inst, const ClosureInfo *closure, const KindInfo *kind, size_t count) {
    return inst->closure == closure && inst->kind == kind && inst->instance.parameter_count == count;
}

static Inst *find_entry(const Template *template, const ClosureInfo *closure, const KindInfo *kind,
                        const Type *const *types, size_t count) {
    Inst *inst = map_get(&template->entries, entry_hash(closure, kind, types, count));
    for (; inst; inst = inst->same_hash)
        if (is_entry(inst, closure, kind, count) && types_same(inst->key, types, count))
            return inst;
    for (size_t i = 0; template->group && i < template->instances.len; i++) { // parameters may have grown
        inst = template->instances.data[i];
        if (is_entry(inst, closure, kind, count) && params_are(inst, types))
            return inst;
    }
    return NULL;
}

static void add_entry(Template *template, Inst *inst, const Type *const *types, size_t count) {
    const void *hash = entry_hash(inst->closure, inst->kind, types, count);
    inst->key = mem_alloc(sizeof(Type *) * (count + 1));
    memcpy(inst->key, types, sizeof(Type *) * count);
    inst->same_hash = map_get(&template->entries, hash);
    map_set(&template->entries, hash, inst);
    vec_push(&template->instances, inst);
}

// How many instances of the template stand within each other up to this caller.
static unsigned generation(const Template *template, const Inst *caller) {
    if (template->instances.len == 0) // nearly always, where calls go deep: the way up is not searched for each
        return 0;
    for (; caller; caller = caller->caller)
        if (caller->template == template)
            return caller->generation + 1;
    return 0;
}

static Inst *find_in_activation(const Activation *activation, const Template *template, const KindInfo *kind) {
    for (size_t i = 0; i < activation->instances.len; i++)
        if (activation->instances.data[i]->template == template && activation->instances.data[i]->kind == kind)
            return activation->instances.data[i];
    return NULL;
}

static void activate(Inst *inst, Activation *activation) {
    if (!inst->template->group)
        return;
    if (!activation) {
        activation = mem_new(Activation);
        activation->group = inst->template->group;
    }
    inst->activation = activation;
    vec_push(&activation->instances, inst);
}

// The walk after the fixed point must find what the fixed point made.
static Inst *not_settled(Frame *frame, Span span) {
    if (frame->check->diags->error_count == 0)
        report(frame, DIAG_INTERNAL, span, "the types of this call did not settle");
    return NULL;
}

static Inst *call_in_group(Frame *frame, Template *template, KindInfo *kind, const Type *const *types, size_t count,
                           Span span) {
    Activation *activation = frame->inst->activation;
    Inst *inst = find_in_activation(activation, template, kind);
    if (!inst && (frame->check->reporting))
        return not_settled(frame, span);
    if (inst) {
        grow_params(frame->check, inst, types);
    } else {
        inst = inst_with(frame, template, types, count, span);
        inst->kind = kind;
        activate(inst, activation);
    }
    use(frame, inst);
    return inst;
}

Inst *instance_for_call(Frame *frame, Template *template, ClosureInfo *closure, const Type *const *types, size_t count,
                        Span span) {
    if (has_never(types, count))
        return NULL;
    KindInfo *kind = template->uses_process ? frame->kind : NULL;
    const Activation *activation = frame->inst->activation;
    if (template->kind == TEMPLATE_FUNCTION && template->group && activation && activation->group == template->group)
        return call_in_group(frame, template, kind, types, count, span);
    Inst *inst = find_entry(template, closure, kind, types, count);
    if (!inst) {
        if (frame->check->reporting)
            return not_settled(frame, span);
        unsigned within = generation(template, frame->inst);
        if (within >= MAX_GENERATIONS || template->instances.len >= MAX_INSTANCES) {
            report_too_many(frame, template, span);
            return NULL;
        }
        inst = inst_with(frame, template, types, count, span);
        inst->generation = within;
        inst->kind = kind;
        inst->closure = closure;
        add_entry(template, inst, types, count);
        activate(inst, NULL);
        if (closure && closure->activation)
            inst->activation = closure->activation;
    }
    use(frame, inst);
    return inst;
}

Inst *instance_for_kind(Frame *frame, KindInfo *kind, Template *template, const Type *const *types, size_t count,
                        Span span) {
    if (!kind->body) {
        if (frame->check->reporting)
            return not_settled(frame, span);
        kind->body = inst_with(frame, template, types, count, span);
        kind->body->kind = kind;
        activate(kind->body, NULL);
    } else {
        grow_params(frame->check, kind->body, types);
    }
    use(frame, kind->body);
    return kind->body;
}

Inst *instance_root(Check *check, Template *template, ClosureInfo *closure, const Type *const *types, KindInfo *kind) {
    Inst *inst = inst_new(check, template, template->param_count, NULL, (Span){0});
    for (size_t i = 0; i < template->param_count; i++)
        inst->params[i].type = types[i];
    inst->kind = kind;
    inst->closure = closure;
    activate(inst, NULL);
    if (closure && closure->activation)
        inst->activation = closure->activation;
    instance_enqueue(check, inst);
    return inst;
}

const Type *instance_result(Frame *frame, Inst *inst) { return cell_read(frame->check, &inst->result, frame->inst); }

// ---- closures ------------------------------------------------------------------------------------------------------

static unsigned greater(unsigned a, unsigned b) { return a > b ? a : b; }

// How often closures of `template` stand within each other in a value of this type.
static unsigned nested_depth(const Type *type, const Template *template) {
    unsigned depth = 0;
    if (type->has_knot)
        return 0;
    switch (type->kind) {
    case TYPE_LIST:
        return nested_depth(type->element, template);
    case TYPE_MAP:
        return greater(nested_depth(type->map.key, template),
                       type->map.value ? nested_depth(type->map.value, template) : 0);
    case TYPE_RECORD:
        for (size_t i = 0; i < type->record.count; i++)
            depth = greater(depth, nested_depth(type->record.fields[i].type, template));
        return depth;
    case TYPE_UNION:
        for (size_t i = 0; i < type->members.count; i++)
            depth = greater(depth, nested_depth(type->members.types[i], template));
        return depth;
    case TYPE_FUNCTION:
        for (size_t i = 0; i < type->function.count; i++) {
            const ClosureInfo *closure = (const ClosureInfo *)type->function.closures[i];
            unsigned within = 0;
            for (size_t k = 0; k < closure->closure.capture_count; k++)
                within = greater(within, nested_depth(closure->closure.captures[k].type, template));
            depth = greater(depth, within + (closure->template == template));
        }
        return depth;
    default:
        return 0;
    }
}

static bool same_captures(const ClosureInfo *closure, const TypeField *captures, size_t count) {
    if (closure->closure.capture_count != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (closure->closure.captures[i].name != captures[i].name ||
            !type_equal(closure->closure.captures[i].type, captures[i].type))
            return false;
    return true;
}

ClosureInfo *closure_intern(Frame *frame, Template *template, const TypeField *captures, size_t count, Span span) {
    Check *check = frame->check;
    Activation *activation = frame->inst->activation;
    if (activation && !template_in_group(template, activation->group))
        activation = NULL;
    for (size_t i = 0; i < template->closures.len; i++)
        if (template->closures.data[i]->activation == activation &&
            same_captures(template->closures.data[i], captures, count))
            return template->closures.data[i];
    unsigned depth = 1;
    for (size_t i = 0; i < count; i++)
        depth = greater(depth, 1 + nested_depth(captures[i].type, template));
    if (depth > MAX_CLOSURE_DEPTH || template->closures.len >= MAX_INSTANCES) {
        Diag *diag = report_now(check, DIAG_CLOSURE_DEPTH, span,
                                "function values stand within each other more than %d deep", (int)MAX_CLOSURE_DEPTH);
        if (diag)
            note_chain(diag, frame->inst);
        return NULL;
    }
    ClosureInfo *closure = mem_new(ClosureInfo);
    closure->closure.id = (uint32_t)check->closures.len;
    closure->closure.name = template->kind == TEMPLATE_LAMBDA ? NULL : template->name;
    closure->closure.span = template->span;
    closure->closure.captures = mem_alloc(sizeof(TypeField) * (count + 1));
    if (count > 0)
        memcpy(closure->closure.captures, captures, sizeof(TypeField) * count);
    closure->closure.capture_count = count;
    closure->closure.origin = template;
    closure->template = template;
    closure->activation = activation;
    vec_push(&template->closures, closure);
    vec_push(&check->closures, closure);
    return closure;
}

// ---- the fixed point and the last walk -----------------------------------------------------------------------------

void instance_enqueue(Check *check, Inst *inst) {
    if (inst->queued || check->reporting)
        return;
    inst->queued = true;
    vec_push(&check->queue, inst);
}

void instances_run(Check *check) {
    while (check->queue_head < check->queue.len) {
        Inst *inst = check->queue.data[check->queue_head++];
        inst->queued = false;
        body_evaluate(check, inst);
    }
    check->queue.len = check->queue_head = 0;
}

void instance_reach(Check *check, Inst *inst) {
    if (inst->walked)
        return;
    inst->walked = true;
    vec_push(&check->walked, inst);
}

void instances_walk(Check *check, Inst *root) {
    size_t at = check->walked.len;
    instance_reach(check, root);
    for (; at < check->walked.len; at++)
        body_evaluate(check, check->walked.data[at]);
}
