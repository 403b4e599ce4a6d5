// The loop of a handler process: receives what fits the handler's last parameter, calls it, goes on with its result as
// the new state.
#include <string.h>

#include "compiler/semantic/check.h"

// ---- narrowing a value that a test has let through -----------------------------------------------------------------

static Tree *narrow(Frame *frame, Tree *value, const Type *wanted);

static Tree *narrow_record(Frame *frame, Tree *value, const Type *wanted) {
    const Type *type = type_resolve(value->type);
    size_t count = type->record.count;
    TypeField *fields = mem_alloc(sizeof(TypeField) * (count + 1));
    Tree *tree = tree_new(TREE_RECORD, NULL, value->span);
    tree->record.values = mem_alloc(sizeof(Tree *) * (count + 1));
    for (size_t i = 0; i < count; i++) {
        const TypeField *field = &type->record.fields[i];
        const Type *asked = type_field(wanted, field->name);
        Tree *part = tree_field(value, field->name, field->type, value->span);
        tree->record.values[i] = asked ? narrow(frame, part, asked) : part;
        fields[i] = (TypeField){field->name, tree->record.values[i]->type};
    }
    tree->type = type_record(fields, count);
    return tree;
}

static Tree *narrow_literal(Tree *value, const Type *wanted) {
    Tree *tree = tree_new(TREE_CONSTANT, wanted, value->span);
    if (wanted->kind == TYPE_LITERAL_STRING)
        tree->constant.text = wanted->literal.text;
    else
        tree->constant.integer = wanted->literal.integer;
    return tree;
}

static void add_narrow_arm(Frame *frame, TreeArmVec *arms, TreeVec *bodies, const Type *over, const Type *member,
                           const Type *wanted, Span span) {
    TreePattern *pattern = pattern_of_type(frame, wanted, member, span);
    if (!pattern)
        return;
    Local *local = local_new(frame, NULL, member);
    TreePattern *bound = pattern_bind(local, member, pattern, span);
    if (type_resolve(over)->kind == TYPE_UNION) {
        TreePattern *members = pattern_new(TREE_PATTERN_MEMBERS, over, span);
        members->members.entries = mem_alloc(sizeof(TreeMemberPattern));
        members->members.entries[0] = (TreeMemberPattern){member, bound};
        members->members.count = 1;
        bound = members;
    }
    vec_push(arms, (TreeArm){.pattern = bound, .span = span});
    vec_push(bodies, narrow(frame, tree_local(local, span), wanted));
}

// One arm for each way to be one of the wanted members.
static Tree *narrow_choice(Frame *frame, Tree *value, const Type *wanted) {
    TreeArmVec arms = {0};
    TreeVec bodies = {0};
    for (size_t i = 0; i < type_member_count(value->type); i++)
        for (size_t k = 0; k < type_member_count(wanted); k++)
            add_narrow_arm(frame, &arms, &bodies, value->type, type_member(value->type, i), type_member(wanted, k),
                           value->span);
    Tree *tree = tree_new(TREE_MATCH, join_trees(frame, bodies.data, bodies.len), value->span);
    for (size_t i = 0; i < arms.len; i++)
        arms.data[i].body = bodies.data[i];
    tree->match.value = value;
    tree->match.arms = arms.data;
    tree->match.count = arms.len;
    tree->match.total = true;
    tree->match.what = "receive";
    return tree;
}

// A value known to be of the wanted type, as one.
static Tree *narrow(Frame *frame, Tree *value, const Type *wanted) {
    const Type *type = type_resolve(value->type), *asked = type_resolve(wanted);
    if (type_fits(type, asked))
        return value;
    if (type->kind == TYPE_UNION || asked->kind == TYPE_UNION)
        return narrow_choice(frame, value, asked);
    if (type->kind == TYPE_RECORD && asked->kind == TYPE_RECORD)
        return narrow_record(frame, value, asked);
    return narrow_literal(value, asked);
}

// ---- the loop ------------------------------------------------------------------------------------------------------

// False after an error.
static bool is_state(Frame *frame, const Type *result) {
    const Template *target = frame->inst->template->target;
    if (type_resolve(result)->kind != TYPE_UNION || !type_fits(type_nil, result))
        return result->kind != TYPE_NIL && result->kind != TYPE_NEVER;
    Span span = target ? target->span : frame->inst->call_span;
    Diag *diag = report(frame, DIAG_HANDLER_RESULT, span, "this handler gives a new state in some branches only");
    REPORT_PRIMARY(diag, "its result is `%s`", type_words(result));
    REPORT_HELP(diag, "give the state in every branch, or `nil` in every branch");
    return false;
}

// Goes on with the arguments, the last replaced by the handler's result if that is a state.
static Tree *go_on(Frame *frame, Tree *result, size_t first, Span span) {
    Inst *inst = frame->inst;
    size_t count = inst->instance.parameter_count;
    bool has_state = is_state(frame, result->type) && count > first;
    Local *local = local_new(frame, NULL, result->type);
    Tree **statements = mem_alloc(sizeof(Tree *));
    statements[0] = tree_let(has_state ? local : NULL, result, span);
    if (result->type->kind == TYPE_NEVER)
        return result;
    Tree *again = tree_new(TREE_CALL, type_never, span);
    again->call.instance = &inst->instance;
    again->call.count = count;
    again->call.arguments = mem_alloc(sizeof(Tree *) * (count + 1));
    for (size_t i = 0; i < count; i++)
        again->call.arguments[i] = tree_local(inst->instance.parameters[i], span);
    if (has_state) {
        if (cell_grow(frame->check, &inst->params[count - 1], result->type))
            instance_enqueue(frame->check, inst);
        again->call.arguments[count - 1] = convert(frame, tree_local(local, span), inst->params[count - 1].type);
    }
    return tree_block(statements, 1, again, span);
}

static Tree *call_handler(Frame *frame, Tree *message, size_t first, Span span) {
    const Inst *inst = frame->inst;
    size_t count = inst->instance.parameter_count - first;
    Tree **arguments = mem_alloc(sizeof(Tree *) * (count + 1));
    for (size_t i = 0; i < count; i++)
        arguments[i] = tree_local(inst->instance.parameters[first + i], span);
    arguments[count] = message;
    if (inst->template->target)
        return call_template(frame, inst->template->target, NULL, arguments, count + 1, NULL, span, span);
    return call_value(frame, tree_local(inst->instance.parameters[0], span), arguments, count + 1, NULL, span);
}

Tree *handler_body(Frame *frame) {
    KindInfo *kind = frame->kind;
    Span span = frame->inst->call_span;
    size_t first = frame->inst->template->target ? 0 : 1;
    Tree *tree = tree_new(TREE_RECEIVE, type_never, span);
    const Type *sent = cell_read(frame->check, &kind_root(kind)->sent, frame->inst);
    TreePattern *pattern = sent->kind == TYPE_NEVER ? NULL : pattern_of_type(frame, kind->handles, sent, span);
    tree->receive.message = sent;
    tree->receive.arms = mem_new(TreeArm);
    tree->receive.count = 1;
    Local *local = local_new(frame, name_of("message"), pattern ? pattern_matched(pattern) : kind->handles);
    Tree *message = pattern ? narrow(frame, tree_local(local, span), kind->handles) : tree_local(local, span);
    Tree *result = call_handler(frame, message, first, span);
    tree->receive.arms[0].span = span;
    tree->receive.arms[0].body = go_on(frame, result, first, span);
    tree->receive.arms[0].pattern =
        pattern ? pattern_bind_matched(pattern, local) : pattern_new(TREE_PATTERN_FAIL, sent, span);
    return tree;
}
