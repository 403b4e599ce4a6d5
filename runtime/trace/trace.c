#include "runtime/trace/trace.h"

#include <pthread.h>
#include <string.h>

#include "runtime/trace/cfi.h"
#include "runtime/trace/machine_x86_64.h"
#include "runtime/trace/places.h"

// ---- what is known about an address; a small cache makes a recursion of a million calls a matter of milliseconds

enum { KNOWN = 32 };

typedef struct Known {
    uintptr_t pc; // 0: free
    CfiRule rule;
    uint32_t calls; // that reports show
    bool walkable;
} Known;

static pthread_once_t own_once = PTHREAD_ONCE_INIT;
static CfiModule own; // of this code; constant once it is known
static bool has_own;

static void find_own(void) { has_own = cfi_module((uintptr_t)&find_own, &own); }

static bool find_rule(uintptr_t pc, CfiRule *rule) {
    CfiModule other;
    pthread_once(&own_once, find_own);
    if (has_own && pc >= own.low && pc < own.high)
        return cfi_rule(&own, pc, rule);
    return cfi_module(pc, &other) && cfi_rule(&other, pc, rule);
}

static const Known *know(Known *cache, uintptr_t pc) {
    Known *known = &cache[(pc ^ pc >> 5) % KNOWN];
    if (known->pc == pc)
        return known;
    FlSite places[TRACE_INLINED];
    *known = (Known){.pc = pc, .calls = places_find(pc, places, TRACE_INLINED)};
    known->walkable = find_rule(pc, &known->rule);
    return known;
}

// ---- keeping steps

static bool same_step(TraceStep *step, uintptr_t pc) {
    if (step->pc != pc || step->times == UINT32_MAX)
        return false;
    step->times++;
    return true;
}

// The last steps lie in a ring whose oldest one is at *oldest.
static void keep(Trace *trace, uint32_t *oldest, uintptr_t pc, uint32_t calls) {
    TraceStep step = {pc, 1, calls}, *last = trace->steps + TRACE_FIRST;
    trace->calls += calls;
    if (trace->last == 0 && trace->first > 0 && same_step(&trace->steps[trace->first - 1], pc))
        return;
    if (trace->first < TRACE_FIRST) {
        trace->steps[trace->first++] = step;
        return;
    }
    if (trace->last > 0 && same_step(&last[(*oldest + trace->last - 1) % TRACE_LAST], pc))
        return;
    if (trace->last < TRACE_LAST) {
        last[trace->last++] = step;
        return;
    }
    last[*oldest] = step;
    *oldest = (*oldest + 1) % TRACE_LAST;
}

// Puts the last steps in order, directly behind the first ones.
static void straighten(Trace *trace, uint32_t oldest) {
    TraceStep ordered[TRACE_LAST];
    for (uint32_t i = 0; i < trace->last; i++)
        ordered[i] = trace->steps[TRACE_FIRST + (oldest + i) % TRACE_LAST];
    memcpy(trace->steps + trace->first, ordered, trace->last * sizeof *ordered);
}

// ---- the walk

typedef struct Walk {
    const TraceRange *ranges;
    unsigned range_count;
    unsigned range; // that `stack` is in
    uintptr_t pc, stack, frame;
} Walk;

// A word of a stack that is not ours to look at, as sanitizers see it.
static __attribute__((noinline, no_sanitize("address", "thread"))) uintptr_t word_at(uintptr_t address) {
    return *(const volatile uintptr_t *)address;
}

static bool in_range(const Walk *walk, unsigned range, uintptr_t address, uintptr_t bytes) {
    const TraceRange *of = &walk->ranges[range];
    return address >= of->low && address <= of->high && bytes <= of->high - address;
}

// Reads the word `offset` bytes from `base`, if it is on the stack above what has been walked over.
static bool fetch(const Walk *walk, uintptr_t base, int32_t offset, uintptr_t *word) {
    uintptr_t address = base + (uintptr_t)(intptr_t)offset;
    if (address % sizeof *word != 0)
        return false;
    for (unsigned i = walk->range; i < walk->range_count; i++) {
        if (!in_range(walk, i, address, sizeof *word) || (i == walk->range && address < walk->stack))
            continue;
        *word = word_at(address);
        return true;
    }
    return false;
}

