// Floats: most that programs print have few digits after the point. For those m / 10^k, with m below 10^15 and k at
// most 22, is one correctly rounded division and therefore exactly what reading "m e-k" gives; the smallest k that
// gives the value back has the fewest digits. The others are printed by the C library with 15, 16, 17 digits
// (subnormals: from 1 on) until they read back.
#define _GNU_SOURCE
#include "runtime/value/number.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/abi/abi.h"
#include "runtime/value/heap.h"

static const char pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051"
    "525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

unsigned number_write_unsigned(uint64_t value, char *bytes) {
    char reversed[NUMBER_INT_MAX], *end = reversed + sizeof reversed, *at = end;
    while (value >= 100) {
        memcpy(at -= 2, pairs + 2 * (value % 100), 2);
        value /= 100;
    }
    if (value >= 10)
        memcpy(at -= 2, pairs + 2 * value, 2);
    else
        *--at = (char)('0' + value);
    memcpy(bytes, at, (size_t)(end - at));
    return (unsigned)(end - at);
}

unsigned number_write_int(int64_t value, char *bytes) {
    if (value >= 0)
        return number_write_unsigned((uint64_t)value, bytes);
    bytes[0] = '-';
    return 1 + number_write_unsigned(0 - (uint64_t)value, bytes + 1);
}

FlString *fl_text_int(FlProcess *self, int64_t value) {
    char bytes[NUMBER_INT_MAX];
    unsigned length = number_write_int(value, bytes);
    FlString *text = value_string(self, length, length);
    memcpy(text->bytes, bytes, length);
    return text;
}

// ---- floats --------------------------------------------------------------------------------------------------------

// 0.d1d2d3… × 10^point
typedef struct Digits {
    char bytes[24];
    unsigned count;
    int point;
} Digits;

static void strip_zeros(Digits *digits) {
    while (digits->count > 1 && digits->bytes[digits->count - 1] == '0')
        digits->count--;
}

static bool few_digits(double value, Digits *digits) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    for (int k = 0; k < 23 && value * powers[k] < 1e15; k++) {
        double whole = rint(value * powers[k]);
        if (whole / powers[k] == value) {
            digits->count = number_write_unsigned((uint64_t)whole, digits->bytes);
            digits->point = (int)digits->count - k;
            strip_zeros(digits);
            return true;
        }
    }
    return false;
}

// Reads digits without a point, which no locale changes.
static double read_back(const Digits *digits) {
    char text[48];
    snprintf(text, sizeof text, "%.*se%d", (int)digits->count, digits->bytes, digits->point - (int)digits->count);
    return strtod(text, NULL);
}

static void round_to(double value, unsigned count, Digits *digits) {
    char text[48], *at = text;
    snprintf(text, sizeof text, "%.*e", (int)count - 1, value);
    digits->count = 0;
    for (; *at != 'e'; at++)
        if (*at >= '0' && *at <= '9') // the point, whatever the locale makes of it, is dropped
            digits->bytes[digits->count++] = *at;
    digits->point = atoi(at + 1) + 1;
}

// The next number of as many digits, for which there must be one without a carry out of the first digit.
static bool next_up(Digits *digits) {
    unsigned i = digits->count;
    while (i > 0 && digits->bytes[i - 1] == '9')
        digits->bytes[--i] = '0';
    if (i == 0)
        return false;
    digits->bytes[i - 1]++;
    return true;
}

static void shortest_digits(double value, Digits *digits) {
    if (few_digits(value, digits))
        return;
    int exponent;
    bool power_of_two = frexp(value, &exponent) == 0.5;
    for (unsigned count = value < DBL_MIN ? 1 : 15; count <= 17; count++) {
        round_to(value, count, digits);
        if (read_back(digits) == value)
            break;
        // Above a power of two lie twice as many reals that read as it than below: the nearest 16 digits
        // may fail where the next higher do not.
        if (power_of_two && count == 16 && next_up(digits) && read_back(digits) == value)
            break;
    }
    strip_zeros(digits);
}

