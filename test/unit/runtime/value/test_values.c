// Text and equality of values of every type, lists.
#include "test/unit/runtime/value/process.h"

#include <math.h>

#include "runtime/memory/copy.h"
#include "runtime/memory/message.h"
#include "runtime/value/text.h"
#include "runtime/value/view.h"

static int begin(void **state) {
    (void)state;
    process_begin(1);
    return 0;
}

static int end(void **state) {
    (void)state;
    process_end();
    return 0;
}

static void expect(const char *text, uint32_t type, const FlWord *words) {
    assert_text(fl_text(me, TYPE(type), words), text);
    process_verify();
}

static void expect_word(const char *text, FlWord word) { expect(text, T_VALUE, &word); }

static FlWord bits(double value) {
    FlWord word;
    memcpy(&word, &value, 8);
    return word;
}

static FlWord box(uint32_t type, FlWord word) {
    FlWord *words;
    WITH_HEAP(words = make_words(&test_process.heap, type));
    words[0] = word;
    return object_of(words);
}

static FlList ints(uint32_t count, ...) {
    FlBuffer *buffer = fl_buffer_new(me, TYPE(T_INTS), count);
    va_list list;
    va_start(list, count);
    for (uint32_t i = 0; i < count; i++)
        buffer->elements[i] = (FlWord)(int64_t)va_arg(list, int);
    va_end(list);
    buffer->used = count;
    return (FlList){buffer, count};
}

static FlWord list_word(uint32_t type, FlList list) {
    FlWord word;
    WITH_HEAP(word = boxed_list(&test_process.heap, type, list));
    return word;
}

static void test_scalars(void **state) {
    (void)state;
    expect("nil", FL_TYPE_NIL, NULL);
    expect("true", FL_TYPE_BOOL, (FlWord[]){1});
    expect("-5", FL_TYPE_INT, (FlWord[]){(FlWord)-5});
    expect("2.5", FL_TYPE_FLOAT, (FlWord[]){bits(2.5)});
    expect("<0.7>", FL_TYPE_PID, (FlWord[]){(FlWord)1 << 32 | 7});
    expect("<0.33554439>", FL_TYPE_PID, (FlWord[]){(FlWord)2 << 32 | 7});
    expect("a \"text\"", FL_TYPE_STRING, (FlWord[]){word_of(string("a \"text\""))});
    expect("red", T_RED, NULL);
    expect("9223372036854775807", T_HUGE, NULL);
    expect_word("nil", FL_IMMEDIATE(FL_TAG_NIL, 0));
    expect_word("false", FL_IMMEDIATE(FL_TAG_BOOL, 0));
    expect_word("-3", FL_IMMEDIATE(FL_TAG_INT, -3));
    expect_word("green", FL_IMMEDIATE(FL_TAG_SYMBOL, 1));
    expect_word("bare", word_of(string("bare")));
    expect_word("-9223372036854775808", box(FL_TYPE_INT, (FlWord)INT64_MIN));
    expect_word("1e21", box(FL_TYPE_FLOAT, bits(1e21)));
    expect_word("<0.3>", box(FL_TYPE_PID, (FlWord)1 << 32 | 3));
    FlWord *closure;
    WITH_HEAP(closure = make_words(&test_process.heap, T_CLOSURE));
    closure[0] = 1;
    closure[1] = word_of(string("captured"));
    closure[2] = FL_IMMEDIATE(FL_TAG_NIL, 0);
    expect("<function>", T_FUNCTION, (FlWord[]){object_of(closure)});
    expect_word("<function>", object_of(closure));
}

