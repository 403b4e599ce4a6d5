// Patterns over types. Two passes: the first finds which parts of the type the pattern can match and joins the types of
// its names over all of them, the second builds the test, with guards that see those names.
#include <string.h>

#include "compiler/semantic/check.h"

typedef struct Variable {
    Name name;
    Span span;
    const Type *type; // joined over all places
    const Type *view;
    Local *local;
} Variable;

typedef struct Matcher {
    Frame *frame; // NULL in a trial: guards pass, nothing is bound
    Check *check;
    ModuleInfo *module;
    VEC(Variable) variables;
    bool building; // second pass
} Matcher;

static TreePattern *match_type(Matcher *m, Pattern *pattern, const Type *type);

// ---- names ---------------------------------------------------------------------------------------------------------

static Variable *find_variable(Matcher *m, Name name) {
    for (size_t i = 0; i < m->variables.len; i++)
        if (m->variables.data[i].name == name)
            return &m->variables.data[i];
    return NULL;
}

static void declare_name(Matcher *m, Name name, Span span) {
    if (!name || strcmp(name->text, "_") == 0)
        return;
    Variable *known = find_variable(m, name);
    if (known && m->frame) {
        Diag *diag =
            report(m->frame, DIAG_PATTERN_NAME_TWICE, span, "`%s` is bound twice in this pattern", name_text(name));
        REPORT_LABEL(diag, known->span, "first bound here");
    }
    if (!known)
        vec_push(&m->variables, (Variable){.name = name, .span = span, .type = type_never});
}

static void declare_names(Matcher *m, Pattern *pattern) {
    switch (pattern->kind) {
    case PATTERN_NAME:
        declare_name(m, pattern->bind.name, pattern->span);
        break;
    case PATTERN_TYPE:
        declare_name(m, pattern->type.name, pattern->type.name_span);
        break;
    case PATTERN_RECORD:
        for (size_t i = 0; i < pattern->record.fields.len; i++)
            declare_names(m, pattern->record.fields.data[i].pattern);
        break;
    case PATTERN_LIST:
        for (size_t i = 0; i < pattern->list.elements.len; i++)
            declare_names(m, pattern->list.elements.data[i]);
        declare_name(m, pattern->list.rest, pattern->list.rest_span);
        break;
    default:
        break;
    }
}

// Matches everything of `type` (further tested by `inner`, if any) and binds it.
static TreePattern *bind_name(Matcher *m, Name name, const Type *type, TreePattern *inner, Span span) {
    Variable *variable = name ? find_variable(m, name) : NULL;
    if (!variable)
        return inner ? inner : pattern_new(TREE_PATTERN_ANY, type, span);
    const Type *matched = inner ? pattern_matched(inner) : type;
    if (!m->building)
        variable->type = type_join(variable->type, widen_part(matched));
    else if (inner && variable->local)
        return pattern_bind_matched(inner, variable->local);
    return pattern_bind(variable->local, type, inner, span);
}

// ---- literals ------------------------------------------------------------------------------------------------------

static Tree *literal_tree(const Literal *literal, const Type *type, Span span) {
    Tree *tree = tree_new(TREE_CONSTANT, type, span);
    switch (literal->kind) {
    case LITERAL_INT:
        if (type->kind == TYPE_FLOAT)
            tree->constant.real = (double)literal->integer;
        else
            tree->constant.integer = literal->integer;
        break;
    case LITERAL_FLOAT:
        tree->constant.real = literal->number;
        break;
    case LITERAL_STRING:
        tree->constant.text = name_of_bytes(literal->string.data, literal->string.len);
        break;
    case LITERAL_BOOL:
        tree->constant.integer = literal->boolean;
        break;
    case LITERAL_NIL:
        break;
    }
    return tree;
}

const Type *pattern_literal_type(const Literal *literal) {
    switch (literal->kind) {
    case LITERAL_INT:
        return type_literal_int(literal->integer);
    case LITERAL_STRING:
        return type_literal_string(name_of_bytes(literal->string.data, literal->string.len));
    case LITERAL_BOOL:
        return type_literal_bool(literal->boolean);
    case LITERAL_NIL:
        return type_nil;
    case LITERAL_FLOAT:
        break;
    }
    return NULL;
}

