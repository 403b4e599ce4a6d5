#include "runtime/sched/sched.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "runtime/collect/collect.h"
#include "runtime/foreign/foreign.h"
#include "runtime/memory/alloc.h"
#include "runtime/memory/cache.h"
#include "runtime/memory/verify.h"
#include "runtime/platform/fence.h"
#include "runtime/platform/futex.h"
#include "runtime/platform/thread.h"
#include "runtime/pool/pool.h"
#include "runtime/process/death.h"
#include "runtime/process/job.h"
#include "runtime/process/mailbox.h"
#include "runtime/process/run.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"
#include "runtime/process/spawn.h"
#include "runtime/process/table.h"
#include "runtime/report/outlet.h"
#include "runtime/report/output.h"
#include "runtime/report/report.h"
#include "runtime/sched/collecting.h"
#include "runtime/sched/compact.h"
#include "runtime/sched/seeded.h"
#include "runtime/sched/terminate.h"
#include "runtime/shared/shared.h"

struct Sched sched;

static __thread FlWorker *this_worker;

__attribute__((noinline)) FlWorker *sched_worker(void) { return this_worker; }

_Noreturn void sched_fail(const char *text) {
    char line[256];
    int length = snprintf(line, sizeof line, "fluffy: %s\n", text);
    report_failure(line, (size_t)length);
    _exit(1);
}

// ---- the end of the program

void sched_stop(int status) {
    if (atomic_exchange(&sched.ended, true))
        return;
    atomic_store(&sched.status, status);
    atomic_store(&sched.stopping, true);
    sched.schedule->stop();
}

void sched_quiescent(void) {
    if (sched.hosted)
        return;
    for (uint32_t i = 0; i < sched.worker_count; i++) {
        if (timers_next_live(&sched.workers[i]->timers) != INT64_MAX)
            return;
    }
    // A timer that fired, or room in the output, or the end of a job that came, just before it was looked for: `busy`
    // sees who was woken.
    if (output_awaited() || jobs_any() || foreign_listens())
        return;
    if (sched.schedule->busy())
        return;
    if (!atomic_load(&sched.main_ended) && terminate_status() == 0) {
        report_deadlock();
        sched_stop(STATUS_DEADLOCK);
    } else {
        sched_stop(terminate_status());
    }
}

void fl_halt(FlProcess *self, int64_t status) {
    if (sched.hosted)
        process_panic(self, "halt: this process runs within another program, which it can't end", self->site);
    sched_stop((int)(status & 0xff));
    process_leave_for_good(self, PROCESS_ENDED);
}

int64_t fl_now(FlProcess *self) {
    (void)self;
    return process_hooks.now() / 1000000;
}

int64_t fl_monotonic(FlProcess *self) {
    (void)self;
    return process_hooks.now();
}

// ---- what becomes of a process that gave the worker back

// Small heaps at every park, large ones when they have grown by a quarter: else a process that only grows would take
// quadratic time.
static void verify(FlProcess *process) {
    uint32_t kilobytes = (uint32_t)(process->arena.bytes / 1024);
    if (kilobytes >= 16 && kilobytes < process->verified + process->verified / 4)
        return;
    process->verified = kilobytes;
    Violation violation = verify_arena(&process->arena, &process->head.bump, process->head.frame);
    if (!violation.what)
        return;
    char text[512], line[640];
    verify_describe(&violation, text, sizeof text);
    int length = snprintf(line, sizeof line, "fluffy: internal error: heap of process %llx (%s): %s\n",
                          (unsigned long long)process->head.pid, process->kind_name, text);
    report_failure(line, (size_t)length);
    abort();
}

static void ended(FlWorker *worker, FlProcess *process) {
    bool main = process->flags & FLAG_MAIN, crashed = process->flags & FLAG_REPORT;
    // What the end of supervisors does to main is no failure of main.
    bool normal = !crashed && (terminate_status() != 0 || reason_is(death_reason(process), reason_normal));
    if (crashed || (main && !normal))
        report_crash(process);
    if (main)
        atomic_store(&sched.main_ended, true);
    death_bury(&worker->head, process);
    if (main && !normal && terminate_status() == 0)
        sched_stop(1);
}

bool sched_park(FlWorker *worker, FlProcess *process) {
    int64_t deadline = process->deadline;
    if (deadline == INT64_MAX)
        return mailbox_park(process);
    TimersPark result = timers_park(&worker->timers, process);
    if (result == TIMERS_ARMED)
        sched.schedule->earlier(deadline); // the process may be gone by now
    if (result == TIMERS_NO_MEMORY)
        process_request_no_memory(process, process->head.pid);
    return result == TIMERS_PARKED || result == TIMERS_ARMED;
}

