package main

import (
	"time"

	bench "fluffy/bench/common"
)

func member(in <-chan int, next chan<- int, last chan<- int, number int) {
	defer close(next)
	for left := range in {
		if left == 0 {
			last <- number
			return
		}
		next <- left - 1
	}
}

func main() {
	count, hops := bench.Argument(1), bench.Argument(2)
	last := make(chan int)
	ring := make([]chan int, count)
	start := time.Now()
	for i := range ring {
		ring[i] = make(chan int, 1)
	}
	for i, in := range ring {
		go member(in, ring[(i+1)%count], last, i)
	}
	ring[0] <- hops
	bench.Report(<-last, time.Since(start), 1000000, "ms")
}
