-module(quicksort).
-export([main/1]).

sort([]) -> [];
sort([Pivot | Rest] = List) ->
    sort([X || X <- Rest, X < Pivot]) ++ [X || X <- List, X =:= Pivot] ++ sort([X || X <- Rest, X > Pivot]).

sorter(List, Threshold, Parent) when length(List) < Threshold -> Parent ! {sorted, sort(List), self()};
sorter([Pivot | _] = List, Threshold, Parent) ->
    Self = self(),
    Low = [X || X <- List, X < Pivot],
    High = [X || X <- List, X > Pivot],
    First = spawn(fun() -> sorter(Low, Threshold, Self) end),
    Last = spawn(fun() -> sorter(High, Threshold, Self) end),
    Middle = [X || X <- List, X =:= Pivot],
    Parent ! {sorted, result(First) ++ Middle ++ result(Last), Self}.

result(Child) -> receive {sorted, List, Child} -> List end.

drawn(0, _) -> [];
drawn(Left, State) -> [State | drawn(Left - 1, bench:draw(State))].

check(X, {Sum, Last}) when Last =< X -> {(3 * Sum + X) rem 1000003, X}.

main(Args) ->
    [Count, Threshold] = bench:arguments(Args),
    Main = self(),
    List = drawn(Count, 1024),
    Start = bench:start(),
    Sorted = result(spawn(fun() -> sorter(List, Threshold, Main) end)),
    {Sum, _} = lists:foldl(fun check/2, {0, 0}, Sorted),
    bench:report(Sum, Start, 1000000, "ms").
