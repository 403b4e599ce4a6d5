// Unary and binary operators, conditions and what they make known.
#include <string.h>

#include "compiler/semantic/check.h"

static const char *const symbols[] = {
    [BINARY_MUL] = "*",     [BINARY_DIV] = "/", [BINARY_REM] = "%",  [BINARY_ADD] = "+", [BINARY_SUB] = "-",
    [BINARY_CONCAT] = "++", [BINARY_EQ] = "==", [BINARY_NE] = "!=",  [BINARY_LT] = "<",  [BINARY_LE] = "<=",
    [BINARY_GT] = ">",      [BINARY_GE] = ">=", [BINARY_AND] = "&&", [BINARY_OR] = "||",
};

static const TreeOp ops[] = {
    [BINARY_MUL] = TREE_MULTIPLY,  [BINARY_DIV] = TREE_DIVIDE,   [BINARY_REM] = TREE_REMAINDER,
    [BINARY_ADD] = TREE_ADD,       [BINARY_SUB] = TREE_SUBTRACT, [BINARY_CONCAT] = TREE_ADD,
    [BINARY_EQ] = TREE_EQUAL,      [BINARY_NE] = TREE_NOT_EQUAL, [BINARY_LT] = TREE_LESS,
    [BINARY_LE] = TREE_LESS_EQUAL, [BINARY_GT] = TREE_GREATER,   [BINARY_GE] = TREE_GREATER_EQUAL,
    [BINARY_AND] = TREE_AND,       [BINARY_OR] = TREE_OR,
};

static bool is_int_literal(const Expr *expr) {
    if (expr->kind == EXPR_UNARY && expr->unary.op == UNARY_NEGATE)
        return is_int_literal(expr->unary.operand);
    return expr->kind == EXPR_LITERAL && expr->literal.kind == LITERAL_INT;
}

static bool may_be_nil(const Type *type) {
    type = type_resolve(type);
    return type->kind == TYPE_UNION && type->members.count == 2 && type->members.types[0]->kind == TYPE_NIL;
}

// A value that may be nil and one other thing.
static void help_nil(const Frame *frame, Diag *diag, const Expr *expr, const Type *type) {
    type = type_resolve(type);
    if (!diag || type->kind != TYPE_UNION)
        return;
    if (module_is_library(frame->module)) {
        diag_help(diag, "leave the others out: `xs.filter((x) -> x is int)` is a list of ints");
        return;
    }
    if (!may_be_nil(type)) {
        diag_help(diag, "take the union apart with `match`, or test it with `is`");
        return;
    }
    Text text = span_text(expr->span);
    diag_help(diag, "`%.*s` may be nil: test it first, `if %.*s != nil { … }`", (int)text.len, text.data, (int)text.len,
              text.data);
}

static Tree *bad_operands(Frame *frame, const Expr *expr, const Tree *left, const Tree *right, const char *wanted) {
    Diag *diag = report(frame, DIAG_OPERAND, expr->binary.op_span, "`%s` needs %s", symbols[expr->binary.op], wanted);
    REPORT_LABEL(diag, left->span, "this is `%s`", type_words(left->type));
    REPORT_LABEL(diag, right->span, "this is `%s`", type_words(right->type));
    TypeKind a = type_resolve(type_widen(left->type))->kind, b = type_resolve(type_widen(right->type))->kind;
    if ((a == TYPE_INT && b == TYPE_FLOAT) || (a == TYPE_FLOAT && b == TYPE_INT))
        REPORT_HELP(
            diag,
            "nothing is converted by itself: `float(x)` makes a float of an int, `truncate(x)` an int of a float");
    if (expr->binary.op == BINARY_REM && a == TYPE_STRING)
        REPORT_HELP(diag, "values stand in text: \"${x}\"; see `string:format`, `math:fixed`, `text.pad_left`");
    help_nil(frame, diag, expr->binary.left, left->type);
    help_nil(frame, diag, expr->binary.right, right->type);
    report_origin(diag, frame, expr->binary.left);
    report_origin(diag, frame, expr->binary.right);
    report_instance(diag, frame);
    return tree_never(expr->span);
}

