package main

import (
	"time"

	bench "fluffy/bench/common"
)

func computer(rate float64, terms <-chan float64, next chan<- float64) {
	for x := range terms {
		next <- rate * x * (1 - x)
	}
}

// Goes on by one term for each request, until there are no more.
func series(i int, advance <-chan bool, last chan<- int) {
	term, terms, next := float64(i)*0.0025, make(chan float64), make(chan float64)
	go computer(3.46+float64(i)*0.0025, terms, next)
	for range advance {
		terms <- term
		term = <-next
	}
	last <- int(term * 1000000000)
}

func main() {
	terms, count := bench.Argument(1), bench.Argument(2)
	start := time.Now()
	last := make(chan int)
	all := make([]chan bool, count)
	for i := range all {
		all[i] = make(chan bool, 1024)
		go series(i, all[i], last)
	}
	for ; terms > 0; terms-- {
		for _, to := range all {
			to <- true
		}
	}
	sum := 0
	for _, to := range all {
		close(to)
	}
	for range all {
		sum += <-last
	}
	bench.Report(sum, time.Since(start), 1000000, "ms")
}
