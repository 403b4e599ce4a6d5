-module(recmatmul).
-export([main/1]).

times([], _, Sum) -> Sum;
times([A | As], [B | Bs], Sum) -> times(As, Bs, Sum + A * B).

part(Row, From, Size) -> lists:sublist(Row, From + 1, Size).

%% A block of the product, row by row. The matrices are tuples of rows, the second one's of columns.
product(Row, Column, Inner, Size, A, B) ->
    Columns = [part(element(Column + J, B), Inner, Size) || J <- lists:seq(1, Size)],
    [times(part(element(Row + I, A), Inner, Size), Values, 0.0) || I <- lists:seq(1, Size), Values <- Columns].

worker(A, B, Threshold, Master) ->
    receive
        {task, Row, Column, Inner, Size} when Size * Size > Threshold ->
            Half = Size div 2,
            [Master ! {work, Row + I * Half, Column + J * Half, Inner + K * Half, Half} || I <- [0, 1], J <- [0, 1], K <- [0, 1]],
            Master ! split;
        {task, Row, Column, Inner, Size} -> Master ! {block, product(Row, Column, Inner, Size, A, B), Row, Column}
    end,
    worker(A, B, Threshold, Master).

distribute(_, _, 0, Blocks) -> Blocks;
distribute(Workers, Next, Open, Blocks) ->
    receive
        {work, Row, Column, Inner, Size} ->
            element(1 + Next rem tuple_size(Workers), Workers) ! {task, Row, Column, Inner, Size},
            distribute(Workers, Next + 1, Open + 1, Blocks);
        split -> distribute(Workers, Next, Open - 1, Blocks);
        {block, Block, Row, Column} ->
            Plus = fun(SoFar) -> lists:zipwith(fun(X, Y) -> X + Y end, SoFar, Block) end,
            distribute(Workers, Next, Open - 1, maps:update_with({Row, Column}, Plus, Block, Blocks))
    end.

main(Args) ->
    [N, Threshold, Count] = bench:arguments(Args),
    Main = self(),
    A = list_to_tuple([lists:duplicate(N, float(I rem 10)) || I <- lists:seq(0, N - 1)]),
    B = list_to_tuple([lists:duplicate(N, float(J rem 7)) || J <- lists:seq(0, N - 1)]),
    Start = bench:start(),
    Workers = list_to_tuple([spawn(fun() -> worker(A, B, Threshold, Main) end) || _ <- lists:seq(1, Count)]),
    element(1, Workers) ! {task, 0, 0, 0, N},
    Blocks = distribute(Workers, 1, 1, #{}),
    bench:report(trunc(lists:sum([lists:sum(Block) || Block <- maps:values(Blocks)])), Start, 1000000, "ms").
