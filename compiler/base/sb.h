// String builder: text that grows. A zeroed one is empty and valid.
// Invariant: when `data` is not NULL, data[len] is NUL. Ownership: collected memory.
#ifndef FLUFFY_COMPILER_BASE_SB_H
#define FLUFFY_COMPILER_BASE_SB_H

#include "compiler/base/text.h"

typedef struct StringBuilder {
    char *data;
    size_t len, cap;
} StringBuilder;

void sb_add_char(StringBuilder *sb, char c);
void sb_add_repeat(StringBuilder *sb, char c, size_t count);
void sb_add_bytes(StringBuilder *sb, const char *bytes, size_t len);
void sb_add(StringBuilder *sb, const char *nul_terminated);
void sb_add_text(StringBuilder *sb, Text text);
void sb_addf(StringBuilder *sb, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The text built so far, NUL-terminated (never NULL). Borrowed: the next addition may move it.
const char *sb_text(StringBuilder *sb);

// Formats into fresh memory; the result is the caller's.
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
