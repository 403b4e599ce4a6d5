-module(timer_lateness).
-export([main/1]).

compute(N) -> compute((N * 1103515245 + 12345) rem 2147483648).

measure(0, Late) -> Late;
measure(Left, Late) ->
    Start = bench:start(),
    receive after 1 -> ok end,
    measure(Left - 1, [bench:start() - Start - 1000000 | Late]).

main(Args) ->
    [Count] = bench:arguments(Args),
    [spawn(fun() -> compute(I) end) || I <- lists:seq(1, 100)],
    bench:report_percentile(measure(Count, [])).
