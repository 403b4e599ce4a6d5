// Calls of C functions by descriptors written by hand, as the compiler would emit them: values as C has them and back,
// what nobody has taken, handles. There is no scheduler: nothing here waits or ends its process.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/foreign/foreign.h"
#include "runtime/foreign/pass.h"
#include "runtime/memory/holds.h"
#include "runtime/memory/object.h"
#include "runtime/pool/pool.h"
#include "runtime/value/heap.h"

// ---- a program

enum {
    TYPE_STRINGS = FL_TYPE_FIRST_FREE,
    TYPE_PAIR,
    TYPE_PAIRS,
    TYPE_STRINGS_BUFFER,
    TYPE_PAIRS_BUFFER,
    TYPE_THING,
    TYPE_COUNT
};
static const uint64_t first_reference[] = {1};
static const FlType int_type = {.id = FL_TYPE_INT, .kind = FL_KIND_INT, .words = 1, .object_words = 1, .name = "int"};
static const FlType float_type = {
    .id = FL_TYPE_FLOAT, .kind = FL_KIND_FLOAT, .words = 1, .object_words = 1, .name = "float"};
static const FlType string_type = {
    .id = FL_TYPE_STRING, .kind = FL_KIND_STRING, .words = 1, .references = first_reference, .name = "string"};
static const FlType strings_buffer = {.id = TYPE_STRINGS_BUFFER,
                                      .kind = FL_KIND_BUFFER,
                                      .references = first_reference,
                                      .element = &string_type,
                                      .name = "buffer"};
static const FlType strings_type = {.id = TYPE_STRINGS,
                                    .kind = FL_KIND_LIST,
                                    .words = 2,
                                    .element = &string_type,
                                    .buffer = &strings_buffer,
                                    .name = "[string]"};
static const FlField pair_fields[] = {{"n", &int_type, 0}, {"x", &float_type, 1}};
static const FlType pair_type = {.id = TYPE_PAIR,
                                 .kind = FL_KIND_RECORD,
                                 .words = 2,
                                 .object_words = 2,
                                 .field_count = 2,
                                 .fields = pair_fields,
                                 .name = "{n: int, x: float}"};
static const FlType pairs_buffer = {
    .id = TYPE_PAIRS_BUFFER, .kind = FL_KIND_BUFFER, .element = &pair_type, .name = "buffer"};
static const FlType pairs_type = {.id = TYPE_PAIRS,
                                  .kind = FL_KIND_LIST,
                                  .words = 2,
                                  .element = &pair_type,
                                  .buffer = &pairs_buffer,
                                  .name = "[{n: int, x: float}]"};
static const FlType thing_type = {
    .id = TYPE_THING, .kind = FL_KIND_STRING, .words = 1, .references = first_reference, .name = "Thing"};
static const FlType *const types[TYPE_COUNT] = {
    [FL_TYPE_INT] = &int_type,
    [FL_TYPE_FLOAT] = &float_type,
    [FL_TYPE_STRING] = &string_type,
    [TYPE_STRINGS] = &strings_type,
    [TYPE_PAIR] = &pair_type,
    [TYPE_PAIRS] = &pairs_type,
    [TYPE_STRINGS_BUFFER] = &strings_buffer,
    [TYPE_PAIRS_BUFFER] = &pairs_buffer,
    [TYPE_THING] = &thing_type,
};
const FlProgram fl_program = {.abi_version = FL_ABI_VERSION, .type_count = TYPE_COUNT, .types = types};
static const FlSite site = {"test.fl", "main", 1, 1};

// ---- a process

static FlProcess process;
static ProcessWorker worker;

static int begin(void **state) {
    (void)state;
    memset(&process, 0, sizeof process);
    memset(&worker, 0, sizeof worker);
    arena_init(&process.arena, &process.head.bump, process.embedded, sizeof process.embedded);
    process.worker = (FlWorker *)&worker;
    pool_start(false);
    foreign_start(true);
    return 0;
}

static int end(void **state) {
    (void)state;
    arena_deinit(&process.arena, &process.head.bump);
    pool_stop();
    foreign_stop();
    foreign_worker_end(&worker);
    return 0;
}

static FlWord text(const char *bytes) {
    FlString *string = value_string(&process, strlen(bytes), strlen(bytes));
    memcpy(string->bytes, bytes, strlen(bytes));
    return (FlWord)string;
}

// ---- numbers

#define NUMBER(kind, bytes, of)                                                                                        \
    { kind, 0, bytes, of, NULL, 0, NULL, NULL, NULL }
