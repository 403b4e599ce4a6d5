// Call-frame information: how a function's caller is found from any address in it (.eh_frame, DWARF section 6.4).
//
// Only what a walk needs is followed: the canonical frame address, by the stack or the frame register, and where the
// frame register was saved. Any thread; nothing is allocated.
#ifndef FLUFFY_RUNTIME_TRACE_CFI_H
#define FLUFFY_RUNTIME_TRACE_CFI_H

#include <stdbool.h>
#include <stdint.h>

// One loaded part of the program: the addresses whose functions it describes, and the bytes around its description,
// which nothing is read outside of.
typedef struct CfiModule {
    const unsigned char *header; // .eh_frame_hdr
    uintptr_t low, high;
} CfiModule;

typedef struct CfiRule {
    bool by_frame;      // the canonical frame address is the frame register plus `offset`; else the stack register
    bool outermost;     // there is no caller
    int32_t offset;     // bytes
    int32_t saved;      // where the caller's frame register lies, from the canonical frame address; 0: unchanged
    int32_t returns_to; // the same for the address to return to
} CfiRule;

// The module that the address is in. false: none, or none with a description.
bool cfi_module(uintptr_t address, CfiModule *module);

// false: nothing is known about this address, or more would have to be done than is done here.
bool cfi_rule(const CfiModule *module, uintptr_t address, CfiRule *rule);

#endif