// To where the stack pointer is after the return. It only grows, or goes on to the next range: so walks end.
static bool move_to(Walk *walk, uintptr_t address) {
    for (unsigned i = walk->range; i < walk->range_count; i++) {
        if (!in_range(walk, i, address, 0) || (i == walk->range && address <= walk->stack))
            continue;
        walk->range = i;
        walk->stack = address;
        return true;
    }
    return false;
}

static bool step_out(Walk *walk, const CfiRule *rule) {
    uintptr_t base = (rule->by_frame ? walk->frame : walk->stack) + (uintptr_t)(intptr_t)rule->offset;
    uintptr_t pc, frame = walk->frame;
    if (!fetch(walk, base, rule->returns_to, &pc) || (rule->saved && !fetch(walk, base, rule->saved, &frame)) ||
        !move_to(walk, base))
        return false;
    walk->pc = pc - 1; // within the call
    walk->frame = frame;
    return true;
}

void trace_walk(Trace *trace, TraceStart start, const TraceRange *ranges, unsigned range_count) {
    Known cache[KNOWN] = {{0}};
    uint32_t oldest = 0;
    Walk walk = {ranges, range_count, 0, start.pc - start.returned, start.stack, start.frame};
    memset(trace, 0, sizeof *trace);
    while (walk.range < range_count && !in_range(&walk, walk.range, walk.stack, 0))
        walk.range++;
    for (;;) {
        const Known *known = know(cache, walk.pc);
        if (known->calls > 0)
            keep(trace, &oldest, walk.pc, known->calls);
        if (known->walkable && known->rule.outermost)
            break;
        if (!known->walkable || !step_out(&walk, &known->rule)) {
            trace->broken = true;
            break;
        }
    }
    straighten(trace, oldest);
}

// ---- reading

typedef struct Calls {
    TraceCall *calls;
    unsigned count, most;
    uint64_t told;
} Calls;

static bool same_place(const FlSite *a, const FlSite *b) {
    return a->line == b->line && a->column == b->column && strcmp(a->function, b->function) == 0 &&
           strcmp(a->file, b->file) == 0;
}

static void add_call(Calls *out, const FlSite *place, uint64_t times) {
    TraceCall *last = out->count > 0 ? &out->calls[out->count - 1] : NULL;
    out->told += times;
    if (last && last->kind == TRACE_CALL && same_place(&last->place, place)) {
        last->times += times;
    } else if (out->count < out->most) {
        out->calls[out->count++] = (TraceCall){TRACE_CALL, 1, times, *place};
    }
}

static void add_other(Calls *out, TraceKind kind, uint32_t count, uint64_t times) {
    out->told += count * times;
    if (out->count < out->most)
        out->calls[out->count++] = (TraceCall){.kind = kind, .count = count, .times = times};
}

static bool all_same(const FlSite *places, unsigned count) {
    for (unsigned i = 1; i < count; i++) {
        if (!same_place(&places[0], &places[i]))
            return false;
    }
    return true;
}

static void add_step(Calls *out, const TraceStep *step) {
    FlSite places[TRACE_INLINED];
    unsigned count = places_find(step->pc, places, TRACE_INLINED);
    if (count > 0 && all_same(places, count)) {
        add_call(out, &places[0], (uint64_t)count * step->times);
        return;
    }
    for (unsigned i = 0; i < count; i++)
        add_call(out, &places[i], 1);
    if (step->times > 1)
        add_other(out, TRACE_AGAIN, count, step->times - 1);
}

unsigned trace_calls(const Trace *trace, TraceCall *calls, unsigned most) {
    Calls out = {.calls = calls, .most = most};
    uint64_t kept = 0;
    for (uint32_t i = 0; i < trace->first + trace->last; i++)
        kept += (uint64_t)trace->steps[i].calls * trace->steps[i].times;
    for (uint32_t i = 0; i < trace->first; i++)
        add_step(&out, &trace->steps[i]);
    if (kept < trace->calls)
        add_other(&out, TRACE_LEFT, 1, trace->calls - kept);
    for (uint32_t i = trace->first; i < trace->first + trace->last; i++)
        add_step(&out, &trace->steps[i]);
    return out.count;
}