// ---- arithmetic ----------------------------------------------------------------------------------------------------

static Tree *eval_plus_text(Frame *frame, const Expr *expr, Tree *left, Tree *right) {
    if (type_resolve(type_widen(left->type))->kind == TYPE_STRING)
        return concat_trees(
            convert(frame, left, type_string),
            type_resolve(type_widen(right->type))->kind == TYPE_STRING ? convert(frame, right, type_string) : right,
            expr->span);
    Diag *diag =
        report(frame, DIAG_TEXT_RIGHT, expr->binary.op_span, "text on the right of `+` needs text on its left");
    REPORT_LABEL(diag, left->span, "this is `%s`", type_words(type_widen(left->type)));
    Text text = span_text(left->span);
    bool simple = text.len <= 20 && !memchr(text.data, '"', text.len) && !memchr(text.data, '\n', text.len);
    REPORT_HELP(diag, "write it into the text: `\"${%.*s}\"`", simple ? (int)text.len : 3, simple ? text.data : "…");
    report_origin(diag, frame, expr->binary.right);
    report_instance(diag, frame);
    return tree_never(expr->span);
}

static bool is_numeric(const Type *type) { return type->kind == TYPE_INT || type->kind == TYPE_FLOAT; }

static Tree *eval_arithmetic(Frame *frame, const Expr *expr, Tree *left, Tree *right) {
    const Type *a = type_resolve(type_widen(left->type)), *b = type_resolve(type_widen(right->type));
    if (expr->binary.op == BINARY_ADD && (a->kind == TYPE_STRING || b->kind == TYPE_STRING))
        return eval_plus_text(frame, expr, left, right);
    if (expr->binary.op == BINARY_ADD && a->kind == TYPE_LIST) {
        Diag *diag = report(frame, DIAG_OPERAND, expr->binary.op_span, "`+` does not join lists");
        REPORT_HELP(diag, "lists are joined by `++`");
        return tree_never(expr->span);
    }
    if (a != b || !is_numeric(a))
        return bad_operands(frame, expr, left, right, "two ints or two floats");
    return tree_binary(ops[expr->binary.op], a, convert(frame, left, a), convert(frame, right, a), expr->span);
}

static Tree *eval_append(Frame *frame, const Expr *expr, Tree *left, Tree *right) {
    const Type *a = type_resolve(left->type), *b = type_resolve(right->type);
    if (type_resolve(type_widen(a))->kind == TYPE_STRING) {
        Diag *diag = report(frame, DIAG_OPERAND, expr->binary.op_span, "`++` does not join text");
        REPORT_HELP(diag, "text is joined by `+`");
        return tree_never(expr->span);
    }
    if (a->kind == TYPE_RECORD && b->kind == TYPE_RECORD) {
        Diag *diag = report(frame, DIAG_OPERAND, expr->binary.op_span, "`++` does not join records");
        REPORT_HELP(diag, "a record with some fields new is `record with {field: value}`");
        return tree_never(expr->span);
    }
    if (is_numeric(type_resolve(type_widen(a)))) {
        Diag *diag = report(frame, DIAG_OPERAND, expr->binary.op_span, "`++` joins lists, and nothing counts up");
        Text text = span_text(expr->binary.left->span);
        REPORT_HELP(diag, "values do not change; bind the name again: `%.*s = %.*s + 1`", (int)text.len, text.data,
                    (int)text.len, text.data);
        return tree_never(expr->span);
    }
    if (a->kind != TYPE_LIST || b->kind != TYPE_LIST)
        return bad_operands(frame, expr, left, right, "two lists: `xs ++ [x]`");
    const Type *type = type_join(left->type, right->type);
    Tree *tree = tree_binary(TREE_ADD, type, convert(frame, left, type), convert(frame, right, type), expr->span);
    tree->kind = TREE_APPEND;
    return tree;
}

// ---- comparison ----------------------------------------------------------------------------------------------------

