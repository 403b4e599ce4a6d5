#include <stdbool.h>
#include <stdint.h>

int8_t add8(int8_t a, int8_t b) { return (int8_t)(a + b); }
uint8_t addu8(uint8_t a, uint8_t b) { return (uint8_t)(a + b); }
int16_t add16(int16_t a, int16_t b) { return (int16_t)(a + b); }
uint16_t addu16(uint16_t a, uint16_t b) { return (uint16_t)(a + b); }
int32_t add32(int32_t a, int32_t b) { return a + b; }
uint32_t addu32(uint32_t a, uint32_t b) { return a + b; }
int64_t add64(int64_t a, int64_t b) { return a + b; }
uint64_t addu64(uint64_t a, uint64_t b) { return a + b; }
uint64_t largest(void) { return UINT64_MAX; }
float half(float x) { return x / 2; }
double third(double x) { return x / 3; }
bool both(bool a, bool b) { return a && b; }
void nothing(void) {}

// More than there are registers of either kind.
double many(int8_t a, double b, int64_t c, float d, uint16_t e, bool f, int32_t g, double h, int64_t i, int64_t j,
            uint8_t k, double l, double m, double n, float o, double p, double q, int16_t r) {
    return a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p + q + r;
}

// Deeper than a process's stack of 64 KB.
int64_t deep(int64_t n) {
    volatile char room[4096];
    room[0] = (char)n;
    return n == 0 ? 0 : 1 + room[0] - room[0] + deep(n - 1);
}

int32_t parts(double x, int32_t *exponent, bool *negative) {
    *exponent = (int32_t)x / 10;
    *negative = x < 0;
    return (int32_t)x % 10;
}

void twice(int16_t *x) { *x = (int16_t)(*x * 2); }
int64_t seen(const int64_t *x) { return *x; }
