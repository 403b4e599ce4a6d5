package main

import (
	"math"
	"time"

	bench "fluffy/bench/common"
)

// The work of making or of using an item.
func process(cost int, item float64, state int) float64 {
	for ; cost > 0; cost-- {
		item += math.Log(float64(bench.Below(state, 65536))/65536 + 0.01)
		state = bench.Draw(state)
	}
	return item
}

func producer(items, cost int, buffer chan<- float64, spent chan<- bool) {
	item := 0.0
	for left := items; left > 0; left-- {
		item = process(cost, item, left)
		buffer <- item
	}
	spent <- true
}

func consumer(cost int, buffer <-chan float64, consumed chan<- int) {
	item, count := 0.0, 0
	for next := range buffer {
		count++
		item = process(cost, item+next, count)
	}
	consumed <- count
}

// The buffer is a channel: nothing else is needed.
func main() {
	items, producers, consumers, room, cost := bench.Argument(1), bench.Argument(2), bench.Argument(3), bench.Argument(4), 100*bench.Argument(5)
	start := time.Now()
	buffer, spent, consumed := make(chan float64, room), make(chan bool), make(chan int)
	for i := 0; i < producers; i++ {
		go producer(items, cost, buffer, spent)
	}
	for i := 0; i < consumers; i++ {
		go consumer(cost, buffer, consumed)
	}
	for i := 0; i < producers; i++ {
		<-spent
	}
	close(buffer)
	sum := 0
	for i := 0; i < consumers; i++ {
		sum += <-consumed
	}
	bench.Report(sum, time.Since(start), 1000000, "ms")
}
