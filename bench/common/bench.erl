%% What every benchmark in Erlang needs: its sizes from the command line, numbers drawn as in every language, and its two lines of output.
-module(bench).
-export([arguments/1, draw/1, below/2, start/0, report/4]).

arguments(Texts) -> [list_to_integer(Text) || Text <- Texts].

draw(State) -> (State * 1103517 + 12345) rem 2147483648.

below(State, N) -> State div 4096 rem N.

start() -> erlang:monotonic_time(nanosecond).

%% Prints the result and the time since Start over a count of things done, in a unit, and ends the program.
report(Result, Start, Count, Unit) ->
    Took = erlang:monotonic_time(nanosecond) - Start,
    io:format("result ~w~n~w ~s~n", [Result, Took / Count, Unit]),
    halt().
