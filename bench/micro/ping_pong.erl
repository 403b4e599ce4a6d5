-module(ping_pong).
-export([main/1]).

ponger() ->
    receive
        {ping, From} -> From ! pong, ponger();
        stop -> ok
    end.

play(0, _) -> ok;
play(Rounds, Pong) ->
    Pong ! {ping, self()},
    receive pong -> play(Rounds - 1, Pong) end.

main([Text]) ->
    Rounds = list_to_integer(Text),
    Pong = spawn(fun ponger/0),
    Start = bench:start(),
    play(Rounds, Pong),
    Pong ! stop,
    bench:report(Rounds, Start, 2 * Rounds, "ns/message").
