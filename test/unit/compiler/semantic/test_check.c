// Source text in, the typed program's dump or a diagnostic's code out.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/base/mem.h"
#include "compiler/semantic/semantic.h"
#include "compiler/syntax/parser.h"

typedef struct Library {
    const char *name, *text;
} Library;

static Module *load(void *context, Name name, Diagnostics *diags) {
    const Library *library = context;
    if (!library || strcmp(library->name, name->text) != 0)
        return NULL;
    return parse_module(source_new(text_format("%s.fl", library->name), library->text, (uint32_t)strlen(library->text)),
                        diags);
}

static TypedProgram *check_with(const char *text, Library *library, Diagnostics *diags) {
    ModuleLoader loader = {.load = load, .context = library};
    Module *module = parse_module(source_new("app.fl", text, (uint32_t)strlen(text)), diags);
    assert_int_equal(diags->error_count, 0);
    return semantic_check(&loader, module, diags);
}

static const char *dump_with(const char *text, Library *library) {
    Diagnostics diags = {0};
    TypedProgram *program = check_with(text, library, &diags);
    if (!program)
        fail_msg("%s", diags.list.data[0]->message);
    StringBuilder out = {0};
    typed_dump(&out, program);
    return sb_text(&out);
}

static void expect_dump(const char *text, const char *part) {
    const char *dump = dump_with(text, NULL);
    if (!strstr(dump, part))
        fail_msg("expected: %s\nin: %s", part, dump);
}

static void expect_error(const char *text, const char *code) {
    Diagnostics diags = {0};
    assert_null(check_with(text, NULL, &diags));
    assert_true(diags.error_count >= 1);
    assert_string_equal(diag_code_text(diags.list.data[0]->code), code);
}

static void instances_by_argument_types(void **state) {
    (void)state;
    const char *text =
        "twice(x) { x + x }\nmain() {\n println(twice(1))\n println(twice(2.5))\n println(twice(3))\n}\n";
    expect_dump(text, "twice(x: int) int");
    expect_dump(text, "twice(x: float) float");
}

static void recursion_joins(void **state) {
    (void)state;
    expect_dump("loop(s) { if s.n > 3 { s } else { loop(s with {connected: true, n: s.n + 1}) } }\n"
                "main() { println(loop({n: 0})) }\n",
                "loop(s: {n: int} | {connected: true, n: int})");
}

static void mutual_recursion_ends(void **state) {
    (void)state;
    expect_dump(
        "even(n) { if n == 0 { true } else { odd(n - 1) } }\nodd(n) { if n == 0 { false } else { even(n - 1) } }\n"
        "main() { println(even(4)) }\n",
        "even(n: int) bool");
}

static void inferred_recursive_types(void **state) {
    (void)state;
    expect_dump("build(n) { if n == 0 { {leaf: 1} } else { {left: build(n - 1), right: build(n - 1)} } }\n"
                "main() { println(build(3)) }\n",
                "build(n: int) {leaf: int} | {left: ");
}

static void types_flow_from_sends(void **state) {
    (void)state;
    const char *text =
        "worker() {\n receive {\n  {job: data, replyTo: p} -> {\n   p <- {result: data + 1}\n   worker()\n  }\n }\n}\n"
        "main() {\n w = spawn_typed(worker)\n w <- {job: 5, replyTo: self()}\n receive {\n  {result: r} -> "
        "println(r)\n }\n}\n";
    expect_dump(text, "data: int");
    expect_dump(text, "process main receives {result: int}");
    expect_dump(text, "process worker receives {job: int, replyTo: pid<main>}");
}

static void kinds_of_one_spawn_stay_apart(void **state) {
    (void)state;
    const char *text =
        "store(items) {\n receive {\n  {put: item} -> store(items ++ [item])\n }\n}\nstart(items) { spawn_typed(store, "
        "items) }\n"
        "main() {\n a = start([1])\n b = start([\"x\"])\n a <- {put: 2}\n b <- {put: \"y\" + \"z\"}\n}\n";
    expect_dump(text, "process store receives {put: int}");
    expect_dump(text, "process store receives {put: string}");
}

static void pids_of_a_ring_are_finite(void **state) {
    (void)state;
    expect_dump("node(next) {\n receive {\n  {token: t} -> {\n   next <- {token: t}\n   node(next)\n  }\n  {next: p} "
                "-> node(p)\n }\n}\n"
                "idle() {\n receive {\n  {token: t} -> println(t)\n }\n}\n"
                "main() {\n end = spawn_typed(idle)\n a = spawn_typed(node, end)\n b = spawn_typed(node, a)\n a <- "
                "{next: b}\n b <- {token: 1}\n}\n",
                "process node receives {next: ");
}

