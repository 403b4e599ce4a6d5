// Inlined calls from .debug_info (DWARF 4): a tree of entries, each an abbreviation's number and the attributes that
// the abbreviation lists. With line tables only, functions into which something was inlined are described, and nothing
// else.
#include "compiler/places/cursor.h"
#include "compiler/places/dwarf.h"

enum {
    TAG_COMPILE_UNIT = 0x11,
    TAG_INLINED_SUBROUTINE = 0x1d,
    AT_NAME = 0x03,
    AT_LOW_PC = 0x11,
    AT_HIGH_PC = 0x12,
    AT_ABSTRACT_ORIGIN = 0x31,
    AT_RANGES = 0x55,
    AT_CALL_COLUMN = 0x57,
    AT_CALL_FILE = 0x58,
    AT_CALL_LINE = 0x59,
    FORM_ADDR = 0x01,
    FORM_DATA2 = 0x05,
    FORM_DATA4 = 0x06,
    FORM_DATA8 = 0x07,
    FORM_STRING = 0x08,
    FORM_DATA1 = 0x0b,
    FORM_FLAG = 0x0c,
    FORM_SDATA = 0x0d,
    FORM_STRP = 0x0e,
    FORM_UDATA = 0x0f,
    FORM_REF4 = 0x13,
    FORM_SEC_OFFSET = 0x17,
    FORM_FLAG_PRESENT = 0x19,
};

typedef struct Abbreviation {
    uint64_t tag;
    bool children;
    uint64_t attributes; // offset in .debug_abbrev of its pairs
} Abbreviation;

// What is wanted of an entry.
typedef struct Entry {
    uint64_t tag;
    bool children;
    const char *name;
    uint64_t low, high, origin, ranges, file, line, column;
    bool has_low, has_ranges;
} Entry;

typedef struct Tree {
    Bytes abbrev, str, ranges;
    Cursor cursor;
    const unsigned char *unit;       // references count from it
    VEC(Abbreviation) abbreviations; // by number
    VEC(const char *) names;         // of entries,
    VEC(uint64_t) name_at;           // at these offsets, ascending
    VEC(uint64_t) origins;           // of calls
    uint64_t base;                   // what ranges count from
    Inlined *inlined;
} Tree;

static void read_abbreviations(Tree *tree) {
    Cursor cursor = cursor_at(tree->abbrev, 0);
    for (uint64_t number; (number = cursor_unsigned(&cursor)) != 0 && number < 10000;) {
        while (tree->abbreviations.len <= number)
            vec_push(&tree->abbreviations, (Abbreviation){0});
        Abbreviation *abbreviation = &tree->abbreviations.data[number];
        abbreviation->tag = cursor_unsigned(&cursor);
        abbreviation->children = cursor_number(&cursor, 1);
        abbreviation->attributes = (uint64_t)(cursor.at - tree->abbrev.data);
        while (cursor_unsigned(&cursor) | cursor_unsigned(&cursor))
            ;
    }
}

// A value as a number; *text: as a text, if it is one.
static uint64_t read_value(Tree *tree, uint64_t form, const char **text) {
    Cursor *cursor = &tree->cursor;
    switch (form) {
    case FORM_ADDR:
    case FORM_DATA8:
        return cursor_number(cursor, 8);
    case FORM_DATA4:
    case FORM_REF4:
    case FORM_SEC_OFFSET:
        return cursor_number(cursor, 4);
    case FORM_DATA2:
        return cursor_number(cursor, 2);
    case FORM_DATA1:
    case FORM_FLAG:
        return cursor_number(cursor, 1);
    case FORM_UDATA:
        return cursor_unsigned(cursor);
    case FORM_SDATA:
        return (uint64_t)cursor_signed(cursor);
    case FORM_FLAG_PRESENT:
        return 1;
    case FORM_STRING:
        *text = cursor_text(cursor);
        return 0;
    case FORM_STRP: {
        Cursor at = cursor_at(tree->str, cursor_number(cursor, 4));
        *text = cursor_text(&at);
        return 0;
    }
    default:
        cursor->bad = true;
        return 0;
    }
}

static void set_attribute(Entry *entry, uint64_t attribute, uint64_t value, const char *text) {
    switch (attribute) {
    case AT_NAME:
        entry->name = text;
        break;
    case AT_LOW_PC:
        entry->low = value;
        entry->has_low = true;
        break;
    case AT_HIGH_PC:
        entry->high = value;
        break;
    case AT_RANGES:
        entry->ranges = value;
        entry->has_ranges = true;
        break;
    case AT_ABSTRACT_ORIGIN:
        entry->origin = value;
        break;
    case AT_CALL_FILE:
        entry->file = value;
        break;
    case AT_CALL_LINE:
        entry->line = value;
        break;
    case AT_CALL_COLUMN:
        entry->column = value;
        break;
    }
}

