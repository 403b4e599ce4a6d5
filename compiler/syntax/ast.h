// The syntax tree of one module: what the parser makes and the checker reads.
//
// - Every node has `span`: from its first to its last byte, surrounding parentheses included, comments and spaces
//   around it not. Where a node contains a name that errors point at, there is a `name_span` too.
// - Nothing is desugared that an error message could want to show. A child that may be missing is marked "or NULL";
//   every other pointer is non-NULL.
// - The kinds ..._ERROR stand where something could not be parsed; they appear only when an error was reported, and
//   take part in no further error.
// - The height of every tree is at most SYNTAX_MAX_DEPTH, so recursive walks are safe. Lists (statements, arms,
//   branches, arguments, parts) have no limit.
// - Names are as written. `_` is a Name only as that of a Param or of a binding.
//
// Ownership: collected memory; the tree is immutable once parsed (the checker keeps its results elsewhere).
#ifndef FLUFFY_COMPILER_SYNTAX_AST_H
#define FLUFFY_COMPILER_SYNTAX_AST_H

#include "compiler/base/name.h"
#include "compiler/base/source.h"
#include "compiler/base/vec.h"

#define SYNTAX_MAX_DEPTH 1000

typedef struct Expr Expr;
typedef struct Pattern Pattern;
typedef struct TypeExpr TypeExpr;
typedef struct Stmt Stmt;

typedef VEC(Expr *) ExprVec;
typedef VEC(Pattern *) PatternVec;
typedef VEC(TypeExpr *) TypeExprVec;
typedef VEC(Stmt *) StmtVec;

// ---- literals and names ---------------------------------------------------------------------------------------------

typedef enum LiteralKind { LITERAL_INT, LITERAL_FLOAT, LITERAL_STRING, LITERAL_BOOL, LITERAL_NIL } LiteralKind;

// A minus sign directly before a number is part of the literal (so -9223372036854775808 is one).
typedef struct Literal {
    LiteralKind kind;
    union {
        int64_t integer;
        double number;
        Text string; // escapes resolved, indentation of a multi-line string removed
        bool boolean;
    };
} Literal;

// `name` or `module:name`.
typedef struct QualifiedName {
    Name module; // or NULL
    Name name;
    Span module_span; // empty before `name` when there is no module
    Span name_span;   // of `name` alone
} QualifiedName;

// ---- types ----------------------------------------------------------------------------------------------------------

typedef enum TypeExprKind {
    TYPE_EXPR_ERROR,
    TYPE_EXPR_NAME,        // int float bool string pid any, Point, geometry:Point; as a function's result also the
                           // name of a parameter (`stop(m running) m stopped`)
    TYPE_EXPR_LITERAL,     // "draft" 5 -1 2.5 true nil (nil the type and nil the value are this one)
    TYPE_EXPR_PID,         // pid<M>
    TYPE_EXPR_MAP,         // map<K, V>, set<K>
    TYPE_EXPR_RECORD,      // {w: int, h: int}
    TYPE_EXPR_LIST,        // [T]
    TYPE_EXPR_FUNCTION,    // (A, B) -> R
    TYPE_EXPR_UNION,       // A | B | C, flat, at least two members
    TYPE_EXPR_CONSTRAINED, // T with P, T where P
    // In `extern c` only:
    TYPE_EXPR_C_NAME,   // int32, bytes, and int, float, bool, string too
    TYPE_EXPR_C_FREED,  // string(free)
    TYPE_EXPR_HANDLE,   // handle, handle(close): the right side of `Name = …`
    TYPE_EXPR_CALLBACK, // callback(data, code: int32)
} TypeExprKind;

typedef struct TypeExprField {
    Name name;
    Span name_span;
    TypeExpr *type; // in a CALLBACK NULL: the pointer that C hands on
} TypeExprField;

