#include "runtime/process/names.h"

#include <stdio.h>
#include <string.h>

#include "runtime/memory/alloc.h"
#include "runtime/process/table.h"

enum { BUCKETS_FIRST = 1024 };

// In two lists: of its name's bucket and of its pid's.
typedef struct Name Name;
struct Name {
    Name *next_name;
    Name *next_pid;
    FlPid pid;
    uint32_t length;
    char text[];
};

typedef struct Buckets {
    Name **by_name, **by_pid; // `count` of each, a power of two
    uint64_t count;
} Buckets;

static Name *first_by_name[BUCKETS_FIRST], *first_by_pid[BUCKETS_FIRST];

// All under the lock.
static struct {
    pthread_mutex_t lock;
    Buckets buckets; // as many as names, or more, unless memory is out. They stay when the runtime stops
    uint64_t count;  // of names
} names = {PTHREAD_MUTEX_INITIALIZER, {first_by_name, first_by_pid, BUCKETS_FIRST}, 0};

static Name **name_bucket(const Buckets *buckets, const char *text, uint32_t length) {
    uint64_t hash = 14695981039346656037u;
    for (uint32_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 1099511628211u;
    return &buckets->by_name[(hash ^ hash >> 32) & (buckets->count - 1)];
}

static Name **pid_bucket(const Buckets *buckets, FlPid pid) {
    return &buckets->by_pid[(uint32_t)pid & (buckets->count - 1)];
}

// The link to the entry of a name, or to NULL at the end of its bucket. The lock is held.
static Name **find(const FlString *text) {
    Name **link = name_bucket(&names.buckets, text->bytes, text->length);
    while (*link && ((*link)->length != text->length || memcmp((*link)->text, text->bytes, text->length) != 0))
        link = &(*link)->next_name;
    return link;
}

static void unlink_name(Name *name) {
    Name **link = name_bucket(&names.buckets, name->text, name->length);
    while (*link != name)
        link = &(*link)->next_name;
    *link = name->next_name;
    link = pid_bucket(&names.buckets, name->pid);
    while (*link != name)
        link = &(*link)->next_pid;
    *link = name->next_pid;
    memory_free(name);
    names.count--;
}

static void free_buckets(Buckets buckets) {
    if (buckets.by_name == first_by_name)
        return;
    memory_free(buckets.by_name);
    memory_free(buckets.by_pid);
}

static bool make_buckets(Buckets *buckets, uint64_t count) {
    uint64_t bytes = count * sizeof(Name *);
    *buckets = (Buckets){memory_allocate(bytes), memory_allocate(bytes), count};
    if (!buckets->by_name || !buckets->by_pid) {
        free_buckets(*buckets);
        return false;
    }
    memset(buckets->by_name, 0, bytes);
    memset(buckets->by_pid, 0, bytes);
    return true;
}

static void put(const Buckets *buckets, Name *name) {
    Name **by_name = name_bucket(buckets, name->text, name->length), **by_pid = pid_bucket(buckets, name->pid);
    name->next_name = *by_name;
    name->next_pid = *by_pid;
    *by_name = *by_pid = name;
}

// A bucket of pids the other way round: a process's oldest name is to stay the last one.
static Name *reversed(Name *name) {
    Name *before = NULL;
    while (name) {
        Name *next = name->next_pid;
        name->next_pid = before;
        before = name;
        name = next;
    }
    return before;
}

// Before a name is added. Without memory, buckets get longer.
static void make_room(void) {
    Buckets larger, old = names.buckets;
    if (names.count < old.count || !make_buckets(&larger, 2 * old.count))
        return;
    for (uint64_t i = 0; i < old.count; i++) {
        for (Name *name = reversed(old.by_pid[i]), *next; name; name = next) {
            next = name->next_pid;
            put(&larger, name);
        }
    }
    names.buckets = larger;
    free_buckets(old);
}

// The same as find, but the name of a process that is just ending, whose mailbox is closed already, is free. The lock
// is held.
static Name **find_living(const FlString *text) {
    Name **link = find(text);
    if (!*link || process_find((*link)->pid))
        return link;
    unlink_name(*link);
    return find(text);
}

// Marks the process as one with names; false: it has ended. The lock is held. Partner: the end of a process closes its
// mailbox, or sets NAMES_ENDED, then looks at the mark, all of it sequentially consistent: either it sees the mark, and
// waits for the lock to forget the entry that is made now, or this sees what it did. The pid is read last: a slot that
// has another process by now, whose mailbox is open, has its pid too. A mark that it gets by mistake costs a look.
static bool claim(FlPid pid) {
    FlProcess *process = process_slot(pid);
    if (!process)
        return false;
    uint8_t before = atomic_fetch_or_explicit(&process->names, NAMES_SOME, memory_order_seq_cst);
    return !(before & NAMES_ENDED) && atomic_load_explicit(&process->mailbox, memory_order_seq_cst) != MAILBOX_CLOSED &&
           process_pid(process) == pid;
}

static NamesResult add(const FlString *text, FlPid pid) {
    if (*find_living(text))
        return NAMES_TAKEN;
    if (!claim(pid))
        return NAMES_OK;
    Name *name = memory_allocate(sizeof(Name) + text->length);
    if (!name)
        return NAMES_NO_MEMORY;
    *name = (Name){.pid = pid, .length = text->length};
    memcpy(name->text, text->bytes, text->length);
    make_room();
    put(&names.buckets, name);
    names.count++;
    return NAMES_OK;
}

NamesResult names_register(const FlString *name, FlPid pid) {
    pthread_mutex_lock(&names.lock);
    NamesResult result = add(name, pid);
    pthread_mutex_unlock(&names.lock);
    return result;
}

void names_forget_all(FlProcess *process) {
    pthread_mutex_lock(&names.lock);
    for (Name *name = *pid_bucket(&names.buckets, process->head.pid), *next; name; name = next) {
        next = name->next_pid;
        if (name->pid == process->head.pid)
            unlink_name(name);
    }
    pthread_mutex_unlock(&names.lock);
}

bool names_of(FlPid pid, char *text, size_t size) {
    pthread_mutex_lock(&names.lock);
    Name *found = NULL;
    for (Name *name = *pid_bucket(&names.buckets, pid); name; name = name->next_pid) {
        if (name->pid == pid)
            found = name; // the oldest is last
    }
    if (found)
        snprintf(text, size, "%.*s", (int)found->length, found->text);
    pthread_mutex_unlock(&names.lock);
    return found != NULL;
}

FlPid fl_whereis(FlProcess *self, FlString *name) {
    (void)self;
    pthread_mutex_lock(&names.lock);
    Name *found = *find_living(name);
    FlPid pid = found ? found->pid : 0;
    pthread_mutex_unlock(&names.lock);
    return pid;
}
