// The line number program of DWARF 4 (section 6.2 of the standard): a machine whose registers are a row; opcodes change
// them and append a copy.
#include "compiler/places/cursor.h"
#include "compiler/places/dwarf.h"

enum {
    LNS_COPY = 1,
    LNS_ADVANCE_PC,
    LNS_ADVANCE_LINE,
    LNS_SET_FILE,
    LNS_SET_COLUMN,
    LNS_NEGATE_STMT,
    LNS_SET_BASIC_BLOCK,
    LNS_CONST_ADD_PC,
    LNS_FIXED_ADVANCE_PC,
    LNE_END_SEQUENCE = 1,
    LNE_SET_ADDRESS = 2,
};

typedef struct Program {
    Cursor cursor;
    int line_base;
    unsigned line_range, opcode_base, step; // step: the least bytes of an instruction
    uint8_t arguments[256];                 // of the standard opcodes
    LineRow row;
    Lines *lines;
} Program;

static void append(Program *program) { vec_push(&program->lines->rows, program->row); }

static void begin_sequence(Program *program) { program->row = (LineRow){.file = 1, .line = 1}; }

static void extended(Program *program) {
    Cursor *cursor = &program->cursor;
    uint64_t len = cursor_unsigned(cursor);
    const unsigned char *start = cursor->at;
    switch (len ? cursor_number(cursor, 1) : 0) {
    case LNE_END_SEQUENCE:
        program->row.end = true;
        append(program);
        begin_sequence(program);
        break;
    case LNE_SET_ADDRESS:
        program->row.at = cursor_number(cursor, 8);
        break;
    }
    cursor->at = start;
    cursor_skip(cursor, len);
}

static void standard(Program *program, unsigned opcode) {
    Cursor *cursor = &program->cursor;
    LineRow *row = &program->row;
    switch (opcode) {
    case LNS_COPY:
        append(program);
        break;
    case LNS_ADVANCE_PC:
        row->at += cursor_unsigned(cursor) * program->step;
        break;
    case LNS_ADVANCE_LINE:
        row->line += (uint32_t)cursor_signed(cursor);
        break;
    case LNS_SET_FILE:
        row->file = (uint32_t)cursor_unsigned(cursor);
        break;
    case LNS_SET_COLUMN:
        row->column = (uint32_t)cursor_unsigned(cursor);
        break;
    case LNS_CONST_ADD_PC:
        row->at += (255 - program->opcode_base) / program->line_range * program->step;
        break;
    case LNS_FIXED_ADVANCE_PC:
        row->at += cursor_number(cursor, 2);
        break;
    default:
        for (unsigned i = 0; i < program->arguments[opcode]; i++)
            cursor_unsigned(cursor);
    }
}

static void special(Program *program, unsigned opcode) {
    unsigned adjusted = opcode - program->opcode_base;
    program->row.at += adjusted / program->line_range * program->step;
    program->row.line += (uint32_t)(program->line_base + (int)(adjusted % program->line_range));
    append(program);
}

static void run(Program *program) {
    begin_sequence(program);
    while (!cursor_done(&program->cursor)) {
        unsigned opcode = (unsigned)cursor_number(&program->cursor, 1);
        if (opcode == 0)
            extended(program);
        else if (opcode < program->opcode_base)
            standard(program, opcode);
        else
            special(program, opcode);
    }
}

static void read_files(Program *program) {
    Cursor *cursor = &program->cursor;
    VEC(const char *) folders = {0};
    vec_push(&folders, NULL);
    for (const char *name; *(name = cursor_text(cursor));)
        vec_push(&folders, name);
    vec_push(&program->lines->files, "");
    for (const char *name; *(name = cursor_text(cursor));) {
        uint64_t folder = cursor_unsigned(cursor);
        cursor_unsigned(cursor); // time
        cursor_unsigned(cursor); // size
        bool plain = folder == 0 || folder >= folders.len;
        vec_push(&program->lines->files, plain ? name : text_format("%s/%s", folders.data[folder], name));
    }
}

bool dwarf_lines(const Object *object, Lines *lines) {
    Bytes section = object_section(object, ".debug_line");
    Program program = {.cursor = cursor_at(section, 0), .lines = lines};
    Cursor *cursor = &program.cursor;
    uint64_t len = cursor_number(cursor, 4), version = cursor_number(cursor, 2);
    if (version != 4 || len != section.len - 4) // one unit: an object is one module
        return false;
    uint64_t header = cursor_number(cursor, 4);
    Cursor start = *cursor;
    cursor_skip(&start, header);
    program.step = (unsigned)cursor_number(cursor, 1);
    cursor_skip(cursor, 2); // operations per instruction, whether rows are statements at first
    program.line_base = (int8_t)cursor_number(cursor, 1);
    program.line_range = (unsigned)cursor_number(cursor, 1);
    program.opcode_base = (unsigned)cursor_number(cursor, 1);
    for (unsigned i = 1; i < program.opcode_base; i++)
        program.arguments[i] = (uint8_t)cursor_number(cursor, 1);
    if (program.line_range == 0)
        return false;
    read_files(&program);
    program.cursor = start;
    run(&program);
    return !cursor->bad;
}
