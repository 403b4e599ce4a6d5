-module(waiting).
-export([main/1]).

main([Text]) ->
    [spawn(fun() -> receive stop -> ok end end) || _ <- lists:seq(1, list_to_integer(Text))],
    io:format("ready~n"),
    receive never -> ok end.
