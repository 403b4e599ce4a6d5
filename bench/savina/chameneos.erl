-module(chameneos).
-export([main/1]).

complement(A, A) -> A;
complement(A, B) -> 3 - A - B.

creature(Mall, Colour, Meetings, Main) ->
    Mall ! {meet, self(), Colour},
    receive
        {met, Other} -> creature(Mall, complement(Colour, Other), Meetings + 1, Main);
        closed -> Main ! {meetings, Meetings}
    end.

mall(0) -> closed();
mall(Left) ->
    receive {meet, First, One} ->
        receive {meet, Second, Two} ->
            First ! {met, Two},
            Second ! {met, One},
            mall(Left - 1)
        end
    end.

closed() ->
    receive {meet, Late, _} -> Late ! closed, closed() end.

main(Args) ->
    [Count, Meetings] = bench:arguments(Args),
    Main = self(),
    Start = bench:start(),
    Mall = spawn(fun() -> mall(Meetings) end),
    [spawn(fun() -> creature(Mall, I rem 3, 0, Main) end) || I <- lists:seq(0, Count - 1)],
    Sum = lists:sum([receive {meetings, N} -> N end || _ <- lists:seq(1, Count)]),
    bench:report(Sum, Start, 1000000, "ms").
