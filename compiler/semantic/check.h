// Within the room: the checker's state and what its files share. Others include semantic.h.
//
// One evaluator serves inference and the last walk: it always builds trees. While types still grow (`check->reporting`
// false) its trees are dropped and nothing is reported; when the work list is empty, the last walk evaluates what main
// reaches once more, reports, and keeps the trees.
//
// Invariants:
//  - Types in cells only grow (type_join). Who read a cell is evaluated again when it has grown.
//  - The type never stands for "not known yet" and "an error was reported": it fits everywhere, so neither is reported
//  twice.
//  - In the last walk no cell grows and no instance, kind or closure is made.
#ifndef FLUFFY_COMPILER_SEMANTIC_CHECK_H
#define FLUFFY_COMPILER_SEMANTIC_CHECK_H

#include "compiler/base/map.h"
#include "compiler/base/suggest.h"
#include "compiler/semantic/semantic.h"
#include "compiler/syntax/ast.h"

typedef struct Check Check;
typedef struct ModuleInfo ModuleInfo;
typedef struct Template Template;
typedef struct Group Group;
typedef struct Inst Inst;
typedef struct KindInfo KindInfo;
typedef struct ClosureInfo ClosureInfo;
typedef struct Frame Frame;
typedef struct Binding Binding;
typedef struct OpenUnion OpenUnion;

typedef VEC(Inst *) InstVec;
typedef VEC(Tree *) TreeVec;
typedef VEC(const Type *) TypeList;
typedef VEC(KindInfo *) KindVec;
typedef VEC(ClosureInfo *) ClosureVec;
typedef VEC(Template *) TemplateVec;

// ---- cells ---------------------------------------------------------------------------------------------------------

// A type that grows during inference, and who has read it.
typedef struct Cell {
    const Type *type; // NULL: never
    unsigned growths;
    Map readers; // set of Inst
} Cell;

// The type, noting that `reader` (or NULL) depends on it.
const Type *cell_read(Check *check, Cell *cell, Inst *reader);
// Joins a type in; true (and the readers are queued) if the cell has grown.
bool cell_grow(Check *check, Cell *cell, const Type *type);
// All readers are to be evaluated again.
void cell_wake(Check *check, Cell *cell);

// ---- modules and templates -----------------------------------------------------------------------------------------

typedef struct AliasInfo {
    TypeAlias *ast;
    Type *knot;       // while it is being resolved and after it has been met within itself
    const Type *type; // when resolved
    bool resolving;
} AliasInfo;

struct ModuleInfo {
    Module *ast;
    Name name;
    Map functions;   // Name → Template
    Map aliases;     // Name → AliasInfo
    Map constants;   // Name → ConstantDecl
    Map constraints; // Name → ConstraintDecl
    Map externs;     // Name → ExternFunction
    Map script;      // names bound by the script's statements → Stmt
    Template *body;  // of a script's statements, or NULL
};

typedef enum TemplateKind {
    TEMPLATE_FUNCTION, // function
    TEMPLATE_SCRIPT,   // the module's statements
    TEMPLATE_LAMBDA,   // expr: EXPR_LAMBDA
    TEMPLATE_BLOCK,    // expr: EXPR_SPAWN; its parameters are what it captures
    TEMPLATE_BUILTIN,  // a library function used as a value
    TEMPLATE_HANDLER,  // the loop of a handler process around `target` (or a function value in its first parameter)
    TEMPLATE_START,    // starts `target` (or a function value in its first parameter) with the other parameters; under
                       // a supervisor it reports one that it made itself
} TemplateKind;

