package main

import (
	"time"

	bench "fluffy/bench/common"
)

type visitor struct {
	colour int
	other  chan int
}

func complement(a, b int) int {
	if a == b {
		return a
	}
	return 3 - a - b
}

// A creature comes until its channel is closed.
func creature(mall chan<- visitor, colour int, sum chan<- int) {
	own := make(chan int, 1)
	meetings := 0
	for {
		mall <- visitor{colour, own}
		other, met := <-own
		if !met {
			sum <- meetings
			return
		}
		colour = complement(colour, other)
		meetings++
	}
}

func mall(in <-chan visitor, left int) {
	for ; left > 0; left-- {
		first, second := <-in, <-in
		first.other <- second.colour
		second.other <- first.colour
	}
	for late := range in {
		close(late.other)
	}
}

func main() {
	count, meetings := bench.Argument(1), bench.Argument(2)
	start := time.Now()
	place, sums := make(chan visitor, count), make(chan int)
	go mall(place, meetings)
	for i := 0; i < count; i++ {
		go creature(place, i%3, sums)
	}
	sum := 0
	for i := 0; i < count; i++ {
		sum += <-sums
	}
	bench.Report(sum, time.Since(start), 1000000, "ms")
}
