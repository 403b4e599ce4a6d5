-module(fib).
-export([main/1]).

fib(N) when N < 2 -> N;
fib(N) -> fib(N - 1) + fib(N - 2).

main([Text]) ->
    N = list_to_integer(Text),
    Start = erlang:monotonic_time(nanosecond),
    Result = fib(N),
    Took = erlang:monotonic_time(nanosecond) - Start,
    io:format("result ~w~n~w ms~n", [Result, Took / 1.0e6]),
    halt().