// What is instantiated.
struct Template {
    TemplateKind kind;
    uint32_t id;
    ModuleInfo *module;
    Name name; // for messages and traces, or NULL
    Span span; // of the header
    FunctionDecl *function;
    Expr *expr;
    Builtin builtin;
    Template *target;
    Name bound_to;            // LAMBDA: the name that is bound to it, or NULL
    bool is_child;            // START: of a supervisor
    size_t param_count;       // FUNCTION, LAMBDA, BUILTIN
    const Type **annotations; // per parameter, NULL where there is none; resolved at first use
    VEC(Name) free_names;     // LAMBDA, BLOCK: names it mentions and does not bind, in order of first use
    VEC(Name) captured;       // BLOCK: those of them that are locals where it stands
    // Facts about the body, from its syntax alone.
    bool uses_process; // may evaluate self(), receive or monitor: its instances depend on the kind they run in
    bool calls_values; // calls a function value or a method
    TemplateVec callees;
    Group *group;                // FUNCTION: strongly connected group, if it is recursive
    uint32_t scc_index, scc_low; // Tarjan
    bool scc_on_stack;
    bool is_instantiated;
    InstVec instances;   // entries: found by argument types
    Map entries;         // by a hash of those: the newest, Inst.same_hash leads to the others
    ClosureVec closures; // LAMBDA, FUNCTION, BUILTIN: by what is captured
};

// Functions that call each other. Within one activation each has one instance per kind, whose parameter types are
// joined.
struct Group {
    uint32_t id;
};

typedef struct Activation {
    Group *group;
    InstVec instances;
} Activation;

struct ClosureInfo {
    Closure closure; // first: a Closure of ours is a ClosureInfo
    Template *template;
    Activation *activation; // of the function around it, if its body calls back into that group
};

// A value that came with a message, for messages about where it came from.
typedef struct Received {
    const Pattern *pattern; // the arm's; NULL: it is no such value
    const KindInfo *kind;   // that received it
    ModuleInfo *module;     // of the arm
} Received;

struct Inst {
    Instance instance; // first
    Template *template;
    Activation *activation;
    ClosureInfo *closure;
    KindInfo *kind;   // it runs in; NULL when the template does not care
    const Type **key; // argument types at the first call
    Inst *same_hash;
    struct Received *received; // by parameter: what a receive bound and the first call passed on; NULL: nothing
    unsigned generation;       // how many instances of the template it was made within
    Cell *params;              // one per parameter
    Cell result;
    Inst *caller; // first one, for chains in messages
    Span call_span;
    const Type *early; // joined types of early_return in the running evaluation
    bool evaluated, running, queued, walked;
    bool is_supervisor_start; // START: the result is a supervisor's pid
    Cell started;             // its type then
    Map request_kinds;        // Expr of a call(…) → KindInfo of its reply address
};

// ---- kinds ---------------------------------------------------------------------------------------------------------

// A `receive` that a kind can reach.
typedef struct Receive {
    Expr *expr;
    ModuleInfo *module;
} Receive;

// A message sent to a kind, for messages about what it received.
typedef struct SendSite {
    Span span;
    const Type *message;
} SendSite;

struct KindInfo {
    Kind kind;        // first
    KindInfo *parent; // union-find: kinds that stand in one pid set share `sent`; NULL for the root
    Cell sent;        // of the root
    VEC(Receive) receives;
    VEC(SendSite) sends; // the first few places
    const Type *handles; // a handler's message type
    Span handles_span;
    bool accepts_all; // untyped, or not a process of its own
    bool is_supervisor;
    Map children; // of a supervisor: literal id → Cell of pid types
    Cell other_children;
    Template *model;  // of a supervisor with dynamic children: what they start
    bool never_ends;  // a supervisor without auto_shutdown, as far as is visible
    const void *site; // the key: syntax node, template, argument types without pids
    Template *template;
    const Type **erased;
    size_t erased_count;
    Inst *body;
};

