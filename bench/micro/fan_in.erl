-module(fan_in).
-export([main/1]).

consumer(0, Sum, Main) -> Main ! {sum, Sum};
consumer(Left, Sum, Main) -> receive N -> consumer(Left - 1, Sum + N, Main) end.

produce(0, _) -> ok;
produce(Left, To) -> To ! Left, produce(Left - 1, To).

main([Text]) ->
    Count = list_to_integer(Text),
    Main = self(),
    Start = bench:start(),
    To = spawn(fun() -> consumer(8 * Count, 0, Main) end),
    [spawn(fun() -> produce(Count, To) end) || _ <- lists:seq(1, 8)],
    receive {sum, Sum} -> ok end,
    bench:report(Sum, Start, 8 * Count, "ns/message").
