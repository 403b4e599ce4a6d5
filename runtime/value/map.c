// Maps and sets are persistent hash tries: a node has up to 16 places, by four bits of the keys' hashes, each with a
// child or an entry. A change copies the nodes on the way to the entry and shares all others. The form is canonical: no
// node below the root has one entry and nothing else, so maps with the same entries are the same tries, in whatever
// order they were made.
//
// Invariants: nodes are never changed once they are made. Nothing here polls between making a node and having it in
// the result, but for the comparison of keys, which may poll: whatever is held over it lies on the C stack.
#include "runtime/value/map.h"

#include <string.h>

#include "runtime/value/heap.h"

enum {
    BITS = 4,
    LAST_SHIFT = 60,                  // the last four bits
    COLLISIONS = LAST_SHIFT + BITS,   // none left: a list of nodes
    DEPTH_MAX = COLLISIONS / BITS + 1 // nodes on a way, of a list one
};

// What an operation works with.
typedef struct Trie {
    FlProcess *self;
    const FlType *node; // of nodes
    const FlType *key;
    uint32_t key_words, words; // of an entry: of its key, and of all of it
    const FlWord *wanted;      // the key that is looked for, and its value
    const FlWord *value;
    uint64_t hash;
    bool changed; // an entry more or one less
} Trie;

static Trie trie_of(FlProcess *self, const FlType *type, const FlWord *key) {
    const FlType *key_type = type->fields[0].type;
    return (Trie){.self = self,
                  .node = type->buffer,
                  .key = key_type,
                  .key_words = key_type->words,
                  .words = type->buffer->object_words,
                  .wanted = key,
                  .hash = value_hash(self, key_type, key)};
}

static inline uint32_t bits_of(uint32_t places) { return object_count_bits(places); }

static inline uint32_t place_at(uint64_t hash, unsigned shift) { return UINT32_C(1) << (hash >> shift & 15); }

static inline FlNode *child_at(const FlNode *node, uint32_t index) { return (FlNode *)node->words[index]; }

static inline const FlWord *entry_at(const Trie *trie, const FlNode *node, uint32_t index) {
    return node->words + bits_of(node->children) + (uint64_t)index * trie->words;
}

static inline bool same_key(const Trie *trie, const FlWord *key) {
    switch (trie->key->kind) {
    case FL_KIND_INT:
    case FL_KIND_PID:
    case FL_KIND_BOOL:
        return *key == *trie->wanted;
    case FL_KIND_STRING:
        return fl_string_equal((FlString *)*key, (FlString *)*trie->wanted);
    default:
        return value_equal(trie->self, trie->key, key, trie->key, trie->wanted);
    }
}

// ---- nodes ---------------------------------------------------------------------------------------------------------

static FlNode *new_node(const Trie *trie, uint32_t children, uint32_t entries) {
    FlNode *node = value_allocate(trie->self, object_node_bytes(bits_of(children), bits_of(entries), trie->words));
    node->header = (FlObject){.type = trie->node->id};
    node->children = children;
    node->entries = entries;
    return node;
}

static FlWord *copy_words(FlWord *to, const FlWord *from, uint64_t words) {
    for (uint64_t i = 0; i < words; i++)
        to[i] = from[i];
    return to + words;
}

static FlWord *put_entry(const Trie *trie, FlWord *to) {
    to = copy_words(to, trie->wanted, trie->key_words);
    return copy_words(to, trie->value, trie->words - trie->key_words);
}

static FlNode *with_child(const Trie *trie, const FlNode *node, uint32_t index, FlNode *child) {
    FlNode *copy = new_node(trie, node->children, node->entries);
    copy_words(copy->words, node->words, bits_of(node->children) + (uint64_t)bits_of(node->entries) * trie->words);
    copy->words[index] = (FlWord)child;
    return copy;
}

// The entry at `index` has the wanted key and gets the wanted value.
static FlNode *with_value(const Trie *trie, const FlNode *node, uint32_t index) {
    uint64_t values = trie->words - trie->key_words;
    const FlWord *entry = entry_at(trie, node, index);
    if (values == 0 || memcmp(entry + trie->key_words, trie->value, values * sizeof(FlWord)) == 0)
        return (FlNode *)node;
    FlNode *copy = new_node(trie, node->children, node->entries);
    copy_words(copy->words, node->words, bits_of(node->children) + (uint64_t)bits_of(node->entries) * trie->words);
    copy_words(copy->words + (entry - node->words) + trie->key_words, trie->value, values);
    return copy;
}

static FlNode *with_entry(const Trie *trie, const FlNode *node, uint32_t place) {
    uint64_t before = bits_of(node->children) + (uint64_t)bits_of(node->entries & (place - 1)) * trie->words;
    uint64_t all = bits_of(node->children) + (uint64_t)bits_of(node->entries) * trie->words;
    FlNode *copy = new_node(trie, node->children, node->entries | place);
    FlWord *to = copy_words(copy->words, node->words, before);
    copy_words(put_entry(trie, to), node->words + before, all - before);
    return copy;
}