struct Check {
    const ModuleLoader *loader;
    Diagnostics *diags;
    Map modules; // Name → ModuleInfo
    ModuleInfo *prelude;
    TemplateVec templates; // functions and scripts
    Map syntax_templates;  // Expr → Template (lambdas and blocks); builtins by their table row
    Map wrappers;          // name of kind and target → Template
    TemplateVec values;    // lambdas and functions used as values (not as what a spawn starts)
    Map builtins;          // Name → its row in builtin_table
    Map specials;          // Name → text of its row
    InstVec instances;
    InstVec queue;
    size_t queue_head;
    KindVec kinds;
    KindVec message_kinds; // one for every M of pid<M>: kinds that flow into it share its cell
    KindInfo *any;         // what is sent to pid<any>
    KindInfo *library;     // stands in where functions that nothing calls are checked
    ClosureVec closures;
    Map names;        // registered literal names → Cell of pid types
    Cell other_names; // registered under names that are computed
    Cell all_names;
    bool values_use_process; // some function value may evaluate self() or receive
    bool reporting;
    Map reported;    // "code place" names
    Map arm_reached; // Pattern of an arm → non-NULL when some instance reaches it
    VEC(const Arm *) arms;
    OpenUnion *open_unions;     // being read, innermost first (annotate.c)
    Map unions;                 // file and text → OpenUnion
    const Type **builtin_types; // by Builtin: TYPE_FUNCTION arrows
    InstVec walked;
    Map foreigns;                 // ExternFunction → Foreign
    Map called_foreigns;          // set of Foreign: by what the last walk reached
    VEC(ForeignType *) callbacks; // that are declared
    char *stack_base;
    uint32_t next_template, next_group;
};

// ---- frames --------------------------------------------------------------------------------------------------------

struct Binding {
    Name name;
    Local *local;
    const Type *view; // an annotated parameter: what the body may see of it
    Span span;
    bool used;
    Binding *origin;         // a narrowed name: whose reading this is too
    const Pattern *received; // bound by this arm of a receive
    Binding *next;           // outwards
    Binding *jump;           // further outwards, so that any place outwards is a logarithm of steps away
    uint32_t depth;          // how many are outwards
};

// The statements of a block, for messages about names that are bound too late.
typedef struct Statements {
    const StmtVec *all;
    const struct Statements *outer;
} Statements;

// One evaluation of one instance.
struct Frame {
    Check *check;
    Inst *inst;
    ModuleInfo *module;
    KindInfo *kind;
    Binding *scope;
    Map latest; // Name → the Binding pushed last; of scopes that are SCOPE_INDEXED deep (resolve.c)
    uint32_t local_count;
    Tree *subject;                       // EXPR_SUBJECT, or NULL
    const struct Statements *statements; // that are being evaluated, innermost first
    unsigned in_defer;                   // depth
    bool has_paths;                      // something is known of a field in some scope
    Name binding;                        // being bound: not visible in its own right side
    const TypeExpr *declared;            // annotation of the result, or NULL
    VEC(ConstantDecl *) constants;       // being evaluated, against circles
};

// ---- export.c ------------------------------------------------------------------------------------------------------

typedef struct Exports Exports;
// Roots for what the modules export; once the fixed point is reached, what is sent to them and what else they need
// (then another one is to be reached); the last walk of them; and the rows of the program.
Exports *exports_begin(Check *check, ModuleInfo *const *modules, size_t count);
void exports_connect(Check *check, Exports *exports);
void exports_walk(Check *check, Exports *exports);
void exports_collect(Check *check, const Exports *exports, ModuleInfo *const *modules, size_t count,
                     TypedProgram *program);

// ---- report.c ------------------------------------------------------------------------------------------------------

// NULL unless this is the last walk and the mistake (code, place) is new; the functions below take NULL.
Diag *report(Frame *frame, DiagCode code, Span span, const char *format, ...) __attribute__((format(printf, 4, 5)));
// One of the library's, not of the program's.
bool module_is_library(const ModuleInfo *module);
// Whatever the phase: for limits and declarations.
Diag *report_now(Check *check, DiagCode code, Span span, const char *format, ...) __attribute__((format(printf, 4, 5)));
#define REPORT_PRIMARY(diag, ...) ((diag) ? diag_primary((diag), __VA_ARGS__) : NULL)
#define REPORT_LABEL(diag, ...) ((diag) ? diag_label((diag), __VA_ARGS__) : NULL)
#define REPORT_NOTE(diag, ...) ((diag) ? diag_note((diag), __VA_ARGS__) : NULL)
#define REPORT_HELP(diag, ...) ((diag) ? diag_help((diag), __VA_ARGS__) : NULL)
// "did you mean `…`?" if there is a best candidate.
void report_near(Diag *diag, const Suggestion *suggestion);
// `in f(int, string), called here` for instances whose parameter types come from the call.
void report_instance(Diag *diag, const Frame *frame);
// The message that the value of a name came with, in this function or in one that passed it on; pattern NULL: none.
Received received_by(const Frame *frame, const Binding *binding);
// Where the type of a value comes from: labels the binding of a name.
void report_origin(Diag *diag, const Frame *frame, const Expr *expr);

