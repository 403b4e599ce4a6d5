// Unions, records, function values and deferred blocks, in programs built by hand and run with the fake runtime.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "test/unit/compiler/codegen/run.h"

static TreePattern *pattern(TreePatternKind kind, const Type *type) {
    TreePattern *made = mem_new(TreePattern);
    made->kind = kind;
    made->type = type;
    return made;
}

static const Type *record_of(size_t count, ...) {
    TypeField fields[8];
    va_list list;
    va_start(list, count);
    for (size_t i = 0; i < count; i++) {
        fields[i].name = name_of(va_arg(list, const char *));
        fields[i].type = va_arg(list, const Type *);
    }
    va_end(list);
    return type_record(fields, count);
}

static const Type *either(const Type *a, const Type *b) {
    const Type *members[] = {a, b};
    return type_union(members, 2);
}

static const Type *literal(const char *value) { return type_literal_string(name_of(value)); }

static Tree *constant(const Type *type) { return node(TREE_CONSTANT, type); }

// Values in the type's order, up to a NULL.
static Tree *record(const Type *type, ...) {
    va_list list;
    va_start(list, type);
    Tree *tree = node(TREE_RECORD, type);
    size_t count;
    tree->record.values = trees(&count, list);
    va_end(list);
    return tree;
}

// {name: variable, …} up to a NULL.
static TreePattern *fields(const Type *type, ...) {
    TreePattern *made = pattern(TREE_PATTERN_RECORD, type);
    made->record.fields = mem_alloc(8 * sizeof(TreeFieldPattern));
    va_list list;
    va_start(list, type);
    for (const char *name = va_arg(list, const char *); name; name = va_arg(list, const char *))
        made->record.fields[made->record.count++] = (TreeFieldPattern){name_of(name), bound(va_arg(list, Local *))};
    va_end(list);
    return made;
}

static TreePattern *member(const Type *of, const Type *one, TreePattern *inner) {
    TreePattern *made = pattern(TREE_PATTERN_MEMBERS, of);
    made->members.entries = mem_new(TreeMemberPattern);
    made->members.entries[0] = (TreeMemberPattern){one, inner};
    made->members.count = 1;
    return made;
}

static Tree *match_two(Tree *value, TreePattern *first, Tree *first_body, TreePattern *second, Tree *second_body) {
    Tree *tree = node(TREE_MATCH, first_body->type);
    tree->match.value = value;
    tree->match.arms = mem_alloc(2 * sizeof(TreeArm));
    tree->match.arms[0] = (TreeArm){.pattern = first, .body = first_body};
    tree->match.arms[1] = (TreeArm){.pattern = second, .body = second_body};
    tree->match.count = 2;
    tree->match.total = true;
    tree->match.what = "match";
    return tree;
}

static void a_union_is_taken_apart_by_its_tag(void **state) {
    (void)state;
    start_program();
    const Type *circle = record_of(2, "r", type_int, "type", literal("circle"));
    const Type *box = record_of(4, "a", type_int, "b", type_int, "c", type_int, "d", type_int); // a reference
    const Type *shape = either(circle, box);
    Local *s = local(0, "s", shape), *r = local(1, "r", type_int), *a = local(2, "a", type_int),
          *d = local(3, "d", type_int);
    Instance *size = function("size", type_int, 1, s);
    size->body = match_two(use(s), member(shape, circle, fields(circle, "r", r, NULL)), use(r),
                           member(shape, box, fields(box, "a", a, "d", d, NULL)),
                           binary(TREE_SUBTRACT, type_int, use(d), use(a)));
    Tree *round = record(circle, integer(5), constant(literal("circle")), NULL);
    Tree *square = record(box, integer(1), integer(2), integer(3), integer(44), NULL);
    set_main(block(println(call(size, coerced(round, shape), NULL)), println(call(size, coerced(square, shape), NULL)),
                   NULL));
    assert_output("5\n43\n");
}

static void integers_in_unions_keep_all_their_bits(void **state) {
    (void)state;
    start_program();
    const Type *maybe = either(type_int, type_nil);
    Local *m = local(0, "m", maybe), *n = local(1, "n", type_int);
    Instance *get = function("get", type_int, 1, m);
    get->body =
        match_two(use(m), member(maybe, type_int, bound(n)), use(n), pattern(TREE_PATTERN_ANY, maybe), integer(-1));
    set_main(block(println(call(get, coerced(integer(INT64_MIN), maybe), NULL)),
                   println(call(get, coerced(integer(7), maybe), NULL)),
                   println(call(get, coerced(constant(type_nil), maybe), NULL)), NULL));
    assert_output("-9223372036854775808\n7\n-1\n");
}

