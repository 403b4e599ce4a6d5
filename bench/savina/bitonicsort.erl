-module(bitonicsort).
-export([main/1]).

comparator(_, Pairs, _, _, _, Pairs) -> ok;
comparator(Lane, Pairs, Length, Distance, Joiner, Count) ->
    receive One -> ok end,
    receive Other -> ok end,
    Up = Count * 2 * Distance div Length rem 2 =:= 0,
    case Up =:= (One < Other) of
        true -> Joiner ! {Lane, One, Other};
        false -> Joiner ! {Lane, Other, One}
    end,
    comparator(Lane, Pairs, Length, Distance, Joiner, Count + 1).

splitter(0, _, _) -> ok;
splitter(Left, Lane, Comparators) ->
    receive N -> element(Lane + 1, Comparators) ! N end,
    splitter(Left - 1, (Lane + 1) rem tuple_size(Comparators), Comparators).

joiner(Left, Lanes, Lanes, Kept, Next) -> [Next ! N || N <- lists:reverse(Kept)], joiner(Left, 0, Lanes, [], Next);
joiner(0, _, _, _, _) -> ok;
joiner(Left, Lane, Lanes, Kept, Next) ->
    receive
        {Lane, First, Second} -> Next ! First, joiner(Left - 2, Lane + 1, Lanes, [Second | Kept], Next)
    end.

step(Count, Length, Distance, Next) ->
    Joiner = spawn(fun() -> joiner(Count, 0, Distance, [], Next) end),
    Pairs = Count div 2 div Distance,
    Comparators = [spawn(fun() -> comparator(Lane, Pairs, Length, Distance, Joiner, 0) end) || Lane <- lists:seq(0, Distance - 1)],
    spawn(fun() -> splitter(Count, 0, list_to_tuple(Comparators)) end).

merge(_, Length, Distance, Next) when Distance > Length div 2 -> Next;
merge(Count, Length, Distance, Next) -> merge(Count, Length, 2 * Distance, step(Count, Length, Distance, Next)).

network(_, 1, Next) -> Next;
network(Count, Length, Next) -> network(Count, Length div 2, merge(Count, Length, 1, Next)).

last(0, _, Sum, Main) -> Main ! {sum, Sum};
last(Left, Previous, Sum, Main) ->
    receive N when Previous =< N -> last(Left - 1, N, (3 * Sum + N) rem 1000003, Main) end.

feed(0, _, _) -> ok;
feed(Left, State, First) -> First ! State, feed(Left - 1, bench:draw(State), First).

main(Args) ->
    [Count] = bench:arguments(Args),
    Main = self(),
    Start = bench:start(),
    Last = spawn(fun() -> last(Count, 0, 0, Main) end),
    feed(Count, 2048, network(Count, Count, Last)),
    receive {sum, Sum} -> bench:report(Sum, Start, 1000000, "ms") end.
