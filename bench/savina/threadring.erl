-module(threadring).
-export([main/1]).

member(Main, Number) ->
    receive {next, Next} -> pass(Next, Main, Number) end.

pass(Next, Main, Number) ->
    receive
        0 -> Main ! {last, Number}, Next ! 'end';
        Left when is_integer(Left) -> Next ! Left - 1, pass(Next, Main, Number);
        'end' -> Next ! 'end'
    end.

main(Args) ->
    [Count, Hops] = bench:arguments(Args),
    Main = self(),
    Start = bench:start(),
    [First | Rest] = Ring = [spawn(fun() -> member(Main, Number) end) || Number <- lists:seq(0, Count - 1)],
    [One ! {next, Next} || {One, Next} <- lists:zip(Ring, Rest ++ [First])],
    First ! Hops,
    receive {last, Number} -> bench:report(Number, Start, 1000000, "ms") end.