struct TypeExpr {
    TypeExprKind kind;
    uint16_t height; // of the tree below, for the parser's depth limit
    Span span;
    union {
        QualifiedName name; // NAME, C_NAME
        Literal literal;    // LITERAL
        TypeExpr *argument; // PID
        struct {
            TypeExpr *key;
            TypeExpr *value; // NULL: set
        } map;
        TypeExpr *element; // LIST
        struct {
            VEC(TypeExprField) fields; // as written; no name twice
            TypeExpr *result;          // CALLBACK: or NULL
        } record;                      // RECORD, CALLBACK
        struct {
            Name name;     // of a HANDLE: `module:Name`
            Name function; // that frees or closes it; NULL: none
            Span function_span;
        } owned; // C_FREED, HANDLE
        struct {
            TypeExprVec params;
            TypeExpr *result;
        } function;
        TypeExprVec members; // UNION
        struct {
            TypeExpr *base;
            Expr *predicate; // `with`: over EXPR_SUBJECT; `where`: over constraint names and EXPR_SUBJECT
            bool is_where;   // `T where P`; never directly as a parameter's or result's type (see Param)
        } constrained;
    };
};

// ---- patterns -------------------------------------------------------------------------------------------------------

typedef enum PatternKind {
    PATTERN_ERROR,
    PATTERN_WILDCARD, // _
    PATTERN_NAME,     // x: binds
    PATTERN_LITERAL,  // 5 -1 "a" true nil
    PATTERN_TYPE,   // int, Point, geometry:Point, pid<any>: tests; x: T: tests and binds. After `is`, a bare lower-case
                    // name is this too, with TYPE_EXPR_NAME: a type or a constraint
    PATTERN_RECORD, // {a, b: pattern}
    PATTERN_LIST,   // [], [a, b], [first, ...rest]
} PatternKind;

typedef struct PatternField {
    Name name;
    Span name_span;
    Pattern *pattern; // for the short form `{name}` a PATTERN_NAME with the same name and span (and perhaps a `where`)
    bool is_short;
} PatternField;

struct Pattern {
    PatternKind kind;
    uint16_t height;
    Span span;   // with its `where`, if it has one
    Expr *where; // condition, or NULL; EXPR_SUBJECT in it is the value that this pattern matches
    union {
        struct {
            Name name;
        } bind; // NAME; its span is the pattern's head
        Literal literal;
        struct {
            Name name;      // bound name of `x: T`, or NULL
            Span name_span; // of `x`
            TypeExpr *type;
        } type;
        struct {
            VEC(PatternField) fields; // no name twice
        } record;
        struct {
            PatternVec elements; // without the rest
            bool has_rest;
            Name rest;      // bound name of `...rest`; NULL for `...` and `..._`
            Span rest_span; // of `...rest`
        } list;
    };
};

// ---- expressions ----------------------------------------------------------------------------------------------------

typedef enum ExprKind {
    EXPR_ERROR,
    EXPR_LITERAL,
    EXPR_INTERPOLATE,   // "a ${b} c"
    EXPR_NAME,          // x, module:x
    EXPR_SUBJECT,       // `_` in a constraint or guard; also the invisible left side of `.f` there (then span is empty)
    EXPR_LIST,          // [a, b]
    EXPR_RECORD,        // {a: 1, b}
    EXPR_UNARY,         // -x !x
    EXPR_BINARY,        // x + y, ... && ||
    EXPR_IS,            // x is pattern
    EXPR_SEND,          // pid <- message
    EXPR_CALL,          // f(a)
    EXPR_METHOD_CALL,   // x.f(a)
    EXPR_FIELD,         // x.f
    EXPR_INDEX,         // xs[i]
    EXPR_SLICE,         // xs[a..b]
    EXPR_WITH,          // r with {a: 1, b.c: 2}
    EXPR_LAMBDA,        // (a, b) -> e
    EXPR_BLOCK,         // { ... }
    EXPR_IF,            // if a { } else if b { } else { }
    EXPR_MATCH,         // match e { p -> e }
    EXPR_RECEIVE,       // receive { p -> e  after ms -> e }
    EXPR_FOR,           // for p in xs { }
    EXPR_COMPREHENSION, // [e for p in xs if c]
    EXPR_DEFER,         // defer { }
    EXPR_SPAWN,         // spawn { }; the forms with parentheses are ordinary calls
    EXPR_EARLY_RETURN,  // early_return e
} ExprKind;

typedef enum UnaryOp { UNARY_NEGATE, UNARY_NOT } UnaryOp;

