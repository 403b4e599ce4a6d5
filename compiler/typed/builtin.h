// Library functions that the compiler knows by name and the runtime or code generation implements. One table:
// builtins.def.
#ifndef FLUFFY_COMPILER_TYPED_BUILTIN_H
#define FLUFFY_COMPILER_TYPED_BUILTIN_H

typedef enum Builtin {
#define BUILTIN(id, name, signature) BUILTIN_##id,
#include "compiler/typed/builtins.def"
#undef BUILTIN
    BUILTIN_COUNT,
} Builtin;

// The name in the language and the signature in its type syntax, for the checker.
typedef struct BuiltinInfo {
    const char *name;
    const char *signature;
} BuiltinInfo;

extern const BuiltinInfo builtin_table[BUILTIN_COUNT];

#endif
