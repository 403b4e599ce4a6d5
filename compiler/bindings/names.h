// The types of a library as C has them.
#pragma once

#include "compiler/base/vec.h"
#include "compiler/bindings/bindings.h"

typedef enum CForm {
    C_NONE, // nil and literals: no value in C
    C_BOOL,
    C_INT,
    C_FLOAT,
    C_STRING,
    C_PID,
    C_RECORD,
    C_LIST,
    C_UNION,
} CForm;

// A type with a name: a record, list or union.
typedef struct CType {
    const Type *type;
    CForm form;
    const char *name;     // with the library's prefix
    const char **members; // of a union: names of its members in C
    bool received;        // some pid<…> in the interface accepts it: the host's mailboxes receive it
} CType;

typedef struct CTypes {
    const char *library;
    const TypedProgram *program;
    VEC(CType *) all; // what one needs stands before it
} CTypes;

// All types of the program's exports.
void c_types(CTypes *types, const TypedProgram *program, const char *library);

CForm c_form(const Type *type);
// The entry of a record, list or union; NULL for others.
const CType *c_named(const CTypes *types, const Type *type);
// The C type of a value; "" of C_NONE.
const char *c_type(const CTypes *types, const Type *type);
// As a field: no word of C or C++; as a parameter: nor another one's name.
const char *c_name(Name name);
const char *c_parameter(Name name);
// Whether a value refers to memory that a scope has to keep.
bool c_refers(const Type *type);
// In capitals.
const char *c_capitals(const char *text);