static void park(FlWorker *worker, FlProcess *process) {
    if (!sched_park(worker, process))
        sched.schedule->wake(process);
}

static void await_output(FlWorker *worker, FlProcess *process) {
    bool parked = false;
    if (output_await_begin(process)) {
        parked = sched_park(worker, process);
        output_await_end();
    }
    if (!parked)
        sched.schedule->wake(process);
}

static void parked(FlWorker *worker, FlProcess *process) {
    if (sched.verify)
        verify(process);
    if (process->flags & FLAG_COLLECT) {
        process->flags &= (uint8_t)~FLAG_COLLECT;
        sched.schedule->collected(worker, process);
    } else {
        park(worker, process);
    }
}

static void go_on(FlWorker *worker, FlProcess *process) {
    switch ((ProcessStatus)process->status) {
    case PROCESS_RUNNING: // can't be: process_run gives another status
    case PROCESS_COLLECTING:
    case PROCESS_DUE:
        sched.schedule->collected(worker, process);
        break;
    case PROCESS_YIELDED:
        sched.schedule->yielded(worker, process);
        break;
    case PROCESS_PARKED:
        parked(worker, process);
        break;
    case PROCESS_WAITING:
        park(worker, process);
        break;
    case PROCESS_PRINTING:
        await_output(worker, process);
        break;
    case PROCESS_ENDED:
        ended(worker, process);
        break;
    }
}

static void collected(FlWorker *worker, FlProcess *process, CollectingResult result) {
    if (result == COLLECTING_DONE && sched.verify)
        verify(process);
    go_on(worker, process);
}

static void settle(FlWorker *worker, FlProcess *process) {
    bool lives = process->status != PROCESS_ENDED && process->status != PROCESS_PRINTING;
    collected(worker, process, lives ? collecting_begin(process) : COLLECTING_NOTHING);
}

void worker_loop(FlWorker *worker) {
    this_worker = worker;
    sanitized_thread(&worker->head.sanitized);
    FlProcess *process;
    while ((process = sched.schedule->pick(worker)) != NULL) {
        if (process->status == PROCESS_COLLECTING) {
            collected(worker, process, collecting_step(process));
            continue;
        }
        // Release: partner of the tick, see sched.h.
        atomic_store_explicit(&worker->running, process, memory_order_release);
        process = process_run(&worker->head, process);
        atomic_store_explicit(&worker->running, NULL, memory_order_relaxed);
        if (atomic_load_explicit(&sched.stopping, memory_order_relaxed))
            break;
        if (process)
            settle(worker, process);
    }
    this_worker = NULL;
}

// ---- start and end of the runtime

static FlWorker *make_worker(uint32_t index, const SchedConfig *config) {
    FlWorker *worker = aligned_alloc(64, (sizeof(FlWorker) + 63) & ~(size_t)63);
    if (!worker)
        return NULL;
    memset(worker, 0, sizeof *worker);
    worker->index = index;
    timers_init(&worker->timers, index + 1);
    pthread_mutex_init(&worker->herd.lock, NULL);
    uint64_t seed = config->seed;
    if (!config->seeded && getrandom(&seed, sizeof seed, 0) != sizeof seed)
        seed = (uint64_t)clock_now() + index;
    random_seed(&worker->random, seed);
    random_seed(&worker->victims, ~seed);
    worker->head.counts_polls = config->seeded;
    worker->head.polls_left = 1;
    return worker;
}

// All that were made.
static void free_workers(void) {
    for (uint32_t i = 0; sched.workers && i < sched.worker_count && sched.workers[i]; i++) {
        foreign_worker_end(&sched.workers[i]->head);
        timers_deinit(&sched.workers[i]->timers);
        pthread_mutex_destroy(&sched.workers[i]->herd.lock);
        free(sched.workers[i]);
    }
    free(sched.workers);
    sched.workers = NULL;
}

static bool make_workers(const SchedConfig *config) {
    sched.worker_count = config->seeded ? 1 : config->workers;
    sched.workers = calloc(sched.worker_count, sizeof(FlWorker *));
    for (uint32_t i = 0; i < sched.worker_count; i++) {
        if (!sched.workers || !(sched.workers[i] = make_worker(i, config)))
            return false;
    }
    return true;
}

