// Links, monitors, names, limits and reports, from C.
//
// library work work.fl
//
//$ valgrind
//> done
#undef NDEBUG
#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "work.h"

static fluffy_runtime *runtime;
static _Atomic(int) reports, stops_refused;

// A thread of the runtime: it can't stop it.
static void take_report(void *context, const char *text, size_t length) {
    assert(context == &reports && length > 0 && text[length - 1] == '\n');
    stops_refused += fluffy_stop(runtime, 0) == FLUFFY_BUSY;
    reports++;
}

static fluffy_mailbox *open_mailbox(void) {
    fluffy_mailbox *mailbox;
    assert(fluffy_mailbox_open(runtime, &mailbox) == FLUFFY_OK);
    return mailbox;
}

static fluffy_pid spawn_idle(const fluffy_spawn_options *options) {
    fluffy_pid pid;
    assert(work_spawn_idle(options, &pid) == FLUFFY_OK);
    return pid;
}

static void expect_end(fluffy_mailbox *mailbox, fluffy_message_kind kind, fluffy_pid pid, const char *reason) {
    fluffy_scope scope = {0};
    fluffy_message message;
    assert(fluffy_receive(mailbox, -1, &scope, &message) == FLUFFY_OK);
    assert(message.kind == kind && message.from == pid);
    if (strcmp(message.reason.bytes, reason) != 0)
        printf("%s instead of %s\n", message.reason.bytes, reason);
    fluffy_scope_end(&scope);
}

static void expect_nothing(fluffy_mailbox *mailbox) {
    fluffy_scope scope = {0};
    fluffy_message message;
    assert(fluffy_receive(mailbox, 0, &scope, &message) == FLUFFY_TIMEOUT);
}

static void names(void) {
    fluffy_mailbox *mailbox = open_mailbox();
    fluffy_pid found = 1, pid = spawn_idle(&(fluffy_spawn_options){.owner = mailbox, .monitor = true});
    assert(fluffy_whereis(runtime, "idle", &found) == FLUFFY_NOT_FOUND && found == 1);
    assert(fluffy_register(runtime, "idle", pid) == FLUFFY_OK);
    assert(fluffy_whereis(runtime, "idle", &found) == FLUFFY_OK && found == pid);
    assert(fluffy_register(runtime, "idle", fluffy_mailbox_pid(mailbox)) == FLUFFY_NAME_TAKEN);
    assert(fluffy_register(runtime, "\xff", pid) == FLUFFY_INVALID && strstr(fluffy_error(runtime), "UTF-8"));
    assert(fluffy_register(runtime, NULL, pid) == FLUFFY_INVALID);
    assert(fluffy_register(runtime, "host", fluffy_mailbox_pid(mailbox)) == FLUFFY_OK);
    assert(fluffy_alive(runtime, pid) && fluffy_exit(runtime, pid, "kill") == FLUFFY_OK);
    expect_end(mailbox, FLUFFY_DOWN, pid, "killed");
    assert(!fluffy_alive(runtime, pid) && fluffy_whereis(runtime, "idle", &found) == FLUFFY_NOT_FOUND);
    work_idle_message end = work_make_idle_message();
    assert(work_send_idle(pid, &end) == FLUFFY_OK); // to nobody
    fluffy_mailbox_close(mailbox);
}

static void links_and_monitors(void) {
    fluffy_mailbox *mailbox = open_mailbox();
    fluffy_pid pid = spawn_idle(NULL);
    assert(fluffy_link(mailbox, pid) == FLUFFY_OK && fluffy_exit(runtime, pid, "first") == FLUFFY_OK);
    expect_end(mailbox, FLUFFY_EXIT, pid, "first");
    assert(fluffy_monitor(mailbox, pid) == FLUFFY_OK);
    expect_end(mailbox, FLUFFY_DOWN, pid, "noproc");

    pid = spawn_idle(NULL);
    assert(fluffy_link(mailbox, pid) == FLUFFY_OK && fluffy_unlink(mailbox, pid) == FLUFFY_OK);
    assert(fluffy_monitor(mailbox, pid) == FLUFFY_OK && fluffy_exit(runtime, pid, "second") == FLUFFY_OK);
    expect_end(mailbox, FLUFFY_DOWN, pid, "second");
    expect_nothing(mailbox);

    pid = spawn_idle(NULL);
    assert(fluffy_monitor(mailbox, pid) == FLUFFY_OK && fluffy_demonitor(mailbox, pid) == FLUFFY_OK);
    assert(fluffy_link(mailbox, pid) == FLUFFY_OK && fluffy_exit(runtime, pid, "third") == FLUFFY_OK);
    expect_end(mailbox, FLUFFY_EXIT, pid, "third");
    expect_nothing(mailbox);

    // Reports that have come already are taken back.
    struct pollfd readable = {fluffy_mailbox_fd(mailbox), POLLIN, 0};
    pid = spawn_idle(NULL);
    assert(fluffy_monitor(mailbox, pid) == FLUFFY_OK && fluffy_exit(runtime, pid, "fourth") == FLUFFY_OK);
    assert(poll(&readable, 1, -1) == 1 && fluffy_demonitor(mailbox, pid) == FLUFFY_OK);
    expect_nothing(mailbox);
    pid = spawn_idle(NULL);
    assert(poll(&readable, 1, 0) == 0 && fluffy_link(mailbox, pid) == FLUFFY_OK);
    assert(fluffy_exit(runtime, pid, "fifth") == FLUFFY_OK);
    assert(poll(&readable, 1, -1) == 1 && fluffy_unlink(mailbox, pid) == FLUFFY_OK);
    expect_nothing(mailbox);

    assert(fluffy_exit(runtime, fluffy_mailbox_pid(mailbox), "please") == FLUFFY_OK); // told, not ended
    expect_end(mailbox, FLUFFY_EXIT, 0, "please");
    assert(fluffy_exit(runtime, fluffy_mailbox_pid(mailbox), "kill") == FLUFFY_OK);
    fluffy_scope scope = {0};
    fluffy_message message;
    assert(fluffy_receive(mailbox, -1, &scope, &message) == FLUFFY_ENDED);
    fluffy_mailbox_close(mailbox);
}

