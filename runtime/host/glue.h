// What the C file calls that `fluffyc build --lib` generates beside a library's header: shapes of C values, and one
// function for each thing that can be done with an exported function, all for any thread. It is compiled with the
// runtime's installed copy of this header and of fluffy.h.
//
// A shape says how a Fluffy type lies in a C struct. Shapes are static and constant.
#ifndef FLUFFY_RUNTIME_HOST_GLUE_H
#define FLUFFY_RUNTIME_HOST_GLUE_H

#include "fluffy.h"

typedef enum FlShapeKind {
    FL_SHAPE_NIL,    // no C value
    FL_SHAPE_BOOL,   // bool
    FL_SHAPE_INT,    // int64_t
    FL_SHAPE_FLOAT,  // double
    FL_SHAPE_STRING, // fluffy_string
    FL_SHAPE_PID,    // fluffy_pid
    FL_SHAPE_TEXT,   // the literal `text`: no C value
    FL_SHAPE_NUMBER, // the literal `number`: no C value
    FL_SHAPE_TRUTH,  // the literal `number` != 0: no C value
    FL_SHAPE_RECORD, // a struct: `fields` by name
    FL_SHAPE_ARRAY,  // {const T *items; size_t count} of `element`
    FL_SHAPE_UNION,  // an int, which of `fields`, and that one at its offset
    FL_SHAPE_TUPLE,  // arguments of a function: `fields` without names, in order
} FlShapeKind;

typedef struct FlShape FlShape;

typedef struct FlShapeField {
    const char *name;
    size_t offset; // bytes
    const FlShape *shape;
} FlShapeField;

struct FlShape {
    FlShapeKind kind;
    uint32_t count; // of fields
    size_t size;    // of the C value, bytes
    const FlShapeField *fields;
    const FlShape *element;
    const char *text;
    size_t text_length;
    int64_t number;
};

// For each shape that a message may have, what it was found to be; zero at first, the runtime's.
typedef struct FlPlan {
    const void *type;
} FlPlan;

fluffy_status fl_host_start(const fluffy_options *options, fluffy_runtime **runtime);

// FLUFFY_INVALID, and fluffy_error says that `what`, a pointer, is NULL.
fluffy_status fl_host_null(const char *what);

// `exported`: the place in the program's list. Arguments: a value of the tuple `shape`. options may be NULL.
fluffy_status fl_host_spawn(uint32_t exported, const FlShape *shape, const void *arguments,
                            const fluffy_spawn_options *options, fluffy_pid *pid);

// plans: one for each member of the union `shape`, or one.
fluffy_status fl_host_send(uint32_t exported, const FlShape *shape, FlPlan *plans, fluffy_pid to, const void *message);

// out: room for a value of the shape `result`. scope: where what it refers to is kept; NULL if it refers to nothing.
fluffy_status fl_host_call(uint32_t exported, const FlShape *shape, const void *arguments, const FlShape *result,
                           fluffy_scope *scope, void *out);

// The same where arguments and result are numbers and truth values, one word each. Argument words in, result word out.
fluffy_status fl_host_call_words(uint32_t exported, const uint64_t *arguments, uint64_t *result);

// FLUFFY_OTHER: the message has another shape. What it refers to stays in the scope that the message is in.
fluffy_status fl_host_decode(const fluffy_message *message, fluffy_scope *scope, const FlShape *shape, void *out);

// Takes the oldest message of that shape, and leaves the others.
fluffy_status fl_host_receive(fluffy_mailbox *mailbox, int64_t timeout, const FlShape *shape, fluffy_scope *scope,
                              void *out);

#endif
