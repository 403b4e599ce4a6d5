-module(bndbuffer).
-export([main/1]).

process(0, Item, _) -> Item;
process(Left, Item, State) ->
    process(Left - 1, Item + math:log(bench:below(State, 65536) / 65536 + 0.01), bench:draw(State)).

producer(Left, Cost, Item, Buffer) ->
    receive
        produce when Left > 0 ->
            Made = process(Cost, Item, Left),
            Buffer ! {made, Made, self()},
            producer(Left - 1, Cost, Made, Buffer);
        produce -> Buffer ! spent
    end.

consumer(Count, Cost, Item, Buffer, Main) ->
    Buffer ! {ready, self()},
    receive
        {item, Next} -> consumer(Count + 1, Cost, process(Cost, Item + Next, Count + 1), Buffer, Main);
        'end' -> Main ! {consumed, Count}
    end.

%% Items, producers that wait for room and consumers that wait for items are queues.
buffer(Items, Waiting, Ready, Room, Producers) ->
    case {queue:out(Items), queue:out(Ready)} of
        {{empty, _}, _} when Producers =:= 0 -> finish(queue:to_list(Ready));
        {{{value, Item}, Others}, {{value, Consumer}, More}} ->
            Consumer ! {item, Item},
            case queue:out(Waiting) of
                {empty, _} -> buffer(Others, Waiting, More, Room, Producers);
                {{value, First}, Rest} -> First ! produce, buffer(Others, Rest, More, Room, Producers)
            end;
        _ ->
            receive
                {made, Item, From} ->
                    case queue:len(Items) < Room of
                        true -> From ! produce, buffer(queue:in(Item, Items), Waiting, Ready, Room, Producers);
                        false -> buffer(queue:in(Item, Items), queue:in(From, Waiting), Ready, Room, Producers)
                    end;
                {ready, To} -> buffer(Items, Waiting, queue:in(To, Ready), Room, Producers);
                spent -> buffer(Items, Waiting, Ready, Room, Producers - 1)
            end
    end.

finish(Ready) ->
    [To ! 'end' || To <- Ready],
    receive {ready, To} -> finish([To]) end.

main(Args) ->
    [Items, Producers, Consumers, Room, Hundreds] = bench:arguments(Args),
    Cost = 100 * Hundreds,
    Main = self(),
    Start = bench:start(),
    Buffer = spawn(fun() -> buffer(queue:new(), queue:new(), queue:new(), Room - Producers, Producers) end),
    [spawn(fun() -> producer(Items, Cost, 0.0, Buffer) end) ! produce || _ <- lists:seq(1, Producers)],
    [spawn(fun() -> consumer(0, Cost, 0.0, Buffer, Main) end) || _ <- lists:seq(1, Consumers)],
    Sum = lists:sum([receive {consumed, N} -> N end || _ <- lists:seq(1, Consumers)]),
    bench:report(Sum, Start, 1000000, "ms").