static TreePattern *match_literal(const Literal *literal, const Type *type, Span span) {
    const Type *own = pattern_literal_type(literal);
    bool is_number = literal->kind == LITERAL_INT || literal->kind == LITERAL_FLOAT;
    if (own == type)
        return pattern_new(TREE_PATTERN_ANY, type, span);
    bool possible = type->kind == TYPE_FLOAT ? is_number : own && type_fits(own, type);
    if (!possible)
        return NULL;
    TreePattern *made = pattern_new(TREE_PATTERN_CONSTANT, type, span);
    made->constant = literal_tree(literal, type, span);
    return made;
}

// ---- members -------------------------------------------------------------------------------------------------------

typedef TreePattern *MemberTest(Matcher *m, const void *what, const Type *member);

// The test over each member of a union, or over the type itself.
static TreePattern *over_members(Matcher *m, const Type *type, MemberTest *test, const void *what, Span span) {
    const Type *node = type_resolve(type);
    if (node->kind == TYPE_NEVER)
        return NULL;
    if (node->kind != TYPE_UNION)
        return test(m, what, node);
    TreePattern *made = pattern_new(TREE_PATTERN_MEMBERS, type, span);
    made->members.entries = mem_alloc(sizeof(TreeMemberPattern) * node->members.count);
    for (size_t i = 0; i < node->members.count; i++) {
        const Type *member = node->members.types[i];
        TreePattern *one = test(m, what, type_resolve(member));
        if (one)
            made->members.entries[made->members.count++] = (TreeMemberPattern){member, one};
    }
    return made->members.count ? made : NULL;
}

// ---- types ---------------------------------------------------------------------------------------------------------

static TreePattern *test_type(Matcher *m, const Type *wanted, const Type *type, Span span);

typedef struct WantedType {
    const Type *type;
    Span span;
} WantedType;

static Tree *constant_of(const Type *literal, const Type *type, Span span) {
    Tree *tree = tree_new(TREE_CONSTANT, type, span);
    if (literal->kind == TYPE_LITERAL_STRING)
        tree->constant.text = literal->literal.text;
    else
        tree->constant.integer = literal->literal.integer;
    return tree;
}

static TreePattern *test_record(Matcher *m, const Type *wanted, const Type *type, Span span) {
    TreePattern *made = pattern_new(TREE_PATTERN_RECORD, type, span);
    made->record.fields = mem_alloc(sizeof(TreeFieldPattern) * (wanted->record.count + 1));
    for (size_t i = 0; i < wanted->record.count; i++) {
        const TypeField *asked = &wanted->record.fields[i];
        const Type *field = type_field(type, asked->name);
        TreePattern *one = field ? test_type(m, asked->type, field, span) : NULL;
        if (!one)
            return NULL;
        if (one->kind != TREE_PATTERN_ANY)
            made->record.fields[made->record.count++] = (TreeFieldPattern){asked->name, one};
    }
    return made;
}

static TreePattern *test_single(Matcher *m, const Type *wanted, const Type *type, Span span) {
    if (type_fits(type, wanted))
        return pattern_new(TREE_PATTERN_ANY, type, span);
    if (wanted->kind == TYPE_RECORD && type->kind == TYPE_RECORD)
        return test_record(m, wanted, type, span);
    bool literal =
        wanted->kind == TYPE_LITERAL_BOOL || wanted->kind == TYPE_LITERAL_INT || wanted->kind == TYPE_LITERAL_STRING;
    if (!literal || !type_fits(wanted, type))
        return NULL;
    TreePattern *made = pattern_new(TREE_PATTERN_CONSTANT, type, span);
    made->constant = constant_of(wanted, type, span);
    return made;
}

// Any of several tests: a guard over the bound value.
static TreePattern *test_any(Matcher *m, TreePattern *const *tests, size_t count, const Type *type, Span span) {
    if (!m->frame)
        return tests[0];
    Local *local = local_new(m->frame, NULL, type);
    Tree *condition = NULL;
    for (size_t i = 0; i < count; i++) {
        Tree *one = tree_new(TREE_IS, type_bool, span);
        one->is.value = tree_local(local, span);
        one->is.pattern = tests[i];
        condition = condition ? tree_binary(TREE_OR, type_bool, condition, one, span) : one;
    }
    TreePattern *made = pattern_new(TREE_PATTERN_GUARD, type, span);
    made->guard.inner = pattern_bind(local, type, NULL, span);
    made->guard.condition = condition;
    return made;
}