// `seen`: compound types that were looked at; a type has far fewer parts than ways through them.
static bool has_function(const Type *type, Map *seen) {
    type = type_resolve(type);
    bool compound =
        type->kind == TYPE_LIST || type->kind == TYPE_MAP || type->kind == TYPE_RECORD || type->kind == TYPE_UNION;
    if (!compound || !map_add(seen, type))
        return type->kind == TYPE_FUNCTION;
    bool found = false;
    if (type->kind == TYPE_LIST)
        return has_function(type->element, seen);
    if (type->kind == TYPE_MAP)
        return has_function(type->map.key, seen) || (type->map.value && has_function(type->map.value, seen));
    for (size_t i = 0; type->kind == TYPE_RECORD && i < type->record.count && !found; i++)
        found = has_function(type->record.fields[i].type, seen);
    for (size_t i = 0; type->kind == TYPE_UNION && i < type->members.count && !found; i++)
        found = has_function(type->members.types[i], seen);
    return found;
}

bool type_has_function(const Type *type) {
    Map seen = {0};
    return has_function(type, &seen);
}

static bool comparable(const Type *a, const Type *b, unsigned depth);

// One of them has all the fields of the other: a value that is known by those fields alone may be either.
static bool comparable_records(const Type *a, const Type *b, unsigned depth) {
    const Type *small = a->record.count < b->record.count ? a : b, *large = small == a ? b : a;
    for (size_t i = 0; i < small->record.count; i++) {
        const Type *other = type_field(large, small->record.fields[i].name);
        if (!other || !comparable(small->record.fields[i].type, other, depth + 1))
            return false;
    }
    return true;
}

static bool comparable(const Type *a, const Type *b, unsigned depth) {
    if (depth > 8 || type_overlaps(a, b))
        return true;
    for (size_t i = 0; i < type_member_count(a); i++)
        for (size_t k = 0; k < type_member_count(b); k++) {
            const Type *one = type_resolve(type_member(a, i)), *other = type_resolve(type_member(b, k));
            if (one->kind == TYPE_RECORD && other->kind == TYPE_RECORD && comparable_records(one, other, depth))
                return true;
        }
    return false;
}

static Tree *not_comparable(Frame *frame, const Expr *expr, const Tree *left, const Tree *right, const char *why) {
    Diag *diag = report(frame, DIAG_NOT_COMPARABLE, expr->binary.op_span, "%s", why);
    REPORT_LABEL(diag, left->span, "this is `%s`", type_words(left->type));
    REPORT_LABEL(diag, right->span, "this is `%s`", type_words(right->type));
    report_origin(diag, frame, expr->binary.left);
    report_instance(diag, frame);
    return tree_bool(false, expr->span);
}

// `f == nil`, of what compares with nothing else. NULL: it is something else.
static Tree *eval_nil_test(Frame *frame, const Expr *expr, Tree *left, Tree *right) {
    Tree *value = right->type->kind == TYPE_NIL ? left : left->type->kind == TYPE_NIL ? right : NULL;
    if (!value || !type_overlaps(value->type, type_nil))
        return NULL;
    Tree *tree = tree_new(TREE_IS, type_bool, expr->span);
    tree->is.value = value;
    tree->is.pattern = pattern_of_type(frame, type_nil, value->type, expr->span);
    if (expr->binary.op == BINARY_EQ)
        return tree;
    Tree *other = tree_new(TREE_NOT, type_bool, expr->span);
    other->operand = tree;
    return other;
}

static Tree *eval_equality(Frame *frame, const Expr *expr, Tree *left, Tree *right) {
    bool functions = type_has_function(left->type) || type_has_function(right->type);
    Tree *nil_test = functions ? eval_nil_test(frame, expr, left, right) : NULL;
    if (nil_test)
        return nil_test;
    if (functions)
        return not_comparable(frame, expr, left, right, "functions do not compare");
    const Type *a = widen_tree(left), *b = widen_tree(right);
    if (!comparable(type_widen(a), type_widen(b), 0))
        return not_comparable(frame, expr, left, right, "these types have no value in common");
    const Type *type = type_join(a, b);
    return tree_binary(ops[expr->binary.op], type_bool, convert(frame, left, type), convert(frame, right, type),
                       expr->span);
}

