// Makes a collection not to have happened, for want of memory: objects get their headers back, and what stayed where it
// is refers to them again. The arena's blocks were not touched until then.
#ifndef FLUFFY_RUNTIME_COLLECT_UNDO_H
#define FLUFFY_RUNTIME_COLLECT_UNDO_H

#include "runtime/collect/collection.h"

void undo(Collection *c);

#endif
