// A value taken apart: unions, boxes, immediates and literal types resolved to what the value is. What text and
// equality look at.
#ifndef FLUFFY_RUNTIME_VALUE_VIEW_H
#define FLUFFY_RUNTIME_VALUE_VIEW_H

#include "runtime/abi/abi.h"
#include "runtime/memory/object.h"

typedef struct View {
    FlKind kind;         // NIL, BOOL, INT, FLOAT, STRING, PID, RECORD, LIST, MAP or FUNCTION; within maps NODE
    const FlType *type;  // RECORD, LIST, MAP, NODE: of that kind
    const FlWord *words; // RECORD: of its fields; LIST, MAP: its two words; NODE: the node
    FlWord scalar;       // otherwise: the number's bits, or the reference
} View;

// A union's word.
View view_tagged(FlWord word);

// A value of a type, by its words.
View view_value(const FlType *type, const FlWord *words);

static inline const FlString *view_string(const View *view) { return (const FlString *)view->scalar; }

#endif
