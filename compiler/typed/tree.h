// The typed program: what the checker hands to code generation. One tree per function instance, in which everything is
// resolved: locals, called instances, conversions between types, builtins, patterns. Code generation decides nothing
// about types.
//
// Invariants:
//  - `tree->type` is the type of the value a node gives. Where a consumer needs another type, there is a TREE_COERCE in
//  between: the arms of an `if`
//    with the `if`'s type, arguments with the parameters' types, elements with the list's element type, results with
//    the instance's result type. (Nodes of type never need no coercion.)
//  - A Local is assigned exactly once on each path before it is read, and belongs to one instance.
//  - Evaluation order is the order of the fields below, lists first to last.
//  - Tail position is not marked: it follows from language.md section 3 (a scope with a TREE_DEFER has none).
#ifndef FLUFFY_COMPILER_TYPED_TREE_H
#define FLUFFY_COMPILER_TYPED_TREE_H

#include "compiler/base/source.h"
#include "compiler/typed/builtin.h"
#include "compiler/typed/foreign.h"
#include "compiler/typed/type.h"

typedef struct Tree Tree;
typedef struct TreePattern TreePattern;
typedef struct Instance Instance;

// A variable of one instance: parameter, binding, pattern variable, captured value.
typedef struct Local {
    Name name;
    const Type *type;
    uint32_t id; // dense within its instance
} Local;

typedef enum TreeOp {
    TREE_ADD,
    TREE_SUBTRACT,
    TREE_MULTIPLY,
    TREE_DIVIDE,
    TREE_REMAINDER, // int (checked) or float, by the operands' type
    TREE_LESS,
    TREE_LESS_EQUAL,
    TREE_GREATER,
    TREE_GREATER_EQUAL, // int, float, string
    TREE_EQUAL,
    TREE_NOT_EQUAL, // any type; both operands have the same type
    TREE_AND,
    TREE_OR, // bool, right side only if needed
} TreeOp;

typedef enum TreeKind {
    TREE_CONSTANT,     // nil, bool, int, float, string or a literal type: constant
    TREE_LOCAL,        // local
    TREE_BLOCK,        // block: statements, then the value of `result` (NULL: nil)
    TREE_LET,          // let: binds a pattern that can't fail to match, or panics (no match); value nil
    TREE_DEFER,        // defer: `body` runs when the enclosing block's scope is left; value nil
    TREE_CALL,         // call: an instance with its arguments
    TREE_CALL_CLOSURE, // closure_call: a function value; one case per closure of its type
    TREE_CLOSURE,      // closure: makes a function value
    TREE_RECORD, // record: one value per field, in the type's order; evaluated in `order` (indices), or in type order
                 // if NULL
    TREE_FIELD,  // field: of a record, or of a union in which every member is a record that has it
    TREE_WITH,   // with: a record with some fields replaced or added
    TREE_LIST,   // list: elements
    TREE_INDEX,  // index: list[position], panics outside
    TREE_SLICE,  // slice: list[from..to], either may be NULL; panics outside
    TREE_APPEND, // binary: list ++ list, same type
    TREE_LENGTH, // unary: of a list, or of a string in code points
    TREE_NEGATE, // unary: int (checked) or float
    TREE_NOT,    // unary: bool
    TREE_BINARY, // binary
    TREE_CONCAT, // list: joins strings
    TREE_TEXT,   // unary: any value as text
    TREE_IF,     // if_: otherwise NULL means nil
    TREE_MATCH,  // match: arms top down; a value that none takes panics
    TREE_IS,     // is: tests a pattern, a bool; its locals are bound where it is true
    TREE_FOR,    // loop: value nil
    TREE_COMPREHENSION, // loop: a list; `body` gives an element
    TREE_EARLY_RETURN,  // unary: leaves the instance with the value (coerced to its result); type never
    TREE_COERCE,     // unary: value of a type as another that contains it (widening, union member, fewer fields, list
                     // elementwise)
    TREE_BUILTIN,    // builtin: a function of the runtime
    TREE_SELF,       // self()
    TREE_SPAWN,      // spawn
    TREE_SEND,       // send: value nil
    TREE_RECEIVE,    // receive
    TREE_REQUEST,    // request: call(pid, (me) -> msg, ms)
    TREE_SUPERVISOR, // supervisor: spawn_supervisor
    TREE_FOREIGN,    // foreign: a C function
} TreeKind;

