// Large programs become several object files, optimised side by side.
//
// The module is divided when it has been lowered: each part is a run of neighbouring functions, since a function's
// neighbours are those that it calls. What one part uses of another becomes visible between them (hidden from
// everything else); small functions stay in every part, so that they are still inlined. Then each part is a forked
// child of the compiler, which deletes the other parts' functions from its copy of the module and goes on as for a
// whole program. LLVM has no locks between children, and memory that no child touches is shared.
//
// Deleting takes time and unshares memory, so it is done by halves: a child with several parts forks one that keeps the
// first half of them, waits for it, then keeps the second half itself. So each function is deleted some log2(parts)
// times, not once in each part. There are as many such children at the start as there are processors.
//
// How many parts there are depends on the program and the profile alone, so that the same source gives the same code on
// every machine. If a child fails, whatever the reason, the program is compiled in one piece: what is wrong shows
// there.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compiler/base/sb.h"
#include "compiler/codegen/lower.h"

enum {
    PART_INSTRUCTIONS = 15000,       // about a quarter of a second of optimising
    TWO_PARTS_INSTRUCTIONS = 8000,   // at least: two parts are done sooner than one, though they take more time
    DEBUG_PART_INSTRUCTIONS = 50000, // about as long, not optimised
    SMALL_INSTRUCTIONS = 24,         // at most: worth a copy in every part
    EVERY_PART = SPLIT_MAX_PARTS,
};

typedef struct Split {
    Unit *unit;
    LLVMTargetMachineRef machine;
    unsigned count;
    Map home;                    // of functions with a body at first: their part + 1, or EVERY_PART + 1
    unsigned first, end;         // the parts whose functions this process still has
    FILE *news[SPLIT_MAX_PARTS]; // from the child that makes a part
} Split;

// ---- which function goes where --------------------------------------------------------------------------------------

static bool has_body(LLVMValueRef function) { return LLVMCountBasicBlocks(function) > 0; }

static bool may_be_inlined(LLVMValueRef function) {
    unsigned kind = LLVMGetEnumAttributeKindForName("noinline", strlen("noinline"));
    return !LLVMGetEnumAttributeAtIndex(function, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, kind);
}

unsigned split_parts(const Unit *unit) {
    const CodegenOptions *options = unit->options;
    if (!options->part_path || options->output != CODEGEN_OBJECT || options->sanitize)
        return 1;
    size_t total = 0;
    for (LLVMValueRef f = LLVMGetFirstFunction(unit->module); f; f = LLVMGetNextFunction(f))
        total += unit_instructions(f);
    size_t size = options->debug ? DEBUG_PART_INSTRUCTIONS : PART_INSTRUCTIONS;
    size_t parts = (total + size / 2) / size;
    if (parts < 2)
        return !options->debug && total >= TWO_PARTS_INSTRUCTIONS ? 2 : 1;
    return parts > SPLIT_MAX_PARTS ? SPLIT_MAX_PARTS : (unsigned)parts;
}

static void assign(Split *split) {
    LLVMModuleRef module = split->unit->module;
    size_t total = 1, before = 0;
    for (LLVMValueRef f = LLVMGetFirstFunction(module); f; f = LLVMGetNextFunction(f))
        total += unit_instructions(f);
    for (LLVMValueRef f = LLVMGetFirstFunction(module); f; f = LLVMGetNextFunction(f)) {
        if (!has_body(f))
            continue;
        unsigned weight = unit_instructions(f);
        uintptr_t home = weight <= SMALL_INSTRUCTIONS && may_be_inlined(f) ? EVERY_PART : before * split->count / total;
        before += weight;
        map_set(&split->home, f, (void *)(home + 1));
    }
}

static unsigned home_of(const Split *split, LLVMValueRef function) {
    return (unsigned)(uintptr_t)map_get(&split->home, function) - 1;
}

// ---- what one part uses of another ----------------------------------------------------------------------------------

// A function of every part has its one real body in the first.
static unsigned owner_of(const Split *split, LLVMValueRef function) {
    unsigned home = home_of(split, function);
    return home == EVERY_PART ? 0 : home;
}

