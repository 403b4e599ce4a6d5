-module(count).
-export([main/1]).

counter(Count) ->
    receive
        increment -> counter(Count + 1);
        {total, To} -> To ! {count, Count}
    end.

produce(0, To, Asker) -> To ! {total, Asker};
produce(Left, To, Asker) -> To ! increment, produce(Left - 1, To, Asker).

main(Args) ->
    [Count] = bench:arguments(Args),
    Main = self(),
    Start = bench:start(),
    To = spawn(fun() -> counter(0) end),
    spawn(fun() -> produce(Count, To, Main) end),
    receive {count, Total} -> bench:report(Total, Start, 1000000, "ms") end.
