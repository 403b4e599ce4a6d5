#include "runtime/value/view.h"

static View view_immediate(FlWord word) {
    int64_t payload = FL_IMMEDIATE_PAYLOAD(word);
    switch (FL_IMMEDIATE_TAG(word)) {
    case FL_TAG_BOOL:
        return (View){.kind = FL_KIND_BOOL, .scalar = (FlWord)payload};
    case FL_TAG_SYMBOL:
        return (View){.kind = FL_KIND_STRING, .scalar = (FlWord)fl_program.symbols[payload]};
    case FL_TAG_INT:
        return (View){.kind = FL_KIND_INT, .scalar = (FlWord)payload};
    default:
        return (View){.kind = FL_KIND_NIL};
    }
}

View view_tagged(FlWord word) {
    if (word & 1)
        return view_immediate(word);
    const FlObject *object = (const FlObject *)word;
    const FlType *type = object_type(object);
    const FlWord *words = object_words(object);
    switch (type->kind) {
    case FL_KIND_STRING:
        return (View){.kind = FL_KIND_STRING, .scalar = word};
    case FL_KIND_CLOSURE:
        return (View){.kind = FL_KIND_FUNCTION, .scalar = word};
    case FL_KIND_RECORD:
    case FL_KIND_LIST:
    case FL_KIND_MAP:
        return (View){.kind = (FlKind)type->kind, .type = type, .words = words};
    default:
        return (View){.kind = (FlKind)type->kind, .scalar = *words};
    }
}

View view_value(const FlType *type, const FlWord *words) {
    switch (type->kind) {
    case FL_KIND_UNION:
        return view_tagged(*words);
    case FL_KIND_LITERAL:
        if (type->literal == 0 || FL_IMMEDIATE_TAG(type->literal) == FL_TAG_INT)
            return (View){.kind = FL_KIND_INT, .scalar = (FlWord)type->big};
        return view_immediate(type->literal);
    case FL_KIND_RECORD:
        if (type->boxed)
            words = object_words((const FlObject *)*words);
        return (View){.kind = FL_KIND_RECORD, .type = type, .words = words};
    case FL_KIND_LIST:
    case FL_KIND_MAP:
        return (View){.kind = (FlKind)type->kind, .type = type, .words = words};
    case FL_KIND_NIL:
    case FL_KIND_NEVER:
        return (View){.kind = FL_KIND_NIL};
    default:
        return (View){.kind = (FlKind)type->kind, .scalar = *words};
    }
}
