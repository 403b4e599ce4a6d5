// The algebra of types: laws over random types, then the rules one by one.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/base/mem.h"
#include "compiler/typed/tree.h"
#include "compiler/typed/type.h"

// ---- shorthands ----------------------------------------------------------------------------------------------------

static const Type *text(const char *literal) { return type_literal_string(name_of(literal)); }

static const Type *either(const Type *a, const Type *b) { return type_union((const Type *[]){a, b}, 2); }

static const Type *record1(const char *name, const Type *type) {
    return type_record(&(TypeField){.name = name_of(name), .type = type}, 1);
}

static const Type *record2(const char *name, const Type *type, const char *name2, const Type *type2) {
    return type_record((TypeField[]){{name_of(name), type}, {name_of(name2), type2}}, 2);
}

static Kind kinds[3] = {{.id = 0}, {.id = 1}, {.id = 2}};
static Closure closures[2] = {{.id = 0}, {.id = 1}};

static const Type *pid_of(int index) {
    kinds[index].function = name_of(index == 0 ? "main" : index == 1 ? "worker" : "db");
    return type_pid_of((Kind *[]){&kinds[index]}, 1);
}

static const Type *function_of(int index) { return type_function_of((Closure *[]){&closures[index]}, 1); }

// nil | {head: element, tail: itself}
static const Type *chain(const Type *element) {
    Type *knot = type_knot(NULL);
    const Type *whole = either(type_nil, record2("head", element, "tail", knot));
    type_tie(knot, whole);
    return whole;
}

static void assert_text(const Type *type, const char *expected) { assert_string_equal(type_text(type), expected); }

// ---- random types --------------------------------------------------------------------------------------------------

static uint64_t seed = 1;

static unsigned draw(unsigned bound) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % bound;
}

static const Type *random_leaf(void) {
    static const char *const texts[] = {"a", "b", "c"};
    switch (draw(12)) {
    case 0:
        return type_nil;
    case 1:
        return type_bool;
    case 2:
        return type_int;
    case 3:
        return type_float;
    case 4:
        return type_string;
    case 5:
        return type_literal_bool(draw(2));
    case 6:
        return type_literal_int(draw(3));
    case 7:
        return pid_of((int)draw(3));
    case 8:
        return function_of((int)draw(2));
    case 9:
        return type_pid_any;
    default:
        return text(texts[draw(3)]);
    }
}

static const Type *random_type(unsigned depth) {
    static const char *const names[] = {"x", "y", "z"};
    if (depth == 0)
        return random_leaf();
    switch (draw(6)) {
    case 0:
        return type_list(random_type(depth - 1));
    case 1:
        return record1(names[draw(3)], random_type(depth - 1));
    case 2:
        return record2("x", random_type(depth - 1), names[1 + draw(2)], random_type(depth - 1));
    case 3:
        return type_join(random_type(depth - 1), random_type(depth - 1));
    case 4:
        return chain(random_type(depth - 1));
    default:
        return random_leaf();
    }
}

static void assert_same(const Type *a, const Type *b) {
    if (!type_equal(a, b))
        fail_msg("%s is not %s", type_text(a), type_text(b));
}

static void assert_fits(const Type *a, const Type *b) {
    if (!type_fits(a, b))
        fail_msg("%s does not fit %s", type_text(a), type_text(b));
}

static void assert_canonical(const Type *type) {
    type = type_resolve(type);
    if (type->kind != TYPE_UNION)
        return;
    assert_true(type->members.count >= 2);
    for (size_t i = 0; i < type->members.count; i++) {
        assert_true(type->members.types[i]->kind != TYPE_UNION && type->members.types[i]->kind != TYPE_KNOT);
        for (size_t k = i + 1; k < type->members.count; k++)
            if (type_overlaps(type->members.types[i], type->members.types[k]))
                fail_msg("members of %s overlap", type_text(type));
    }
}

static void laws_hold_for(const Type *a, const Type *b, const Type *c) {
    const Type *joined = type_join(a, b);
    assert_canonical(joined);
    assert_true(type_equal(a, a));
    assert_same(type_join(a, a), a);
    assert_same(joined, type_join(b, a));
    assert_same(type_join(joined, c), type_join(a, type_join(b, c)));
    assert_same(type_join(joined, a), joined);
    assert_fits(a, a);
    assert_fits(a, joined);
    assert_fits(b, joined);
    if (type_equal(a, b))
        assert_true(type_fits(a, b) && type_fits(b, a) && type_overlaps(a, b));
    assert_true(type_overlaps(a, b) == type_overlaps(b, a));
    assert_fits(a, type_widen(a));
    assert_fits(a, type_widen_deep(a));
    assert_same(type_widen_deep(type_widen_deep(a)), type_widen_deep(a));
    assert_canonical(type_widen_deep(a));
    assert_fits(a, type_fold(a));
}