static TreePattern *test_member(Matcher *m, const void *what, const Type *member) {
    const WantedType *wanted = what;
    const Type *type = type_resolve(wanted->type);
    if (type_fits(member, type))
        return pattern_new(TREE_PATTERN_ANY, member, wanted->span);
    VEC(TreePattern *) tests = {0};
    for (size_t i = 0; i < type_member_count(type); i++) {
        TreePattern *one = test_single(m, type_resolve(type_member(type, i)), member, wanted->span);
        if (one)
            vec_push(&tests, one);
    }
    if (tests.len == 0)
        return NULL;
    return tests.len == 1 ? tests.data[0] : test_any(m, tests.data, tests.len, member, wanted->span);
}

static TreePattern *test_type(Matcher *m, const Type *wanted, const Type *type, Span span) {
    WantedType what = {.type = wanted, .span = span};
    if (type_fits(type, wanted) && type_resolve(type)->kind != TYPE_NEVER)
        return pattern_new(TREE_PATTERN_ANY, type, span);
    return over_members(m, type, test_member, &what, span);
}

static TreePattern *match_type_test(Matcher *m, Pattern *pattern, const Type *type) {
    const Type *wanted = annotation_type(m->check, m->module, pattern->type.type);
    if (wanted->kind == TYPE_NEVER)
        return NULL;
    TreePattern *test = test_type(m, wanted, type, pattern->span);
    return test && pattern->type.name ? bind_name(m, pattern->type.name, type, test, pattern->span) : test;
}

// ---- records and lists ---------------------------------------------------------------------------------------------

static TreePattern *match_record(Matcher *m, const void *what, const Type *type) {
    const Pattern *pattern = what;
    if (type->kind != TYPE_RECORD)
        return NULL;
    TreePattern *made = pattern_new(TREE_PATTERN_RECORD, type, pattern->span);
    made->record.fields = mem_alloc(sizeof(TreeFieldPattern) * (pattern->record.fields.len + 1));
    for (size_t i = 0; i < pattern->record.fields.len; i++)
        if (!type_field(type, pattern->record.fields.data[i].name))
            return NULL;
    for (size_t i = 0; i < pattern->record.fields.len; i++) {
        const PatternField *field = &pattern->record.fields.data[i];
        TreePattern *one = match_type(m, field->pattern, type_field(type, field->name));
        if (!one)
            return NULL;
        made->record.fields[made->record.count++] = (TreeFieldPattern){field->name, one};
    }
    return made;
}

static TreePattern *match_list(Matcher *m, const void *what, const Type *type) {
    const Pattern *pattern = what;
    if (type->kind != TYPE_LIST)
        return NULL;
    TreePattern *made = pattern_new(TREE_PATTERN_LIST, type, pattern->span);
    made->list.elements = mem_alloc(sizeof(TreePattern *) * (pattern->list.elements.len + 1));
    for (size_t i = 0; i < pattern->list.elements.len; i++) {
        TreePattern *one = match_type(m, pattern->list.elements.data[i], type->element);
        if (!one)
            return NULL;
        made->list.elements[made->list.count++] = one;
    }
    if (pattern->list.has_rest)
        made->list.rest = bind_name(m, pattern->list.rest, type, NULL, pattern->list.rest_span);
    return made;
}

static TreePattern *match_literal_member(Matcher *m, const void *what, const Type *member) {
    const Pattern *pattern = what;
    (void)m;
    return match_literal(&pattern->literal, member, pattern->span);
}

// ---- one pattern ---------------------------------------------------------------------------------------------------

static TreePattern *match_head(Matcher *m, Pattern *pattern, const Type *type) {
    switch (pattern->kind) {
    case PATTERN_ERROR:
        return NULL;
    case PATTERN_WILDCARD:
        return pattern_new(TREE_PATTERN_ANY, type, pattern->span);
    case PATTERN_NAME:
        return bind_name(m, pattern->bind.name, type, NULL, pattern->span);
    case PATTERN_LITERAL:
        return over_members(m, type, match_literal_member, pattern, pattern->span);
    case PATTERN_TYPE:
        return match_type_test(m, pattern, type);
    case PATTERN_RECORD:
        return over_members(m, type, match_record, pattern, pattern->span);
    case PATTERN_LIST:
        return over_members(m, type, match_list, pattern, pattern->span);
    }
    return NULL;
}

