#include "runtime/memory/promote.h"

#include <string.h>

#include "runtime/memory/alloc.h"

enum {
    TASKS_FIRST = 64,
    ELEMENTS_AT_ONCE = 64,
    PROMOTED_MOST = 1 << OBJECT_INDEX_BITS, // entries of a table
    COLLECT_AT = 65536, // bytes promoted that make a collection due, if they are a quarter of the arena
};

// An object to be promoted. Of a buffer: elements [first, end), of which those before `next` have been looked at.
// Otherwise `next` is 1 when its references have been.
typedef struct Task {
    FlObject *object;
    uint32_t first, end, next;
} Task;

typedef struct Promotion {
    FlArena *arena;
    Promotions *table;
    Task *tasks; // the innermost last
    size_t count, capacity;
    uint32_t before; // entries of the table before this go
    uint64_t total;  // bytes promoted in this go, with the weights of what was outside already
    bool failed;
} Promotion;

static bool is_buffer(const FlObject *object) {
    return object->type != FL_TYPE_STRING && object_type(object)->kind == FL_KIND_BUFFER;
}

// ---- the table

void promotions_free(Promotions *table) {
    for (uint32_t i = 0; i < table->table_count; i++)
        shared_table_give(table->tables[i]);
    memory_free(table->tables);
    memory_free(table->entries);
    memory_free(table);
}

static Promotions *make_table(FlArena *arena) {
    if (promotions_of(arena) != NULL)
        return (Promotions *)arena->holds;
    Promotions *table = memory_allocate(sizeof *table);
    if (table == NULL)
        return NULL;
    *table = (Promotions){.hold = {.next = arena->holds, .end = HOLD_TABLE, .bytes = sizeof *table}};
    arena->bytes += table->hold.bytes;
    arena->holds = &table->hold;
    return table;
}

static bool grow_entries(Promotions *table) {
    uint32_t capacity = table->capacity == 0 ? 16 : 2 * table->capacity;
    PromotedEntry *entries =
        capacity <= PROMOTED_MOST ? memory_resize(table->entries, capacity * sizeof *entries) : NULL;
    if (entries == NULL)
        return false;
    table->entries = entries;
    table->capacity = capacity;
    return true;
}

static bool grow_tables(Promotions *table) {
    if (table->table_count == table->table_capacity) {
        uint32_t capacity = table->table_capacity == 0 ? 4 : 2 * table->table_capacity;
        SharedTable **tables = memory_resize(table->tables, capacity * sizeof *tables);
        if (tables == NULL)
            return false;
        table->tables = tables;
        table->table_capacity = capacity;
    }
    SharedTable *fresh = memory_may_allocate() ? shared_table_take() : NULL;
    if (fresh == NULL)
        return false;
    table->tables[table->table_count++] = fresh;
    return true;
}

// The slot of an entry to be added; NULL: memory is out.
static uintptr_t *next_slot(Promotions *table) {
    if (table->count == table->capacity && !grow_entries(table))
        return NULL;
    if (table->count == table->table_count * SHARED_TABLE && !grow_tables(table))
        return NULL;
    return &table->tables[table->count / SHARED_TABLE]->slots[table->count % SHARED_TABLE];
}

bool promotions_redirect(const Promotions *table, FlWord *slot) {
    const FlObject *object = (const FlObject *)*slot;
    uint32_t index = object->flags >> OBJECT_INDEX_SHIFT;
    const PromotedEntry *entry = &table->entries[index];
    if (is_buffer(object)) {
        uint64_t first = FL_LIST_OFFSET(slot[1]), end = first + FL_LIST_LENGTH(slot[1]);
        if (first == end) {
            slot[0] = slot[1] = 0;
            return true;
        }
        if (first < entry->first || end > entry->end)
            return false;
        slot[1] -= (uint64_t)entry->first << 32;
    }
    *slot = (FlWord)promotions_copy(table, index);
    return true;
}

void promotions_forget_parts(const Promotions *table) {
    for (uint32_t i = 0; i < table->count; i++) {
        const PromotedEntry *entry = &table->entries[i];
        if (entry->end == 0)
            continue;
        FlBuffer *buffer = (FlBuffer *)entry->source;
        bool whole = entry->first == 0 && entry->end == buffer->used;
        if (!whole && buffer->header.flags == (FL_OBJECT_PROMOTED | i << OBJECT_INDEX_SHIFT))
            buffer->header.flags = 0;
    }
}

// ---- tasks

static void push(Promotion *p, FlObject *object, uint32_t first, uint32_t end) {
    if (p->count == p->capacity) {
        size_t capacity = p->capacity == 0 ? TASKS_FIRST : 2 * p->capacity;
        Task *tasks = memory_resize(p->tasks, capacity * sizeof *tasks);
        if (tasks == NULL) {
            p->failed = true;
            return;
        }
        p->tasks = tasks;
        p->capacity = capacity;
    }
    p->tasks[p->count++] = (Task){.object = object, .first = first, .end = end};
}

