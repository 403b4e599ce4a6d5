#include "test/unit/runtime/value/process.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/value/number.h"

static const char *text_of(double value) {
    static char bytes[NUMBER_FLOAT_MAX + 1];
    unsigned length = number_write_float(value, bytes);
    assert_true(length <= NUMBER_FLOAT_MAX);
    bytes[length] = 0;
    return bytes;
}

static void test_floats(void **state) {
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0.0"},
        {-0.0, "-0.0"},
        {3, "3.0"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {100, "100.0"},
        {1e20, "100000000000000000000.0"},
        {1e21, "1e21"},
        {1.5e21, "1.5e21"},
        {1e-6, "0.000001"},
        {1e-7, "1e-7"},
        {1.25e-7, "1.25e-7"},
        {123456.789, "123456.789"},
        {5e-324, "5e-324"},
        {1e22, "1e22"},
        {1e23, "1e23"},
        {9007199254740993.0, "9007199254740992.0"},
        {DBL_MAX, "1.7976931348623157e308"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {4.35, "4.35"},
        {2.0 / 3, "0.6666666666666666"},
        {M_PI, "3.141592653589793"},
        {5.684341886080802e-14, "5.684341886080802e-14"}, // 2^-44
        {9.5367431640625e-07, "9.5367431640625e-7"},
        {123456789012345680.0, "123456789012345680.0"},
        {2.2250738585072011e-308, "2.225073858507201e-308"},
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
        {NAN, "nan"},
        {-NAN, "nan"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(text_of(cases[i].value), cases[i].text);
    process_begin(1);
    assert_text(fl_text_float(me, 2.5), "2.5");
    process_end();
}

static unsigned digits_in(const char *text) {
    unsigned count = 0, zeros = 0;
    for (; *text != 0 && *text != 'e'; text++) {
        if (*text < '0' || *text > '9' || (count == 0 && *text == '0'))
            continue;
        count++;
        zeros = *text == '0' ? zeros + 1 : 0;
    }
    return count - zeros;
}

// No number with one digit less lies where it reads as the same double: checks both neighbours of the cut-off
// digits.
static void assert_shortest(double value, const char *text) {
    unsigned digits = digits_in(text);
    if (digits <= 1)
        return;
    char shorter[64];
    for (int mode = -1; mode <= 1; mode++) {
        snprintf(shorter, sizeof shorter, "%.*e", (int)digits - 2, value);
        char *last = strchr(shorter, 'e') - 1;
        if (mode != 0 && (*last == '9' || *last == '0'))
            continue;
        *last = (char)(*last + mode);
        if (strtod(shorter, NULL) == value)
            fail_msg("%s is shorter than %s", shorter, text);
    }
}

static void test_float_property(void **state) {
    (void)state;
    TestHeap random;
    heap_begin(&random, 5);
    for (int i = 0; i < 60000; i++) {
        uint64_t bits = draw(&random, UINT64_MAX);
        double value;
        switch (i % 5) {
        case 0:
            bits &= ~(((uint64_t)1 << 52) - 1); // powers of two
            break;
        case 1:
            bits &= ((uint64_t)1 << 50) - 1; // subnormal
            break;
        case 2:
            value = (double)(int64_t)(bits >> 30) / 1000;
            memcpy(&bits, &value, 8);
            break;
        }
        memcpy(&value, &bits, 8);
        if (!isfinite(value))
            continue;
        const char *text = text_of(value);
        assert_true(strtod(text, NULL) == value);
        assert_true(strchr(text, '.') != NULL || strchr(text, 'e') != NULL);
        assert_shortest(value, text);
    }
    heap_end(&random);
}

static void test_ints(void **state) {
    (void)state;
    process_begin(1);
    static const int64_t cases[] = {0,     1,  9,   10,   99,        100,       101,
                                    12345, -1, -10, -100, INT64_MAX, INT64_MIN, 1000000000000};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char expected[32];
        snprintf(expected, sizeof expected, "%lld", (long long)cases[i]);
        FlString *text = fl_text_int(me, cases[i]);
        assert_text(text, expected);
        int64_t back;
        assert_true(fl_parse_int(text, &back) && back == cases[i]);
    }
    process_end();
}

static void test_parse_int(void **state) {
    (void)state;
    process_begin(1);
    int64_t out = 77;
    static const char *const wrong[] = {"",
                                        "-",
                                        "+",
                                        "1x",
                                        " 1",
                                        "1 ",
                                        "0x10",
                                        "9223372036854775808",
                                        "-9223372036854775809",
                                        "1.0",
                                        "--1",
                                        "99999999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(fl_parse_int(string(wrong[i]), &out));
    assert_int_equal(out, 77);
    assert_true(fl_parse_int(string("+007"), &out) && out == 7);
    assert_true(fl_parse_int(string("-0"), &out) && out == 0);
    process_end();
}

static void test_parse_float(void **state) {
    (void)state;
    process_begin(1);
    double out = 77;
    static const char *const wrong[] = {"",      "-",        ".",      "1.", ".5", "1e",  "1e+",
                                        "0x1p3", "infinity", "nan(1)", " 1", "1 ", "1,5", "1.5.5"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(fl_parse_float(string(wrong[i]), &out));
    assert_true(out == 77);
    FlString *with_nul;
    WITH_HEAP(with_nul = make_string(&test_process.heap, "1\0002", 3));
    assert_false(fl_parse_float(with_nul, &out));
    assert_true(fl_parse_float(string("1"), &out) && out == 1);
    assert_true(fl_parse_float(string("-1.5e3"), &out) && out == -1500);
    assert_true(fl_parse_float(string("+0.1E-2"), &out) && out == 0.001);
    assert_true(fl_parse_float(string("1e999"), &out) && isinf(out));
    assert_true(fl_parse_float(string("-inf"), &out) && out == -INFINITY);
    assert_true(fl_parse_float(string("nan"), &out) && isnan(out));
    process_end();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_floats),    cmocka_unit_test(test_float_property), cmocka_unit_test(test_ints),
        cmocka_unit_test(test_parse_int), cmocka_unit_test(test_parse_float),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
