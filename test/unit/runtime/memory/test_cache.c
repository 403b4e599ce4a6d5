// The caches of small pieces: what threads free for each other, what a thread and the depot keep at most, what is left
// when threads end. In sanitizer builds there are no caches; then only that every piece goes back is tested.
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/memory/alloc.h"
#include "runtime/memory/cache.h"
#include "test/unit/runtime/memory/table.h" // the room is linked with a program's types

enum { MANY = 20000 };

static void *pieces[MANY];

static void allocate_all(size_t bytes) {
    for (size_t i = 0; i < MANY; i++) {
        pieces[i] = cache_allocate(bytes);
        assert_non_null(pieces[i]);
        memset(pieces[i], (int)i, bytes);
    }
}

static void free_all(size_t bytes) {
    for (size_t i = 0; i < MANY; i++)
        cache_free_pieces(pieces[i], cache_pieces(bytes));
}

static int setup(void **state) {
    (void)state;
    cache_flush_thread();
    cache_empty();
    return 0;
}

static void test_sizes(void **state) {
    (void)state;
    for (size_t bytes = 1; bytes <= CACHE_BYTES + 64; bytes++) {
        char *piece = cache_allocate(bytes);
        assert_int_equal((uintptr_t)piece % 16, 0);
        memset(piece, 1, cache_pieces(bytes) ? cache_pieces(bytes) * (size_t)64 : bytes);
        cache_free_pieces(piece, cache_pieces(bytes));
    }
}

static int by_address(const void *a, const void *b) {
    uintptr_t one = *(const uintptr_t *)a, other = *(const uintptr_t *)b;
    return (one > other) - (one < other);
}

static void test_given_out_once(void **state) {
    (void)state;
    for (int round = 0; round < 3; round++) {
        allocate_all(64);
        qsort(pieces, MANY, sizeof *pieces, by_address);
        for (size_t i = 1; i < MANY; i++)
            assert_true((char *)pieces[i] - (char *)pieces[i - 1] >= 64);
        free_all(64);
    }
}

#ifndef FLUFFY_PLAIN_MALLOC

static void in_thread(void *(*run)(void *argument), void *argument) {
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, run, argument), 0);
    pthread_join(thread, NULL);
}

static void *free_in_thread(void *argument) {
    free_all((size_t)(uintptr_t)argument);
    cache_flush_thread();
    return NULL;
}

// Nothing comes from the allocator when failures are injected, but then neither from a cache: so its calls are counted
// by how many pieces of those that another thread freed come back.
static size_t come_back(size_t bytes, size_t most) {
    size_t count = 0;
    uintptr_t old[MANY];
    memcpy(old, pieces, sizeof old);
    qsort(old, MANY, sizeof *old, by_address);
    for (size_t i = 0; i < most; i++) {
        pieces[i] = cache_allocate(bytes);
        count += bsearch(&pieces[i], old, MANY, sizeof *old, by_address) != NULL;
    }
    for (size_t i = 0; i < most; i++)
        cache_free_pieces(pieces[i], cache_pieces(bytes));
    return count;
}

static void test_other_thread(void **state) {
    (void)state;
    enum { FEW = 4 * CACHE_MOST };
    allocate_all(128);
    in_thread(free_in_thread, (void *)128);
    assert_int_equal(come_back(128, FEW), FEW);
}

static void test_bounds(void **state) {
    (void)state;
    allocate_all(192);
    free_all(192);
    assert_true(cache_classes[2].count <= CACHE_MOST);
    cache_flush_thread();
    for (size_t i = 0; i < CACHE_CLASSES; i++)
        assert_int_equal(cache_classes[i].count, 0);
    // What the depot keeps: refilled from it batch by batch until it has nothing.
    size_t kept = 0;
    while (kept < MANY) {
        pieces[kept] = cache_allocate(192);
        kept++;
        if (cache_classes[2].count == 0) {
            // The next one comes from the depot with its batch, or from the allocator alone.
            pieces[kept] = cache_allocate(192);
            kept++;
            if (cache_classes[2].count == 0)
                break;
        }
    }
    assert_in_range(kept, 64 * CACHE_BATCH, 64 * CACHE_BATCH + 2);
    for (size_t i = 0; i < kept; i++)
        cache_free_pieces(pieces[i], 3);
}

static void test_failures_meet_every_allocation(void **state) {
    (void)state;
    cache_free_pieces(cache_allocate(64), 1);
    memory_fail_at(1);
    void *none = cache_allocate(64);
    memory_fail(0, 0);
    assert_null(none);
    void *piece = cache_allocate(64);
    assert_non_null(piece);
    cache_free_pieces(piece, 1);
}

#endif

// Each thread frees what the next one allocated, all at once.
enum { THREADS = 4, ROUNDS = 300, EACH = 200 };
static void *handed[THREADS][EACH];
static pthread_barrier_t barrier;

static void *hand_round(void *argument) {
    size_t me = (size_t)(uintptr_t)argument, other = (me + 1) % THREADS;
    for (size_t round = 0; round < ROUNDS; round++) {
        size_t bytes = 64 * (1 + round % CACHE_CLASSES);
        for (size_t i = 0; i < EACH; i++) {
            handed[me][i] = cache_allocate(bytes);
            memset(handed[me][i], (int)me, bytes);
        }
        pthread_barrier_wait(&barrier);
        for (size_t i = 0; i < EACH; i++) {
            char *piece = handed[other][i];
            if (piece[0] != (char)other || piece[bytes - 1] != (char)other)
                return argument;
            cache_free_pieces(piece, cache_pieces(bytes));
        }
        pthread_barrier_wait(&barrier);
    }
    cache_flush_thread();
    return NULL;
}

static void test_all_at_once(void **state) {
    (void)state;
    pthread_t threads[THREADS];
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hand_round, (void *)(uintptr_t)i), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *broken;
        pthread_join(threads[i], &broken);
        assert_null(broken);
    }
    pthread_barrier_destroy(&barrier);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_sizes, setup),
        cmocka_unit_test_setup(test_given_out_once, setup),
#ifndef FLUFFY_PLAIN_MALLOC
        cmocka_unit_test_setup(test_other_thread, setup),
        cmocka_unit_test_setup(test_bounds, setup),
        cmocka_unit_test_setup(test_failures_meet_every_allocation, setup),
#endif
        cmocka_unit_test_setup(test_all_at_once, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