static void test_compound(void **state) {
    (void)state;
    FlList numbers = ints(3, 1, -2, 3);
    expect("[1, -2, 3]", T_INTS, (FlWord[]){word_of(numbers.buffer), numbers.range});
    expect("[-2]", T_INTS, (FlWord[]){word_of(numbers.buffer), (FlWord)1 << 32 | 1});
    expect("[]", T_INTS, (FlWord[]){0, 0});
    expect("{a: 3, b: \"Bo\\n\\\"\\\\\\u{1}ä\"}", T_SMALL, (FlWord[]){3, word_of(string("Bo\n\"\\\x01ä"))});
    expect("{}", T_EMPTY, NULL);
    FlWord empty;
    WITH_HEAP(empty = word_of(make(&test_process.heap, 8, T_EMPTY)));
    expect_word("{}", empty);
    FlBuffer *nils = fl_buffer_new(me, TYPE(T_NILS), 2);
    nils->used = 2;
    expect("[nil, nil]", T_NILS, (FlWord[]){word_of(nils), 2});
    FlBuffer *values = fl_buffer_new(me, TYPE(T_VALUES), 3);
    FlWord elements[] = {FL_IMMEDIATE(FL_TAG_SYMBOL, 0), word_of(string("x")), list_word(T_INTS, numbers)};
    memcpy(values->elements, elements, sizeof elements);
    values->used = 3;
    FlWord *big;
    FlWord fields[] = {9, word_of(values), 3, empty, word_of(string("n")), 1, word_of(string("t\t"))};
    WITH_HEAP(big = make_words(&test_process.heap, T_BIG));
    memcpy(big, fields, sizeof fields);
    const char *text =
        "{count: 9, items: [\"red\", \"x\", [1, -2, 3]], left: {}, name: \"n\", small: {a: 1, b: \"t\\t\"}}";
    expect(text, T_BIG, (FlWord[]){object_of(big)});
    expect_word(text, object_of(big));
}

static void test_long_text(void **state) {
    (void)state;
    for (uint64_t count = 1; count < 200000; count = count * 3 + 1) {
        FlBuffer *buffer = fl_buffer_new(me, TYPE(T_INTS), count);
        for (uint64_t i = 0; i < count; i++)
            buffer->elements[i] = 42;
        buffer->used = (uint32_t)count;
        FlString *text = fl_text(me, TYPE(T_INTS), (FlWord[]){word_of(buffer), count});
        assert_int_equal(text->length, 4 * count);
        assert_memory_equal(text->bytes, "[42", 3);
        assert_memory_equal(text->bytes + 4 * count - 3, "42]", 3);
        process_verify();
    }
}

// Others run while long flat lists and strings are compared.
static void test_long_flat(void **state) {
    (void)state;
    enum { COUNT = 1 << 17 };
    FlBuffer *a = fl_buffer_new(me, TYPE(T_INTS), COUNT), *b = fl_buffer_new(me, TYPE(T_INTS), COUNT);
    for (uint32_t i = 0; i < COUNT; i++)
        a->elements[i] = b->elements[i] = i;
    a->used = b->used = COUNT;
    FlWord left[] = {word_of(a), COUNT}, right[] = {word_of(b), COUNT};
    test_process.large = true;
    test_process.polls = 0;
    test_process.head.stack_limit = UINTPTR_MAX;
    assert_true(fl_equal(me, TYPE(T_INTS), left, right));
    assert_int_equal(test_process.polls, 3);
    b->elements[COUNT - 1] = 0;
    assert_false(fl_equal(me, TYPE(T_INTS), left, right));
    b->elements[COUNT / 2] = 0;
    test_process.polls = 0;
    assert_false(fl_equal(me, TYPE(T_INTS), left, right));
    assert_int_equal(test_process.polls, 2);
    test_process.head.stack_limit = 0;
}

