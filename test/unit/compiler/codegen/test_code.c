// Programs built by hand are compiled, linked with a fake runtime and run; their assembly is looked at.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "test/unit/compiler/codegen/run.h"

// The part of an assembly or LLVM text that belongs to a function: from its label to the next one's.
static const char *part(const char *all, const char *label, const char *end) {
    const char *start = strstr(all, label);
    assert_non_null(start);
    const char *stop = strstr(start, end);
    return mem_copy_text(start, stop ? (size_t)(stop - start) : strlen(start));
}

static void build_fib(int64_t n) {
    start_program();
    Local *parameter = local(0, "n", type_int);
    Instance *fib = function("fib", type_int, 1, parameter);
    Tree *first = call(fib, binary(TREE_SUBTRACT, type_int, use(parameter), integer(1)), NULL);
    Tree *second = call(fib, binary(TREE_SUBTRACT, type_int, use(parameter), integer(2)), NULL);
    fib->body = choose(binary(TREE_LESS, type_bool, use(parameter), integer(2)), use(parameter),
                       binary(TREE_ADD, type_int, first, second));
    set_main(println(call(fib, integer(n), NULL)));
}

// loop(n, sum) { if n == 0 { sum } else { loop(n - 1, sum + n) } }
static void build_loop(int64_t n) {
    start_program();
    Local *count = local(0, "n", type_int), *sum = local(1, "sum", type_int);
    Instance *loop = function("loop", type_int, 2, count, sum);
    Tree *again = call(loop, binary(TREE_SUBTRACT, type_int, use(count), integer(1)),
                       binary(TREE_ADD, type_int, use(sum), use(count)), NULL);
    loop->body = choose(binary(TREE_EQUAL, type_bool, use(count), integer(0)), use(sum), again);
    set_main(println(call(loop, integer(n), integer(0), NULL)));
}

static void recursion_gives_its_value(void **state) {
    (void)state;
    build_fib(20);
    assert_string_equal(run(false, ""), "6765\n");
    assert_string_equal(run(true, ""), "6765\n");
}

static void a_full_stack_goes_on_on_the_segment(void **state) {
    (void)state;
    build_fib(10);
    assert_string_equal(run(false, "full"), "segment\n55\n");
    assert_string_equal(run(true, "full"), "segment\n55\n");
}

static void a_tail_call_takes_no_stack(void **state) {
    (void)state;
    build_loop(10000000);
    assert_string_equal(run(false, ""), "50000005000000\n");
    assert_string_equal(run(true, ""), "50000005000000\n");
}

static void a_tail_loop_polls_in_each_round(void **state) {
    (void)state;
    build_loop(1000);
    const char *loop = part(emit_text(CODEGEN_ASSEMBLY, false), "Loop Header", ".Lfunc_end");
    assert_non_null(strstr(loop, "%rsp"));
    assert_non_null(strstr(loop, "fl_poll"));
}

// for i in range(n) { total(i) }, with a body that does nothing but compute
static void build_counted(int64_t rounds) {
    start_program();
    Local *n = local(0, "n", type_int), *i = local(1, "i", type_int);
    Instance *counted = function("counted", type_nil, 1, n);
    counted->body = for_range(i, integer(0), use(n), println(use(i)));
    set_main(call(counted, integer(rounds), NULL));
}

static void counted_loops_poll(void **state) {
    (void)state;
    build_counted(1000000);
    assert_non_null(strstr(part(emit_text(CODEGEN_ASSEMBLY, false), "Loop Header", ".Lfunc_end"), "fl_poll"));
    build_counted(3);
    assert_string_equal(run(false, ""), "0\n1\n2\n");
    assert_string_equal(run(true, ""), "0\n1\n2\n");
}

