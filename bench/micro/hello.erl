-module(hello).
-export([main/0]).

main() ->
    io:format("hello~n"),
    halt().
