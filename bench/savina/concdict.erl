-module(concdict).
-export([main/1]).

dictionary(Entries) ->
    receive
        {read, Key, To} -> To ! {value, maps:get(Key, Entries, 0)}, dictionary(Entries);
        {write, Key, Value, To} -> To ! {value, Value}, dictionary(Entries#{Key => Value});
        {sum, To} -> To ! {total, lists:sum(maps:values(Entries))}
    end.

work(0, _, _, _, _, Main) -> Main ! done;
work(Left, Writes, Limit, State, To, Main) ->
    Key = bench:below(State, Limit),
    Next = bench:draw(State),
    case bench:below(Next, 100) < Writes of
        true -> To ! {write, Key, 2 * Key, self()};
        false -> To ! {read, Key, self()}
    end,
    receive {value, _} -> work(Left - 1, Writes, Limit, bench:draw(Next), To, Main) end.

main(Args) ->
    [Messages, Workers, Writes, Limit] = bench:arguments(Args),
    Main = self(),
    Entries = maps:from_list([{Key, Key} || Key <- lists:seq(0, Limit - 1)]),
    Start = bench:start(),
    To = spawn(fun() -> dictionary(Entries) end),
    [spawn(fun() -> work(Messages, Writes, Limit, bench:draw(I), To, Main) end) || I <- lists:seq(0, Workers - 1)],
    [receive done -> ok end || _ <- lists:seq(1, Workers)],
    To ! {sum, Main},
    receive {total, Total} -> bench:report(Total, Start, 1000000, "ms") end.