static void drop(void *context, FlProcess *process) {
    FlWorker *worker = context;
    if (process_closed(process))
        return;
    process->queue_next = NULL;
    while (process->status == PROCESS_COLLECTING && collecting_step(process) == COLLECTING_ON)
        ;
    death_drop(&worker->head, process);
}

static void free_everything(void) {
    pool_stop();
    foreign_stop();
    processes_each(drop, sched.workers[0]);
    free_workers();
    seeded_deinit();
    stacks_deinit();
    processes_deinit();
    compact_stop();
    terminate_reset();
}

static bool prepare(const SchedConfig *config) {
    memset(&sched, 0, sizeof sched);
    output_init(!config->seeded);
    report_start(config->seeded);
    sched.schedule = config->seeded ? &schedule_seeded : &schedule_parallel;
    sched.verify = verify_enabled();
    sched.hosted = config->hosted;
    pool_start(!config->seeded);
    collect_start();
    compact_start(!config->seeded);
    fence_init();
    process_hooks = (ProcessHooks){
        .wake = sched.schedule->wake,
        .wake_here = sched.schedule->wake_here,
        .park = sched.schedule->park,
        .ended = sched.schedule->ended,
        .now = sched.schedule->now,
        .soon = sched.schedule->soon,
        .disarm = timers_disarm,
        .draw_slice = seeded_draw_slice,
        .crowded = report_crowded,
        .traces = report_traces,
    };
    if (config->seeded)
        seeded_init(config->seed);
    if (!processes_init() || !stacks_init() || !make_workers(config))
        return false;
    foreign_start(!config->seeded); // from now on there may be callbacks
    return true;
}

static bool start_main(const FlProgram *program) {
    FlProcess *main = spawn_new(&sched.workers[0]->head, program->main, "main", program->main_site);
    if (!main)
        return false;
    main->flags |= FLAG_MAIN;
    this_worker = sched.workers[0];
    if (!sched.schedule->start())
        return false;
    sched.schedule->wake(main);
    return true;
}

static void verify_types(const FlProgram *program) {
    if (!verify_enabled())
        return;
    Violation violation = verify_program(program);
    if (!violation.what)
        return;
    char line[640];
    snprintf(line, sizeof line, "internal error: type %llu (%s): %s", (unsigned long long)violation.index,
             violation.type ? violation.type->name : "none", violation.what);
    sched_fail(line);
}

int sched_run(const FlProgram *program, const SchedConfig *config) {
    if (program->abi_version != FL_ABI_VERSION)
        sched_fail("this program was compiled for another version of the runtime");
    verify_types(program);
    if (!prepare(config) || !start_main(program))
        sched_fail("cannot start: not enough memory, address space or threads");
    worker_loop(sched.workers[0]);
    if (config->tidy)
        sched.schedule->join();
    report_finish();
    output_flush();
    if (config->tidy) {
        output_stop();
        free_everything();
    } else {
        foreign_end();
    }
    int failure = output_failure();
    return failure ? failure : atomic_load(&sched.status);
}

// ---- within another program

static void *first_worker_thread(void *worker) {
    worker_loop(worker);
    cache_flush_thread();
    return NULL;
}

// What prepare has done so far.
static void undo_prepare(void) {
    foreign_stop();
    free_workers();
    stacks_deinit();
    processes_deinit();
}

bool sched_host_start(const FlProgram *program, const SchedConfig *config) {
    if (program->abi_version != FL_ABI_VERSION)
        return false;
    if (!prepare(config)) {
        undo_prepare();
        return false;
    }
    FlWorker *first = sched.workers[0];
    if (!sched.schedule->start()) {
        undo_prepare();
        return false;
    }
    if (thread_start(&first->thread, NULL, first_worker_thread, first))
        return true;
    sched_stop(0);
    sched.schedule->join();
    undo_prepare();
    return false;
}

void sched_host_end_supervisors(int64_t patience) {
    if (patience <= 0)
        return;
    int64_t now = clock_now(), longest = (INT64_MAX - now) / 1000000;
    int64_t deadline = now + (patience < longest ? patience : longest) * 1000000;
    sched_terminate(1);
    while (!atomic_load(&sched.terminated) && (now = clock_now()) < deadline)
        futex_wait(&sched.terminated, 0, deadline - now);
}

void sched_host_stop(void) {
    sched_stop(0);
    pthread_join(sched.workers[0]->thread, NULL);
    sched.schedule->join();
    report_finish();
    output_flush();
    output_stop();
    free_everything();
    outlet_stop();
    shared_stop();
    cache_flush_thread();
    cache_empty();
}
