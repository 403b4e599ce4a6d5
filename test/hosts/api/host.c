// Everything that the hosting API and a generated header offer, once, in a runtime that starts and stops again and
// again.
//
// library pool pool.fl
//
//$ valgrind
//> done
#include "pool.h"
#undef NDEBUG
#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#define OK(x)                                                                                                          \
    do {                                                                                                               \
        fluffy_status s_ = (x);                                                                                        \
        if (s_ != FLUFFY_OK) {                                                                                         \
            printf("%s:%d: %s: %d %s\n", __FILE__, __LINE__, #x, s_, rt ? fluffy_error(rt) : "");                      \
            return 1;                                                                                                  \
        }                                                                                                              \
    } while (0)
static int logged;
static void count_log(void *context, const char *text, size_t length) {
    (void)context;
    fprintf(stderr, "%.*s", (int)length, text);
    assert(strstr(text, "area"));
    __atomic_fetch_add(&logged, 1, __ATOMIC_RELAXED);
}

int main(void) {
    fluffy_runtime *rt = NULL;
    int rounds = 3;
    for (int round = 0; round < rounds; round++) {
        OK(pool_start(&(fluffy_options){.log = count_log}, &rt));
        fluffy_runtime *other;
        assert(pool_start(NULL, &other) == FLUFFY_BUSY);
        int64_t n;
        double d;
        OK(pool_area(6, 7, &n));
        assert(n == 42);
        OK(pool_scale(3, true, &d));
        assert(d == 6);
        assert(pool_area(INT64_MAX, 2, &n) == FLUFFY_CRASHED);
        assert(!strcmp(fluffy_error(rt), "integer overflow"));
        OK(pool_area(6, 8, &n));
        assert(n == 48);
        OK(pool_deep(20000, &n));
        assert(n == 20000);
        OK(pool_noisy(5, &n));
        assert(n == 6);
        fluffy_scope scope = {0};
        fluffy_string s;
        OK(pool_greet(fluffy_text("Åse"), &scope, &s));
        assert(!strcmp(s.bytes, "Hello, Åse"));
        assert(pool_greet((fluffy_string){"\xff", 1}, &scope, &s) == FLUFFY_INVALID);
        pool_many_result many;
        OK(pool_many(5000, &scope, &many));
        assert(many.count == 5000);
        assert(many.items[4999].tag == POOL_MANY_RESULT_ITEM_RESULT && many.items[4999].as.result.value == 4999 &&
               !strcmp(many.items[77].as.result.note.bytes, "n77"));
        int64_t xs[1000];
        for (int i = 0; i < 1000; i++)
            xs[i] = i;
        OK(pool_sum((pool_sum_xs){xs, 1000}, &n));
        assert(n == 499500);
        fluffy_mailbox *mb;
        OK(fluffy_mailbox_open(rt, &mb));
        fluffy_pid w;
        OK(pool_spawn_worker(10, &(fluffy_spawn_options){.name = "w", .owner = mb, .monitor = true}, &w));
        fluffy_pid found;
        OK(fluffy_whereis(rt, "w", &found));
        assert(found == w);
        assert(pool_spawn_worker(10, &(fluffy_spawn_options){.name = "w"}, NULL) == FLUFFY_NAME_TAKEN);
        for (int i = 0; i < 100; i++) {
            pool_request r = pool_request_of_job(pool_make_job(i, fluffy_mailbox_pid(mb)));
            OK(pool_send_worker(w, &r));
        }
        for (int i = 0; i < 100; i++) {
            pool_result r;
            fluffy_scope one = {0};
            OK(pool_receive_result(mb, 5000, &one, &r));
            assert(r.value == i * 10 && !strcmp(r.note.bytes, "times 10"));
            fluffy_scope_end(&one);
        }
        pool_note_deep_item items[] = {{1, fluffy_text("x")}, {2, fluffy_text("y")}};
        pool_request note =
            pool_request_of_note(pool_make_note((pool_note_deep){items, 2}, (pool_sum_xs){xs, 3}, fluffy_text("hey")));
        OK(pool_send_worker(w, &note));
        pool_request stop = pool_request_of_stop(pool_make_stop());
        OK(pool_send_worker(w, &stop));
        fluffy_message m;
        OK(fluffy_receive(mb, 5000, &scope, &m));
        assert(m.kind == FLUFFY_DOWN && m.from == w && !strcmp(m.reason.bytes, "normal"));
        fluffy_pid c;
        OK(pool_spawn_counter(5, NULL, &c));
        pool_counter_message add = pool_counter_message_of_add(pool_make_counter_message_add(3));
        OK(pool_send_counter(c, &add));
        OK(pool_send_counter(c, &add));
        pool_counter_message ask = pool_counter_message_of_ask(pool_make_counter_message_ask(fluffy_mailbox_pid(mb)));
        OK(pool_send_counter(c, &ask));
        pool_counter_message_ask_ask_reply count;
        OK(pool_receive_counter_message_ask_ask_reply(mb, 5000, &scope, &count));
        assert(count.count == 11);
        OK(pool_counter(1, &add, &n));
        assert(n == 4);
        OK(fluffy_link(mb, c));
        OK(fluffy_exit(rt, c, "bye"));
        OK(fluffy_receive(mb, 5000, &scope, &m));
        assert(m.kind == FLUFFY_EXIT && m.from == c);
        assert(!strcmp(m.reason.bytes, "bye"));
        assert(fluffy_receive(mb, 0, &scope, &m) == FLUFFY_TIMEOUT);
        assert(fluffy_receive(mb, 5, &scope, &m) == FLUFFY_TIMEOUT);
        fluffy_mailbox_close(mb);
        fluffy_scope_end(&scope);
        OK(fluffy_stop(rt, 1000));
        assert(pool_area(1, 2, &n) == FLUFFY_STOPPED);
    }
    assert(logged == rounds);
    puts("done");
    return 0;
}
