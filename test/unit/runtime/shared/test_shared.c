// The shared heap by itself: what is held stays, what is not is freed, from many threads at once.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime/platform/futex.h"
#include "runtime/shared/shared.h"

// An object of the tests: a tree node whose sum says whether what it leads to is still what it was.
typedef struct Node Node;
struct Node {
    uint64_t sum;
    uint64_t value;
    const Node *left, *right;
};

static _Atomic(unsigned) gone_count;

static void gone(void *object) {
    assert_int_equal(*(uint64_t *)object, 4711);
    atomic_fetch_add(&gone_count, 1);
}

static Node *make(uint64_t value, const Node *left, const Node *right, uintptr_t *slot) {
    Node *node = shared_allocate(sizeof(Node), true, slot);
    if (node == NULL)
        return NULL;
    node->value = value;
    node->left = left;
    node->right = right;
    node->sum = value + (left != NULL ? left->sum : 0) + (right != NULL ? right->sum : 0);
    return node;
}

static uint64_t sum_of(const Node *node) {
    return node == NULL ? 0 : node->value + sum_of(node->left) + sum_of(node->right);
}

static void test_held_and_let_go(void **state) {
    (void)state;
    assert_false(shared_started());
    SharedSlots *slots = shared_slots_take(), *other = shared_slots_take();
    Node *first = make(1, NULL, NULL, &slots->slots[0]);
    Node *second = make(2, first, NULL, &slots->slots[1]);
    assert_true(shared_started());
    assert_true(shared_may_refer((uintptr_t)first));
    shared_root(&other->slots[2], second);
    uint64_t *watched = shared_allocate_watched(16, gone, &slots->slots[2]);
    *watched = 4711;
    shared_collect();
    assert_true(shared_is_object(first) && shared_is_object(second) && shared_is_object(watched));
    assert_int_equal(gone_count, 0);
    shared_slots_give(slots);
    shared_collect();
    assert_int_equal(gone_count, 1);
    assert_true(shared_is_object(first) && shared_is_object(second));
    assert_int_equal(sum_of(second), 3);
    shared_slots_give(other);
    uint64_t collections = shared_collections();
    shared_collect();
    assert_true(shared_collections() >= collections + 2);
}

static void test_tables(void **state) {
    (void)state;
    enum { COUNT = 5 };
    SharedTable *tables[COUNT];
    const Node *last = NULL;
    for (int i = 0; i < COUNT; i++) {
        tables[i] = shared_table_take();
        for (int k = 0; k < SHARED_TABLE; k++)
            last = make(1, k % 100 == 0 ? NULL : last, NULL, &tables[i]->slots[k]);
    }
    shared_collect();
    assert_int_equal(last->sum, SHARED_TABLE % 100);
    assert_int_equal(sum_of(last), last->sum);
    for (int i = 0; i < COUNT; i++)
        shared_table_give(tables[i]);
    shared_collect();
    SharedTable *again = shared_table_take(); // given back ones are cleared
    for (int k = 0; k < SHARED_TABLE; k++)
        assert_int_equal(again->slots[k], 0);
    shared_table_give(again);
}

// ---- threads that hold versions of trees, make new ones, and pass them on

enum { THREADS = 6, HELD = 8, MAILBOXES = 16, DEPTH = 8 };

static unsigned rounds = 4000;
// A mailbox has slots that hold a tree and nothing else; who exchanges them owns them. Release and acquire: the slots.
static _Atomic(SharedSlots *) mailboxes[MAILBOXES];
static _Atomic(unsigned) wrong;

static uint64_t draw(uint64_t *seed, uint64_t n) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed % n;
}

// A new version of a tree with one path copied, made from the bottom: each new node is in a slot of `work` until its
// parent is.
static const Node *changed(uint64_t *seed, const Node *node, unsigned depth, SharedSlots *work[DEPTH + 1]) {
    uintptr_t *slot = &work[depth]->slots[0];
    if (depth == 0)
        return make(draw(seed, 1000), NULL, NULL, slot);
    bool left = draw(seed, 2) != 0;
    const Node *old = node == NULL ? NULL : left ? node->left : node->right;
    const Node *child = changed(seed, old, depth - 1, work);
    const Node *kept = node == NULL ? NULL : left ? node->right : node->left;
    return make(draw(seed, 1000), left ? child : kept, left ? kept : child, slot);
}