// ---- resolve.c, facts.c --------------------------------------------------------------------------------------------

ModuleInfo *module_load(Check *check, Name name);
ModuleInfo *module_declare(Check *check, Module *ast);
void module_load_references(Check *check, ModuleInfo *module);
void modules_group(Check *check); // callees, groups, uses_process of all functions

typedef enum NamedKind {
    NAMED_NOTHING,
    NAMED_LOCAL,
    NAMED_FUNCTION,
    NAMED_CONSTANT,
    NAMED_BUILTIN,
    NAMED_SPECIAL,
    NAMED_EXTERN,
    NAMED_SCRIPT,
    NAMED_OWN,
    NAMED_MODULE_MISSING,
} NamedKind;

// Forms that look like calls and have trees of their own.
typedef enum Special {
    SPECIAL_SPAWN,
    SPECIAL_SPAWN_TYPED,
    SPECIAL_SPAWN_WITH,
    SPECIAL_SPAWN_SUPERVISOR,
    SPECIAL_ADD_CHILD,
    SPECIAL_START_CHILD,
    SPECIAL_SELF,
    SPECIAL_CALL,
    SPECIAL_RANGE,
    SPECIAL_COUNT,
} Special;

typedef struct Named {
    NamedKind kind;
    ModuleInfo *module; // where it is defined
    union {
        Binding *binding;
        Template *template;
        ConstantDecl *constant;
        Builtin builtin;
        Special special;
        Span span; // SCRIPT
    };
} Named;

// What a name means. `frame` NULL: without locals.
Named resolve_name(Check *check, Frame *frame, ModuleInfo *module, const QualifiedName *name);
Named resolve_in_library(Check *check, Name module, Name name);
Named resolve_top(Check *check, ModuleInfo *module, const QualifiedName *name);
void report_unknown_name(Frame *frame, const Expr *expr);
Binding *scope_find(Frame *frame, Name name);
Binding *scope_push(Frame *frame, Name name, Local *local, Span span);
Name name_of_tested_field(Name field); // of a binding without a local: a pattern above tests the field's type only

void template_facts(Check *check, Template *template); // from the body's syntax
bool template_uses_process(const Check *check, const Template *template);
bool expr_mentions_subject(const Expr *expr);
Template *template_new(Check *check, TemplateKind kind, ModuleInfo *module);
Template *template_of_syntax(Check *check, TemplateKind kind, ModuleInfo *module, Expr *expr);
Template *template_of_builtin(Check *check, Builtin builtin);
Template *template_wrapper(Check *check, TemplateKind kind, Template *target, bool is_child, size_t param_count);

// ---- annotate.c ----------------------------------------------------------------------------------------------------

// The type an annotation names; never after an error (reported at once, once).
const Type *annotation_type(Check *check, ModuleInfo *module, const TypeExpr *expr);
// The alias of that name; NULL: there is none. *where: its module, or the one in which it is not found; NULL: there is
// no such module.
AliasInfo *alias_find(const Check *check, ModuleInfo *module, const QualifiedName *name, ModuleInfo **where);
const Type *template_annotation(Check *check, Template *template, size_t param);
const Type *builtin_type(Check *check, Builtin builtin);
bool is_any_marker(const Type *type); // `any` in a builtin's signature

// ---- types.c -------------------------------------------------------------------------------------------------------