static const FlCType numbers[] = {
    NUMBER(FL_C_INT8, 1, &int_type),      NUMBER(FL_C_UINT8, 1, &int_type),  NUMBER(FL_C_INT16, 2, &int_type),
    NUMBER(FL_C_UINT16, 2, &int_type),    NUMBER(FL_C_INT32, 4, &int_type),  NUMBER(FL_C_UINT32, 4, &int_type),
    NUMBER(FL_C_INT64, 8, &int_type),     NUMBER(FL_C_UINT64, 8, &int_type), NUMBER(FL_C_FLOAT32, 4, &float_type),
    NUMBER(FL_C_FLOAT64, 8, &float_type), NUMBER(FL_C_BOOL, 1, &int_type),
};

// As thunks do: the result lies behind the only argument, of the size of its type; what is beside it is anything.
static uint32_t given_bytes;
static void give_back(char *frame) {
    memset(frame + 8, 0xa5, 8);
    memcpy(frame + 8, frame, given_bytes);
}

static FlWord there_and_back(FlCKind kind, FlWord word, bool quick) {
    FlCParam param = {.name = "n", .type = &numbers[kind], .output = UINT32_MAX};
    FlForeign function = {.name = "same",
                          .call = give_back,
                          .params = &param,
                          .param_count = 1,
                          .result = &numbers[kind],
                          .result_offset = 8,
                          .result_output = UINT32_MAX,
                          .frame_bytes = 16,
                          .numbers = quick};
    _Alignas(16) char frame[16];
    FlWord result = 0xdeadbeef;
    given_bytes = numbers[kind].size;
    fl_foreign_call(&process, &function, &word, &result, frame, &site);
    return result;
}

static void same(FlCKind kind, FlWord word) {
    assert_int_equal(there_and_back(kind, word, true), word);
    assert_int_equal(there_and_back(kind, word, false), word);
}