// Who was started with a link ends with its owner.
static void owners(void) {
    fluffy_mailbox *owner = open_mailbox(), *other = open_mailbox();
    fluffy_pid pid = spawn_idle(&(fluffy_spawn_options){.owner = owner, .link = true});
    assert(fluffy_monitor(other, pid) == FLUFFY_OK);
    fluffy_mailbox_close(owner);
    expect_end(other, FLUFFY_DOWN, pid, "shutdown");
    assert(work_spawn_idle(&(fluffy_spawn_options){.link = true}, NULL) == FLUFFY_INVALID);
    fluffy_mailbox_close(other);
}

// ThreadSanitizer notes calls in a table of its own, which 1 MB of them overruns.
static bool can_go_deep(void) {
#ifdef __has_feature
    return !__has_feature(thread_sanitizer);
#else
    return true;
#endif
}

enum { TOO_MANY = 3000 }; // words for a process that keeps them all

static void limits(void) {
    fluffy_mailbox *mailbox = open_mailbox();
    fluffy_pid pid;
    fluffy_spawn_options options = {.owner = mailbox, .monitor = true, .memory_limit = 20000};
    assert(work_spawn_hoard((work_hoard_words){NULL, 0}, &options, &pid) == FLUFFY_OK);
    work_hoard_message word =
        work_make_hoard_message(fluffy_text("a word of some length, so that few of them are too much"));
    for (int i = 0; i < TOO_MANY; i++)
        assert(work_send_hoard(pid, &word) == FLUFFY_OK);
    expect_end(mailbox, FLUFFY_DOWN, pid, "killed");
    options.memory_limit = 0; // as fluffy_options say
    assert(work_spawn_hoard((work_hoard_words){NULL, 0}, &options, &pid) == FLUFFY_OK);
    for (int i = 0; i < TOO_MANY; i++)
        assert(work_send_hoard(pid, &word) == FLUFFY_OK);
    expect_end(mailbox, FLUFFY_DOWN, pid, "killed");

    options = (fluffy_spawn_options){.owner = mailbox, .monitor = true, .stack_limit = 1 << 20};
    if (!can_go_deep()) {
        fluffy_mailbox_close(mailbox);
        return;
    }
    assert(work_spawn_dig(&options, &pid) == FLUFFY_OK);
    work_dig_message shallow = work_make_dig_message(1000), deep = work_make_dig_message(10000000);
    assert(work_send_dig(pid, &shallow) == FLUFFY_OK && work_send_dig(pid, &deep) == FLUFFY_OK);
    expect_end(mailbox, FLUFFY_DOWN, pid, "stack overflow");
    fluffy_mailbox_close(mailbox);
}

static void crash(void) {
    fluffy_mailbox *mailbox = open_mailbox();
    assert(work_fails() == FLUFFY_CRASHED && strcmp(fluffy_error(runtime), "as it should") == 0);
    fluffy_mailbox_close(mailbox);
}

int main(void) {
    for (int round = 0; round < 3; round++) {
        fluffy_options options = {.workers = 2, .log = take_report, .log_context = &reports, .process_memory = 100000};
        assert(work_start(&options, &runtime) == FLUFFY_OK);
        names();
        links_and_monitors();
        owners();
        limits();
        crash();
        assert(fluffy_stop(runtime, 0) == FLUFFY_OK);
    }
    assert(reports >= 3 && stops_refused > 0);
    puts("done");
}
