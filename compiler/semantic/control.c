// match, arms, loops, comprehensions, ranges.
#include "compiler/semantic/check.h"
#include "compiler/semantic/exhaustive.h"

// ---- arms ----------------------------------------------------------------------------------------------------------

// Which arms some instance reaches; the others are reported at the end. Those of the library are for other programs.
static void note_arm(Frame *frame, const Arm *arm, bool reached) {
    Check *check = frame->check;
    if (!check->reporting || module_is_library(frame->module))
        return;
    if (map_add(&check->arm_reached, arm))
        vec_push(&check->arms, arm);
    if (reached)
        map_set(&check->arm_reached, arm, check);
}

// Which messages come is not known from the sends alone: only what stands behind an arm for all of them is dead.
static void report_behind_catch_all(Frame *frame, const ArmVec *arms) {
    for (size_t i = 0; i + 1 < arms->len; i++) {
        const Pattern *pattern = arms->data[i].pattern;
        if ((pattern->kind == PATTERN_NAME || pattern->kind == PATTERN_WILDCARD) && !pattern->where) {
            report(frame, DIAG_UNREACHABLE_ARM, arms->data[i + 1].pattern->span,
                   "the arms above take everything that this one would");
            return;
        }
    }
}

void eval_arms(Frame *frame, const ArmVec *arms, const Type *over, const Type *expected, TreeArmVec *out) {
    report_behind_catch_all(frame, arms);
    for (size_t i = 0; i < arms->len; i++) {
        Arm *arm = &arms->data[i];
        Binding *outer = frame->scope;
        TreePattern *pattern = pattern_check(frame, arm->pattern, over);
        for (Binding *bound = frame->scope; bound != outer; bound = bound->next)
            bound->received = arm->pattern;
        Tree *body = eval(frame, arm->body, expected);
        frame->scope = outer;
        vec_push(out, (TreeArm){.pattern = pattern, .body = body, .span = arm->span});
    }
}

// The arm of a match whose arms above left values of type `left`, over whose names its pattern ranges.
static TreeArm eval_match_arm(Frame *frame, Expr *expr, Arm *arm, const Subject *subject, const Type *left,
                              const Type *expected) {
    Binding *outer = frame->scope;
    Facts facts = {.span = arm->span};
    TreePattern *pattern = pattern_check(frame, arm->pattern, left);
    Binding *narrowed = narrow_arm(frame, expr->match.subject, subject, pattern, outer, &facts);
    Tree *body = narrow_before(&facts, eval(frame, arm->body, expected));
    frame->scope = outer;
    if (narrowed && narrowed->used && pattern->kind != TREE_PATTERN_FAIL)
        pattern = pattern_bind_matched(pattern, narrowed->local);
    return (TreeArm){.pattern = pattern, .body = body, .span = arm->span};
}

static const Type *without_bool(const Type *type) {
    TypeList members = {0};
    for (size_t i = 0; i < type_member_count(type); i++)
        if (type_member(type, i)->kind != TYPE_BOOL)
            vec_push(&members, type_member(type, i));
    return type_union(members.data, members.len);
}

static void eval_match_arms(Frame *frame, Expr *expr, const Type *over, const Type *expected, TreeArmVec *out) {
    Subject subject = {0};
    narrow_subject(frame, expr->match.subject, &subject);
    const Type *left = over;
    bool bools[2] = {false, false}; // taken by the arms above
    for (size_t i = 0; i < expr->match.arms.len; i++) {
        Arm *arm = &expr->match.arms.data[i];
        TreeArm made = eval_match_arm(frame, expr, arm, &subject, left, expected);
        if (over->kind != TYPE_NEVER)
            note_arm(frame, arm, pattern_can_match(frame->check, frame->module, arm->pattern, over));
        left = pattern_remaining(made.pattern);
        int value = pattern_bool(made.pattern);
        if (value >= 0)
            bools[value] = true;
        if (bools[false] && bools[true] && type_resolve(left)->kind == TYPE_UNION)
            left = without_bool(left);
        made.pattern = narrow_pattern_over(made.pattern, over);
        vec_push(out, made);
    }
}

// ---- match ---------------------------------------------------------------------------------------------------------

static void report_missing(Frame *frame, const Expr *expr, const Exhaustiveness *found, const Tree *value) {
    if (found->too_complex) {
        report(frame, DIAG_MATCH_TOO_COMPLEX, expr->match.keyword_span,
               "this match is too complex to be proved complete");
        return;
    }
    if (found->missing_count) {
        StringBuilder list = {0};
        for (size_t i = 0; i < found->missing_count; i++)
            sb_addf(&list, "%s`%s`", i ? ", " : "", found->missing[i]);
        Diag *diag = report(frame, DIAG_NOT_EXHAUSTIVE, expr->match.keyword_span, "this match leaves out %s%s",
                            sb_text(&list), found->more ? " and others" : "");
        REPORT_LABEL(diag, value->span, "this is `%s`", type_words(value->type));
        REPORT_HELP(diag, "add an arm: `%s -> …`", found->missing[0]);
        report_instance(diag, frame);
        return;
    }
    if (found->open_count) {
        Diag *diag = report(frame, DIAG_OPEN_MATCH, expr->match.keyword_span, "this match has no arm for other values");
        REPORT_NOTE(diag, "a value like `%s` would panic", found->open[0]);
        REPORT_HELP(diag, "add an arm `_ -> …`");
    }
}

