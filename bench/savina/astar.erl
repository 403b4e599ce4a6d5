-module(astar).
-export([main/1]).

neighbours(Id, Size) ->
    State = bench:draw(bench:draw(Id)),
    [to(Id, Size, Way) || Way <- lists:seq(1, 6), Way =:= 6 orelse (State bsr (12 + Way)) band 1 =:= 1].

to(Id, Size, Way) ->
    further(Id div (Size * Size), Way bsr 2, Size) * Size * Size + further(Id div Size rem Size, (Way bsr 1) band 1, Size) * Size +
        further(Id rem Size, Way band 1, Size).

further(At, Step, Size) when At + Step < Size -> At + Step;
further(At, _, _) -> At.

distance(Id, Size) ->
    Target = Size * 8 div 10,
    max(abs(Target - Id div (Size * Size)), max(abs(Target - Id div Size rem Size), abs(Target - Id rem Size))).

worker(Size, Master) ->
    receive
        {expand, Ids} ->
            Master ! {found, [{Next, distance(Next, Size)} || Id <- Ids, Next <- neighbours(Id, Size)], self()},
            worker(Size, Master)
    end.

add([], Known, Open, Count) -> {Known, Open, Count};
add([{Id, _} | Found], Known, Open, Count) when is_map_key(Id, Known) -> add(Found, Known, Open, Count);
add([{Id, Far} | Found], Known, Open, Count) ->
    add(Found, Known#{Id => true}, maps:update_with(Far, fun(Ids) -> [Id | Ids] end, [Id], Open), Count + 1).

nearest(Open, Far, Most) ->
    case Open of
        #{Far := [_ | _] = Ids} when length(Ids) > Most ->
            {Part, Rest} = lists:split(Most, Ids),
            {Part, Open#{Far := Rest}};
        #{Far := [_ | _] = Ids} -> {Ids, Open#{Far := []}};
        _ -> nearest(Open, Far + 1, Most)
    end.

search(Known, Open, Waiting, [Worker | Idle], Busy, Most) when Waiting > 0 ->
    {Part, Rest} = nearest(Open, 0, Most),
    Worker ! {expand, Part},
    search(Known, Rest, Waiting - length(Part), Idle, Busy + 1, Most);
search(Known, _, _, _, 0, _) -> map_size(Known);
search(Known, Open, Waiting, Idle, Busy, Most) ->
    receive
        {found, Found, From} ->
            {All, Next, Count} = add(Found, Known, Open, 0),
            search(All, Next, Waiting + Count, [From | Idle], Busy - 1, Most)
    end.

main(Args) ->
    [Size, Most, Workers] = bench:arguments(Args),
    Main = self(),
    Start = bench:start(),
    Idle = [spawn(fun() -> worker(Size, Main) end) || _ <- lists:seq(1, Workers)],
    bench:report(search(#{0 => true}, #{distance(0, Size) => [0]}, 1, Idle, 0, Most), Start, 1000000, "ms").
