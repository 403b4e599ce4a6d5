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
    Start = erlang:monotonic_time(nanosecond),
    play(Rounds, Pong),
    Took = erlang:monotonic_time(nanosecond) - Start,
    Pong ! stop,
    io:format("result ~w~n~w ns/message~n", [Rounds, Took / (2 * Rounds)]),
    halt().
