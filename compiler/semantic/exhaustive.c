// Maranget's matrices. A row is an arm, a column a part of the value that is still to be looked at, a cell the arm's
// pattern there (NULL: any). The first row decides: if all its cells are any, it takes every value that is left (unless
// it has a guard); otherwise its first other cell's column is split by what the column's type can be, and each case
// goes on with the rows that match it. A case that no row is left for is a witness.
#include "compiler/semantic/exhaustive.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/base/map.h"
#include "compiler/base/vec.h"
#include "compiler/semantic/witness.h"

enum { MAX_WORK = 8 * 1000 * 1000 }; // cells copied

typedef struct Row {
    const TreePattern **cells;
    size_t arm;
    bool guarded;
} Row;

typedef VEC(Row) RowVec;
typedef VEC(const Type *) ColumnVec;

typedef struct Matrix {
    ColumnVec columns; // resolved types
    RowVec rows;
} Matrix;

// A value that no row takes: one text per column.
typedef struct Witness {
    const char **cells;
    bool open; // it has an int, float or string that is none of the literals asked for
} Witness;

typedef VEC(Witness) WitnessVec;

typedef struct Search {
    bool *reached;     // by arm
    bool only_guarded; // some value came to the end with guarded arms alone
    size_t work;
} Search;

// One case of a column: `types` are the columns that take its place.
typedef struct Case {
    const Type *const *types;
    size_t count;
    bool open;
} Case;

static WitnessVec walk(Search *search, Matrix *matrix);

// ---- cells ---------------------------------------------------------------------------------------------------------

// What a pattern tests: NULL if nothing. Notes a guard on the way.
static const TreePattern *tested(const TreePattern *pattern, bool *guarded) {
    while (pattern) {
        if (pattern->kind == TREE_PATTERN_ANY)
            return NULL;
        if (pattern->kind == TREE_PATTERN_BIND)
            pattern = pattern->bind.inner;
        else if (pattern->kind == TREE_PATTERN_GUARD) {
            *guarded = true;
            pattern = pattern->guard.inner;
        } else
            return pattern;
    }
    return NULL;
}

// Adds the row with its cell `at` replaced by `cells` (NULL: any).
static void add_row(Search *search, RowVec *rows, const Row *row, size_t width, size_t at,
                    const TreePattern *const *cells, size_t count) {
    Row made = {.arm = row->arm, .guarded = row->guarded};
    size_t new_width = width - 1 + count;
    search->work += new_width + 1;
    made.cells = mem_alloc((new_width + 1) * sizeof(*made.cells));
    memcpy(made.cells, row->cells, at * sizeof(*made.cells));
    memcpy(made.cells + at + count, row->cells + at + 1, (width - at - 1) * sizeof(*made.cells));
    for (size_t i = 0; i < count; i++) {
        made.cells[at + i] = cells ? tested(cells[i], &made.guarded) : NULL;
        if (made.cells[at + i] && made.cells[at + i]->kind == TREE_PATTERN_FAIL)
            return;
    }
    vec_push(rows, made);
}

// ---- one case ------------------------------------------------------------------------------------------------------

// Walks the matrix in which the case's columns stand for column `at`.
static WitnessVec walk_case(Search *search, const Matrix *matrix, size_t at, const Case *one, RowVec rows) {
    Matrix inner = {.rows = rows};
    for (size_t i = 0; i < matrix->columns.len - 1 + one->count; i++)
        vec_push(&inner.columns, i < at                ? matrix->columns.data[i]
                                 : i < at + one->count ? type_resolve(one->types[i - at])
                                                       : matrix->columns.data[i + 1 - one->count]);
    WitnessVec found = walk(search, &inner);
    for (size_t i = 0; i < found.len; i++)
        found.data[i].open |= one->open;
    return found;
}

static size_t count_of(const WitnessVec *witnesses, bool open) {
    size_t count = 0;
    for (size_t i = 0; i < witnesses->len; i++)
        count += witnesses->data[i].open == open;
    return count;
}

// Keeps one more of each sort than is reported, so that `more` is known.
static void keep(WitnessVec *out, Witness witness) {
    if (count_of(out, witness.open) <= EXHAUSTIVE_MAX_MISSING)
        vec_push(out, witness);
}

