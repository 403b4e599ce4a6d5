// Checks that every place that the front end names is inside its file: those of diagnostics, and those of the tree,
// which are read from its dump (`@start-end` behind each node).
#ifndef FLUFFY_TEST_FUZZ_SPANS_H
#define FLUFFY_TEST_FUZZ_SPANS_H

#include "compiler/base/sb.h"
#include "compiler/diag/diag.h"

#include <stdlib.h>

static inline void require(bool condition) {
    if (!condition)
        abort();
}

static inline void check_span(Span span) {
    require(span.start <= span.end);
    require(!span.file || span.end <= span.file->len);
}

static inline void check_diagnostics(const Diagnostics *diags) {
    for (size_t i = 0; i < diags->list.len; i++) {
        const Diag *diag = diags->list.data[i];
        check_span(diag->span);
        for (size_t j = 0; j < diag->labels.len; j++)
            check_span(diag->labels.data[j].span);
    }
}

// A `@` occurs outside quotation marks only before a span.
static inline void check_dump(const char *dump, uint32_t len) {
    for (const char *at = dump; *at; at++) {
        if (*at == '"')
            for (at++; *at != '"'; at++)
                at += *at == '\\';
        if (*at != '@')
            continue;
        char *end;
        unsigned long start = strtoul(at + 1, &end, 10), stop = strtoul(end + 1, NULL, 10);
        require(start <= stop && stop <= len);
    }
}

#endif
