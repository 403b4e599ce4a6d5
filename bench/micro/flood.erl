-module(flood).
-export([main/1]).

consumer(0, Sum, Main) -> Main ! {sum, Sum};
consumer(Left, Sum, Main) -> receive N -> consumer(Left - 1, Sum + N, Main) end.

produce(0, _) -> ok;
produce(Left, To) -> To ! Left, produce(Left - 1, To).

main([Text]) ->
    Count = list_to_integer(Text),
    Main = self(),
    Start = bench:start(),
    produce(Count, spawn(fun() -> consumer(Count, 0, Main) end)),
    receive {sum, Sum} -> ok end,
    bench:report(Sum, Start, Count, "ns/message").
