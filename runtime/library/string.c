// Bytes from outside as strings.
#include <string.h>

#include "runtime/library/library.h"
#include "runtime/memory/utf8.h"
#include "runtime/value/heap.h"

enum { REPLACEMENT_BYTES = 3 };
static const char replacement[] = "\xef\xbf\xbd";

// The bytes of the well-formed sequence at `at`, or 0.
static uint64_t sequence(const char *at, uint64_t left) {
    uint64_t points;
    for (uint64_t bytes = 1; bytes <= 4 && bytes <= left; bytes++)
        if (utf8_check(at, bytes, &points))
            return bytes;
    return 0;
}

uint64_t library_mend(const char *bytes, uint64_t length, char *to, uint64_t *points) {
    uint64_t total = 0;
    *points = 0;
    for (uint64_t at = 0; at < length; ++*points) {
        uint64_t good = sequence(bytes + at, length - at);
        uint64_t written = good != 0 ? good : REPLACEMENT_BYTES;
        if (to != NULL)
            memcpy(to + total, good != 0 ? bytes + at : replacement, written);
        total += written;
        at += good != 0 ? good : 1;
    }
    return total;
}

FlString *library_string(FlProcess *self, const char *bytes, uint64_t length) {
    uint64_t points;
    if (utf8_check(bytes, length, &points)) {
        FlString *string = value_string(self, length, points);
        memcpy(string->bytes, bytes, length);
        return string;
    }
    uint64_t mended = library_mend(bytes, length, NULL, &points);
    FlString *string = value_string(self, mended, points);
    library_mend(bytes, length, string->bytes, &points);
    return string;
}
