-module(facloc).
-export([main/1]).

distance({X, Y}, {A, B}) -> math:sqrt((X - A) * (X - A) + (Y - B) * (Y - B)).

nearest(Point, Facilities) -> lists:foldl(fun(Facility, Best) -> min(Best, distance(Point, Facility)) end, 1000000.0, Facilities).

leaf(Centre, Half, Depth, Facilities, Customers, Cost, Limit, Main) ->
    receive
        {customer, Point} ->
            Main ! more,
            Total = Cost + nearest(Point, Facilities),
            if
                Total > Limit, Depth < 8 ->
                    All = [Point | Customers],
                    Quarters = [quarter(Centre, Half / 2, Depth, Facilities, Q, All, Limit, Main) || Q <- [0, 1, 2, 3]],
                    Main ! {opened, 4},
                    inner(Centre, list_to_tuple(Quarters));
                true -> leaf(Centre, Half, Depth, Facilities, [Point | Customers], Total, Limit, Main)
            end;
        {count, To} -> To ! {served, length(Customers)}
    end.

quarter({X, Y} = Centre, Half, Depth, Facilities, Q, Customers, Limit, Main) ->
    Middle = {if Q rem 2 =:= 0 -> X - Half; true -> X + Half end, if Q div 2 =:= 0 -> Y - Half; true -> Y + Half end},
    Own = [Point || Point <- Customers, index(Centre, Point) =:= Q],
    spawn(fun() -> leaf(Middle, Half, Depth + 1, [Middle | Facilities], Own, 0.0, Limit, Main) end).

index({X, Y}, {A, B}) -> if A < X -> 0; true -> 1 end + if B < Y -> 0; true -> 2 end.

inner(Centre, Quarters) ->
    receive
        {customer, Point} -> element(1 + index(Centre, Point), Quarters) ! {customer, Point}, inner(Centre, Quarters);
        {count, To} -> [Quarter ! {count, To} || Quarter <- tuple_to_list(Quarters)]
    end.

produce(0, _, _, Facilities, _) -> Facilities;
produce(Left, Size, State, Facilities, Root) ->
    Next = bench:draw(State),
    Root ! {customer, {bench:below(State, 65536) / 65536 * Size, bench:below(Next, 65536) / 65536 * Size}},
    produce(Left - 1, Size, bench:draw(Next), Facilities + opened(0), Root).

opened(Count) ->
    receive
        {opened, N} -> opened(Count + N);
        more -> Count
    end.

collect(0, Facilities) -> Facilities;
collect(Left, Facilities) ->
    receive
        {served, N} -> collect(Left - N, Facilities);
        {opened, N} -> collect(Left, Facilities + N)
    end.

main(Args) ->
    [Customers] = bench:arguments(Args),
    Size = 500.0,
    Main = self(),
    Centre = {Size / 2, Size / 2},
    Start = bench:start(),
    Root = spawn(fun() -> leaf(Centre, Size / 2, 0, [Centre], [], 0.0, 2 * 1.4142135623730951 * Size, Main) end),
    Facilities = produce(Customers, Size, 1, 1, Root),
    Root ! {count, Main},
    bench:report(collect(Customers, Facilities), Start, 1000000, "ms").
