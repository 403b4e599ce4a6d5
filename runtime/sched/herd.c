#include "runtime/sched/herd.h"

void herd_push(FlWorker *worker, FlProcess *process) {
    Herd *herd = &worker->herd;
    process->queue_next = NULL;
    pthread_mutex_lock(&herd->lock);
    if (herd->first)
        herd->last->queue_next = process;
    else
        herd->first = process;
    herd->last = process;
    atomic_fetch_add_explicit(&herd->count, 1, memory_order_relaxed);
    pthread_mutex_unlock(&herd->lock);
}

FlProcess *herd_pop(FlWorker *worker) {
    Herd *herd = &worker->herd;
    if (herd_empty(worker))
        return NULL;
    pthread_mutex_lock(&herd->lock);
    FlProcess *process = herd->first;
    if (process) {
        herd->first = process->queue_next;
        atomic_fetch_sub_explicit(&herd->count, 1, memory_order_relaxed);
    }
    pthread_mutex_unlock(&herd->lock);
    return process;
}

FlWorker *herd_keeper(FlWorker *worker, const FlProcess *process) {
    const FlWorker *last = __atomic_load_n(&process->worker, __ATOMIC_RELAXED);
    for (uint32_t i = 0; i < sched.worker_count; i++) { // it may be a thread of a host instead
        if (sched.workers[i] == last)
            return sched.workers[i];
    }
    return worker;
}
