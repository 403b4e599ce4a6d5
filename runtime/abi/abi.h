// The contract between generated code and the runtime: every layout, offset and function that both sides use.
//
// The runtime includes this header as C; the compiler's code generation includes it as data (offsetof, sizeof,
// enumerators) and declares the functions listed at the end from `functions.def`. Nothing else is shared between the
// two. A change here changes FL_ABI_VERSION.
//
// Invariants:
//  - A word is 8 bytes. Each word of a heap object is statically one of: DATA; a reference, which is NULL, an odd
//  immediate, or
//    a pointer to the header of an object. `FlType.references` says which words are references.
//  - Values are immutable. An object is filled in before the next poll or call that can reach a poll.
//  - Functions named fl_* are called by generated code on a process's stack unless they say otherwise, and use at most
//  FL_STACK_SLACK / 2 of it.
#ifndef FLUFFY_RUNTIME_ABI_ABI_H
#define FLUFFY_RUNTIME_ABI_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FL_ABI_VERSION 4

// Bytes below `stack_limit` that a process may still use: room for functions without a check and for the runtime's own
// C functions.
#define FL_STACK_SLACK 16384

typedef uint64_t FlWord;

// A process identifier: serial << 32 | slot index. Serials of one slot are never reused before 2^32 processes; 0 is no
// process.
typedef uint64_t FlPid;

typedef struct FlProcess FlProcess;
typedef struct FlMessage FlMessage;
typedef struct FlType FlType;

// ---- Objects
// -----------------------------------------------------------------------------------------------------------

// The first word of every object.
typedef struct FlObject {
    _Alignas(
        8) uint32_t type; // index into FlProgram.types; aligned for static objects too: references have three zero bits
    uint32_t flags;       // FL_OBJECT_*; the rest belongs to the collector and is 0 in a fresh object
} FlObject;

enum {
    FL_OBJECT_STATIC = 1,   // outside of all arenas, never moved; without one of the next two: in the program's image
    FL_OBJECT_COUNTED = 2,  // with STATIC: a flat object under a count, held by arenas and messages
    FL_OBJECT_SHARED = 4,   // with STATIC: in the shared heap; the bits above are what a holder is charged
    FL_OBJECT_PROMOTED = 8, // alone: an object of an arena that has a copy in the shared heap
};

// Text: immutable UTF-8 without a byte order mark; may contain NUL. `bytes` is followed by a NUL that does not count.
typedef struct FlString {
    FlObject header; // .type is FL_TYPE_STRING
    uint32_t length; // bytes
    uint32_t points; // code points
    char bytes[];
} FlString;

// The storage behind lists: `used` elements of `element` words each, of which slices see parts.
typedef struct FlBuffer {
    FlObject header; // .type is the id of an FL_KIND_BUFFER type
    uint32_t capacity;
    uint32_t used;  // elements stored so far; only the owner may append behind them
    uint64_t owner; // pid of the only process that may append in place; 0 for none (static buffers, messages)
    FlWord elements[];
} FlBuffer;

// A list value: two words. An empty list may have buffer == NULL.
typedef struct FlList {
    FlBuffer *buffer;
    uint64_t range; // offset << 32 | length, in elements
} FlList;

// A node of a persistent hash trie: `children` and `entries` say for which of 16 values of four bits of the hash there
// is a child or an entry. The children's references stand first, then the entries, each the words of a key and of its
// value. Where the hash has no bits left, keys of equal hash stand in a list of nodes, whose bitmaps overlap: one
// child, which is the next node or NULL, and as many entries as `entries` has bits, of which bit 0 is one.
typedef struct FlNode {
    FlObject header; // .type is the id of an FL_KIND_NODE type
    uint32_t entries;
    uint32_t children;
    FlWord words[];
} FlNode;

// A map or set: two words.
typedef struct FlMap {
    FlNode *root;  // NULL: empty
    uint64_t size; // entries
} FlMap;