// The type that the value of a tree has when it is bound, passed or put in a list: fresh literals are widened, and
// fresh int literals that are direct fields of a record made here. Types that were asked for by an annotation stay.
const Type *widen_tree(const Tree *tree);
// The same for a part of a value that a pattern binds: one literal is widened, several of them stay a choice.
const Type *widen_part(const Type *type);
// The annotation's type with the extra fields and closures of the actual one.
const Type *merge_bound(const Type *annotation, const Type *actual);
// The same of a result: of the fields that the annotation does not name, those stay that came with the arguments.
const Type *merge_result(const Type *annotation, const Type *actual, const Map *kept);
// Adds the names of the fields that a value has beyond its annotation (NULL: none), at any depth.
void extra_fields(Map *names, const Type *annotation, const Type *actual, unsigned depth);
const Type *erase_pids(Check *check, const Type *type);
bool type_is_pid(const Type *type);
bool types_same(const Type *const *a, const Type *const *b, size_t count);
size_t type_depth(const Type *type);
bool wants_float(const Type *expected);
bool type_has_function(const Type *type); // somewhere in it: values do not compare
const char *type_words(const Type *type); // `int`, cut short for messages

// ---- build.c -------------------------------------------------------------------------------------------------------

Tree *tree_new(TreeKind kind, const Type *type, Span span);
Tree *tree_nil(Span span);
Tree *tree_never(Span span); // after an error: no value
Tree *tree_int(int64_t value, Span span);
Tree *tree_text(const char *text, Span span);
Tree *tree_bool(bool value, Span span);
Tree *tree_local(Local *local, Span span);
Tree *tree_field(Tree *record, Name name, const Type *type, Span span);
Tree *tree_builtin(Builtin builtin, const Type *type, Span span, Tree **arguments, size_t count);
Tree *tree_binary(TreeOp op, const Type *type, Tree *left, Tree *right, Span span);
Tree *tree_block(Tree **statements, size_t count, Tree *result, Span span);
Tree *tree_let(Local *local, Tree *value, Span span);
// If one of the values is never: a tree that evaluates the ones before it and it, and ends there: a call in it is no
// tail call. Otherwise NULL.
Tree *tree_never_of(Tree *const *values, size_t count, Span span);
// The same of one value that is never.
Tree *tree_ends(Tree *value, Span span);
Local *local_new(Frame *frame, Name name, const Type *type);
TreePattern *pattern_new(TreePatternKind kind, const Type *type, Span span);
TreePattern *pattern_bind(Local *local, const Type *type, TreePattern *inner, Span span);

// ---- coerce.c ------------------------------------------------------------------------------------------------------

// The tree as a value of `type`, which must contain the tree's type (else the tree is given back, an error was
// reported).
Tree *convert(Frame *frame, Tree *tree, const Type *type);
// What pids may become because a value of type `from` is used as one of type `to`.
void flow(Frame *frame, const Type *from, const Type *to, Span span);
// A value as what an annotation makes of it; one that does not fit (reported by check_fits) is taken for what was
// declared.
Tree *as_declared(Frame *frame, Tree *tree, const Type *expected);
// A function's value as its result's annotation says.
Tree *as_result(Frame *frame, Tree *tree, const Type *expected);
// False and an error if the value does not fit; `because` may have no file.
// Why it does not fit, behind an error about that (NULL: none was reported). `tree` is the value.
void explain_mismatch(Diag *diag, const Tree *tree, const Type *have, const Type *want);
// The record among the members of `wanted` that shares most fields with a record; one that is alone need not share any.
const Type *nearest_record(const Type *wanted, const Type *have);
bool check_fits(Frame *frame, const Tree *tree, const Type *expected, const Expr *expr, Span because,
                const char *label);

// ---- instance.c ----------------------------------------------------------------------------------------------------

Inst *instance_for_call(Frame *frame, Template *template, ClosureInfo *closure, const Type *const *types, size_t count,
                        Span span);
