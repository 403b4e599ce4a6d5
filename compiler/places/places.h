// The table of places (runtime/abi/places.h) of an object file, made from its debug information.
#ifndef FLUFFY_COMPILER_PLACES_PLACES_H
#define FLUFFY_COMPILER_PLACES_PLACES_H

#include "compiler/base/map.h"
#include "compiler/places/object.h"

// The object file with its table added. `names`: from the symbol of a function (a Name) to the Name that reports show;
// functions without one are not shown. false: the object's debug information is not understood.
bool places_add(Bytes object, const Map *names, Bytes *result);

#endif