#define FL_LIST_OFFSET(range) ((uint32_t)((range) >> 32))
#define FL_LIST_LENGTH(range) ((uint32_t)(range))

// A union value is one word: a pointer to an object whose header names the member, or an odd immediate: payload << 8 |
// tag << 1 | 1.
enum {
    FL_TAG_NIL = 0,
    FL_TAG_BOOL = 1,   // payload 0 or 1; also of the literal types true and false
    FL_TAG_SYMBOL = 2, // payload: index into FlProgram.symbols; a string literal type
    FL_TAG_INT = 3,    // payload: signed 56-bit integer; others are boxed. Also of integer literal types
};
#define FL_IMMEDIATE(tag, payload) (((FlWord)(payload) << 8) | ((FlWord)(tag) << 1) | 1)
#define FL_IMMEDIATE_TAG(word) ((unsigned)((word) >> 1) & 0x7f)
#define FL_IMMEDIATE_PAYLOAD(word) ((int64_t)(word) >> 8)

// ---- Type descriptors
// ----------------------------------------------------------------------------------------------------

typedef enum FlKind {
    FL_KIND_NIL,      // 0 words
    FL_KIND_BOOL,     // 1 data word, 0 or 1
    FL_KIND_INT,      // 1 data word; boxed in a union when it needs more than 56 bits: an object of this type, 1 word
    FL_KIND_FLOAT,    // 1 data word, the bits of a double; boxed in a union
    FL_KIND_STRING,   // 1 reference to an FlString
    FL_KIND_PID,      // 1 data word; boxed in a union
    FL_KIND_LITERAL,  // 0 words; `literal` is its immediate
    FL_KIND_RECORD,   // `fields` by name; inline (words <= 3) or 1 reference to a boxed object of object_words
    FL_KIND_TUPLE,    // unnamed `fields`: frames and spawn arguments; exists only as an object
    FL_KIND_CLOSURE,  // exists only as an object: data word 0 is the closure id (FlField[0] is an int), captured values
                      // follow
    FL_KIND_FUNCTION, // a function value: 1 reference to an object of some FL_KIND_CLOSURE type
    FL_KIND_LIST, // 2 words (FlList); boxed in a union: an object of 2 words; `element`, and `buffer` its buffer's type
    FL_KIND_BUFFER, // exists only as an object: FlBuffer with elements of type `element`
    FL_KIND_MAP, // 2 words (FlMap), boxed in a union as a list is; fields[0] is the key, fields[1] (a set has none) the
                 // value of an entry; `buffer` its nodes' type
    FL_KIND_NODE,  // exists only as an object: FlNode; fields as of the map, object_words and references of one entry
    FL_KIND_UNION, // 1 reference or immediate; `fields[i].type` are the members
    FL_KIND_NEVER, // 0 words, no value
} FlKind;

typedef struct FlField {
    const char *name; // NULL in tuples, closures and unions
    const FlType *type;
    uint32_t offset; // first word within the object's words (after the header); 0 in unions
} FlField;

struct FlType {
    uint32_t id;
    uint8_t kind; // FlKind
    uint8_t
        words; // words of a value in registers, fields and elements: 0 to 3 (0 for kinds that exist only as objects)
    uint8_t boxed;         // record: a value is one reference to an object
    uint8_t reflexive;     // every value of it equals itself: there is no float in it (nan does not)
    uint32_t object_words; // words after the header when it is an object (not STRING, BUFFER)
    uint32_t field_count;
    const uint64_t *references; // bitmap over object_words (for BUFFER: over the words of one element): which are
                                // references; NULL if none
    const FlField *fields;
    const FlType *element; // LIST, BUFFER
    const FlType *buffer;  // LIST: the FL_KIND_BUFFER type of its buffer
    FlWord literal;        // LITERAL: its value as an immediate (or for an integer beyond 56 bits: see `big`)
    int64_t big;           // LITERAL integers: the value
    const char *name;      // as the language writes the type, for reports and the verifier
};

