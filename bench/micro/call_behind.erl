-module(call_behind).
-export([main/1]).

server() ->
    receive {add, N, Ref, Client} -> Client ! {Ref, N + 1}, server() end.

ask(0, N, _) -> N;
ask(Left, N, To) ->
    Ref = erlang:monitor(process, To),
    To ! {add, N, Ref, self()},
    receive
        {Ref, Sum} -> erlang:demonitor(Ref, [flush]), ask(Left - 1, Sum, To);
        {'DOWN', Ref, process, _, Reason} -> exit(Reason)
    end.

main([CallsText, UnmatchedText]) ->
    Calls = list_to_integer(CallsText),
    [self() ! {unmatched, I} || I <- lists:seq(1, list_to_integer(UnmatchedText))],
    To = spawn(fun server/0),
    Start = bench:start(),
    Result = ask(Calls, 0, To),
    bench:report(Result, Start, Calls, "ns/call").
