// Records: literals, fields, `with`.
#include <string.h>

#include "compiler/semantic/check.h"

// ---- records -------------------------------------------------------------------------------------------------------

static int compare_names(Name a, Name b) { return name_compare(a, b); }

static const RecordField *written_field(const Expr *expr, Name name) {
    for (size_t i = 0; i < expr->record.fields.len; i++)
        if (expr->record.fields.data[i].name == name)
            return &expr->record.fields.data[i];
    return NULL;
}

// Whether the record as written can become this member: it has the fields, and another literal does not stand where a
// literal is asked for.
static bool may_become(const Expr *expr, const Type *member) {
    for (size_t i = 0; i < member->record.count; i++) {
        const RecordField *field = written_field(expr, member->record.fields[i].name);
        const Type *asked = type_resolve(member->record.fields[i].type);
        if (!field)
            return false;
        if (asked->kind != TYPE_LITERAL_STRING || field->value->kind != EXPR_LITERAL ||
            field->value->literal.kind != LITERAL_STRING)
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

Tree *eval_record(Frame *frame, Expr *expr, const Type *expected) {
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

static bool some_lacks(const Type *type, Name name) {
    for (size_t i = 0; i < type_member_count(type); i++) {
        const Type *member = type_resolve(type_member(type, i));
        if (member->kind != TYPE_RECORD || !type_field(member, name))
            return true;
    }
    return false;
}

// Whether the annotation is what keeps the body from the field; of a union of which the value's own type has a variant
// without it, it is that.
static bool hides_field(Frame *frame, const Expr *receiver, const Type *type, Name name) {
    const Type *view = receiver ? view_of(frame, receiver) : NULL;
    if (!view)
        return false;
    view = type_resolve(view);
    bool lacks = false, has = false;
    for (size_t i = 0; i < type_member_count(view); i++) {
        const Type *member = type_resolve(type_member(view, i));
        lacks |= member->kind == TYPE_RECORD && !type_field(member, name);
        has |= member->kind == TYPE_RECORD && type_field(member, name);
    }
    return lacks && !(has && some_lacks(type_resolve(type), name));
}

// Whether some variant of an annotation names the field, or could have any.
static bool view_names(const Type *view, Name name) {
    bool is_record = false;
    for (size_t i = 0; i < type_member_count(view); i++) {
        const Type *member = type_resolve(type_member(view, i));
        if (member->kind == TYPE_RECORD && type_field(member, name))
            return true;
        is_record |= member->kind == TYPE_RECORD;
    }
    return !is_record;
}

static bool check_pattern_in(Frame *frame, const Type *view, const Expr *subject, const Pattern *pattern) {
    view = type_resolve(view);
    for (size_t i = 0; pattern->kind == PATTERN_RECORD && i < pattern->record.fields.len; i++) {
        const PatternField *field = &pattern->record.fields.data[i];
        if (!view_names(view, field->name)) {
            Diag *diag = report(frame, DIAG_HIDDEN_FIELD, field->name_span, "the parameter's type has no field `%s`",
                                name_text(field->name));
            report_origin(diag, frame, subject);
            REPORT_HELP(diag, "add the field to the annotation: the body sees only what it names");
            return false;
        }
        const Type *inner = view->kind == TYPE_RECORD ? type_field(view, field->name) : NULL;
        if (inner && !check_pattern_in(frame, inner, subject, field->pattern))
            return false;
    }
    return true;
}

bool check_pattern_view(Frame *frame, const Expr *subject, const Pattern *pattern) {
    const Type *view = subject ? view_of(frame, subject) : NULL;
    return !view || check_pattern_in(frame, view, subject, pattern);
}

static bool has_length(const Type *type) {
    return type->kind == TYPE_LIST || type->kind == TYPE_MAP || type_fits(type, type_string);
}

static void offer_fields(Suggestion *near, const Type *type) {
    if (has_length(type))
        suggest_offer(near, name_of("length"));
    for (size_t i = 0; i < type_member_count(type); i++) {
        const Type *member = type_resolve(type_member(type, i));
        for (size_t k = 0; member->kind == TYPE_RECORD && k < member->record.count; k++)
            suggest_offer(near, member->record.fields[k].name);
    }
}

static Tree *no_field(Frame *frame, const Tree *record, const Type *lacking, Name name, Span name_span,
                      const Expr *expr) {
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

Tree *field_of(Frame *frame, Tree *record, Name name, Span name_span, Span span, const Expr *expr) {
    const Type *type = type_resolve(record->type);
    if (type->kind == TYPE_NEVER)
        return record;
    if (type->kind == TYPE_MAP && strcmp(name->text, "length") == 0) {
        Tree **operand = mem_new(Tree *);
        *operand = record;
        return tree_builtin(BUILTIN_MAP_SIZE, type_int, span, operand, 1);
    }
    if (has_length(type) && strcmp(name->text, "length") == 0)
        return length_of(type->kind == TYPE_LIST ? record : convert(frame, record, type_string), span);
    if (hides_field(frame, expr, type, name)) {
        Diag *diag =
            report(frame, DIAG_HIDDEN_FIELD, name_span, "the parameter's type has no field `%s`", name_text(name));
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
    Tree *known = narrow_field(frame, expr->field.receiver, expr->field.name, expr->span);
    if (known)
        return known;
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
        Diag *diag =
            report(frame, DIAG_TYPE_MISMATCH, record->span, "`with` needs a record, found `%s`", type_words(type));
        if (type->kind == TYPE_UNION)
            REPORT_NOTE(diag, "`%s` is no record", type_words(member));
        report_instance(diag, frame);
        return tree_never(span);
    }
    return type->kind == TYPE_UNION ? with_union(frame, record, updates, span)
                                    : with_record(frame, record, updates, span);
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
