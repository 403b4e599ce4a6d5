/* Requests to a running process (runtime/process/run.h): a bit, then the poisoned limit; the poll restores the limit, then takes the
 * bits. A process that is entered on a fresh stack writes its limit with a plain store, which others see later (`buffered`), and looks
 * at the bits.
 *
 * Proved: a process that polls sees every request, at the latest at the tick's next poison.
 *
 * variant POLLS: it is not entered on a fresh stack, and there is no tick
 * mutant POISON_FIRST POLLS: the requester poisons the limit, then sets the bit
 * mutant TAKE_FIRST POLLS: the poll takes the bits, then restores the limit
 * mutant NO_TICK: there is no tick that poisons the limit once more
 */
bool poisoned, buffered; /* the limit; the store of the true one is still under way */
bool exit_bit, preempt_bit, asked;
bool computing, ended;
byte ticks;

active proctype requester() {
#ifdef POISON_FIRST
    poisoned = true; exit_bit = true;
#else
    exit_bit = true; poisoned = true;
#endif
    asked = true
}

active proctype preempter() { preempt_bit = true; poisoned = true }

active proctype store_buffer() {
end:do
    :: atomic { buffered -> buffered = false; poisoned = false }
    od
}

active proctype process() {
    bool ends, leaves;
    byte entered;
    do
    :: ended -> break
    :: else ->
        if
#ifndef POLLS
        :: entered < 2 -> entered++;
            /* prepare_stack, enter */
            buffered = true;
            ends = exit_bit;
            if :: ends -> ended = true; goto over :: else fi
#endif
        :: true
        fi;
        computing = true;
        atomic { (poisoned && !buffered) -> computing = false }; /* the poll; its own store comes before its own load */
#ifdef TAKE_FIRST
        atomic { ends = exit_bit; leaves = preempt_bit; exit_bit = false; preempt_bit = false };
        poisoned = false;
#else
        poisoned = false;
        atomic { ends = exit_bit; leaves = preempt_bit; exit_bit = false; preempt_bit = false };
#endif
        if :: ends -> ended = true :: else fi
    od;
over:
    skip
}

#if !defined(NO_TICK) && !defined(POLLS)
active proctype tick() {
end:do
    :: timeout && computing && ticks < 2 -> ticks++; preempt_bit = true; poisoned = true
    od
}
#define TICKS 2
#else
#define TICKS 0
#endif

active proctype check() {
    timeout && (ended || ticks == TICKS) ->
    assert(ended)
}