// The witness with `count` cells from `at` replaced by one.
static void keep_combined(WitnessVec *out, const Witness *witness, size_t width, size_t at, size_t count,
                          const char *text) {
    Witness made = {.open = witness->open};
    made.cells = mem_alloc((width + 1) * sizeof(*made.cells));
    memcpy(made.cells, witness->cells, at * sizeof(*made.cells));
    made.cells[at] = text;
    memcpy(made.cells + at + 1, witness->cells + at + count, (width - at - 1) * sizeof(*made.cells));
    keep(out, made);
}

// ---- unions --------------------------------------------------------------------------------------------------------

static bool constant_fits(const Tree *constant, const Type *member) {
    switch (member->kind) {
    case TYPE_NIL:
        return type_resolve(constant->type)->kind == TYPE_NIL;
    case TYPE_BOOL:
    case TYPE_LITERAL_BOOL:
        return type_fits(constant->type, type_bool);
    case TYPE_INT:
    case TYPE_LITERAL_INT:
        return type_fits(constant->type, type_int);
    case TYPE_STRING:
    case TYPE_LITERAL_STRING:
        return type_fits(constant->type, type_string);
    case TYPE_FLOAT:
        return type_fits(constant->type, type_float);
    default:
        return false;
    }
}

// The cell's pattern for values of one member; false if it matches none.
static bool member_cell(const TreePattern *cell, const Type *member, const TreePattern **out) {
    *out = cell;
    if (!cell)
        return true;
    if (cell->kind == TREE_PATTERN_CONSTANT)
        return constant_fits(cell->constant, member);
    if (cell->kind != TREE_PATTERN_MEMBERS)
        return type_equal(cell->type, member);
    for (size_t i = 0; i < cell->members.count; i++)
        if (type_equal(cell->members.entries[i].member, member)) {
            *out = cell->members.entries[i].pattern;
            return true;
        }
    return false;
}

static bool is_tested_anywhere(const Matrix *matrix, size_t at, const Type *member) {
    const TreePattern *inner;
    for (size_t i = 0; i < matrix->rows.len; i++)
        if (matrix->rows.data[i].cells[at] && member_cell(matrix->rows.data[i].cells[at], member, &inner))
            return true;
    return false;
}

static WitnessVec walk_member(Search *search, const Matrix *matrix, size_t at, const Type *member) {
    RowVec rows = {0};
    for (size_t i = 0; i < matrix->rows.len; i++) {
        const TreePattern *inner;
        if (member_cell(matrix->rows.data[i].cells[at], member, &inner))
            add_row(search, &rows, &matrix->rows.data[i], matrix->columns.len, at, &inner, 1);
    }
    return walk_case(search, matrix, at, &(Case){.types = &member, .count = 1}, rows);
}

static void keep_members(WitnessVec *out, const WitnessVec *found, size_t width, size_t at, const Type *member) {
    for (size_t i = 0; i < found->len; i++)
        keep_combined(out, &found->data[i], width, at, 1, witness_member(member, found->data[i].cells[at]));
}

// Members that no row asks for are one case: what is said of the first holds for all.
static WitnessVec split_union(Search *search, const Matrix *matrix, size_t at, const Type *type) {
    WitnessVec out = {0}, untested = {0};
    bool walked = false;
    for (size_t i = 0; i < type->members.count; i++) {
        const Type *member = type_resolve(type->members.types[i]);
        if (is_tested_anywhere(matrix, at, member)) {
            WitnessVec found = walk_member(search, matrix, at, member);
            keep_members(&out, &found, matrix->columns.len, at, member);
            continue;
        }
        if (!walked)
            untested = walk_member(search, matrix, at, member);
        walked = true;
        keep_members(&out, &untested, matrix->columns.len, at, member);
    }
    return out;
}

// ---- constants -----------------------------------------------------------------------------------------------------

// A constant as a pointer that is the same for equal constants.
static const void *constant_key(const Tree *constant) {
    const Type *type = type_resolve(constant->type);
    if (type_fits(type, type_string))
        return type->kind == TYPE_LITERAL_STRING ? type->literal.text : constant->constant.text;
    int64_t bits = type->kind == TYPE_LITERAL_INT || type->kind == TYPE_LITERAL_BOOL ? type->literal.integer
                                                                                     : constant->constant.integer;
    double real = constant->constant.real == 0 ? 0.0 : constant->constant.real; // -0.0 equals 0.0
    if (type->kind == TYPE_FLOAT)
        memcpy(&bits, &real, sizeof bits);
    return type_literal_int(bits);
}