// The body of a process: parameters are joined over all its spawns.
Inst *instance_for_kind(Frame *frame, KindInfo *kind, Template *template, const Type *const *types, size_t count,
                        Span span);
Inst *instance_root(Check *check, Template *template, ClosureInfo *closure, const Type *const *types, KindInfo *kind);
const Type *instance_result(Frame *frame, Inst *inst);
void instance_enqueue(Check *check, Inst *inst);
void instances_run(Check *check);              // until nothing grows
void instances_walk(Check *check, Inst *root); // the last walk
ClosureInfo *closure_intern(Frame *frame, Template *template, const TypeField *captures, size_t count, Span span);
bool template_in_group(const Template *template, const Group *group);
// Marks the instance as called from this one, so that the last walk reaches it.
void instance_reach(Check *check, Inst *inst);

// ---- body.c --------------------------------------------------------------------------------------------------------

void body_evaluate(Check *check, Inst *inst);

// ---- expr.c, operator.c, control.c, block.c, call.c, lambda.c
// ---------------------------------------------------------

Tree *eval(Frame *frame, Expr *expr, const Type *expected);
// Evaluates a condition; what it binds stays in scope: the caller restores frame->scope.
Tree *eval_condition(Frame *frame, Expr *expr);
Tree *eval_block(Frame *frame, Expr *block, const Type *expected);
Tree *eval_statements(Frame *frame, const StmtVec *statements, Span span, const Type *expected);
Tree *eval_name(Frame *frame, Expr *expr);
Tree *eval_record(Frame *frame, Expr *expr, const Type *expected);
Tree *eval_unary(Frame *frame, Expr *expr, const Type *expected);
Tree *eval_binary(Frame *frame, Expr *expr, const Type *expected);
Tree *eval_if(Frame *frame, Expr *expr, const Type *expected);
Tree *eval_match(Frame *frame, Expr *expr, const Type *expected);
Tree *eval_for(Frame *frame, Expr *expr);
Tree *eval_comprehension(Frame *frame, Expr *expr, const Type *expected);
Tree *eval_range_list(Frame *frame, Expr *expr);
Tree *eval_with(Frame *frame, Expr *expr);
Tree *eval_field(Frame *frame, Expr *expr);
Tree *eval_lambda(Frame *frame, Expr *expr);
Tree *eval_call(Frame *frame, Expr *expr, const Type *expected);
Tree *eval_method(Frame *frame, Expr *expr);
Tree *field_of(Frame *frame, Tree *record, Name name, Span name_span, Span span, const Expr *expr);
bool filter_narrows(const Tree *list, const Expr *call); // filter.c: `call` is a method of a list's type
Tree *eval_filter(Frame *frame, Tree *list, const Expr *call);
// Patterns see of a parameter what its annotation names, too: false, and an error, for a field that no variant has.
bool check_pattern_view(Frame *frame, const Expr *subject, const Pattern *pattern);
Tree *text_of_tree(Tree *tree);
Tree *concat_trees(Tree *left, Tree *right, Span span);
// Makes a function value of something named at top level.
Tree *closure_of_template(Frame *frame, Template *template, Span span);
// Calls with evaluated arguments; `exprs` (or NULL) say where they came from.
Tree *call_template(Frame *frame, Template *template, ClosureInfo *closure, Tree **arguments, size_t count,
                    Expr *const *exprs, Span span, Span name_span);
Tree *call_value(Frame *frame, Tree *callee, Tree **arguments, size_t count, Expr *const *exprs, Span span);
Tree *call_builtin(Frame *frame, Builtin builtin, Tree **arguments, size_t count, Expr *const *exprs, Span span);
// An arm's or branch's common type; coerces them.
const Type *join_trees(Frame *frame, Tree **trees, size_t count);
void expect_bool(Frame *frame, Tree *tree, const Expr *expr, const char *where);
// The arms of a receive of messages of type `over`; adds them to `out`.
typedef VEC(TreeArm) TreeArmVec;
void eval_arms(Frame *frame, const ArmVec *arms, const Type *over, const Type *expected, TreeArmVec *out);

