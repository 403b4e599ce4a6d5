// An event loop with epoll that gives work to a supervised pool written in Fluffy. Its standard input stands for the
// clients of a server: each line is a job. Here a pipe is filled with eight of them.
//
// library pool pool.fl
//
//$ valgrind
//> 8 answers, 1 of them a failure, the sum is 168
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "pool.h"

static void watch(int epoll, int file) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = file};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, file, &event) != 0)
        exit(1);
}

static int jobs, answers, failures;
static long long sum;

// A line has come from a client: becomes a job.
static void take_line(fluffy_pid pool, fluffy_mailbox *mailbox, char *line) {
    pool_job job = pool_make_job(jobs++, fluffy_mailbox_pid(mailbox), fluffy_text(line));
    pool_pool_message message = pool_pool_message_of_job(job);
    pool_send_pool(pool, &message);
}

// The mailbox is readable: takes all that is there.
static void take_replies(fluffy_mailbox *mailbox) {
    fluffy_scope scope = {0};
    pool_reply reply;
    while (pool_receive_reply(mailbox, 0, &scope, &reply) == FLUFFY_OK) {
        answers++;
        if (reply.tag == POOL_REPLY_ANSWER)
            sum += reply.as.answer.value;
        else
            failures++;
        fluffy_scope_end(&scope);
    }
}

static void ignore(void *context, const char *text, size_t length) { (void)context, (void)text, (void)length; }

int main(void) {
    static char lines[] = "1\n2\n3\n4\nno number\n5\n7\n8\n";
    fluffy_options options = {.workers = 2, .log = ignore}; // the report of the crash
    fluffy_runtime *runtime;
    fluffy_mailbox *mailbox;
    fluffy_pid pool;
    int pipe_ends[2], epoll = epoll_create1(0);
    if (pipe(pipe_ends) != 0 || write(pipe_ends[1], lines, strlen(lines)) < 0 || close(pipe_ends[1]) != 0)
        return 1;
    if (pool_start(&options, &runtime) != FLUFFY_OK || fluffy_mailbox_open(runtime, &mailbox) != FLUFFY_OK ||
        pool_spawn_pool(3, NULL, &pool) != FLUFFY_OK)
        return 1;
    FILE *clients = fdopen(pipe_ends[0], "r");
    watch(epoll, pipe_ends[0]);
    watch(epoll, fluffy_mailbox_fd(mailbox));
    while (answers < 8) {
        struct epoll_event events[8];
        int count = epoll_wait(epoll, events, 8, -1);
        for (int i = 0; i < count; i++) {
            char line[100];
            if (events[i].data.fd == fluffy_mailbox_fd(mailbox)) {
                take_replies(mailbox);
            } else if (fgets(line, sizeof line, clients)) {
                do {
                    line[strcspn(line, "\n")] = 0;
                    take_line(pool, mailbox, line);
                } while (fgets(line, sizeof line, clients));
                epoll_ctl(epoll, EPOLL_CTL_DEL, pipe_ends[0], NULL);
            }
        }
    }
    printf("%d answers, %d of them a failure, the sum is %lld\n", answers, failures, sum);
    fluffy_mailbox_close(mailbox);
    fluffy_stop(runtime, 1000);
    fclose(clients);
    close(epoll);
}
