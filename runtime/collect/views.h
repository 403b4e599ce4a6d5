// Lists that see a part of a buffer. Which part of a buffer moves is decided when all that is reached otherwise has
// moved: the stretch from the first to the last element that any list sees. A list that sees more and is found even
// later makes the buffer move once more, as a whole; the narrow copy becomes a filler that says where the other is.
#ifndef FLUFFY_RUNTIME_COLLECT_VIEWS_H
#define FLUFFY_RUNTIME_COLLECT_VIEWS_H

#include "runtime/abi/abi.h"

typedef struct Collection Collection;

typedef struct View {
    FlWord *slot;        // a list
    uint64_t owner;      // of the first list of a buffer: the buffer's
    uint32_t first, end; // and the stretch that all of them see
} View;

typedef struct Views {
    View *views; // owned
    uint64_t count, capacity;
    bool widened; // references may lead to narrow copies
} Views;

// A stretch, as it stands in `owner` of a buffer of which it has moved.
static inline uint64_t views_pack(uint32_t first, uint32_t end) { return (uint64_t)first << 32 | end; }

// A list, not empty, to be dealt with later. c->failed: memory is out.
void views_add(Collection *c, FlWord *slot);

// Whether the present form of a large buffer is good enough, of which [first, end) is seen. Elements that were not
// looked through may refer to nothing.
bool views_good(const Collection *c, const FlBuffer *buffer, uint32_t first, uint32_t end);

// Moves what the lists see. false: there were none.
bool views_resolve(Collection *c);

// Redirects a list to the part of its buffer that has moved; false: it sees more than that.
bool views_redirect(FlWord *slot, const FlBuffer *buffer);

// If the reference leads to a narrow copy: redirects it to the wide one.
void views_widen(void *context, FlWord *slot);

#endif
