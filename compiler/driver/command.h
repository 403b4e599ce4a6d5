// Other programs: finding one, running one to its end.
#pragma once

// The path of the first of `names` (ends with NULL) that PATH has as an executable; NULL if none.
const char *command_find(const char *const *names);

// Runs argv[0] (a path) to its end, standard error going to the file `errors` if that is not NULL. Gives its exit
// status, 128 plus the signal's number if one ended it, or -1 with errno set if it could not be started. Signals that
// ask this process to end go to the command meanwhile, and this process ends when the command has.
int command_run(const char *const *argv, const char *errors);
