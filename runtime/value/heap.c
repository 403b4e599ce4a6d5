#include "runtime/value/heap.h"

VALUE_STATIC_STRING(value_empty_string, "");
static VALUE_STATIC_STRING(too_long, "a string would be longer than 4294967295 bytes");

_Noreturn void value_panic(FlProcess *self, FlString *text) {
    fl_panic(self, text, NULL);
    __builtin_unreachable();
}

FlString *value_string(FlProcess *self, uint64_t length, uint64_t points) {
    if (length > UINT32_MAX)
        value_panic(self, &too_long);
    uint64_t bytes = object_string_bytes(length);
    bool counted = bytes >= COUNTED_LEAST;
    FlString *string = counted ? process_allocate_flat(self, bytes) : value_allocate(self, bytes);
    ((uint64_t *)string)[bytes / 8 - 1] = 0; // the NUL, and the slack
    string->header = (FlObject){.type = FL_TYPE_STRING, .flags = counted ? OBJECT_COUNTED_FLAGS : 0};
    string->length = (uint32_t)length;
    string->points = (uint32_t)points;
    return string;
}
