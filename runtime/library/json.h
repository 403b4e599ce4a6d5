// Reading JSON text: what decoding needs to know of the text alone.
#ifndef FLUFFY_RUNTIME_LIBRARY_JSON_H
#define FLUFFY_RUNTIME_LIBRARY_JSON_H

#include <stdbool.h>

#include "runtime/process/run.h"

typedef struct JsonSpans JsonSpans;

typedef struct JsonText {
    FlProcess *self;
    const char *at, *end, *start;
    const char *wrong;      // what is no JSON, at `at`; NULL: nothing yet
    const JsonSpans *spans; // for jsontext_jump; NULL: not made
} JsonText;

enum { JSON_POLL_ROUNDS = 512 };

// For loops over a text of any length: lets others run. Nothing is collected, for what is half made is in no
// collection's sight.
static inline void jsontext_poll(const JsonText *json) {
    if (__atomic_load_n(&((FlProcessHead *)json->self)->stack_limit, __ATOMIC_RELAXED) == UINTPTR_MAX)
        process_poll_still(json->self);
}

void jsontext_space(JsonText *json);
// The first byte of what follows, behind space; 0 at the end.
char jsontext_peek(JsonText *json);
// Skips this byte (behind space), or gives false and nothing is skipped.
bool jsontext_accept(JsonText *json, char byte);
// Skips a whole value, however deep. false: wrong.
bool jsontext_skip(JsonText *json);
// The same without a look at what is within objects and arrays (json_spans.c): for looking ahead. Where jsontext_index
// was called before, this takes constant time for them, or nearly. The index lies in the arena, as a filler.
bool jsontext_jump(JsonText *json);
void jsontext_index(JsonText *json);
// The string that begins here, unescaped; NULL: wrong.
FlString *jsontext_string(FlProcess *self, JsonText *json);
// Whether the string that begins here is this text, and skips it in any case. Escapes are looked at.
bool jsontext_key_is(FlProcess *self, JsonText *json, const char *text);
// A number: where it ends; whether it has neither point nor exponent. false: wrong.
bool jsontext_digits(JsonText *json, const char **end, bool *integral);

#endif
