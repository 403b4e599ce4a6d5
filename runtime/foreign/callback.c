// Callbacks: C calls a function that code generation made for it, with a pid as its pointer; what it is given becomes a
// message. A pid is a number: nothing has to be kept alive for it, and a message to a process that has ended is
// dropped.
//
// Threads. Any may call, also while the runtime stops: `inside` counts who is within, and is counted up before `open`
// is read; who stops clears `open` before it waits for `inside` to be 0; all four are sequentially consistent, so
// nobody is missed. In the seeded schedule only its own thread may make processes runnable: what others send waits in a
// list.
#include "runtime/foreign/foreign.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "runtime/foreign/pass.h"
#include "runtime/library/library.h"
#include "runtime/memory/cache.h"
#include "runtime/memory/utf8.h"
#include "runtime/process/signals.h"
#include "runtime/process/table.h"
#include "runtime/value/heap.h"

static struct {
    _Atomic(bool) open;
    _Atomic(uint32_t) inside;
    _Atomic(bool) used; // some callback was given to C: what is checked at each end of work. Relaxed, set before it is
                        // (by a process that runs)

    pthread_mutex_t lock;     // of what follows
    FlPid *allowed;           // processes that C may send to: a hash table, 0 is empty
    uint32_t count, capacity; // at most half of it is used; a power of two, or 0
    FlMessage *first, **last; // the list
    pthread_cond_t arrived;
    bool direct;     // there is no list
    pthread_t owner; // of the seeded schedule
} callbacks = {.lock = PTHREAD_MUTEX_INITIALIZER, .arrived = PTHREAD_COND_INITIALIZER};

// ---- who is sent to
//
// Only whom C was given in this run of the runtime: in another one the same number may be that of a process which
// receives something else.

static FlPid *place_of(FlPid *table, uint32_t capacity, FlPid pid) {
    uint32_t at = (uint32_t)(pid * 0x9e3779b97f4a7c15u >> 40) & (capacity - 1);
    while (table[at] != 0 && table[at] != pid)
        at = (at + 1) & (capacity - 1);
    return &table[at];
}

static bool is_allowed(FlPid pid) {
    return callbacks.capacity > 0 && *place_of(callbacks.allowed, callbacks.capacity, pid) == pid;
}

// Those that live go to a table with room for one more. false: memory is out, nothing has changed.
static bool forget_ended(void) {
    uint32_t living = 0, capacity = 16;
    for (uint32_t i = 0; i < callbacks.capacity; i++)
        living += callbacks.allowed[i] != 0 && process_find(callbacks.allowed[i]) != NULL;
    while (capacity < 3 * (living + 1))
        capacity *= 2;
    FlPid *table = memory_allocate(capacity * sizeof *table);
    if (!table)
        return false;
    memset(table, 0, capacity * sizeof *table);
    callbacks.count = 0;
    for (uint32_t i = 0; i < callbacks.capacity && callbacks.count < living; i++) {
        FlPid pid = callbacks.allowed[i];
        if (pid == 0 || !process_find(pid))
            continue;
        *place_of(table, capacity, pid) = pid;
        callbacks.count++;
    }
    memory_free(callbacks.allowed);
    callbacks.allowed = table;
    callbacks.capacity = capacity;
    return true;
}

static bool allow(FlPid pid) {
    if (is_allowed(pid))
        return true;
    if (2 * (callbacks.count + 1) > callbacks.capacity && !forget_ended())
        return false;
    *place_of(callbacks.allowed, callbacks.capacity, pid) = pid;
    callbacks.count++;
    return true;
}

bool callback_allow(FlPid pid) {
    pthread_mutex_lock(&callbacks.lock);
    bool done = allow(pid);
    atomic_store_explicit(&callbacks.used, true, memory_order_relaxed);
    pthread_mutex_unlock(&callbacks.lock);
    return done;
}

static bool may_send(FlPid pid) {
    pthread_mutex_lock(&callbacks.lock);
    bool may = is_allowed(pid) && process_find(pid) != NULL;
    pthread_mutex_unlock(&callbacks.lock);
    return may;
}

bool foreign_listens(void) {
    if (!atomic_load_explicit(&callbacks.used, memory_order_relaxed))
        return false;
    pthread_mutex_lock(&callbacks.lock);
    bool some = false;
    for (uint32_t i = 0; i < callbacks.capacity && !some; i++)
        some = callbacks.allowed[i] != 0 && process_find(callbacks.allowed[i]) != NULL;
    pthread_mutex_unlock(&callbacks.lock);
    return some;
}