static void test_laws(void **state) {
    (void)state;
    for (int round = 0; round < 4000; round++)
        laws_hold_for(random_type(draw(4)), random_type(draw(4)), random_type(draw(3)));
}

// A join reached twice is one pointer as long as nothing recursive is in it: what the checker's fixed point compares.
static void test_joins_are_stable(void **state) {
    (void)state;
    for (int round = 0; round < 1000; round++) {
        const Type *a = random_type(draw(4)), *b = random_type(draw(4));
        const Type *joined = type_join(a, b);
        if (!joined->has_knot)
            assert_ptr_equal(joined, type_join(joined, b));
        else
            assert_ptr_equal(type_join(joined, a), type_join(type_join(joined, a), b));
    }
}

// ---- rules ---------------------------------------------------------------------------------------------------------

static void test_nodes_are_shared(void **state) {
    (void)state;
    assert_ptr_equal(record2("b", type_int, "a", type_nil), record2("a", type_nil, "b", type_int));
    assert_ptr_equal(type_list(type_int), type_list(type_int));
    assert_ptr_equal(either(type_int, type_nil), either(type_nil, type_int));
    assert_ptr_equal(pid_of(1), pid_of(1));
    assert_ptr_not_equal(pid_of(1), pid_of(2));
    assert_ptr_equal(record1("a", type_int)->record.shape, record1("a", type_bool)->record.shape);
}

static void test_scalars(void **state) {
    (void)state;
    assert_ptr_equal(type_join(type_int, type_literal_int(5)), type_int);
    assert_ptr_equal(type_join(text("a"), type_string), type_string);
    assert_ptr_equal(type_join(type_literal_bool(true), type_literal_bool(false)), type_bool);
    assert_ptr_equal(type_join(type_never, type_nil), type_nil);
    assert_text(type_join(type_int, type_float), "int | float");
    assert_text(type_join(text("b"), text("a")), "\"a\" | \"b\"");
    assert_text(type_list(type_never), "[]");
    assert_ptr_equal(type_join(type_list(type_never), type_list(type_int)), type_list(type_int));
    assert_text(type_join(type_list(type_int), type_list(type_string)), "[int | string]");
}

static void test_many_literals_widen(void **state) {
    (void)state;
    const Type *type = type_never;
    for (int i = 0; i < 16; i++)
        type = type_join(type, type_literal_int(i));
    assert_int_equal(type_member_count(type), 16);
    assert_ptr_equal(type_join(type, type_literal_int(16)), type_int);
}

static void test_records(void **state) {
    (void)state;
    assert_text(type_join(record1("a", type_int), record2("a", type_int, "b", type_bool)),
                "{a: int} | {a: int, b: bool}");
    assert_text(type_join(record1("a", type_int), record1("a", type_string)), "{a: int} | {a: string}");
    assert_text(type_join(record1("a", type_int), record1("a", type_literal_int(1))), "{a: int}");
    assert_text(type_join(record1("a", type_nil), record1("a", either(type_nil, type_int))), "{a: nil | int}");
    assert_text(type_join(record1("a", type_list(type_int)), record1("a", type_list(type_nil))), "{a: [nil | int]}");
    // Told apart by the tag, whatever else differs.
    assert_int_equal(type_member_count(type_join(record2("tag", text("x"), "to", pid_of(1)),
                                                 record2("tag", text("y"), "to", pid_of(2)))),
                     2);
    // Nothing but the process differs: erased at run time.
    assert_text(type_join(record1("to", pid_of(1)), record1("to", pid_of(2))), "{to: pid<worker | db>}");
    assert_int_equal(type_member_count(type_join(record1("f", function_of(0)), record1("f", function_of(1)))), 1);
}

static void test_many_variants(void **state) {
    (void)state;
    const Type *type = type_never;
    char name[16];
    for (int i = 0; i < 400; i++) {
        snprintf(name, sizeof name, "field%d", i);
        type = type_join(type, record1(name, type_int));
    }
    assert_int_equal(type_member_count(type), 400);
    type = type_never;
    for (int i = 0; i < 400; i++) {
        snprintf(name, sizeof name, "tag%d", i);
        type = type_join(type, record2("tag", text(name), "value", i % 2 ? type_int : type_nil));
    }
    assert_text(type, "{tag: string, value: nil | int}");
}