// The entry of a place gives way to a child.
static FlNode *entry_to_child(const Trie *trie, const FlNode *node, uint32_t place, FlNode *child) {
    uint64_t children = bits_of(node->children), child_index = bits_of(node->children & (place - 1));
    uint64_t before = (uint64_t)bits_of(node->entries & (place - 1)) * trie->words;
    uint64_t behind = (uint64_t)bits_of(node->entries) * trie->words - before - trie->words;
    FlNode *copy = new_node(trie, node->children | place, node->entries & ~place);
    FlWord *to = copy_words(copy->words, node->words, child_index);
    *to++ = (FlWord)child;
    to = copy_words(to, node->words + child_index, children - child_index);
    to = copy_words(to, node->words + children, before);
    copy_words(to, node->words + children + before + trie->words, behind);
    return copy;
}

// The reverse: what is left of the child is one entry.
static FlNode *child_to_entry(const Trie *trie, const FlNode *node, uint32_t place, const FlWord *entry) {
    uint64_t children = bits_of(node->children), child_index = bits_of(node->children & (place - 1));
    uint64_t before = (uint64_t)bits_of(node->entries & (place - 1)) * trie->words;
    uint64_t behind = (uint64_t)bits_of(node->entries) * trie->words - before;
    FlNode *copy = new_node(trie, node->children & ~place, node->entries | place);
    FlWord *to = copy_words(copy->words, node->words, child_index);
    to = copy_words(to, node->words + child_index + 1, children - child_index - 1);
    to = copy_words(to, node->words + children, before);
    to = copy_words(to, entry, trie->words);
    copy_words(to, node->words + children + before, behind);
    return copy;
}

static FlNode *without_entry(const Trie *trie, const FlNode *node, uint32_t place) {
    uint64_t before = bits_of(node->children) + (uint64_t)bits_of(node->entries & (place - 1)) * trie->words;
    uint64_t all = bits_of(node->children) + (uint64_t)bits_of(node->entries) * trie->words;
    FlNode *copy = new_node(trie, node->children, node->entries & ~place);
    FlWord *to = copy_words(copy->words, node->words, before);
    copy_words(to, node->words + before + trie->words, all - before - trie->words);
    return copy;
}

// ---- keys of equal hash --------------------------------------------------------------------------------------------

enum { COLLISION_MOST = 32 }; // entries of one node

// Where the wanted key is in a list of nodes; NULL: nowhere.
static const FlNode *find_collision(const Trie *trie, const FlNode *node, uint32_t *index) {
    for (; node != NULL; node = child_at(node, 0)) {
        uint32_t entries = bits_of(node->entries);
        for (*index = 0; *index < entries; ++*index)
            if (same_key(trie, entry_at(trie, node, *index)))
                return node;
    }
    return NULL;
}

// A list of nodes with one entry more, of `words` words at `entry`. All its nodes but the first are full.
static FlNode *push_collision(const Trie *trie, const FlNode *list, const FlWord *entry) {
    uint32_t entries = list == NULL ? COLLISION_MOST : bits_of(list->entries);
    bool full = entries == COLLISION_MOST;
    FlNode *node = new_node(trie, 1, full ? 1 : (UINT32_C(2) << entries) - 1);
    FlWord *to = node->words;
    *to++ = full ? (FlWord)list : list->words[0];
    if (!full)
        to = copy_words(to, list->words + 1, (uint64_t)entries * trie->words);
    copy_words(to, entry, trie->words);
    return node;
}

// A list without the entry at `index` of `from`, in which an entry has `replaced` it if that is not NULL.
static FlNode *change_collision(const Trie *trie, const FlNode *list, const FlNode *from, uint32_t index,
                                const FlWord *replaced) {
    FlNode *result = NULL;
    for (const FlNode *node = list; node != NULL; node = child_at(node, 0)) {
        uint32_t entries = bits_of(node->entries);
        for (uint32_t i = 0; i < entries; i++) {
            const FlWord *entry = node == from && i == index ? replaced : entry_at(trie, node, i);
            if (entry != NULL)
                result = push_collision(trie, result, entry);
        }
    }
    return result;
}

enum { ENTRY_WORDS_MAX = 6 };

static FlNode *put_collision(Trie *trie, const FlNode *list) {
    FlWord entry[ENTRY_WORDS_MAX];
    uint32_t index;
    put_entry(trie, entry);
    const FlNode *found = find_collision(trie, list, &index);
    if (found != NULL)
        return change_collision(trie, list, found, index, entry);
    trie->changed = true;
    return push_collision(trie, list, entry);
}

