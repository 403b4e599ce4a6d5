-module(fjthrput).
-export([main/1]).

worker(Sum) ->
    receive
        {work, N} ->
            Sine = math:sin(N / 7),
            worker(Sum + trunc(Sine * Sine * 1000));
        {total, To} -> To ! {done, Sum}
    end.

main(Args) ->
    [Messages, Count] = bench:arguments(Args),
    Start = bench:start(),
    Workers = [spawn(fun() -> worker(0) end) || _ <- lists:seq(1, Count)],
    [To ! {work, N} || N <- lists:seq(0, Messages - 1), To <- Workers],
    [To ! {total, self()} || To <- Workers],
    Sum = lists:sum([receive {done, N} -> N end || _ <- Workers]),
    bench:report(Sum, Start, 1000000, "ms").
