-module(uct).
-export([main/1]).

busy(0, State) -> State;
busy(Left, State) -> busy(Left - 1, bench:draw(State)).

node(Root, Effort, Degree, State, Main) ->
    Root ! {may, self(), busy(Effort, State)},
    wait(Root, Degree, [], Main).

wait(Root, Degree, Children, Main) ->
    receive
        {grow, Effort, Seed} -> wait(Root, Degree, children(Root, Effort, Degree, Seed, Main), Main);
        visit -> [Child ! visit || Child <- Children], Main ! visited
    end.

children(Root, Effort, Degree, Seed, Main) ->
    [spawn(fun() -> node(Root, Effort, Degree, Seed + I, Main) end) || I <- lists:seq(0, Degree - 1)].

root(Most, Effort, Degree, Main) ->
    Children = children(self(), Effort, Degree, 0, Main),
    grow(1 + Degree, Most, Effort, Degree, 1, Children, Main).

grow(Size, Most, _, Degree, _, Children, Main) when Size + Degree > Most ->
    [Child ! visit || Child <- Children],
    Main ! {size, Size},
    idle();
grow(Size, Most, Effort, Degree, State, Children, Main) ->
    receive
        {may, Child, _} ->
            Next = bench:draw(State),
            case bench:below(Next, 100) < 50 of
                true ->
                    Child ! {grow, Effort + bench:below(State, Effort div 5), Next},
                    grow(Size + Degree, Most, Effort, Degree, Next, Children, Main);
                false -> grow(Size, Most, Effort, Degree, Next, Children, Main)
            end
    end.

idle() -> receive {may, _, _} -> idle() end.

main(Args) ->
    [Most, Effort, Degree] = bench:arguments(Args),
    Main = self(),
    Start = bench:start(),
    spawn(fun() -> root(Most, Effort, Degree, Main) end),
    receive
        {size, Size} ->
            [receive visited -> ok end || _ <- lists:seq(2, Size)],
            bench:report(Size, Start, 1000000, "ms")
    end.
