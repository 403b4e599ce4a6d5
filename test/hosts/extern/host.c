// A library whose Fluffy code calls functions of the host: in a loop of start and stop, while threads of the host call
// its callbacks all the time. Whatever the host made is closed when the runtime has stopped, once.
//
// library things things.fl
//
//> 20 rounds
//$ valgrind
//$ timeout 300
#undef NDEBUG
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "things.h"

enum { ROUNDS = 20, SPEAKERS = 3 };

// ---- what the library calls

typedef struct Thing {
    int64_t number;
    _Atomic(int) closed;
} Thing;

static _Atomic(int64_t) made, closed;

typedef void (*Heard)(void *data, int64_t number);
static struct {
    _Atomic(Heard) function;
    _Atomic(void *) data;
} listeners[SPEAKERS];

Thing *host_make(int64_t number);
int64_t host_number(const Thing *thing);
void host_close(Thing *thing);
int64_t host_wait(const Thing *thing, int64_t number);
void host_listen(int64_t index, Heard heard, void *data);
char *host_say(const char *text);
void host_free(char *text);

Thing *host_make(int64_t number) {
    Thing *thing = calloc(1, sizeof *thing);
    thing->number = number;
    made++;
    return thing;
}

int64_t host_number(const Thing *thing) { return thing->number; }

void host_close(Thing *thing) {
    assert(atomic_exchange(&thing->closed, 1) == 0);
    closed++;
    free(thing);
}

int64_t host_wait(const Thing *thing, int64_t number) {
    nanosleep(&(struct timespec){0, 1000000}, NULL);
    return thing->number + number;
}

void host_listen(int64_t index, Heard heard, void *data) {
    listeners[index].data = data;
    listeners[index].function = heard;
}

char *host_say(const char *text) { return strdup(text); }
void host_free(char *text) { free(text); }

// ---- threads that call back, whether anybody listens or not

static _Atomic(int) over;

static void *speak(void *argument) {
    int64_t index = (int64_t)(intptr_t)argument;
    for (int64_t n = 0; !over; n++) {
        Heard heard = listeners[index].function;
        if (heard)
            heard(listeners[index].data, n);
        nanosleep(&(struct timespec){0, 20000}, NULL);
    }
    return NULL;
}

static void work_once(void) {
    fluffy_scope scope = {0};
    fluffy_string text;
    fluffy_pid pid;
    int64_t number;
    for (int64_t i = 0; i < SPEAKERS; i++)
        assert(things_spawn_listener(i, NULL, &pid) == FLUFFY_OK);
    for (int64_t i = 0; i < 20; i++) {
        assert(things_number(i, &number) == FLUFFY_OK && number == i);
        assert(things_waits(i, &number) == FLUFFY_OK && number == 2 * i);
    }
    assert(things_says(fluffy_text("said"), &scope, &text) == FLUFFY_OK && text.length == 4);
    fluffy_scope_end(&scope);
}

int main(void) {
    pthread_t speakers[SPEAKERS];
    int rounds = 0;
    for (intptr_t i = 0; i < SPEAKERS; i++)
        assert(pthread_create(&speakers[i], NULL, speak, (void *)i) == 0);
    for (; rounds < ROUNDS; rounds++) {
        fluffy_options options = {.workers = 1 + (unsigned)rounds % 3};
        fluffy_runtime *runtime;
        assert(things_start(&options, &runtime) == FLUFFY_OK);
        work_once();
        assert(fluffy_stop(runtime, rounds % 2 ? 100 : 0) == FLUFFY_OK);
        assert(made == closed && made > 0);
    }
    over = 1;
    for (int i = 0; i < SPEAKERS; i++)
        assert(pthread_join(speakers[i], NULL) == 0);
    printf("%d rounds\n", rounds);
}
