// Scopes: what was handed out and is to stay. Each that keeps something is in a list, so that stopping the runtime
// finds them all.
#include <string.h>

#include "runtime/host/host.h"
#include "runtime/memory/alloc.h"

typedef struct List List;
struct List {
    List *next;
    uint64_t unused; // so that what follows is 16-aligned
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static fluffy_scope *first; // that keep something
static fluffy_scope left;   // in no list: what scopes kept that were ended while the runtime was stopping

// The lock is held.
static void link_first(fluffy_scope *scope) {
    scope->runtime = &host.handle;
    scope->last = NULL;
    scope->next = first;
    if (first)
        first->last = scope;
    first = scope;
}

static void note(fluffy_scope *scope) {
    if (scope->runtime)
        return;
    pthread_mutex_lock(&lock);
    link_first(scope);
    pthread_mutex_unlock(&lock);
}

void scope_keep(fluffy_scope *scope, FlMessage *message) {
    note(scope);
    message->head.next = scope->messages;
    scope->messages = message;
}

void *scope_list(fluffy_scope *scope, size_t bytes) {
    List *list = memory_allocate(sizeof *list + bytes);
    if (!list)
        return NULL;
    note(scope);
    list->next = scope->lists;
    scope->lists = list;
    return memset(list + 1, 0, bytes);
}

// The lock is held.
static void leave_list(fluffy_scope *scope) {
    if (scope->last)
        scope->last->next = scope->next;
    else
        first = scope->next;
    if (scope->next)
        scope->next->last = scope->last;
    *scope = (fluffy_scope){0};
}

// The lock is held.
static void empty(fluffy_scope *scope) {
    for (FlMessage *message = scope->messages, *next; message; message = next) {
        next = message->head.next;
        message_free(message);
    }
    for (List *list = scope->lists, *next; list; list = next) {
        next = list->next;
        memory_free(list);
    }
    leave_list(scope);
}

// The runtime is stopping, and the scope, a variable of its owner, goes away: what it keeps is left to who stops the
// runtime, if that has not emptied it yet.
static void leave_behind(fluffy_scope *scope) {
    pthread_mutex_lock(&lock);
    if (scope->runtime) {
        for (FlMessage *message = scope->messages, *next; message; message = next) {
            next = message->head.next;
            message->head.next = left.messages;
            left.messages = message;
        }
        for (List *list = scope->lists, *next; list; list = next) {
            next = list->next;
            list->next = left.lists;
            left.lists = list;
        }
        leave_list(scope);
    }
    pthread_mutex_unlock(&lock);
}

void scope_end(fluffy_scope *scope) {
    Seat *seat = seat_enter(); // what it keeps may be freed into the thread's cache, or be the shared heap's
    if (host_forked()) {
        *scope = (fluffy_scope){0};
        return;
    }
    if (!seat) {
        leave_behind(scope);
        return;
    }
    pthread_mutex_lock(&lock);
    if (scope->runtime)
        empty(scope);
    pthread_mutex_unlock(&lock);
    seat_leave(seat);
}

void scopes_end(void) {
    pthread_mutex_lock(&lock);
    while (first)
        empty(first);
    link_first(&left);
    empty(&left);
    pthread_mutex_unlock(&lock);
}
