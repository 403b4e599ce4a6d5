// Exhaustiveness: against an enumeration of all values for random types and arms; then texts of witnesses, open types
// and bounds.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/base/vec.h"
#include "compiler/semantic/exhaustive.h"

// ---- patterns ------------------------------------------------------------------------------------------------------

static TreePattern *pattern(TreePatternKind kind, const Type *type) {
    TreePattern *made = mem_new(TreePattern);
    made->kind = kind;
    made->type = type;
    return made;
}

static TreePattern *any(const Type *type) { return pattern(TREE_PATTERN_ANY, type); }

static TreePattern *guarded(TreePattern *inner) {
    TreePattern *made = pattern(TREE_PATTERN_GUARD, inner->type);
    made->guard.inner = inner;
    return made;
}

static TreePattern *constant(const Type *over, const Type *literal) {
    TreePattern *made = pattern(TREE_PATTERN_CONSTANT, over);
    made->constant = mem_new(Tree);
    made->constant->kind = TREE_CONSTANT;
    made->constant->type = literal;
    if (literal->kind == TYPE_LITERAL_STRING)
        made->constant->constant.text = literal->literal.text;
    else if (literal->kind != TYPE_NIL)
        made->constant->constant.integer = literal->literal.integer;
    return made;
}

static TreePattern *record(const Type *type, size_t count, ...) {
    TreePattern *made = pattern(TREE_PATTERN_RECORD, type);
    made->record.fields = mem_alloc((count + 1) * sizeof(TreeFieldPattern));
    made->record.count = count;
    va_list list;
    va_start(list, count);
    for (size_t i = 0; i < count; i++) {
        made->record.fields[i].name = name_of(va_arg(list, const char *));
        made->record.fields[i].pattern = va_arg(list, TreePattern *);
    }
    va_end(list);
    return made;
}

static TreePattern *list(const Type *type, bool rest, size_t count, ...) {
    TreePattern *made = pattern(TREE_PATTERN_LIST, type);
    made->list.elements = mem_alloc((count + 1) * sizeof(TreePattern *));
    made->list.count = count;
    made->list.rest = rest ? any(type) : NULL;
    va_list arguments;
    va_start(arguments, count);
    for (size_t i = 0; i < count; i++)
        made->list.elements[i] = va_arg(arguments, TreePattern *);
    va_end(arguments);
    return made;
}

static TreePattern *member(const Type *over, TreePattern *inner) {
    TreePattern *made = pattern(TREE_PATTERN_MEMBERS, over);
    made->members.entries = mem_new(TreeMemberPattern);
    made->members.entries[0] = (TreeMemberPattern){.member = inner->type, .pattern = inner};
    made->members.count = 1;
    return made;
}

static const Type *text(const char *literal) { return type_literal_string(name_of(literal)); }

static const Type *record_type(const char *a, const Type *type_a, const char *b, const Type *type_b) {
    return type_record((TypeField[]){{name_of(a), type_a}, {b ? name_of(b) : NULL, type_b}}, b ? 2 : 1);
}

static Exhaustiveness check(const Type *type, size_t count, TreePattern *const *patterns) {
    TreeArm *arms = mem_alloc((count + 1) * sizeof(TreeArm));
    for (size_t i = 0; i < count; i++)
        arms[i].pattern = patterns[i];
    return exhaustive_check(type, arms, count);
}

#define CHECK(type, ...)                                                                                               \
    check(type, sizeof((TreePattern *[]){__VA_ARGS__}) / sizeof(TreePattern *), (TreePattern *[]){__VA_ARGS__})

static void assert_missing(Exhaustiveness result, const char *texts) {
    StringBuilder out = {0};
    for (size_t i = 0; i < result.missing_count; i++)
        sb_addf(&out, "%s%s", i ? " ; " : "", result.missing[i]);
    assert_string_equal(sb_text(&out), texts);
}

// ---- against enumeration -------------------------------------------------------------------------------------------

typedef struct Value Value;
struct Value {
    const Type *type; // never a union or bool: the literal, nil, record or list
    const Value **parts;
    size_t count;
};
typedef VEC(const Value *) ValueVec;

enum { LONGEST = 3, MOST_VALUES = 400 };

static uint64_t seed = 7;

static unsigned draw(unsigned bound) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % bound;
}

static void add_value(ValueVec *out, const Type *type, const Value **parts, size_t count) {
    Value *value = mem_new(Value);
    *value = (Value){.type = type, .parts = mem_alloc((count + 1) * sizeof(*parts)), .count = count};
    if (count)
        memcpy(value->parts, parts, count * sizeof(*parts));
    vec_push(out, value);
}

