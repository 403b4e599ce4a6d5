package main

import (
	"time"

	bench "fluffy/bench/common"
)

// A request to count one more, or with a channel, for the count.
type message struct{ total chan<- int }

func counter(in <-chan message) {
	count := 0
	for m := range in {
		if m.total != nil {
			m.total <- count
			return
		}
		count++
	}
}

func produce(left int, to chan<- message, total chan<- int) {
	for ; left > 0; left-- {
		to <- message{}
	}
	to <- message{total}
}

func main() {
	count := bench.Argument(1)
	start := time.Now()
	to, total := make(chan message, 1024), make(chan int)
	go counter(to)
	go produce(count, to, total)
	bench.Report(<-total, time.Since(start), 1000000, "ms")
}