// ---- pattern.c -----------------------------------------------------------------------------------------------------

// Checks a pattern over a type and binds its names in frame->scope. TREE_PATTERN_FAIL if nothing can match.
TreePattern *pattern_check(Frame *frame, Pattern *pattern, const Type *over);
// A literal's own type, or NULL for a float.
const Type *pattern_literal_type(const Literal *literal);
// Whether some value of the type can match, guards aside. Binds nothing.
bool pattern_can_match(Check *check, ModuleInfo *module, Pattern *pattern, const Type *over);
// A test for values of type `wanted` among those of `over`; NULL if there are none.
TreePattern *pattern_of_type(Frame *frame, const Type *wanted, const Type *over, Span span);
// What values matched by the pattern are; and those that surely are not, when `over` is a union.
const Type *pattern_matched(const TreePattern *pattern);
// 1 or 0 for a pattern that takes just `true` or `false` of a bool, or of a union with bool in it; -1: it is another.
int pattern_bool(const TreePattern *pattern);
const Type *pattern_remaining(const TreePattern *pattern);
bool pattern_is_total(const TreePattern *pattern);
// Binds the matched value, as `local` of type pattern_matched.
TreePattern *pattern_bind_matched(TreePattern *pattern, Local *local);

// ---- map.c ---------------------------------------------------------------------------------------------------------

// Builtins of maps and sets, whose types follow from those of their arguments. NULL for the others.
Tree *eval_map_builtin(Frame *frame, Builtin builtin, Tree **arguments, size_t count, Expr *const *exprs, Span span);
// `map:of(k: v, …)`, `set:of(k, …)`.
Tree *eval_map_of(Frame *frame, Builtin builtin, const Expr *expr, const Type *expected);
// What such a builtin expects of argument `at`, when the first one is known; NULL: nothing.
const Type *expected_of_map(Builtin builtin, const Tree *map, size_t at);
// A map's entries or a set's values, for a loop; any other value as it is.
Tree *map_as_list(Tree *value);

// ---- habits.c ------------------------------------------------------------------------------------------------------

// How what other languages call `name` of such a value is written, or NULL.
const char *habit_help(const char *library, Name name);

// ---- foreign.c -----------------------------------------------------------------------------------------------------

// What a name of a type means in `extern c`; never after an error.
const Type *foreign_name_type(Check *check, const TypeExpr *expr);
// A C function as it can be called; NULL: its declaration is wrong (reported at once, once).
Foreign *foreign_declare(Check *check, ModuleInfo *module, const ExternFunction *declared);
void foreigns_declare(Check *check, ModuleInfo *module); // all of a module
Tree *eval_foreign(Frame *frame, ModuleInfo *module, Expr *expr);
// What the program has of them.
void foreigns_collect(Check *check, TypedProgram *program);

// ---- json.c --------------------------------------------------------------------------------------------------------

Tree *eval_decode(Frame *frame, const Expr *expr, Tree **arguments, const Type *expected);
void check_encode(Frame *frame, const Tree *argument);

// ---- kind.c, send.c, process.c, supervisor.c -----------------------------------------------------------------------

KindInfo *kind_root(KindInfo *kind);
KindInfo *kind_new(Check *check, Name function, Span span);
KindInfo *kind_for_spawn(Frame *frame, const void *site, Template *template, const Type *const *types, size_t count,
                         Name name, Span span);
void kind_unify(Check *check, KindInfo *a, KindInfo *b);
void kind_becomes_any(Check *check, KindInfo *kind);
// A supervisor's child, of this type, in one of its cells. Who asks a supervisor that became any finds children that
// did.
void kind_add_child(Check *check, KindInfo *supervisor, Cell *cell, const Type *pid);
KindInfo *kind_of_message(Check *check, const Type *message);
void kind_send(Check *check, KindInfo *kind, const Type *message);
const Type *kind_pid(KindInfo *kind);
// The kind (of those that share a cell) that a pid's messages go to; NULL for a pid of no kind.
KindInfo *pid_target(Check *check, const Type *pid);
bool kind_accepts(Check *check, KindInfo *kind, const Type *message);
void check_accepts(Frame *frame, KindInfo *kind, const Type *message, Span send_span, Span message_span,
                   const char *what);

