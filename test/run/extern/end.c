#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Log {
    int32_t number;
} Log;

Log *log_open(int32_t number) {
    Log *log = malloc(sizeof *log);
    log->number = number;
    return log;
}

void log_close(Log *log) {
    printf("closed %d\n", log->number);
    free(log);
}

void say(const char *text) { puts(text); }

int32_t fail_with(int32_t code) {
    errno = code;
    return -1;
}
