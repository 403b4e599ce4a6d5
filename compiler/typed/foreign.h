// C functions that a program calls, and the C side of their types: what the checker knows of them and code generation
// needs. The Fluffy side of a ForeignType is `value`.
#ifndef FLUFFY_COMPILER_TYPED_FOREIGN_H
#define FLUFFY_COMPILER_TYPED_FOREIGN_H

#include "compiler/base/source.h"
#include "compiler/typed/type.h"

// In the order of FlCKind (runtime/abi/abi.h).
typedef enum ForeignKind {
    FOREIGN_INT8,
    FOREIGN_UINT8,
    FOREIGN_INT16,
    FOREIGN_UINT16,
    FOREIGN_INT32,
    FOREIGN_UINT32,
    FOREIGN_INT64,
    FOREIGN_UINT64,
    FOREIGN_FLOAT32,
    FOREIGN_FLOAT64,
    FOREIGN_BOOL,
    FOREIGN_STRING,   // char *
    FOREIGN_HANDLE,   // a pointer
    FOREIGN_STRUCT,   // fields
    FOREIGN_BYTES,    // two parameters: a string's bytes and their number
    FOREIGN_LIST,     // two parameters: the elements and their number
    FOREIGN_CALLBACK, // two parameters: a function and its pointer; the function's parameters are fields
    FOREIGN_ERRNO,    // no parameter: C's errno behind the call
} ForeignKind;

typedef struct ForeignType ForeignType;

typedef struct ForeignField {
    Name name; // of a callback's own pointer: NULL
    const ForeignType *type;
    uint32_t offset; // within the struct; of a callback: in the frame that its arguments are gathered in
} ForeignField;

struct ForeignType {
    ForeignKind kind;
    bool nullable; // STRING, HANDLE: the value may be nil, which is NULL
    uint32_t size; // bytes
    uint32_t align;
    const Type *value;          // of a callback: pid<message>
    const ForeignField *fields; // STRUCT, CALLBACK: in C's order
    size_t field_count;
    const ForeignType *element; // LIST: a number
    Name function;              // STRING: that frees it; HANDLE: that closes it; or NULL
    Span function_span;
    const Type *sent; // CALLBACK: what messages to its pid are at last, of which `message` is a member
    const Type *message;
    const ForeignType *result; // CALLBACK: a number, always 0; NULL: void
};

typedef enum ForeignMode { FOREIGN_IN, FOREIGN_REF, FOREIGN_OUT, FOREIGN_INOUT } ForeignMode; // as ExternMode, FlCMode

typedef struct ForeignParam {
    Name name;
    Span span;
    ForeignMode mode;
    const ForeignType *type;
    const Type *argument; // NULL: it takes none
} ForeignParam;

typedef struct Foreign {
    Name name, module;
    Span span;
    ForeignParam *params;
    size_t param_count;
    const ForeignType *result; // NULL: void
    const Type *value;         // of a call: a record, if there are `out` parameters
    bool is_record;
    bool is_blocking;
    bool closes; // it is what closes its first parameter, a handle
} Foreign;

// What `extern c "…"` names.
typedef struct ForeignLink {
    Name text;
    Span span;
} ForeignLink;

#endif