static SharedSlots *new_version(uint64_t *seed, const SharedSlots *from) {
    SharedSlots *work[DEPTH + 1], *slots = shared_slots_take();
    for (int i = 0; i <= DEPTH; i++)
        work[i] = shared_slots_take();
    const Node *old = from != NULL ? (const Node *)from->slots[0] : NULL;
    shared_root(&slots->slots[0], changed(seed, old, DEPTH, work));
    for (int i = 0; i <= DEPTH; i++)
        shared_slots_give(work[i]);
    return slots;
}

static void check(const SharedSlots *slots) {
    const Node *node = (const Node *)slots->slots[0];
    if (sum_of(node) != node->sum)
        atomic_fetch_add(&wrong, 1);
}

// Holds only an inner piece from now on: stored before the whole is given back.
static SharedSlots *inner(SharedSlots *slots) {
    const Node *node = (const Node *)slots->slots[0];
    const Node *piece = node->left != NULL ? node->left : node->right;
    if (piece == NULL)
        return slots;
    SharedSlots *other = shared_slots_take();
    shared_root(&other->slots[3], piece);
    shared_root(&other->slots[0], piece);
    shared_slots_give(slots);
    return other;
}

static void *work(void *argument) {
    uint64_t seed = 88172645463325252u + (uintptr_t)argument * 2654435761u;
    SharedSlots *held[HELD] = {0};
    for (unsigned i = 0; i < rounds; i++) {
        SharedSlots **place = &held[draw(&seed, HELD)];
        switch (draw(&seed, 4)) {
        case 0:
        case 1: {
            SharedSlots *fresh = new_version(&seed, *place);
            if (*place != NULL)
                shared_slots_give(*place);
            *place = fresh;
            break;
        }
        case 2:
            *place = atomic_exchange_explicit(&mailboxes[draw(&seed, MAILBOXES)], *place, memory_order_acq_rel);
            break;
        default:
            if (*place != NULL)
                *place = inner(*place);
        }
        if (*place != NULL)
            check(*place);
    }
    for (int i = 0; i < HELD; i++)
        if (held[i] != NULL)
            shared_slots_give(held[i]);
    return NULL;
}

static void test_threads(void **state) {
    (void)state;
    pthread_t threads[THREADS];
    uint64_t before = shared_collections();
    for (uintptr_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, (void *)(i + 1)), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(wrong, 0);
    assert_true(shared_collections() > before);
    for (int i = 0; i < MAILBOXES; i++) {
        SharedSlots *slots = atomic_exchange(&mailboxes[i], NULL);
        if (slots != NULL) {
            check(slots);
            shared_slots_give(slots);
        }
    }
    assert_int_equal(wrong, 0);
    shared_collect();
#ifdef FLUFFY_PLAIN_MALLOC
    assert_int_equal(shared_bytes(), 0);
#endif
}

// While the thread that collects gets no further, memory grows by what it was to grow, and then next to not at all.
static _Atomic(bool) held_up, is_held_up;

static void hold_up(void *object) {
    (void)object;
    atomic_store(&is_held_up, true);
    while (atomic_load(&held_up))
        usleep(1000);
}

static void make_garbage(void) {
    SharedSlots *slots = shared_slots_take();
    make(1, NULL, NULL, &slots->slots[0]);
    shared_slots_give(slots);
}

static void test_held_up(void **state) {
    (void)state;
    SharedSlots *slots = shared_slots_take();
    atomic_store(&held_up, true);
    shared_allocate_watched(16, hold_up, &slots->slots[0]);
    shared_slots_give(slots);
    while (!atomic_load(&is_held_up))
        make_garbage();
    uint64_t before = shared_bytes();
    for (int64_t end = clock_now() + 300000000; clock_now() < end;)
        make_garbage();
    assert_true(shared_bytes() < before + (1 << 20));
    atomic_store(&held_up, false);
    shared_collect();
}

int main(int argc, char **argv) {
    if (argc > 1)
        rounds = (unsigned)atoi(argv[1]);
    shared_set_pace(1 << 16);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_held_and_let_go),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_held_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
