-module(logmap).
-export([main/1]).

computer(Rate) ->
    receive {term, X, To, Ref} -> To ! {Ref, Rate * X * (1 - X)}, computer(Rate) end.

series(Term, Computer) ->
    receive
        advance ->
            Ref = make_ref(),
            Computer ! {term, Term, self(), Ref},
            receive {Ref, Next} -> series(Next, Computer) end;
        {get, To} -> To ! {term, trunc(Term * 1000000000)}
    end.

start(I) ->
    Computer = spawn(fun() -> computer(3.46 + I * 0.0025) end),
    spawn(fun() -> series(I * 0.0025, Computer) end).

main(Args) ->
    [Terms, Count] = bench:arguments(Args),
    Start = bench:start(),
    All = [start(I) || I <- lists:seq(0, Count - 1)],
    [To ! advance || _ <- lists:seq(1, Terms), To <- All],
    [To ! {get, self()} || To <- All],
    Sum = lists:sum([receive {term, N} -> N end || _ <- All]),
    bench:report(Sum, Start, 1000000, "ms").
