// The header and the C file of a library, from exports put together by hand: what its types and functions are called,
// in which order they stand, and what is left out. That they compile and work is seen in test/hosts.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/base/mem.h"
#include "compiler/base/sb.h"
#include "compiler/bindings/bindings.h"

// ---- a program -----------------------------------------------------------------------------------------------------

enum { MOST = 8 };
static TypedExport exports[MOST];
static TypeField aliases[MOST];
static TypedProgram program;
static const SourceFile *file;

static int set_up(void **state) {
    static const char text[] = "export f()\n";
    (void)state;
    program = (TypedProgram){.exports = exports, .aliases = aliases};
    file = source_new("lib.fl", text, sizeof text - 1);
    return 0;
}

static TypeField field(const char *name, const Type *type) { return (TypeField){.name = name_of(name), .type = type}; }

static const Type *record(TypeField a, TypeField b) { return type_record((TypeField[]){a, b}, 2); }

static const Type *either(const Type *a, const Type *b) { return type_union((const Type *[]){a, b}, 2); }

static const Type *alias(const char *name, const Type *type) {
    aliases[program.alias_count++] = field(name, type);
    return type;
}

static TypedExport *export(const char *name, const TypeField *parameters, size_t count) {
    TypedExport *made = &exports[program.export_count++];
    *made = (TypedExport){.name = name_of(name), .span = {file, 0, 10}, .parameter_count = count};
    made->parameters = mem_alloc((count + 1) * sizeof *parameters);
    memcpy(made->parameters, parameters, count * sizeof *parameters);
    return made;
}

static void export_call(const char *name, const TypeField *parameters, size_t count, const Type *result) {
    Instance *instance = mem_new(Instance);
    instance->result = result;
    export(name, parameters, count)->call = instance;
}

static void export_body(const char *name, const TypeField *parameters, size_t count, const Type *message) {
    TypedExport *made = export(name, parameters, count);
    made->start = mem_new(Instance);
    made->message = message;
}

// ---- what became of it ---------------------------------------------------------------------------------------------

static const char *header(void) {
    StringBuilder out = {0};
    bindings_header(&program, "lib", &out);
    return sb_text(&out);
}

static const char *glue(void) {
    StringBuilder out = {0};
    bindings_glue(&program, "lib", &out);
    return sb_text(&out);
}

static void has(const char *text, const char *part) {
    if (!strstr(text, part))
        fail_msg("no `%s` in:\n%s", part, text);
}

static void has_not(const char *text, const char *part) {
    if (strstr(text, part))
        fail_msg("`%s` in:\n%s", part, text);
}

static void has_in_order(const char *text, const char *first, const char *second) {
    has(text, first);
    has(text, second);
    assert_true(strstr(text, first) < strstr(text, second));
}

// ---- names ---------------------------------------------------------------------------------------------------------

static void test_library_names(void **state) {
    (void)state;
    assert_null(bindings_wrong_name("pool"));
    assert_null(bindings_wrong_name("Pool_2"));
    assert_non_null(bindings_wrong_name(""));
    assert_non_null(bindings_wrong_name("2pool"));
    assert_non_null(bindings_wrong_name("my-pool"));
    assert_non_null(bindings_wrong_name("fluffy"));
    assert_non_null(bindings_wrong_name("fl"));
}

static void test_words_of_c(void **state) {
    (void)state;
    export_call("f", (TypeField[]){field("class", type_int), field("result", type_int)}, 2, type_int);
    export_call("g", (TypeField[]){field("r", record(field("new", type_int), field("while", type_bool)))}, 1, type_int);
    const char *text = header();
    has(text, "fluffy_status lib_f(int64_t class_, int64_t result_, int64_t *result);");
    has(text, "    int64_t new_;\n    bool while_;\n} lib_g_r;");
}

static void test_names_that_meet(void **state) {
    (void)state;
    const Type *point = alias("Area", record(field("x", type_int), field("y", type_int)));
    export_call("area", (TypeField[]){field("of", point)}, 1, type_int);
    has(header(), "fluffy_status lib_area(const lib_area_2 *of, int64_t *result);"); // lib_area is the function
}

// ---- calls ---------------------------------------------------------------------------------------------------------

static void test_numbers(void **state) {
    (void)state;
    export_call("f", (TypeField[]){field("i", type_int), field("x", type_float), field("b", type_bool)}, 3, type_bool);
    has(header(), "fluffy_status lib_f(int64_t i, double x, bool b, bool *result);");
    const char *text = glue();
    has(text, "fl_host_call_words(0, words, &word);");
    has(text, "memcpy(&words[1], &x, sizeof(double));");
    has(text, "*result = word != 0;");
    has_not(text, "fl_host_call(");
}

static void test_values(void **state) {
    (void)state;
    export_call("greet", (TypeField[]){field("name", type_string)}, 1, type_string);
    export_call("tell", (TypeField[]){field("name", type_string)}, 1, type_nil);
    const char *text = header();
    has(text, "fluffy_status lib_greet(fluffy_string name, fluffy_scope *scope, fluffy_string *result);");
    has(text, "fluffy_status lib_tell(fluffy_string name);");
    has(glue(), "fl_host_call(1, &shape, &given, &shape_nil, NULL, NULL);");
}

// ---- types ---------------------------------------------------------------------------------------------------------

