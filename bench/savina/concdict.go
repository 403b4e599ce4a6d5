package main

import (
	"time"

	bench "fluffy/bench/common"
)

type request struct {
	key, value int
	write      bool
	to         chan<- int
}

// Answers until its channel is closed.
func dictionary(entries map[int]int, in <-chan request, total chan<- int) {
	for r := range in {
		if r.write {
			entries[r.key] = r.value
		}
		r.to <- entries[r.key]
	}
	sum := 0
	for _, value := range entries {
		sum += value
	}
	total <- sum
}

func work(messages, writes, limit, state int, to chan<- request, done chan<- bool) {
	value := make(chan int, 1)
	for ; messages > 0; messages-- {
		key := bench.Below(state, limit)
		next := bench.Draw(state)
		to <- request{key, 2 * key, bench.Below(next, 100) < writes, value}
		<-value
		state = bench.Draw(next)
	}
	done <- true
}

func main() {
	messages, workers, writes, limit := bench.Argument(1), bench.Argument(2), bench.Argument(3), bench.Argument(4)
	entries := make(map[int]int)
	for key := 0; key < limit; key++ {
		entries[key] = key
	}
	start := time.Now()
	to, total, done := make(chan request, workers), make(chan int), make(chan bool)
	go dictionary(entries, to, total)
	for i := 0; i < workers; i++ {
		go work(messages, writes, limit, bench.Draw(i), to, done)
	}
	for i := 0; i < workers; i++ {
		<-done
	}
	close(to)
	bench.Report(<-total, time.Since(start), 1000000, "ms")
}