static void note_unreachable(Frame *frame, const ArmVec *arms, const Exhaustiveness *found) {
    size_t next = 0;
    for (size_t i = 0; i < arms->len; i++) {
        bool dead = next < found->unreachable_count && found->unreachable[next] == i;
        next += dead;
        if (!dead && frame->check->reporting)
            map_set(&frame->check->arm_reached, arms->data[i].pattern, frame->check);
    }
}

// False after an error: what the arms leave out or never take is then no ground for another.
static bool check_views(Frame *frame, const Expr *expr) {
    bool good = true;
    for (size_t i = 0; i < expr->match.arms.len; i++)
        good &= check_pattern_view(frame, expr->match.subject, expr->match.arms.data[i].pattern);
    return good;
}

Tree *eval_match(Frame *frame, Expr *expr, const Type *expected) {
    Tree *value = eval(frame, expr->match.subject, NULL);
    bool good = check_views(frame, expr);
    TreeArmVec arms = {0};
    eval_match_arms(frame, expr, value->type, expected, &arms);
    if (value->type->kind == TYPE_NEVER)
        return value;
    Exhaustiveness found = good ? exhaustive_check(value->type, arms.data, arms.len) : (Exhaustiveness){0};
    if (frame->check->reporting) {
        report_missing(frame, expr, &found, value);
        note_unreachable(frame, &expr->match.arms, &found);
    }
    TreeVec bodies = {0};
    for (size_t i = 0; i < arms.len; i++)
        vec_push(&bodies,
                 arms.data[i].pattern->kind == TREE_PATTERN_FAIL ? tree_never(arms.data[i].span) : arms.data[i].body);
    Tree *tree = tree_new(TREE_MATCH, join_trees(frame, bodies.data, bodies.len), expr->span);
    for (size_t i = 0; i < arms.len; i++)
        arms.data[i].body = bodies.data[i];
    tree->match.value = value;
    tree->match.arms = arms.data;
    tree->match.count = arms.len;
    tree->match.total = !found.too_complex && found.missing_count + found.open_count == 0;
    tree->match.what = "match";
    return tree;
}

// ---- heads of loops ------------------------------------------------------------------------------------------------

static bool is_range(Frame *frame, const Expr *expr) {
    if (expr->kind != EXPR_CALL || expr->call.callee->kind != EXPR_NAME)
        return false;
    Named named = resolve_name(frame->check, frame, frame->module, &expr->call.callee->name);
    return named.kind == NAMED_SPECIAL && named.special == SPECIAL_RANGE;
}

static Tree *range_bound(Frame *frame, Expr *expr) {
    Tree *tree = eval(frame, expr, NULL);
    check_fits(frame, tree, type_int, expr, (Span){0}, "");
    return convert(frame, tree, type_int);
}

// False after an error, and where a bound is never known: clause->source is then what ends there.
static bool range_bounds(Frame *frame, Expr *expr, TreeClause *clause) {
    const ExprVec *args = &expr->call.args;
    if (args->len != 1 && args->len != 2) {
        Diag *diag =
            report(frame, DIAG_ARITY, expr->call.args_span, "`range` takes one or two arguments, not %zu", args->len);
        REPORT_HELP(diag, "`range(n)` goes from 0 to n - 1, `range(a, b)` from a to b - 1");
        return false;
    }
    clause->source = args->len == 2 ? range_bound(frame, args->data[0]) : tree_int(0, expr->span);
    clause->end = range_bound(frame, vec_last(args));
    Tree *never = tree_never_of((Tree *[]){clause->source, clause->end}, 2, expr->span);
    clause->kind = never ? CLAUSE_LIST : CLAUSE_RANGE;
    clause->source = never ? never : clause->source;
    return !never;
}

Tree *eval_range_list(Frame *frame, Expr *expr) {
    TreeClause *clause = mem_new(TreeClause);
    if (!range_bounds(frame, expr, clause))
        return clause->source ? clause->source : tree_never(expr->span);
    Local *local = local_new(frame, NULL, type_int);
    clause->pattern = pattern_bind(local, type_int, NULL, expr->span);
    Tree *tree = tree_new(TREE_COMPREHENSION, type_list(type_int), expr->span);
    tree->loop.clauses = clause;
    tree->loop.count = 1;
    tree->loop.body = tree_local(local, expr->span);
    return tree;
}

static bool is_simple(const Pattern *pattern) {
    return (pattern->kind == PATTERN_NAME || pattern->kind == PATTERN_WILDCARD) && !pattern->where;
}