static void test_record(void **state) {
    (void)state;
    const Type *job =
        alias("PoolJob", record(field("type", type_literal_string(name_of("job"))), field("n", type_int)));
    export_call("run", (TypeField[]){field("job", job)}, 1, type_int);
    const char *text = header();
    has(text, "typedef struct lib_pool_job {\n    int64_t n;\n} lib_pool_job;"); // the literal has no member
    has(text, "static inline lib_pool_job lib_make_pool_job(int64_t n) {");
    has(text, "fluffy_status lib_run(const lib_pool_job *job, int64_t *result);");
    has(glue(), ".kind = FL_SHAPE_TEXT, .text = \"\\152\\157\\142\", .text_length = 3}");
}

static void test_record_of_literals(void **state) {
    (void)state;
    const Type *stop = alias("Stop", type_record((TypeField[]){field("stop", type_literal_bool(true))}, 1));
    export_call("run", (TypeField[]){field("s", stop)}, 1, type_int);
    has(header(), "    char nothing;");
    has(header(), "static inline lib_stop lib_make_stop(void) {");
    has(glue(), "FL_SHAPE_TRUTH");
}

static void test_union(void **state) {
    (void)state;
    const Type *circle = alias("Circle", type_record((TypeField[]){field("r", type_float)}, 1));
    const Type *box = alias("Box", record(field("w", type_float), field("h", type_float)));
    const Type *shape = alias("Shape", either(circle, box));
    export_call("area", (TypeField[]){field("s", shape)}, 1, type_float);
    const char *text = header();
    has_in_order(text, "} lib_circle;", "typedef struct lib_shape {");
    has_in_order(text, "} lib_box;", "typedef struct lib_shape {");
    has(text, "lib_circle circle;");
    has(text, "LIB_SHAPE_CIRCLE = ");
    has(text, "static inline lib_shape lib_shape_of_box(lib_box value) {");
}

static void test_members_of_one_name(void **state) {
    (void)state;
    const Type *a = record(field("n", type_int), field("x", type_int)),
               *b = record(field("n", type_int), field("y", type_int));
    export_call("f", (TypeField[]){field("u", either(a, b))}, 1, type_int);
    has(header(), "LIB_F_U_N = 0, LIB_F_U_N_2 = 1");
}

static void test_lists(void **state) {
    (void)state;
    const Type *item = record(field("a", type_int), field("b", type_string));
    export_call("f", (TypeField[]){field("xs", type_list(item))}, 1, type_list(type_int));
    const char *text = header();
    has_in_order(text, "} lib_f_xs_item;", "    const lib_f_xs_item *items;\n    size_t count;\n} lib_f_xs;");
    has(text, "fluffy_status lib_f(lib_f_xs xs, fluffy_scope *scope, lib_f_result *result);");
}

// ---- processes -----------------------------------------------------------------------------------------------------

static void test_body(void **state) {
    (void)state;
    const Type *result = alias("Result", type_record((TypeField[]){field("value", type_int)}, 1));
    const Type *job = alias("Job", record(field("n", type_int), field("to", type_pid_message(result))));
    export_body("worker", (TypeField[]){field("factor", type_int)}, 1, job);
    const char *text = header();
    has(text, "fluffy_status lib_spawn_worker(int64_t factor, const fluffy_spawn_options *options, fluffy_pid *pid);");
    has(text, "fluffy_status lib_send_worker(fluffy_pid to, const lib_job *message);");
    has(text, "    fluffy_pid to;\n");
    has(text, "fluffy_status lib_receive_result(fluffy_mailbox *mailbox, int64_t timeout, fluffy_scope *scope, "
              "lib_result *result);");
    has(text, "fluffy_status lib_as_result(");
    has_not(text, "lib_receive_job("); // nobody in the interface is sent one
    has_not(text, "fluffy_status lib_worker(");
}

static void test_handler(void **state) {
    (void)state;
    const Type *add = alias("Add", type_record((TypeField[]){field("add", type_int)}, 1));
    export_call("counter", (TypeField[]){field("count", type_int), field("m", add)}, 2, type_int);
    exports[0].start = mem_new(Instance);
    exports[0].message = add;
    const char *text = header();
    has(text, "fluffy_status lib_counter(int64_t count, const lib_add *m, int64_t *result);");
    has(text, "fluffy_status lib_spawn_counter(int64_t count, const fluffy_spawn_options *options, fluffy_pid *pid);");
}

// ---- the frame -----------------------------------------------------------------------------------------------------

static void test_frame(void **state) {
    (void)state;
    const char *text = header();
    has(text, "#ifndef LIB_H\n#define LIB_H\n");
    has_in_order(text, "#include \"fluffy.h\"", "extern \"C\" {");
    has(text, "fluffy_status lib_start(const fluffy_options *options, fluffy_runtime **runtime);");
    assert_null(strstr(text, "#include <")); // it needs fluffy.h alone
}

int main(void) {
#define WITH_A_PROGRAM(test) cmocka_unit_test_setup(test, set_up)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_library_names),
        WITH_A_PROGRAM(test_words_of_c),
        WITH_A_PROGRAM(test_names_that_meet),
        WITH_A_PROGRAM(test_numbers),
        WITH_A_PROGRAM(test_values),
        WITH_A_PROGRAM(test_record),
        WITH_A_PROGRAM(test_record_of_literals),
        WITH_A_PROGRAM(test_union),
        WITH_A_PROGRAM(test_members_of_one_name),
        WITH_A_PROGRAM(test_lists),
        WITH_A_PROGRAM(test_body),
        WITH_A_PROGRAM(test_handler),
        WITH_A_PROGRAM(test_frame),
    };
    mem_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