// ---- messages

// Values on their way into a message.
typedef struct Maker {
    FlArena arena;
    FlBump bump;
} Maker;

static bool make_string(Maker *maker, const char *text, FlWord *word) {
    uint64_t length = strlen(text), points = 0;
    static const char broken[] = "(not UTF-8)";
    if (length > UINT32_MAX - 64 || !utf8_check(text, length, &points)) {
        text = broken;
        length = points = sizeof broken - 1;
    }
    FlString *string = arena_allocate(&maker->arena, &maker->bump, object_string_bytes(length));
    if (!string)
        return false;
    memset((char *)string + object_string_bytes(length) - 8, 0, 8);
    string->header = (FlObject){.type = FL_TYPE_STRING};
    string->length = (uint32_t)length;
    string->points = (uint32_t)points;
    memcpy(string->bytes, text, length);
    *word = (FlWord)string;
    return true;
}

static bool make_box(Maker *maker, uint32_t type, FlWord value, FlWord *word) {
    FlObject *box = arena_allocate(&maker->arena, &maker->bump, sizeof(FlObject) + sizeof(FlWord));
    if (!box)
        return false;
    *box = (FlObject){.type = type};
    *object_words(box) = value;
    *word = (FlWord)box;
    return true;
}

// The kind of value that a C type becomes; NULL pointers are nil.
static FlKind value_kind(const FlCType *type, const char *from) {
    void *pointer;
    if (type->kind == FL_C_STRING) {
        memcpy(&pointer, from, sizeof pointer);
        return pointer || !type->nullable ? FL_KIND_STRING : FL_KIND_NIL;
    }
    return (FlKind)type->type->kind;
}

static bool make_union(Maker *maker, FlKind kind, uint32_t id, FlWord value, FlWord *word) {
    switch (kind) {
    case FL_KIND_NIL:
        *word = FL_IMMEDIATE(FL_TAG_NIL, 0);
        return true;
    case FL_KIND_BOOL:
        *word = FL_IMMEDIATE(FL_TAG_BOOL, value);
        return true;
    case FL_KIND_INT:
        *word = FL_IMMEDIATE(FL_TAG_INT, value);
        return FL_IMMEDIATE_PAYLOAD(*word) == (int64_t)value || make_box(maker, id, value, word);
    case FL_KIND_FLOAT:
        return make_box(maker, id, value, word);
    default: // a string is its own
        *word = value;
        return true;
    }
}

static bool make_value(Maker *maker, const FlCType *type, const FlType *as, const char *from, FlWord *word) {
    FlKind kind = value_kind(type, from);
    FlWord value = 0;
    if (kind == FL_KIND_STRING) {
        char *text;
        memcpy(&text, from, sizeof text);
        if (!make_string(maker, text ? text : "", &value))
            return false;
    } else if (kind != FL_KIND_NIL) {
        value = number_of_c(type, from);
    }
    if (as->kind == FL_KIND_UNION)
        return make_union(maker, kind, type->type->id, value, word);
    if (as->words > 0)
        *word = value;
    return true;
}

static bool holds_kind(const FlType *type, const FlCType *given) {
    if (type->kind == given->type->kind && !given->nullable)
        return true;
    bool some = false, nil = !given->nullable;
    for (uint32_t i = 0; type->kind == FL_KIND_UNION && i < type->field_count; i++) {
        some |= type->fields[i].type->kind == given->type->kind;
        nil |= type->fields[i].type->kind == FL_KIND_NIL;
    }
    return some && nil;
}

static const FlField *field_named(const FlType *record, const char *name) {
    for (uint32_t i = 0; i < record->field_count; i++)
        if (strcmp(record->fields[i].name, name) == 0)
            return &record->fields[i];
    return NULL;
}

// Whether the record is what the callback's parameters make.
static bool is_message(const FlType *record, const FlCType *callback) {
    if (record->kind != FL_KIND_RECORD || record->field_count != callback->field_count - 1)
        return false;
    for (uint64_t i = 0; i < callback->field_count; i++) {
        const FlCField *given = &callback->fields[i];
        const FlField *field = given->type ? field_named(record, given->name) : NULL;
        if (given->type && (!field || !holds_kind(field->type, given->type)))
            return false;
    }
    return true;
}

