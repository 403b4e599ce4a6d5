-module(barber).
-export([main/1]).

busy(0, State) -> State;
busy(Left, State) -> busy(Left - 1, bench:draw(State)).

room(Waiting, Chairs, Idle, Barber, Factory) ->
    receive
        {enter, Customer} ->
            case queue:len(Waiting) of
                Chairs -> Factory ! {full, Customer}, room(Waiting, Chairs, Idle, Barber, Factory);
                _ when Idle -> Barber ! {cut, Customer}, room(Waiting, Chairs, false, Barber, Factory);
                _ -> room(queue:in(Customer, Waiting), Chairs, false, Barber, Factory)
            end;
        next ->
            case queue:out(Waiting) of
                {empty, _} -> room(Waiting, Chairs, true, Barber, Factory);
                {{value, First}, Rest} -> Barber ! {cut, First}, room(Rest, Chairs, false, Barber, Factory)
            end
    end.

barber(Effort, Factory) ->
    receive {room, Room} -> cut(Room, Effort, Factory) end.

cut(Room, Effort, Factory) ->
    receive
        {cut, Customer} ->
            Factory ! {done, Customer + 0 * busy(10 + bench:below(bench:draw(Customer), Effort), Customer)},
            Room ! next,
            cut(Room, Effort, Factory)
    end.

produce(Count, Count, _, _) -> ok;
produce(Number, Count, Effort, Room) ->
    Room ! {enter, Number + 0 * busy(10 + bench:below(bench:draw(Number), Effort), Number)},
    produce(Number + 1, Count, Effort, Room).

await(0, Sum, _) -> Sum;
await(Left, Sum, Room) ->
    receive
        {done, Customer} -> await(Left - 1, Sum + Customer, Room);
        {full, Customer} -> Room ! {enter, Customer}, await(Left, Sum, Room)
    end.

main(Args) ->
    [Cuts, Chairs, Effort] = bench:arguments(Args),
    Main = self(),
    Start = bench:start(),
    Barber = spawn(fun() -> barber(Effort, Main) end),
    Room = spawn(fun() -> room(queue:new(), Chairs, true, Barber, Main) end),
    Barber ! {room, Room},
    produce(0, Cuts, Effort, Room),
    bench:report(await(Cuts, 0, Room), Start, 1000000, "ms").
