// Expressions: literals, names, records, lists, fields, `with`, lambdas. Operators, calls, control and processes have files of their own.
#include <string.h>

#include "compiler/semantic/check.h"

// ---- literals ------------------------------------------------------------------------------------------------------

static Tree *eval_literal(const Expr *expr, const Type *expected) {
    const Literal *literal = &expr->literal;
    Tree *tree = tree_nil(expr->span);
    switch (literal->kind) {
    case LITERAL_INT:
        if (wants_float(expected)) {
            tree->type = type_float;
            tree->constant.real = (double)literal->integer;
            break;
        }
        tree->type = type_literal_int(literal->integer);
        tree->constant.integer = literal->integer;
        break;
    case LITERAL_FLOAT:
        tree->type = type_float;
        tree->constant.real = literal->number;
        break;
    case LITERAL_STRING:
        tree->constant.text = name_of_bytes(literal->string.data, literal->string.len);
        tree->type = type_literal_string(tree->constant.text);
        break;
    case LITERAL_BOOL:
        tree->type = type_literal_bool(literal->boolean);
        tree->constant.integer = literal->boolean;
        break;
    case LITERAL_NIL:
        break;
    }
    return tree;
}

Tree *text_of_tree(Tree *tree) {
    const Type *type = type_resolve(tree->type);
    if (type->kind == TYPE_STRING || type->kind == TYPE_NEVER)
        return tree;
    Tree *text = tree_new(TREE_TEXT, type_string, tree->span);
    text->operand = tree;
    return text;
}

static void add_parts(TreeVec *parts, Tree *tree) {
    if (tree->kind != TREE_CONCAT) {
        vec_push(parts, text_of_tree(tree));
        return;
    }
    for (size_t i = 0; i < tree->list.count; i++)
        vec_push(parts, tree->list.elements[i]);
}

static Tree *concat(const TreeVec *parts, Span span) {
    Tree *tree = tree_new(TREE_CONCAT, type_string, span);
    tree->list.elements = parts->data;
    tree->list.count = parts->len;
    return tree;
}

Tree *concat_trees(Tree *left, Tree *right, Span span) {
    TreeVec parts = {0};
    add_parts(&parts, left);
    vec_push(&parts, text_of_tree(right));
    return concat(&parts, span);
}

static Tree *eval_interpolate(Frame *frame, Expr *expr) {
    TreeVec parts = {0};
    for (size_t i = 0; i < expr->parts.len; i++) {
        Tree *part = eval(frame, expr->parts.data[i], NULL);
        vec_push(&parts, part->type->kind == TYPE_LITERAL_STRING ? convert(frame, part, type_string) : text_of_tree(part));
    }
    Tree *never = tree_never_of(parts.data, parts.len, expr->span);
    return never ? never : concat(&parts, expr->span);
}

// ---- names ---------------------------------------------------------------------------------------------------------

static bool is_evaluating(const Frame *frame, const ConstantDecl *constant) {
    for (size_t i = 0; i < frame->constants.len; i++)
        if (frame->constants.data[i] == constant)
            return true;
    return false;
}

// A constant is evaluated where it is used, seeing nothing but its module.
static Tree *eval_constant(Frame *frame, ModuleInfo *module, ConstantDecl *constant, Span span) {
    if (is_evaluating(frame, constant)) {
        report(frame, DIAG_RECURSIVE_CONSTANT, constant->name_span, "constant `%s` is made of itself", name_text(constant->name));
        return tree_never(span);
    }
    vec_push(&frame->constants, constant);
    Binding *scope = frame->scope;
    ModuleInfo *outer = frame->module;
    Name binding = frame->binding;
    frame->scope = NULL;
    frame->module = module;
    frame->binding = constant->name;
    const Type *expected = constant->type ? annotation_type(frame->check, module, constant->type) : NULL;
    Tree *tree = eval(frame, constant->value, expected);
    if (expected)
        check_fits(frame, tree, expected, constant->value, constant->type->span, "declared here");
    tree = expected ? as_declared(frame, tree, expected) : convert(frame, tree, widen_tree(tree));
    frame->scope = scope;
    frame->module = outer;
    frame->binding = binding;
    frame->constants.len--;
    return tree;
}

