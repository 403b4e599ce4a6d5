// The main function of an executable.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime/platform/sanitizer.h"
#include "runtime/sched/config.h"

enum { STATUS_CONFIG = 2 };

int main(void) {
    SchedConfig config;
    const char *wrong = config_read(&config, getenv("FLUFFY_WORKERS"), getenv("FLUFFY_SCHEDULE"));
    if (wrong) {
        fprintf(stderr, "fluffy: %s\n", wrong);
        return STATUS_CONFIG;
    }
    signal(SIGPIPE, SIG_IGN);
    config.tidy = SANITIZED; // so that what leaks can be told
    int status = sched_run(&fl_program, &config);
    if (!SANITIZED)
        _exit(status); // workers may still be computing
    return status;
}