static void test_deep(void **state) {
    (void)state;
    FlWord a, b, c;
    WITH_HEAP(a = nested_lists(&test_process.heap, 100000));
    WITH_HEAP(b = nested_lists(&test_process.heap, 100000));
    WITH_HEAP(c = nested_lists(&test_process.heap, 99999));
    FlString *text = fl_text(me, TYPE(T_VALUE), &a);
    assert_int_equal(text->length, 200001);
    assert_int_equal(text->bytes[100000], '7');
    assert_true(fl_equal(me, TYPE(T_VALUE), &a, &b));
    assert_false(fl_equal(me, TYPE(T_VALUE), &a, &c));
    test_process.large = true;
    test_process.head.stack_limit = UINTPTR_MAX;
    assert_true(fl_equal(me, TYPE(T_VALUE), &a, &b));
    assert_int_equal(test_process.polls, 195);
    char cut[100];
    size_t length = text_cut_word(a, cut, sizeof cut);
    assert_string_equal(cut, "[[[[[[[[[[[[[[[[[[[[[…]]]]]]]]]]]]]]]]]]]]]");
    assert_int_equal(length, strlen(cut));
}

static void test_cut(void **state) {
    (void)state;
    FlWord word = word_of(string("äöü a long text"));
    char cut[100];
    text_cut_word(word, cut, sizeof cut);
    assert_string_equal(cut, "\"äöü a long text\"");
    for (size_t size = 8; size < 24; size++) {
        size_t length = text_cut_word(word, cut, size);
        assert_true(length < size && cut[length] == 0);
        uint64_t points;
        assert_true(utf8_check(cut, length, &points));
    }
    text_cut_word(word, cut, 12);
    assert_string_equal(cut, "\"äöü …");
    FlWord small[] = {3, word_of(string("Bo"))};
    text_cut_value(TYPE(T_SMALL), small, cut, sizeof cut);
    assert_string_equal(cut, "{a: 3, b: \"Bo\"}");
}

static bool equal_words(FlWord a, FlWord b) {
    bool equal = fl_equal(me, TYPE(T_VALUE), &a, &b);
    assert_int_equal(fl_equal(me, TYPE(T_VALUE), &b, &a), equal);
    return equal;
}

static void test_equal(void **state) {
    (void)state;
    FlWord nan = box(FL_TYPE_FLOAT, bits(NAN)), zero = box(FL_TYPE_FLOAT, bits(0.0)),
           minus = box(FL_TYPE_FLOAT, bits(-0.0));
    assert_false(equal_words(nan, nan));
    assert_true(equal_words(zero, minus));
    assert_false(equal_words(zero, FL_IMMEDIATE(FL_TAG_INT, 0)));
    assert_true(equal_words(word_of(string("red")), FL_IMMEDIATE(FL_TAG_SYMBOL, 0)));
    assert_false(equal_words(FL_IMMEDIATE(FL_TAG_BOOL, 0), FL_IMMEDIATE(FL_TAG_NIL, 0)));
    assert_true(equal_words(box(FL_TYPE_INT, (FlWord)INT64_MAX), box(FL_TYPE_INT, (FlWord)INT64_MAX)));
    FlList a = ints(4, 1, 2, 3, 4), b = ints(2, 2, 3);
    assert_true(equal_words(list_word(T_INTS, (FlList){a.buffer, (uint64_t)1 << 32 | 2}), list_word(T_INTS, b)));
    assert_false(equal_words(list_word(T_INTS, a), list_word(T_INTS, b)));
    assert_false(equal_words(list_word(T_INTS, ints(2, 2, 4)), list_word(T_INTS, b)));
    assert_true(
        equal_words(list_word(T_INTS, (FlList){NULL, 0}), list_word(T_INTS, (FlList){b.buffer, (uint64_t)2 << 32})));
    FlBuffer *nans = fl_buffer_new(me, TYPE(T_FLOATS), 1);
    nans->elements[0] = bits(NAN);
    nans->used = 1;
    FlWord words[] = {word_of(nans), 1};
    assert_false(fl_equal(me, TYPE(T_FLOATS), words, words));
    nans->elements[0] = bits(1);
    assert_true(fl_equal(me, TYPE(T_FLOATS), words, words));
    FlWord left[] = {1, word_of(string("x"))}, right[] = {1, word_of(string("y"))};
    assert_true(fl_equal(me, TYPE(T_SMALL), left, left));
    assert_false(fl_equal(me, TYPE(T_SMALL), left, right));
}

