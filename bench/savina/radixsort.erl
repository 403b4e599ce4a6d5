-module(radixsort).
-export([main/1]).

stage(_, 0, Kept, Next) -> [Next ! N || N <- lists:reverse(Kept)];
stage(Bit, Left, Kept, Next) ->
    receive
        N when N band Bit =:= 0 -> Next ! N, stage(Bit, Left - 1, Kept, Next);
        N -> stage(Bit, Left - 1, [N | Kept], Next)
    end.

last(0, _, Sum, Main) -> Main ! {sum, Sum};
last(Left, Previous, Sum, Main) ->
    receive N when Previous =< N -> last(Left - 1, N, (3 * Sum + N) rem 1000003, Main) end.

stages(0, _, Next) -> Next;
stages(Bit, Count, Next) -> stages(Bit div 2, Count, spawn(fun() -> stage(Bit, Count, [], Next) end)).

feed(0, _, _) -> ok;
feed(Left, State, First) -> First ! State, feed(Left - 1, bench:draw(State), First).

main(Args) ->
    [Count] = bench:arguments(Args),
    Main = self(),
    Start = bench:start(),
    Last = spawn(fun() -> last(Count, 0, 0, Main) end),
    feed(Count, 2048, stages(1073741824, Count, Last)),
    receive {sum, Sum} -> bench:report(Sum, Start, 1000000, "ms") end.
