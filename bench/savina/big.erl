-module(big).
-export([main/1]).

node(Pings, Seed, Main) ->
    receive {peers, Peers} -> ping(Peers, Pings, Seed, Main) end.

ping(_, 0, _, Main) -> Main ! done, answer();
ping(Peers, Left, State, Main) ->
    element(1 + bench:below(State, tuple_size(Peers)), Peers) ! {ping, self()},
    wait(Peers, Left, bench:draw(State), Main).

wait(Peers, Left, State, Main) ->
    receive
        {ping, From} -> From ! pong, wait(Peers, Left, State, Main);
        pong -> ping(Peers, Left - 1, State, Main)
    end.

answer() ->
    receive {ping, From} -> From ! pong, answer() end.

main(Args) ->
    [Pings, Count] = bench:arguments(Args),
    Main = self(),
    Start = bench:start(),
    Nodes = [spawn(fun() -> node(Pings, bench:draw(I), Main) end) || I <- lists:seq(0, Count - 1)],
    Peers = list_to_tuple(Nodes),
    [Node ! {peers, Peers} || Node <- Nodes],
    [receive done -> ok end || _ <- Nodes],
    bench:report(Count * Pings, Start, 1000000, "ms").