Tree *closure_of_template(Frame *frame, Template *template, Span span) {
    ClosureInfo *closure = closure_intern(frame, template, NULL, 0, span);
    if (!closure)
        return tree_never(span);
    Closure *closures[] = {&closure->closure};
    Tree *tree = tree_new(TREE_CLOSURE, type_function_of(closures, 1), span);
    tree->closure.closure = &closure->closure;
    return tree;
}

static Tree *eval_special_as_value(Frame *frame, const Expr *expr) {
    report(frame, DIAG_NOT_A_VALUE, expr->span, "`%s` can only be called", name_text(expr->name.name));
    return tree_never(expr->span);
}

Tree *eval_name(Frame *frame, Expr *expr) {
    Named named = resolve_name(frame->check, frame, frame->module, &expr->name);
    switch (named.kind) {
    case NAMED_LOCAL:
        named.binding->used = true;
        for (Binding *origin = named.binding->origin; origin; origin = origin->origin)
            origin->used = true;
        return tree_local(named.binding->local, expr->span);
    case NAMED_FUNCTION:
        return closure_of_template(frame, named.template, expr->span);
    case NAMED_CONSTANT:
        return eval_constant(frame, named.module, named.constant, expr->span);
    case NAMED_BUILTIN:
        return closure_of_template(frame, template_of_builtin(frame->check, named.builtin), expr->span);
    case NAMED_SPECIAL:
        return eval_special_as_value(frame, expr);
    case NAMED_EXTERN:
        report(frame, DIAG_EXTERN, expr->span, "C functions cannot be called yet");
        return tree_never(expr->span);
    default:
        report_unknown_name(frame, expr);
        return tree_never(expr->span);
    }
}

// ---- records -------------------------------------------------------------------------------------------------------

static int compare_names(Name a, Name b) { return name_compare(a, b); }

static const RecordField *written_field(const Expr *expr, Name name) {
    for (size_t i = 0; i < expr->record.fields.len; i++)
        if (expr->record.fields.data[i].name == name)
            return &expr->record.fields.data[i];
    return NULL;
}

// Whether the record as written can become this member: it has the fields, and another literal does not stand where a literal is asked for.
static bool may_become(const Expr *expr, const Type *member) {
    for (size_t i = 0; i < member->record.count; i++) {
        const RecordField *field = written_field(expr, member->record.fields[i].name);
        const Type *asked = type_resolve(member->record.fields[i].type);
        if (!field)
            return false;
        if (asked->kind != TYPE_LITERAL_STRING || field->value->kind != EXPR_LITERAL || field->value->literal.kind != LITERAL_STRING)
            continue;
        if (name_of_bytes(field->value->literal.string.data, field->value->literal.string.len) != asked->literal.text)
            return false;
    }
    return true;
}

// `expr` is the record that the field is written in, or NULL.
static const Type *expected_field(const Expr *expr, const Type *expected, Name name) {
    const Type *found = NULL;
    for (size_t i = 0; expected && i < type_member_count(expected); i++) {
        const Type *member = type_resolve(type_member(expected, i));
        if (expr && type_member_count(expected) > 1 && member->kind == TYPE_RECORD && !may_become(expr, member))
            continue;
        const Type *type = member->kind == TYPE_RECORD ? type_field(member, name) : NULL;
        if (type)
            found = found ? type_join(found, type) : type;
    }
    return found;
}

static Tree *eval_record(Frame *frame, Expr *expr, const Type *expected) {
    size_t count = expr->record.fields.len;
    TypeField *fields = mem_alloc(sizeof(TypeField) * (count + 1));
    Tree **values = mem_alloc(sizeof(Tree *) * (count + 1));
    for (size_t i = 0; i < count; i++) {
        const RecordField *field = &expr->record.fields.data[i];
        values[i] = eval(frame, field->value, expected_field(expr, expected, field->name));
        fields[i] = (TypeField){.name = field->name, .type = values[i]->type};
    }
    Tree *never = tree_never_of(values, count, expr->span);
    if (never)
        return never;
    Tree *tree = tree_new(TREE_RECORD, type_record(fields, count), expr->span);
    tree->record.values = mem_alloc(sizeof(Tree *) * (count + 1));
    uint32_t *order = mem_alloc_data(sizeof(uint32_t) * (count + 1));
    for (size_t i = 0; i < count; i++) {
        uint32_t at = 0;
        for (size_t k = 0; k < count; k++)
            at += compare_names(fields[k].name, fields[i].name) < 0;
        tree->record.values[at] = values[i];
        order[i] = at;
    }
    tree->record.order = order;
    return tree;
}

