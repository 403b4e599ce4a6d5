#include "compiler/driver/temporary.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/base/sb.h"

// Read by the signal handler, so plain memory: an entry is written whole before `used` says so.
static char paths[TEMPORARY_MAX][PATH_MAX];
static volatile sig_atomic_t used[TEMPORARY_MAX];

// Later entries lie in earlier ones (files in their folder), so backwards. Only calls that a signal handler may make.
static void remove_all(void) {
    for (int i = TEMPORARY_MAX - 1; i >= 0; i--) {
        if (!used[i])
            continue;
        used[i] = 0;
        if (unlink(paths[i]) != 0)
            rmdir(paths[i]);
    }
}

static void remove_and_die(int signal_number) {
    remove_all();
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

void temporary_init(void) {
    static const int deadly[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXCPU, SIGXFSZ, SIGABRT, SIGSEGV, SIGBUS};
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++) {
        struct sigaction action = {.sa_handler = remove_and_die, .sa_flags = SA_RESETHAND | SA_NODEFER};
        struct sigaction before;
        sigaction(deadly[i], NULL, &before);
        if (before.sa_handler == SIG_DFL) // not what the caller ignores (nohup), nor what a sanitizer handles
            sigaction(deadly[i], &action, NULL);
    }
    atexit(remove_all);
}

// The entry's own copy of the path, or NULL with errno.
static const char *remember(const char *path) {
    if (strlen(path) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    for (int i = 0; i < TEMPORARY_MAX; i++) {
        if (used[i])
            continue;
        strcpy(paths[i], path);
        used[i] = 1;
        return paths[i];
    }
    errno = EMFILE;
    return NULL;
}

const char *temporary_file(const char *name) {
    static const char *folder;
    if (!folder) {
        const char *base = getenv("TMPDIR");
        char *path = text_format("%s/fluffy-XXXXXX", base && *base ? base : "/tmp");
        folder = mkdtemp(path) ? remember(path) : NULL;
    }
    return folder ? remember(text_format("%s/%s", folder, name)) : NULL;
}

const char *temporary_beside(const char *path) {
    char *name = text_format("%s.XXXXXX", path);
    int file = mkstemp(name);
    if (file < 0)
        return NULL;
    close(file);
    return remember(name);
}

void temporary_keep(const char *path) {
    for (int i = 0; i < TEMPORARY_MAX; i++)
        if (used[i] && strcmp(paths[i], path) == 0)
            used[i] = 0;
}