// Whether the elements that a list sees are in the buffer's copy, if it has one; widens the range to what is there.
static bool has_elements(const Promotions *table, const FlObject *buffer, uint32_t *first, uint32_t *end) {
    if (!(buffer->flags & FL_OBJECT_PROMOTED))
        return false;
    const PromotedEntry *entry = &table->entries[buffer->flags >> OBJECT_INDEX_SHIFT];
    if (*first >= entry->first && *end <= entry->end)
        return true;
    *first = *first < entry->first ? *first : entry->first;
    *end = *end > entry->end ? *end : entry->end;
    return false;
}

// Makes a task of what a reference leads to, if it has to be promoted.
static void want(void *context, FlWord *slot) {
    Promotion *p = context;
    if (!object_is_pointer(*slot))
        return;
    FlObject *object = (FlObject *)*slot;
    if (object_is_static(object))
        return;
    if (!is_buffer(object)) {
        if (!(object->flags & FL_OBJECT_PROMOTED))
            push(p, object, 0, 0);
        return;
    }
    uint32_t first = FL_LIST_OFFSET(slot[1]), end = first + FL_LIST_LENGTH(slot[1]);
    if (first != end && !has_elements(p->table, object, &first, &end))
        push(p, object, first, end);
}

// Looks at references of the innermost task; true: at all of them, and nothing new came of it.
static bool look(Promotion *p) {
    Task *task = &p->tasks[p->count - 1];
    size_t before = p->count;
    FlObject *object = task->object;
    if (task->end == 0) {
        bool looked = task->next != 0;
        task->next = 1;
        if (!looked)
            object_each_reference(object, want, p);
        return p->count == before;
    }
    const FlType *type = object_type(object);
    if (type->references == NULL)
        return true;
    uint32_t next = task->next != 0 ? task->next : task->first, end = task->end;
    while (next < end && p->count == before) {
        uint32_t stop = end - next > ELEMENTS_AT_ONCE ? next + ELEMENTS_AT_ONCE : end;
        p->tasks[before - 1].next = stop;
        for (; next < stop; next++)
            object_each_in_element((FlBuffer *)object, type, next, want, p);
    }
    return p->count == before;
}

// ---- copying

// Redirects what the copy of an object refers to, and sums up.
typedef struct Settling {
    const Promotions *table;
    const FlObject *last; // counts once if it comes twice in a row
    uint32_t before;      // entries that the table had before this go
    uint64_t weight;      // of all that it refers to
    uint64_t outside;     // of this, what was outside before this go
} Settling;

static void settle(void *context, FlWord *slot) {
    Settling *s = context;
    if (!object_is_pointer(*slot))
        return;
    const FlObject *object = (const FlObject *)*slot;
    bool fresh = false;
    if (object->flags & FL_OBJECT_PROMOTED) {
        fresh = object->flags >> OBJECT_INDEX_SHIFT >= s->before;
        promotions_redirect(s->table, slot);
        object = (const FlObject *)*slot;
    }
    if (object == s->last || object == NULL || !(object->flags & (FL_OBJECT_COUNTED | FL_OBJECT_SHARED)))
        return;
    s->last = object;
    uint64_t weight = object->flags & FL_OBJECT_COUNTED ? counted_of(object)->bytes : holds_weight(object);
    s->weight += weight;
    s->outside += fresh ? 0 : weight;
}

typedef struct Cell {
    uint64_t count;
    FlObject *counted[];
} Cell;

static void free_cell(void *object) {
    const Cell *cell = object;
    for (uint64_t i = 0; i < cell->count; i++)
        counted_down(cell->counted[i]);
}

static void note_counted(void *context, FlWord *slot) {
    Cell *cell = context;
    if (!object_is_pointer(*slot) || !(((const FlObject *)*slot)->flags & FL_OBJECT_COUNTED))
        return;
    counted_up((const FlObject *)*slot);
    cell->counted[cell->count++] = (FlObject *)*slot;
}

static void count_counted(void *context, FlWord *slot) {
    if (object_is_pointer(*slot))
        *(uint32_t *)context += (((const FlObject *)*slot)->flags & FL_OBJECT_COUNTED) != 0;
}

// Calls visit for the references of a task's object: of a buffer, of the elements to be promoted.
static void each_reference(const Task *task, void (*visit)(void *context, FlWord *slot), void *context) {
    if (task->end == 0) {
        object_each_reference(task->object, visit, context);
        return;
    }
    const FlType *type = object_type(task->object);
    for (uint32_t i = task->first; i < task->end && type->references != NULL; i++)
        object_each_in_element((FlBuffer *)task->object, type, i, visit, context);
}

