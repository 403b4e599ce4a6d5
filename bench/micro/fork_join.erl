-module(fork_join).
-export([main/1]).

fib(N, Parent) when N < 2 -> Parent ! {fib, N};
fib(N, Parent) ->
    Self = self(),
    spawn(fun() -> fib(N - 1, Self) end),
    spawn(fun() -> fib(N - 2, Self) end),
    A = receive {fib, X} -> X end,
    B = receive {fib, Y} -> Y end,
    Parent ! {fib, A + B}.

main([Text]) ->
    N = list_to_integer(Text),
    Self = self(),
    Start = bench:start(),
    spawn(fun() -> fib(N, Self) end),
    Result = receive {fib, X} -> X end,
    bench:report(Result, Start, calls(N), "ns/process").

calls(N) when N < 2 -> 1;
calls(N) -> 1 + calls(N - 1) + calls(N - 2).
