// Constants in the program's image: texts, symbols, places in the source, objects without variable parts. Each is made
// once.
#include <string.h>

#include "compiler/base/sb.h"
#include "compiler/codegen/lower.h"

LLVMValueRef static_global(Unit *unit, const char *name, LLVMValueRef initializer) {
    LLVMValueRef global = LLVMAddGlobal(unit->module, LLVMTypeOf(initializer), name);
    LLVMSetInitializer(global, initializer);
    LLVMSetLinkage(global, LLVMPrivateLinkage);
    LLVMSetGlobalConstant(global, true);
    LLVMSetAlignment(global, 8);
    return global;
}

LLVMValueRef static_c_string(Unit *unit, const char *text) {
    Name name = name_of(text);
    LLVMValueRef known = map_get(&unit->names, name);
    if (known)
        return known;
    LLVMValueRef global =
        static_global(unit, "name", LLVMConstStringInContext(unit->context, name->text, name->len, false));
    LLVMSetUnnamedAddress(global, LLVMGlobalUnnamedAddr);
    map_set(&unit->names, name, global);
    return global;
}

static uint32_t count_points(Name text) {
    uint32_t points = 0;
    for (uint32_t i = 0; i < text->len; i++)
        points += ((unsigned char)text->text[i] & 0xC0) != 0x80;
    return points;
}

LLVMValueRef static_string(Unit *unit, Name text) {
    LLVMValueRef known = map_get(&unit->strings, text);
    if (known)
        return known;
    LLVMValueRef fields[] = {
        unit_i32(unit, FL_TYPE_STRING),
        unit_i32(unit, FL_OBJECT_STATIC),
        unit_i32(unit, text->len),
        unit_i32(unit, count_points(text)),
        LLVMConstStringInContext(unit->context, text->text, text->len, false),
    };
    LLVMValueRef global = static_global(unit, "string", LLVMConstStructInContext(unit->context, fields, 5, false));
    map_set(&unit->strings, text, global);
    return global;
}

uint32_t static_symbol(Unit *unit, Name text) {
    uintptr_t known = (uintptr_t)map_get(&unit->symbols, text);
    if (known)
        return (uint32_t)known - 1;
    vec_push(&unit->symbol_list, static_string(unit, text));
    map_set(&unit->symbols, text, (void *)(uintptr_t)unit->symbol_list.len); // the id plus 1
    return (uint32_t)unit->symbol_list.len - 1;
}

LLVMValueRef static_site(Unit *unit, const Instance *instance, Span span) {
    SourcePlace place = span.file ? span_place(span) : (SourcePlace){0, 0};
    const char *file = span.file ? span.file->path : "";
    const char *function = instance && instance->name ? instance->name->text : "lambda";
    Name key = name_of(text_format("%s:%u:%u:%s", file, place.line, place.column, function));
    LLVMValueRef known = map_get(&unit->sites, key);
    if (known)
        return known;
    LLVMValueRef fields[] = {static_c_string(unit, file), static_c_string(unit, function), unit_i32(unit, place.line),
                             unit_i32(unit, place.column)};
    LLVMValueRef site = static_global(unit, "site", LLVMConstStructInContext(unit->context, fields, 4, false));
    map_set(&unit->sites, key, site);
    return site;
}

LLVMValueRef static_immediate(const Unit *unit, FlWord word) {
    return LLVMConstIntToPtr(unit_int(unit, (int64_t)word), unit->ptr);
}

bool static_all_constant(const LLVMValueRef *words, unsigned count) {
    for (unsigned i = 0; i < count; i++)
        if (!LLVMIsConstant(words[i]) || LLVMIsUndef(words[i]))
            return false;
    return true;
}

LLVMValueRef static_object(Unit *unit, uint32_t type, const LLVMValueRef *words, unsigned count) {
    LLVMValueRef *fields = mem_alloc((count + 2) * sizeof *fields);
    fields[0] = unit_i32(unit, type);
    fields[1] = unit_i32(unit, FL_OBJECT_STATIC);
    for (unsigned i = 0; i < count; i++)
        fields[i + 2] =
            LLVMTypeOf(words[i]) == unit->i1 ? unit_int(unit, (int64_t)LLVMConstIntGetZExtValue(words[i])) : words[i];
    return static_global(unit, "object", LLVMConstStructInContext(unit->context, fields, count + 2, false));
}