static void integer_code_allocates_nothing(void **state) {
    (void)state;
    build_fib(20);
    const char *code = emit_text(CODEGEN_LLVM, true);
    assert_null(strstr(code, "fl_alloc_slow"));
    assert_null(strstr(code, "fl_buffer_new"));
    build_loop(20);
    assert_null(strstr(emit_text(CODEGEN_LLVM, true), "fl_alloc_slow"));
}

// even(n, nine more) calls odd(n - 1), which calls even(n - 2, …): tail calls between functions whose arguments need
// different room.
static void build_uneven(int64_t rounds) {
    start_program();
    Local *many[10];
    for (uint32_t i = 0; i < 10; i++)
        many[i] = local(i, "a", type_int);
    Local *n = local(0, "n", type_int), *sum = local(1, "sum", type_int);
    Instance *even = function("even", type_int, 10, many[0], many[1], many[2], many[3], many[4], many[5], many[6],
                              many[7], many[8], many[9]);
    Instance *odd = function("odd", type_int, 2, n, sum);
    Tree *total = use(many[1]);
    for (size_t i = 2; i < 10; i++)
        total = binary(TREE_ADD, type_int, total, use(many[i]));
    Tree *next = call(odd, binary(TREE_SUBTRACT, type_int, use(many[0]), integer(1)), total, NULL);
    even->body = choose(binary(TREE_EQUAL, type_bool, use(many[0]), integer(0)), use(many[1]), next);
    odd->body = call(even, binary(TREE_SUBTRACT, type_int, use(n), integer(1)), use(sum), integer(1), integer(1),
                     integer(1), integer(1), integer(1), integer(1), integer(1), integer(1), NULL);
    set_main(println(call(odd, integer(rounds + 1), integer(0), NULL)));
}

static void tail_calls_with_more_arguments_take_no_stack(void **state) {
    (void)state;
    build_uneven(2000000);
    assert_string_equal(run(false, ""), "8000000\n");
    assert_string_equal(run(true, ""), "8000000\n");
}

// wide(n) { x0 = fib(n) … x2999 = fib(n); x0 + … + x2999 }: all of them live at once.
static void a_large_frame_is_checked_before_it_is_taken(void **state) {
    (void)state;
    enum { WIDTH = 3000 };
    build_fib(1);
    Local *n = local(WIDTH, "n", type_int);
    Instance *fib = program.instances[0], *wide = function("wide", type_int, 1, n);
    Tree *body = block(integer(0), NULL), *sum = integer(0);
    body->block.statements = mem_alloc(WIDTH * sizeof(Tree *));
    body->block.count = WIDTH;
    for (uint32_t i = 0; i < WIDTH; i++) {
        Local *x = local(i, "x", type_int);
        body->block.statements[i] = let(x, call(fib, use(n), NULL));
        sum = binary(TREE_ADD, type_int, sum, use(x));
    }
    body->block.result = sum;
    wide->body = body;
    set_main(println(call(wide, integer(2), NULL)));
    assert_string_equal(run(true, "full"), "large\nsegment\n3000\n");
}

static void overflow_panics(void **state) {
    (void)state;
    start_program();
    Local *n = local(0, "n", type_int);
    Instance *twice = function("twice", type_int, 1, n);
    twice->body = binary(TREE_ADD, type_int, use(n), use(n));
    set_main(println(call(twice, integer(INT64_MAX), NULL)));
    assert_string_equal(run(false, ""), "panic: overflow\n");
    assert_string_equal(run(true, ""), "panic: overflow\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recursion_gives_its_value),
        cmocka_unit_test(a_full_stack_goes_on_on_the_segment),
        cmocka_unit_test(a_tail_call_takes_no_stack),
        cmocka_unit_test(a_tail_loop_polls_in_each_round),
        cmocka_unit_test(counted_loops_poll),
        cmocka_unit_test(integer_code_allocates_nothing),
        cmocka_unit_test(overflow_panics),
        cmocka_unit_test(a_large_frame_is_checked_before_it_is_taken),
        cmocka_unit_test(tail_calls_with_more_arguments_take_no_stack),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