// ---- lists ---------------------------------------------------------------------------------------------------------

static const Type *expected_element(const Type *expected) {
    for (size_t i = 0; expected && i < type_member_count(expected); i++) {
        const Type *member = type_resolve(type_member(expected, i));
        if (member->kind == TYPE_LIST)
            return member->element;
    }
    return NULL;
}

static bool is_int_literal(const Expr *expr) {
    if (expr->kind == EXPR_UNARY && expr->unary.op == UNARY_NEGATE)
        return is_int_literal(expr->unary.operand);
    return expr->kind == EXPR_LITERAL && expr->literal.kind == LITERAL_INT;
}

static Tree *eval_list(Frame *frame, Expr *expr, const Type *expected) {
    const Type *element = expected_element(expected);
    TreeVec trees = {0};
    bool has_float = false, has_other = false;
    for (size_t i = 0; i < expr->elements.len; i++) {
        Tree *tree = eval(frame, expr->elements.data[i], element);
        bool is_float = type_resolve(tree->type)->kind == TYPE_FLOAT;
        has_float |= is_float;
        has_other |= !is_float && !is_int_literal(expr->elements.data[i]);
        vec_push(&trees, tree);
    }
    for (size_t i = 0; i < trees.len && has_float && !has_other; i++) // among floats an integer literal is a float
        if (is_int_literal(expr->elements.data[i]))
            trees.data[i] = eval(frame, expr->elements.data[i], type_float);
    Tree *never = tree_never_of(trees.data, trees.len, expr->span);
    if (never)
        return never;
    TypeList types = {0};
    for (size_t i = 0; i < trees.len; i++) {
        const Type *type = trees.data[i]->type;
        bool fits = element && type_fits(type, element);
        vec_push(&types, fits ? merge_bound(element, type) : widen_tree(trees.data[i]));
    }
    const Type *joined = type_union(types.data, types.len);
    for (size_t i = 0; i < trees.len; i++)
        trees.data[i] = convert(frame, trees.data[i], joined);
    Tree *tree = tree_new(TREE_LIST, type_list(joined), expr->span);
    tree->list.elements = trees.data;
    tree->list.count = trees.len;
    return tree;
}

static void expect_int(Frame *frame, const Tree *tree, const Expr *expr, const char *what) {
    if (type_fits(tree->type, type_int))
        return;
    Diag *diag = report(frame, DIAG_TYPE_MISMATCH, tree->span, "%s has to be an `int`, found `%s`", what, type_words(tree->type));
    report_origin(diag, frame, expr);
}

static bool expect_list(Frame *frame, const Tree *tree, const Expr *expr) {
    const Type *type = type_resolve(tree->type);
    if (type->kind == TYPE_LIST)
        return true;
    Diag *diag = report(frame, DIAG_NOT_A_LIST, tree->span, "expected a list, found `%s`", type_words(type));
    if (diag && type->kind == TYPE_STRING)
        diag_help(diag, "`text.slice(from, to)` cuts a string, by code points");
    report_origin(diag, frame, expr);
    report_instance(diag, frame);
    return false;
}

static Tree *eval_index(Frame *frame, Expr *expr) {
    Tree *values[] = {eval(frame, expr->index.value, NULL), eval(frame, expr->index.index, NULL)};
    Tree *never = tree_never_of(values, 2, expr->span);
    if (never)
        return never;
    if (!expect_list(frame, values[0], expr->index.value))
        return tree_never(expr->span);
    expect_int(frame, values[1], expr->index.index, "an index");
    Tree *tree = tree_new(TREE_INDEX, type_resolve(values[0]->type)->element, expr->span);
    tree->index.list = values[0];
    tree->index.position = convert(frame, values[1], type_int);
    return tree;
}

