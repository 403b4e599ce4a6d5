#include "compiler/typed/builtin.h"

const BuiltinInfo builtin_table[BUILTIN_COUNT] = {
#define BUILTIN(id, name, signature) {name, signature},
#include "compiler/typed/builtins.def"
#undef BUILTIN
};
