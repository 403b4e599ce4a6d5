// The n-th allocation of the program's own allocator fails, for each n until none does: every function gives a status
// that says so or does its work, nobody waits for ever, and all is given back.
//
// library work work.fl
//
//> done
//$ timeout 300
#undef NDEBUG
#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "work.h"

// ---- the allocator

static _Atomic(long) blocks, count, fails_at;

static bool fails(void) { return ++count == fails_at; }

static void *allocate(size_t bytes) {
    void *memory = fails() ? NULL : malloc(bytes);
    blocks += memory != NULL;
    return memory;
}

static void *resize(void *old, size_t bytes) {
    if (!old)
        return allocate(bytes);
    return fails() ? NULL : realloc(old, bytes);
}

static void release(void *memory) {
    blocks -= memory != NULL;
    free(memory);
}

static void ignore(void *context, const char *text, size_t length) { (void)context, (void)text, (void)length; }

// ---- what is done

static bool went(fluffy_status status) {
    assert(status == FLUFFY_OK || status == FLUFFY_NO_MEMORY || status == FLUFFY_CRASHED);
    return status == FLUFFY_OK;
}

static void call(void) {
    fluffy_scope scope = {0};
    work_words all;
    fluffy_string text;
    if (went(work_repeat(fluffy_text("again"), 50, &scope, &all)))
        assert(all.count == 50 && strcmp(all.items[49].bytes, "again") == 0);
    if (went(work_late(fluffy_text("later"), &scope, &text)))
        assert(strcmp(text.bytes, "later!") == 0);
    fluffy_scope_end(&scope);
}

// The answer, or word of the worker's end: one of the two comes. Whether it was an answer.
static bool await(fluffy_mailbox *mailbox) {
    fluffy_scope scope = {0};
    fluffy_message message;
    work_answer answer;
    fluffy_status status = fluffy_receive(mailbox, -1, &scope, &message);
    assert(status == FLUFFY_OK || status == FLUFFY_ENDED);
    if (status == FLUFFY_OK && message.kind == FLUFFY_MESSAGE && went(work_as_answer(&message, &scope, &answer)))
        assert(answer.value == 30 && answer.words.count == 3 && strcmp(answer.words.items[2].bytes, "job 3") == 0);
    fluffy_scope_end(&scope);
    return status == FLUFFY_OK && message.kind == FLUFFY_MESSAGE;
}

static void work(fluffy_runtime *runtime) {
    static const int64_t numbers[] = {1, 2, 3};
    fluffy_mailbox *mailbox;
    fluffy_pid pid;
    call();
    if (!went(fluffy_mailbox_open_bounded(runtime, 10, FLUFFY_BLOCK, &mailbox)))
        return;
    fluffy_spawn_options options = {.name = "worker", .owner = mailbox, .monitor = true, .mailbox = 5};
    if (went(work_spawn_worker(10, &options, &pid))) {
        work_job job = work_make_job((work_job_job){numbers, 3}, fluffy_text("job"), fluffy_mailbox_pid(mailbox));
        bool alive = went(work_send_worker(pid, &job)) && await(mailbox);
        if (alive && went(fluffy_link(mailbox, pid)))
            went(fluffy_unlink(mailbox, pid));
        if (alive && went(fluffy_exit(runtime, pid, "shutdown")))
            await(mailbox);
    }
    fluffy_mailbox_close(mailbox);
}

int main(void) {
    bool all = false;
    for (long n = 1; !all; n++) {
        fluffy_options options = {
            .workers = 2, .log = ignore, .allocate = allocate, .resize = resize, .release = release};
        fluffy_runtime *runtime;
        count = 0;
        fails_at = n;
        if (went(work_start(&options, &runtime))) {
            work(runtime);
            assert(fluffy_stop(runtime, 0) == FLUFFY_OK);
        }
        all = count < n;
        assert(blocks == 0);
    }
    puts("done");
}
