-module(timer_lateness).
-export([main/1]).

compute(N) -> compute((N * 1103515245 + 12345) rem 2147483648).

measure(0, Late) -> Late;
measure(Left, Late) ->
    Start = erlang:monotonic_time(nanosecond),
    receive after 1 -> ok end,
    measure(Left - 1, [erlang:monotonic_time(nanosecond) - Start - 1000000 | Late]).

main([Text]) ->
    Count = list_to_integer(Text),
    [spawn(fun() -> compute(I) end) || I <- lists:seq(1, 100)],
    Late = lists:sort(measure(Count, [])),
    io:format("result ~w~n~w us~n", [Count, lists:nth(Count * 99 div 100, Late) / 1000]),
    halt().