static Tree *eval_bound(Frame *frame, Expr *expr) {
    Tree *tree = eval(frame, expr, NULL);
    expect_int(frame, tree, expr, "a bound");
    return convert(frame, tree, type_int);
}

static Tree *eval_slice(Frame *frame, Expr *expr) {
    Tree *list = eval(frame, expr->slice.value, NULL);
    if (list->type->kind == TYPE_NEVER)
        return list;
    if (!expect_list(frame, list, expr->slice.value))
        return tree_never(expr->span);
    Tree *tree = tree_new(TREE_SLICE, list->type, expr->span);
    tree->slice.list = list;
    tree->slice.from = expr->slice.from ? eval_bound(frame, expr->slice.from) : NULL;
    tree->slice.to = expr->slice.to ? eval_bound(frame, expr->slice.to) : NULL;
    return tree;
}

// ---- fields --------------------------------------------------------------------------------------------------------

// The annotation through which a body sees what `expr` reads: a parameter's, or a field's within it. NULL: all is seen.
static const Type *view_of(Frame *frame, const Expr *expr) {
    if (expr->kind == EXPR_NAME && !expr->name.module) {
        const Binding *binding = scope_find(frame, expr->name.name);
        return binding ? binding->view : NULL;
    }
    if (expr->kind != EXPR_FIELD)
        return NULL;
    const Type *view = view_of(frame, expr->field.receiver);
    return view ? expected_field(NULL, view, expr->field.name) : NULL;
}

static bool hides_field(Frame *frame, const Expr *receiver, Name name) {
    const Type *view = receiver ? view_of(frame, receiver) : NULL;
    if (!view)
        return false;
    view = type_resolve(view);
    for (size_t i = 0; i < type_member_count(view); i++) {
        const Type *member = type_resolve(type_member(view, i));
        if (member->kind == TYPE_RECORD && !type_field(member, name))
            return true;
    }
    return false;
}

static void offer_fields(Suggestion *near, const Type *type) {
    for (size_t i = 0; i < type_member_count(type); i++) {
        const Type *member = type_resolve(type_member(type, i));
        for (size_t k = 0; member->kind == TYPE_RECORD && k < member->record.count; k++)
            suggest_offer(near, member->record.fields[k].name);
    }
}

static Tree *no_field(Frame *frame, const Tree *record, const Type *lacking, Name name, Span name_span, const Expr *expr) {
    const Type *type = type_resolve(record->type);
    Suggestion near = suggest_start(name);
    offer_fields(&near, type);
    Diag *diag;
    if (type->kind == TYPE_UNION) {
        diag = report(frame, DIAG_NO_FIELD, name_span, "not every variant has a field `%s`", name_text(name));
        REPORT_NOTE(diag, "`%s` lacks it", type_words(lacking));
        REPORT_HELP(diag, "take the union apart with `match`, or test it with `is`");
    } else {
        diag = report(frame, DIAG_NO_FIELD, name_span, "`%s` has no field `%s`", type_words(type), name_text(name));
        report_near(diag, &near);
    }
    report_origin(diag, frame, expr);
    report_instance(diag, frame);
    return tree_never(name_span);
}

static Tree *length_of(Tree *value, Span span) {
    Tree *tree = tree_new(TREE_LENGTH, type_int, span);
    tree->operand = value;
    return tree;
}

static bool has_length(const Type *type) {
    return type->kind == TYPE_LIST || type_fits(type, type_string);
}

Tree *field_of(Frame *frame, Tree *record, Name name, Span name_span, Span span, const Expr *expr) {
    const Type *type = type_resolve(record->type);
    if (type->kind == TYPE_NEVER)
        return record;
    if (has_length(type) && strcmp(name->text, "length") == 0)
        return length_of(type->kind == TYPE_LIST ? record : convert(frame, record, type_string), span);
    if (hides_field(frame, expr, name)) {
        Diag *diag = report(frame, DIAG_HIDDEN_FIELD, name_span, "the parameter's type has no field `%s`", name_text(name));
        report_origin(diag, frame, expr);
        REPORT_HELP(diag, "add the field to the annotation: the body sees only what it names");
        return tree_never(span);
    }
    TypeList types = {0};
    for (size_t i = 0; i < type_member_count(type); i++) {
        const Type *member = type_resolve(type_member(type, i));
        const Type *field = member->kind == TYPE_RECORD ? type_field(member, name) : NULL;
        if (!field)
            return no_field(frame, record, member, name, name_span, expr);
        vec_push(&types, field);
    }
    return tree_field(record, name, type_union(types.data, types.len), span);
}

