#include "runtime/memory/object.h"
#include "runtime/process/call.h"
#include "runtime/process/process.h"
#include "runtime/process/reference.h"
#include "runtime/process/run.h"
#include "runtime/process/signals.h"
#include "runtime/process/table.h"

// Whether something sent to this pid may arrive. A reply address and a reference have closed mailboxes of their own.
static inline bool reachable(FlPid to) {
    FlProcess *process = process_slot(to);
    if (!process || process_pid(process) != to)
        return false;
    return !process_closed(process) || atomic_load_explicit(&process->alias_of, memory_order_relaxed) != 0;
}

// Bytes of an arena from which on what is given away may take long to promote.
enum { AHEAD = 1 << 20, PINS = 64 };

// Between two steps others run, and the process may be collected, but not end. In the seeded schedule it is collected
// only: what it does to the order of things must not depend on the size of its heap.
static void breathe(FlProcess *self) {
    if (__atomic_load_n(&self->head.stack_limit, __ATOMIC_RELAXED) != UINTPTR_MAX)
        return;
    bool due = arena_due(&self->arena) && process_collectable(self);
    if (due)
        self->head.frame = NULL; // loaded long ago
    if (!process_worker(self)->counts_polls)
        process_pause(self, PROCESS_YIELDED);
    else if (due)
        process_pause_due(self);
}

void process_give_ahead(FlProcess *self, FlWord root) {
    volatile FlWord pin = root; // on the stack, which a collection looks at
    if (__builtin_expect(self->arena.bytes <= AHEAD, 1))
        return;
    while (message_ahead(&self->arena, pin) == PROMOTE_MORE)
        breathe(self);
}

void process_give_words_ahead(FlProcess *self, FlObject *object) {
    volatile FlWord pins[PINS];
    if (__builtin_expect(self->arena.bytes <= AHEAD, 1))
        return;
    uint64_t words = object_bytes(object) / sizeof(FlWord);
    if (words > PINS)
        return;
    for (uint64_t i = 0; i < words; i++)
        pins[i] = ((const FlWord *)object)[i];
    while (message_ahead_words(&self->arena, object) == PROMOTE_MORE)
        breathe(self);
    __asm__ volatile("" : : "r"(pins) : "memory");
}

// ---- messages

static FlMessage *copied(FlProcess *self, FlWord root) {
    process_give_ahead(self, root);
    FlMessage *message = message_give(&self->arena, root);
    if (!message)
        process_out_of_memory(self);
    return message;
}

static FlMessage *begun(FlProcess *self, const FlType *type) {
    FlMessage *message = message_begin(type);
    if (!message)
        process_out_of_memory(self);
    return message;
}

static void complete(FlProcess *self, FlMessage *message) {
    process_give_words_ahead(self, (FlObject *)message->head.root);
    if (!message_complete_from(&self->arena, message)) {
        message_free(message);
        process_out_of_memory(self);
    }
}

static void give(FlProcess *self, FlPid to, FlMessage *message, const FlSite *site) {
    message->to = to;
    message->from = self->head.pid;
    signal_route_sent(self, message, site);
}

static __attribute__((noinline)) void send_copied(FlProcess *self, FlPid to, FlWord root, const FlSite *site) {
    if (reachable(to))
        give(self, to, copied(self, root), site);
}

// The receiver, if it is a process with an unbounded mailbox; NULL: look closer.
static inline FlProcess *plain_receiver(FlPid to) {
    FlProcess *process = process_slot(to);
    bool plain =
        process && process_pid(process) == to && atomic_load_explicit(&process->alias_of, memory_order_relaxed) == 0;
    return __builtin_expect(plain, 1) ? process : NULL;
}

void fl_send(FlProcess *self, FlPid to, FlWord root, const FlSite *site) {
    FlProcess *process = plain_receiver(to);
    FlMessage *message = process ? message_constant(root) : NULL;
    if (__builtin_expect(message != NULL, 1)) {
        message->to = to;
        message->from = self->head.pid;
        signal_give(self, process, message);
    } else {
        send_copied(self, to, root, site);
    }
}

FlMessage *fl_send_begin(FlProcess *self, FlPid to, const FlType *type) {
    return reachable(to) ? begun(self, type) : NULL;
}

void fl_send_end(FlProcess *self, FlPid to, FlMessage *message, const FlSite *site) {
    complete(self, message);
    give(self, to, message, site);
}

