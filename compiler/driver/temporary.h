// Files and folders that must not outlive the compiler: removed at exit and by the signals that end it (not SIGKILL).
// Threads: main thread only. At most TEMPORARY_MAX at a time.
#pragma once

#include <stdbool.h>

#define TEMPORARY_MAX 48

// Call once, before the first of the others.
void temporary_init(void);

// A path for a file `name` in a private folder under TMPDIR or /tmp, the same folder for all. The file may be made or
// not. NULL with errno set if there can be no folder.
const char *temporary_file(const char *name);

// A fresh file beside `path`, for something that will be renamed to it. NULL with errno set on failure.
const char *temporary_beside(const char *path);

// The file has been renamed away: it is no longer temporary.
void temporary_keep(const char *path);
