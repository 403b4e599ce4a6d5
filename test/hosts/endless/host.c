// The runtime stops though threads of the program are in functions that never return, on their own stacks or, after a
// collection, given back and gone on with.
//
// library work work.fl
//
//> 20 rounds
//$ timeout 300
#undef NDEBUG
#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "work.h"

enum { ROUNDS = 20 };

static _Atomic(int) calling;

static void *call_endless(void *unused) {
    int64_t result;
    (void)unused;
    calling++;
    assert(work_endless(1, &result) == FLUFFY_STOPPED);
    assert(work_area(6, 7, &result) == FLUFFY_STOPPED);
    return NULL;
}

static void *call_hoarding(void *unused) {
    fluffy_string words[] = {{"one", 3}};
    int64_t result;
    (void)unused;
    calling++;
    assert(work_hoarding((work_hoarding_words){words, 1}, &result) == FLUFFY_STOPPED);
    return NULL;
}

int main(void) {
    int rounds = 0;
    for (; rounds < ROUNDS; rounds++) {
        fluffy_options options = {.workers = 1 + (unsigned)rounds % 2};
        fluffy_runtime *runtime;
        pthread_t threads[3];
        int64_t result;
        calling = 0;
        assert(work_start(&options, &runtime) == FLUFFY_OK);
        assert(work_area(6, 7, &result) == FLUFFY_OK && result == 42);
        for (int i = 0; i < 3; i++)
            assert(pthread_create(&threads[i], NULL, i < 2 ? call_endless : call_hoarding, NULL) == 0);
        while (calling < 3)
            sched_yield();
        usleep((unsigned)rounds * 500); // sooner or later in the calls
        assert(fluffy_stop(runtime, 0) == FLUFFY_OK);
        for (int i = 0; i < 3; i++)
            assert(pthread_join(threads[i], NULL) == 0);
    }
    printf("%d rounds\n", rounds);
}
