-module(latency).
-export([main/1]).

compute(N) -> compute((N * 1103515245 + 12345) rem 2147483648).

last() -> receive {ask, To} -> To ! answer, last() end.

pass(Next) -> receive {ask, To} -> Next ! {ask, To}, pass(Next) end.

measure(0, _, Took) -> Took;
measure(Left, First, Took) ->
    receive after 1 -> ok end,
    Start = bench:start(),
    First ! {ask, self()},
    receive answer -> measure(Left - 1, First, [bench:start() - Start | Took]) end.

main(Args) ->
    [Count] = bench:arguments(Args),
    [spawn(fun() -> compute(I) end) || I <- lists:seq(1, 50)],
    Last = spawn(fun last/0),
    Middle = spawn(fun() -> pass(Last) end),
    bench:report_percentile(measure(Count, spawn(fun() -> pass(Middle) end), [])).
