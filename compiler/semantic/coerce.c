// Values used as another type: the conversion in the tree, and what it means for the pids within (a pid used as
// `pid<any>`, or as `pid<M>`).
#include "compiler/semantic/check.h"

// ---- flow of pids --------------------------------------------------------------------------------------------------

static void flow_pid(Frame *frame, const Type *from, const Type *to, Span span) {
    Check *check = frame->check;
    if (!to->pid.any && !to->pid.message)
        return;
    KindInfo *target = to->pid.any ? check->any : kind_of_message(check, to->pid.message);
    if (from->pid.any || from->pid.message) {
        kind_unify(check, from->pid.any ? check->any : kind_of_message(check, from->pid.message), target);
        return;
    }
    for (size_t i = 0; i < from->pid.count; i++) {
        KindInfo *kind = (KindInfo *)from->pid.kinds[i];
        if (to->pid.any) {
            kind_becomes_any(check, kind);
            continue;
        }
        kind_unify(check, kind, target);
        kind_send(check, kind, to->pid.message);
        for (size_t k = 0; k < type_member_count(to->pid.message); k++)
            check_accepts(frame, kind, type_member(to->pid.message, k), span, span, "this pid's type promises that");
    }
}

// Closures used as a function type that says what it takes and gives.
static void flow_function(Frame *frame, const Type *from, const Type *to, Span span) {
    if (!to->function.result)
        return;
    for (size_t i = 0; i < from->function.count; i++) {
        ClosureInfo *closure = (ClosureInfo *)from->function.closures[i];
        size_t count = to->function.parameter_count;
        if (closure->template->param_count != count) {
            report(frame, DIAG_TYPE_MISMATCH, span, "expected a function of %zu parameter%s, this one takes %zu", count,
                   count == 1 ? "" : "s", closure->template->param_count);
            continue;
        }
        Inst *inst = instance_for_call(frame, closure->template, closure, to->function.parameters, count, span);
        const Type *result = inst ? instance_result(frame, inst) : type_never;
        if (!type_fits(result, to->function.result))
            report(frame, DIAG_TYPE_MISMATCH, span, "expected a function that gives `%s`, this one gives `%s`",
                   type_words(to->function.result), type_words(result));
    }
}

static void flow_nested(Frame *frame, const Type *from, const Type *to, Span span, unsigned depth);

static void flow_single(Frame *frame, const Type *from, const Type *to, Span span, unsigned depth) {
    switch (from->kind) {
    case TYPE_PID:
        flow_pid(frame, from, to, span);
        break;
    case TYPE_FUNCTION:
        flow_function(frame, from, to, span);
        break;
    case TYPE_LIST:
        flow_nested(frame, from->element, to->element, span, depth);
        break;
    case TYPE_MAP:
        flow_nested(frame, from->map.key, to->map.key, span, depth);
        if (from->map.value)
            flow_nested(frame, from->map.value, to->map.value, span, depth);
        break;
    case TYPE_RECORD:
        for (size_t i = 0; i < to->record.count; i++) {
            const Type *field = type_field(from, to->record.fields[i].name);
            if (field)
                flow_nested(frame, field, to->record.fields[i].type, span, depth);
        }
        break;
    default:
        break;
    }
}

enum { FLOW_DEPTH = 16 }; // recursive types: their pids repeat long before

static void flow_nested(Frame *frame, const Type *from, const Type *to, Span span, unsigned depth) {
    from = type_resolve(from);
    to = type_resolve(to);
    if (from == to || depth > FLOW_DEPTH)
        return;
    for (size_t i = 0; i < type_member_count(from); i++) {
        const Type *member = type_resolve(type_member(from, i));
        const Type *target = type_best_member(member, to);
        if (target && target->kind == member->kind)
            flow_single(frame, member, type_resolve(target), span, depth + 1);
    }
}

void flow(Frame *frame, const Type *from, const Type *to, Span span) { flow_nested(frame, from, to, span, 0); }

// ---- conversion ----------------------------------------------------------------------------------------------------

static bool is_base_of(const Type *base, const Type *literal) {
    return (literal->kind == TYPE_LITERAL_INT && base->kind == TYPE_INT) ||
           (literal->kind == TYPE_LITERAL_BOOL && base->kind == TYPE_BOOL) ||
           (literal->kind == TYPE_LITERAL_STRING && base->kind == TYPE_STRING);
}

static Tree *with_type(const Tree *tree, const Type *type) {
    Tree *copy = mem_new(Tree);
    *copy = *tree;
    copy->type = type;
    return copy;
}

static Tree *coerce_record(Frame *frame, Tree *tree, const Type *type) {
    Tree *copy = with_type(tree, type);
    copy->record.values = mem_alloc(sizeof(Tree *) * (type->record.count + 1));
    for (size_t i = 0; i < type->record.count; i++)
        copy->record.values[i] = convert(frame, tree->record.values[i], type->record.fields[i].type);
    return copy;
}

