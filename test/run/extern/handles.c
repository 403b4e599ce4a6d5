// Things that count how many of them there are, and how often they were closed.
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct Thing {
    int64_t number;
    _Atomic(int) closed;
} Thing;

static _Atomic(int) made, closed, twice;

Thing *thing_make(int64_t number) {
    if (number < 0)
        return NULL;
    Thing *thing = calloc(1, sizeof *thing);
    thing->number = number;
    made++;
    return thing;
}

void thing_close(Thing *thing) {
    if (atomic_exchange(&thing->closed, 1))
        twice++;
    closed++;
    free(thing);
}

int64_t thing_number(const Thing *thing) { return thing->number; }

int32_t thing_both(int64_t number, Thing **first, Thing **second) {
    *first = thing_make(number);
    *second = thing_make(number + 1);
    return 2;
}

// The second result is no value: the first one must not be lost.
uint64_t thing_bad(int64_t number, Thing **thing) {
    *thing = thing_make(number);
    return UINT64_MAX;
}

int64_t things_made(void) { return made; }
int64_t things_closed(void) { return closed; }
int64_t things_closed_twice(void) { return twice; }

// Waits, on a thread of its own kind, until so many are closed: the last are closed by other threads.
int64_t things_wait(int64_t count) {
    for (int i = 0; i < 60000 && closed < count; i++)
        usleep(1000);
    return closed;
}

// A gate that a blocking call waits at.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t opened = PTHREAD_COND_INITIALIZER, arrived = PTHREAD_COND_INITIALIZER;
static int64_t waiting, open;

Thing *gate_wait(Thing *thing, const char *text, const int64_t *numbers, size_t count) {
    pthread_mutex_lock(&lock);
    waiting++;
    pthread_cond_broadcast(&arrived);
    while (!open)
        pthread_cond_wait(&opened, &lock);
    waiting--;
    pthread_mutex_unlock(&lock);
    // What was given is still there, whoever ended meanwhile.
    int64_t sum = thing->number + text[0];
    for (size_t i = 0; i < count; i++)
        sum += numbers[i];
    return thing_make(sum);
}

int64_t gate_waiting(int64_t count) {
    pthread_mutex_lock(&lock);
    while (waiting < count)
        pthread_cond_wait(&arrived, &lock);
    pthread_mutex_unlock(&lock);
    return count;
}

void gate_open(void) {
    pthread_mutex_lock(&lock);
    open = 1;
    pthread_cond_broadcast(&opened);
    pthread_mutex_unlock(&lock);
}
