#include "compiler/driver/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compiler/base/sb.h"

extern char **environ;

static const char *find_in_path(const char *name) {
    const char *path = getenv("PATH");
    while (path && *path) {
        size_t length = strcspn(path, ":");
        const char *candidate = text_format("%.*s/%s", (int)length, path, name);
        if (length > 0 && access(candidate, X_OK) == 0)
            return candidate;
        path += length + (path[length] == ':');
    }
    return NULL;
}

const char *command_find(const char *const *names) {
    for (; *names; names++) {
        const char *found = find_in_path(*names);
        if (found)
            return found;
    }
    return NULL;
}

// ---- signals while a command runs --------------------------------------------------------------------------------

static const int forwarded[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};
#define FORWARDED (sizeof forwarded / sizeof *forwarded)

static volatile pid_t running;

// A terminal sends SIGINT and SIGQUIT to the command as well; sending them again would be once too often.
static void forward(int signal_number) {
    if (running > 0 && signal_number != SIGINT && signal_number != SIGQUIT)
        kill(running, signal_number);
}

static void catch_signals(struct sigaction before[FORWARDED]) {
    for (size_t i = 0; i < FORWARDED; i++) {
        struct sigaction action = {.sa_handler = forward, .sa_flags = SA_RESTART};
        sigaction(forwarded[i], NULL, &before[i]);
        if (before[i].sa_handler != SIG_IGN)
            sigaction(forwarded[i], &action, NULL);
    }
}

static void restore_signals(const struct sigaction before[FORWARDED]) {
    for (size_t i = 0; i < FORWARDED; i++)
        sigaction(forwarded[i], &before[i], NULL);
}

static int wait_for(pid_t child) {
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int command_run(const char *const *argv, const char *errors) {
    struct sigaction before[FORWARDED];
    posix_spawn_file_actions_t files;
    pid_t child = 0;
    posix_spawn_file_actions_init(&files);
    if (errors)
        posix_spawn_file_actions_addopen(&files, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    catch_signals(before);
    int error = posix_spawn(&child, argv[0], &files, NULL, (char *const *)argv, environ);
    running = child;
    int status = error ? -1 : wait_for(child);
    running = 0;
    restore_signals(before);
    posix_spawn_file_actions_destroy(&files);
    errno = error;
    return status;
}
