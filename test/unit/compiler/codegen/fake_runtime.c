// As much of a runtime as the programs of these tests need: one process, memory without end, texts of integers.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/abi/abi.h"

struct FlProcess {
    FlProcessHead head;
};

static char arena[1 << 20];

static _Noreturn void fail(const char *what) {
    printf("panic: %s\n", what);
    exit(1);
}

void *process_alloc_slow(FlProcess *self, uint64_t bytes) {
    (void)self;
    return malloc(bytes);
}

void process_poll(FlProcess *self) { (void)self; }

// Room for the deepest recursion is made by running it on a stack of its own, once.
bool process_poll_stack(FlProcess *self, uint64_t bytes) {
    if (bytes)
        printf("%s\n", bytes > 20000 ? "large" : "small");
    return self->head.stack_limit == UINTPTR_MAX;
}

void fl_run_on_segment(FlProcess *self, void (*thunk)(FlProcess *self, void *arguments), void *arguments,
                       const FlSite *site) {
    (void)site;
    self->head.stack_limit = 0;
    printf("segment\n");
    thunk(self, arguments);
}

void fl_panic_overflow(FlProcess *self, const FlSite *site) {
    (void)self;
    (void)site;
    fail("overflow");
}

void fl_panic_division(FlProcess *self, const FlSite *site) {
    (void)self;
    (void)site;
    fail("division");
}

void fl_panic_index(FlProcess *self, int64_t index, uint64_t length, const FlSite *site) {
    (void)self;
    (void)site;
    printf("%" PRId64 " of %" PRIu64 " ", index, length);
    fail("index");
}

void fl_panic_no_match(FlProcess *self, const FlType *type, const FlWord *value, const char *what, const FlSite *site) {
    (void)self;
    (void)type;
    (void)value;
    (void)site;
    fail(what);
}

FlString *fl_text_int(FlProcess *self, int64_t value) {
    (void)self;
    FlString *string = malloc(sizeof *string + 32);
    string->header = (FlObject){FL_TYPE_STRING, 0};
    string->length = string->points = (uint32_t)sprintf(string->bytes, "%" PRId64, value);
    return string;
}

void fl_println(FlProcess *self, FlString *text) {
    (void)self;
    printf("%.*s\n", (int)text->length, text->bytes);
}

int main(int count, char **arguments) {
    FlProcess process = {.head = {.bump = {arena, arena + sizeof arena}, .pid = 1}};
    if (count > 1 && strcmp(arguments[1], "full") == 0)
        process.head.stack_limit = UINTPTR_MAX;
    if (fl_program.abi_version != FL_ABI_VERSION)
        fail("abi");
    for (uint32_t i = 0; i < fl_program.type_count; i++)
        if (fl_program.types[i]->id != i)
            fail("types");
    fl_program.main(&process);
    return 0;
}