static bool is_constant(const TreePattern *cell) { return cell && cell->kind == TREE_PATTERN_CONSTANT; }

// The rows that match `key` (NULL: a value that no row names), with the column gone.
static RowVec rows_of_constant(Search *search, const Matrix *matrix, size_t at, const void *const *keys,
                               const void *key) {
    RowVec rows = {0};
    for (size_t i = 0; i < matrix->rows.len; i++)
        if (!keys[i] || keys[i] == key)
            add_row(search, &rows, &matrix->rows.data[i], matrix->columns.len, at, NULL, 0);
    return rows;
}

static const void **constant_keys(const Matrix *matrix, size_t at) {
    const void **keys = mem_alloc((matrix->rows.len + 1) * sizeof(*keys));
    for (size_t i = 0; i < matrix->rows.len; i++) {
        const TreePattern *cell = matrix->rows.data[i].cells[at];
        keys[i] = is_constant(cell) ? constant_key(cell->constant) : NULL;
    }
    return keys;
}

// A value that none of the literals is: the first number from 0 on, any other text.
static const char *other_value(const Type *type, const Map *seen) {
    if (type->kind == TYPE_BOOL)
        return map_has(seen, type_literal_int(1)) ? "false" : "true";
    if (type->kind == TYPE_STRING)
        return "\"…\"";
    int64_t number = 0;
    int64_t bits = 0;
    for (; map_has(seen, type_literal_int(bits)); number++) {
        double real = (double)(number + 1);
        bits = number + 1;
        if (type->kind == TYPE_FLOAT)
            memcpy(&bits, &real, sizeof bits);
    }
    return text_format(type->kind == TYPE_FLOAT ? "%" PRId64 ".0" : "%" PRId64, number);
}

static WitnessVec split_constants(Search *search, const Matrix *matrix, size_t at, const Type *type) {
    WitnessVec out = {0};
    Map seen = {0};
    size_t width = matrix->columns.len;
    const void **keys = constant_keys(matrix, at);
    for (size_t i = 0; i < matrix->rows.len; i++) {
        search->work += matrix->rows.len / 16;
        if (!keys[i] || !map_add(&seen, keys[i]) || search->work > MAX_WORK)
            continue;
        const char *text = witness_constant(matrix->rows.data[i].cells[at]->constant);
        RowVec rows = rows_of_constant(search, matrix, at, keys, keys[i]);
        WitnessVec found = walk_case(search, matrix, at, &(Case){0}, rows);
        for (size_t k = 0; k < found.len; k++)
            keep_combined(&out, &found.data[k], width, at, 0, text);
    }
    bool closed = type->kind == TYPE_BOOL;
    if (closed && seen.len == 2)
        return out;
    RowVec rows = rows_of_constant(search, matrix, at, keys, NULL);
    WitnessVec found = walk_case(search, matrix, at, &(Case){.open = !closed}, rows);
    for (size_t k = 0; k < found.len; k++)
        keep_combined(&out, &found.data[k], width, at, 0, other_value(type, &seen));
    return out;
}

// A type of a single value: a row with another constant is out.
static WitnessVec split_single(Search *search, const Matrix *matrix, size_t at, const Type *type) {
    WitnessVec out = {0};
    const void **keys = constant_keys(matrix, at);
    const void *key = type->kind == TYPE_LITERAL_STRING ? (const void *)type->literal.text
                      : type->kind == TYPE_NIL          ? type_literal_int(0)
                                                        : type_literal_int(type->literal.integer);
    WitnessVec found = walk_case(search, matrix, at, &(Case){0}, rows_of_constant(search, matrix, at, keys, key));
    for (size_t k = 0; k < found.len; k++)
        keep_combined(&out, &found.data[k], matrix->columns.len, at, 0, "_");
    return out;
}

// ---- records -------------------------------------------------------------------------------------------------------

typedef VEC(Name) NameVec;

static const TreePattern *field_pattern(const TreePattern *cell, Name name) {
    for (size_t i = 0; cell && cell->kind == TREE_PATTERN_RECORD && i < cell->record.count; i++)
        if (cell->record.fields[i].name == name)
            return cell->record.fields[i].pattern;
    return NULL;
}