// What is not quickly done. head.next NULL: the receiver is found at the end.
static __attribute__((noinline)) FlMessage *flat_slow(FlProcess *self, FlPid to, uint64_t type) {
    FlMessage *message = fl_send_begin(self, to, fl_program.types[type]);
    if (message) {
        message->to = to;
        message->from = self->head.pid;
    }
    return message;
}

FlMessage *fl_send_flat_begin(FlProcess *self, FlPid to, uint64_t type, uint64_t words) {
    FlProcess *process = process_slot(to);
    if (__builtin_expect(!process || process_pid(process) != to, 0))
        return NULL;
    FlMessage *message = message_flat((uint32_t)type, words);
    if (__builtin_expect(!message, 0))
        return flat_slow(self, to, type);
    FlPid alias = atomic_load_explicit(&process->alias_of, memory_order_relaxed);
    message->head.next = __builtin_expect(alias == 0, 1) ? (FlMessage *)process : NULL;
    message->to = to;
    message->from = self->head.pid;
    return message;
}

void fl_send_flat_end(FlProcess *self, FlMessage *message, const FlSite *site) {
    FlProcess *to = (FlProcess *)message->head.next;
    if (__builtin_expect(to != NULL, 1))
        signal_give(self, to, message);
    else
        signal_route_sent(self, message, site);
}

// A message with one word or two: `count`.
static inline void give_words(FlProcess *self, FlProcess *process, FlPid to, FlMessage *message, FlWord first,
                              FlWord second, uint64_t count) {
    FlWord *words = object_words((FlObject *)message_first(message));
    message->to = to;
    message->from = self->head.pid;
    words[0] = first;
    if (count == 2)
        words[1] = second;
    signal_give(self, process, message);
}

// To a reply address. false: it is none, or there is no message at hand.
static __attribute__((noinline)) bool send_reply(FlProcess *self, FlPid to, uint64_t type_and_count, FlWord first,
                                                 FlWord second) {
    uint64_t count = type_and_count >> 32;
    FlProcess *caller = call_caller(to);
    FlMessage *message = caller ? message_flat((uint32_t)type_and_count, count) : NULL;
    if (!message)
        return false;
    message->to = to;
    call_answer(self, message);
    give_words(self, caller, to, message, first, second, count);
    return true;
}

// To who is not a process with an unbounded mailbox, or without a message at hand. Replies are frequent among it.
static __attribute__((noinline)) void send_slowly(FlProcess *self, FlPid to, uint64_t type_and_count, FlWord first,
                                                  FlWord second, const FlSite *site) {
    uint32_t type = (uint32_t)type_and_count;
    uint64_t count = type_and_count >> 32;
    if (send_reply(self, to, type_and_count, first, second))
        return;
    FlMessage *message = fl_send_flat_begin(self, to, type, count);
    if (!message)
        return;
    FlWord *words = object_words((FlObject *)message->head.root);
    words[0] = first;
    if (count == 2)
        words[1] = second;
    fl_send_flat_end(self, message, site);
}

static inline void send_words(FlProcess *self, FlPid to, uint64_t type, FlWord first, FlWord second, uint64_t count,
                              const FlSite *site) {
    FlProcess *process = plain_receiver(to);
    FlMessage *message = process ? message_flat((uint32_t)type, count) : NULL;
    if (__builtin_expect(message != NULL, 1))
        give_words(self, process, to, message, first, second, count);
    else
        send_slowly(self, to, type | count << 32, first, second, site);
}

void fl_send_word(FlProcess *self, FlPid to, uint64_t type, FlWord word, const FlSite *site) {
    send_words(self, to, type, word, 0, 1, site);
}

void fl_send_two_words(FlProcess *self, FlPid to, uint64_t type, FlWord first, FlWord second, const FlSite *site) {
    send_words(self, to, type, first, second, 2, site);
}

// ---- requests (call.h). Whether the receiver lives is found out when they are routed, which tells the reply address.

void fl_request(FlProcess *self, FlPid to, FlWord root, FlPid reply_address, const FlSite *site) {
    call_request(self, to, copied(self, root), reply_address, site);
}

FlMessage *fl_request_begin(FlProcess *self, const FlType *type) {
    FlMessage *message = type->references ? NULL : message_flat(type->id, type->object_words);
    return message ? message : begun(self, type);
}

void fl_request_end(FlProcess *self, FlPid to, FlMessage *message, FlPid reply_address, const FlSite *site) {
    if (object_type((const FlObject *)message->head.root)->references)
        complete(self, message);
    call_request(self, to, message, reply_address, site);
}

bool fl_alive(FlProcess *self, FlPid pid) {
    (void)self;
    return process_find(reference_process(pid)) != NULL;
}