// A constant without references, whose address says nothing: each part keeps what it uses.
static bool is_copied(LLVMValueRef global) { return LLVMGetUnnamedAddress(global) == LLVMGlobalUnnamedAddr; }

// Whether `value`, which part `owner` defines, is used in another. Constants refer to constants, so this goes on
// upwards.
static bool used_outside(const Split *split, LLVMValueRef value, unsigned owner) {
    for (LLVMUseRef use = LLVMGetFirstUse(value); use; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        if (LLVMIsAInstruction(user)) {
            if (home_of(split, LLVMGetBasicBlockParent(LLVMGetInstructionParent(user))) != owner)
                return true;
        } else if (LLVMIsAGlobalVariable(user)) {
            if (owner != 0)
                return true; // variables are the first part's
        } else if (used_outside(split, user, owner)) {
            return true;
        }
    }
    return false;
}

static void expose(LLVMValueRef value) {
    LLVMSetLinkage(value, LLVMExternalLinkage);
    LLVMSetVisibility(value, LLVMHiddenVisibility);
}

// No name of a C program has a dot, as those of all functions here have.
static void expose_variable(LLVMValueRef variable) {
    size_t len;
    const char *name = text_format("fluffy.%s", LLVMGetValueName2(variable, &len));
    LLVMSetValueName2(variable, name, strlen(name));
    expose(variable);
}

static void expose_crossing(const Split *split) {
    LLVMModuleRef module = split->unit->module;
    for (LLVMValueRef f = LLVMGetFirstFunction(module); f; f = LLVMGetNextFunction(f))
        if (has_body(f) && used_outside(split, f, owner_of(split, f)))
            expose(f);
    for (LLVMValueRef v = LLVMGetFirstGlobal(module); v; v = LLVMGetNextGlobal(v))
        if (LLVMGetLinkage(v) == LLVMPrivateLinkage && !is_copied(v) && used_outside(split, v, 0))
            expose_variable(v);
}

// ---- one part, in a child -------------------------------------------------------------------------------------------

static void copy_attributes(LLVMValueRef to, LLVMValueRef from) {
    unsigned parameters = LLVMCountParams(from);
    for (int at = (int)LLVMAttributeFunctionIndex; at <= (int)parameters; at++) {
        LLVMAttributeIndex index = (LLVMAttributeIndex)at;
        unsigned count = LLVMGetAttributeCountAtIndex(from, index);
        LLVMAttributeRef *attributes = mem_alloc_data((count + 1) * sizeof *attributes);
        LLVMGetAttributesAtIndex(from, index, attributes);
        for (unsigned i = 0; i < count; i++)
            LLVMAddAttributeAtIndex(to, index, attributes[i]);
    }
}

// Only the declaration of `function` stays.
static void drop_body(Unit *unit, LLVMValueRef function) {
    size_t len;
    const char *name = LLVMGetValueName2(function, &len);
    name = mem_copy_text(name, len);
    LLVMValueRef declaration = LLVMAddFunction(unit->module, "", LLVMGlobalGetValueType(function));
    LLVMSetFunctionCallConv(declaration, LLVMGetFunctionCallConv(function));
    copy_attributes(declaration, function);
    expose(declaration);
    LLVMReplaceAllUsesWith(function, declaration);
    LLVMDeleteFunction(function);
    LLVMSetValueName2(declaration, name, len);
}

static bool is_within(unsigned home, unsigned first, unsigned end) { return first <= home && home < end; }

// Deletes what belongs to none of the parts from `first` to before `end`, which the process all has.
static void keep_parts(Split *split, unsigned first, unsigned end) {
    for (size_t i = 0; i < split->home.len; i++) {
        const MapEntry *entry = &split->home.entries[i];
        unsigned home = (unsigned)(uintptr_t)entry->value - 1;
        if (is_within(home, split->first, split->end) && !is_within(home, first, end))
            drop_body(split->unit, (LLVMValueRef)entry->key);
    }
    split->first = first;
    split->end = end;
}