// The fields of the type that some row looks into.
static NameVec tested_fields(const Matrix *matrix, size_t at, const Type *type) {
    NameVec names = {0};
    for (size_t i = 0; i < type->record.count; i++)
        for (size_t k = 0; k < matrix->rows.len; k++)
            if (field_pattern(matrix->rows.data[k].cells[at], type->record.fields[i].name)) {
                vec_push(&names, type->record.fields[i].name);
                break;
            }
    return names;
}

static WitnessVec split_record(Search *search, const Matrix *matrix, size_t at, const Type *type) {
    NameVec names = tested_fields(matrix, at, type);
    ColumnVec types = {0};
    for (size_t i = 0; i < names.len; i++)
        vec_push(&types, type_field(type, names.data[i]));
    RowVec rows = {0};
    const TreePattern **cells = mem_alloc((names.len + 1) * sizeof(*cells));
    for (size_t i = 0; i < matrix->rows.len; i++) {
        for (size_t k = 0; k < names.len; k++)
            cells[k] = field_pattern(matrix->rows.data[i].cells[at], names.data[k]);
        add_row(search, &rows, &matrix->rows.data[i], matrix->columns.len, at, cells, names.len);
    }
    WitnessVec out = {0};
    WitnessVec found = walk_case(search, matrix, at, &(Case){.types = types.data, .count = types.len}, rows);
    for (size_t i = 0; i < found.len; i++) {
        const char *text = witness_record(type, names.data, found.data[i].cells + at, names.len);
        bool all_any = true;
        for (size_t k = 0; k < names.len; k++)
            all_any &= witness_is_any(found.data[i].cells[at + k]);
        keep_combined(&out, &found.data[i], matrix->columns.len, at, names.len, all_any ? "_" : text);
    }
    return out;
}

// ---- lists ---------------------------------------------------------------------------------------------------------

