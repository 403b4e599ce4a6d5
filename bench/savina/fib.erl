-module(fib).
-export([main/1]).

fib(N, Parent) when N < 2 -> Parent ! {result, N};
fib(N, Parent) ->
    Self = self(),
    spawn(fun() -> fib(N - 1, Self) end),
    spawn(fun() -> fib(N - 2, Self) end),
    Parent ! {result, result() + result()}.

result() -> receive {result, N} -> N end.

main(Args) ->
    [N] = bench:arguments(Args),
    Self = self(),
    Start = bench:start(),
    spawn(fun() -> fib(N, Self) end),
    bench:report(result(), Start, 1000000, "ms").
