#include "compiler/base/sb.h"

#include "compiler/base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

// Room for `more` bytes and the NUL.
static void reserve(StringBuilder *sb, size_t more) {
    if (sb->len + more + 1 <= sb->cap)
        return;
    size_t cap = sb->cap ? sb->cap : FIRST_CAPACITY;
    while (cap < sb->len + more + 1)
        cap *= 2;
    char *data = mem_alloc_data(cap);
    if (sb->len)
        memcpy(data, sb->data, sb->len);
    sb->data = data;
    sb->cap = cap;
}

void sb_add_bytes(StringBuilder *sb, const char *bytes, size_t len) {
    reserve(sb, len);
    if (len)
        memcpy(sb->data + sb->len, bytes, len);
    sb->len += len;
    sb->data[sb->len] = 0;
}

void sb_add_char(StringBuilder *sb, char c) { sb_add_bytes(sb, &c, 1); }

void sb_add_repeat(StringBuilder *sb, char c, size_t count) {
    reserve(sb, count);
    memset(sb->data + sb->len, c, count);
    sb->len += count;
    sb->data[sb->len] = 0;
}

void sb_add(StringBuilder *sb, const char *nul_terminated) { sb_add_bytes(sb, nul_terminated, strlen(nul_terminated)); }

void sb_add_text(StringBuilder *sb, Text text) { sb_add_bytes(sb, text.data, text.len); }

static void add_formatted(StringBuilder *sb, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (len <= 0)
        return;
    reserve(sb, (size_t)len);
    vsnprintf(sb->data + sb->len, (size_t)len + 1, format, args);
    sb->len += (size_t)len;
}

void sb_addf(StringBuilder *sb, const char *format, ...) {
    va_list args;
    va_start(args, format);
    add_formatted(sb, format, args);
    va_end(args);
}

const char *sb_text(StringBuilder *sb) { return sb->data ? sb->data : ""; }

char *text_format(const char *format, ...) {
    StringBuilder sb = {0};
    va_list args;
    va_start(args, format);
    add_formatted(&sb, format, args);
    va_end(args);
    return sb.data ? sb.data : mem_copy_text("", 0);
}
