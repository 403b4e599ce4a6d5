-module(share_list).
-export([main/1]).

summer(Main) ->
    receive {list, List} -> Main ! {sum, lists:sum(List)} end.

main([LengthText, CountText]) ->
    Main = self(),
    List = lists:seq(1, list_to_integer(LengthText)),
    Pids = [spawn(fun() -> summer(Main) end) || _ <- lists:seq(1, list_to_integer(CountText))],
    Start = bench:start(),
    [Pid ! {list, List} || Pid <- Pids],
    Total = lists:sum([receive {sum, Sum} -> Sum end || _ <- Pids]),
    bench:report(Total, Start, 1000000, "ms").