Tree *eval_field(Frame *frame, Expr *expr) {
    Tree *record = eval(frame, expr->field.receiver, NULL);
    return field_of(frame, record, expr->field.name, expr->field.name_span, expr->span, expr->field.receiver);
}

// ---- with ----------------------------------------------------------------------------------------------------------

typedef struct Update {
    const WithUpdate *ast;
    size_t step; // of its path that is looked at
    Tree *value;
} Update;
typedef VEC(Update) UpdateVec;

static Tree *with_updates(Frame *frame, Tree *record, const UpdateVec *updates, Span span);

// The updates that begin with the same name as the one at `from`, one step further.
static UpdateVec deeper(const UpdateVec *updates, size_t from) {
    UpdateVec inner = {0};
    const Update *first = &updates->data[from];
    Name name = first->ast->path.data[first->step].name;
    for (size_t i = from; i < updates->len; i++) {
        const Update *update = &updates->data[i];
        if (update->ast->path.data[update->step].name == name && update->step + 1 < update->ast->path.len)
            vec_push(&inner, (Update){.ast = update->ast, .step = update->step + 1, .value = update->value});
    }
    return inner;
}

static const Update *update_of(const UpdateVec *updates, Name name, size_t before) {
    for (size_t i = 0; i < before; i++)
        if (updates->data[i].ast->path.data[updates->data[i].step].name == name)
            return &updates->data[i];
    return NULL;
}

static Tree *updated_value(Frame *frame, Tree *record, const UpdateVec *updates, size_t at) {
    const Update *update = &updates->data[at];
    if (update->step + 1 == update->ast->path.len)
        return update->value;
    const WithPathStep *step = &update->ast->path.data[update->step];
    UpdateVec inner = deeper(updates, at);
    Tree *field = field_of(frame, record, step->name, step->span, step->span, NULL);
    return with_updates(frame, field, &inner, update->ast->span);
}

static Tree *with_record(Frame *frame, Tree *record, const UpdateVec *updates, Span span) {
    const Type *type = type_resolve(record->type);
    VEC(TypeField) changed = {0}, all = {0};
    TreeVec values = {0};
    for (size_t i = 0; i < updates->len; i++) {
        Name name = updates->data[i].ast->path.data[updates->data[i].step].name;
        if (update_of(updates, name, i))
            continue; // goes with the first of that name
        Tree *value = updated_value(frame, record, updates, i);
        if (value->type->kind == TYPE_NEVER)
            return value;
        vec_push(&values, value);
        vec_push(&changed, (TypeField){.name = name, .type = value->type});
        vec_push(&all, (TypeField){.name = name, .type = value->type});
    }
    for (size_t i = 0; i < type->record.count; i++)
        if (!update_of(updates, type->record.fields[i].name, updates->len))
            vec_push(&all, type->record.fields[i]);
    Tree *tree = tree_new(TREE_WITH, type_record(all.data, all.len), span);
    tree->with.record = record;
    tree->with.updates = changed.data;
    tree->with.values = values.data;
    tree->with.count = values.len;
    return tree;
}

