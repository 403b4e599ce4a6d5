package main

import (
	"time"

	bench "fluffy/bench/common"
)

// A philosopher is hungry, and gets an answer whether it may eat; or, without a channel, it is done.
type message struct {
	number int
	may    chan<- bool
}

func philosopher(number, rounds int, arbiter chan<- message, meals chan<- int) {
	may := make(chan bool, 1)
	eaten := 0
	for eaten < rounds {
		arbiter <- message{number, may}
		if <-may {
			arbiter <- message{number, nil}
			eaten++
		}
	}
	meals <- eaten
}

func arbitrate(in <-chan message, count int) {
	taken := make([]bool, count)
	for m := range in {
		right := (m.number + 1) % count
		if m.may == nil {
			taken[m.number], taken[right] = false, false
		} else if taken[m.number] || taken[right] {
			m.may <- false
		} else {
			taken[m.number], taken[right] = true, true
			m.may <- true
		}
	}
}

func main() {
	rounds, count := bench.Argument(1), bench.Argument(2)
	start := time.Now()
	arbiter, meals := make(chan message, 2*count), make(chan int)
	go arbitrate(arbiter, count)
	for i := 0; i < count; i++ {
		go philosopher(i, rounds, arbiter, meals)
	}
	sum := 0
	for i := 0; i < count; i++ {
		sum += <-meals
	}
	bench.Report(sum, time.Since(start), 1000000, "ms")
}
