-module(piprecision).
-export([main/1]).

term(K, Bits) ->
    Shifted = Bits - 4 * K,
    (4 bsl Shifted) div (8 * K + 1) - (2 bsl Shifted) div (8 * K + 4) - (1 bsl Shifted) div (8 * K + 5) -
        (1 bsl Shifted) div (8 * K + 6).

worker(Bits, Master) ->
    receive {term, K} -> Master ! {term, term(K, Bits), self()}, worker(Bits, Master) end.

gather(_, _, 0, Sum) -> Sum;
gather(Next, Terms, Open, Sum) ->
    receive
        {term, Term, From} when Next < Terms -> From ! {term, Next}, gather(Next + 1, Terms, Open, Sum + Term);
        {term, Term, _} -> gather(Next, Terms, Open - 1, Sum + Term)
    end.

main(Args) ->
    [Digits, Count] = bench:arguments(Args),
    Bits = Digits * 3322 div 1000 div 28 * 28,
    Main = self(),
    Start = bench:start(),
    [spawn(fun() -> worker(Bits, Main) end) ! {term, K} || K <- lists:seq(0, Count - 1)],
    bench:report(gather(Count, Bits div 4, Count, 0) rem 1000003, Start, 1000000, "ms").
