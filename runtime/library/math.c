// Numbers.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "runtime/abi/abi.h"
#include "runtime/value/heap.h"

enum { DIGITS_MAX = 17, FIXED_MAX = 400 };

FlString *fl_math_fixed(FlProcess *self, double value, int64_t digits) {
    char text[FIXED_MAX];
    int places = digits < 0 ? 0 : digits > DIGITS_MAX ? DIGITS_MAX : (int)digits;
    int length = isnan(value) ? snprintf(text, sizeof text, "nan") : snprintf(text, sizeof text, "%.*f", places, value);
    FlString *string = value_string(self, (uint64_t)length, (uint64_t)length);
    memcpy(string->bytes, text, (size_t)length);
    return string;
}

double fl_math_floor(double x) { return floor(x); }
double fl_math_ceil(double x) { return ceil(x); }
double fl_math_round(double x) { return round(x); }
double fl_math_pow(double x, double y) { return pow(x, y); }
double fl_math_exp(double x) { return exp(x); }
double fl_math_log(double x) { return log(x); }
double fl_math_log10(double x) { return log10(x); }
double fl_math_sin(double x) { return sin(x); }
double fl_math_cos(double x) { return cos(x); }
double fl_math_tan(double x) { return tan(x); }
double fl_math_atan2(double y, double x) { return atan2(y, x); }

int64_t fl_math_bit_and(int64_t a, int64_t b) { return a & b; }
int64_t fl_math_bit_or(int64_t a, int64_t b) { return a | b; }
int64_t fl_math_bit_xor(int64_t a, int64_t b) { return a ^ b; }

int64_t fl_math_shift_left(int64_t value, int64_t by) {
    return by < 0 || by > 63 ? 0 : (int64_t)((uint64_t)value << by);
}

int64_t fl_math_shift_right(int64_t value, int64_t by) {
    return by < 0 || by > 63 ? (value < 0 ? -1 : 0) : value >> by;
}

int64_t fl_random_step(int64_t state) { return (int64_t)((uint64_t)state + UINT64_C(0x9E3779B97F4A7C15)); }

int64_t fl_random_mix(int64_t state) {
    uint64_t bits = (uint64_t)state;
    bits = (bits ^ bits >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    bits = (bits ^ bits >> 27) * UINT64_C(0x94D049BB133111EB);
    return (int64_t)((bits ^ bits >> 31) >> 1);
}
