#include "runtime/value/builder.h"

#include "runtime/memory/utf8.h"
#include "runtime/value/heap.h"

static VALUE_STATIC_STRING(too_long, "a string would be longer than 4294967295 bytes");

void builder_begin(Builder *builder, FlProcess *self) {
    builder->self = self;
    builder->bytes = builder->small;
    builder->length = 0;
    builder->capacity = sizeof builder->small;
    builder->chunk = NULL;
    builder->chunk_bytes = 0;
    builder->full = false;
}

void builder_fixed(Builder *builder, char *bytes, uint64_t size) {
    builder_begin(builder, NULL);
    builder->bytes = bytes;
    builder->capacity = size;
}

static void become_chunk(Builder *builder, FlString *chunk, uint64_t bytes) {
    object_fill(chunk, bytes);
    builder->chunk = chunk;
    builder->chunk_bytes = bytes;
    builder->bytes = chunk->bytes;
    builder->capacity = bytes - offsetof(FlString, bytes) - 1;
}

// Takes what fits, up to a code point's end. Nothing shorter may follow what was cut off.
static void cut(Builder *builder, const char *bytes, uint64_t length) {
    uint64_t room = builder->capacity - builder->length;
    if (builder->full || length <= room)
        return;
    while (room > 0 && (bytes[room] & 0xc0) == 0x80)
        room--;
    memcpy(builder->bytes + builder->length, bytes, room);
    builder->length += room;
    builder->capacity = builder->length;
    builder->full = true;
}

// Makes room for `more` bytes.
static void grow(Builder *builder, uint64_t more) {
    uint64_t needed = builder->length + more;
    if (needed > UINT32_MAX)
        value_panic(builder->self, &too_long);
    uint64_t wanted = needed > 2 * builder->capacity ? needed : 2 * builder->capacity;
    uint64_t bytes = object_string_bytes(wanted > UINT32_MAX ? UINT32_MAX : wanted);
    FlString *chunk = builder->chunk;
    if (chunk == NULL || !value_extend(builder->self, chunk, builder->chunk_bytes, bytes)) {
        chunk = value_allocate(builder->self, bytes);
        memcpy(chunk->bytes, builder->bytes, builder->length);
    }
    become_chunk(builder, chunk, bytes);
}

void builder_add_slow(Builder *builder, const char *bytes, uint64_t length) {
    if (builder->self == NULL) {
        cut(builder, bytes, length);
        return;
    }
    grow(builder, length);
    builder_add(builder, bytes, length);
}

static bool is_plain(unsigned char byte) { return byte >= 0x20 && byte != '"' && byte != '\\' && byte != 0x7f; }

static void add_escape(Builder *builder, unsigned char byte, void (*control)(Builder *builder, unsigned char byte)) {
    switch (byte) {
    case '"':
    case '\\':
        builder_add(builder, (char[]){'\\', (char)byte}, 2);
        break;
    case '\n':
        builder_add(builder, "\\n", 2);
        break;
    case '\r':
        builder_add(builder, "\\r", 2);
        break;
    case '\t':
        builder_add(builder, "\\t", 2);
        break;
    default:
        control(builder, byte);
    }
}

void builder_add_quoted(Builder *builder, const char *bytes, uint64_t length,
                        void (*control)(Builder *builder, unsigned char byte)) {
    builder_add_byte(builder, '"');
    for (uint64_t at = 0; at < length && !builder->full;) {
        uint64_t plain = at;
        while (plain < length && is_plain((unsigned char)bytes[plain]))
            plain++;
        builder_add(builder, bytes + at, plain - at);
        if (plain < length)
            add_escape(builder, (unsigned char)bytes[plain++], control);
        at = plain;
    }
    builder_add_byte(builder, '"');
}

FlString *builder_finish(Builder *builder) {
    uint64_t points = utf8_count(builder->bytes, builder->length);
    FlString *string = builder->chunk;
    if (string == NULL || object_string_bytes(builder->length) >= COUNTED_LEAST) {
        string = value_string(builder->self, builder->length, points);
        memcpy(string->bytes, builder->bytes, builder->length);
        if (builder->chunk != NULL)
            value_shrink(builder->self, builder->chunk, builder->chunk_bytes, 0);
        return string;
    }
    string->header = (FlObject){.type = FL_TYPE_STRING};
    string->length = (uint32_t)builder->length;
    string->points = (uint32_t)points;
    uint64_t bytes = object_string_bytes(builder->length);
    memset(string->bytes + builder->length, 0, bytes - offsetof(FlString, bytes) - builder->length);
    value_shrink(builder->self, string, builder->chunk_bytes, bytes);
    return string;
}