// What a pattern does to a value of static type `type`. Tests before bindings; a pattern that fails may have bound
// locals, which are then not read.
typedef enum TreePatternKind {
    TREE_PATTERN_ANY,  // matches
    TREE_PATTERN_BIND, // matches and binds `local` (whose type may be wider: coerced), then tries `inner` if not NULL
    TREE_PATTERN_CONSTANT, // equals `constant`: literals of int, float, bool, string, nil; of type `type` or one of its
                           // members
    TREE_PATTERN_MEMBERS,  // type is a union: for the value's member, the entry's pattern; a member without an entry
                           // fails
    TREE_PATTERN_RECORD,   // type is a record: every listed field matches
    TREE_PATTERN_LIST,  // type is a list: at least / exactly count elements, which match; `rest` (NULL: exact) matches
                        // the slice behind them
    TREE_PATTERN_GUARD, // `inner` matches, then `condition` is true
    TREE_PATTERN_FAIL,  // never matches (an arm that nothing reaches)
} TreePatternKind;

typedef struct TreeFieldPattern {
    Name name;
    TreePattern *pattern;
} TreeFieldPattern;

typedef struct TreeMemberPattern {
    const Type *member;   // a member of the union
    TreePattern *pattern; // over a value of that member's type
} TreeMemberPattern;

struct TreePattern {
    TreePatternKind kind;
    const Type *type;
    Span span;
    union {
        struct {
            Local *local;
            TreePattern *inner;
        } bind;
        Tree *constant; // TREE_CONSTANT
        struct {
            TreeMemberPattern *entries;
            size_t count;
        } members;
        struct {
            TreeFieldPattern *fields;
            size_t count;
        } record;
        struct {
            TreePattern **elements;
            size_t count;
            TreePattern *rest;
        } list;
        struct {
            TreePattern *inner;
            Tree *condition;
        } guard;
    };
};

typedef struct TreeArm {
    TreePattern *pattern;
    Tree *body;
    Span span;
} TreeArm;

// One `for x in source` or `if condition` of a loop, outermost first.
typedef struct TreeClause {
    enum { CLAUSE_LIST, CLAUSE_RANGE, CLAUSE_CONDITION } kind;
    TreePattern *pattern; // LIST: of an element (can't fail or panics); RANGE: a bind or any of int
    Tree *source;         // LIST: the list; RANGE: the first value; CONDITION: the bool
    Tree *end;            // RANGE: behind the last value
} TreeClause;

// One way a closure call may go.
typedef struct TreeClosureCase {
    Closure *closure;
    Instance *instance; // parameters: the call's; the arguments in TREE_CALL_CLOSURE are coerced per case by code
                        // generation when types differ
} TreeClosureCase;

// A process that is to be started: body instance and its arguments (evaluated by the spawner, in order).
typedef struct TreeStart {
    Kind *kind;
    Instance *body; // compiled for entry from the scheduler; its result is dropped
    Tree **arguments;
    size_t count;
} TreeStart;

// The options of spawn_with; NULL where not given.
typedef struct TreeSpawnOptions {
    Tree *name, *link, *monitor, *mailbox, *overflow, *memory, *stack;
} TreeSpawnOptions;

// One child of a supervisor. Either one (repeat NULL), or one for each element of a list bound to `element` (then all
// other trees may read it).
typedef struct TreeChild {
    Tree *repeat;   // a list, or NULL
    Local *element; // with repeat
    Tree *id;       // string; NULL: a dynamic child
    TreeStart start;
    Tree *restart;  // string or NULL
    Tree *shutdown; // int (ms), or NULL; shutdown_kill / shutdown_infinity by literal
    enum { SHUTDOWN_DEFAULT, SHUTDOWN_VALUE, SHUTDOWN_KILL, SHUTDOWN_INFINITY } shutdown_kind;
    Tree *significant;      // bool or NULL
    Tree *name;             // string or NULL: what its process is registered under
    bool starts_supervisor; // start.body ends by BUILTIN_SUPERVISOR_STARTED
    Span span;
} TreeChild;

