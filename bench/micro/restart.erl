-module(restart).
-behaviour(supervisor).
-export([main/1, init/1, start_child/1, child/1]).

%% OTP's supervisor keeps the time of each restart within its period, and goes through all of them at each restart: 100,000 under one
%% supervisor in a second cost 150 us each, nearly all for that. No program restarts like this, so each supervisor restarts a few only.
-define(RESTARTS, 100).

%% A child that crashes as soon as it is asked, under a supervisor that does not give up.
init(Main) ->
    {ok, {#{strategy => one_for_one, intensity => 2 * ?RESTARTS, period => 1},
          [#{id => child, start => {?MODULE, start_child, [Main]}, restart => permanent}]}}.

start_child(Main) -> {ok, spawn_link(?MODULE, child, [Main])}.

child(Main) ->
    Main ! {up, self()},
    receive crash -> exit(asked) end.

crash(0) -> ok;
crash(Left) ->
    receive {up, Pid} -> Pid ! crash end,
    crash(Left - 1).

supervise(0) -> ok;
supervise(Left) ->
    Count = min(Left, ?RESTARTS),
    {ok, Supervisor} = supervisor:start_link(?MODULE, self()),
    crash(Count),
    receive {up, _} -> ok end,
    gen_server:stop(Supervisor),
    supervise(Left - Count).

main([Text]) ->
    Count = list_to_integer(Text),
    logger:set_primary_config(level, none),
    Start = bench:start(),
    supervise(Count),
    bench:report(Count, Start, Count, "ns/restart").