static Entry read_entry(Tree *tree, const Abbreviation *abbreviation) {
    Entry entry = {.tag = abbreviation->tag, .children = abbreviation->children};
    Cursor pairs = cursor_at(tree->abbrev, abbreviation->attributes);
    for (;;) {
        uint64_t attribute = cursor_unsigned(&pairs), form = cursor_unsigned(&pairs);
        if (attribute == 0 || pairs.bad || tree->cursor.bad)
            return entry;
        const char *text = "";
        uint64_t value = read_value(tree, form, &text);
        set_attribute(&entry, attribute, value, text);
    }
}

static void add_range(Tree *tree, uint32_t call, Position start, Position end) {
    if (start < end)
        vec_push(&tree->inlined->ranges, (InlinedRange){start, end, call});
}

static void add_ranges(Tree *tree, uint32_t call, const Entry *entry) {
    if (!entry->has_ranges) {
        // The end is an address or, as LLVM writes it, a number of bytes.
        if (entry->has_low)
            add_range(tree, call, entry->low, entry->low + entry->high);
        return;
    }
    Cursor cursor = cursor_at(tree->ranges, entry->ranges);
    uint64_t base = tree->base;
    while (!cursor_done(&cursor)) {
        uint64_t start = cursor_number(&cursor, 8), end = cursor_number(&cursor, 8);
        if (start == 0 && end == 0)
            return;
        if (start == UINT64_MAX)
            base = end;
        else
            add_range(tree, call, base + start, base + end);
    }
}

static uint32_t add_call(Tree *tree, const Entry *entry, uint32_t parent) {
    Inlined *inlined = tree->inlined;
    uint32_t depth = parent == NOT_INLINED ? 1 : inlined->calls.data[parent].depth + 1;
    uint32_t index = (uint32_t)inlined->calls.len;
    vec_push(&inlined->calls, (InlinedCall){.name = "",
                                            .parent = parent,
                                            .depth = depth,
                                            .file = (uint32_t)entry->file,
                                            .line = (uint32_t)entry->line,
                                            .column = (uint32_t)entry->column});
    vec_push(&tree->origins, entry->origin);
    add_ranges(tree, index, entry);
    return index;
}

static void read_tree(Tree *tree) {
    VEC(uint32_t) calls = {0}; // the innermost call around each open entry
    while (!cursor_done(&tree->cursor)) {
        uint64_t offset = (uint64_t)(tree->cursor.at - tree->unit);
        uint64_t number = cursor_unsigned(&tree->cursor);
        if (number == 0) {
            if (calls.len)
                calls.len--;
            continue;
        }
        if (number >= tree->abbreviations.len) {
            tree->cursor.bad = true;
            return;
        }
        Entry entry = read_entry(tree, &tree->abbreviations.data[number]);
        uint32_t call = calls.len ? vec_last(&calls) : NOT_INLINED;
        if (entry.name) {
            vec_push(&tree->names, entry.name);
            vec_push(&tree->name_at, offset);
        }
        if (entry.tag == TAG_COMPILE_UNIT)
            tree->base = entry.low;
        if (entry.tag == TAG_INLINED_SUBROUTINE)
            call = add_call(tree, &entry, call);
        if (entry.children)
            vec_push(&calls, call);
    }
}

static const char *name_at(const Tree *tree, uint64_t offset) {
    size_t low = 0, high = tree->name_at.len;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (tree->name_at.data[middle] < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low < tree->name_at.len && tree->name_at.data[low] == offset ? tree->names.data[low] : "";
}

bool dwarf_inlined(const Object *object, Inlined *inlined) {
    Bytes info = object_section(object, ".debug_info");
    Tree tree = {
        .abbrev = object_section(object, ".debug_abbrev"),
        .str = object_section(object, ".debug_str"),
        .ranges = object_section(object, ".debug_ranges"),
        .cursor = cursor_at(info, 0),
        .unit = info.data,
        .inlined = inlined,
    };
    uint64_t len = cursor_number(&tree.cursor, 4), version = cursor_number(&tree.cursor, 2);
    cursor_skip(&tree.cursor, 4); // the place in .debug_abbrev: one unit, the first
    uint64_t address_bytes = cursor_number(&tree.cursor, 1);
    if (version != 4 || address_bytes != 8 || len != info.len - 4)
        return false;
    read_abbreviations(&tree);
    read_tree(&tree);
    for (size_t i = 0; i < inlined->calls.len; i++)
        inlined->calls.data[i].name = name_at(&tree, tree.origins.data[i]);
    return !tree.cursor.bad;
}
