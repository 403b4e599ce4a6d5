-module(banking).
-export([main/1]).

account(Balance, Number) ->
    receive
        {pay, Amount, Payee, Teller} ->
            Ref = make_ref(),
            Payee ! {credit, Amount, self(), Ref},
            receive {Ref, credited} -> ok end,
            Teller ! paid,
            account(Balance - Amount, Number);
        {credit, Amount, From, Ref} ->
            From ! {Ref, credited},
            account(Balance + Amount, Number);
        {balance, To} -> To ! {weighed, Balance * Number}
    end.

%% A payee always has a higher number than its payer, or a circle of accounts would wait for each other.
order(0, _, _) -> ok;
order(Left, Accounts, State) ->
    Count = tuple_size(Accounts),
    Payer = bench:below(State, Count div 10 * 8),
    Next = bench:draw(State),
    Payee = Payer + 1 + bench:below(Next, Count - Payer - 1),
    Last = bench:draw(Next),
    element(Payer + 1, Accounts) ! {pay, 1 + bench:below(Last, 1000), element(Payee + 1, Accounts), self()},
    order(Left - 1, Accounts, bench:draw(Last)).

main(Args) ->
    [Transactions, Count] = bench:arguments(Args),
    Start = bench:start(),
    Accounts = [spawn(fun() -> account(1000000, Number) end) || Number <- lists:seq(0, Count - 1)],
    order(Transactions, list_to_tuple(Accounts), 1),
    [receive paid -> ok end || _ <- lists:seq(1, Transactions)],
    [To ! {balance, self()} || To <- Accounts],
    Sum = lists:sum([receive {weighed, N} -> N end || _ <- Accounts]),
    bench:report(Sum, Start, 1000000, "ms").