Tree *eval_send(Frame *frame, Expr *expr);
Tree *eval_receive(Frame *frame, Expr *expr, const Type *expected);
Tree *eval_spawn_block(Frame *frame, Expr *expr);
Tree *eval_special(Frame *frame, Special special, Expr *expr);
Tree *eval_supervisor(Frame *frame, Expr *expr);
Tree *eval_add_child(Frame *frame, Expr *expr);
Tree *eval_start_child(Frame *frame, Expr *expr);
// Builtins about processes that need more than their signature; NULL for the others.
Tree *eval_process_builtin(Frame *frame, Builtin builtin, Tree **arguments, size_t count, Expr *const *exprs,
                           Span span);
Tree *handler_body(Frame *frame);
Tree *send_to(Frame *frame, const Type *pid, Tree *message, Span send_span, Span message_span);

// What a spawn starts.
typedef struct Callee {
    Template *template; // a named function, or NULL
    Tree *value;        // a function value
    Name name;
    Span span;
} Callee;
bool callee_resolve(Frame *frame, Expr *expr, Callee *callee);
// {name: type} | {failed: string}
const Type *outcome_type(const char *name, const Type *type);
// The parameters of the callee, or -1 when its closures differ or nothing is known.
int callee_arity(const Callee *callee);
// The type of an argument of what is started, as its parameter; checked if the parameter has an annotation.
const Type *started_argument(Frame *frame, Template *template, size_t at, const Tree *argument, const Expr *expr);
// Whoever asks for this name finds such pids.
void note_registered(Frame *frame, const Tree *name, const Type *pid);

// ---- narrow.c ------------------------------------------------------------------------------------------------------

// What a test is about: a local, or a field (of a field…) of one.
typedef struct Subject {
    Name name;
    Binding *origin; // of the local
    Tree *value;
    const Type *type; // of the value, by all that is known before
} Subject;

// What an outcome of a condition makes known.
typedef struct Facts {
    Span span;
    TreeVec lets; // what binds the names anew
    bool dead;    // there is no such outcome
} Facts;

// False if the expression is no such thing, or a value of no type.
bool narrow_subject(Frame *frame, Expr *expr, Subject *out);
// What is known of a field of `receiver`, which is read thereby; or NULL.
Tree *narrow_field(Frame *frame, const Expr *receiver, Name field, Span span);
// The same name, bound to what is known of its value now.
Binding *narrow_push(Frame *frame, const Subject *subject, const Type *type);
// Binds in frame->scope what is known where the condition `expr`, evaluated to `test`, has this outcome.
void narrow_facts(Frame *frame, const Expr *expr, const Tree *test, bool outcome, Facts *facts);
// The tree, with the names that it reads bound before.
Tree *narrow_before(const Facts *facts, Tree *tree);
// The same of what is known behind `assert(condition)`.
void narrow_asserted(Frame *frame, const Expr *expr, const Tree *test, Facts *facts);
// The condition, extended so that what it makes known is bound, in scope too, where it is true.
Tree *narrow_behind_condition(Frame *frame, const Expr *expr, Tree *test);
// The test of an `if` whose value can't be that.
bool narrow_never_passes(const Tree *test);
// A pattern over what the arms above left of `over`, as a pattern over that. Changes `pattern`.
TreePattern *narrow_pattern_over(TreePattern *pattern, const Type *over);
// The subject's name (name NULL: there is none) within an arm, unless nothing is learnt or the pattern (whose names are
// in scope up to `outer`) binds it itself. The caller lets the pattern bind it, if it has been used, and the body begin
// with the facts.
Binding *narrow_arm(Frame *frame, Expr *expr, const Subject *subject, const TreePattern *pattern, const Binding *outer,
                    Facts *facts);

#endif
