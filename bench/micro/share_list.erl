-module(share_list).
-export([main/1]).

summer(Main) ->
    receive {list, List} -> Main ! {sum, lists:sum(List)} end.

main([LengthText, CountText]) ->
    Main = self(),
    List = lists:seq(1, list_to_integer(LengthText)),
    Pids = [spawn(fun() -> summer(Main) end) || _ <- lists:seq(1, list_to_integer(CountText))],
    Start = erlang:monotonic_time(nanosecond),
    [Pid ! {list, List} || Pid <- Pids],
    Total = lists:sum([receive {sum, Sum} -> Sum end || _ <- Pids]),
    Took = erlang:monotonic_time(nanosecond) - Start,
    io:format("result ~w~n~w ms~n", [Total, Took / 1.0e6]),
    halt().