static void test_pids(void **state) {
    (void)state;
    const Type *narrow = type_pid_message(record1("a", type_int)),
               *wide = type_pid_message(record1("a", either(type_int, type_nil)));
    assert_ptr_equal(type_join(pid_of(1), type_pid_any), type_pid_any);
    assert_ptr_equal(type_join(narrow, wide), narrow);
    assert_true(type_fits(wide, narrow));
    assert_false(type_fits(narrow, wide));
    assert_true(type_fits(narrow, type_pid_any));
}

static void test_fits(void **state) {
    (void)state;
    assert_true(type_fits(record2("a", type_int, "b", type_nil), record1("a", type_int)));
    assert_false(type_fits(record1("a", type_int), record2("a", type_int, "b", type_nil)));
    assert_false(type_fits(type_int, type_float));
    assert_true(type_fits(type_bool, either(type_literal_bool(true), either(type_literal_bool(false), type_nil))));
    assert_true(type_fits(type_list(type_literal_int(1)), type_list(type_int)));
    const Type *message = record2("data", type_int, "type", text("wat"));
    assert_true(type_fits(message, record2("data", type_int, "type", type_string)));
    const Type *choice = type_join(record1("a", type_int), record2("a", type_int, "b", type_nil));
    const Type *most =
        type_record((TypeField[]){{name_of("a"), type_int}, {name_of("b"), type_nil}, {name_of("c"), type_nil}}, 3);
    assert_ptr_equal(type_best_member(most, choice), record2("a", type_int, "b", type_nil));
    assert_null(type_best_member(type_int, choice));
}

static void test_arrows(void **state) {
    (void)state;
    const Type *takes_int = type_function_arrow((const Type *[]){type_int}, 1, type_int);
    assert_text(takes_int, "(int) -> int");
    assert_text(either(takes_int, type_nil), "nil | ((int) -> int)");
    assert_true(type_fits(function_of(0), takes_int));
    const Type *takes_one = type_function_arrow((const Type *[]){type_literal_int(1)}, 1, type_int);
    assert_true(type_fits(takes_int, takes_one));
    assert_false(type_fits(takes_one, takes_int));
}

static void test_knots(void **state) {
    (void)state;
    const Type *ints = chain(type_int),
               *unrolled = either(type_nil, record2("head", type_int, "tail", chain(type_int)));
    assert_ptr_not_equal(ints, unrolled);
    assert_same(ints, unrolled);
    assert_ptr_equal(type_join(ints, unrolled), ints);
    assert_false(type_equal(ints, chain(type_string)));
    assert_false(type_fits(ints, chain(type_string)));
    assert_fits(chain(type_literal_int(1)), ints);
    assert_same(type_widen_deep(chain(type_literal_int(1))), ints);
    // Heads can be told apart, so the tails stay apart as well.
    assert_int_equal(type_member_count(type_join(ints, chain(type_string))), 3);
    assert_text(ints, "nil | {head: int, tail: …}");
    Type *forest = type_knot(name_of("Tree"));
    type_tie(forest, record1("children", type_list(forest)));
    assert_text(forest, "{children: [Tree]}");
    assert_fits(forest, forest);
}

// What inference meets in `build(n) { if n == 0 { nil } else { {head: n, tail: build(n - 1)} } }`.
static void test_fold(void **state) {
    (void)state;
    const Type *type = type_nil;
    for (int i = 0; i < 30; i++)
        type = type_fold(either(type_nil, record2("head", type_int, "tail", type)));
    assert_same(type, chain(type_int));
    const Type *again = type_join(type, either(type_nil, record2("head", type_int, "tail", type)));
    assert_ptr_equal(again, type);
    const Type *lists = type_int;
    for (int i = 0; i < 30; i++)
        lists = type_fold(type_join(lists, type_list(lists)));
    assert_same(type_join(lists, type_list(lists)), lists);
    const Type *matrix = type_list(type_list(type_list(type_int)));
    assert_ptr_equal(type_fold(matrix), matrix);
}

static void test_long_text_is_cut(void **state) {
    (void)state;
    const Type *type = type_int;
    for (int i = 0; i < 12; i++)
        type = record2("left", type, "right", type);
    assert_true(strlen(type_text(type)) < 400);
    assert_non_null(strstr(type_text(type), "…"));
}

int main(void) {
    mem_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_laws),
        cmocka_unit_test(test_joins_are_stable),
        cmocka_unit_test(test_nodes_are_shared),
        cmocka_unit_test(test_scalars),
        cmocka_unit_test(test_many_literals_widen),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_many_variants),
        cmocka_unit_test(test_pids),
        cmocka_unit_test(test_fits),
        cmocka_unit_test(test_arrows),
        cmocka_unit_test(test_knots),
        cmocka_unit_test(test_fold),
        cmocka_unit_test(test_long_text_is_cut),
    };
    return cmocka_run_group_tests_name("type", tests, NULL, NULL);
}