static const FlType *message_type(const FlCType *callback) {
    const FlType *all = callback->type;
    if (all->kind != FL_KIND_UNION)
        return is_message(all, callback) ? all : NULL;
    for (uint32_t i = 0; i < all->field_count; i++)
        if (is_message(all->fields[i].type, callback))
            return all->fields[i].type;
    return NULL;
}

static FlMessage *make_message(Maker *maker, const FlType *type, const FlCType *callback, const char *frame) {
    FlMessage *message = message_begin(type);
    bool done = message != NULL;
    for (uint64_t i = 0; i < callback->field_count && done; i++) {
        const FlCField *given = &callback->fields[i];
        if (!given->type)
            continue;
        const FlField *field = field_named(type, given->name);
        FlWord *words = object_words((FlObject *)message->head.root);
        done = make_value(maker, given->type, field->type, frame + given->offset, words + field->offset);
    }
    if (done && message_complete(message))
        return message;
    if (message)
        message_free(message);
    return NULL;
}

// ---- sending

static void wait_in_list(FlMessage *message) {
    pthread_mutex_lock(&callbacks.lock);
    message->head.next = NULL;
    *callbacks.last = message;
    callbacks.last = &message->head.next;
    pthread_cond_signal(&callbacks.arrived);
    pthread_mutex_unlock(&callbacks.lock);
}

static void send(const FlCType *callback, const char *frame) {
    Maker maker;
    _Alignas(8) char embedded[512];
    FlPid to = 0;
    for (uint64_t i = 0; i < callback->field_count; i++)
        if (!callback->fields[i].type)
            memcpy(&to, frame + callback->fields[i].offset, sizeof to);
    const FlType *type = may_send(to) ? message_type(callback) : NULL;
    if (!type)
        return;
    arena_init(&maker.arena, &maker.bump, embedded, sizeof embedded);
    FlMessage *message = make_message(&maker, type, callback, frame);
    arena_deinit(&maker.arena, &maker.bump);
    bool here = callbacks.direct || pthread_equal(pthread_self(), callbacks.owner);
    if (!message) {
        if (here)
            process_abandon(to); // it would wait for what is lost
        else
            fputs("fluffy: out of memory: a callback's message is lost\n", stderr);
        return;
    }
    message->to = to;
    if (here)
        signal_route(message);
    else
        wait_in_list(message);
}

void fl_foreign_callback(const FlCType *callback, const char *frame) {
    atomic_fetch_add(&callbacks.inside, 1);
    if (atomic_load(&callbacks.open)) {
        send(callback, frame);
        cache_flush_thread(); // nobody knows when a thread of C's ends
    }
    atomic_fetch_sub(&callbacks.inside, 1);
}

bool foreign_deliver(void) {
    if (!atomic_load_explicit(&callbacks.used, memory_order_relaxed))
        return false;
    pthread_mutex_lock(&callbacks.lock);
    FlMessage *message = callbacks.first;
    callbacks.first = NULL;
    callbacks.last = &callbacks.first;
    pthread_mutex_unlock(&callbacks.lock);
    bool some = message != NULL;
    while (message) {
        FlMessage *next = message->head.next;
        signal_route(message);
        message = next;
    }
    return some;
}

void foreign_await(void) {
    pthread_mutex_lock(&callbacks.lock);
    while (!callbacks.first)
        pthread_cond_wait(&callbacks.arrived, &callbacks.lock);
    pthread_mutex_unlock(&callbacks.lock);
}

// ---- start and end

void foreign_start(bool threads) {
    callbacks.direct = threads;
    callbacks.owner = pthread_self();
    callbacks.first = NULL;
    callbacks.last = &callbacks.first;
    atomic_store(&callbacks.used, false);
    atomic_store(&callbacks.open, true);
}

void foreign_stop(void) {
    atomic_store(&callbacks.open, false);
    while (atomic_load(&callbacks.inside) > 0)
        sched_yield();
    for (FlMessage *next, *message = callbacks.first; message; message = next) {
        next = message->head.next;
        message_free(message);
    }
    callbacks.first = NULL;
    memory_free(callbacks.allowed);
    callbacks.allowed = NULL;
    callbacks.count = callbacks.capacity = 0;
}

void foreign_end(void) {
    handles_close();
    if (ftrylockfile(stdout) == 0) { // else some call of C's waits with it
        fflush_unlocked(stdout);
        funlockfile(stdout);
    }
}