struct Tree {
    TreeKind kind;
    const Type *type;
    Span span; // of the expression in the source: for panics, reports and debug lines
    union {
        struct {
            int64_t integer; // int, bool, literal int and bool
            double real;
            Name text; // string, literal string: bytes with length
        } constant;
        Local *local;
        struct {
            Tree **statements;
            size_t count;
            Tree *result;
            bool has_defer; // some statement is a TREE_DEFER of this scope
        } block;
        struct {
            TreePattern *pattern;
            Tree *value;
        } let;
        struct {
            Tree *body;
        } defer;
        struct {
            Instance *instance;
            Tree **arguments;
            size_t count;
        } call;
        struct {
            Tree *callee;
            Tree **arguments;
            size_t count;
            TreeClosureCase *cases;
            size_t case_count;
        } closure_call;
        struct {
            Closure *closure;
            Tree **captures; // of closure->captures
            size_t count;
        } closure;
        struct {
            Tree **values;
            const uint32_t *order;
        } record;
        struct {
            Tree *record;
            Name name;
        } field;
        struct {
            Tree *record;       // of a record type
            TypeField *updates; // names; types of the values
            Tree **values;
            size_t count;
        } with;
        struct {
            Tree **elements;
            size_t count;
        } list;
        struct {
            Tree *list, *position;
        } index;
        struct {
            Tree *list, *from, *to;
        } slice;
        Tree *operand; // unary
        struct {
            TreeOp op;
            Tree *left, *right;
        } binary;
        struct {
            Tree *condition, *then, *otherwise;
        } if_;
        struct {
            Tree *value;
            TreeArm *arms;
            size_t count;
            bool total;       // the checker has proved that some arm matches
            const char *what; // for the panic: "match", or the name of a function with clauses
            Tree *refused;    // what the panic shows, evaluated only then; NULL: the value
        } match;
        struct {
            Tree *value;
            TreePattern *pattern;
        } is;
        struct {
            TreeClause *clauses;
            size_t count;
            Tree *body;
        } loop;
        struct {
            Builtin builtin;
            Tree **arguments;
            size_t count;
        } builtin;
        struct {
            Foreign *function;
            Tree **arguments; // of its parameters that take one
            size_t count;
        } foreign;
        struct {
            TreeStart start;
            TreeSpawnOptions *options; // or NULL
        } spawn;
        struct {
            Tree *pid;
            Tree *message; // coerced to the message type of the receiver(s) where that is known: what its receive
                           // patterns match over
        } send;
        struct {
            const Type *message; // what may arrive: the type that the arms' patterns are over (a union, or one type)
            TreeArm *arms;
            size_t count;
            Tree *timeout; // int ms, or NULL
            Tree *after;   // with timeout
        } receive;
        struct {
            Tree *pid;
            Local *reply_to; // bound to the reply address within `message`
            Tree *message;
            Tree *timeout;
            const Type *reply; // what may arrive at the reply address
            // the value: tree->type is reply | {timeout: true} | {down: string}
        } request;
        struct {
            Tree *strategy, *restarts, *within, *auto_shutdown; // string, int, int, string; NULL: default
            Tree *name;                                         // string; NULL: none
            TreeChild *children;
            size_t count;
            TreeChild *model; // of dynamic children: restart, shutdown, significant; or NULL
            Tree *target;     // a pid: the one child is added to that supervisor, and the value is {started: pid} |
                              // {failed: string}; NULL: a new supervisor, of the pid of which the value is
        } supervisor;
    };
};

// A function, lambda or script body, checked for one set of argument types.
struct Instance {
    uint32_t id;
    Name name; // as the user wrote it; "main" for a script; a lambda: NULL
    Name module;
    Span span; // of the definition's header
    Local **parameters;
    size_t parameter_count;
    Closure *closure; // for the instance of a lambda: what `captures` are fields of; NULL otherwise
    Local **captures; // locals that hold the captured values, in closure->captures order
    const Type *result;
    Tree *body;
    bool is_handler_loop; // made by the checker for a handler process: not named in traces
};

// A lambda (or a named function used as a value) together with the types of what it captures. Interned: one per set.
struct Closure {
    uint32_t id; // dense: the value in word 0 of the closure's objects
    Name name;   // of a named function, or NULL
    Span span;
    TypeField *captures; // captured variables, sorted by nothing: in order of first use
    size_t capture_count;
    const void *origin; // the checker's: which lambda or function
};

// A process kind: a spawn site, the function, its argument types.
struct Kind {
    uint32_t id;
    Name function;    // for reports: "worker"; "spawn" for a block, "main"
    Span span;        // of the spawn
    const Type *sent; // the union of all that is sent to processes of this kind
    bool any;         // its pid may become pid<any>
};

// A function that programs in C use.
typedef struct TypedExport {
    Name name;
    Span span;
    TypeField *parameters; // as annotated
    size_t parameter_count;
    Instance *call;      // NULL: it is only started
    Instance *start;     // the body of a process; of a handler, which has `call` too: the loop around it, with all
                         // parameters but the last. NULL: it is only called
    Kind *kind;          // of `start`
    const Type *message; // what may be sent to that from C; NULL: nothing
} TypedExport;

typedef struct TypedProgram {
    Instance **instances;
    size_t instance_count;
    Instance *main;       // no parameters; NULL in a library
    TypedExport *exports; // of a library
    size_t export_count;
    TypeField *aliases; // of a library: names of its modules' types
    size_t alias_count;
    Closure **closures;
    size_t closure_count;
    Kind **kinds;
    size_t kind_count;
    Foreign **foreigns; // C functions that are called
    size_t foreign_count;
    ForeignLink *links; // what the modules link with
    size_t link_count;
} TypedProgram;

// For --dump=types: every instance with its parameter, local and result types, every kind with what it accepts.
void typed_dump(StringBuilder *out, const TypedProgram *program);

#endif
