// Large programs become several object files, optimised side by side.
//
// The module is divided when it has been lowered: each part is a run of neighbouring functions, since a function's
// neighbours are those that it calls. What one part uses of another becomes visible between them (hidden from
// everything else); small functions stay in every part, so that they are still inlined. Then each part is a forked
// child of the compiler, which deletes the other parts' functions from its copy of the module and goes on as for a
// whole program. LLVM has no locks between children, and memory that no child touches is shared.
//
// How many parts there are depends on the program alone, so that the same source gives the same code on every machine.
// If a child fails, whatever the reason, the program is compiled in one piece: what is wrong shows there.
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
    PART_INSTRUCTIONS = 15000, // about half a second of optimising
    SMALL_INSTRUCTIONS = 24,   // at most: worth a copy in every part
    EVERY_PART = SPLIT_MAX_PARTS,
};

typedef struct Split {
    Unit *unit;
    unsigned count;
    Map home; // of functions with a body: their part + 1, or EVERY_PART + 1
} Split;

// ---- which function goes where --------------------------------------------------------------------------------------

static unsigned count_instructions(LLVMValueRef function) {
    unsigned count = 0;
    for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(function); block; block = LLVMGetNextBasicBlock(block))
        for (LLVMValueRef at = LLVMGetFirstInstruction(block); at; at = LLVMGetNextInstruction(at))
            count++;
    return count;
}

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
        total += count_instructions(f);
    size_t parts = (total + PART_INSTRUCTIONS / 2) / PART_INSTRUCTIONS;
    return parts < 2 ? 1 : parts > SPLIT_MAX_PARTS ? SPLIT_MAX_PARTS : (unsigned)parts;
}

static void assign(Split *split) {
    LLVMModuleRef module = split->unit->module;
    size_t total = 1, before = 0;
    for (LLVMValueRef f = LLVMGetFirstFunction(module); f; f = LLVMGetNextFunction(f))
        total += count_instructions(f);
    for (LLVMValueRef f = LLVMGetFirstFunction(module); f; f = LLVMGetNextFunction(f)) {
        if (!has_body(f))
            continue;
        unsigned weight = count_instructions(f);
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

static void keep_functions(const Split *split, unsigned part) {
    for (size_t i = 0; i < split->home.len; i++) {
        LLVMValueRef function = (LLVMValueRef)split->home.entries[i].key;
        unsigned home = home_of(split, function);
        if (home != part && home != EVERY_PART)
            drop_body(split->unit, function);
        else if (home == EVERY_PART && part != 0 && LLVMGetLinkage(function) == LLVMExternalLinkage)
            LLVMSetLinkage(function, LLVMAvailableExternallyLinkage);
    }
}

// Variables are the first part's. Those that nothing else uses go by themselves.
static void keep_variables(const Split *split, unsigned part) {
    for (LLVMValueRef v = LLVMGetFirstGlobal(split->unit->module); v && part != 0; v = LLVMGetNextGlobal(v))
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

static _Noreturn void child(const Split *split, LLVMTargetMachineRef machine, unsigned part, FILE *news) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int number = 1; number < SIGRTMIN; number++)
        signal(number, SIG_DFL); // the parent's handlers remove its files
    mem_stop_collecting();
    CodegenOptions options = *split->unit->options;
    options.path = split->unit->options->part_path(part);
    split->unit->options = &options;
    keep_functions(split, part);
    keep_variables(split, part);
    bool done = options.path && emit_module(split->unit, machine);
    write_frames(news, split->unit->frames);
    _exit(done && fflush(news) == 0 ? 0 : 1);
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

typedef struct Children {
    pid_t process[SPLIT_MAX_PARTS];
    FILE *news[SPLIT_MAX_PARTS];
    unsigned started, ended;
    bool failed;
} Children;

static void start_child(Children *children, const Split *split, LLVMTargetMachineRef machine) {
    unsigned part = children->started++;
    FILE *news = children->news[part] = tmpfile();
    // The path is made here, so that the parent knows of the file.
    pid_t process = news && split->unit->options->part_path(part) ? fork() : -1;
    if (process == 0)
        child(split, machine, part, news);
    children->process[part] = process;
    if (process < 0) {
        children->failed = true;
        children->ended++;
    }
}

static void await_child(Children *children, FrameSizes *frames) {
    int status;
    pid_t process = waitpid(-1, &status, 0);
    if (process < 0) {
        if (errno != EINTR) {
            children->failed = true;
            children->ended = children->started;
        }
        return;
    }
    for (unsigned part = 0; part < children->started; part++) {
        if (children->process[part] != process)
            continue;
        children->ended++;
        children->failed |= status != 0;
        read_frames(children->news[part], frames);
    }
}

bool split_emit(Unit *unit, LLVMTargetMachineRef machine, unsigned parts) {
    Split split = {.unit = unit, .count = parts};
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    assign(&split);
    expose_crossing(&split);
    Children children = {0};
    while (children.ended < parts) {
        while (children.started < parts && children.started - children.ended < (processors > 1 ? processors : 1))
            start_child(&children, &split, machine);
        if (children.ended < children.started)
            await_child(&children, unit->frames);
    }
    for (unsigned part = 0; part < parts; part++)
        if (children.news[part])
            fclose(children.news[part]);
    return !children.failed;
}