// Type ids that every program has, in this order at the start of its table.
enum {
    FL_TYPE_NIL,
    FL_TYPE_BOOL,
    FL_TYPE_INT,
    FL_TYPE_FLOAT,
    FL_TYPE_STRING,
    FL_TYPE_PID,
    FL_TYPE_DOWN, // the record {down: pid, reason: string}, which a monitor delivers
    FL_TYPE_FIRST_FREE,
};

// ---- Places in the source
// ------------------------------------------------------------------------------------------------

// Static; one for each expression that can panic, wait or spawn.
typedef struct FlSite {
    const char *file;     // as given to the compiler
    const char *function; // name as the user wrote it; "main" for a script's statements
    uint32_t line;        // 1-based
    uint32_t column;      // 1-based, in code points
} FlSite;

// ---- Processes
// -----------------------------------------------------------------------------------------------------------

// A deferred block of a live scope: lives in the frame of the function that pushed it, newest first in
// FlProcess.defers.
typedef struct FlDefer FlDefer;
struct FlDefer {
    FlDefer *next;
    void (*run)(FlProcess *self, void *environment); // C calling convention
    void *environment;
};

// Enters or re-enters a process on its stack. Returns when the process parks (after fl_receive_park) or ends
// (otherwise).
typedef void (*FlResume)(FlProcess *self);

// Bump allocation, inlined by generated code: take `next` if next + bytes <= end, else fl_alloc_slow.
typedef struct FlBump {
    char *next; // next free byte, 8-aligned
    char *end;  // end of the current block
} FlBump;

// What generated code may touch of a control block: its first fields. Only the thread that runs the process touches
// them, but for stack_limit.
typedef struct FlProcessHead {
    // Lowest stack address before a check must call fl_poll or fl_poll_stack; UINTPTR_MAX when a request is pending
    // (poisoned). Written by any thread (relaxed); generated code loads it with `load atomic monotonic` at every check.
    uintptr_t stack_limit;
    FlBump bump;     // of the process's arena
    FlResume resume; // where the process goes on when it is next scheduled without a stack
    FlObject *frame; // live variables for `resume`: an object of an FL_KIND_TUPLE type, or NULL
    FlDefer *defers; // innermost first
    FlPid pid;
} FlProcessHead;

// What generated code may touch of a message.
typedef struct FlMessageHead {
    FlMessage *next; // the runtime's
    FlWord root;     // the value, as a union member: a pointer to an object within the message, a static object, or an
                     // immediate
} FlMessageHead;

// Options of a spawn; NULL stands for none. Zero is the default of every field.
typedef struct FlSpawnOptions {
    FlString *name;
    bool link;
    bool monitor;
    bool bounded;          // `mailbox` and `overflow` count
    uint64_t memory_limit; // bytes
    uint64_t stack_limit;  // bytes
    uint64_t mailbox;      // messages; anything but a positive int64_t ends the spawner
    FlString *overflow;    // NULL is "block"; another text than the four ends the spawner
} FlSpawnOptions;

// ---- The program
// ---------------------------------------------------------------------------------------------------------

// A function that programs in C use. Static.
typedef struct FlExport {
    const char *name;
    const FlSite *site;
    // Calls it on self's stack with the words of a tuple `arguments`, and stores the words of its result. NULL: it is
    // only started.
    void (*call)(FlProcess *self, FlWord *arguments, FlWord *result);
    FlResume start;          // of a process whose frame is a tuple `frame`; NULL: it is only called
    const FlType *arguments; // of `call`
    const FlType *frame;     // of `start`
    const FlType *result;    // of `call`
    const FlType *box;       // a tuple of the result alone
    const FlType *message;   // what its processes are sent; NULL: nothing
    uint64_t plain;          // 1: `call` only computes: it neither waits nor knows of processes
} FlExport;

