package main

import (
	"time"

	bench "fluffy/bench/common"
)

type request struct {
	n  int
	to chan int
}

func server(in <-chan request) {
	for r := range in {
		r.to <- r.n + 1
	}
}

// A reply comes through a channel of its own, past what lies in the mailbox.
func main() {
	calls, unmatched := bench.Argument(1), bench.Argument(2)
	mailbox := make(chan int, unmatched)
	for i := 0; i < unmatched; i++ {
		mailbox <- i
	}
	to := make(chan request)
	go server(to)
	start := time.Now()
	n := 0
	for i := 0; i < calls; i++ {
		reply := make(chan int, 1)
		to <- request{n, reply}
		n = <-reply
	}
	bench.Report(n, time.Since(start), calls, "ns/call")
}
