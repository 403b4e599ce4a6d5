-module(restart).
-behaviour(supervisor).
-export([main/1, init/1, start_child/1, child/1]).

%% A child that crashes as soon as it is asked, under a supervisor that never gives up.
init(Main) ->
    {ok, {#{strategy => one_for_one, intensity => 1000000000, period => 1},
          [#{id => child, start => {?MODULE, start_child, [Main]}, restart => permanent}]}}.

start_child(Main) -> {ok, spawn_link(?MODULE, child, [Main])}.

child(Main) ->
    Main ! {up, self()},
    receive crash -> exit(asked) end.

crash(0) -> ok;
crash(Left) ->
    receive {up, Pid} -> Pid ! crash end,
    crash(Left - 1).

main([Text]) ->
    Count = list_to_integer(Text),
    logger:set_primary_config(level, none),
    {ok, _} = supervisor:start_link(?MODULE, self()),
    Start = bench:start(),
    crash(Count),
    receive {up, _} -> ok end,
    bench:report(Count, Start, Count, "ns/restart").