// Elements of the list that the head runs over; never if it is none.
static const Type *element_of(Frame *frame, const Tree *source, const Expr *expr) {
    const Type *type = type_resolve(source->type);
    if (type->kind == TYPE_LIST)
        return type->element;
    if (type->kind != TYPE_NEVER) {
        Diag *diag =
            report(frame, DIAG_NOT_A_LIST, source->span, "`for` runs over a list, found `%s`", type_words(type));
        if (type->kind == TYPE_INT || type->kind == TYPE_LITERAL_INT)
            REPORT_HELP(diag, "`range(n)` counts from 0 to n - 1");
        if (type_resolve(type_widen(type))->kind == TYPE_STRING)
            REPORT_HELP(diag, "`text.chars()` is a list of its characters");
        report_origin(diag, frame, expr);
        report_instance(diag, frame);
    }
    return NULL;
}

// No value has this type: the elements of a list, or the entries of a map, that is always empty.
static bool is_empty_type(const Type *type) {
    type = type_resolve(type);
    bool empty = type->kind == TYPE_NEVER;
    for (size_t i = 0; type->kind == TYPE_RECORD && i < type->record.count; i++)
        empty |= type_resolve(type->record.fields[i].type)->kind == TYPE_NEVER;
    return empty;
}

// `for pattern in source`: binds the pattern's names in scope. False if the loop has no source.
static bool eval_head(Frame *frame, Pattern *pattern, Expr *source, TreeClause *clause) {
    if (is_range(frame, source) && is_simple(pattern)) {
        if (!range_bounds(frame, source, clause)) {
            clause->pattern = pattern_check(frame, pattern, type_int);
            return false;
        }
        clause->pattern = pattern_check(frame, pattern, type_int);
        return true;
    }
    clause->kind = CLAUSE_LIST;
    clause->source = map_as_list(eval(frame, source, NULL));
    const Type *element = element_of(frame, clause->source, source);
    clause->pattern = pattern_check(frame, pattern, element ? element : type_never);
    if (element && !is_empty_type(element) && clause->pattern->kind == TREE_PATTERN_FAIL)
        report(frame, DIAG_PATTERN_NEVER, pattern->span, "no element can match: they are `%s`", type_words(element));
    return element != NULL;
}

Tree *eval_for(Frame *frame, Expr *expr) {
    Binding *outer = frame->scope;
    TreeClause *clause = mem_new(TreeClause);
    bool good = eval_head(frame, expr->for_.pattern, expr->for_.iterable, clause);
    Tree *body = eval(frame, expr->for_.body, NULL);
    frame->scope = outer;
    if (!good)
        return clause->source && clause->source->type->kind == TYPE_NEVER ? clause->source : tree_never(expr->span);
    Tree *tree = tree_new(TREE_FOR, type_nil, expr->span);
    tree->loop.clauses = clause;
    tree->loop.count = 1;
    tree->loop.body = body;
    return tree;
}

static const Type *list_element(const Type *expected) {
    return expected && type_resolve(expected)->kind == TYPE_LIST ? type_resolve(expected)->element : NULL;
}

// The list whose making ends at the source of clause `at`, which is never a list: what stands before it may be empty.
static Tree *endless_comprehension(const Expr *expr, TreeClause *clauses, size_t at) {
    if (at == 0)
        return clauses[0].source;
    Tree *tree = tree_new(TREE_COMPREHENSION, type_list(type_never), expr->span);
    tree->loop.clauses = clauses;
    tree->loop.count = at;
    tree->loop.body = clauses[at].source;
    return tree;
}

Tree *eval_comprehension(Frame *frame, Expr *expr, const Type *expected) {
    Binding *outer = frame->scope;
    size_t count = expr->comprehension.clauses.len;
    TreeClause *clauses = mem_alloc(sizeof(TreeClause) * (count + 1));
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        const ComprehensionClause *clause = &expr->comprehension.clauses.data[i];
        if (clause->pattern) {
            good &= eval_head(frame, clause->pattern, clause->value, &clauses[i]);
            continue;
        }
        clauses[i].kind = CLAUSE_CONDITION;
        clauses[i].source = eval_condition(frame, clause->value);
        expect_bool(frame, clauses[i].source, clause->value, "a condition");
    }
    const Type *asked = list_element(expected);
    Tree *body = eval(frame, expr->comprehension.element, asked);
    frame->scope = outer;
    for (size_t i = 0; !good && i < count; i++)
        if (clauses[i].kind == CLAUSE_LIST && clauses[i].source && clauses[i].source->type->kind == TYPE_NEVER)
            return endless_comprehension(expr, clauses, i);
    if (!good)
        return tree_never(expr->span);
    bool fits = asked && type_fits(body->type, asked);
    const Type *element = fits ? merge_bound(asked, body->type) : widen_tree(body);
    Tree *tree = tree_new(TREE_COMPREHENSION, type_list(element), expr->span);
    tree->loop.clauses = clauses;
    tree->loop.count = count;
    tree->loop.body = convert(frame, body, element);
    return tree;
}
