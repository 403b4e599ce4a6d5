-module(concsll).
-export([main/1]).

insert(Value, [First | Rest]) when First < Value -> [First | insert(Value, Rest)];
insert(Value, List) -> [Value | List].

has(_, []) -> false;
has(Value, [First | Rest]) -> First =:= Value orelse First < Value andalso has(Value, Rest).

keeper(List) ->
    receive
        {add, Value, To} -> To ! {answer, true}, keeper(insert(Value, List));
        {search, Value, To} -> To ! {answer, has(Value, List)}, keeper(List);
        {size, To} -> To ! {answer, length(List) > 0}, keeper(List);
        {sum, To} -> To ! {total, lists:sum(List)}
    end.

work(0, _, _, _, _, Main) -> Main ! done;
work(Left, Writes, Sizes, State, To, Main) ->
    Value = bench:below(State, 65536),
    Next = bench:draw(State),
    case bench:below(Next, 100) of
        Chosen when Chosen < Sizes -> To ! {size, self()};
        Chosen when Chosen < Sizes + Writes -> To ! {add, Value, self()};
        _ -> To ! {search, Value, self()}
    end,
    receive {answer, _} -> work(Left - 1, Writes, Sizes, bench:draw(Next), To, Main) end.

main(Args) ->
    [Messages, Workers, Writes, Sizes] = bench:arguments(Args),
    Main = self(),
    Start = bench:start(),
    To = spawn(fun() -> keeper([]) end),
    [spawn(fun() -> work(Messages, Writes, Sizes, bench:draw(I), To, Main) end) || I <- lists:seq(0, Workers - 1)],
    [receive done -> ok end || _ <- lists:seq(1, Workers)],
    To ! {sum, Main},
    receive {total, Total} -> bench:report(Total, Start, 1000000, "ms") end.
