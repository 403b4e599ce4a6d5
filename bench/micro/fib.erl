-module(fib).
-export([main/1]).

fib(N) when N < 2 -> N;
fib(N) -> fib(N - 1) + fib(N - 2).

main([Text]) ->
    N = list_to_integer(Text),
    Start = bench:start(),
    Result = fib(N),
    bench:report(Result, Start, 1000000, "ms").