// What holds the counted objects that an object refers to: *cell, NULL if there are none. false: memory is out.
static bool make_cell(Promotion *p, const Task *task, Cell **cell) {
    uint32_t counted = 0;
    each_reference(task, count_counted, &counted);
    *cell = NULL;
    if (counted == 0)
        return true;
    uintptr_t *slot = next_slot(p->table);
    if (slot == NULL || !memory_may_allocate())
        return false;
    uint64_t bytes = sizeof(Cell) + counted * sizeof(FlObject *);
    *cell = shared_allocate_watched(bytes, free_cell, slot);
    if (*cell == NULL)
        return false;
    (*cell)->count = 0;
    p->table->entries[p->table->count++] = (PromotedEntry){0};
    each_reference(task, note_counted, *cell);
    return true;
}

static uint64_t copied_bytes(const Task *task) {
    if (task->end == 0)
        return object_bytes(task->object);
    return object_buffer_bytes(task->end - task->first, object_type(task->object)->element->words);
}

static void copy_object(const Task *task, FlObject *copy, uint64_t bytes) {
    if (task->end == 0) {
        memcpy(copy, task->object, bytes);
        return;
    }
    const FlBuffer *from = (const FlBuffer *)task->object;
    FlBuffer *to = (FlBuffer *)copy;
    to->header.type = from->header.type;
    to->capacity = to->used = task->end - task->first;
    to->owner = 0;
    memcpy(to->elements, (const char *)from->elements + (bytes - sizeof *to) / to->used * task->first,
           bytes - sizeof *to);
}

static bool has_references(const FlObject *object) {
    const FlType *type = object_type(object);
    return type->references != NULL || type->kind == FL_KIND_NODE;
}

// Makes the copy of an object all of whose references lead outside, or to promoted objects. false: memory is out.
static bool finish(Promotion *p, const Task *task) {
    Cell *cell = NULL;
    bool references = has_references(task->object);
    if (references && !make_cell(p, task, &cell))
        return false;
    uintptr_t *slot = next_slot(p->table);
    if (slot == NULL || !memory_may_allocate())
        return false;
    uint64_t bytes = copied_bytes(task), room = bytes + (cell != NULL ? sizeof(Cell *) : 0);
    FlObject *copy = shared_allocate(room, references, slot);
    if (copy == NULL)
        return false;
    copy_object(task, copy, bytes);
    Settling settling = {.table = p->table, .before = p->before, .weight = room, .outside = room};
    copy->flags = 0;
    if (references)
        object_each_reference(copy, settle, &settling);
    if (cell != NULL)
        *(Cell **)((char *)copy + bytes) = cell;
    p->total += settling.outside;
    copy->flags = holds_shared_flags(settling.weight < p->total ? settling.weight : p->total);
    p->table->promoted += room;
    task->object->flags = FL_OBJECT_PROMOTED | p->table->count << OBJECT_INDEX_SHIFT;
    p->table->entries[p->table->count++] =
        (PromotedEntry){.source = task->object, .first = task->first, .end = task->end};
    return true;
}

// Whether the object was promoted by way of another reference while its task waited.
static bool is_done(const Promotion *p, const Task *task) {
    if (task->end == 0)
        return task->object->flags & FL_OBJECT_PROMOTED;
    uint32_t first = task->first, end = task->end;
    return has_elements(p->table, task->object, &first, &end);
}

static PromoteResult run(Promotion *p, uint64_t most) {
    while (p->count > 0 && !p->failed) {
        const Task *task = &p->tasks[p->count - 1];
        if (is_done(p, task)) {
            p->count--;
            continue;
        }
        if (!look(p))
            continue;
        if (most-- == 0)
            return PROMOTE_MORE;
        if (!finish(p, &p->tasks[p->count - 1]))
            p->failed = true;
        else
            p->count--;
    }
    return p->failed ? PROMOTE_NO_MEMORY : PROMOTE_DONE;
}

// The arena has become mostly copies of what is shared: time to replace it.
static void ask_for_collection(FlArena *arena, const Promotions *table) {
    if (table->promoted >= COLLECT_AT && table->promoted >= arena->bytes / 4 &&
        (uint64_t)arena->threshold << 10 > arena->bytes)
        arena->threshold = (uint32_t)(arena->bytes >> 10);
}

static PromoteResult end(Promotion *p, PromoteResult result) {
    memory_free(p->tasks);
    if (result != PROMOTE_NO_MEMORY)
        ask_for_collection(p->arena, p->table);
    return result;
}

PromoteResult promote_value(FlArena *arena, FlWord word, uint64_t most) {
    Promotion p = {.arena = arena, .table = make_table(arena)};
    if (p.table == NULL)
        return PROMOTE_NO_MEMORY;
    p.before = p.table->count;
    want(&p, &word);
    return end(&p, run(&p, most));
}

PromoteResult promote_words(FlArena *arena, FlObject *object, uint64_t most) {
    Promotion p = {.arena = arena, .table = make_table(arena)};
    if (p.table == NULL)
        return PROMOTE_NO_MEMORY;
    p.before = p.table->count;
    object_each_reference(object, want, &p);
    return end(&p, run(&p, most));
}