static Closure *new_closure(const char *capture) {
    Closure *closure = mem_new(Closure);
    closure->id = (uint32_t)program.closure_count;
    if (!program.closures)
        program.closures = mem_alloc(8 * sizeof(Closure *));
    program.closures[program.closure_count++] = closure;
    if (capture) {
        closure->captures = mem_new(TypeField);
        closure->captures[0] = (TypeField){name_of(capture), type_int};
        closure->capture_count = 1;
    }
    return closure;
}

static Tree *make_closure(Closure *closure, const Type *type, Tree *capture) {
    Tree *tree = node(TREE_CLOSURE, type);
    tree->closure.closure = closure;
    tree->closure.captures = mem_new(Tree *);
    tree->closure.captures[0] = capture;
    tree->closure.count = capture ? 1 : 0;
    return tree;
}

// add = (x) -> x + k, twice = (x) -> x + x; apply(f, x) = f(x)
static void a_function_value_is_called_by_its_id(void **state) {
    (void)state;
    start_program();
    Closure *add = new_closure("k"), *twice = new_closure(NULL);
    Closure *set[] = {add, twice};
    const Type *type = type_function_of(set, 2);
    Local *x = local(0, "x", type_int), *k = local(1, "k", type_int), *y = local(0, "y", type_int);
    Instance *add_code = function("add", type_int, 1, x), *twice_code = function("twice", type_int, 1, y);
    add_code->closure = add;
    add_code->captures = mem_new(Local *);
    add_code->captures[0] = k;
    add_code->body = binary(TREE_ADD, type_int, use(x), use(k));
    twice_code->body = binary(TREE_ADD, type_int, use(y), use(y));
    Local *f = local(0, "f", type), *v = local(1, "v", type_int);
    Instance *apply = function("apply", type_int, 2, f, v);
    Tree *called = node(TREE_CALL_CLOSURE, type_int);
    called->closure_call.callee = use(f);
    called->closure_call.arguments = mem_new(Tree *);
    called->closure_call.arguments[0] = use(v);
    called->closure_call.count = 1;
    called->closure_call.cases = mem_alloc(2 * sizeof(TreeClosureCase));
    called->closure_call.cases[0] = (TreeClosureCase){add, add_code};
    called->closure_call.cases[1] = (TreeClosureCase){twice, twice_code};
    called->closure_call.case_count = 2;
    apply->body = called;
    set_main(block(println(call(apply, make_closure(add, type, integer(100)), integer(5), NULL)),
                   println(call(apply, make_closure(twice, type, NULL), integer(5), NULL)), NULL));
    assert_output("105\n10\n");
}

static Tree *defer(Tree *body) {
    Tree *tree = node(TREE_DEFER, type_nil);
    tree->defer.body = body;
    return tree;
}

// f(n) { defer { println(1 + n) }; defer { println(2) }; if n == 0 { early_return 10 }; 20 }
static void deferred_blocks_run_last_first_on_every_way_out(void **state) {
    (void)state;
    start_program();
    Local *n = local(0, "n", type_int);
    Instance *f = function("f", type_int, 1, n);
    Tree *leave = node(TREE_EARLY_RETURN, type_never);
    leave->operand = integer(10);
    Tree *test = choose(binary(TREE_EQUAL, type_bool, use(n), integer(0)), leave, NULL);
    test->type = type_nil;
    f->body = block(defer(println(binary(TREE_ADD, type_int, integer(1), use(n)))), defer(println(integer(2))), test,
                    integer(20), NULL);
    f->body->block.has_defer = true;
    set_main(block(println(call(f, integer(0), NULL)), println(call(f, integer(6), NULL)), NULL));
    assert_output("2\n1\n10\n2\n7\n20\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_union_is_taken_apart_by_its_tag),
        cmocka_unit_test(integers_in_unions_keep_all_their_bits),
        cmocka_unit_test(a_function_value_is_called_by_its_id),
        cmocka_unit_test(deferred_blocks_run_last_first_on_every_way_out),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
