#define _GNU_SOURCE
#include "runtime/sched/config.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

enum { WORKERS_MAX = 1024 };

// Only digits, no sign or space: strtoull alone takes too much.
static bool read_number(const char *text, uint64_t *number) {
    if (*text < '0' || *text > '9')
        return false;
    char *end;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return *end == '\0' && errno == 0;
}

static uint32_t processors(void) {
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count < 1 ? 1 : count > WORKERS_MAX ? WORKERS_MAX : (uint32_t)count;
}

const char *config_read(SchedConfig *config, const char *workers, const char *schedule) {
    *config = (SchedConfig){.workers = processors()};
    uint64_t number;
    if (workers && *workers) {
        if (!read_number(workers, &number) || number < 1 || number > WORKERS_MAX)
            return "FLUFFY_WORKERS must be a number from 1 to 1024";
        config->workers = (uint32_t)number;
    }
    if (schedule && *schedule && strcmp(schedule, "parallel") != 0) {
        if (strncmp(schedule, "seed:", 5) != 0 || !read_number(schedule + 5, &config->seed))
            return "FLUFFY_SCHEDULE must be parallel or seed:N, where N is a number below 2^64";
        config->seeded = true;
    }
    return NULL;
}
