/* The tick (runtime/sched/parallel.c): it sleeps while nothing runs and until the next deadline, ends time slices while something does.
 * One worker, whose process computes until it is preempted; something from outside makes processes runnable, one of which sets a timer.
 *
 * Proved: no process computes while the tick sleeps without end; no deadline passes while the tick sleeps.
 *
 * mutant QUIET_RETURN: a worker that was counted as idle and then finds work does not tell the tick
 * mutant LOOK_FIRST: the tick looks at the timers before it announces when it will look again
 * mutant EARLIER_FIRST: who sets a timer asks when the tick wakes before the timer is in the heap
 */
#define NEVER 9
#define SLICE 2
#define SHORT 1 /* the timer's time */

byte tick_word;               /* a futex */
byte idle_count, tick_wakes = NEVER;
bool asleep, idle_locked, preempted, timer_fired;
byte now, timer = NEVER; /* now passes only while nothing else can happen */
byte global, finished;

inline wake_tick() { tick_word = (tick_word + 1) % 8 }

active proctype tick() {
    byte word, next_slice, next, wakes;
    bool busy;
end:do
    :: word = tick_word;
        busy = idle_count == 0;
        if :: busy && now >= next_slice -> preempted = true; next_slice = now + SLICE :: else fi;
#ifdef LOOK_FIRST
        next = timer;
        tick_wakes = (busy -> next_slice : NEVER);
#else
        tick_wakes = (busy -> next_slice : NEVER);
        next = timer;
#endif
        wakes = next;
        if :: next <= now -> assert(now == next); timer = NEVER; wakes = NEVER; timer_fired = true; atomic { global++ } :: else fi;
        /* hurry */
        if
        :: global > 0 && idle_count > 0 ->
            atomic { !idle_locked -> idle_locked = true };
            if :: asleep -> idle_count--; asleep = false; wake_tick() :: else fi;
            idle_locked = false
        :: else
        fi;
        if :: busy && next_slice < wakes -> wakes = next_slice :: else fi;
        tick_wakes = wakes;
end_wait:
        tick_word != word || now >= wakes
    od
}

active proctype clock() {
end:do
    :: timeout && now < SLICE * 3 -> now++
    od
}

active proctype outside() {
    atomic { global++ };
    wake_tick();
    atomic { global++ };
    wake_tick()
}

active proctype worker() {
    bool found, any;
    byte wakes;
    do
    :: finished == 3 -> break
    :: else ->
        atomic { found = global > 0; if :: found -> global-- :: else fi };
        if
        :: found ->
            preempted = false;
            preempted; /* computes */
            finished++;
            if
            :: finished == 1 -> /* sleeps: timers_park, then earlier */
#ifdef EARLIER_FIRST
                wakes = tick_wakes;
                timer = now + SHORT;
#else
                timer = now + SHORT;
                wakes = tick_wakes;
#endif
                if :: timer < wakes -> wake_tick() :: else fi
            :: else
            fi
        :: else -> /* sleep_until_woken */
            atomic { !idle_locked -> idle_locked = true };
            asleep = true;
            idle_count++;
            any = global > 0;
            if
            :: any ->
                idle_count--;
                asleep = false
#ifndef QUIET_RETURN
                ; wake_tick()
#endif
            :: else
            fi;
            idle_locked = false;
            !asleep
        fi
    od
}

active proctype check() {
    timeout && now == SLICE * 3 ->
    assert(finished == 3 && timer_fired)
}
