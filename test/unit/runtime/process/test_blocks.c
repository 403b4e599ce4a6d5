// What needs no scheduler: control blocks and pids, the mailbox word, peers, names. The hooks count wake-ups.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/process/death.h"
#include "runtime/process/mailbox.h"
#include "runtime/process/names.h"
#include "runtime/process/peers.h"
#include "runtime/process/signals.h"
#include "runtime/process/table.h"

static const FlType type_nil = {.id = FL_TYPE_NIL, .kind = FL_KIND_NIL, .name = "nil"};
static const FlType *const types[] = {&type_nil};
const FlProgram fl_program = {.abi_version = FL_ABI_VERSION, .type_count = 1, .types = types};
void fl_halt(FlProcess *self, int64_t status) {
    (void)self;
    exit((int)status);
}

static int woken;
static void wake(FlProcess *process) {
    (void)process;
    woken++;
}
static int64_t now(void) { return 1; }
static void disarm(FlProcess *process) { (void)process; }

static ProcessWorker worker;

static int setup(void **state) {
    (void)state;
    process_hooks = (ProcessHooks){.wake = wake, .now = now, .disarm = disarm};
    memset(&worker, 0, sizeof worker);
    woken = 0;
    return processes_init() && stacks_init() ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    stacks_deinit();
    processes_deinit();
    return 0;
}

static void test_pids(void **state) {
    (void)state;
    FlProcess *first = process_allocate(&worker.slots);
    FlPid old = process_pid(first);
    assert_int_equal(old, (FlPid)1 << 32); // slot 0, serial 1
    assert_ptr_equal(process_find(old), first);
    death_bury(&worker, first);
    assert_null(process_find(old));
    assert_ptr_equal(process_slot(old), first);
    // The slot is used again under another pid.
    FlProcess *second = process_allocate(&worker.slots);
    assert_ptr_equal(second, first);
    assert_int_not_equal(process_pid(second), old);
    assert_null(process_find(old));
    assert_null(process_slot(0xffffffff));
    death_bury(&worker, second);
}

static void send(FlPid to, uint64_t number) {
    FlMessage *message = message_copy(FL_IMMEDIATE(FL_TAG_INT, number));
    message->to = to;
    signal_route(message);
}

static void test_mailbox(void **state) {
    (void)state;
    FlProcess *process = process_allocate(&worker.slots);
    FlPid pid = process_pid(process);
    assert_true(mailbox_park(process));
    send(pid, 0);
    assert_int_equal(woken, 1); // who replaces PARKED wakes
    send(pid, 1);
    assert_int_equal(woken, 1);
    assert_false(mailbox_park(process)); // something is there
    assert_false(mailbox_unpark(process));
    send(pid, 2);
    process_drain(process);
    uint64_t expected = 0;
    for (FlMessage *message = process->first; message; message = message->head.next)
        assert_int_equal(FL_IMMEDIATE_PAYLOAD(message->head.root), expected++);
    assert_int_equal(expected, 3);
    assert_true(mailbox_park(process));
    assert_true(mailbox_unpark(process)); // as a timer does
    death_bury(&worker, process);
    send(pid, 3); // vanishes
    // A message whose addressee was replaced while it was on its way is dropped.
    process = process_allocate(&worker.slots);
    FlMessage *stray = message_copy(FL_IMMEDIATE(FL_TAG_INT, 4));
    stray->to = pid;
    assert_true(mailbox_push(process, stray));
    process_drain(process);
    assert_null(process->first);
    death_bury(&worker, process);
}

static void test_peers(void **state) {
    (void)state;
    enum { COUNT = 2000 };
    Peers peers = {0};
    for (FlPid pid = 1; pid <= COUNT; pid++)
        peers_make(&peers, pid << 32 | pid * 7)->watching = (uint32_t)pid;
    assert_int_equal(peers.count, COUNT);
    // Every third one goes, in another order; the others stay to be found.
    for (FlPid pid = COUNT / 3 * 3; pid >= 3; pid -= 3) {
        Peer *peer = peers_find(&peers, pid << 32 | pid * 7);
        peer->watching = 0;
        peers_trim(&peers, peer);
    }
    for (FlPid pid = 1; pid <= COUNT; pid++) {
        Peer *peer = peers_find(&peers, pid << 32 | pid * 7);
        assert_int_equal(peer ? peer->watching : 0, pid % 3 == 0 ? 0 : pid);
    }
    assert_null(peers_find(&peers, 0));
    peers_deinit(&peers);
}

static FlString *text(const char *bytes) {
    size_t length = strlen(bytes);
    FlString *string = calloc(1, sizeof(FlString) + length + 1);
    string->length = (uint32_t)length;
    memcpy(string->bytes, bytes, length);
    return string;
}

static void test_names(void **state) {
    (void)state;
    FlProcess *a = process_allocate(&worker.slots), *b = process_allocate(&worker.slots);
    FlString *name = text("db"), *other = text("web");
    char found[16];
    assert_int_equal(fl_whereis(a, name), 0);
    assert_int_equal(names_register(name, process_pid(a)), NAMES_OK);
    assert_int_equal(names_register(other, process_pid(a)), NAMES_OK);
    assert_int_equal(names_register(name, process_pid(b)), NAMES_TAKEN);
    assert_int_equal(fl_whereis(b, name), process_pid(a));
    assert_true(names_of(process_pid(a), found, sizeof found));
    assert_string_equal(found, "db");
    FlPid gone = process_pid(a);
    death_bury(&worker, a);
    assert_int_equal(fl_whereis(b, name), 0);
    assert_int_equal(fl_whereis(b, other), 0);
    assert_int_equal(names_register(name, gone), NAMES_OK); // has ended: nothing happens
    assert_int_equal(fl_whereis(b, name), 0);
    death_bury(&worker, b);
    free(name);
    free(other);
}

// More names than there are lists at first: each is found, a process's first one stays the first, and all end with it.
static void test_many_names(void **state) {
    (void)state;
    enum { NAMES = 5000 };
    FlProcess *a = process_allocate(&worker.slots), *b = process_allocate(&worker.slots);
    char found[16], wanted[16];
    for (int i = 0; i < NAMES; i++) {
        snprintf(wanted, sizeof wanted, "name %d", i);
        FlString *name = text(wanted);
        assert_int_equal(names_register(name, process_pid(i % 10 == 7 ? b : a)), NAMES_OK);
        assert_int_equal(names_register(name, process_pid(b)), NAMES_TAKEN);
        free(name);
    }
    assert_true(names_of(process_pid(a), found, sizeof found));
    assert_string_equal(found, "name 0");
    assert_true(names_of(process_pid(b), found, sizeof found));
    assert_string_equal(found, "name 7");
    death_bury(&worker, a);
    for (int i = 0; i < NAMES; i++) {
        snprintf(wanted, sizeof wanted, "name %d", i);
        FlString *name = text(wanted);
        assert_int_equal(fl_whereis(b, name), i % 10 == 7 ? process_pid(b) : 0);
        free(name);
    }
    death_bury(&worker, b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pids, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mailbox, setup, teardown),
        cmocka_unit_test_setup_teardown(test_peers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_names, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
