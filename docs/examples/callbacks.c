// What callbacks.fl uses: a computation on a thread of its own, which reports how far it is.
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct Job {
    int64_t terms;
    void (*report)(void *data, int64_t percent, double value);
    void *data;
} Job;

static void *compute(void *argument) {
    Job *job = argument;
    double sum = 0;
    for (int64_t i = 0, percent = 0; i < job->terms; i++) {
        sum += (i % 2 ? -4.0 : 4.0) / (double)(2 * i + 1);
        if ((i + 1) * 4 / job->terms > percent / 25)
            job->report(job->data, percent += 25, sum);
    }
    free(job);
    return NULL;
}

// Returns at once. `report` is called with `data` at each quarter of the way, by another thread.
int32_t start_pi(int64_t terms, void (*report)(void *data, int64_t percent, double value), void *data) {
    pthread_t thread;
    Job *job = malloc(sizeof *job);
    if (!job)
        return -1;
    *job = (Job){terms, report, data};
    if (pthread_create(&thread, NULL, compute, job) != 0) {
        free(job);
        return -1;
    }
    return pthread_detach(thread);
}
