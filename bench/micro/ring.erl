-module(ring).
-export([main/1]).

node(Next, Main, Number) ->
    receive
        0 -> Main ! {node, Number};
        N -> Next ! N - 1, node(Next, Main, Number)
    end.

build(0, Next, _) -> Next;
build(Number, Next, Main) -> build(Number - 1, spawn(fun() -> node(Next, Main, Number) end), Main).

main([Text]) ->
    Hops = list_to_integer(Text),
    Main = self(),
    Ring = spawn(fun() -> node(build(502, self(), Main), Main, 0) end),
    Start = bench:start(),
    Ring ! Hops,
    receive {node, Number} -> ok end,
    bench:report(Number, Start, Hops, "ns/hop").
