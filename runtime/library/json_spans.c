// Where each object and array of a text ends. Which variant of a union an object is follows from its own names and
// literals; what lies between them has to be skipped for it, and again in each object within: with the ends at hand,
// looking ahead takes time for an object's own parts only, however deep the text is.
#include <string.h>

#include "runtime/library/json.h"
#include "runtime/value/heap.h"

enum { INDEXED_FROM = 512, POLL_BYTES = 1 << 16 }; // shorter texts are skipped through as fast

struct JsonSpans {
    uint32_t count;
    struct {
        uint32_t from; // of the opening bracket, as an offset; ascending
        uint32_t
            to; // behind the closing one; while it is open: 1 + the span around it, or 0; at the end 0: never closed
    } spans[];
};

static bool opens(char byte) { return byte == '{' || byte == '['; }
static bool closes(char byte) { return byte == '}' || byte == ']'; }

// How many brackets open, those in strings included.
static uint64_t count_brackets(const JsonText *json) {
    uint64_t count = 0;
    for (const char *at = json->start; at < json->end;) {
        const char *end = json->end - at > POLL_BYTES ? at + POLL_BYTES : json->end;
        for (; at < end; at++)
            count += opens(*at);
        jsontext_poll(json);
    }
    return count;
}

// Behind the quotation mark that closes what begins at `at`, or the end.
static const char *behind_string(const char *at, const char *end) {
    for (at++; at < end && *at != '"'; at++)
        at += *at == '\\';
    return at < end ? at + 1 : end;
}

// Brackets of another kind than those they close are found out when the text is read.
static void find_spans(const JsonText *json, JsonSpans *out) {
    uint32_t open = 0, looked = 0; // 1 + the innermost open span
    for (const char *at = json->start; at < json->end;) {
        if (++looked % POLL_BYTES == 0)
            jsontext_poll(json);
        if (*at == '"') {
            at = behind_string(at, json->end);
            continue;
        }
        uint32_t offset = (uint32_t)(at - json->start);
        if (opens(*at)) {
            out->spans[out->count].from = offset;
            out->spans[out->count].to = open;
            open = ++out->count;
        } else if (closes(*at) && open != 0) {
            uint32_t around = out->spans[open - 1].to;
            out->spans[open - 1].to = offset + 1;
            open = around;
        }
        at++;
    }
    while (open != 0) {
        uint32_t around = out->spans[open - 1].to;
        out->spans[open - 1].to = 0;
        open = around;
    }
}

void jsontext_index(JsonText *json) {
    if (json->spans != NULL || json->end - json->start < INDEXED_FROM)
        return;
    uint64_t bytes = sizeof(FlObject) + sizeof(JsonSpans) + count_brackets(json) * sizeof(((JsonSpans *)0)->spans[0]);
    bytes = (bytes + 7) & ~UINT64_C(7);
    char *chunk = value_allocate(json->self, bytes);
    object_fill(chunk, bytes);
    JsonSpans *spans = (JsonSpans *)(chunk + sizeof(FlObject));
    spans->count = 0;
    find_spans(json, spans);
    json->spans = spans;
}

bool jsontext_jump(JsonText *json) {
    if (json->spans == NULL || !opens(jsontext_peek(json)))
        return jsontext_skip(json);
    uint32_t wanted = (uint32_t)(json->at - json->start), low = 0, high = json->spans->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (json->spans->spans[middle].from < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    bool known = low < json->spans->count && json->spans->spans[low].from == wanted && json->spans->spans[low].to != 0;
    if (!known)
        return jsontext_skip(json);
    json->at = json->start + json->spans->spans[low].to;
    return true;
}