static Tree *coerce_list(Frame *frame, Tree *tree, const Type *type) {
    Tree *copy = with_type(tree, type);
    copy->list.elements = mem_alloc(sizeof(Tree *) * (tree->list.count + 1));
    for (size_t i = 0; i < tree->list.count; i++)
        copy->list.elements[i] = convert(frame, tree->list.elements[i], type_resolve(type)->element);
    return copy;
}

static TreeArm *coerce_arms(Frame *frame, const TreeArm *arms, size_t count, const Type *type) {
    TreeArm *copy = mem_alloc(sizeof(TreeArm) * (count + 1));
    for (size_t i = 0; i < count; i++) {
        copy[i] = arms[i];
        copy[i].body = convert(frame, arms[i].body, type);
    }
    return copy;
}

// The conversion goes into the branches: a call at their end stays a tail call. NULL for trees without branches.
static Tree *coerce_branches(Frame *frame, Tree *tree, const Type *type) {
    Tree *copy = with_type(tree, type);
    switch (tree->kind) {
    case TREE_BLOCK:
        copy->block.result = convert(frame, tree->block.result ? tree->block.result : tree_nil(tree->span), type);
        return copy;
    case TREE_IF:
        copy->if_.then = convert(frame, tree->if_.then, type);
        copy->if_.otherwise = convert(frame, tree->if_.otherwise ? tree->if_.otherwise : tree_nil(tree->span), type);
        return copy;
    case TREE_MATCH:
        copy->match.arms = coerce_arms(frame, tree->match.arms, tree->match.count, type);
        return copy;
    case TREE_RECEIVE:
        copy->receive.arms = coerce_arms(frame, tree->receive.arms, tree->receive.count, type);
        copy->receive.after = tree->receive.after ? convert(frame, tree->receive.after, type) : NULL;
        return copy;
    default:
        return NULL;
    }
}

Tree *convert(Frame *frame, Tree *tree, const Type *type) {
    const Type *from = type_resolve(tree->type), *to = type_resolve(type);
    if (tree->type == type || from->kind == TYPE_NEVER || to->kind == TYPE_NEVER)
        return tree;
    if (type_equal(from, to) || !type_fits(from, to))
        return tree;
    if (tree->kind == TREE_CONSTANT && is_base_of(to, from))
        return with_type(tree, to);
    if (tree->kind == TREE_RECORD && to->kind == TYPE_RECORD && from->record.shape == to->record.shape)
        return coerce_record(frame, tree, to);
    if (tree->kind == TREE_LIST && to->kind == TYPE_LIST)
        return coerce_list(frame, tree, type);
    Tree *branches = coerce_branches(frame, tree, type);
    if (branches)
        return branches;
    flow(frame, from, to, tree->span);
    if (tree->kind == TREE_COERCE)
        return convert(frame, tree->operand, type);
    Tree *made = tree_new(TREE_COERCE, type, tree->span);
    made->operand = tree;
    return made;
}

// ---- fitting -------------------------------------------------------------------------------------------------------

Tree *as_declared(Frame *frame, Tree *tree, const Type *expected) {
    if (expected->kind == TYPE_NEVER)
        return tree;
    if (type_fits(tree->type, expected))
        return convert(frame, tree, merge_bound(expected, tree->type));
    Tree *made = tree_new(TREE_COERCE, expected, tree->span); // reported: goes on with what was meant
    made->operand = tree;
    return made;
}

// Of a block the last expression: that is what gives the value.
static const Tree *value_of(const Tree *tree) {
    while (tree->kind == TREE_BLOCK && tree->block.result && tree->block.result->span.file)
        tree = tree->block.result;
    return tree;
}

bool check_fits(Frame *frame, const Tree *tree, const Type *expected, const Expr *expr, Span because,
                const char *label) {
    if (expected->kind == TYPE_NEVER)
        return true;
    if (type_fits(tree->type, expected)) {
        size_t errors = frame->check->diags->error_count;
        if (tree->type != expected && type_has_function(expected))
            flow(frame, tree->type, expected, tree->span); // a closure keeps its type: does it do what is asked?
        return frame->check->diags->error_count == errors;
    }
    tree = value_of(tree);
    Diag *diag = report(frame, DIAG_TYPE_MISMATCH, tree->span, "expected `%s`, found `%s`", type_words(expected),
                        type_words(tree->type));
    REPORT_PRIMARY(diag, "this is `%s`", type_words(tree->type));
    if (because.file)
        REPORT_LABEL(diag, because, "%s", label);
    explain_mismatch(diag, tree, tree->type, expected);
    report_origin(diag, frame, expr);
    report_instance(diag, frame);
    return false;
}