static void test_numbers(void **state) {
    static const int64_t limits[][3] = {
        {FL_C_INT8, INT8_MIN, INT8_MAX},    {FL_C_UINT8, 0, UINT8_MAX},         {FL_C_INT16, INT16_MIN, INT16_MAX},
        {FL_C_UINT16, 0, UINT16_MAX},       {FL_C_INT32, INT32_MIN, INT32_MAX}, {FL_C_UINT32, 0, UINT32_MAX},
        {FL_C_INT64, INT64_MIN, INT64_MAX}, {FL_C_UINT64, 0, INT64_MAX},        {FL_C_BOOL, 0, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        for (int k = 1; k <= 2; k++)
            same((FlCKind)limits[i][0], (FlWord)limits[i][k]);
    static const double reals[] = {0.0, -0.0, 1.5, -2.25, 1e30, 1.0 / 0.0};
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
        FlWord word;
        memcpy(&word, &reals[i], sizeof word);
        same(FL_C_FLOAT64, word);
        if (reals[i] != 1e30)
            same(FL_C_FLOAT32, word);
    }
}

// ---- lists

static const FlCType c_string = {.kind = FL_C_STRING, .size = 8, .type = &string_type};
static const FlCType c_strings = {.kind = FL_C_LIST, .size = 16, .type = &strings_type, .element = &c_string};
static const FlCField c_pair_fields[] = {{&numbers[FL_C_FLOAT64], "x", 0, 1}, {&numbers[FL_C_INT32], "n", 8, 0}};
static const FlCType c_pair = {
    .kind = FL_C_STRUCT, .size = 16, .type = &pair_type, .fields = c_pair_fields, .field_count = 2};
static const FlCType c_pairs = {.kind = FL_C_LIST, .size = 16, .type = &pairs_type, .element = &c_pair};
typedef struct Pair {
    double x;
    int32_t n;
} Pair;

// What C sees of one list.
static struct {
    void *items;
    uint64_t count;
} seen;
static void look(char *frame) { memcpy(&seen, frame, sizeof seen); }

static void give_list(const FlCType *type, FlCMode mode, const FlWord words[2]) {
    FlCParam param = {.name = "list", .type = type, .mode = mode, .output = UINT32_MAX};
    FlForeign function = {.name = "look", .call = look, .params = &param, .param_count = 1, .frame_bytes = 16};
    _Alignas(16) char frame[16];
    FlWord result;
    fl_foreign_call(&process, &function, words, &result, frame, &site);
}

static void test_texts(void **state) {
    FlBuffer *buffer = fl_buffer_new(&process, &strings_type, 3);
    (void)state;
    for (int i = 0; i < 3; i++)
        buffer->elements[i] = text((const char *[]){"a", "bc", "def"}[i]);
    buffer->used = 3;
    for (int by_address = 0; by_address < 2; by_address++) {
        give_list(&c_strings, by_address ? FL_C_REF : FL_C_IN, (FlWord[]){(FlWord)buffer, 3});
        char **texts = seen.items;
        assert_int_equal(seen.count, 3);
        assert_string_equal(texts[0], "a");
        assert_string_equal(texts[2], "def");
        assert_null(texts[3]);
    }
    give_list(&c_strings, FL_C_IN, (FlWord[]){0, 0});
    assert_null(seen.items);
    give_list(&c_strings, FL_C_REF, (FlWord[]){0, 0});
    assert_null(*(char **)seen.items);
}

static void test_structs(void **state) {
    FlBuffer *buffer = fl_buffer_new(&process, &pairs_type, 2);
    double real = 2.5;
    (void)state;
    for (int i = 0; i < 2; i++) {
        buffer->elements[2 * i] = (FlWord)(i - 7);
        memcpy(&buffer->elements[2 * i + 1], &real, sizeof real);
    }
    buffer->used = 2;
    give_list(&c_pairs, FL_C_REF, (FlWord[]){(FlWord)buffer, 2});
    const Pair *pairs = seen.items;
    assert_true(pairs[0].n == -7 && pairs[1].n == -6 && pairs[1].x == 2.5);
    assert_true(pairs[2].n == 0 && pairs[2].x == 0);
}

// ---- what nobody takes

static int freed;
static void free_text(void *pointer) {
    (void)pointer;
    freed++;
}

static void test_untaken(void **state) {
    static const FlCType owned = {.kind = FL_C_STRING, .size = 8, .type = &string_type, .function = (void *)free_text};
    static const FlCParam params[] = {{.name = "a", .type = &owned, .mode = FL_C_OUT, .storage = 0},
                                      {.name = "b", .type = &owned, .mode = FL_C_OUT, .storage = 8},
                                      {.name = "c", .type = &owned, .mode = FL_C_OUT, .storage = 16}};
    static const FlForeign function = {
        .name = "three", .params = params, .param_count = 3, .result = &owned, .result_offset = 24};
    char *frame[] = {"a", NULL, "c", "result"};
    (void)state;
    freed = 0;
    results_drop(&function, (const char *)frame, 0);
    assert_int_equal(freed, 3);
    results_drop(&function, (const char *)frame, 1 | RESULT_BIT);
    assert_int_equal(freed, 4);
}

// ---- handles

static int closed;
static void close_thing(void *pointer) {
    assert_string_equal(pointer, "thing");
    closed++;
}
static const FlCType c_thing = {
    .kind = FL_C_HANDLE, .size = 8, .type = &thing_type, .function = (void *)close_thing, .name = "Thing"};

static void test_handle_by_hand(void **state) {
    FlObject *object = handle_new(&process, &c_thing, "thing");
    (void)state;
    closed = 0;
    Handle *handle = handle_use(object);
    assert_ptr_equal(handle, handle_of(object));
    assert_ptr_equal(handle_use(object), handle);
    assert_int_equal(handle_take(handle), 2);
    handle_unuse(handle);
    handle_unuse(handle);
    assert_int_equal(handle_take(handle), 0);
    assert_int_equal(handle_take(handle), HANDLE_CLOSED);
    assert_null(handle_use(object));
    assert_int_equal(closed, 0); // who takes it closes it
}

static void test_handle_forgotten(void **state) {
    (void)state;
    closed = 0;
    assert_non_null(handle_new(&process, &c_thing, "thing"));
    assert_non_null(handle_new(&process, &c_thing, "thing"));
    arena_deinit(&process.arena, &process.head.bump);
    pool_stop(); // closing is a job
    pool_start(false);
    assert_int_equal(closed, 2);
}

// ---- callbacks

static void test_nobody_listens(void **state) {
    static const FlCField fields[] = {{NULL, NULL, 0, 0}};
    static const FlCType callback = {.kind = FL_C_CALLBACK, .type = &int_type, .fields = fields, .field_count = 1};
    FlPid pid = (FlPid)1 << 32 | 5;
    (void)state;
    assert_false(foreign_listens());
    fl_foreign_callback(&callback, (const char *)&pid);
    assert_false(foreign_deliver());
    foreign_stop();
    fl_foreign_callback(&callback, (const char *)&pid);
    foreign_start(true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_numbers, begin, end),
        cmocka_unit_test_setup_teardown(test_texts, begin, end),
        cmocka_unit_test_setup_teardown(test_structs, begin, end),
        cmocka_unit_test_setup_teardown(test_untaken, begin, end),
        cmocka_unit_test_setup_teardown(test_handle_by_hand, begin, end),
        cmocka_unit_test_setup_teardown(test_handle_forgotten, begin, end),
        cmocka_unit_test_setup_teardown(test_nobody_listens, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
