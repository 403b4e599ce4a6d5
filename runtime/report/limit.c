#include "runtime/report/limit.h"

#include <pthread.h>
#include <string.h>

#include "runtime/report/json.h"
#include "runtime/report/outlet.h"
#include "runtime/report/page.h"
#include "runtime/report/settings.h"

enum { GROUPS = 32, GROUPS_SHOWN = 5, REASON_BYTES = 100 };
#define SECOND ((int64_t)1000000000)

typedef struct Group {
    const char *kind;
    const FlSite *site;
    size_t length; // of the whole reason, of the first one
    char reason[REASON_BYTES];
    bool differs; // others had another one
    uint64_t count;
} Group;

typedef struct Limit {
    _Atomic(int64_t) until;    // when this second is over; 0: none has begun. Written under the lock
    _Atomic(uint64_t) written; // in this second. Both relaxed: limit_open only guesses
    uint64_t held;
    uint32_t group_count;
    Group groups[GROUPS]; // what is in none of them is held, and counts as another kind
} Limit;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Limit limits[LIMIT_CLASSES];
static const char *const class_names[] = {
    [LIMIT_CRASHES] = "crash reports", [LIMIT_SUPERVISORS] = "supervisor reports"};

void limit_init(void) {
    pthread_mutex_lock(&lock);
    memset(limits, 0, sizeof limits);
    pthread_mutex_unlock(&lock);
}

// ---- counting; the lock is held

static size_t compared(const LimitKey *key) { return key->length < REASON_BYTES ? key->length : REASON_BYTES; }

static bool same_reason(const Group *group, const LimitKey *key) {
    return group->length == key->length && memcmp(group->reason, key->reason, compared(key)) == 0;
}

// Reasons often hold a number that is different each time: the place is enough, if it is known.
static bool same(const Group *group, const LimitKey *key) {
    return group->kind == key->kind && group->site == key->site && (key->site || same_reason(group, key));
}

static void hold(Limit *limit, const LimitKey *key) {
    uint32_t i = 0;
    limit->held++;
    while (i < limit->group_count && !same(&limit->groups[i], key))
        i++;
    if (i == GROUPS)
        return;
    Group *group = &limit->groups[i];
    if (i == limit->group_count) {
        limit->group_count++;
        *group = (Group){.kind = key->kind, .site = key->site, .length = key->length};
        memcpy(group->reason, key->reason, compared(key));
    }
    group->differs |= !same_reason(group, key);
    group->count++;
}

// ---- summing up

// The next largest group; none is told twice. NULL: there is no more.
static Group *take_largest(Limit *limit) {
    Group *largest = NULL;
    for (uint32_t i = 0; i < limit->group_count; i++) {
        Group *group = &limit->groups[i];
        if (group->count > 0 && (!largest || group->count > largest->count))
            largest = group;
    }
    return largest;
}

static void text_group(Page *page, const Group *group) {
    page_count(page, group->count);
    page_add(page, " × %s: ", group->kind);
    page_escaped(page, group->reason, group->length < REASON_BYTES ? group->length : REASON_BYTES, REASON_BYTES - 4);
    if (group->differs)
        page_add(page, " and other reasons");
    if (group->site) {
        page_add(page, " at ");
        page_site(page, group->site);
    }
}

static void json_group(Page *page, const Group *group) {
    json_begin(page, NULL, '{');
    json_number(page, "count", group->count);
    json_text(page, "kind", group->kind, strlen(group->kind), PAGE_NAME);
    json_text(page, "reason", group->reason, group->length < REASON_BYTES ? group->length : REASON_BYTES, REASON_BYTES);
    if (group->differs)
        json_true(page, "other_reasons");
    if (group->site)
        json_site(page, "place", group->site);
    json_end(page, '}');
}

