#include "runtime/foreign/pass.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runtime/memory/alloc.h"
#include "runtime/memory/holds.h"
#include "runtime/pool/pool.h"

enum { TEXT_BYTES = 96 };

// All handles, so that those that are left at the end of a program can be closed.
static struct {
    pthread_mutex_t lock;
    Handle *first;
    _Atomic(uint64_t) made;    // relaxed: a number for each
    _Atomic(bool) ended;       // the program ends; relaxed: set before what it explains
    _Atomic(uint32_t) closing; // that are being closed; up before `state` says so (both acquire, release)
} handles = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void enlist(Handle *handle) {
    pthread_mutex_lock(&handles.lock);
    handle->next = handles.first;
    handle->link = &handles.first;
    if (handle->next)
        handle->next->link = &handle->next;
    handles.first = handle;
    pthread_mutex_unlock(&handles.lock);
}

static void delist(Handle *handle) {
    pthread_mutex_lock(&handles.lock);
    *handle->link = handle->next;
    if (handle->next)
        handle->next->link = handle->link;
    pthread_mutex_unlock(&handles.lock);
}

Handle *handle_of(const FlObject *object) {
    const FlString *string = (const FlString *)object;
    return (Handle *)((char *)(uintptr_t)object + object_string_bytes(string->length));
}

uint32_t handle_take(Handle *handle) {
    uint32_t state = 0;
    atomic_compare_exchange_strong_explicit(&handle->state, &state, HANDLE_CLOSED, memory_order_acq_rel,
                                            memory_order_acquire);
    return state;
}

static void close_if_open(Handle *handle) {
    atomic_fetch_add_explicit(&handles.closing, 1, memory_order_acq_rel);
    if (handle_take(handle) == 0 && handle->close)
        call_with_pointer(handle->close, handle->pointer);
    atomic_fetch_sub_explicit(&handles.closing, 1, memory_order_acq_rel);
}

// ---- the end of a handle

static void run_close(ProcessJob *job) { close_if_open((Handle *)job); }

static void free_handle(ProcessJob *job) {
    Handle *handle = (Handle *)job;
    close_if_open(handle); // the job may have been dropped
    delist(handle);
    memory_free(counted_of(handle->object));
}

// Nothing refers to it any more. It stays in the list until it is closed, so that the end of the program finds it.
static void finish(const FlObject *object) {
    Handle *handle = handle_of(object);
    if (!handle->close || atomic_load_explicit(&handle->state, memory_order_acquire) == HANDLE_CLOSED)
        free_handle(&handle->job);
    else
        pool_give(&handle->job);
}

void handles_close(void) {
    enum { PATIENCE = 2000 }; // milliseconds for what others are closing
    atomic_store_explicit(&handles.ended, true, memory_order_relaxed);
    pthread_mutex_lock(&handles.lock);
    for (Handle *handle = handles.first; handle; handle = handle->next)
        close_if_open(handle);
    pthread_mutex_unlock(&handles.lock);
    for (int i = 0; i < PATIENCE && atomic_load_explicit(&handles.closing, memory_order_acquire) > 0; i++)
        usleep(1000);
}

// ---- its beginning

FlObject *handle_new(FlProcess *self, const FlCType *type, void *pointer) {
    char text[TEXT_BYTES];
    uint64_t number = atomic_fetch_add_explicit(&handles.made, 1, memory_order_relaxed) + 1;
    snprintf(text, sizeof text, "<%.60s %" PRIu64 ">", type->name, number);
    uint32_t length = (uint32_t)strlen(text);
    uint64_t bytes = object_string_bytes(length);
    FlString *string = counted_new(&self->arena, bytes + sizeof(Handle));
    if (!string)
        return NULL;
    memset((char *)string + bytes - 8, 0, 8);
    string->header = (FlObject){.type = type->type->id, .flags = OBJECT_COUNTED_FLAGS};
    string->length = string->points = length; // a name of a type is ASCII
    memcpy(string->bytes, text, length);
    Handle *handle = handle_of(&string->header);
    *handle = (Handle){.job = {.run = run_close, .free = free_handle}, .object = &string->header, .pointer = pointer};
    handle->close = type->function;
    enlist(handle);
    counted_of(&string->header)->finish = finish;
    return &string->header;
}

// ---- its use

void handle_wait_if_ended(void) {
    while (atomic_load_explicit(&handles.ended, memory_order_relaxed))
        pause();
}

Handle *handle_use(const FlObject *object) {
    Handle *handle = handle_of(object);
    uint32_t state = atomic_load_explicit(&handle->state, memory_order_relaxed);
    do {
        if (state == HANDLE_CLOSED)
            return NULL;
    } while (!atomic_compare_exchange_weak_explicit(&handle->state, &state, state + 1, memory_order_acq_rel,
                                                    memory_order_relaxed));
    return handle;
}

void handle_unuse(Handle *handle) { atomic_fetch_sub_explicit(&handle->state, 1, memory_order_acq_rel); }
