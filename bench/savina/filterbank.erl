-module(filterbank).
-export([main/1]).

source(0, _, _) -> ok;
source(Left, Current, Branches) ->
    [Branch ! {value, float(Current)} || Branch <- Branches],
    source(Left - 1, (Current + 1) rem 1000, Branches).

delay(Line, Next) ->
    receive
        {value, Value} ->
            {{value, First}, Rest} = queue:out(Line),
            Next ! {value, First},
            delay(queue:in(Value, Rest), Next)
    end.

%% What was seen is kept with the newest value first, as the coefficients go.
filter(Seen, Missing, Coefficients, Next) ->
    receive
        {value, Value} when Missing > 1 -> filter([Value | Seen], Missing - 1, Coefficients, Next);
        {value, Value} ->
            {Sum, Kept} = products([Value | Seen], Coefficients, 0.0, []),
            Next ! {value, Sum},
            filter(Kept, 1, Coefficients, Next)
    end.

%% The sum, and all values but the oldest.
products([Oldest], [Coefficient], Sum, Kept) -> {Sum + Oldest * Coefficient, lists:reverse(Kept)};
products([Value | Values], [Coefficient | Coefficients], Sum, Kept) ->
    products(Values, Coefficients, Sum + Value * Coefficient, [Value | Kept]).

sample(Count, Rate, Next) ->
    receive
        {value, Value} when Count =:= 0 -> Next ! {value, Value};
        {value, _} -> Next ! {value, 0.0}
    end,
    sample((Count + 1) rem Rate, Rate, Next).

tagged(Channel, Integrator) ->
    receive {value, Value} -> Integrator ! {Channel, Value}, tagged(Channel, Integrator) end.

%% Adds up the first values of all channels, then the second ones, and so on; a channel may be ahead of others.
integrate(0, _, _, _, Total, Main) -> Main ! {total, Total};
integrate(Left, Seen, Open, Channels, Total, Main) ->
    receive
        {Channel, Value} ->
            Position = maps:get(Channel, Seen, 0),
            Now = Seen#{Channel => Position + 1},
            {Count, SoFar} = maps:get(Position, Open, {0, 0.0}),
            Sum = SoFar + Value,
            if
                Count + 1 =:= Channels ->
                    integrate(Left - 1, Now, maps:remove(Position, Open), Channels, (Total + trunc(Sum)) rem 1000000007, Main);
                true -> integrate(Left, Now, Open#{Position => {Count + 1, Sum}}, Channels, Total, Main)
            end
    end.

branch(Channel, Columns, Channels, Integrator) ->
    Numbers = lists:seq(0, Columns - 1),
    Zeros = queue:from_list(lists:duplicate(Columns - 1, 0.0)),
    F = [float(Channel * J + J * J + Channel + J) || J <- Numbers],
    H = [float(Channel * Columns + J * Channels + J + Channel + J + 1) || J <- Numbers],
    End = spawn(fun() -> tagged(Channel, Integrator) end),
    Second = spawn(fun() -> filter([], Columns, F, End) end),
    Delay = spawn(fun() -> delay(Zeros, Second) end),
    Sampled = spawn(fun() -> sample(0, Columns, Delay) end),
    First = spawn(fun() -> filter([], Columns, H, Sampled) end),
    spawn(fun() -> delay(Zeros, First) end).

main(Args) ->
    [Simulations, Columns, Channels] = bench:arguments(Args),
    Main = self(),
    Start = bench:start(),
    Integrator = spawn(fun() -> integrate(Simulations - 2 * (Columns - 1), #{}, #{}, Channels, 0, Main) end),
    source(Simulations, 0, [branch(Channel, Columns, Channels, Integrator) || Channel <- lists:seq(0, Channels - 1)]),
    receive {total, Total} -> bench:report(Total, Start, 1000000, "ms") end.
