-module(big).
-export([main/1]).

node(Pings, Main) ->
    receive {peers, Peers} -> ping(Peers, Pings, Main) end.

ping(_, 0, Main) -> Main ! done, answer();
ping(Peers, Left, Main) ->
    element(rand:uniform(tuple_size(Peers)), Peers) ! {ping, self()},
    wait(Peers, Left, Main).

wait(Peers, Left, Main) ->
    receive
        {ping, From} -> From ! pong, wait(Peers, Left, Main);
        pong -> ping(Peers, Left - 1, Main)
    end.

answer() ->
    receive {ping, From} -> From ! pong, answer() end.

main([CountText, PingsText]) ->
    Count = list_to_integer(CountText),
    Pings = list_to_integer(PingsText),
    Main = self(),
    Nodes = [spawn(fun() -> node(Pings, Main) end) || _ <- lists:seq(1, Count)],
    Peers = list_to_tuple(Nodes),
    Start = bench:start(),
    [Node ! {peers, Peers} || Node <- Nodes],
    [receive done -> ok end || _ <- Nodes],
    bench:report(Count * Pings, Start, Count * Pings, "ns/round trip").