static char *write_plain(const Digits *digits, char *at) {
    int count = (int)digits->count, point = digits->point;
    if (point <= 0) {
        memcpy(at, "0.", 2);
        memset(at + 2, '0', (size_t)-point);
        memcpy(at + 2 - point, digits->bytes, (size_t)count);
        return at + 2 - point + count;
    }
    int before = count < point ? count : point;
    memcpy(at, digits->bytes, (size_t)before);
    memset(at + before, '0', (size_t)(point - before));
    at += point;
    *at++ = '.';
    if (count <= point) {
        *at++ = '0';
        return at;
    }
    memcpy(at, digits->bytes + point, (size_t)(count - point));
    return at + (count - point);
}

static char *write_exponent(const Digits *digits, char *at) {
    *at++ = digits->bytes[0];
    if (digits->count > 1) {
        *at++ = '.';
        memcpy(at, digits->bytes + 1, digits->count - 1);
        at += digits->count - 1;
    }
    *at++ = 'e';
    return at + number_write_int(digits->point - 1, at);
}

unsigned number_write_float(double value, char *bytes) {
    if (isnan(value)) {
        memcpy(bytes, "nan", 3);
        return 3;
    }
    char *at = bytes;
    if (signbit(value))
        *at++ = '-';
    value = fabs(value);
    if (isinf(value)) {
        memcpy(at, "inf", 3);
        return (unsigned)(at + 3 - bytes);
    }
    Digits digits;
    shortest_digits(value, &digits);
    at = digits.point > -6 && digits.point <= 21 ? write_plain(&digits, at) : write_exponent(&digits, at);
    return (unsigned)(at - bytes);
}

FlString *fl_text_float(FlProcess *self, double value) {
    char bytes[NUMBER_FLOAT_MAX];
    unsigned length = number_write_float(value, bytes);
    FlString *text = value_string(self, length, length);
    memcpy(text->bytes, bytes, length);
    return text;
}

// ---- reading -------------------------------------------------------------------------------------------------------

static bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

bool fl_parse_int(FlString *text, int64_t *out) {
    const char *at = text->bytes, *end = at + text->length;
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    if (at == end)
        return false;
    int64_t value = 0;
    for (; at < end; at++) {
        if (!is_digit(*at))
            return false;
        int64_t digit = *at - '0';
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, digit, &value))
            return false;
    }
    if (!negative && value == INT64_MIN)
        return false;
    *out = negative ? value : -value; // summed up below zero, where there is one number more
    return true;
}

static const char *skip_digits(const char *at, const char *end) {
    while (at < end && is_digit(*at))
        at++;
    return at;
}

// [0-9]+ (. [0-9]+)? ([eE] [+-]? [0-9]+)?
static bool is_decimal(const char *at, const char *end) {
    const char *next = skip_digits(at, end);
    if (next == at)
        return false;
    at = next;
    if (at < end && *at == '.') {
        next = skip_digits(at + 1, end);
        if (next == at + 1)
            return false;
        at = next;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-'))
            at++;
        next = skip_digits(at, end);
        if (next == at)
            return false;
        at = next;
    }
    return at == end;
}

bool fl_parse_float(FlString *text, double *out) {
    const char *at = text->bytes, *end = at + text->length;
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    double value;
    if (end - at == 3 && memcmp(at, "inf", 3) == 0)
        value = INFINITY;
    else if (end - at == 3 && memcmp(at, "nan", 3) == 0)
        value = NAN;
    else if (is_decimal(at,
                        end)) // so far it ends at the NUL behind the text; newlocale gives the C library's own constant
        value = strtod_l(at, NULL, newlocale(LC_ALL_MASK, "C", (locale_t)0));
    else
        return false;
    *out = negative ? -value : value;
    return true;
}
