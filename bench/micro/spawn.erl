-module(spawn).
-export([main/1]).

%% A thousand at a time: each gets one message, adds it to a sum that is passed on at its end.
child(Main) ->
    receive N -> Main ! N end.

batch(From, To, Sum) ->
    Main = self(),
    [spawn(fun() -> child(Main) end) ! I || I <- lists:seq(From, To)],
    lists:foldl(fun(_, S) -> receive N -> S + N end end, Sum, lists:seq(From, To)).

rounds(From, Count, Sum) when From > Count -> Sum;
rounds(From, Count, Sum) -> rounds(From + 1000, Count, batch(From, From + 999, Sum)).

main([Text]) ->
    Count = list_to_integer(Text),
    Start = bench:start(),
    Sum = rounds(1, Count, 0),
    bench:report(Sum, Start, Count, "ns/process").
