// What describes a supervisor and its children is read in three places, which share this.
#ifndef FLUFFY_COMPILER_SEMANTIC_SUPERVISOR_H
#define FLUFFY_COMPILER_SEMANTIC_SUPERVISOR_H

#include "compiler/semantic/check.h"

typedef VEC(TreeChild) ChildVec;

typedef struct Supervisor {
    Frame *frame;
    const Type *pid; // what it may be: of one kind when it is made here, perhaps of several when a child is added
    ChildVec children;
    Map ids; // literal id → its Expr
} Supervisor;

// ---- specification.c: keys and their values. `words`, `known` end with NULL; `what` is for messages.

// An error for each key that is not known, with the nearest that is.
void check_keys(Frame *frame, const Expr *record, const char *const *known, const char *what);
// The same of the fields of a type.
void check_type_keys(Frame *frame, const Type *record, const char *const *known, const char *what, Span span);
void missing_key(Frame *frame, Span span, const char *what, const char *key);
// Whether `word` is one of them; `near` is offered all.
bool is_known(const char *const *words, Name word, Suggestion *near);
// The value of a key, or NULL.
Expr *key_value(const Expr *record, const char *key);

// A string that has to be one of some words, as far as that is visible. eval_…: NULL stays NULL.
Tree *checked_word(Frame *frame, Tree *tree, const char *const *words, const char *what);
Tree *eval_word(Frame *frame, Expr *expr, const char *const *words, const char *what);
// A number that is not negative.
Tree *checked_count(Frame *frame, Tree *tree, Expr *expr, const char *what);
Tree *eval_count(Frame *frame, Expr *expr, const char *what);
Tree *fitting(Frame *frame, Tree *tree, const Type *type);
Tree *eval_fitting(Frame *frame, Expr *expr, const Type *type);

// ---- child.c

// Adds the child that a record describes, or all children, to `s`.
void eval_child_record(Supervisor *s, Expr *record);
void eval_children(Supervisor *s, Expr *expr);
// How it is restarted and stopped, and whether it matters.
void eval_child_options(Supervisor *s, const Expr *record, TreeChild *child);
// Notes what the child with this id (NULL: a dynamic one) is, for who asks the supervisor.
void note_child(Supervisor *s, KindInfo *kind, const Tree *id);

#endif
