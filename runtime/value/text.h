// The text of values for reports: cut to the memory at hand, nothing allocated, no `self` needed.
#ifndef FLUFFY_RUNTIME_VALUE_TEXT_H
#define FLUFFY_RUNTIME_VALUE_TEXT_H

#include <stddef.h>

#include "runtime/abi/abi.h"

#define TEXT_PID_MAX 24

// `<0.id>`, where the id is the number that identifies the process on this node: the slot, and after its reuse
// another one. Not closed by a NUL; the count of bytes.
unsigned text_pid(FlPid pid, char *bytes);

// Writes a union's word (the root of a message), or a value of a type, as the language does, strings quoted. Cut to
// size - 1 bytes, between code points, with `…` at the end; also cut where it is nested too deep. Closed by a NUL;
// the count of bytes before it. size >= 8. The value's heap must not change meanwhile.
size_t text_cut_word(FlWord word, char *bytes, size_t size);
size_t text_cut_value(const FlType *type, const FlWord *value, char *bytes, size_t size);

#endif