static int compare_sizes(const void *a, const void *b) {
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

typedef VEC(size_t) SizeVec;

// Lengths at which the set of rows that match changes: every length from one to before the next is alike.
static SizeVec length_bounds(const Matrix *matrix, size_t at) {
    SizeVec bounds = {0};
    vec_push(&bounds, 0);
    for (size_t i = 0; i < matrix->rows.len; i++) {
        const TreePattern *cell = matrix->rows.data[i].cells[at];
        if (!cell || cell->kind != TREE_PATTERN_LIST)
            continue;
        vec_push(&bounds, cell->list.count);
        if (!cell->list.rest)
            vec_push(&bounds, cell->list.count + 1);
    }
    qsort(bounds.data, bounds.len, sizeof(*bounds.data), compare_sizes);
    size_t kept = 1;
    for (size_t i = 1; i < bounds.len; i++)
        if (bounds.data[i] != bounds.data[kept - 1])
            bounds.data[kept++] = bounds.data[i];
    bounds.len = kept;
    return bounds;
}

static void add_list_row(Search *search, RowVec *rows, const Row *row, size_t width, size_t at, size_t length) {
    const TreePattern *cell = row->cells[at];
    const TreePattern **cells = mem_alloc((length + 1) * sizeof(*cells));
    Row copy = *row;
    if (cell) {
        bool matches = cell->list.rest ? cell->list.count <= length : cell->list.count == length;
        if (!matches)
            return;
        memcpy(cells, cell->list.elements, cell->list.count * sizeof(*cells));
        // A rest that is more than a name says nothing certain.
        if (tested(cell->list.rest, &copy.guarded))
            copy.guarded = true;
    }
    add_row(search, rows, &copy, width, at, cells, length);
}

static WitnessVec split_list(Search *search, const Matrix *matrix, size_t at, const Type *type) {
    WitnessVec out = {0};
    SizeVec bounds = length_bounds(matrix, at);
    for (size_t i = 0; i < bounds.len && search->work <= MAX_WORK; i++) {
        size_t length = bounds.data[i];
        bool longer = i + 1 == bounds.len; // of other lengths the shortest is shown
        RowVec rows = {0};
        for (size_t k = 0; k < matrix->rows.len; k++)
            add_list_row(search, &rows, &matrix->rows.data[k], matrix->columns.len, at, length);
        ColumnVec types = {0};
        for (size_t k = 0; k < length; k++)
            vec_push(&types, type->element);
        WitnessVec found = walk_case(search, matrix, at, &(Case){.types = types.data, .count = length}, rows);
        for (size_t k = 0; k < found.len; k++)
            keep_combined(&out, &found.data[k], matrix->columns.len, at, length,
                          witness_list(found.data[k].cells + at, length, longer));
    }
    return out;
}

// ---- the walk ------------------------------------------------------------------------------------------------------

static WitnessVec split(Search *search, const Matrix *matrix, size_t at) {
    const Type *type = matrix->columns.data[at];
    switch (type->kind) {
    case TYPE_UNION:
        return split_union(search, matrix, at, type);
    case TYPE_BOOL:
    case TYPE_INT:
    case TYPE_FLOAT:
    case TYPE_STRING:
        return split_constants(search, matrix, at, type);
    case TYPE_RECORD:
        return split_record(search, matrix, at, type);
    case TYPE_LIST:
        return split_list(search, matrix, at, type);
    default:
        return split_single(search, matrix, at, type);
    }
}

static size_t first_tested(const Row *row, size_t width) {
    size_t at = 0;
    while (at < width && !row->cells[at])
        at++;
    return at;
}

static bool has_no_value(const Matrix *matrix) {
    for (size_t i = 0; i < matrix->columns.len; i++)
        if (matrix->columns.data[i]->kind == TYPE_NEVER)
            return true;
    return false;
}

static WitnessVec anything(size_t width) {
    Witness witness = {.cells = mem_alloc((width + 1) * sizeof(*witness.cells))};
    for (size_t i = 0; i < width; i++)
        witness.cells[i] = "_";
    WitnessVec out = {0};
    vec_push(&out, witness);
    return out;
}

static WitnessVec walk(Search *search, Matrix *matrix) {
    WitnessVec none = {0};
    if (search->work > MAX_WORK || has_no_value(matrix))
        return none;
    size_t width = matrix->columns.len;
    while (matrix->rows.len) {
        Row *first = &matrix->rows.data[0];
        size_t at = first_tested(first, width);
        if (at < width)
            return split(search, matrix, at);
        search->reached[first->arm] = true;
        if (!first->guarded)
            return none;
        search->only_guarded = true;
        matrix->rows.data++;
        matrix->rows.len--;
    }
    return anything(width);
}

// Arms with guards alone leave out "any value" of a type that enumerates nothing: that is a missing `_`, too.
static bool enumerates(const Type *type) {
    return type->kind != TYPE_INT && type->kind != TYPE_FLOAT && type->kind != TYPE_STRING && type->kind != TYPE_RECORD;
}

static void mark_open(WitnessVec *found, const Type *value) {
    for (size_t i = 0; i < found->len && !enumerates(value); i++)
        found->data[i].open |= witness_is_any(found->data[i].cells[0]);
}

static void report_witnesses(Exhaustiveness *out, const WitnessVec *found) {
    out->missing = mem_alloc(EXHAUSTIVE_MAX_MISSING * sizeof(*out->missing));
    out->open = mem_alloc(EXHAUSTIVE_MAX_MISSING * sizeof(*out->open));
    for (size_t i = 0; i < found->len; i++) {
        const char **texts = found->data[i].open ? out->open : out->missing;
        size_t *count = found->data[i].open ? &out->open_count : &out->missing_count;
        if (*count < EXHAUSTIVE_MAX_MISSING)
            texts[(*count)++] = found->data[i].cells[0];
        else
            out->more = true;
    }
}

Exhaustiveness exhaustive_check(const Type *value, const TreeArm *arms, size_t count) {
    Search search = {.reached = mem_alloc_data(count + 1)};
    Matrix matrix = {0};
    vec_push(&matrix.columns, type_resolve(value));
    for (size_t i = 0; i < count; i++) {
        Row start = {.arm = i, .cells = mem_alloc(sizeof(*start.cells))};
        add_row(&search, &matrix.rows, &start, 1, 0, (const TreePattern *const[]){arms[i].pattern}, 1);
    }
    WitnessVec found = walk(&search, &matrix);
    Exhaustiveness out = {.too_complex = search.work > MAX_WORK};
    if (out.too_complex)
        return out;
    if (search.only_guarded)
        mark_open(&found, type_resolve(value));
    report_witnesses(&out, &found);
    out.unreachable = mem_alloc_data((count + 1) * sizeof(*out.unreachable));
    for (size_t i = 0; i < count; i++)
        if (!search.reached[i])
            out.unreachable[out.unreachable_count++] = i;
    return out;
}
