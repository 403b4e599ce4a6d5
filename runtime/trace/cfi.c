#include "runtime/trace/cfi.h"

#include <link.h>
#include <string.h>

#include "runtime/trace/machine_x86_64.h"

enum {
    ENCODED_POINTER = 0x00,
    ENCODED_U2 = 0x02,
    ENCODED_U4 = 0x03,
    ENCODED_U8 = 0x04,
    ENCODED_S2 = 0x0a,
    ENCODED_S4 = 0x0b,
    ENCODED_S8 = 0x0c,
    ENCODED_PLACE = 0x10,  // relative to where it stands
    ENCODED_HEADER = 0x30, // relative to the header
    TABLE_ENCODING = ENCODED_HEADER | ENCODED_S4,

    OP_ADVANCE = 0x40, // high two bits; the rest is an operand
    OP_OFFSET = 0x80,
    OP_RESTORE = 0xc0,
    OP_NOTHING = 0x00,
    OP_SET_PLACE = 0x01,
    OP_ADVANCE_1 = 0x02,
    OP_ADVANCE_2 = 0x03,
    OP_ADVANCE_4 = 0x04,
    OP_OFFSET_EXTENDED = 0x05,
    OP_RESTORE_EXTENDED = 0x06,
    OP_UNDEFINED = 0x07,
    OP_SAME = 0x08,
    OP_REGISTER = 0x09,
    OP_REMEMBER = 0x0a,
    OP_RECALL = 0x0b,
    OP_CFA = 0x0c,
    OP_CFA_REGISTER = 0x0d,
    OP_CFA_OFFSET = 0x0e,
    OP_CFA_EXPRESSION = 0x0f,
    OP_EXPRESSION = 0x10,
    OP_OFFSET_SIGNED = 0x11,
    OP_CFA_SIGNED = 0x12,
    OP_CFA_OFFSET_SIGNED = 0x13,
    OP_VALUE_OFFSET = 0x14,
    OP_VALUE_OFFSET_SIGNED = 0x15,
    OP_VALUE_EXPRESSION = 0x16,
    OP_ARGUMENTS = 0x2e,

    REMEMBERED = 8,
};

// ---- reading

typedef struct Reader {
    const unsigned char *at, *end;
    bool bad;
} Reader;

static Reader reader(const CfiModule *module, uintptr_t address, uint64_t bytes) {
    bool bad = address < module->low || address > module->high || bytes > module->high - address;
    return bad ? (Reader){.bad = true}
               : (Reader){(const unsigned char *)address, (const unsigned char *)address + bytes, false};
}

static uint64_t number(Reader *in, unsigned bytes) {
    uint64_t value = 0;
    if (in->bad || (size_t)(in->end - in->at) < bytes) {
        in->bad = true;
        return 0;
    }
    memcpy(&value, in->at, bytes);
    in->at += bytes;
    return value;
}

static uint64_t leb(Reader *in, bool is_signed) {
    uint64_t value = 0, byte = 0x80;
    unsigned shift = 0;
    while (byte & 0x80 && !in->bad) {
        byte = number(in, 1);
        if (shift < 64)
            value |= (byte & 0x7f) << shift;
        shift += 7;
    }
    if (is_signed && byte & 0x40 && shift < 64)
        value |= ~(uint64_t)0 << shift;
    return value;
}

static uint64_t unsigned_number(Reader *in) { return leb(in, false); }
static int64_t signed_number(Reader *in) { return (int64_t)leb(in, true); }

static uintptr_t encoded(Reader *in, unsigned encoding, uintptr_t header) {
    uintptr_t place = (uintptr_t)in->at, value = 0;
    switch (encoding & 0x0f) {
    case ENCODED_POINTER:
    case ENCODED_U8:
    case ENCODED_S8:
        value = number(in, 8);
        break;
    case ENCODED_U4:
        value = number(in, 4);
        break;
    case ENCODED_S4:
        value = (uintptr_t)(int32_t)number(in, 4);
        break;
    case ENCODED_U2:
        value = number(in, 2);
        break;
    case ENCODED_S2:
        value = (uintptr_t)(int16_t)number(in, 2);
        break;
    default:
        in->bad = true;
    }
    switch (encoding & 0xf0) {
    case 0:
        return value;
    case ENCODED_PLACE:
        return value + place;
    case ENCODED_HEADER:
        return value + header;
    default: // indirect, or relative to what isn't there
        in->bad = true;
        return 0;
    }
}

static void skip(Reader *in, uint64_t bytes) {
    if (in->bad || (uint64_t)(in->end - in->at) < bytes)
        in->bad = true;
    else
        in->at += bytes;
}

// ---- finding the function: a sorted table of where each begins, and its description

typedef struct Pair {
    int32_t begins, description; // relative to the header
} Pair;

