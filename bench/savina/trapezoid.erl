-module(trapezoid).
-export([main/1]).

curve(X) -> math:sin(math:pow(X, 3) - 1) / (X + 1) * math:sqrt(1 + math:exp(math:sqrt(2 * X))).

area(Until, Until, _, Width, Sum) -> Sum * Width;
area(I, Until, Left, Width, Sum) ->
    X = Left + I * Width,
    area(I + 1, Until, Left, Width, Sum + (curve(X) + curve(X + Width)) / 2).

main(Args) ->
    [Pieces, Workers] = bench:arguments(Args),
    Each = Pieces div Workers,
    Width = 4 / Pieces,
    Main = self(),
    Start = bench:start(),
    [spawn(fun() -> Main ! {area, area(I * Each, (I + 1) * Each, 1.0, Width, 0.0)} end) || I <- lists:seq(0, Workers - 1)],
    Sum = lists:sum([receive {area, Area} -> Area end || _ <- lists:seq(1, Workers)]),
    bench:report(trunc(Sum * 1000000), Start, 1000000, "ms").