static Tree *eval_order(Frame *frame, const Expr *expr, Tree *left, Tree *right) {
    const Type *a = type_resolve(type_widen(left->type)), *b = type_resolve(type_widen(right->type));
    if (a != b || (!is_numeric(a) && a->kind != TYPE_STRING)) {
        bad_operands(frame, expr, left, right, "two ints, two floats or two strings");
        return tree_bool(false, expr->span);
    }
    return tree_binary(ops[expr->binary.op], type_bool, convert(frame, left, a), convert(frame, right, a), expr->span);
}

// ---- bool ----------------------------------------------------------------------------------------------------------

void expect_bool(Frame *frame, Tree *tree, const Expr *expr, const char *where) {
    if (type_fits(tree->type, type_bool))
        return;
    Diag *diag = report(frame, DIAG_TYPE_MISMATCH, tree->span, "%s has to be a `bool`, found `%s`", where,
                        type_words(tree->type));
    TypeKind kind = type_resolve(type_widen(tree->type))->kind;
    if (kind == TYPE_INT)
        REPORT_HELP(diag, "nothing but `true` and `false` is a condition: compare, `n != 0`");
    else if (kind == TYPE_STRING)
        REPORT_HELP(diag, "nothing but `true` and `false` is a condition: compare, `text != \"\"`");
    else if (kind == TYPE_LIST)
        REPORT_HELP(diag, "nothing but `true` and `false` is a condition: compare, `xs != []`");
    else if (kind == TYPE_UNION && strstr(where, "`!`"))
        REPORT_HELP(diag, "`!` binds tighter than `is` and `==`: write `!(x is …)`, or `x != …`");
    else if (kind == TYPE_UNION && may_be_nil(tree->type))
        REPORT_HELP(diag, "nothing but `true` and `false` is a condition: compare, `x != nil`");
    report_origin(diag, frame, expr);
    report_instance(diag, frame);
}

static Tree *eval_logic(Frame *frame, Expr *expr) {
    const char *where = expr->binary.op == BINARY_AND ? "an operand of `&&`" : "an operand of `||`";
    bool is_and = expr->binary.op == BINARY_AND;
    Tree *left = is_and ? eval_condition(frame, expr->binary.left) : eval(frame, expr->binary.left, NULL);
    expect_bool(frame, left, expr->binary.left, where);
    Facts facts = {.span = expr->binary.op_span};
    if (!is_and && left->type->kind != TYPE_NEVER) // its right side is only looked at where the left one is false
        narrow_facts(frame, expr->binary.left, left, false, &facts);
    Tree *right = is_and ? eval_condition(frame, expr->binary.right) : eval(frame, expr->binary.right, NULL);
    expect_bool(frame, right, expr->binary.right, where);
    if (left->type->kind == TYPE_NEVER)
        return left;
    return tree_binary(ops[expr->binary.op], type_bool, convert(frame, left, type_bool),
                       narrow_before(&facts, convert(frame, right, type_bool)), expr->span);
}

// `x is pattern`: what the pattern binds, and `x` as what is known of it then, is in scope behind it.
static Tree *eval_test(Frame *frame, Expr *expr) {
    Tree *value = eval(frame, expr->is.value, NULL);
    check_pattern_view(frame, expr->is.value, expr->is.pattern);
    TreePattern *pattern = pattern_check(frame, expr->is.pattern, value->type);
    if (value->type->kind == TYPE_NEVER)
        return value;
    Subject subject;
    bool known = narrow_subject(frame, expr->is.value, &subject);
    const Type *matched = pattern_matched(pattern);
    bool is_union = type_resolve(value->type)->kind == TYPE_UNION;
    if (known && matched->kind == TYPE_NEVER)
        narrow_push(frame, &subject, type_never)->used = true;
    else if (known && is_union && !type_equal(matched, value->type)) {
        Binding *narrowed = narrow_push(frame, &subject, matched);
        narrowed->used = true;
        pattern = pattern_bind_matched(pattern, narrowed->local);
    }
    Tree *tree = tree_new(TREE_IS, type_bool, expr->span);
    tree->is.value = value;
    tree->is.pattern = pattern;
    return tree;
}