typedef enum BinaryOp {
    BINARY_MUL,
    BINARY_DIV,
    BINARY_REM,
    BINARY_ADD,
    BINARY_SUB,
    BINARY_CONCAT, // ++
    BINARY_EQ,
    BINARY_NE,
    BINARY_LT,
    BINARY_LE,
    BINARY_GT,
    BINARY_GE,
    BINARY_AND,
    BINARY_OR,
} BinaryOp;

// A parameter of a function or lambda: `name`, `name: T`, `name where guard`, `name constraint`.
typedef struct Param {
    Name name; // "_" if the value is not wanted
    Span name_span;
    Span span;      // all of it
    TypeExpr *type; // or NULL
    Expr *where;    // guard or constraint, or NULL: the checker tells them apart by what the names in it are
    bool is_short;  // `p canDrive`: `where` is one EXPR_NAME
} Param;

typedef VEC(Param) ParamVec;

typedef struct RecordField {
    Name name;
    Span name_span;
    Expr *value; // for the short form `{name}` an EXPR_NAME with the same span
    bool is_short;
} RecordField;

// One entry of `r with {...}`: a path of at least one name.
typedef struct WithPathStep {
    Name name;
    Span span;
} WithPathStep;

typedef struct WithUpdate {
    VEC(WithPathStep) path;
    Span span; // of the path
    Expr *value;
} WithUpdate;

typedef struct IfBranch {
    Expr *condition;
    Expr *body; // EXPR_BLOCK
} IfBranch;

typedef struct Arm {
    Span span;        // pattern to body
    Pattern *pattern; // its `where` is the arm's guard
    Expr *body;       // an arm without body has an EXPR_LITERAL nil with an empty span
    bool is_empty;    // no body was written
} Arm;

typedef VEC(Arm) ArmVec;

typedef struct ComprehensionClause {
    Span span;
    Pattern *pattern; // `for pattern in value`; NULL for `if value`
    Expr *value;
} ComprehensionClause;

struct Expr {
    ExprKind kind;
    uint16_t height;
    bool in_parens;
    Span span;
    union {
        Literal literal;
        ExprVec parts; // INTERPOLATE: at least one is not an EXPR_LITERAL string; empty pieces are left out
        QualifiedName name;
        ExprVec elements; // LIST
        struct {
            VEC(RecordField) fields; // no name twice
        } record;
        struct {
            UnaryOp op;
            Span op_span;
            Expr *operand;
        } unary;
        struct {
            BinaryOp op;
            Span op_span;
            Expr *left, *right;
        } binary;
        struct {
            Expr *value;
            Pattern *pattern;
        } is;
        struct {
            Expr *target, *message;
            Span op_span; // of `<-`
        } send;
        struct {
            Expr *callee;
            ExprVec args;
            Span args_span; // from `(` to `)`
            bool pairs;     // `map:of(k: v, …)`: the arguments are k, v, …
        } call;
        struct {
            Expr *receiver;
            Name name;
            Span name_span;
            ExprVec args;
            Span args_span;
        } method;
        struct {
            Expr *receiver;
            Name name;
            Span name_span;
        } field;
        struct {
            Expr *value, *index;
        } index;
        struct {
            Expr *value;
            Expr *from, *to; // each or NULL
        } slice;
        struct {
            Expr *record;
            VEC(WithUpdate) updates;
            Span with_span; // of the word
        } with;
        struct {
            ParamVec params;
            Expr *body;
            Span arrow_span;
        } lambda;
        struct {
            StmtVec statements;
            Span close_span; // of `}`
        } block;
        struct {
            VEC(IfBranch) branches; // `if`, then each `else if`; at least one
            Expr *else_body;        // EXPR_BLOCK, or NULL
        } if_;
        struct {
            Expr *subject;
            ArmVec arms; // may be empty
            Span keyword_span;
        } match;
        struct {
            ArmVec arms;       // may be empty
            Expr *after_time;  // or NULL
            Expr *after_body;  // non-NULL with after_time; as an arm's body
            Span keyword_span; // of `receive`
            Span after_span;   // of `after`
        } receive;
        struct {
            Pattern *pattern;
            Expr *iterable;
            Expr *body; // EXPR_BLOCK
        } for_;
        struct {
            Expr *element;
            VEC(ComprehensionClause) clauses; // the first is a `for`
        } comprehension;
        Expr *body; // DEFER, SPAWN: EXPR_BLOCK
        struct {
            Expr *value; // or NULL: nil
        } early_return;
    };
};

