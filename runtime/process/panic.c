// Ends of a process by its own doing: panics, lack of memory.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runtime/memory/holds.h"
#include "runtime/memory/object.h"
#include "runtime/process/death.h"
#include "runtime/process/receive.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"

// A string in the process's arena from text of ASCII; the static fallback when memory is out.
static const FlString *make_text(FlProcess *self, const char *text) {
    uint32_t length = (uint32_t)strlen(text);
    FlString *string = arena_allocate(&self->arena, &self->head.bump, object_string_bytes(length));
    if (!string)
        return reason_no_memory;
    string->header = (FlObject){.type = FL_TYPE_STRING};
    string->length = length;
    string->points = 0;
    memcpy(string->bytes, text, length);
    memset(string->bytes + length, 0, object_string_bytes(length) - offsetof(FlString, bytes) - length);
    for (uint32_t i = 0; i < length; i++)
        string->points += ((unsigned char)text[i] & 0xc0) != 0x80;
    return string;
}

// `report` is what the report says, `reason` what others are told.
static _Noreturn void crash(FlProcess *self, const FlString *reason, const FlString *report, const FlSite *site) {
    bool first = !(self->flags & FLAG_DYING);
    death_begin(self, reason, NULL);
    if (first && self->side != &side_of_last_resort) {
        self->side->report = report;
        self->side->report_site = site;
    }
    if (first)
        self->flags |= FLAG_REPORT;
    death_run(self);
}

_Noreturn void process_panic(FlProcess *self, const char *text, const FlSite *site) {
    const FlString *reason = make_text(self, text);
    crash(self, reason, reason, site);
}

static _Noreturn __attribute__((format(printf, 3, 4))) void panic_format(FlProcess *self, const FlSite *site,
                                                                         const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    process_panic(self, text, site);
}

// Bytes of a text that fit into `most`, whole code points.
static int fitting(const FlString *text, uint32_t most) {
    uint32_t length = text->length;
    if (length > most) {
        length = most;
        while (length > 0 && ((unsigned char)text->bytes[length] & 0xc0) == 0x80)
            length--;
    }
    return (int)length;
}

_Noreturn void process_panic_name(FlProcess *self, const FlString *name, const FlSite *site) {
    panic_format(self, site, "the name \"%.*s\" is taken", fitting(name, 400), name->bytes);
}

_Noreturn void process_out_of_memory(FlProcess *self) {
    // Defers that can't allocate either end here again; they are not tried one by one.
    if (self->flags & FLAG_DYING)
        self->head.defers = NULL;
    if (self->arena.limit != 0 && !(self->flags & FLAG_DYING))
        process_over_limit(self);
    crash(self, reason_no_memory, reason_no_memory, NULL);
}

_Noreturn void process_over_limit(FlProcess *self) {
    char text[80];
    snprintf(text, sizeof text, "memory limit of %llu bytes reached", (unsigned long long)self->arena.limit);
    uint64_t limit = self->arena.limit;
    self->arena.limit = 0; // for the text of the report; death_run sets the limit of the defers from it
    const FlString *report = make_text(self, text);
    self->arena.limit = limit;
    crash(self, reason_killed, report, NULL);
}

void process_overflow(FlProcess *self, uint64_t limit) {
    if (self->flags & FLAG_DYING || !reason_is(death_reason(self), reason_normal))
        return;
    char text[80];
    snprintf(text, sizeof text, "mailbox overflow: its limit is %llu message%s", (unsigned long long)limit,
             limit == 1 ? "" : "s");
    death_begin(self, make_text(self, text), NULL);
    self->flags |= FLAG_REPORT;
}

FlArena *process_arena(FlProcess *self) { return &self->arena; }

void *process_alloc_slow(FlProcess *self, uint64_t bytes) {
    void *object = arena_allocate_slow(&self->arena, &self->head.bump, bytes);
    if (__builtin_expect(!object, 0))
        process_out_of_memory(self);
    if (arena_due(&self->arena)) // the next poll is taken; nobody's request is lost by that
        __atomic_store_n(&self->head.stack_limit, UINTPTR_MAX, __ATOMIC_RELAXED);
    return object;
}

void *process_allocate_flat(FlProcess *self, uint64_t bytes) {
    void *object = counted_new(&self->arena, bytes);
    if (__builtin_expect(!object, 0))
        process_out_of_memory(self);
    if (arena_due(&self->arena))
        __atomic_store_n(&self->head.stack_limit, UINTPTR_MAX, __ATOMIC_RELAXED);
    return object;
}

void fl_panic(FlProcess *self, FlString *text, const FlSite *site) { crash(self, text, text, site); }

void fl_panic_overflow(FlProcess *self, const FlSite *site) { process_panic(self, "integer overflow", site); }

void fl_panic_division(FlProcess *self, const FlSite *site) { process_panic(self, "division by zero", site); }

void fl_panic_index(FlProcess *self, int64_t index, uint64_t length, const FlSite *site) {
    panic_format(self, site, "index %lld out of range: the list has %llu element%s", (long long)index,
                 (unsigned long long)length, length == 1 ? "" : "s");
}

void fl_panic_slice(FlProcess *self, int64_t from, int64_t to, uint64_t length, const FlSite *site) {
    panic_format(self, site, "slice %lld..%lld out of range: the list has %llu element%s", (long long)from,
                 (long long)to, (unsigned long long)length, length == 1 ? "" : "s");
}

void fl_panic_no_match(FlProcess *self, const FlType *type, const FlWord *value, const char *what, const FlSite *site) {
    const FlString *text = fl_text(self, type, value);
    bool is_match = strcmp(what, "match") == 0;
    panic_format(self, site, "no %s of %s takes %s%.*s", is_match ? "arm" : "clause", what,
                 is_match ? "the value " : "", fitting(text, 300), text->bytes);
}

void fl_panic_assert(FlProcess *self, FlString *text, const FlSite *site) {
    if (text->length == 0)
        process_panic(self, "assertion failed", site);
    panic_format(self, site, "assertion failed: %.*s", fitting(text, 400), text->bytes);
}
