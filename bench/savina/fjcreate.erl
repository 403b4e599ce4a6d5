-module(fjcreate).
-export([main/1]).

worker(N, Main) ->
    Sine = math:sin(N / 7),
    Main ! {done, trunc(Sine * Sine * 1000)}.

main(Args) ->
    [Count] = bench:arguments(Args),
    Main = self(),
    Start = bench:start(),
    [spawn(fun() -> worker(I, Main) end) || I <- lists:seq(0, Count - 1)],
    Sum = lists:sum([receive {done, N} -> N end || _ <- lists:seq(1, Count)]),
    bench:report(Sum, Start, 1000000, "ms").
