// The passes, in order: what each command does with a file.
#pragma once

#include <stdbool.h>

#include "compiler/diag/diag.h"
#include "compiler/driver/options.h"

// Checks the file, or prints the stage that --dump asks for. False if there was an error; all are in `diags`.
bool compile_check(const Options *options, Diagnostics *diags);

// Makes the executable, or the file that --emit asks for. False if there was an error; all are in `diags`.
bool compile_build(const Options *options, Diagnostics *diags);

// Makes a temporary executable and runs it. Its status, or -1 if there was an error before it ran. Warnings are
// rendered before it runs.
int compile_run(const Options *options, Diagnostics *diags, void (*show)(Diagnostics *diags));

// The same for a program that runs the file's functions test_….
int compile_test(const Options *options, Diagnostics *diags, void (*show)(Diagnostics *diags));