// ---- statements -----------------------------------------------------------------------------------------------------

typedef enum StmtKind { STMT_EXPR, STMT_BIND } StmtKind;

// A block's value is that of its last statement if that is a STMT_EXPR, otherwise nil. Expression statements without
// effect whose value is not used have been reported by the parser.
struct Stmt {
    StmtKind kind;
    Span span;
    union {
        Expr *expr;
        struct {
            Name name; // "_" evaluates and forgets
            Span name_span;
            TypeExpr *type; // or NULL
            Expr *value;
        } bind;
    };
};

// ---- top level ------------------------------------------------------------------------------------------------------

// One definition `name(params) result where constraint { body }`.
typedef struct FunctionClause {
    Span span;
    Span name_span;
    Span header_span; // name to the end of the result
    ParamVec params;
    TypeExpr *result;   // or NULL
    Expr *result_where; // constraint of the result, or NULL
    bool result_short;  // `m stopped`: written without `where`
    Expr *body;         // EXPR_BLOCK
    bool is_broken;     // a syntax error within
    bool is_exported;
} FunctionClause;

typedef VEC(FunctionClause *) FunctionClauseVec;

// All clauses of one name, in order; at least one. All have the same number of parameters, all but the last have a
// parameter with `where` (otherwise an error was reported).
typedef struct FunctionDecl {
    Name name;
    Span name_span; // in the first clause
    FunctionClauseVec clauses;
    bool is_exported; // some clause is
} FunctionDecl;

// `Name = type`
typedef struct TypeAlias {
    Name name;
    Span name_span, span;
    TypeExpr *type;
} TypeAlias;

// `name = e` or `name: T = e` at top level that is bound once and made of literals, operators, records, lists, lambdas,
// functions' names and other constants.
typedef struct ConstantDecl {
    Name name;
    Span name_span, span;
    TypeExpr *type; // or NULL
    Expr *value;
} ConstantDecl;

// `where name = T with P`, `where name = T where P` or `where name = P`
typedef struct ConstraintDecl {
    Name name;
    Span name_span, span;
    TypeExpr *type;  // what it is about, or NULL (any value that has what P asks for)
    Expr *predicate; // over EXPR_SUBJECT and names of constraints
} ConstraintDecl;

typedef enum ExternMode {
    EXTERN_IN,    // by value
    EXTERN_REF,   // `ref T`: C gets its address
    EXTERN_OUT,   // `out T`: C gets the address of a place, what is there afterwards is a part of the result
    EXTERN_INOUT, // `inout T`: both
} ExternMode;

typedef struct ExternParam {
    Name name;
    Span name_span, span;
    ExternMode mode;
    TypeExpr *type;
} ExternParam;

typedef VEC(ExternParam) ExternParamVec;

typedef struct ExternFunction {
    Name name;
    Span name_span, span;
    ExternParamVec params; // no name twice
    TypeExpr *result;      // or NULL: nil
    bool is_blocking;
} ExternFunction;

// What `extern c "sqlite3"` links with.
typedef struct ExternLink {
    Text text;
    Span span;
} ExternLink;

// `extern c "library", … { ... }`. Types that it names are among the module's aliases.
typedef struct ExternBlock {
    Span span;
    Name abi; // "c"
    VEC(ExternLink) links;
    VEC(ExternFunction) functions;
} ExternBlock;

// A module that this one names, at its first mention.
typedef struct ModuleRef {
    Name module;
    Span span;
} ModuleRef;

typedef struct Module {
    const SourceFile *file;
    Name name;
    VEC(FunctionDecl *) functions; // in order of first clause; names are distinct
    VEC(TypeAlias *) aliases;      // names are distinct
    VEC(ConstantDecl *) constants; // in source order; names are distinct and not those of functions
    VEC(ConstraintDecl *) constraints;
    VEC(ExternBlock *) externs;
    StmtVec statements;        // of a script, in order; empty if the module has a `main`
    VEC(ModuleRef) references; // every module named with `module:`, once
    bool is_library;           // found in the library: set by who loads it
} Module;

#endif
