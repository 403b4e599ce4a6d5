// Files and folders that must not outlive the compiler: removed at exit and by the signals that end it (not SIGKILL).
// Threads: main thread only. At most TEMPORARY_MAX at a time.
#pragma once

#include <stdbool.h>

#define TEMPORARY_MAX 8

// Call once, before the first of the others.
void temporary_init(void);

// A fresh private folder under TMPDIR or /tmp; it and the files named by temporary_file_in go at the end. NULL with
// errno set on failure.
const char *temporary_folder(void);

// The path `folder/name`, which is removed at the end whether or not it was ever made.
const char *temporary_file_in(const char *folder, const char *name);

// A fresh file beside `path`, for something that will be renamed to it. NULL with errno set on failure.
const char *temporary_beside(const char *path);

// The file has been renamed away: it is no longer temporary.
void temporary_keep(const char *path);
