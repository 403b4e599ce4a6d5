// A program in C++ that includes the header; fields whose names are words of C++ have a `_` behind them.
//
// library shout shout.fl
//
//$ valgrind
//> HI3
//> hi 3
#include <cstdio>

#include "shout.h"

int main() {
    fluffy_runtime *runtime;
    fluffy_mailbox *mailbox;
    fluffy_pid echo;
    if (shout_start(nullptr, &runtime) != FLUFFY_OK || fluffy_mailbox_open(runtime, &mailbox) != FLUFFY_OK)
        return 1;
    fluffy_scope scope = {};
    fluffy_string text;
    shout_word word = shout_make_word(fluffy_text("hi"), 3), back;
    if (shout_shout(&word, &scope, &text) != FLUFFY_OK)
        return 1;
    std::printf("%s\n", text.bytes);
    if (shout_spawn_echo(nullptr, &echo) != FLUFFY_OK)
        return 1;
    shout_echo_message message = shout_make_echo_message(fluffy_mailbox_pid(mailbox), word);
    if (shout_send_echo(echo, &message) != FLUFFY_OK || shout_receive_word(mailbox, -1, &scope, &back) != FLUFFY_OK)
        return 1;
    std::printf("%s %d\n", back.class_.bytes, static_cast<int>(back.new_));
    fluffy_scope_end(&scope);
    fluffy_mailbox_close(mailbox);
    return fluffy_stop(runtime, 0) == FLUFFY_OK ? 0 : 1;
}
