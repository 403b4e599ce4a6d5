-module(nqueenk).
-export([main/1]).

%% The queens of a board, the last one first.
valid([], _, _) -> true;
valid([Other | Rest], Column, Distance) ->
    Other =/= Column andalso Other - Column =/= Distance andalso Column - Other =/= Distance andalso
        valid(Rest, Column, Distance + 1).

solutions(_, Size, Size, _) -> 1;
solutions(_, _, Size, Size) -> 0;
solutions(Board, Placed, Size, Column) ->
    case valid(Board, Column, 1) of
        true -> solutions([Column | Board], Placed + 1, Size, 0) + solutions(Board, Placed, Size, Column + 1);
        false -> solutions(Board, Placed, Size, Column + 1)
    end.

worker(Size, Threshold, Master) ->
    receive
        {board, Board} when length(Board) < Threshold ->
            [Master ! {work, [Column | Board]} || Column <- lists:seq(0, Size - 1), valid(Board, Column, 1)],
            Master ! {done, 0};
        {board, Board} -> Master ! {done, solutions(Board, length(Board), Size, 0)}
    end,
    worker(Size, Threshold, Master).

master(Size, Threshold, Count, Main) ->
    Self = self(),
    Workers = list_to_tuple([spawn(fun() -> worker(Size, Threshold, Self) end) || _ <- lists:seq(1, Count)]),
    element(1, Workers) ! {board, []},
    distribute(Workers, 1, 1, 0, Main).

distribute(_, _, 0, Found, Main) -> Main ! {found, Found};
distribute(Workers, Next, Open, Found, Main) ->
    receive
        {work, Board} ->
            element(1 + Next rem tuple_size(Workers), Workers) ! {board, Board},
            distribute(Workers, Next + 1, Open + 1, Found, Main);
        {done, N} -> distribute(Workers, Next, Open - 1, Found + N, Main)
    end.

main(Args) ->
    [Size, Threshold, Count] = bench:arguments(Args),
    Main = self(),
    Start = bench:start(),
    spawn(fun() -> master(Size, Threshold, Count, Main) end),
    receive {found, Found} -> bench:report(Found, Start, 1000000, "ms") end.