// A value, its copy and its text agree; different texts mean different values.
static void test_property(void **state) {
    (void)state;
    FlWord last = FL_IMMEDIATE(FL_TAG_NIL, 0);
    for (uint64_t seed = 1; seed < 600; seed++) {
        process_end();
        process_begin(seed);
        FlWord word, other;
        WITH_HEAP(word = random_value(&test_process.heap, 5));
        WITH_HEAP(other = random_value(&test_process.heap, 5));
        FlMessage *message = message_copy(word);
        FlString *text = fl_text(me, TYPE(T_VALUE), &word);
        FlString *copied = fl_text(me, TYPE(T_VALUE), &message->head.root);
        assert_true(fl_string_equal(text, copied));
        assert_true(
            fl_string_equal(fl_string_concat(me, text, &table_static), fl_string_concat(me, copied, &table_static)));
        if (strstr(text->bytes, "<function>") == NULL)
            assert_true(equal_words(word, message->head.root));
        if (equal_words(word, other) && strstr(text->bytes, "-0.0") == NULL)
            assert_true(fl_string_equal(text, fl_text(me, TYPE(T_VALUE), &other)));
        char cut[40];
        text_cut_word(word, cut, sizeof cut);
        message_free(message);
        last = word;
    }
    (void)last;
}

static void test_append(void **state) {
    (void)state;
    FlList list = {NULL, 0}, one = ints(1, 7);
    FlList versions[3] = {0};
    for (int i = 0; i < 10000; i++) {
        one.buffer->elements[0] = (FlWord)i;
        FlList before = list;
        list = fl_list_append(me, TYPE(T_INTS), list.buffer, list.range, one.buffer, one.range);
        if (i == 0) // shares the buffer of `one`, which must not be changed any more
            one = ints(1, 0);
        if (i == 5000)
            versions[0] = before;
        assert_int_equal(FL_LIST_LENGTH(list.range), i + 1);
    }
    for (uint32_t i = 0; i < 10000; i++)
        assert_int_equal(list.buffer->elements[i], i);
    assert_true(arena_used(&test_process.heap.arena, &test_process.head.bump) < 400000);
    // An older version is appended to: a copy, the newer one stays.
    versions[1] = fl_list_append(me, TYPE(T_INTS), versions[0].buffer, versions[0].range, one.buffer, one.range);
    assert_ptr_not_equal(versions[1].buffer, list.buffer);
    assert_int_equal(FL_LIST_LENGTH(versions[1].range), 5001);
    assert_int_equal(list.buffer->elements[5000], 5000);
    // Onto itself, in place.
    versions[2] = fl_list_append(me, TYPE(T_INTS), one.buffer, one.range, one.buffer, one.range);
    assert_int_equal(FL_LIST_LENGTH(versions[2].range), 2);
    // Others do not append in place.
    versions[2].buffer->owner = 99;
    FlList copied = fl_list_append(me, TYPE(T_INTS), versions[2].buffer, versions[2].range, one.buffer, one.range);
    assert_ptr_not_equal(copied.buffer, versions[2].buffer);
    assert_int_equal(copied.buffer->owner, test_process.head.pid);
    FlList same = fl_list_append(me, TYPE(T_INTS), list.buffer, list.range, NULL, 0);
    assert_true(same.buffer == list.buffer && same.range == list.range);
    same = fl_list_append(me, TYPE(T_INTS), NULL, 0, list.buffer, list.range);
    assert_true(same.buffer == list.buffer && same.range == list.range);
}

