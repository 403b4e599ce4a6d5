%% What every benchmark in Erlang needs: its sizes from the command line, numbers drawn as in every language, and its two lines of output.
-module(bench).
-export([arguments/1, draw/1, below/2, start/0, report/4, report_percentile/1]).

arguments(Texts) -> [list_to_integer(Text) || Text <- Texts].

draw(State) -> (State * 1103517 + 12345) rem 2147483648.

below(State, N) -> State div 4096 rem N.

start() -> erlang:monotonic_time(nanosecond).

%% Prints the result and the time since Start over a count of things done, in a unit, and ends the program.
report(Result, Start, Count, Unit) ->
    Took = erlang:monotonic_time(nanosecond) - Start,
    io:format("result ~w~n~w ~s~n", [Result, Took / Count, Unit]),
    halt().

%% How many times in ns were measured, as the result; the distribution and the 99th percentile, in us.
report_percentile(Times) ->
    Sorted = lists:sort(Times),
    At = fun(Part) -> lists:nth((length(Sorted) - 1) * Part div 1000 + 1, Sorted) / 1000 end,
    io:format("result ~w~ndistribution ~w ~w ~w ~w ~w~n", [length(Times) | [At(Part) || Part <- [500, 900, 990, 999, 1000]]]),
    io:format("~w us~n", [At(990)]),
    halt().
