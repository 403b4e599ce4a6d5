// How types live: words, layouts, and that what can't be told apart has one representation.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compiler/codegen/represent.h"

static Represent represent;
static const TypedProgram no_program;

static int start(void **state) {
    (void)state;
    mem_init();
    represent_init(&represent, &no_program);
    return 0;
}

static const Repr *repr(const Type *type) { return represent_type(&represent, type); }

static const Type *pair(const char *a, const Type *first, const char *b, const Type *second) {
    TypeField fields[] = {{name_of(a), first}, {name_of(b), second}};
    return type_record(fields, 2);
}

static const Type *either(const Type *a, const Type *b) {
    const Type *members[] = {a, b};
    return type_union(members, 2);
}

static void the_fixed_ids_are_those_of_the_contract(void **state) {
    (void)state;
    assert_int_equal(represent_id(&represent, repr(type_nil)), FL_TYPE_NIL);
    assert_int_equal(represent_id(&represent, repr(type_int)), FL_TYPE_INT);
    assert_int_equal(represent_id(&represent, repr(type_string)), FL_TYPE_STRING);
    assert_int_equal(represent_id(&represent, repr(type_pid_any)), FL_TYPE_PID);
    const Type *down = pair("down", type_pid_any, "reason", type_string);
    assert_int_equal(represent_id(&represent, repr(down)), FL_TYPE_DOWN);
}

static void small_records_are_their_words(void **state) {
    (void)state;
    const Repr *point = repr(pair("x", type_int, "y", type_float));
    assert_int_equal(point->words, 2);
    assert_false(point->boxed);
    assert_int_equal(point->word[0], WORD_INT);
    assert_int_equal(point->word[1], WORD_FLOAT);
    const Repr *tagged = repr(pair("type", type_literal_string(name_of("add")), "xs", type_list(type_int)));
    assert_int_equal(tagged->words, 2); // the literal has none, the list two
    assert_int_equal(tagged->word[0], WORD_POINTER);
    assert_int_equal(tagged->word[1], WORD_INT);
}

static void large_records_are_references(void **state) {
    (void)state;
    const Repr *large = repr(pair("a", type_list(type_int), "b", type_list(type_int)));
    assert_true(large->boxed);
    assert_int_equal(large->words, 1);
    assert_int_equal(large->object_words, 4);
    assert_int_equal(large->offsets[1], 2);
}

static void pids_are_one_representation(void **state) {
    (void)state;
    const Type *typed = type_pid_message(type_int);
    assert_ptr_not_equal(typed, type_pid_any);
    assert_ptr_equal(repr(typed), repr(type_pid_any));
    assert_ptr_equal(repr(type_list(typed)), repr(type_list(type_pid_any)));
    assert_ptr_equal(repr(pair("a", typed, "b", type_int)), repr(pair("a", type_pid_any, "b", type_int)));
}

// list = nil | {next: list, value: int}
static void a_recursive_type_is_one_however_far_unrolled(void **state) {
    (void)state;
    Type *knot = type_knot(name_of("chain"));
    const Type *chain = either(type_nil, pair("next", knot, "value", type_int));
    type_tie(knot, chain);
    const Type *once = pair("next", chain, "value", type_int);
    const Type *twice = pair("next", either(type_nil, once), "value", type_int);
    assert_ptr_equal(repr(knot), repr(chain));
    assert_ptr_equal(repr(once), repr(pair("next", knot, "value", type_int)));
    assert_ptr_equal(repr(once), repr(twice));
    assert_ptr_equal(repr(chain), repr(either(type_nil, twice)));
    assert_ptr_not_equal(repr(chain), repr(either(type_nil, pair("next", knot, "value", type_float))));
}

static void frames_of_one_form_are_one_layout(void **state) {
    (void)state;
    const Type *first[] = {type_int, type_pid_any}, *second[] = {type_int, type_pid_message(type_nil)};
    assert_ptr_equal(represent_tuple(&represent, first, 2), represent_tuple(&represent, second, 2));
    assert_ptr_not_equal(represent_tuple(&represent, first, 2), represent_tuple(&represent, first, 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_fixed_ids_are_those_of_the_contract, start),
        cmocka_unit_test_setup(small_records_are_their_words, start),
        cmocka_unit_test_setup(large_records_are_references, start),
        cmocka_unit_test_setup(pids_are_one_representation, start),
        cmocka_unit_test_setup(a_recursive_type_is_one_however_far_unrolled, start),
        cmocka_unit_test_setup(frames_of_one_form_are_one_layout, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
