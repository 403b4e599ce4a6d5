#include "compiler/places/object.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

static const Elf64_Ehdr *header_of(const Object *object) { return (const Elf64_Ehdr *)object->file.data; }

static const Elf64_Shdr *sections_of(const Object *object) {
    return (const Elf64_Shdr *)(object->file.data + header_of(object)->e_shoff);
}

static bool inside(const Object *object, uint64_t offset, uint64_t bytes) {
    return offset <= object->file.len && bytes <= object->file.len - offset;
}

static const char *section_name(const Object *object, uint32_t index) {
    const Elf64_Shdr *sections = sections_of(object);
    return (const char *)object->file.data + sections[header_of(object)->e_shstrndx].sh_offset +
           sections[index].sh_name;
}

// The index of the first section of this type (and name, if not NULL); 0: none.
static uint32_t find_section(const Object *object, uint32_t type, const char *name) {
    for (uint32_t i = 1; i < header_of(object)->e_shnum; i++)
        if (sections_of(object)[i].sh_type == type && (!name || strcmp(section_name(object, i), name) == 0))
            return i;
    return 0;
}

static bool well_formed(const Object *object) {
    const Elf64_Ehdr *header = header_of(object);
    if (object->file.len < sizeof *header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_machine != EM_X86_64 || header->e_type != ET_REL ||
        header->e_shentsize != sizeof(Elf64_Shdr) || header->e_shnum == 0 || header->e_shstrndx >= header->e_shnum ||
        !inside(object, header->e_shoff, (uint64_t)header->e_shnum * sizeof(Elf64_Shdr)))
        return false;
    for (uint32_t i = 0; i < header->e_shnum; i++) {
        const Elf64_Shdr *section = &sections_of(object)[i];
        if (section->sh_type != SHT_NOBITS && !inside(object, section->sh_offset, section->sh_size))
            return false;
    }
    return true;
}

// ---- symbols

static int by_position(const void *a, const void *b) {
    const ObjectFunction *x = a, *y = b;
    return (x->start > y->start) - (x->start < y->start);
}

static const Elf64_Sym *symbols_of(const Object *object, size_t *count, const char **names) {
    uint32_t index = find_section(object, SHT_SYMTAB, NULL);
    const Elf64_Shdr *section = &sections_of(object)[index];
    *count = index ? section->sh_size / sizeof(Elf64_Sym) : 0;
    *names = (const char *)object->file.data + sections_of(object)[section->sh_link].sh_offset;
    return (const Elf64_Sym *)(object->file.data + section->sh_offset);
}

bool object_read(Object *object, Bytes file) {
    *object = (Object){.file = file};
    if (!well_formed(object))
        return false;
    size_t count;
    const char *names;
    const Elf64_Sym *symbols = symbols_of(object, &count, &names);
    for (size_t i = 0; i < count; i++) {
        const Elf64_Sym *symbol = &symbols[i];
        if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC || symbol->st_shndx == SHN_UNDEF ||
            symbol->st_shndx >= header_of(object)->e_shnum)
            continue;
        vec_push(&object->functions, (ObjectFunction){names + symbol->st_name, (uint32_t)i,
                                                      POSITION(symbol->st_shndx, symbol->st_value), symbol->st_size});
    }
    if (object->functions.len)
        qsort(object->functions.data, object->functions.len, sizeof(ObjectFunction), by_position);
    return true;
}

// ---- contents

static void relocate(const Object *object, uint32_t index, unsigned char *contents, size_t len) {
    size_t symbol_count;
    const char *names;
    const Elf64_Sym *symbols = symbols_of(object, &symbol_count, &names);
    for (uint32_t i = 1; i < header_of(object)->e_shnum; i++) {
        const Elf64_Shdr *section = &sections_of(object)[i];
        if (section->sh_type != SHT_RELA || section->sh_info != index)
            continue;
        const Elf64_Rela *rows = (const Elf64_Rela *)(object->file.data + section->sh_offset);
        for (size_t j = 0; j < section->sh_size / sizeof *rows; j++) {
            const Elf64_Rela *row = &rows[j];
            uint32_t symbol_index = ELF64_R_SYM(row->r_info), type = ELF64_R_TYPE(row->r_info);
            size_t bytes = type == R_X86_64_64 ? 8 : 4;
            if (symbol_index >= symbol_count || row->r_offset > len || bytes > len - row->r_offset)
                continue;
            const Elf64_Sym *symbol = &symbols[symbol_index];
            uint64_t value = symbol->st_value + (uint64_t)row->r_addend;
            if (type == R_X86_64_64)
                value = POSITION(symbol->st_shndx, value);
            memcpy(contents + row->r_offset, &value, bytes);
        }
    }
}