Tree *eval_condition(Frame *frame, Expr *expr) {
    if (expr->kind == EXPR_IS)
        return narrow_behind_condition(frame, expr, eval_test(frame, expr));
    if (expr->kind == EXPR_BINARY && expr->binary.op == BINARY_AND)
        return eval_logic(frame, expr);
    Tree *test = convert(frame, eval(frame, expr, NULL), type_bool);
    return type_fits(test->type, type_bool) ? narrow_behind_condition(frame, expr, test) : test;
}

// ---- the face ------------------------------------------------------------------------------------------------------

Tree *eval_unary(Frame *frame, Expr *expr, const Type *expected) {
    bool negates = expr->unary.op == UNARY_NEGATE;
    Tree *operand = eval(frame, expr->unary.operand, negates ? expected : NULL);
    if (operand->type->kind == TYPE_NEVER)
        return operand;
    if (!negates) {
        expect_bool(frame, operand, expr->unary.operand, "the operand of `!`");
        Tree *tree = tree_new(TREE_NOT, type_bool, expr->span);
        tree->operand = convert(frame, operand, type_bool);
        return tree;
    }
    const Type *type = type_resolve(type_widen(operand->type));
    if (!is_numeric(type)) {
        Diag *diag = report(frame, DIAG_OPERAND, expr->unary.op_span, "`-` needs an int or a float");
        REPORT_LABEL(diag, operand->span, "this is `%s`", type_words(operand->type));
        report_instance(diag, frame);
        return tree_never(expr->span);
    }
    Tree *tree = tree_new(TREE_NEGATE, type, expr->span);
    tree->operand = convert(frame, operand, type);
    return tree;
}

static Tree *eval_with_operands(Frame *frame, Expr *expr, Tree *left, Tree *right) {
    switch (expr->binary.op) {
    case BINARY_CONCAT:
        return eval_append(frame, expr, left, right);
    case BINARY_EQ:
    case BINARY_NE:
        return eval_equality(frame, expr, left, right);
    case BINARY_LT:
    case BINARY_LE:
    case BINARY_GT:
    case BINARY_GE:
        return eval_order(frame, expr, left, right);
    default:
        return eval_arithmetic(frame, expr, left, right);
    }
}

static bool is_float(const Tree *tree) { return type_resolve(tree->type)->kind == TYPE_FLOAT; }

Tree *eval_binary(Frame *frame, Expr *expr, const Type *expected) {
    if (expr->binary.op == BINARY_AND || expr->binary.op == BINARY_OR) {
        Binding *scope = frame->scope;
        Tree *tree = eval_logic(frame, expr);
        frame->scope = scope;
        return tree;
    }
    bool passes = expr->binary.op != BINARY_EQ && expr->binary.op != BINARY_NE && expr->binary.op < BINARY_EQ;
    Tree *left = eval(frame, expr->binary.left, passes ? expected : NULL);
    bool list = type_resolve(left->type)->kind == TYPE_LIST;
    Tree *right = eval(frame, expr->binary.right,
                       is_float(left) || (list && !expected) ? left->type
                       : passes                              ? expected
                                                             : NULL);
    if (is_float(right) && is_int_literal(expr->binary.left))
        left = eval(frame, expr->binary.left, type_float);
    if (is_float(left) && !is_float(right) && is_int_literal(expr->binary.right))
        right = eval(frame, expr->binary.right, type_float);
    Tree *operands[] = {left, right};
    Tree *never = tree_never_of(operands, 2, expr->span);
    return never ? never : eval_with_operands(frame, expr, left, right);
}