static ValueVec values_of(const Type *type);

static void add_products(ValueVec *out, const Type *type, const Type *const *parts, size_t count) {
    const Value *chosen[8];
    size_t index[8] = {0};
    ValueVec choices[8];
    for (size_t i = 0; i < count; i++) {
        choices[i] = values_of(parts[i]);
        if (choices[i].len == 0)
            return;
    }
    for (;;) {
        for (size_t i = 0; i < count; i++)
            chosen[i] = choices[i].data[index[i]];
        add_value(out, type, chosen, count);
        size_t at = 0;
        while (at < count && ++index[at] == choices[at].len)
            index[at++] = 0;
        if (at == count)
            return;
    }
}

static ValueVec values_of(const Type *type) {
    ValueVec out = {0};
    const Type *parts[8];
    switch (type->kind) {
    case TYPE_BOOL:
        add_value(&out, type_literal_bool(false), NULL, 0);
        add_value(&out, type_literal_bool(true), NULL, 0);
        break;
    case TYPE_UNION:
        for (size_t i = 0; i < type->members.count; i++) {
            ValueVec inner = values_of(type->members.types[i]);
            for (size_t k = 0; k < inner.len; k++)
                vec_push(&out, inner.data[k]);
        }
        break;
    case TYPE_RECORD:
        for (size_t i = 0; i < type->record.count; i++)
            parts[i] = type->record.fields[i].type;
        add_products(&out, type, parts, type->record.count);
        break;
    case TYPE_LIST:
        for (size_t length = 0; length <= LONGEST; length++) {
            parts[length] = type->element;
            add_products(&out, type, parts, length);
        }
        break;
    default:
        add_value(&out, type, NULL, 0);
    }
    return out;
}

static bool matches(const TreePattern *pattern, const Value *value, bool guards_hold);

static bool parts_match(TreePattern *const *patterns, size_t count, const Value *value, bool guards_hold) {
    for (size_t i = 0; i < count; i++)
        if (!matches(patterns[i], value->parts[i], guards_hold))
            return false;
    return true;
}

static bool fields_match(const TreePattern *pattern, const Value *value, bool guards_hold) {
    for (size_t i = 0; i < pattern->record.count; i++)
        for (size_t k = 0; k < value->count; k++)
            if (value->type->record.fields[k].name == pattern->record.fields[i].name &&
                !matches(pattern->record.fields[i].pattern, value->parts[k], guards_hold))
                return false;
    return true;
}

static bool matches(const TreePattern *pattern, const Value *value, bool guards_hold) {
    switch (pattern->kind) {
    case TREE_PATTERN_GUARD:
        return guards_hold && matches(pattern->guard.inner, value, guards_hold);
    case TREE_PATTERN_CONSTANT:
        return pattern->constant->type == value->type;
    case TREE_PATTERN_MEMBERS:
        return type_fits(value->type, pattern->members.entries[0].member) &&
               matches(pattern->members.entries[0].pattern, value, guards_hold);
    case TREE_PATTERN_RECORD:
        return fields_match(pattern, value, guards_hold);
    case TREE_PATTERN_LIST:
        return (pattern->list.rest ? value->count >= pattern->list.count : value->count == pattern->list.count) &&
               parts_match(pattern->list.elements, pattern->list.count, value, guards_hold);
    default:
        return true;
    }
}

static const Type *random_type(unsigned depth) {
    static const char *const names[] = {"x", "y"};
    switch (draw(depth ? 7 : 4)) {
    case 0:
        return type_bool;
    case 1:
        return type_nil;
    case 2:
        return text(names[draw(2)]);
    case 3:
        return type_literal_int(draw(3));
    case 4:
        return type_join(random_type(depth - 1), random_type(depth - 1));
    case 5:
        return record_type("x", random_type(depth - 1), draw(2) ? "y" : NULL, random_type(depth - 1));
    default:
        return depth > 1 ? random_type(depth - 1) : type_list(random_type(0));
    }
}

static TreePattern *random_pattern(const Type *type, unsigned depth);