static uintptr_t find_description(const CfiModule *module, uintptr_t address) {
    uintptr_t header = (uintptr_t)module->header;
    Reader in = reader(module, header, module->high - header);
    unsigned version = (unsigned)number(&in, 1), frame = (unsigned)number(&in, 1), count = (unsigned)number(&in, 1);
    unsigned table = (unsigned)number(&in, 1);
    encoded(&in, frame, header);
    uint64_t low = 0, high = encoded(&in, count, header);
    if (in.bad || version != 1 || table != TABLE_ENCODING || high > (uint64_t)(in.end - in.at) / sizeof(Pair))
        return 0;
    const unsigned char *pairs = in.at;
    Pair pair = {0, 0};
    while (low < high) {
        uint64_t middle = (low + high) / 2;
        memcpy(&pair, pairs + middle * sizeof pair, sizeof pair);
        if (header + (uintptr_t)(intptr_t)pair.begins <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return 0;
    memcpy(&pair, pairs + (low - 1) * sizeof pair, sizeof pair);
    return header + (uintptr_t)(intptr_t)pair.description;
}

// ---- descriptions

// What functions have in common (CIE), and one function (FDE).
typedef struct Common {
    uint64_t code_unit;
    int64_t data_unit;
    unsigned encoding; // of addresses in descriptions
    bool augmented;
    Reader program;
} Common;

// An entry: its length, then what `in` reads. Long ones are not known.
static Reader entry(const CfiModule *module, uintptr_t address) {
    Reader length = reader(module, address, 4);
    uint64_t bytes = number(&length, 4);
    if (length.bad || bytes == 0 || bytes == UINT32_MAX)
        return (Reader){.bad = true};
    return reader(module, address + 4, bytes);
}

static bool read_augmentation(Reader *in, const char *letters, Common *common) {
    common->encoding = ENCODED_POINTER;
    common->augmented = letters[0] == 'z';
    if (!common->augmented)
        return letters[0] == 0;
    uint64_t bytes = unsigned_number(in);
    const unsigned char *start = in->at;
    for (letters++; *letters && !in->bad; letters++) {
        if (*letters == 'R')
            common->encoding = (unsigned)number(in, 1);
        else if (*letters == 'L')
            number(in, 1);
        else if (*letters == 'P') {
            unsigned encoding = (unsigned)number(in, 1);
            encoded(in, encoding & 0x7f, 0); // its value is not used
        } else if (*letters != 'S' && *letters != 'B')
            break; // known by its length only
    }
    in->at = start;
    skip(in, bytes);
    return !in->bad;
}

static bool read_common(const CfiModule *module, uintptr_t address, Common *common) {
    Reader in = entry(module, address);
    uint64_t id = number(&in, 4), version = number(&in, 1);
    const char *letters = (const char *)in.at;
    if (in.bad || id != 0 || (version != 1 && version != 3) || !memchr(in.at, 0, (size_t)(in.end - in.at)))
        return false;
    skip(&in, strlen(letters) + 1);
    common->code_unit = unsigned_number(&in);
    common->data_unit = signed_number(&in);
    uint64_t returns = version == 1 ? number(&in, 1) : unsigned_number(&in);
    if (in.bad || returns != MACHINE_RETURN_REGISTER || !read_augmentation(&in, letters, common))
        return false;
    common->program = in;
    return true;
}

// ---- programs: they build the rule from the start of the function up to the address

typedef struct Machine {
    CfiRule rule, initial; // initial: of the common part, which `restore` goes back to
    CfiRule remembered[REMEMBERED];
    unsigned depth;
    uintptr_t place, address; // the rule is wanted for `address`
    const Common *common;
    bool bad;
} Machine;

static void set_cfa(Machine *machine, uint64_t which, int64_t offset) {
    if (which != MACHINE_FRAME_REGISTER && which != MACHINE_STACK_REGISTER)
        machine->bad = true;
    machine->rule.by_frame = which == MACHINE_FRAME_REGISTER;
    machine->rule.offset = (int32_t)offset;
}

static void set_saved(Machine *machine, uint64_t which, int64_t offset) {
    if (which == MACHINE_FRAME_REGISTER)
        machine->rule.saved = (int32_t)offset;
    if (which == MACHINE_RETURN_REGISTER) {
        machine->rule.returns_to = (int32_t)offset;
        machine->rule.outermost = false;
    }
}

static void restore(Machine *machine, uint64_t which) {
    if (which == MACHINE_FRAME_REGISTER)
        machine->rule.saved = machine->initial.saved;
    if (which == MACHINE_RETURN_REGISTER)
        machine->rule.returns_to = machine->initial.returns_to;
}

// A register whose value is found in a way that is not followed.
static void lose(Machine *machine, uint64_t which) {
    if (which == MACHINE_RETURN_REGISTER)
        machine->bad = true;
}

static void remember(Machine *machine) {
    if (machine->depth == REMEMBERED)
        machine->bad = true;
    else
        machine->remembered[machine->depth++] = machine->rule;
}

static void recall(Machine *machine) {
    if (machine->depth == 0)
        machine->bad = true;
    else
        machine->rule = machine->remembered[--machine->depth];
}

static void extended(Machine *machine, Reader *in, unsigned operation) {
    uint64_t which;
    switch (operation) {
    case OP_NOTHING:
        break;
    case OP_SET_PLACE:
        machine->place = encoded(in, machine->common->encoding, 0);
        break;
    case OP_ADVANCE_1:
    case OP_ADVANCE_2:
    case OP_ADVANCE_4:
        machine->place += number(in, 1u << (operation - OP_ADVANCE_1)) * machine->common->code_unit;
        break;
    case OP_OFFSET_EXTENDED:
        which = unsigned_number(in);
        set_saved(machine, which, (int64_t)unsigned_number(in) * machine->common->data_unit);
        break;
    case OP_OFFSET_SIGNED:
        which = unsigned_number(in);
        set_saved(machine, which, signed_number(in) * machine->common->data_unit);
        break;
    case OP_RESTORE_EXTENDED:
        restore(machine, unsigned_number(in));
        break;
    case OP_UNDEFINED:
        if (unsigned_number(in) == MACHINE_RETURN_REGISTER)
            machine->rule.outermost = true;
        break;
    case OP_SAME:
        set_saved(machine, unsigned_number(in), 0);
        break;
    case OP_REGISTER:
        lose(machine, unsigned_number(in));
        unsigned_number(in);
        break;
    case OP_VALUE_OFFSET:
    case OP_VALUE_OFFSET_SIGNED:
        lose(machine, unsigned_number(in));
        unsigned_number(in);
        break;
    case OP_EXPRESSION:
    case OP_VALUE_EXPRESSION:
        lose(machine, unsigned_number(in));
        skip(in, unsigned_number(in));
        break;
    case OP_REMEMBER:
        remember(machine);
        break;
    case OP_RECALL:
        recall(machine);
        break;
    case OP_CFA:
        which = unsigned_number(in);
        set_cfa(machine, which, (int64_t)unsigned_number(in));
        break;
    case OP_CFA_SIGNED:
        which = unsigned_number(in);
        set_cfa(machine, which, signed_number(in) * machine->common->data_unit);
        break;
    case OP_CFA_REGISTER:
        set_cfa(machine, unsigned_number(in), machine->rule.offset);
        break;
    case OP_CFA_OFFSET:
        machine->rule.offset = (int32_t)unsigned_number(in);
        break;
    case OP_CFA_OFFSET_SIGNED:
        machine->rule.offset = (int32_t)(signed_number(in) * machine->common->data_unit);
        break;
    case OP_ARGUMENTS:
        unsigned_number(in);
        break;
    default: // OP_CFA_EXPRESSION among them
        machine->bad = true;
    }
}

static void run(Machine *machine, Reader in) {
    while (!in.bad && !machine->bad && in.at < in.end && machine->place <= machine->address) {
        unsigned operation = (unsigned)number(&in, 1), operand = operation & 0x3f;
        switch (operation & 0xc0) {
        case OP_ADVANCE:
            machine->place += operand * machine->common->code_unit;
            break;
        case OP_OFFSET:
            set_saved(machine, operand, (int64_t)unsigned_number(&in) * machine->common->data_unit);
            break;
        case OP_RESTORE:
            restore(machine, operand);
            break;
        default:
            extended(machine, &in, operation);
        }
    }
    machine->bad |= in.bad;
}

bool cfi_rule(const CfiModule *module, uintptr_t address, CfiRule *rule) {
    uintptr_t at = find_description(module, address);
    Reader in = entry(module, at);
    uintptr_t common_at = at + 4 - number(&in, 4);
    Common common;
    if (in.bad || !read_common(module, common_at, &common))
        return false;
    uintptr_t begin = encoded(&in, common.encoding, 0);
    uint64_t bytes = encoded(&in, common.encoding & 0x0f, 0);
    if (common.augmented)
        skip(&in, unsigned_number(&in));
    if (in.bad || address < begin || address - begin >= bytes)
        return false;
    Machine machine = {.common = &common, .place = begin, .address = address};
    run(&machine, common.program);
    machine.initial = machine.rule;
    run(&machine, in);
    *rule = machine.rule;
    return !machine.bad;
}

// ---- modules

typedef struct Search {
    uintptr_t address;
    CfiModule *module;
    bool found;
} Search;

// The addresses of all its parts are one stretch.
static int visit(struct dl_phdr_info *info, size_t size, void *context) {
    Search *search = context;
    CfiModule module = {.low = UINTPTR_MAX};
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + part->p_vaddr;
        if (part->p_type == PT_GNU_EH_FRAME)
            module.header = (const unsigned char *)start;
        if (part->p_type != PT_LOAD)
            continue;
        if (start < module.low)
            module.low = start;
        if (start + part->p_memsz > module.high)
            module.high = start + part->p_memsz;
    }
    if (search->address < module.low || search->address >= module.high)
        return 0;
    *search->module = module;
    search->found = module.header != NULL;
    return 1;
}

bool cfi_module(uintptr_t address, CfiModule *module) {
    Search search = {.address = address, .module = module};
    dl_iterate_phdr(visit, &search);
    return search.found;
}
