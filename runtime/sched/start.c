// The main function of an executable. It alone touches signals: a program that hosts the runtime keeps its own.
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime/library/library.h"
#include "runtime/platform/fence.h"
#include "runtime/platform/sanitizer.h"
#include "runtime/report/settings.h"
#include "runtime/sched/config.h"
#include "runtime/sched/terminate.h"

enum { STATUS_CONFIG = 2, STATUS_SIGNAL = 128 };

static sigset_t ending; // SIGTERM and SIGINT, but those that were ignored when the program started

// Takes the signals that every other thread blocks: so nothing here has to be safe in a signal handler, and none runs
// on the stack of a process. The second one ends the program at once.
static void *signal_thread(void *unused) {
    int number;
    (void)unused;
    sigwait(&ending, &number);
    sched_terminate(STATUS_SIGNAL + number);
    sigwait(&ending, &number);
    _exit(STATUS_SIGNAL + number);
}

static void add_unless_ignored(int number) {
    struct sigaction action;
    if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
        sigaddset(&ending, number);
}

// Before any other thread exists, so that all inherit the mask. Without the thread the signals end the program as
// usual.
static void take_signals(void) {
    pthread_t thread;
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&ending);
    add_unless_ignored(SIGTERM);
    add_unless_ignored(SIGINT);
    pthread_sigmask(SIG_BLOCK, &ending, NULL);
    if (pthread_create(&thread, NULL, signal_thread, NULL) == 0) {
        pthread_detach(thread);
    } else {
        pthread_sigmask(SIG_UNBLOCK, &ending, NULL);
    }
}

int main(int argc, char **argv) {
    library_arguments(argc, argv);
    SchedConfig config;
    const char *wrong = config_read(&config, getenv("FLUFFY_WORKERS"), getenv("FLUFFY_SCHEDULE"));
    if (!wrong)
        wrong = report_configure(getenv("FLUFFY_REPORTS"), getenv("FLUFFY_REPORT_FORMAT"));
    if (wrong) {
        fprintf(stderr, "fluffy: %s\n", wrong);
        return STATUS_CONFIG;
    }
    fence_init(); // before there is a second thread
    take_signals();
    config.tidy = SANITIZED; // so that what leaks can be told
    int status = sched_run(&fl_program, &config);
    if (!SANITIZED)
        _exit(status); // workers may still be computing
    return status;
}
