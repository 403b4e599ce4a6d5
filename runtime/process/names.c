#include "runtime/process/names.h"

#include <stdio.h>
#include <string.h>

#include "runtime/memory/alloc.h"
#include "runtime/process/table.h"

enum { BUCKETS = 1024 };

// In two lists: of its name's bucket and of its pid's.
typedef struct Name Name;
struct Name {
    Name *next_name;
    Name *next_pid;
    FlPid pid;
    uint32_t length;
    char text[];
};

static struct {
    pthread_mutex_t lock;
    Name *by_name[BUCKETS];
    Name *by_pid[BUCKETS];
} names = {.lock = PTHREAD_MUTEX_INITIALIZER};

static Name **name_bucket(const char *text, uint32_t length) {
    uint64_t hash = 14695981039346656037u;
    for (uint32_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 1099511628211u;
    return &names.by_name[(hash >> 20) % BUCKETS];
}

static Name **pid_bucket(FlPid pid) { return &names.by_pid[(uint32_t)pid % BUCKETS]; }

// The link to the entry of a name, or to NULL at the end of its bucket. The lock is held.
static Name **find(const FlString *text) {
    Name **link = name_bucket(text->bytes, text->length);
    while (*link && ((*link)->length != text->length || memcmp((*link)->text, text->bytes, text->length) != 0))
        link = &(*link)->next_name;
    return link;
}

static void unlink_name(Name *name) {
    Name **link = name_bucket(name->text, name->length);
    while (*link != name)
        link = &(*link)->next_name;
    *link = name->next_name;
    link = pid_bucket(name->pid);
    while (*link != name)
        link = &(*link)->next_pid;
    *link = name->next_pid;
    memory_free(name);
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
    Name **place = find_living(text);
    if (*place)
        return NAMES_TAKEN;
    if (!claim(pid))
        return NAMES_OK;
    Name *name = memory_allocate(sizeof(Name) + text->length);
    if (!name)
        return NAMES_NO_MEMORY;
    Name **bucket = pid_bucket(pid);
    *name = (Name){.next_pid = *bucket, .pid = pid, .length = text->length};
    memcpy(name->text, text->bytes, text->length);
    *place = *bucket = name;
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
    for (Name *name = *pid_bucket(process->head.pid), *next; name; name = next) {
        next = name->next_pid;
        if (name->pid == process->head.pid)
            unlink_name(name);
    }
    pthread_mutex_unlock(&names.lock);
}

bool names_of(FlPid pid, char *text, size_t size) {
    pthread_mutex_lock(&names.lock);
    Name *found = NULL;
    for (Name *name = *pid_bucket(pid); name; name = name->next_pid) {
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
