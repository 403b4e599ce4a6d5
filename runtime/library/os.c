// What a program knows of its surroundings.
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runtime/library/library.h"
#include "runtime/value/heap.h"

static int argument_count;
static char **argument_values;

void library_arguments(int count, char **arguments) {
    argument_count = count;
    argument_values = arguments;
}

FlList fl_os_args(FlProcess *self, const FlType *type) {
    uint64_t count = argument_count > 1 ? (uint64_t)argument_count - 1 : 0;
    FlBuffer *list = fl_buffer_new(self, type, count);
    for (uint64_t i = 0; i < count; i++) {
        const char *text = argument_values[i + 1];
        list->elements[i] = (FlWord)library_string(self, text, strlen(text));
        list->used++;
    }
    return (FlList){list, count};
}

bool fl_os_variable(FlProcess *self, FlString *name, FlWord *out) {
    const char *value = strlen(name->bytes) == name->length ? getenv(name->bytes) : NULL;
    *out = (FlWord)(value != NULL ? library_string(self, value, strlen(value)) : name);
    return value != NULL;
}

int64_t fl_time_unix(FlProcess *self) {
    struct timespec now;
    (void)self;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
