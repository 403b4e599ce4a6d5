package main

import (
	"time"

	bench "fluffy/bench/common"
)

func ponger(ping <-chan bool, pong chan<- bool) {
	for p := range ping {
		pong <- p
	}
}

func main() {
	count := bench.Argument(1)
	ping, pong := make(chan bool), make(chan bool)
	start := time.Now()
	go ponger(ping, pong)
	for i := 0; i < count; i++ {
		ping <- true
		<-pong
	}
	bench.Report(count, time.Since(start), 1000000, "ms")
}
