// The functions of a library in C: their declarations, which header and glue share.
#pragma once

#include "compiler/bindings/names.h"

// Parameters that its process is started with: all but a handler's last.
size_t spawn_parameters(const TypedExport *export);
// `int64_t a, const lib_job *b, ` of the first `count` parameters.
const char *c_parameters(const CTypes *types, const TypedExport *export, size_t count);
// A parameter's type and how its value's address is written: records and unions are given by address.
bool c_by_address(const Type *type);
const char *c_parameter_type(const CTypes *types, const Type *type);

// Declarations without their `;`.
const char *c_start_declaration(const CTypes *types);
const char *c_call_declaration(const CTypes *types, const TypedExport *export);
const char *c_spawn_declaration(const CTypes *types, const TypedExport *export);
const char *c_send_declaration(const CTypes *types, const TypedExport *export);
const char *c_receive_declaration(const CTypes *types, const CType *type);
const char *c_as_declaration(const CTypes *types, const CType *type);
// The name of a type without the library's prefix.
const char *c_short(const CTypes *types, const CType *type);
