// Signals are the program's: no handler and no mask of its threads is changed, and none is delivered to a thread of the
// runtime.
//
// library work work.fl
//
//> 200 signals, all in main; nothing has changed
//$ not tsan its runtime has handlers of its own
#undef NDEBUG
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "work.h"

enum { SIGNALS = 65, SENT = 200 };

static _Atomic(int) taken, elsewhere;
static pid_t main_thread;

static void take(int number) {
    (void)number;
    if (syscall(SYS_gettid) != main_thread)
        elsewhere++;
    taken++;
}

static void look(struct sigaction *actions, sigset_t *mask) {
    for (int number = 1; number < SIGNALS; number++)
        if (sigaction(number, NULL, &actions[number]) != 0)
            memset(&actions[number], 0, sizeof actions[number]);
    assert(pthread_sigmask(SIG_SETMASK, NULL, mask) == 0);
}

static void compare(const struct sigaction *before, const sigset_t *mask_before) {
    struct sigaction now[SIGNALS];
    sigset_t mask;
    look(now, &mask);
    for (int number = 1; number < SIGNALS; number++) {
        assert(before[number].sa_handler == now[number].sa_handler && before[number].sa_flags == now[number].sa_flags);
        assert(sigismember(mask_before, number) == sigismember(&mask, number));
    }
}

static void work_once(fluffy_mailbox *mailbox, fluffy_pid pid) {
    fluffy_scope scope = {0};
    work_answer answer;
    work_question question = work_make_question(20, fluffy_mailbox_pid(mailbox));
    assert(work_send_worker(pid, &question) == FLUFFY_OK);
    assert(work_receive_answer(mailbox, -1, &scope, &answer) == FLUFFY_OK && answer.value == 6765);
    fluffy_scope_end(&scope);
}

int main(void) {
    struct sigaction before[SIGNALS], action = {.sa_handler = take};
    sigset_t mask, blocked;
    fluffy_runtime *runtime;
    fluffy_mailbox *mailbox;
    fluffy_pid pid;
    main_thread = (pid_t)syscall(SYS_gettid);
    assert(sigaction(SIGTERM, &action, NULL) == 0 && sigaction(SIGUSR1, &action, NULL) == 0);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR2);
    assert(pthread_sigmask(SIG_BLOCK, &blocked, NULL) == 0);
    look(before, &mask);
    for (int round = 0; round < 4; round++) {
        assert(work_start(NULL, &runtime) == FLUFFY_OK && fluffy_mailbox_open(runtime, &mailbox) == FLUFFY_OK);
        assert(work_spawn_worker(NULL, &pid) == FLUFFY_OK);
        compare(before, &mask);
        for (int i = 0; i < SENT / 4; i++) {
            int target = taken + 1;
            assert(kill(getpid(), i % 2 ? SIGTERM : SIGUSR1) == 0);
            work_once(mailbox, pid);
            while (taken < target)
                usleep(100);
        }
        fluffy_mailbox_close(mailbox);
        assert(fluffy_stop(runtime, 0) == FLUFFY_OK);
        compare(before, &mask);
    }
    assert(elsewhere == 0);
    printf("%d signals, all in main; nothing has changed\n", taken);
}
