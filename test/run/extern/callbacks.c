#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- called before the function returns

void each_word(const char *text, void (*word)(void *data, int32_t index, const char *word), void *data) {
    char copy[256], *rest = copy;
    snprintf(copy, sizeof copy, "%s", text);
    for (int32_t i = 0; rest; i++)
        word(data, i, strsep(&rest, " "));
}

int32_t each_value(int32_t (*value)(int8_t a, uint16_t b, int64_t c, double d, float e, bool f, const char *g,
                                    void *data),
                   void *data) {
    return value(-1, 65535, -5000000000, 0.5, 0.25f, true, "g", data) +
           value(127, 0, INT64_MAX, -1.0, 2.0f, false, NULL, data);
}

// ---- called by threads of C's own

typedef struct Teller {
    void (*tell)(void *data, int64_t teller, int64_t number);
    void *data;
    int64_t number, count;
} Teller;

static void *tell(void *argument) {
    Teller *teller = argument;
    for (int64_t i = 0; i < teller->count; i++)
        teller->tell(teller->data, teller->number, i);
    free(teller);
    return NULL;
}

void start_tellers(int64_t tellers, int64_t count, void (*function)(void *data, int64_t teller, int64_t number),
                   void *data) {
    for (int64_t i = 0; i < tellers; i++) {
        pthread_t thread;
        Teller *teller = malloc(sizeof *teller);
        *teller = (Teller){function, data, i, count};
        pthread_create(&thread, NULL, tell, teller);
        pthread_detach(thread);
    }
}

// ---- kept, and called later by who knows whom

static void (*kept)(void *data, const char *text);
static void *kept_data;

void keep(void (*function)(void *data, const char *text), void *data) {
    kept = function;
    kept_data = data;
}

void call_kept(const char *text) { kept(kept_data, text); }
