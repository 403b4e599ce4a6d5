-module(cigsmok).
-export([main/1]).

busy(0, State) -> State;
busy(Left, State) -> busy(Left - 1, bench:draw(State)).

smoker(Smoked) ->
    receive
        {smoke, Effort, Arbiter} -> Arbiter ! started, smoker(Smoked + busy(Effort, Effort) div 4096 rem 2);
        {count, To} -> To ! {smoked, Smoked}
    end.

arbitrate(0, _, _) -> ok;
arbitrate(Left, Smokers, State) ->
    Next = bench:draw(State),
    element(1 + bench:below(State, tuple_size(Smokers)), Smokers) ! {smoke, 10 + bench:below(Next, 1000), self()},
    receive started -> arbitrate(Left - 1, Smokers, bench:draw(Next)) end.

main(Args) ->
    [Rounds, Count] = bench:arguments(Args),
    Start = bench:start(),
    Smokers = [spawn(fun() -> smoker(0) end) || _ <- lists:seq(1, Count)],
    arbitrate(Rounds, list_to_tuple(Smokers), 1),
    [One ! {count, self()} || One <- Smokers],
    Sum = lists:sum([receive {smoked, N} -> N end || _ <- Smokers]),
    bench:report(Sum, Start, 1000000, "ms").
