// xoshiro256++ (Blackman and Vigna), seeded by splitmix64.
#include "runtime/sched/sched.h"

void random_seed(Random *random, uint64_t seed) {
    for (int i = 0; i < 4; i++) {
        uint64_t z = seed += 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        random->state[i] = z ^ (z >> 31);
    }
}

static uint64_t rotate(uint64_t word, int by) { return word << by | word >> (64 - by); }

uint64_t random_next(Random *random) {
    uint64_t *s = random->state;
    uint64_t result = rotate(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

uint64_t random_below(Random *random, uint64_t n) {
    // Lemire: the high word of a product, rejecting the few values that would make it uneven.
    unsigned __int128 product = (unsigned __int128)random_next(random) * n;
    if ((uint64_t)product < n) {
        uint64_t least = -n % n;
        while ((uint64_t)product < least)
            product = (unsigned __int128)random_next(random) * n;
    }
    return (uint64_t)(product >> 64);
}

int64_t fl_random(FlProcess *self, int64_t n, const FlSite *site) {
    if (n <= 0)
        process_panic(self, "random(n) needs n > 0", site);
    return (int64_t)random_below(&self->worker->random, (uint64_t)n);
}

double fl_random_float(FlProcess *self) { return (double)(random_next(&self->worker->random) >> 11) * 0x1p-53; }
