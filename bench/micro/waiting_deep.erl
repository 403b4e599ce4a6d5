-module(waiting_deep).
-export([main/1]).

wait() -> receive {go, N} -> N end.

deep(Main) -> Main ! {done, wait()}.

main([Text]) ->
    Main = self(),
    [spawn(fun() -> deep(Main) end) || _ <- lists:seq(1, list_to_integer(Text))],
    io:format("ready~n"),
    receive {done, _} -> ok end.
