-module(sieve).
-export([main/1]).

divided(N, Primes) -> lists:any(fun(Prime) -> N rem Prime =:= 0 end, Primes).

last(Primes, Length, Room, Main) ->
    receive
        {n, N} ->
            case divided(N, Primes) of
                true -> last(Primes, Length, Room, Main);
                false when Length < Room -> last(Primes ++ [N], Length + 1, Room, Main);
                false -> inner(Primes, Length, spawn(fun() -> last([N], 1, Room, Main) end))
            end;
        {'end', Count} -> Main ! {primes, Count + Length}
    end.

inner(Primes, Length, Next) ->
    receive
        {n, N} ->
            case divided(N, Primes) of
                true -> ok;
                false -> Next ! {n, N}
            end,
            inner(Primes, Length, Next);
        {'end', Count} -> Next ! {'end', Count + Length}
    end.

feed(N, Limit, First) when N < Limit -> First ! {n, N}, feed(N + 2, Limit, First);
feed(_, _, First) -> First ! {'end', 0}.

main(Args) ->
    [Limit, Room] = bench:arguments(Args),
    Main = self(),
    Start = bench:start(),
    feed(3, Limit, spawn(fun() -> last([2], 1, Room, Main) end)),
    receive {primes, Primes} -> bench:report(Primes, Start, 1000000, "ms") end.