// The first part has the real body of what is in every part.
static void share_functions(const Split *split) {
    for (LLVMValueRef f = LLVMGetFirstFunction(split->unit->module); f; f = LLVMGetNextFunction(f))
        if (has_body(f) && home_of(split, f) == EVERY_PART && LLVMGetLinkage(f) == LLVMExternalLinkage)
            LLVMSetLinkage(f, LLVMAvailableExternallyLinkage);
}

// Variables are the first part's. Those that nothing else uses go by themselves.
static void share_variables(const Split *split) {
    for (LLVMValueRef v = LLVMGetFirstGlobal(split->unit->module); v; v = LLVMGetNextGlobal(v))
        if (LLVMGetLinkage(v) == LLVMExternalLinkage)
            LLVMSetInitializer(v, NULL);
}

// What the child learned of frames, for the parent.
static void write_frames(FILE *file, const FrameSizes *frames) {
    for (size_t i = 0; frames->grown && i < frames->large.len; i++) {
        const MapEntry *entry = &frames->large.entries[i];
        fprintf(file, "%zu %s\n", (size_t)(uintptr_t)entry->value, name_text(entry->key));
    }
}

static bool emit_part(Split *split) {
    unsigned part = split->first;
    CodegenOptions options = *split->unit->options;
    options.path = options.part_path(part);
    split->unit->options = &options;
    if (part != 0) {
        share_functions(split);
        share_variables(split);
    }
    bool done = emit_module(split->unit, split->machine);
    write_frames(split->news[part], split->unit->frames);
    return fflush(split->news[part]) == 0 && done;
}

static void become_child(void) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int number = 1; number < SIGRTMIN; number++)
        signal(number, SIG_DFL); // the parent's handlers remove its files
    mem_stop_collecting();
}

static bool succeeds(pid_t child) {
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return status == 0;
}

// Of a child: all its parts.
static _Noreturn void emit_parts(Split *split, unsigned first, unsigned end) {
    bool done = true;
    keep_parts(split, first, end);
    while (done && end - first > 1) {
        unsigned middle = first + (end - first) / 2;
        pid_t child = fork();
        if (child == 0) {
            become_child();
            end = middle;
        } else {
            done = child > 0 && succeeds(child);
            first = middle;
        }
        keep_parts(split, first, end);
    }
    _exit(done && emit_part(split) ? 0 : 1);
}

// ---- all parts ------------------------------------------------------------------------------------------------------

static void read_frames(FILE *file, FrameSizes *frames) {
    char line[1024], name[1000];
    size_t bytes;
    rewind(file);
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "%zu %999[^\n]", &bytes, name) == 2)
            frame_found(frames, name_of(name), bytes);
}

// The files are made here, so that this process knows of them.
static bool make_files(Split *split) {
    bool done = true;
    for (unsigned part = 0; part < split->count; part++) {
        split->news[part] = tmpfile();
        done = done && split->news[part] && split->unit->options->part_path(part);
    }
    return done;
}

static void end_files(const Split *split) {
    for (unsigned part = 0; part < split->count; part++) {
        if (!split->news[part])
            continue;
        read_frames(split->news[part], split->unit->frames);
        fclose(split->news[part]);
    }
}

static bool emit_side_by_side(Split *split) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned groups = processors < 1 ? 1 : processors > split->count ? split->count : (unsigned)processors;
    pid_t child[SPLIT_MAX_PARTS];
    for (unsigned i = 0; i < groups; i++) {
        child[i] = fork();
        if (child[i] == 0) {
            become_child();
            emit_parts(split, split->count * i / groups, split->count * (i + 1) / groups);
        }
    }
    bool done = true;
    for (unsigned i = 0; i < groups; i++)
        done &= child[i] > 0 && succeeds(child[i]);
    return done;
}

bool split_emit(Unit *unit, LLVMTargetMachineRef machine, unsigned parts) {
    Split split = {.unit = unit, .machine = machine, .count = parts, .end = parts};
    assign(&split);
    expose_crossing(&split);
    bool done = make_files(&split) && emit_side_by_side(&split);
    end_files(&split);
    return done;
}