Bytes object_section(const Object *object, const char *name) {
    uint32_t index = find_section(object, SHT_PROGBITS, name);
    if (!index)
        return (Bytes){0};
    const Elf64_Shdr *section = &sections_of(object)[index];
    unsigned char *contents = mem_alloc_data(section->sh_size + 1);
    memcpy(contents, object->file.data + section->sh_offset, section->sh_size);
    relocate(object, index, contents, section->sh_size);
    return (Bytes){contents, section->sh_size};
}

// ---- adding a section

// Pads to a multiple of 8, then appends: where it came to lie.
static uint64_t append(StringBuilder *out, const void *data, size_t len) {
    while (out->len % 8)
        sb_add_char(out, 0);
    uint64_t at = out->len;
    sb_add_bytes(out, data, len);
    return at;
}

static Elf64_Rela *distance_rows(const ObjectDistance *distances, size_t count) {
    Elf64_Rela *rows = mem_alloc_data((count + 1) * sizeof *rows);
    for (size_t i = 0; i < count; i++)
        rows[i] = (Elf64_Rela){distances[i].offset,
                               ELF64_R_INFO((uint64_t)distances[i].function->symbol_index, R_X86_64_PC32),
                               -(int64_t)distances[i].back};
    return rows;
}

// The names of the object's sections, then those of the new ones: ".rela" and the name, which is its end, and the
// table's own. A copy, because the table may serve as that of the symbols too.
static uint64_t append_names(StringBuilder *out, Bytes old, const char *name) {
    uint64_t at = append(out, old.data, old.len);
    sb_addf(out, ".rela%s", name);
    sb_add_char(out, 0);
    sb_add_bytes(out, ".shstrtab", sizeof ".shstrtab");
    return at;
}

Bytes object_with_section(const Object *object, const char *name, Bytes contents, const ObjectDistance *distances,
                          size_t distance_count) {
    Elf64_Ehdr header = *header_of(object);
    uint32_t count = header.e_shnum;
    Elf64_Shdr *sections = mem_alloc_data((count + 3) * sizeof *sections);
    memcpy(sections, sections_of(object), count * sizeof *sections);
    const Elf64_Shdr *names = &sections[header.e_shstrndx];
    uint32_t name_at = (uint32_t)names->sh_size;
    uint64_t rows_bytes = distance_count * sizeof(Elf64_Rela);
    StringBuilder out = {0};
    append(&out, object->file.data, object->file.len);
    sections[count] = (Elf64_Shdr){.sh_name = name_at + 5,
                                   .sh_type = SHT_PROGBITS,
                                   .sh_flags = SHF_ALLOC,
                                   .sh_offset = append(&out, contents.data, contents.len),
                                   .sh_size = contents.len,
                                   .sh_addralign = 8};
    sections[count + 1] = (Elf64_Shdr){.sh_name = name_at,
                                       .sh_type = SHT_RELA,
                                       .sh_flags = SHF_INFO_LINK,
                                       .sh_offset = append(&out, distance_rows(distances, distance_count), rows_bytes),
                                       .sh_size = rows_bytes,
                                       .sh_link = find_section(object, SHT_SYMTAB, NULL),
                                       .sh_info = count,
                                       .sh_addralign = 8,
                                       .sh_entsize = sizeof(Elf64_Rela)};
    uint64_t names_at = append_names(&out, (Bytes){object->file.data + names->sh_offset, names->sh_size}, name);
    sections[count + 2] = (Elf64_Shdr){.sh_name = name_at + 5 + (uint32_t)strlen(name) + 1,
                                       .sh_type = SHT_STRTAB,
                                       .sh_offset = names_at,
                                       .sh_size = out.len - names_at,
                                       .sh_addralign = 1};
    header.e_shstrndx = (Elf64_Half)(count + 2);
    header.e_shnum = (Elf64_Half)(count + 3);
    header.e_shoff = append(&out, sections, (count + 3) * sizeof *sections);
    memcpy(out.data, &header, sizeof header);
    return (Bytes){(const unsigned char *)out.data, out.len};
}