// Every variant gets the new fields.
static Tree *with_union(Frame *frame, Tree *record, const UpdateVec *updates, Span span) {
    const Type *type = type_resolve(record->type);
    TreeArmVec arms = {0};
    TreeVec bodies = {0};
    for (size_t i = 0; i < type->members.count; i++) {
        const Type *member = type->members.types[i];
        Local *local = local_new(frame, NULL, member);
        TreePattern *pattern = pattern_new(TREE_PATTERN_MEMBERS, type, span);
        pattern->members.entries = mem_alloc(sizeof(TreeMemberPattern));
        pattern->members.entries[0] = (TreeMemberPattern){member, pattern_bind(local, member, NULL, span)};
        pattern->members.count = 1;
        vec_push(&arms, (TreeArm){.pattern = pattern, .span = span});
        vec_push(&bodies, with_updates(frame, tree_local(local, span), updates, span));
    }
    Tree *tree = tree_new(TREE_MATCH, join_trees(frame, bodies.data, bodies.len), span);
    for (size_t i = 0; i < arms.len; i++)
        arms.data[i].body = bodies.data[i];
    tree->match.value = record;
    tree->match.arms = arms.data;
    tree->match.count = arms.len;
    tree->match.total = true;
    tree->match.what = "with";
    return tree;
}

static Tree *with_updates(Frame *frame, Tree *record, const UpdateVec *updates, Span span) {
    const Type *type = type_resolve(record->type);
    if (type->kind == TYPE_NEVER)
        return record;
    for (size_t i = 0; i < type_member_count(type); i++) {
        const Type *member = type_resolve(type_member(type, i));
        if (member->kind == TYPE_RECORD)
            continue;
        Diag *diag = report(frame, DIAG_TYPE_MISMATCH, record->span, "`with` needs a record, found `%s`", type_words(type));
        if (type->kind == TYPE_UNION)
            REPORT_NOTE(diag, "`%s` is no record", type_words(member));
        report_instance(diag, frame);
        return tree_never(span);
    }
    return type->kind == TYPE_UNION ? with_union(frame, record, updates, span) : with_record(frame, record, updates, span);
}

Tree *eval_with(Frame *frame, Expr *expr) {
    Tree *record = eval(frame, expr->with.record, NULL);
    if (record->type->kind == TYPE_NEVER)
        return record;
    TreeVec lets = {0};
    UpdateVec updates = {0};
    Tree *base = record;
    if (record->kind != TREE_LOCAL) {
        Local *local = local_new(frame, NULL, record->type);
        vec_push(&lets, tree_let(local, record, record->span));
        base = tree_local(local, record->span);
    }
    for (size_t i = 0; i < expr->with.updates.len; i++) {
        const WithUpdate *update = &expr->with.updates.data[i];
        Tree *value = eval(frame, update->value, NULL);
        if (value->type->kind == TYPE_NEVER)
            return value;
        vec_push(&updates, (Update){.ast = update, .value = value});
    }
    Tree *made = with_updates(frame, base, &updates, expr->span);
    return lets.len ? tree_block(lets.data, lets.len, made, expr->span) : made;
}

// ---- lambdas -------------------------------------------------------------------------------------------------------

Tree *eval_lambda(Frame *frame, Expr *expr) {
    Check *check = frame->check;
    Template *template = template_of_syntax(check, TEMPLATE_LAMBDA, frame->module, expr);
    template->uses_process |= template_uses_process(check, template);
    VEC(TypeField) captures = {0};
    TreeVec values = {0};
    for (size_t i = 0; i < template->free_names.len; i++) {
        Binding *binding = scope_find(frame, template->free_names.data[i]);
        if (!binding)
            continue;
        for (Binding *origin = binding; origin; origin = origin->origin)
            origin->used = true;
        vec_push(&values, tree_local(binding->local, expr->span));
        vec_push(&captures, (TypeField){.name = binding->name, .type = binding->local->type});
    }
    ClosureInfo *closure = closure_intern(frame, template, captures.data, captures.len, expr->span);
    if (!closure)
        return tree_never(expr->span);
    Closure *closures[] = {&closure->closure};
    Tree *tree = tree_new(TREE_CLOSURE, type_function_of(closures, 1), expr->span);
    tree->closure.closure = &closure->closure;
    tree->closure.captures = values.data;
    tree->closure.count = values.len;
    return tree;
}

// ---- the dispatch --------------------------------------------------------------------------------------------------

static Tree *eval_is(Frame *frame, Expr *expr) {
    Binding *scope = frame->scope;
    Tree *tree = eval_condition(frame, expr);
    frame->scope = scope;
    return tree;
}

