// Where the compiler's companions are, relative to the running executable: beside it in a build folder, in
// ../lib/fluffy after `make install`.
#pragma once

// The path of a companion file such as "libfluffy.a"; NULL if it is in neither place.
const char *install_find(const char *name);

// The folder of the running executable, for messages; "." if it is unknown.
const char *install_folder(void);