static TreePattern *random_structure(const Type *type, unsigned depth) {
    if (type->kind == TYPE_BOOL)
        return constant(type, type_literal_bool(draw(2)));
    if (type->kind == TYPE_UNION) {
        const Type *one = type->members.types[draw((unsigned)type->members.count)];
        return member(type, random_pattern(one, depth));
    }
    if (type->kind == TYPE_RECORD) {
        TreePattern *made = record(type, 0);
        made->record.fields = mem_alloc(type->record.count * sizeof(TreeFieldPattern));
        for (size_t i = 0; i < type->record.count; i++)
            if (draw(3))
                made->record.fields[made->record.count++] =
                    (TreeFieldPattern){type->record.fields[i].name, random_pattern(type->record.fields[i].type, depth)};
        return made;
    }
    if (type->kind == TYPE_LIST) {
        TreePattern *made = list(type, draw(2), 0);
        made->list.elements = mem_alloc(LONGEST * sizeof(TreePattern *));
        made->list.count = draw(LONGEST);
        for (size_t i = 0; i < made->list.count; i++)
            made->list.elements[i] = random_pattern(type->element, depth);
        return made;
    }
    return constant(type, type);
}

static TreePattern *random_pattern(const Type *type, unsigned depth) {
    if (draw(8) == 0)
        return guarded(random_pattern(type, depth));
    if (depth == 0 || draw(4) == 0)
        return any(type);
    return random_structure(type, depth - 1);
}

static size_t first_arm(TreePattern *const *arms, size_t count, const Value *value) {
    size_t at = 0;
    while (at < count && !matches(arms[at], value, false))
        at++;
    return at;
}

static void compare_with_enumeration(const Type *type) {
    ValueVec values = values_of(type);
    if (values.len > MOST_VALUES)
        return;
    TreePattern *arms[6];
    size_t count = draw(7);
    bool reached[6] = {false}, missing = false;
    for (size_t i = 0; i < count; i++)
        arms[i] = random_pattern(type, 4);
    for (size_t v = 0; v < values.len; v++) {
        size_t taken = first_arm(arms, count, values.data[v]);
        missing |= taken == count;
        for (size_t i = 0; i < count && i <= taken; i++)
            reached[i] |= matches(arms[i], values.data[v], true);
    }
    Exhaustiveness result = check(type, count, arms);
    assert_false(result.too_complex);
    if ((result.missing_count + result.open_count > 0) != missing)
        fail_msg("%s: %zu missing, enumeration says %d", type_text(type), result.missing_count, missing);
    size_t unreachable = 0;
    for (size_t i = 0; i < count; i++)
        if (!reached[i])
            assert_int_equal(result.unreachable[unreachable++], i);
    assert_int_equal(result.unreachable_count, unreachable);
}

static void test_against_enumeration(void **state) {
    (void)state;
    for (int round = 0; round < 6000; round++)
        compare_with_enumeration(random_type(3));
}

// ---- texts ---------------------------------------------------------------------------------------------------------

static void test_variants(void **state) {
    (void)state;
    const Type *add = record_type("type", text("add"), "data", type_int),
               *sub = record_type("type", text("sub"), "data", type_int);
    const Type *both = type_join(add, sub);
    assert_missing(CHECK(both, member(both, record(add, 1, "type", constant(text("add"), text("add"))))),
                   "{type: \"sub\", …}");
    assert_missing(CHECK(both, member(both, any(add)), member(both, any(sub))), "");
    assert_missing(CHECK(both, guarded(any(both))), "_");
}

static void test_scalars(void **state) {
    (void)state;
    const Type *maybe = type_join(type_nil, type_bool);
    assert_missing(CHECK(maybe, constant(maybe, type_nil), constant(maybe, type_literal_bool(true))), "false");
    assert_missing(CHECK(type_bool, constant(type_bool, type_literal_bool(true))), "false");
    assert_missing(CHECK(maybe, any(maybe)), "");
    const Type *found = type_join(record_type("found", type_int, NULL, NULL), type_nil);
    assert_missing(CHECK(found, constant(found, type_nil)), "{found: _}");
}

static void test_lists(void **state) {
    (void)state;
    const Type *flags = type_list(type_bool);
    assert_missing(CHECK(flags, list(flags, true, 1, any(type_bool))), "[]");
    assert_missing(CHECK(flags, list(flags, false, 0), list(flags, false, 1, any(type_bool))), "[_, _, ...]");
    assert_missing(
        CHECK(flags, list(flags, false, 0), list(flags, true, 1, constant(type_bool, type_literal_bool(true)))),
        "[false, ...]");
    assert_missing(CHECK(flags, list(flags, false, 0), list(flags, true, 1, any(type_bool))), "");
    assert_missing(CHECK(type_list(type_never), list(type_list(type_never), false, 0)), "");
}

