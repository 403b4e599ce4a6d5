-module(queens).
-export([main/1]).

safe(_, _, []) -> true;
safe(Column, Distance, [Other | Others]) ->
    Column =/= Other andalso Column =/= Other + Distance andalso Column =/= Other - Distance andalso
        safe(Column, Distance + 1, Others).

place(0, _, _) -> 1;
place(Left, Size, Placed) ->
    lists:sum([place(Left - 1, Size, [Column | Placed]) || Column <- lists:seq(1, Size), safe(Column, 1, Placed)]).

main([Text]) ->
    Size = list_to_integer(Text),
    Start = bench:start(),
    Result = place(Size, Size, []),
    bench:report(Result, Start, 1000000, "ms").
