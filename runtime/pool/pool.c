#include "runtime/pool/pool.h"

#include <pthread.h>

#include "runtime/memory/cache.h"
#include "runtime/platform/thread.h"

enum { POOL_STACK = 256 << 10 };

static struct {
    pthread_mutex_t lock; // of all that follows
    pthread_cond_t work;  // something was queued, or `open` became false
    pthread_cond_t gone;  // a thread ended
    ProcessJob *first, **last;
    uint32_t queued;
    uint32_t idle; // threads that wait for work, those included that were woken and don't run yet
    uint32_t threads;
    uint32_t telling; // threads that tell a process, outside of the lock
    bool open;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .work = PTHREAD_COND_INITIALIZER, .gone = PTHREAD_COND_INITIALIZER};

static ProcessJob *take(void) {
    ProcessJob *job = pool.first;
    if (!job)
        return NULL;
    pool.first = job->next;
    if (!pool.first)
        pool.last = &pool.first;
    pool.queued--;
    return job;
}

// The lock is held, and let go meanwhile. After the pool is closed no process may be touched any more.
static void tell(ProcessJob *job) {
    bool open = pool.open;
    pool.telling += open;
    pthread_mutex_unlock(&pool.lock);
    if (open)
        job_done(job);
    else
        job_drop(job);
    pthread_mutex_lock(&pool.lock);
    pool.telling -= open;
    if (!pool.open)
        pthread_cond_broadcast(&pool.gone);
}

static void *work(void *unused) {
    (void)unused;
    process_thread_is_free = true;
    pthread_mutex_lock(&pool.lock);
    while (pool.open) {
        ProcessJob *job = take();
        if (!job) {
            pool.idle++;
            pthread_cond_wait(&pool.work, &pool.lock);
            pool.idle--;
            continue;
        }
        pthread_mutex_unlock(&pool.lock);
        job->run(job);
        pthread_mutex_lock(&pool.lock);
        tell(job);
    }
    cache_flush_thread();
    pool.threads--;
    pthread_cond_broadcast(&pool.gone);
    pthread_mutex_unlock(&pool.lock);
    return NULL;
}

// One more thread. The lock is held.
static void make_thread(void) {
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, POOL_STACK);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (thread_start(&thread, &attributes, work, NULL))
        pool.threads++;
    pthread_attr_destroy(&attributes);
}

// false: there is no thread that could do it.
static bool put(ProcessJob *job) {
    pthread_mutex_lock(&pool.lock);
    if (pool.open && pool.queued >= pool.idle && pool.threads < POOL_MOST)
        make_thread();
    bool possible = pool.open && pool.threads > 0;
    if (possible) {
        job->next = NULL;
        *pool.last = job;
        pool.last = &job->next;
        pool.queued++;
        pthread_cond_signal(&pool.work);
    }
    pthread_mutex_unlock(&pool.lock);
    return possible;
}

void pool_run(FlProcess *self, ProcessJob *job) {
    job_begin(self, job);
    if (put(job)) {
        job_wait(self);
    } else {
        job->run(job);
        job_done_here(job);
    }
}

static void *work_once(void *job) {
    ((ProcessJob *)job)->run(job);
    return NULL;
}

void pool_give(ProcessJob *job) {
    pthread_t thread;
    job_of_nobody(job);
    if (put(job))
        return;
    if (thread_start(&thread, NULL, work_once, job))
        pthread_join(thread, NULL);
    job->free(job);
}

void pool_start(bool threads) {
    pthread_mutex_lock(&pool.lock);
    pool.first = NULL;
    pool.last = &pool.first;
    pool.queued = 0;
    pool.open = threads;
    pthread_mutex_unlock(&pool.lock);
}

void pool_stop(void) {
    pthread_mutex_lock(&pool.lock);
    pool.open = false;
    for (ProcessJob *job; (job = take()) != NULL;)
        job_drop(job);
    pthread_cond_broadcast(&pool.work);
    while (pool.idle > 0 || pool.telling > 0)
        pthread_cond_wait(&pool.gone, &pool.lock);
    pthread_mutex_unlock(&pool.lock);
}
