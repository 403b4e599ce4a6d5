// Digits of numbers, as the language writes and reads them; independent of the locale. Pure functions, any thread.
#ifndef FLUFFY_RUNTIME_VALUE_NUMBER_H
#define FLUFFY_RUNTIME_VALUE_NUMBER_H

#include <stdint.h>

#define NUMBER_INT_MAX 20   // bytes of the longest int
#define NUMBER_FLOAT_MAX 32 // bytes of the longest float

// Writes the number, without a closing NUL; the count of bytes.
unsigned number_write_int(int64_t value, char *bytes);
unsigned number_write_unsigned(uint64_t value, char *bytes);

// The shortest digits that read back as the same double; of several, those nearest to it. Always with a point or an
// exponent: plain from 1e-6 to below 1e21, otherwise as 1e21, 2.5e-7; inf, -inf, nan.
unsigned number_write_float(double value, char *bytes);

#endif