static bool names_constraint(Matcher *m, const Expr *where) {
    if (where->kind != EXPR_NAME || !map_has(&m->module->constraints, where->name.name))
        return false;
    Diag *diag = report(m->frame, DIAG_CONSTRAINT, where->span, "constraints are not proved yet");
    REPORT_HELP(diag, "write the condition itself: `where .field > 0`");
    return true;
}

static TreePattern *guard(Matcher *m, Pattern *pattern, TreePattern *inner) {
    Frame *frame = m->frame;
    if (names_constraint(m, pattern->where))
        return inner;
    Tree *subject = frame->subject;
    if (expr_mentions_subject(pattern->where)) {
        Local *local = local_new(frame, NULL, pattern_matched(inner));
        inner = pattern_bind_matched(inner, local);
        frame->subject = tree_local(local, pattern->span);
    }
    Tree *condition = eval_condition(frame, pattern->where);
    expect_bool(frame, condition, pattern->where, "a guard");
    frame->subject = subject;
    TreePattern *made = pattern_new(TREE_PATTERN_GUARD, inner->type, pattern->span);
    made->guard.inner = inner;
    made->guard.condition = convert(frame, condition, type_bool);
    return made;
}

static TreePattern *match_type(Matcher *m, Pattern *pattern, const Type *type) {
    if (type_resolve(type)->kind == TYPE_NEVER)
        return NULL;
    TreePattern *made = match_head(m, pattern, type);
    return made && pattern->where && m->building ? guard(m, pattern, made) : made;
}

// ---- the face ------------------------------------------------------------------------------------------------------

static void bind_variables(Matcher *m) {
    for (size_t i = 0; i < m->variables.len; i++) {
        Variable *variable = &m->variables.data[i];
        variable->local = local_new(m->frame, variable->name, variable->type);
        scope_push(m->frame, variable->name, variable->local, variable->span);
    }
}

// `{age: int}` binds nothing, which is easily forgotten: so that the error about the unknown `age` can say it, there is
// a binding of a name that no user can write.
static void note_tested_fields(Frame *frame, const Pattern *pattern) {
    for (size_t i = 0; pattern->kind == PATTERN_RECORD && i < pattern->record.fields.len; i++) {
        const PatternField *field = &pattern->record.fields.data[i];
        if (field->pattern->kind == PATTERN_TYPE && !field->pattern->type.name)
            scope_push(frame, name_of_tested_field(field->name), NULL, field->name_span)->used = true;
        note_tested_fields(frame, field->pattern);
    }
}

// Errors within a pattern that matches nothing are reported all the same.
static void check_guards(Matcher *m, Pattern *pattern) {
    if (pattern->where && !names_constraint(m, pattern->where)) {
        Tree *subject = m->frame->subject;
        m->frame->subject = tree_never(pattern->span);
        eval_condition(m->frame, pattern->where);
        m->frame->subject = subject;
    }
    if (pattern->kind == PATTERN_TYPE)
        annotation_type(m->check, m->module, pattern->type.type);
    for (size_t i = 0; pattern->kind == PATTERN_RECORD && i < pattern->record.fields.len; i++)
        check_guards(m, pattern->record.fields.data[i].pattern);
    for (size_t i = 0; pattern->kind == PATTERN_LIST && i < pattern->list.elements.len; i++)
        check_guards(m, pattern->list.elements.data[i]);
}

TreePattern *pattern_check(Frame *frame, Pattern *pattern, const Type *over) {
    Matcher m = {.frame = frame, .check = frame->check, .module = frame->module};
    declare_names(&m, pattern);
    bool possible = match_type(&m, pattern, over) != NULL;
    if (frame->check->reporting)
        note_tested_fields(frame, pattern);
    bind_variables(&m);
    m.building = true;
    TreePattern *made = possible ? match_type(&m, pattern, over) : NULL;
    if (!made)
        check_guards(&m, pattern);
    return made ? made : pattern_new(TREE_PATTERN_FAIL, over, pattern->span);
}

bool pattern_can_match(Check *check, ModuleInfo *module, Pattern *pattern, const Type *over) {
    Matcher m = {.check = check, .module = module};
    return match_type(&m, pattern, over) != NULL;
}