static void test_open_types(void **state) {
    (void)state;
    const Type *message = record_type("type", type_string, "ok", type_bool);
    Exhaustiveness result = CHECK(message, record(message, 1, "type", constant(type_string, text("add"))));
    assert_int_equal(result.missing_count, 0);
    assert_int_equal(result.open_count, 1);
    result = CHECK(message, record(message, 2, "type", constant(type_string, text("add")), "ok",
                                   constant(type_bool, type_literal_bool(true))));
    assert_missing(result, "{ok: false, …}");
    assert_int_equal(result.open_count, 1);
    result = CHECK(type_int, constant(type_int, type_literal_int(1)), constant(type_int, type_literal_int(1)),
                   any(type_int), any(type_int));
    assert_int_equal(result.unreachable_count, 2);
    assert_int_equal(result.unreachable[0], 1);
    assert_int_equal(result.unreachable[1], 3);
}

static void test_open_witnesses(void **state) {
    (void)state;
    const Type *message = record_type("type", type_string, "data", type_int);
    Exhaustiveness result = CHECK(message, record(message, 1, "type", constant(type_string, text("add"))));
    assert_string_equal(result.open[0], "{type: \"…\", …}");
    result = CHECK(type_int, constant(type_int, type_literal_int(0)), constant(type_int, type_literal_int(1)));
    assert_string_equal(result.open[0], "2");
    result = CHECK(type_int, guarded(any(type_int)));
    assert_int_equal(result.missing_count, 0);
    assert_string_equal(result.open[0], "_");
    result = CHECK(type_bool, guarded(any(type_bool)));
    assert_missing(result, "_");
}

static void test_many_missing_are_cut(void **state) {
    (void)state;
    const Type *type = type_never;
    for (int i = 0; i < 12; i++)
        type = type_join(type, type_literal_int(i));
    Exhaustiveness result = CHECK(type, constant(type, type_literal_int(0)));
    assert_int_equal(result.missing_count, EXHAUSTIVE_MAX_MISSING);
    assert_true(result.more);
    result = check(type, 0, NULL);
    assert_missing(result, "_");
}

static void test_recursive_type(void **state) {
    (void)state;
    Type *knot = type_knot(NULL);
    const Type *cons = record_type("head", type_bool, "tail", knot);
    const Type *chain = type_join(type_nil, cons);
    type_tie(knot, chain);
    assert_missing(CHECK(chain, constant(chain, type_nil),
                         member(chain, record(cons, 1, "tail", member(chain, record(cons, 1, "tail", any(knot)))))),
                   "{tail: nil, …}");
}

// ---- bounds --------------------------------------------------------------------------------------------------------

static void test_many_arms(void **state) {
    (void)state;
    enum { COUNT = 5000 };
    static TreePattern *arms[COUNT];
    for (int i = 0; i < COUNT; i++)
        arms[i] = constant(type_int, type_literal_int(i));
    Exhaustiveness result = check(type_int, COUNT, arms);
    assert_false(result.too_complex);
    assert_int_equal(result.unreachable_count, 0);
    assert_int_equal(result.open_count, 1);
}

// Arms that look at fields of their own, two each: every arm leaves three cases to the arms below.
static void test_work_is_bounded(void **state) {
    (void)state;
    enum { FIELDS = 40 };
    TypeField fields[FIELDS];
    static char names[FIELDS][8];
    for (int i = 0; i < FIELDS; i++) {
        snprintf(names[i], sizeof names[i], "f%d", i);
        fields[i] = (TypeField){name_of(names[i]), type_bool};
    }
    const Type *type = type_record(fields, FIELDS), *yes = type_literal_bool(true);
    TreePattern *arms[FIELDS / 2];
    for (int i = 0; i < FIELDS / 2; i++)
        arms[i] = record(type, 2, names[2 * i], constant(type_bool, yes), names[2 * i + 1], constant(type_bool, yes));
    assert_true(check(type, FIELDS / 2, arms).too_complex);
    assert_false(check(type, 6, arms).too_complex);
}

int main(void) {
    mem_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_enumeration),
        cmocka_unit_test(test_variants),
        cmocka_unit_test(test_scalars),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_open_types),
        cmocka_unit_test(test_open_witnesses),
        cmocka_unit_test(test_many_missing_are_cut),
        cmocka_unit_test(test_recursive_type),
        cmocka_unit_test(test_many_arms),
        cmocka_unit_test(test_work_is_bounded),
    };
    return cmocka_run_group_tests_name("exhaustive", tests, NULL, NULL);
}