// Against a plain array: appends of random slices to random earlier versions never change another version.
static void test_append_property(void **state) {
    (void)state;
    enum { VERSIONS = 40 };
    static struct {
        FlList list;
        FlWord copy[8000];
        uint64_t length;
    } versions[VERSIONS];
    for (uint64_t seed = 1; seed < 12; seed++) {
        process_end();
        process_begin(seed);
        versions[0].list = ints(3, 1, 2, 3);
        versions[0].length = 3;
        memcpy(versions[0].copy, (FlWord[]){1, 2, 3}, 24);
        for (unsigned n = 1; n < VERSIONS; n++) {
            unsigned a = (unsigned)draw(&test_process.heap, n), b = (unsigned)draw(&test_process.heap, n);
            uint64_t from = draw(&test_process.heap, versions[b].length + 1), count = versions[b].length - from;
            if (versions[a].length + count > 8000)
                from = versions[b].length, count = 0;
            FlList x = versions[a].list, y = versions[b].list;
            uint64_t y_range = (FL_LIST_OFFSET(y.range) + from) << 32 | count;
            if (draw(&test_process.heap, 10) == 0)
                x.buffer->owner = 0;
            versions[n].list = fl_list_append(me, TYPE(T_INTS), x.buffer, x.range, y.buffer, y_range);
            memcpy(versions[n].copy, versions[a].copy, versions[a].length * 8);
            memcpy(versions[n].copy + versions[a].length, versions[b].copy + from, count * 8);
            versions[n].length = versions[a].length + count;
            for (unsigned i = 0; i <= n; i++) {
                assert_int_equal(FL_LIST_LENGTH(versions[i].list.range), versions[i].length);
                if (versions[i].length > 0)
                    assert_memory_equal(versions[i].list.buffer->elements + FL_LIST_OFFSET(versions[i].list.range),
                                        versions[i].copy, versions[i].length * 8);
            }
        }
        process_verify();
    }
}

static void test_grow(void **state) {
    (void)state;
    FlBuffer *buffer = fl_buffer_new(me, TYPE(T_SMALLS), 0);
    FlString *text = string("t");
    for (uint32_t i = 0; i < 5000; i++) {
        if (buffer->used == buffer->capacity)
            buffer = fl_buffer_grow(me, TYPE(T_SMALLS), buffer);
        buffer->elements[2 * i] = i;
        buffer->elements[2 * i + 1] = word_of(text);
        buffer->used = i + 1;
    }
    for (uint32_t i = 0; i < 5000; i++)
        assert_int_equal(buffer->elements[2 * i], i);
    process_verify();
    static FlBuffer full = {{T_NILS_BUFFER, FL_OBJECT_STATIC}, UINT32_MAX, UINT32_MAX, 0, {}};
    ASSERT_PANIC(1, fl_buffer_grow(me, TYPE(T_NILS), &full));
    ASSERT_PANIC(1, fl_list_append(me, TYPE(T_NILS), &full, UINT32_MAX, &full, UINT32_MAX));
    ASSERT_PANIC(1, fl_buffer_new(me, TYPE(T_INTS), (uint64_t)1 << 32));
    test_process.heap.arena.limit = 1 << 20;
    ASSERT_PANIC(2, fl_buffer_new(me, TYPE(T_INTS), UINT32_MAX));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_scalars, begin, end),
        cmocka_unit_test_setup_teardown(test_compound, begin, end),
        cmocka_unit_test_setup_teardown(test_long_text, begin, end),
        cmocka_unit_test_setup_teardown(test_deep, begin, end),
        cmocka_unit_test_setup_teardown(test_long_flat, begin, end),
        cmocka_unit_test_setup_teardown(test_cut, begin, end),
        cmocka_unit_test_setup_teardown(test_equal, begin, end),
        cmocka_unit_test_setup_teardown(test_property, begin, end),
        cmocka_unit_test_setup_teardown(test_append, begin, end),
        cmocka_unit_test_setup_teardown(test_append_property, begin, end),
        cmocka_unit_test_setup_teardown(test_grow, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
