// Line tables: a subprogram per function, a place per expression. Types of variables are not described.
#include <string.h>

#include "compiler/codegen/lower.h"

enum { DWARF_VERSION = 4 }; // what compiler/places reads

struct DebugInfo {
    LLVMDIBuilderRef builder;
    LLVMMetadataRef unit, main_file, function_type;
    Map files;  // by SourceFile
    Map *shown; // by symbol (Name): the Name that reports show
};

static LLVMMetadataRef make_file(Unit *unit, const char *path) {
    const char *directory = unit->options->directory ? unit->options->directory : ".";
    return LLVMDIBuilderCreateFile(unit->debug->builder, path, strlen(path), directory, strlen(directory));
}

static LLVMMetadataRef file_of(Unit *unit, const SourceFile *file) {
    if (!file)
        return unit->debug->main_file;
    LLVMMetadataRef known = map_get(&unit->debug->files, file);
    if (!known) {
        known = make_file(unit, file->path);
        map_set(&unit->debug->files, file, known);
    }
    return known;
}

static void add_flag(Unit *unit, const char *name, uint32_t value) {
    LLVMAddModuleFlag(unit->module, LLVMModuleFlagBehaviorWarning, name, strlen(name),
                      LLVMValueAsMetadata(unit_i32(unit, value)));
}

void debug_init(Unit *unit) {
    unit->debug = mem_new(DebugInfo);
    DebugInfo *debug = unit->debug;
    debug->shown = mem_new(Map);
    debug->builder = LLVMCreateDIBuilder(unit->module);
    debug->main_file = make_file(unit, unit->options->source ? unit->options->source : "program");
    debug->unit = LLVMDIBuilderCreateCompileUnit(debug->builder, LLVMDWARFSourceLanguageC11, debug->main_file,
                                                 "fluffyc", 7, !unit->options->debug, "", 0, 0, "", 0,
                                                 LLVMDWARFEmissionLineTablesOnly, 0, false, false, "", 0, "", 0);
    debug->function_type = LLVMDIBuilderCreateSubroutineType(debug->builder, debug->main_file, NULL, 0, LLVMDIFlagZero);
    add_flag(unit, "Debug Info Version", LLVMDebugMetadataVersion());
    add_flag(unit, "Dwarf Version", DWARF_VERSION);
}

void debug_function(Function *f, const char *name, Span span) {
    Unit *unit = f->unit;
    LLVMMetadataRef file = file_of(unit, span.file);
    unsigned line = span.file ? span_place(span).line : 0;
    f->scope = LLVMDIBuilderCreateFunction(unit->debug->builder, file, name, strlen(name), name, strlen(name), file,
                                           line, unit->debug->function_type, true, true, line, LLVMDIFlagZero,
                                           !unit->options->debug);
    LLVMSetSubprogram(f->function, f->scope);
}

void debug_place(Function *f, Span span) {
    SourcePlace place = span.file ? span_place(span) : (SourcePlace){0, 0};
    LLVMMetadataRef location =
        LLVMDIBuilderCreateDebugLocation(f->unit->context, place.line, place.column, f->scope, NULL);
    LLVMSetCurrentDebugLocation2(f->builder, location);
}

void debug_show(Function *f) {
    if (!f->instance || f->instance->is_handler_loop)
        return;
    size_t len;
    const char *symbol = LLVMGetValueName2(f->function, &len);
    Name name = f->instance->name ? f->instance->name : name_of("lambda");
    map_set(f->unit->debug->shown, name_of_bytes(symbol, len), (void *)name);
}

void debug_hide(Function *f) {
    size_t len;
    const char *symbol = LLVMGetValueName2(f->function, &len);
    map_set(f->unit->debug->shown, name_of_bytes(symbol, len), NULL);
}

const Map *debug_shown(const Unit *unit) { return unit->debug->shown; }

void debug_finish(Unit *unit) { LLVMDIBuilderFinalize(unit->debug->builder); }