// ---- C functions
// ---------------------------------------------------------------------------------------------------------
//
// A call's C arguments lie in a frame of the caller, each at a multiple of 8, as C has them in memory; `call` hands
// them to the C function and stores what it gives there. Everything below is static.

typedef struct FlCType FlCType;

typedef enum FlCKind {
    FL_C_INT8,
    FL_C_UINT8,
    FL_C_INT16,
    FL_C_UINT16,
    FL_C_INT32,
    FL_C_UINT32,
    FL_C_INT64,
    FL_C_UINT64,
    FL_C_FLOAT32,
    FL_C_FLOAT64,
    FL_C_BOOL,
    FL_C_STRING,   // char *
    FL_C_HANDLE,   // a pointer; the value is a string of a type of its own (runtime/foreign/handle.h)
    FL_C_STRUCT,   // `fields`
    FL_C_BYTES,    // a string's bytes and their number: two arguments
    FL_C_LIST,     // elements and their number: two arguments; by its address: elements, and a zero one behind them
    FL_C_CALLBACK, // a function and a pid: two arguments. `fields` are the function's parameters
    FL_C_ERRNO,    // no argument: C's errno behind the call
} FlCKind;

typedef struct FlCField {
    const FlCType *type; // NULL: the pid, of a callback
    const char *name;
    uint32_t offset; // in the struct; of a callback: in the frame
    uint32_t index;  // of the value's field; of a callback: unused
} FlCField;

struct FlCType {
    uint8_t kind;       // FlCKind
    uint8_t nullable;   // STRING, HANDLE: NULL is nil
    uint32_t size;      // bytes in C; of a LIST: unused
    const FlType *type; // of the value that is not nil; of a CALLBACK: what messages to the pid are
    const FlCField *fields;
    uint64_t field_count;
    const FlCType *element; // LIST
    void *function;         // STRING: frees it; HANDLE: closes it; NULL: nothing does. CALLBACK: what C gets
    const char *name;       // of a handle's type
};

typedef enum FlCMode { FL_C_IN, FL_C_REF, FL_C_OUT, FL_C_INOUT } FlCMode; // by value; by address: read, written, both

typedef struct FlCParam {
    const char *name;
    const FlCType *type;
    uint32_t mode;    // FlCMode
    uint32_t words;   // where its argument's words begin; UINT32_MAX: it has none
    uint32_t offset;  // of the C argument in the frame
    uint32_t storage; // of what its address is given of, in the frame
    uint32_t output;  // of what C wrote: field of the result
} FlCParam;

typedef struct FlForeign {
    const char *name;
    void (*call)(char *frame);
    const FlCParam *params;
    uint64_t param_count;
    const FlCType *result; // NULL: void
    uint32_t result_offset;
    uint32_t result_output; // field of the result; UINT32_MAX: it is the result
    const FlType *value;    // the result is a record of this type, or NULL
    uint32_t frame_bytes;
    uint8_t blocking; // on a thread of the pool
    uint8_t closes;   // it closes its first argument, a handle
    uint8_t numbers;  // not blocking, and nothing but numbers is passed, by value, or comes back
} FlForeign;

// Emitted once by the compiler as `fl_program`.
typedef struct FlProgram {
    uint32_t abi_version;
    uint32_t type_count;
    const FlType *const *types;
    FlString *const *symbols; // static strings, by symbol id
    uint32_t symbol_count;
    uint32_t export_count;
    FlResume main; // thunk of the first process; its frame is NULL. NULL in a library
    const FlSite *main_site;
    const FlExport *exports;
} FlProgram;

extern const FlProgram fl_program;

// The functions: FL_FUNCTION(result, name, parameters…), one a line with its contract.
#define FL_FUNCTION(result, name, ...) result name(__VA_ARGS__);
#include "runtime/abi/functions.def"
#undef FL_FUNCTION

#endif