static void handlers_replace_their_state(void **state) {
    (void)state;
    expect_dump("count(n, m: {inc: int}) { n + m.inc }\nmain() {\n p = spawn_typed(count, 0)\n p <- {inc: 2}\n}\n",
                "process count receives {inc: int}");
}

static void children_of_a_tree_are_typed(void **state) {
    (void)state;
    expect_dump(
        "web(n) {\n receive {\n  {get: p} -> {\n   p <- {page: n}\n   web(n)\n  }\n }\n}\n"
        "pool() { spawn_supervisor({strategy: \"one_for_one\", children: [{id: \"w${i}\", start: () -> web(i)} for i "
        "in "
        "range(3)]}) }\n"
        "main() {\n sup = spawn_supervisor({strategy: \"one_for_one\", children: [{id: \"pool\", start: pool}]})\n"
        " if child(sup, \"pool\") is {found: inner} {\n  if child(inner, \"w1\") is {found: w} {\n"
        "   w <- {get: self()}\n  }\n }\n receive {\n  {page: n} -> println(n)\n }\n}\n",
        "n: int");
}

static void narrowing(void **state) {
    (void)state;
    expect_dump("show(x: int | string) { if x is int { x + 1 } else { x.length } }\nmain() {\n println(show(1))\n "
                "println(show(\"a\"))\n}\n",
                "show(x: int | string) int");
    expect_dump("f(r: {ok: int} | {error: string}) {\n if r is {error: e} {\n  early_return e.length\n }\n "
                "r.ok\n}\nmain() { println(f({ok: 1})) }\n",
                "int  // app.fl:1:1");
}

static void fields_pass_through_annotations(void **state) {
    (void)state;
    expect_dump(
        "older(p: {age: int}) { p with {age: p.age + 1} }\nmain() { println(older({age: 3, name: \"Bo\"}).name) }\n",
        "older(p: {age: int, name: ");
    expect_error("show(p: {age: int}) { println(p.name) }\nmain() { show({age: 3, name: \"Bo\"}) }\n", "E0408");
}

static void functions_nobody_calls(void **state) {
    (void)state;
    expect_error("f(x) { y }\nmain() { nil }\n", "E0301");
    expect_error("f(x: int) { x + \"a\" }\nmain() { nil }\n", "E0410");
    expect_error("main() {\n f = (x) -> z\n println(1)\n}\n", "E0301");
}

static void one_mistake_one_error(void **state) {
    (void)state;
    Diagnostics diags = {0};
    assert_null(check_with("add(a, b) { a + b }\nmain() {\n println(add(1, true) + 1)\n println(add(nil, 1))\n}\n",
                           NULL, &diags));
    assert_int_equal(diags.error_count, 1);
}

static void modules_and_the_prelude(void **state) {
    (void)state;
    Library geometry = {"geometry", "Point = {x: int, y: int}\nunit = 2\narea(p: Point) int { p.x * p.y * unit }\n"};
    const char *dump = dump_with("main() { println(geometry:area({x: 2, y: geometry:unit})) }\n", &geometry);
    assert_non_null(strstr(dump, "area(p: {x: int, y: int}) int"));
    Library prelude = {"prelude", "shout(s) { s + \"!\" }\n"};
    dump = dump_with("main() { println(shout(\"a\")) }\n", &prelude);
    assert_non_null(strstr(dump, "shout(s: string) string"));
}

static void endless_types_end(void **state) {
    (void)state;
    expect_error("main() {\n loop = (self, x) -> self(self, {inner: x})\n loop(loop, 1)\n}\n", "E0411");
    expect_error(
        "nest(f, n) { if n == 0 { f() } else { nest(() -> f() + 1, n - 1) } }\nmain() { println(nest(() -> 0, 20)) }\n",
        "E0412");
}

int main(void) {
    mem_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instances_by_argument_types),
        cmocka_unit_test(recursion_joins),
        cmocka_unit_test(mutual_recursion_ends),
        cmocka_unit_test(inferred_recursive_types),
        cmocka_unit_test(types_flow_from_sends),
        cmocka_unit_test(kinds_of_one_spawn_stay_apart),
        cmocka_unit_test(pids_of_a_ring_are_finite),
        cmocka_unit_test(handlers_replace_their_state),
        cmocka_unit_test(children_of_a_tree_are_typed),
        cmocka_unit_test(narrowing),
        cmocka_unit_test(fields_pass_through_annotations),
        cmocka_unit_test(functions_nobody_calls),
        cmocka_unit_test(one_mistake_one_error),
        cmocka_unit_test(modules_and_the_prelude),
        cmocka_unit_test(endless_types_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
