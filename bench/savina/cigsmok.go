package main

import (
	"time"

	bench "fluffy/bench/common"
)

func busy(left, state int) int {
	for ; left > 0; left-- {
		state = bench.Draw(state)
	}
	return state
}

// Smokes until its channel is closed.
func smoker(in <-chan int, started chan<- bool, smoked chan<- int) {
	sum := 0
	for effort := range in {
		started <- true
		sum += busy(effort, effort) / 4096 % 2
	}
	smoked <- sum
}

func main() {
	rounds, count := bench.Argument(1), bench.Argument(2)
	start := time.Now()
	started, smoked := make(chan bool), make(chan int)
	smokers := make([]chan int, count)
	for i := range smokers {
		smokers[i] = make(chan int, rounds)
		go smoker(smokers[i], started, smoked)
	}
	state := 1
	for ; rounds > 0; rounds-- {
		next := bench.Draw(state)
		smokers[bench.Below(state, count)] <- 10 + bench.Below(next, 1000)
		<-started
		state = bench.Draw(next)
	}
	sum := 0
	for _, one := range smokers {
		close(one)
	}
	for range smokers {
		sum += <-smoked
	}
	bench.Report(sum, time.Since(start), 1000000, "ms")
}
