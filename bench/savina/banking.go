package main

import (
	"time"

	bench "fluffy/bench/common"
)

type account struct {
	number   int
	payments chan payment
	credits  chan credit
	balance  chan chan<- int
}

type payment struct {
	amount int
	payee  *account
	paid   chan<- bool
}

type credit struct {
	amount   int
	credited chan<- bool
}

// While it waits for the payee, all else stays in its channels.
func (a *account) run(balance int) {
	credited := make(chan bool, 1)
	for {
		select {
		case p := <-a.payments:
			p.payee.credits <- credit{p.amount, credited}
			<-credited
			balance -= p.amount
			p.paid <- true
		case c := <-a.credits:
			balance += c.amount
			c.credited <- true
		case to := <-a.balance:
			to <- balance * a.number
			return
		}
	}
}

// A payee always has a higher number than its payer, or a circle of accounts would wait for each other.
func order(left int, accounts []*account, paid chan<- bool) {
	state := 1
	for ; left > 0; left-- {
		payer := bench.Below(state, len(accounts)/10*8)
		next := bench.Draw(state)
		payee := payer + 1 + bench.Below(next, len(accounts)-payer-1)
		last := bench.Draw(next)
		accounts[payer].payments <- payment{1 + bench.Below(last, 1000), accounts[payee], paid}
		state = bench.Draw(last)
	}
}

func main() {
	transactions, count := bench.Argument(1), bench.Argument(2)
	start := time.Now()
	accounts := make([]*account, count)
	for i := range accounts {
		accounts[i] = &account{i, make(chan payment, 64), make(chan credit, 64), make(chan chan<- int, 1)}
		go accounts[i].run(1000000)
	}
	paid := make(chan bool, transactions)
	order(transactions, accounts, paid)
	for i := 0; i < transactions; i++ {
		<-paid
	}
	weighed := make(chan int, count)
	for _, a := range accounts {
		a.balance <- weighed
	}
	sum := 0
	for range accounts {
		sum += <-weighed
	}
	bench.Report(sum, time.Since(start), 1000000, "ms")
}