TreePattern *pattern_of_type(Frame *frame, const Type *wanted, const Type *over, Span span) {
    Matcher m = {.frame = frame, .check = frame ? frame->check : NULL};
    return test_type(&m, wanted, over, span);
}

// ---- what a pattern tells ------------------------------------------------------------------------------------------

const Type *pattern_matched(const TreePattern *pattern) {
    switch (pattern->kind) {
    case TREE_PATTERN_FAIL:
        return type_never;
    case TREE_PATTERN_BIND:
        return pattern->bind.inner ? pattern_matched(pattern->bind.inner) : pattern->type;
    case TREE_PATTERN_GUARD:
        return pattern_matched(pattern->guard.inner);
    case TREE_PATTERN_MEMBERS: {
        TypeList types = {0};
        for (size_t i = 0; i < pattern->members.count; i++)
            vec_push(&types, pattern->members.entries[i].member);
        return type_union(types.data, types.len);
    }
    default:
        return pattern->type;
    }
}

static bool elements_total(TreePattern *const *elements, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!pattern_is_total(elements[i]))
            return false;
    return true;
}

bool pattern_is_total(const TreePattern *pattern) {
    switch (pattern->kind) {
    case TREE_PATTERN_ANY:
        return true;
    case TREE_PATTERN_BIND:
        return !pattern->bind.inner || pattern_is_total(pattern->bind.inner);
    case TREE_PATTERN_MEMBERS:
        for (size_t i = 0; i < pattern->members.count; i++)
            if (!pattern_is_total(pattern->members.entries[i].pattern))
                return false;
        return pattern->members.count == type_member_count(pattern->type);
    case TREE_PATTERN_RECORD:
        for (size_t i = 0; i < pattern->record.count; i++)
            if (!pattern_is_total(pattern->record.fields[i].pattern))
                return false;
        return true;
    case TREE_PATTERN_LIST:
        return pattern->list.rest && pattern->list.count == 0 &&
               elements_total(pattern->list.elements, pattern->list.count);
    default:
        return false;
    }
}

static const TreePattern *strip_binds(const TreePattern *pattern) {
    while (pattern->kind == TREE_PATTERN_BIND && pattern->bind.inner)
        pattern = pattern->bind.inner;
    return pattern;
}

int pattern_bool(const TreePattern *pattern) {
    pattern = strip_binds(pattern);
    if (pattern->kind == TREE_PATTERN_MEMBERS && pattern->members.count == 1 &&
        pattern->members.entries[0].member->kind == TYPE_BOOL)
        pattern = strip_binds(pattern->members.entries[0].pattern);
    bool is_bool = pattern->kind == TREE_PATTERN_CONSTANT && type_resolve(pattern->type)->kind == TYPE_BOOL;
    return is_bool ? pattern->constant->constant.integer != 0 : -1;
}

const Type *pattern_remaining(const TreePattern *pattern) {
    const Type *type = type_resolve(pattern->type);
    pattern = strip_binds(pattern);
    if (pattern_is_total(pattern))
        return type_never;
    if (pattern->kind != TREE_PATTERN_MEMBERS)
        return type;
    TypeList types = {0};
    for (size_t i = 0; i < type->members.count; i++) {
        bool taken = false;
        for (size_t k = 0; k < pattern->members.count; k++)
            taken |= pattern->members.entries[k].member == type->members.types[i] &&
                     pattern_is_total(pattern->members.entries[k].pattern);
        if (!taken)
            vec_push(&types, type->members.types[i]);
    }
    return type_union(types.data, types.len);
}

TreePattern *pattern_bind_matched(TreePattern *pattern, Local *local) {
    if (pattern->kind == TREE_PATTERN_MEMBERS) {
        for (size_t i = 0; i < pattern->members.count; i++) {
            TreeMemberPattern *entry = &pattern->members.entries[i];
            entry->pattern = pattern_bind(local, entry->member, entry->pattern, pattern->span);
        }
        return pattern;
    }
    if (pattern->kind == TREE_PATTERN_GUARD) {
        pattern->guard.inner = pattern_bind_matched(pattern->guard.inner, local);
        return pattern;
    }
    if (pattern->kind == TREE_PATTERN_BIND && pattern->bind.inner) {
        pattern->bind.inner = pattern_bind_matched(pattern->bind.inner, local);
        return pattern;
    }
    return pattern_bind(local, pattern->type, pattern, pattern->span);
}