static void sum_up_text(Page *page, Limit *limit, LimitClass class) {
    page_add(page, "… ");
    page_count(page, limit->held);
    page_add(page, " more %s held back within a second: ", class_names[class]);
    Group *group;
    for (int i = 0; i < GROUPS_SHOWN && (group = take_largest(limit)); i++) {
        page_add(page, i > 0 ? "; " : "");
        text_group(page, group);
        limit->held -= group->count;
        group->count = 0;
    }
    if (limit->held > 0) {
        page_add(page, "; ");
        page_count(page, limit->held);
        page_add(page, " others");
    }
    page_add(page, "\n");
}

static void sum_up_json(Page *page, Limit *limit, LimitClass class) {
    json_report(page, "held_back");
    json_text(page, "reports", class_names[class], strlen(class_names[class]), PAGE_NAME);
    json_number(page, "count", limit->held);
    json_begin(page, "groups", '[');
    for (Group *group; (group = take_largest(limit));) {
        json_group(page, group);
        limit->held -= group->count;
        group->count = 0;
    }
    json_end(page, ']');
    json_number(page, "others", limit->held);
    json_close(page);
}

// The lock is held, so that summaries come in order. A supervisor may be who writes it, on a process's stack, which has
// no room for a page.
static void sum_up(Limit *limit, LimitClass class) {
    static char bytes[PAGE_BYTES]; // under the lock
    Page page = page_on(bytes, sizeof bytes);
    if (limit->held > 0) {
        if (report_settings.json)
            sum_up_json(&page, limit, class);
        else
            sum_up_text(&page, limit, class);
        outlet_write(page.text, page.length);
    }
    limit->held = 0;
    limit->group_count = 0;
    atomic_store_explicit(&limit->written, 0, memory_order_relaxed);
    atomic_store_explicit(&limit->until, 0, memory_order_relaxed);
}

static int64_t until(const Limit *limit) { return atomic_load_explicit(&limit->until, memory_order_relaxed); }

static void sum_up_before(int64_t now) {
    pthread_mutex_lock(&lock);
    for (int i = 0; i < LIMIT_CLASSES; i++) {
        if (until(&limits[i]) != 0 && until(&limits[i]) <= now)
            sum_up(&limits[i], (LimitClass)i);
    }
    pthread_mutex_unlock(&lock);
}

void limit_tick(int64_t now) {
    bool over = false;
    for (int i = 0; i < LIMIT_CLASSES; i++)
        over |= until(&limits[i]) != 0 && until(&limits[i]) <= now;
    if (over)
        sum_up_before(now);
}

void limit_due(void) { sum_up_before(process_hooks.now()); }

void limit_end(void) { sum_up_before(INT64_MAX); }

// ---- reports

bool limit_admit(LimitClass class, const LimitKey *key) {
    if (report_settings.none)
        return false;
    if (report_settings.per_second == REPORTS_ALL)
        return true;
    Limit *limit = &limits[class];
    pthread_mutex_lock(&lock);
    int64_t now = process_hooks.now();
    if (until(limit) != 0 && until(limit) <= now)
        sum_up(limit, class);
    if (until(limit) == 0)
        atomic_store_explicit(&limit->until, now + SECOND, memory_order_relaxed);
    uint64_t written = atomic_load_explicit(&limit->written, memory_order_relaxed);
    bool admitted = written < report_settings.per_second;
    if (admitted) {
        atomic_store_explicit(&limit->written, written + 1, memory_order_relaxed);
    } else {
        hold(limit, key);
        if (limit->held == 1)
            outlet_at(until(limit));
    }
    pthread_mutex_unlock(&lock);
    return admitted;
}

bool limit_open(void) {
    const Limit *limit = &limits[LIMIT_CRASHES];
    if (report_settings.per_second == REPORTS_ALL ||
        atomic_load_explicit(&limit->written, memory_order_relaxed) < report_settings.per_second)
        return true;
    return !report_settings.none && process_hooks.now() >= until(limit);
}
