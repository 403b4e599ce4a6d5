-module(pingpong).
-export([main/1]).

ponger() ->
    receive {ping, From} -> From ! pong, ponger() end.

play(0, _) -> ok;
play(Left, To) ->
    To ! {ping, self()},
    receive pong -> play(Left - 1, To) end.

main(Args) ->
    [Count] = bench:arguments(Args),
    Start = bench:start(),
    play(Count, spawn(fun ponger/0)),
    bench:report(Count, Start, 1000000, "ms").
