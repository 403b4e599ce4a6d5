-module(philosopher).
-export([main/1]).

philosopher(_, 0, Meals, _, Main) -> Main ! {meals, Meals};
philosopher(Number, Left, Meals, Arbiter, Main) ->
    Arbiter ! {hungry, Number, self()},
    receive
        denied -> philosopher(Number, Left, Meals, Arbiter, Main);
        eat -> Arbiter ! {done, Number}, philosopher(Number, Left - 1, Meals + 1, Arbiter, Main)
    end.

%% Which forks are taken.
arbiter(Forks, Count) ->
    receive
        {hungry, Number, Who} ->
            Right = (Number + 1) rem Count,
            case Forks of
                #{Number := false, Right := false} -> Who ! eat, arbiter(Forks#{Number := true, Right := true}, Count);
                _ -> Who ! denied, arbiter(Forks, Count)
            end;
        {done, Number} -> arbiter(Forks#{Number := false, (Number + 1) rem Count := false}, Count)
    end.

main(Args) ->
    [Rounds, Count] = bench:arguments(Args),
    Main = self(),
    Start = bench:start(),
    Numbers = lists:seq(0, Count - 1),
    Arbiter = spawn(fun() -> arbiter(maps:from_list([{N, false} || N <- Numbers]), Count) end),
    [spawn(fun() -> philosopher(N, Rounds, 0, Arbiter, Main) end) || N <- Numbers],
    Sum = lists:sum([receive {meals, M} -> M end || _ <- Numbers]),
    bench:report(Sum, Start, 1000000, "ms").
