// Two libraries in one program, which export the same names: two runtimes that share nothing. The memory of one comes
// from functions of the host.
//
// library one one.fl
// library other other.fl
//$ not asan what it makes of two archives shares sections
//
//$ valgrind
//> one 1000, other -1000, all memory is back
#undef NDEBUG
#include <assert.h>
#include <stdio.h>

#include "../blocks.h"
#include "one.h"
#include "other.h"

int main(void) {
    fluffy_options mine = {.workers = 1, .allocate = allocate, .resize = resize, .release = release};
    fluffy_runtime *one, *other;
    fluffy_mailbox *from_one, *from_other;
    fluffy_pid a, b;
    assert(one_start(&mine, &one) == FLUFFY_OK && other_start(NULL, &other) == FLUFFY_OK);
    assert(fluffy_mailbox_open(one, &from_one) == FLUFFY_OK);
    assert(fluffy_mailbox_open(other, &from_other) == FLUFFY_OK);
    assert(one_spawn_counter(0, NULL, &a) == FLUFFY_OK && other_spawn_counter(0, NULL, &b) == FLUFFY_OK);
    for (int i = 0; i < 1000; i++) {
        one_counter_message add = one_counter_message_of_add(one_make_counter_message_add(1));
        other_counter_message subtract = other_counter_message_of_add(other_make_counter_message_add(1));
        assert(one_send_counter(a, &add) == FLUFFY_OK && other_send_counter(b, &subtract) == FLUFFY_OK);
    }
    one_counter_message ask = one_counter_message_of_ask(one_make_counter_message_ask(fluffy_mailbox_pid(from_one)));
    other_counter_message ask_other =
        other_counter_message_of_ask(other_make_counter_message_ask(fluffy_mailbox_pid(from_other)));
    assert(one_send_counter(a, &ask) == FLUFFY_OK && other_send_counter(b, &ask_other) == FLUFFY_OK);
    fluffy_scope scope = {0}, other_scope = {0};
    one_reply reply;
    other_reply other_reply;
    assert(one_receive_reply(from_one, -1, &scope, &reply) == FLUFFY_OK);
    assert(other_receive_reply(from_other, -1, &other_scope, &other_reply) == FLUFFY_OK);
    assert(blocks > 0);
    assert(fluffy_stop(one, 0) == FLUFFY_OK && fluffy_stop(other, 0) == FLUFFY_OK); // ends the scopes too
    fluffy_mailbox_close(from_one);
    fluffy_mailbox_close(from_other);
    printf("one %lld, other %lld, %s\n", (long long)reply.reply, (long long)other_reply.reply,
           blocks == 0 ? "all memory is back" : "memory is lost");
}
