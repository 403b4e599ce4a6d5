-module(sor).
-export([main/1]).

neighbours(Number, Size) ->
    {Row, Column} = {Number div Size, Number rem Size},
    [Number - Size || Row > 0] ++ [Number - 1 || Column > 0] ++ [Number + 1 || Column < Size - 1] ++
        [Number + Size || Row < Size - 1].

cell(Number, Size, Rounds, Main) ->
    receive
        {grid, Grid} ->
            Near = [{N, element(N + 1, Grid)} || N <- neighbours(Number, Size)],
            Value = bench:below(bench:draw(Number), 65536) / 65536,
            Red = (Number div Size + Number rem Size) rem 2 =:= 0,
            Red andalso tell(Near, Number, Value),
            relax(Near, Number, Value, Rounds, Red, Main)
    end.

tell(Near, Number, Value) -> [To ! {from, Number, Value} || {_, To} <- Near].

sum([], Total) -> Total;
sum([{Number, _} | Near], Total) -> receive {from, Number, Value} -> sum(Near, Total + Value) end.

relax(_, _, Value, 0, _, Main) -> Main ! {value, trunc(Value * 1000000000)};
relax(Near, Number, Value, Left, Red, Main) ->
    Next = 1.25 * (sum(Near, 0.0) / length(Near)) - 0.25 * Value,
    (not Red orelse Left > 1) andalso tell(Near, Number, Next),
    relax(Near, Number, Next, Left - 1, Red, Main).

main(Args) ->
    [Size, Rounds] = bench:arguments(Args),
    Main = self(),
    Start = bench:start(),
    Cells = [spawn(fun() -> cell(Number, Size, Rounds, Main) end) || Number <- lists:seq(0, Size * Size - 1)],
    Grid = list_to_tuple(Cells),
    [To ! {grid, Grid} || To <- Cells],
    Total = lists:sum([receive {value, N} -> N end || _ <- Cells]),
    bench:report(Total, Start, 1000000, "ms").
