-module(apsp).
-export([main/1]).

weight(I, I) -> 0;
weight(I, J) -> 1 + bench:below(bench:draw(bench:draw(I * 7919 + J)), 100).

%% A block is a list of rows.
block(Row, Column, Size, Count, Main) ->
    receive
        {grid, Grid} ->
            Numbers = lists:seq(0, Size - 1),
            Data = [[weight(Row * Size + I, Column * Size + J) || J <- Numbers] || I <- Numbers],
            Near = [element(R * Count + Column + 1, Grid) || R <- lists:seq(0, Count - 1), R =/= Row] ++
                [element(Row * Count + C + 1, Grid) || C <- lists:seq(0, Count - 1), C =/= Column],
            step(0, Row, Column, Size, Count, Data, Near, Main)
    end.

step(K, _, _, Size, Count, Data, _, Main) when K =:= Size * Count -> Main ! {sum, lists:sum([lists:sum(Row) || Row <- Data])};
step(K, Row, Column, Size, Count, Data, Near, Main) ->
    [To ! {K, Row, Column, Data} || To <- Near],
    {Above, Beside} = gather(K, K div Size, length(Near), Row, Column, Data, Data),
    Next = relax(Data, lists:nth(K rem Size + 1, Above), K rem Size + 1, Beside),
    step(K + 1, Row, Column, Size, Count, Next, Near, Main).

gather(_, _, 0, _, _, Above, Beside) -> {Above, Beside};
gather(K, Owner, Left, Row, Column, Above, Beside) ->
    receive
        {K, Owner, Column, Data} -> gather(K, Owner, Left - 1, Row, Column, Data, Beside);
        {K, Row, Owner, Data} -> gather(K, Owner, Left - 1, Row, Column, Above, Data);
        {K, _, _, _} -> gather(K, Owner, Left - 1, Row, Column, Above, Beside)
    end.

relax(Data, Above, At, Beside) ->
    lists:zipwith(fun(Row, Others) -> shorter(Row, Above, lists:nth(At, Others)) end, Data, Beside).

shorter([], [], _) -> [];
shorter([Now | Row], [Further | Above], First) -> [min(Now, First + Further) | shorter(Row, Above, First)].

main(Args) ->
    [Nodes, Size] = bench:arguments(Args),
    Count = Nodes div Size,
    Main = self(),
    Start = bench:start(),
    Blocks = [spawn(fun() -> block(I div Count, I rem Count, Size, Count, Main) end) || I <- lists:seq(0, Count * Count - 1)],
    Grid = list_to_tuple(Blocks),
    [To ! {grid, Grid} || To <- Blocks],
    Total = lists:sum([receive {sum, N} -> N end || _ <- Blocks]),
    bench:report(Total, Start, 1000000, "ms").