static uint64_t collision_length(const FlNode *list) {
    uint64_t length = 0;
    for (; list != NULL; list = child_at(list, 0))
        length += bits_of(list->entries);
    return length;
}

static bool collision_has(FlProcess *self, const FlType *a_type, const FlWord *entry, const FlType *b_type,
                          const FlNode *list) {
    for (; list != NULL; list = child_at(list, 0))
        for (uint32_t i = 0; i < bits_of(list->entries); i++) {
            const FlWord *other = list->words + 1 + (uint64_t)i * b_type->object_words;
            bool same = true;
            for (uint32_t part = 0; part < a_type->field_count && same; part++)
                same = value_equal(self, a_type->fields[part].type, entry + a_type->fields[part].offset,
                                   b_type->fields[part].type, other + b_type->fields[part].offset);
            if (same)
                return true;
        }
    return false;
}

bool map_collisions_equal(FlProcess *self, const FlType *a_type, const FlNode *a, const FlType *b_type,
                          const FlNode *b) {
    if (collision_length(a) != collision_length(b))
        return false;
    for (; a != NULL; a = child_at(a, 0))
        for (uint32_t i = 0; i < bits_of(a->entries); i++)
            if (!collision_has(self, a_type, a->words + 1 + (uint64_t)i * a_type->object_words, b_type, b))
                return false;
    return true;
}

// ---- finding -------------------------------------------------------------------------------------------------------

const FlWord *fl_map_find(FlProcess *self, const FlType *type, FlNode *root, const FlWord *key) {
    if (root == NULL)
        return NULL;
    Trie trie = trie_of(self, type, key);
    const FlNode *node = root;
    uint32_t index;
    for (unsigned shift = 0; shift < COLLISIONS; shift += BITS) {
        uint32_t place = place_at(trie.hash, shift);
        if (node->entries & place) {
            const FlWord *entry = entry_at(&trie, node, bits_of(node->entries & (place - 1)));
            return same_key(&trie, entry) ? entry + trie.key_words : NULL;
        }
        if (!(node->children & place))
            return NULL;
        node = child_at(node, bits_of(node->children & (place - 1)));
    }
    node = find_collision(&trie, node, &index);
    return node == NULL ? NULL : entry_at(&trie, node, index) + trie.key_words;
}

// ---- putting -------------------------------------------------------------------------------------------------------

// A node with the wanted entry and one whose key has another or the same hash.
static FlNode *pair(const Trie *trie, const FlWord *other, uint64_t other_hash, unsigned shift) {
    FlWord entry[ENTRY_WORDS_MAX];
    put_entry(trie, entry);
    if (shift == COLLISIONS)
        return push_collision(trie, push_collision(trie, NULL, other), entry);
    uint32_t mine = place_at(trie->hash, shift), its = place_at(other_hash, shift);
    if (mine == its) {
        FlNode *child = pair(trie, other, other_hash, shift + BITS);
        FlNode *node = new_node(trie, mine, 0);
        node->words[0] = (FlWord)child;
        return node;
    }
    FlNode *node = new_node(trie, 0, mine | its);
    FlWord *to = copy_words(node->words, mine < its ? entry : other, trie->words);
    copy_words(to, mine < its ? other : entry, trie->words);
    return node;
}

static FlNode *put(Trie *trie, const FlNode *node, unsigned shift) {
    if (shift == COLLISIONS)
        return put_collision(trie, node);
    uint32_t place = place_at(trie->hash, shift);
    if (node->children & place) {
        uint32_t index = bits_of(node->children & (place - 1));
        FlNode *old = child_at(node, index), *child = put(trie, old, shift + BITS);
        return child == old ? (FlNode *)node : with_child(trie, node, index, child);
    }
    if (!(node->entries & place)) {
        trie->changed = true;
        return with_entry(trie, node, place);
    }
    uint32_t index = bits_of(node->entries & (place - 1));
    const FlWord *entry = entry_at(trie, node, index);
    if (same_key(trie, entry))
        return with_value(trie, node, index);
    trie->changed = true;
    FlNode *child = pair(trie, entry, value_hash(trie->self, trie->key, entry), shift + BITS);
    return entry_to_child(trie, node, place, child);
}

FlMap fl_map_put(FlProcess *self, const FlType *type, FlNode *root, uint64_t size, const FlWord *key,
                 const FlWord *value) {
    Trie trie = trie_of(self, type, key);
    trie.value = value;
    if (root == NULL) {
        FlNode *node = new_node(&trie, 0, place_at(trie.hash, 0));
        put_entry(&trie, node->words);
        return (FlMap){node, 1};
    }
    root = put(&trie, root, 0);
    return (FlMap){root, size + trie.changed};
}

// ---- removing ------------------------------------------------------------------------------------------------------

