// A library that is loaded, started, stopped and unloaded, more often than a process has keys for its threads' data:
// what is there afterwards is what was there before. And a child of a program that forks while the runtime runs is told
// that there is none.
//
// library work work.fl
//
//$ flags -ldl
//> same threads, same files, same maps
//> a child may call and exit
//$ not asan,tsan their runtimes keep what they know of unloaded libraries
#undef NDEBUG
#include <assert.h>
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "work.h"

enum { BEFORE = 50, ROUNDS = 1200, MAPS_MORE = 20 };

static int entries(const char *folder) {
    DIR *all = opendir(folder);
    int count = 0;
    while (all && readdir(all))
        count++;
    closedir(all);
    return count;
}

static int maps(void) {
    FILE *file = fopen("/proc/self/maps", "r");
    int lines = 0, c;
    while ((c = fgetc(file)) != EOF)
        lines += c == '\n';
    fclose(file);
    return lines;
}

static void use(void) {
    void *library = dlopen("./libwork.so", RTLD_NOW | RTLD_LOCAL);
    assert(library);
    fluffy_status (*start)(const fluffy_options *, fluffy_runtime **);
    fluffy_status (*area)(int64_t, int64_t, int64_t *);
    *(void **)&start = dlsym(library, "work_start");
    *(void **)&area = dlsym(library, "work_area");
    fluffy_runtime *runtime;
    int64_t result;
    fluffy_options options = {.workers = 1};
    assert(start(&options, &runtime) == FLUFFY_OK);
    assert(area(-6, 7, &result) == FLUFFY_OK && result == 42);
    assert(fluffy_stop(runtime, 0) == FLUFFY_OK && dlclose(library) == 0);
}

static void in_child(fluffy_runtime *runtime, fluffy_mailbox *mailbox, fluffy_scope *scope) {
    fluffy_message message;
    fluffy_runtime *other;
    int64_t result;
    assert(work_area(1, 2, &result) == FLUFFY_STOPPED && fluffy_stop(runtime, 0) == FLUFFY_STOPPED);
    assert(fluffy_receive(mailbox, -1, scope, &message) == FLUFFY_STOPPED && fluffy_mailbox_fd(mailbox) == -1);
    assert(work_start(NULL, &other) == FLUFFY_BUSY);
    fluffy_scope_end(scope);
    fluffy_mailbox_close(mailbox);
    _exit(7);
}

static void forks(void) {
    fluffy_runtime *runtime;
    fluffy_mailbox *mailbox;
    fluffy_scope scope = {0};
    int64_t result;
    int status;
    assert(work_start(NULL, &runtime) == FLUFFY_OK && fluffy_mailbox_open(runtime, &mailbox) == FLUFFY_OK);
    pid_t child = fork();
    if (child == 0)
        in_child(runtime, mailbox, &scope);
    assert(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7);
    assert(work_area(-6, 7, &result) == FLUFFY_OK && result == 42);
    fluffy_mailbox_close(mailbox);
    assert(fluffy_stop(runtime, 0) == FLUFFY_OK);
}

int main(void) {
    for (int i = 0; i < BEFORE; i++)
        use();
    int threads = entries("/proc/self/task"), files = entries("/proc/self/fd"), mapped = maps();
    for (int i = 0; i < ROUNDS; i++)
        use();
    assert(threads == entries("/proc/self/task") && files == entries("/proc/self/fd"));
    assert(maps() < mapped + MAPS_MORE);
    puts("same threads, same files, same maps");
    fflush(stdout);
    forks();
    puts("a child may call and exit");
}