static Tree *eval_early_return(Frame *frame, Expr *expr) {
    Expr *value = expr->early_return.value;
    if (frame->in_defer)
        report(frame, DIAG_RETURN_IN_DEFER, expr->span, "`early_return` cannot leave a `defer`");
    Tree *tree = value ? eval(frame, value, NULL) : tree_nil(expr->span);
    if (tree->type->kind == TYPE_NEVER)
        return tree;
    const Type *type = widen_tree(tree);
    Inst *inst = frame->inst;
    const Type *result = cell_read(frame->check, &inst->result, inst);
    inst->early = inst->early ? type_join(inst->early, type) : type;
    Tree *made = tree_new(TREE_EARLY_RETURN, type_never, expr->span);
    made->operand = convert(frame, convert(frame, tree, type), result);
    return made;
}

static Tree *eval_defer(Frame *frame, Expr *expr) {
    Binding *scope = frame->scope;
    frame->in_defer++;
    Tree *tree = tree_new(TREE_DEFER, type_nil, expr->span);
    tree->defer.body = eval(frame, expr->body, NULL);
    frame->in_defer--;
    frame->scope = scope;
    return tree;
}

static Tree *eval_subject(Frame *frame, const Expr *expr) {
    if (frame->subject)
        return frame->subject;
    report(frame, DIAG_UNKNOWN_NAME, expr->span, "`_` has no value here");
    return tree_never(expr->span);
}

static Tree *eval_kind(Frame *frame, Expr *expr, const Type *expected) {
    switch (expr->kind) {
    case EXPR_ERROR:
        return tree_never(expr->span);
    case EXPR_LITERAL:
        return eval_literal(expr, expected);
    case EXPR_INTERPOLATE:
        return eval_interpolate(frame, expr);
    case EXPR_NAME:
        return eval_name(frame, expr);
    case EXPR_SUBJECT:
        return eval_subject(frame, expr);
    case EXPR_LIST:
        return eval_list(frame, expr, expected);
    case EXPR_RECORD:
        return eval_record(frame, expr, expected);
    case EXPR_UNARY:
        return eval_unary(frame, expr, expected);
    case EXPR_BINARY:
        return eval_binary(frame, expr, expected);
    case EXPR_IS:
        return eval_is(frame, expr);
    case EXPR_SEND:
        return eval_send(frame, expr);
    case EXPR_CALL:
        return eval_call(frame, expr, expected);
    case EXPR_METHOD_CALL:
        return eval_method(frame, expr);
    case EXPR_FIELD:
        return eval_field(frame, expr);
    case EXPR_INDEX:
        return eval_index(frame, expr);
    case EXPR_SLICE:
        return eval_slice(frame, expr);
    case EXPR_WITH:
        return eval_with(frame, expr);
    case EXPR_LAMBDA:
        return eval_lambda(frame, expr);
    case EXPR_BLOCK:
        return eval_block(frame, expr, expected);
    case EXPR_IF:
        return eval_if(frame, expr, expected);
    case EXPR_MATCH:
        return eval_match(frame, expr, expected);
    case EXPR_RECEIVE:
        return eval_receive(frame, expr, expected);
    case EXPR_FOR:
        return eval_for(frame, expr);
    case EXPR_COMPREHENSION:
        return eval_comprehension(frame, expr, expected);
    case EXPR_DEFER:
        return eval_defer(frame, expr);
    case EXPR_SPAWN:
        return eval_spawn_block(frame, expr);
    case EXPR_EARLY_RETURN:
        return eval_early_return(frame, expr);
    }
    return tree_never(expr->span);
}

// Whether the value of one of its parts is the expression's own, so that a call there is in tail position.
static bool passes_on(ExprKind kind) {
    return kind == EXPR_BLOCK || kind == EXPR_IF || kind == EXPR_MATCH || kind == EXPR_RECEIVE || kind == EXPR_EARLY_RETURN;
}

Tree *eval(Frame *frame, Expr *expr, const Type *expected) {
    Tree *tree = eval_kind(frame, expr, expected);
    bool is_part = tree->type->kind == TYPE_NEVER && (tree->span.start != expr->span.start || tree->span.end != expr->span.end);
    return is_part && !passes_on(expr->kind) ? tree_ends(tree, expr->span) : tree;
}