// Without the key; the node itself if it has it not, NULL if nothing is left.
static FlNode *take_out(Trie *trie, const FlNode *node, unsigned shift) {
    if (shift == COLLISIONS) {
        uint32_t index;
        const FlNode *found = find_collision(trie, node, &index);
        trie->changed = found != NULL;
        return found == NULL ? (FlNode *)node : change_collision(trie, node, found, index, NULL);
    }
    uint32_t place = place_at(trie->hash, shift);
    if (node->children & place) {
        uint32_t index = bits_of(node->children & (place - 1));
        FlNode *old = child_at(node, index), *child = take_out(trie, old, shift + BITS);
        if (child == old)
            return (FlNode *)node;
        bool collisions = child->children & child->entries;
        if (bits_of(child->entries) == 1 && (collisions ? child->words[0] == 0 : child->children == 0))
            return child_to_entry(trie, node, place, entry_at(trie, child, 0));
        return with_child(trie, node, index, child);
    }
    if (!(node->entries & place) || !same_key(trie, entry_at(trie, node, bits_of(node->entries & (place - 1)))))
        return (FlNode *)node;
    trie->changed = true;
    return node->children == 0 && node->entries == place ? NULL : without_entry(trie, node, place);
}

FlMap fl_map_remove(FlProcess *self, const FlType *type, FlNode *root, uint64_t size, const FlWord *key) {
    if (root == NULL)
        return (FlMap){root, size};
    Trie trie = trie_of(self, type, key);
    root = take_out(&trie, root, 0);
    return (FlMap){root, size - trie.changed};
}

// ---- lists ---------------------------------------------------------------------------------------------------------

enum { LIST_KEYS, LIST_VALUES, LIST_ENTRIES };

// An entry is a record {key, value}: its fields are in that order.
static void add_element(FlProcess *self, const FlType *map, const FlType *element, uint64_t which, FlBuffer *list,
                        const FlWord *entry) {
    FlWord *to = list->elements + (uint64_t)list->used * element->words;
    if (which == LIST_VALUES)
        entry += map->fields[0].type->words;
    if (which == LIST_ENTRIES && element->boxed) {
        uint64_t words = element->object_words;
        FlObject *object = value_allocate(self, sizeof(FlObject) + words * sizeof(FlWord));
        *object = (FlObject){.type = element->id};
        copy_words(object_words(object), entry, words);
        *to = (FlWord)object;
    } else {
        copy_words(to, entry, element->words);
    }
    list->used++;
}

// The way to the node that is being listed.
typedef struct Way {
    const FlNode *node;
    uint32_t child; // the next one
} Way;

// The node below, or, when all are done, NULL.
static const FlNode *next_child(Way *at) {
    const FlNode *node = at->node;
    if (at->child == bits_of(node->children))
        return NULL;
    return child_at(node, at->child++); // NULL too at the end of a list of nodes
}

FlList fl_map_list(FlProcess *self, const FlType *type, FlNode *root, uint64_t size, const FlType *list,
                   uint64_t which) {
    if (root == NULL)
        return (FlList){NULL, 0};
    FlBuffer *buffer = fl_buffer_new(self, list, size);
    uint32_t words = type->buffer->object_words;
    Way way[DEPTH_MAX + 1] = {{.node = root}};
    unsigned depth = 0;
    const FlNode *chain = NULL; // the rest of a list of nodes is gone through in its first node's place
    for (uint64_t round = 1;; round++) {
        const FlNode *below = chain != NULL ? NULL : next_child(&way[depth]);
        if (below != NULL) {
            bool collisions = below->children & below->entries;
            way[++depth] = (Way){.node = below, .child = collisions ? 1 : 0};
            chain = collisions ? child_at(below, 0) : NULL;
            continue;
        }
        const FlNode *node = way[depth].node;
        const FlWord *entry = node->words + bits_of(node->children);
        for (uint32_t i = bits_of(node->entries); i > 0; i--, entry += words)
            add_element(self, type, list->element, which, buffer, entry);
        if (chain != NULL) {
            way[depth].node = chain;
            chain = child_at(chain, 0);
            continue;
        }
        if (depth-- == 0)
            return (FlList){buffer, size};
        if (round % 64 == 0)
            value_poll(self);
    }
}

FlMap fl_map_from(FlProcess *self, const FlType *type, const FlType *list, FlBuffer *buffer, uint64_t range) {
    const FlType *element = list->element;
    FlMap map = {NULL, 0};
    for (uint64_t i = 0; i < FL_LIST_LENGTH(range); i++) {
        const FlWord *words = buffer->elements + (FL_LIST_OFFSET(range) + i) * element->words;
        if (type->field_count == 2 && element->boxed)
            words = object_words((const FlObject *)*words);
        map = fl_map_put(self, type, map.root, map.size, words, words + type->fields[0].type->words);
        if (i % 64 == 63)
            value_poll(self);
    }
    return map;
}
